/** One thing of many that nobody waits for, tried on its own: what is damaged keeps nothing behind it waiting. */
import { isRefusal } from '../base/refusal.ts';

/**
 * Does some work of the scheduled sweep; a failure is reported in the log and ends here. The report names the task, what
 * it was `about` and where it failed, never the error's message: that may quote what was stored.
 * @returns whether it was done
 */
export async function attempt(
  task: string,
  about: Record<string, string | number>,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const { name, stack } = error as Error;
    const at = (stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 3)
      .map((line) => line.trim());
    console.error(
      JSON.stringify({
        event: 'sweep_failed',
        task,
        ...about,
        ...(isRefusal(error) ? { code: error.code } : { name, at }),
      }),
    );
    return false;
  }
}

/** Reports a line of the register that a list leaves out because it was altered: which one, and nothing of what it says. */
export const reportDamaged = (table: 'cases' | 'issuing_keys', id: string): void =>
  console.error(JSON.stringify({ event: 'line_left_out', table, id }));
