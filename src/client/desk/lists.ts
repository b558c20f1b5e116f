/**
 * Owns lists of views: a box that hides the rows without the words typed, and the rows that remain as CSV.
 * It refuses formulas in what leaves (life/table-write.ts).
 */
import { writeCsv } from '../../life/table-write.ts';
import { LIST_WORDS } from '../../pages/desk/words.ts';
import { onShow, register } from './actions.ts';
import { filled, one } from './text.ts';

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Offers bytes as a download. */
export function download(name: string, type: string, bytes: BlobPart): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A cell as a spreadsheet has it: what was written for it, or the first language of its text. */
export function cellText(cell: HTMLElement): string {
  if (cell.dataset['csv'] !== undefined) return cell.dataset['csv'];
  const copy = cell.cloneNode(true) as HTMLElement;
  for (const second of copy.querySelectorAll('.en, button, .hint')) second.remove();
  return (copy.textContent ?? '').trim().replace(/\s+/g, ' ');
}

onShow('[data-list]', (_, list) => {
  const box = list.querySelector<HTMLInputElement>('input[type=search]');
  const rows = [...list.querySelectorAll<HTMLTableRowElement>('tbody tr')];
  const count = list.querySelector<HTMLElement>('[data-count]');
  const texts = rows.map((row) => fold(row.textContent ?? ''));
  const narrow = (): void => {
    const words = fold(box?.value ?? '').split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at]?.includes(word));
      if (!row.hidden) shown++;
    });
    if (count) count.textContent = one(filled(LIST_WORDS.count, { shown, all: rows.length }));
  };
  box?.addEventListener('input', narrow);
  narrow();
});

register('csv', async (_, button) => {
  const list = button.closest<HTMLElement>('[data-list]');
  const table = list?.querySelector('table');
  if (!list || !table) return;
  const cells = (row: HTMLTableRowElement) => [...row.cells].filter((cell) => cell.dataset['csv'] !== '-').map(cellText);
  const rows = [...table.rows].filter((row) => !row.hidden).map(cells);
  download(`${list.dataset['list']}.csv`, 'text/csv', writeCsv(rows));
});
