/**
 * Lists of views: a box that hides the rows without the words typed, the next pages of a long list, the rows that
 * remain as CSV, and ticking all that are shown. Whoever filters or saves gets the whole list, read page by page.
 */
import { filled } from '../../base/words.ts';
import { writeCsv } from '../../formats/table/table.ts';
import { download, one } from '../../web/frame/page-script.ts';
import { LIST_WORDS } from '../words/desk-words.ts';
import { type Desk, onShow, register } from './desk-script.ts';

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** A cell as a spreadsheet has it: what was written for it, or the first language of its text. */
function cellText(cell: HTMLElement): string {
  if (cell.dataset.csv !== undefined) return cell.dataset.csv;
  const copy = cell.cloneNode(true) as HTMLElement;
  for (const second of copy.querySelectorAll('.en, button, .hint')) second.remove();
  return (copy.textContent ?? '').trim().replace(/\s+/g, ' ');
}

const rowsOf = (list: HTMLElement): HTMLTableRowElement[] => [
  ...list.querySelectorAll<HTMLTableRowElement>('tbody tr'),
];
const goesOn = (list: HTMLElement): boolean => list.dataset.more !== undefined;

/** Hides the rows without the words that are typed. */
function narrow(list: HTMLElement): void {
  const words = fold(list.querySelector<HTMLInputElement>('input[type=search]')?.value ?? '')
    .split(/\s+/)
    .filter(Boolean);
  const rows = rowsOf(list);
  let shown = 0;
  for (const row of rows) {
    const text = fold(row.textContent ?? '');
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown++;
  }
  const count = list.querySelector<HTMLElement>('[data-count]');
  if (count)
    count.textContent = one(filled(goesOn(list) ? LIST_WORDS.so_far : LIST_WORDS.count, { shown, all: rows.length }));
}

/** Reads the next page of a list. @returns the first row that came */
async function readOn({ caller }: Desk, list: HTMLElement): Promise<HTMLTableRowElement | undefined> {
  const html = await (await caller.take('GET', `/desk/view/${list.dataset.more as string}`)).text();
  const next = new DOMParser()
    .parseFromString(html, 'text/html')
    .querySelector<HTMLElement>(`[data-list="${CSS.escape(list.dataset.list as string)}"]`);
  const rows = next ? rowsOf(next).map((row) => document.importNode(row, true)) : [];
  list.querySelector('tbody')?.append(...rows);
  if (next && goesOn(next)) list.dataset.more = next.dataset.more as string;
  else {
    delete list.dataset.more;
    list.querySelector('[data-action="more"]')?.closest('p')?.remove();
  }
  narrow(list);
  return rows[0];
}

/** Lists that are being read to their end, so that nobody reads one twice at once. */
const reading = new WeakMap<HTMLElement, Promise<void>>();

function readAll(desk: Desk, list: HTMLElement): Promise<void> {
  const running = reading.get(list);
  if (running !== undefined) return running;
  const work = (async () => {
    while (goesOn(list) && list.isConnected) await readOn(desk, list);
  })().finally(() => reading.delete(list));
  reading.set(list, work);
  return work;
}

onShow('[data-list]', (desk, list) => {
  list.querySelector<HTMLInputElement>('input[type=search]')?.addEventListener('input', () => {
    narrow(list);
    if (goesOn(list)) readAll(desk, list).catch(desk.fail);
  });
  narrow(list);
});

register('more', async (desk, button) => {
  const list = button.closest<HTMLElement>('[data-list]');
  if (!list || reading.has(list)) return;
  const first = await readOn(desk, list);
  // The button may be gone: whoever pressed it goes on with what came.
  const link = first?.querySelector<HTMLElement>('a');
  if (link) link.focus();
});

register('csv', async (desk, button) => {
  const list = button.closest<HTMLElement>('[data-list]');
  const table = list?.querySelector('table');
  if (!list || !table) return;
  await readAll(desk, list);
  const cells = (row: HTMLTableRowElement) => [...row.cells].filter((cell) => cell.dataset.csv !== '-').map(cellText);
  const rows = [...table.rows].filter((row) => !row.hidden).map(cells);
  download(`${list.dataset.list}.csv`, 'text/csv', writeCsv(rows));
});

/** Ticks the rows that are shown, or takes their ticks away; those hidden by the filter stay as they are. */
register('tick-shown', async (_, button) => {
  const box = button.closest('[data-ticks]');
  for (const tick of box?.querySelectorAll<HTMLInputElement>('tr:not([hidden]) input[type=checkbox]:enabled') ?? [])
    tick.checked = button.dataset.tick === 'all';
  box?.dispatchEvent(new Event('change'));
});
