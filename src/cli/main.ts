/**
 * The `luzheng` command: `npm run -s luzheng -- <command> …`. Exit codes: 0 done, 1 refused, 2 wrong usage or
 * unreachable; `verify` and `draw verify` have their own three.
 */
import { type Command, Input } from './command.ts';
import { apply, select } from './commands/luzheng-application.ts';
import { appoint, calendar } from './commands/luzheng-appoint.ts';
import { approve, download, issue, returnBatch, submit } from './commands/luzheng-batch.ts';
import { bulkKey, check, verifyReceiptCommand } from './commands/luzheng-bulk.ts';
import { caseCommand, plan, results, stepCommand, upload } from './commands/luzheng-case.ts';
import { draw } from './commands/luzheng-draw.ts';
import { certificate, client, file } from './commands/luzheng-file.ts';
import { keys } from './commands/luzheng-keys.ts';
import { trail, trust, verifier, verifyCommand } from './commands/luzheng-verify.ts';
import { status, withdrawCommand } from './commands/luzheng-withdraw.ts';
import { err, explain, out } from './talk.ts';

const COMMANDS: Record<string, Command> = {
  keys,
  appoint,
  file,
  client,
  certificate,
  submit,
  approve,
  return: returnBatch,
  issue,
  download,
  status,
  withdraw: withdrawCommand,
  calendar,
  case: caseCommand,
  step: stepCommand,
  plan,
  results,
  upload,
  apply,
  select,
  draw,
  trust,
  trail,
  verifier,
  verify: verifyCommand,
  check,
  'verify-receipt': verifyReceiptCommand,
  'bulk-key': bulkKey,
};

const line = (name: string, { takes }: Command) => `npm run -s luzheng -- ${name} ${takes}`.trim();

function overview(): string {
  const list = Object.entries(COMMANDS).map(
    ([name, { takes, about }]) => `  ${`${name} ${takes}`.padEnd(40)} ${about}`,
  );
  return [
    '鲁证：职业技能等级证书的颁发与查验 / issues and verifies skill level certificates',
    '',
    '用法 / usage: npm run -s luzheng -- COMMAND …',
    ...list,
    '',
    '每个命令 / every command: --help --json',
  ].join('\n');
}

const help = (name: string, command: Command): string =>
  `用法 / usage: ${line(name, command)}\n${command.about}\n${command.help}\n  --json           给程序读的输出 / output for programs`;

export async function main([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? err : out)(overview());
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    err(`没有命令 ${name} / there is no command ${name}\n\n${overview()}`);
    return 2;
  }
  try {
    const input = new Input(command, rest);
    if (input.flag('help')) {
      out(help(name, command));
      return 0;
    }
    return (await command.run(input)) ?? 0;
  } catch (error) {
    const { exit, lines, json } = explain(error);
    if (rest.includes('--json')) out(JSON.stringify({ error: json }));
    else for (const text of lines) err(text);
    if (json.code === 'usage' && !rest.includes('--json')) err(`\n${help(name, command)}`);
    // A verification that could not be made says nothing about the certificate, or the draw.
    return name === 'verify' || (name === 'draw' && rest[0] === 'verify') ? 2 : exit;
  }
}
