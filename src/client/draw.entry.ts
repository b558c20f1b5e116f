/**
 * Owns computing a draw again in the browser: lists, commitment and seed are fetched, the core draws anew, and the outcome is
 * compared with what this very page shows. What comes out is said in the page.
 * It refuses to say that it agrees when anything differs, or when nothing could be computed.
 */
import { checkDraw, type DrawCheck, type DrawRecord } from '../life/procedure/draw-record.ts';
import { CHECK_ENDS, CHECK_WORDS } from '../pages/draw-words.ts';
import { both, make } from './desk/text.ts';

const status = document.getElementById('check') as HTMLElement;
const list = document.getElementById('checks') as HTMLElement;

const lineOf = ({ id, result }: DrawCheck): HTMLElement =>
  make('li', { class: result }, make('span', { class: 'mark', 'aria-hidden': 'true' }, result === 'pass' ? '✓' : '✕'), make('b', {}, both(CHECK_WORDS[id][result === 'pass' ? 'pass' : 'fail'])));

async function recordOf(id: string): Promise<DrawRecord | undefined> {
  try {
    const response = await fetch(`/v1/draws/${encodeURIComponent(id)}`, { headers: { Accept: 'application/json' } });
    return response.ok ? ((await response.json()) as DrawRecord) : undefined;
  } catch {
    return undefined;
  }
}

const record = await recordOf(status.dataset['draw'] as string);
if (!record) status.replaceChildren(both(CHECK_ENDS.unread));
else {
  const shown = [...document.querySelectorAll<HTMLElement>('[data-drawn]')].map((one) => one.dataset['drawn'] as string);
  const checks = await checkDraw(record, shown);
  const end = checks.some(({ result }) => result === 'fail') ? 'differs' : checks.some(({ result }) => result === 'not_reached') ? 'waiting' : 'agrees';
  list.replaceChildren(...checks.filter(({ result }) => result !== 'not_reached').map(lineOf));
  status.replaceChildren(both(CHECK_ENDS[end]));
  status.dataset['result'] = end;
}
