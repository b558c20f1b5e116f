/**
 * Owns asking for a PIN on the terminal, unseen: once a command, for a program that takes it from its environment.
 * It refuses, by giving none, where nobody sits at a terminal, and when nothing was typed; Ctrl-C ends the command as ever.
 */
const [INTERRUPT, END, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f'];

/** What was typed up to the end of the line; undefined without a terminal or without a character. */
export function askPin(question: string): Promise<string | undefined> {
  const { stdin } = process;
  if (!stdin.isTTY) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    let typed: string[] = [];
    const end = (): void => {
      stdin.off('data', take);
      stdin.setRawMode(false).pause();
      process.stderr.write('\n');
      resolve(typed.length === 0 ? undefined : typed.join(''));
    };
    const take = (text: string): void => {
      for (const key of text) {
        if (key === INTERRUPT) {
          typed = [];
          end();
          process.kill(process.pid, 'SIGINT');
          return;
        }
        if (key === '\r' || key === '\n' || key === END) return end();
        if (key === BACKSPACE || key === DELETE) typed.pop();
        else typed.push(key);
      }
    };
    // Asked for only when nothing is shown any more: a quick hand is not to be seen either.
    stdin.setEncoding('utf8').setRawMode(true).resume().on('data', take);
    process.stderr.write(question);
  });
}
