/**
 * Owns tables of people in forms (考生名册、考核结果): read from a file or a paste with the service's own readers, shown
 * with every fault beside its cell, mended in place, and handed to the form as the rows of its step.
 * It refuses to hand on a table with faults, and to send the file anywhere: it is read here.
 */
import { encodeUtf8 } from '../../life/bytes.ts';
import { checkResultRows, checkRosterRows, readResultsTable, readRosterTable, RESULT_FIELDS, ROSTER_FIELDS, type ReadTable, type TableOptions } from '../../life/procedure/tables.ts';
import type { RawRow, ScopeEntry } from '../../life/row.ts';
import { FIELD_WORDS, TABLE_WORDS } from '../../pages/desk/words.ts';
import type { Desk } from './actions.ts';
import { draftPart } from './drafts.ts';
import { collect, providePart } from './fields.ts';
import { both, filled, make, one, split } from './text.ts';

export interface Fault {
  row: number;
  field: string;
  message: string;
}

interface Kind {
  fields: readonly string[];
  read(bytes: Uint8Array, options: TableOptions): ReadTable<unknown>;
  check(raw: RawRow[], options: TableOptions): Omit<ReadTable<unknown>, 'ignored'>;
}

const KINDS: Record<string, Kind> = {
  roster: { fields: ROSTER_FIELDS, read: readRosterTable, check: checkRosterRows },
  rows: { fields: RESULT_FIELDS, read: readResultsTable, check: checkResultRows },
};

/** Rows with faults shown at once, and rows without. */
const MOST_WRONG = 200;
const MOST_RIGHT = 100;

/** A table in a form. */
export class Table {
  private raw: RawRow[] = [];
  private rows: unknown[] = [];
  private faults: Fault[] = [];
  /** Of the service, until the table changes. */
  private told: Fault[] = [];
  /** Rows that somebody mends: they keep their fields when they are right. */
  private readonly open = new Set<number>();
  private readonly kind: Kind;
  private readonly desk: Desk;
  private readonly box: HTMLElement;
  private readonly name: string;
  private readonly judge: (rows: unknown[], complete: boolean) => Fault[];

  /** @param judge what else is wrong with rows that can be read: against the plan, say */
  constructor(desk: Desk, box: HTMLElement, name: string, judge: (rows: unknown[], complete: boolean) => Fault[] = () => []) {
    [this.desk, this.box, this.name, this.judge] = [desk, box, name, judge];
    this.kind = KINDS[name] as Kind;
    const form = box.closest('form') as HTMLFormElement;
    const kept = draftPart(form, name) as RawRow[] | undefined;
    if (kept) this.take(kept);
    providePart(form, name, {
      value: () => this.rows,
      draft: () => this.raw,
      faults: () => this.faults.map(({ row, field, message }) => ({ path: `row=${row}.${field}`, message })),
      show: (faults) => this.tell(faults),
    });
    this.listen();
  }

  private options(): TableOptions {
    const scope = JSON.parse(this.box.dataset['scope'] ?? '[]') as ScopeEntry[];
    const sessions = (collect(this.box.closest('form') as HTMLFormElement, false).body['sessions'] as { id?: string }[] | undefined) ?? [];
    const [only] = sessions;
    return { scope, ...(sessions.length === 1 && only?.id ? { session: only.id } : {}), ...(this.box.dataset['today'] === undefined ? {} : { today: this.box.dataset['today'] }) };
  }

  private listen(): void {
    const file = this.box.querySelector<HTMLInputElement>('input[type=file][data-read]');
    file?.addEventListener('change', async () => {
      const [chosen] = file.files ?? [];
      if (chosen) this.read(new Uint8Array(await chosen.arrayBuffer()));
      file.value = '';
    });
    this.box.querySelector('button[data-paste]')?.addEventListener('click', () => {
      const area = this.box.querySelector<HTMLTextAreaElement>('textarea[data-pasted]');
      if (area && area.value.trim() !== '') this.read(encodeUtf8(area.value));
    });
  }

  private read(bytes: Uint8Array): void {
    try {
      const { raw, ignored } = this.kind.read(bytes, this.options());
      this.take(raw);
      this.desk.say(ignored.length > 0 ? filled(TABLE_WORDS.ignored, { count: raw.length, columns: ignored.join('、') }) : filled(TABLE_WORDS.read, { count: raw.length }), this.faults.length > 0 ? 'notice' : 'done');
      this.box.querySelector<HTMLElement>('[data-preview]')?.focus();
    } catch (error) {
      this.desk.fail(error);
    }
  }

  /** Takes rows in place of those that are there. */
  take(raw: RawRow[]): void {
    this.raw = raw;
    this.open.clear();
    this.check();
  }

  get taken(): readonly RawRow[] {
    return this.raw;
  }

  /** Lets somebody type into every row. */
  openAll(): void {
    for (const { row } of this.raw.slice(0, MOST_WRONG)) this.open.add(row);
    this.draw();
  }

  private check(): void {
    const { rows, faults } = this.kind.check(this.raw, this.options());
    this.rows = rows;
    this.told = [];
    this.faults = [...faults, ...this.judge(rows, rows.length === this.raw.length)];
    this.draw();
    this.box.closest('form')?.dispatchEvent(new Event('input'));
  }

