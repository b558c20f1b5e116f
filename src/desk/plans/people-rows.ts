/**
 * How a row of people looks in a form: a line to read, a line into which scores are typed, or opened with every field
 * under its label and every fault beside its field.
 */

import { split } from '../../base/words.ts';
import type { RawRow } from '../../core/rows/row.ts';
import { both, make, one } from '../../web/frame/page-script.ts';
import { FIELD_WORDS, TABLE_WORDS } from '../words/desk-words.ts';

export interface Fault {
  row: number;
  field: string;
  message: string;
}

/** How far a row is open to typing. */
export type Opened = 'scores' | 'whole' | undefined;

export interface RowLook {
  row: RawRow;
  faults: readonly Fault[];
  opened: Opened;
}

/** What a table does when somebody acts on a row. */
export interface RowActs {
  edit(row: RawRow, field: string, value: string): void;
  open(row: RawRow): void;
  close(row: RawRow): void;
  remove(row: RawRow): void;
}

const SCORES = ['score_theory', 'score_practice'];
const wordsOf = (field: string) => FIELD_WORDS[field] ?? { zh: field, en: field };

function act(words: { zh: string; en: string }, row: RawRow, text: string, work: () => void): HTMLElement {
  const button = make(
    'button',
    { type: 'button', class: 'second small', 'aria-label': `${one(words)} ${row.row}` },
    text,
  );
  button.addEventListener('click', work);
  return button;
}

/** A field of a row; its name for screen readers begins with the row's number. */
function inputOf({ row, faults }: RowLook, list: string, field: string, { edit }: RowActs): HTMLElement[] {
  const own = faults.filter((fault) => fault.field === field);
  const id = `${list}-${row.row}-${field}`;
  const input = make('input', {
    id,
    value: String(row.values[field] ?? ''),
    autocomplete: 'off',
    'data-cell': id,
    'aria-label': `${one(TABLE_WORDS.row)} ${row.row} ${one(wordsOf(field))}`,
    ...(own.length > 0 ? { 'aria-invalid': 'true', 'aria-describedby': `${id}-fault` } : {}),
  });
  input.addEventListener('change', () => edit(row, field, input.value));
  return [
    input,
    ...(own.length > 0
      ? [make('p', { class: 'fault', id: `${id}-fault` }, ...own.map(({ message }) => both(split(message))))]
      : []),
  ];
}

const otherFaults = (faults: readonly Fault[], fields: readonly string[]): HTMLElement[] =>
  faults
    .filter(({ field }) => !fields.includes(field))
    .map(({ message }) => make('p', { class: 'fault' }, both(split(message))));

/** A row with every field, over the whole width. */
function wholeRow(look: RowLook, list: string, columns: number, fields: readonly string[], acts: RowActs): HTMLElement {
  const { row, faults } = look;
  const remove = act(TABLE_WORDS.remove, row, one(TABLE_WORDS.remove), () => acts.remove(row));
  const close = faults.length === 0 ? [act(TABLE_WORDS.done, row, one(TABLE_WORDS.done), () => acts.close(row))] : [];
  const head = make(
    'div',
    { class: 'head' },
    make('b', {}, `${one(TABLE_WORDS.row)} ${row.row}`),
    make('span', {}, ...close, remove),
  );
  const boxes = fields.map((field) =>
    make(
      'div',
      { class: 'field' },
      make('label', { for: `${list}-${row.row}-${field}` }, both(wordsOf(field))),
      ...inputOf(look, list, field, acts),
    ),
  );
  return make(
    'tr',
    { class: faults.length > 0 ? 'whole bad' : 'whole' },
    make(
      'td',
      { colspan: String(columns) },
      head,
      ...otherFaults(faults, fields),
      make('div', { class: 'cells' }, ...boxes),
    ),
  );
}

/** A row as a line; `scores`: with the two fields that are filled in for everybody. */
function lineRow(look: RowLook, list: string, fields: readonly string[], acts: RowActs): HTMLElement {
  const { row, faults, opened } = look;
  const cells = fields.map((field) => {
    const typed = opened === 'scores' && SCORES.includes(field);
    return make(
      'td',
      { 'data-label': one(wordsOf(field)), ...(typed ? { class: 'typed' } : {}) },
      ...(typed ? inputOf(look, list, field, acts) : [String(row.values[field] ?? '')]),
    );
  });
  const acting = make(
    'td',
    { class: 'acts', 'data-label': one(TABLE_WORDS.act) },
    act(TABLE_WORDS.edit, row, one(TABLE_WORDS.edit), () => acts.open(row)),
    act(TABLE_WORDS.remove, row, '×', () => acts.remove(row)),
  );
  return make(
    'tr',
    faults.length > 0 ? { class: 'bad' } : {},
    make('td', { 'data-label': one(TABLE_WORDS.row) }, String(row.row), ...otherFaults(faults, fields)),
    ...cells,
    acting,
  );
}

/**
 * Rows as a table. @param list its name, of which fields get theirs; `fields`: the columns; `all`: what an opened row
 * has
 */
export function tableOf(
  rows: readonly RowLook[],
  { list, fields, all }: { list: string; fields: readonly string[]; all: readonly string[] },
  acts: RowActs,
): HTMLElement {
  const heads = [TABLE_WORDS.row, ...fields.map(wordsOf), TABLE_WORDS.act].map((words) =>
    make('th', { scope: 'col' }, both(words)),
  );
  const body = rows.map((look) =>
    look.opened === 'whole' ? wholeRow(look, list, heads.length, all, acts) : lineRow(look, list, fields, acts),
  );
  return make(
    'table',
    { class: 'wide people' },
    make('caption', {}, both(TABLE_WORDS.caption)),
    make('thead', {}, make('tr', {}, ...heads)),
    make('tbody', {}, ...body),
  );
}
