/**
 * Computes a draw again in the browser, under the root thumbprints that came with the page, and compares the outcome
 * with what the page shows. It agrees only when nothing differs and everything could be checked.
 */
import { isRefusal } from '../../base/refusal.ts';
import { openDirectory } from '../../core/directory.ts';
import { checkDraw, type DrawCheck, type DrawEnd, endOf, readDrawFile } from '../../core/procedure/draw-record.ts';
import { Memo } from '../../core/statement.ts';
import { both, get, make } from '../frame/page-script.ts';
import { CHECK_ENDS, CHECK_WORDS, NOT_CHECKED } from '../words/draw-words.ts';

const status = get('check');
const list = get('checks');

const MARKS = { pass: '✓', fail: '✕', not_checked: '–', not_reached: '–' } as const;
const lineOf = ({ id, result, code }: DrawCheck): HTMLElement =>
  make(
    'li',
    { class: result },
    make('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[result]),
    make(
      'b',
      {},
      both(result === 'not_checked' ? NOT_CHECKED : CHECK_WORDS[id][result === 'pass' ? 'pass' : 'fail']),
      ...(code === undefined || result !== 'fail' ? [] : [make('code', {}, ` ${code}`)]),
    ),
  );

function say(end: DrawEnd | 'stale' | 'unread', checks: readonly DrawCheck[] = []): void {
  list.replaceChildren(...checks.filter(({ result }) => result !== 'not_reached').map(lineOf));
  status.replaceChildren(both(CHECK_ENDS[end]));
  status.dataset.result = end;
}

/** What the service gives out; undefined when it cannot be had. @throws Refusal `draw_malformed` */
async function record(id: string): Promise<unknown> {
  try {
    const response = await fetch(`/v1/draws/${encodeURIComponent(id)}`, { headers: { Accept: 'application/json' } });
    return response.ok ? await response.json() : undefined;
  } catch (error) {
    console.info('the record cannot be had:', error);
    return undefined;
  }
}

const { draw = '', roots = '', state } = status.dataset;
const given = await record(draw);
if (given === undefined) say('unread');
else {
  try {
    const file = readDrawFile(given);
    const directory = await openDirectory(
      { thumbprints: roots.split(' '), roots: file.roots },
      file.statements.centres,
      new Memo(),
      file.statements.withdrawals,
    );
    const shown = [...document.querySelectorAll<HTMLElement>('[data-drawn]')].map((one) => one.dataset.drawn as string);
    const checks = await checkDraw(file, directory, shown);
    // A page that was kept for a minute may be older than the record: nothing is wrong, and nothing was compared.
    if (file.state !== state) say('stale');
    else say(file.about === `draw:${draw}` ? endOf(file, checks) : 'differs', checks);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    say('differs');
  }
}