  /** Faults that others found: the schema by place, the service by the row's number. */
  private tell(faults: { path: string; message: string }[]): HTMLElement {
    this.told = faults.map(({ path, message }) => {
      const [place = '', ...field] = path.split('.');
      const row = place.startsWith('row=') ? Number(place.slice(4)) : (this.raw[Number(place)]?.row ?? 0);
      return { row, field: field.join('.') || 'row', message };
    });
    this.draw();
    return (this.box.querySelector('[data-preview]') ?? this.box) as HTMLElement;
  }

  private draw(): void {
    const place = this.box.querySelector<HTMLElement>('[data-preview]');
    if (!place) return;
    const active = document.activeElement as HTMLElement | null;
    const focus = active?.dataset['cell'];
    const all = [...this.faults, ...this.told.filter((told) => !this.faults.some((own) => own.row === told.row && own.message === told.message))];
    const byRow = new Map<number, Fault[]>();
    for (const fault of all) byRow.set(fault.row, [...(byRow.get(fault.row) ?? []), fault]);
    const wrong = this.raw.filter(({ row }) => byRow.has(row) || this.open.has(row)).slice(0, MOST_WRONG);
    const right = this.raw.filter(({ row }) => !byRow.has(row) && !this.open.has(row)).slice(0, MOST_RIGHT);
    for (const { row } of wrong) this.open.add(row);
    const summary = make('p', { role: 'status', class: all.length > 0 ? 'fault' : 'hint' }, both(filled(all.length > 0 ? TABLE_WORDS.wrong : TABLE_WORDS.right, { count: this.raw.length, faults: all.length })));
    const whole = (byRow.get(0) ?? []).slice(0, 50).map(({ message }) => make('li', { class: 'fault' }, both(split(message))));
    place.replaceChildren(summary, ...(whole.length > 0 ? [make('ul', {}, ...whole)] : []), ...(this.raw.length > 0 ? [this.table([...wrong, ...right], byRow)] : []));
    const hidden = this.raw.length - wrong.length - right.length;
    if (hidden > 0) place.append(make('p', { class: 'hint' }, both(filled(TABLE_WORDS.hidden, { count: hidden }))));
    if (focus !== undefined) place.querySelector<HTMLElement>(`[data-cell="${CSS.escape(focus)}"]`)?.focus();
  }

  private table(rows: RawRow[], byRow: ReadonlyMap<number, Fault[]>): HTMLElement {
    const label = (field: string) => FIELD_WORDS[field] ?? { zh: field, en: field };
    const head = make('tr', {}, make('th', { scope: 'col' }, both(TABLE_WORDS.row)), ...this.kind.fields.map((field) => make('th', { scope: 'col' }, both(label(field)))), make('th', { scope: 'col' }, both(TABLE_WORDS.remove)));
    const body = rows.map((row) => this.line(row, byRow.get(row.row) ?? []));
    return make('table', { class: 'wide rows' }, make('caption', {}, both(TABLE_WORDS.caption)), make('thead', {}, head), make('tbody', {}, ...body));
  }

  private line(row: RawRow, faults: readonly Fault[]): HTMLElement {
    const editable = this.open.has(row.row);
    const cells = this.kind.fields.map((field) => {
      const words = FIELD_WORDS[field] ?? { zh: field, en: field };
      const own = faults.filter((fault) => fault.field === field);
      const text = String(row.values[field] ?? '');
      const cell = make('td', { 'data-label': one(words) });
      if (editable) {
        const id = `${this.name}-${row.row}-${field}`;
        const input = make('input', { id, value: text, autocomplete: 'off', 'data-cell': id, 'aria-label': `${one(TABLE_WORDS.row)} ${row.row} ${one(words)}`, ...(own.length > 0 ? { 'aria-invalid': 'true', 'aria-describedby': `${id}-fault` } : {}) });
        input.addEventListener('change', () => this.mend(row, field, input.value));
        cell.append(input);
        if (own.length > 0) cell.append(make('p', { class: 'fault', id: `${id}-fault` }, ...own.map(({ message }) => both(split(message)))));
      } else cell.append(text);
      return cell;
    });
    const others = faults.filter(({ field }) => !this.kind.fields.includes(field));
    const first = make('td', { 'data-label': one(TABLE_WORDS.row) }, `${row.row} `, ...(editable ? [] : [this.editButton(row)]), ...others.map(({ message }) => make('p', { class: 'fault' }, both(split(message)))));
    const remove = make('button', { type: 'button', class: 'second small', 'aria-label': `${one(TABLE_WORDS.remove)} ${row.row}` }, '×');
    remove.addEventListener('click', () => {
      this.raw = this.raw.filter((other) => other !== row);
      this.check();
    });
    return make('tr', faults.length > 0 ? { class: 'bad' } : {}, first, ...cells, make('td', { 'data-label': one(TABLE_WORDS.remove) }, remove));
  }

  /** Opens a row without faults: a correction changes what was right, too. */
  private editButton({ row }: RawRow): HTMLElement {
    const edit = make('button', { type: 'button', class: 'second small', 'aria-label': `${one(TABLE_WORDS.edit)} ${row}` }, one(TABLE_WORDS.edit));
    edit.addEventListener('click', () => {
      this.open.add(row);
      this.draw();
      this.box.querySelector<HTMLElement>(`[data-cell^="${CSS.escape(`${this.name}-${row}-`)}"]`)?.focus();
    });
    return edit;
  }

  private mend(row: RawRow, field: string, value: string): void {
    row.values[field] = value;
    // Somebody looked: the cells stand where they belong.
    delete row.cells;
    this.open.add(row.row);
    this.check();
  }
}
