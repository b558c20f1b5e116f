/**
 * Tables of people in forms (考生名册、考核结果): read from a file or a paste in the browser, shown with every fault beside
 * its cell, corrected in place, and given to the form as the rows of its step. A table with faults is not given.
 */

import { encodeUtf8 } from '../../base/bytes.ts';
import { filled, split } from '../../base/words.ts';
import {
  checkResultRows,
  checkRosterRows,
  RESULT_FIELDS,
  type ReadTable,
  ROSTER_FIELDS,
  readResultsTable,
  readRosterTable,
  type TableOptions,
} from '../../core/procedure/name-lists.ts';
import type { RawRow, ScopeEntry } from '../../core/rows/row.ts';
import { both, bytesOfList, make, one } from '../../web/frame/page-script.ts';
import type { Desk } from '../frame/desk-script.ts';
import { collect, providePart } from '../frame/form-body.ts';
import { draftPart } from '../frame/form-parts.ts';
import { TABLE_WORDS } from '../words/desk-words.ts';
import { type Fault, type Opened, type RowActs, type RowLook, tableOf } from './people-rows.ts';

interface Kind {
  fields: readonly string[];
  /** Fields that few rows have. */
  rare: readonly string[];
  read(bytes: Uint8Array, options: TableOptions): ReadTable<unknown>;
  check(raw: RawRow[], options: TableOptions): Omit<ReadTable<unknown>, 'ignored'>;
}

const KINDS: Record<string, Kind> = {
  roster: { fields: ROSTER_FIELDS, rare: [], read: readRosterTable, check: checkRosterRows },
  rows: { fields: RESULT_FIELDS, rare: ['replaces'], read: readResultsTable, check: checkResultRows },
};

/** Rows shown at once; the others are found, or asked for. */
const MOST = 100;
/** Fields that are typed for everybody in turn. */
const TYPED = ['score_theory', 'score_practice'];

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** A table in a form. */
export class Table {
  private raw: RawRow[] = [];
  private rows: unknown[] = [];
  private faults: Fault[] = [];
  /** Of the service, until the table changes. */
  private told: Fault[] = [];
  /** Rows that somebody edits or fills in: they keep their fields when they are right. */
  private readonly open = new Map<number, Opened>();
  private most = MOST;
  /** A finger or a button of the mouse is down; a drawing waits for it. */
  private pressed = false;
  private waiting = false;
  private readonly find: HTMLInputElement;
  private readonly kind: Kind;
  private readonly desk: Desk;
  private readonly box: HTMLElement;
  private readonly name: string;
  private readonly judge: (rows: unknown[], complete: boolean) => Fault[];

  /** @param judge what else is wrong with rows that can be read: against the plan, say */
  constructor(
    desk: Desk,
    box: HTMLElement,
    name: string,
    judge: (rows: unknown[], complete: boolean) => Fault[] = () => [],
  ) {
    [this.desk, this.box, this.name, this.judge] = [desk, box, name, judge];
    this.kind = KINDS[name] as Kind;
    const form = box.closest('form') as HTMLFormElement;
    this.find = this.findBox();
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

  /** The box that finds a row: it searches here, and is no part of what is submitted. */
  private findBox(): HTMLInputElement {
    const id = `${this.name}-find`;
    const input = make('input', { id, type: 'search', autocomplete: 'off' });
    const field = make('div', { class: 'field' }, make('label', { for: id }, both(TABLE_WORDS.find)), input);
    field.hidden = true;
    this.box.querySelector('[data-preview]')?.before(field);
    // Typing into it is no change of the form.
    input.addEventListener('input', (event) => {
      event.stopPropagation();
      this.most = MOST;
      this.draw();
    });
    return input;
  }

  private options(): TableOptions {
    const scope = JSON.parse(this.box.dataset.scope ?? '[]') as ScopeEntry[];
    const sessions =
      (collect(this.box.closest('form') as HTMLFormElement, false).body.sessions as { id?: string }[] | undefined) ??
      [];
    const [only] = sessions;
    return {
      scope,
      ...(sessions.length === 1 && only?.id ? { session: only.id } : {}),
      ...(this.box.dataset.today === undefined ? {} : { today: this.box.dataset.today }),
    };
  }

  private listen(): void {
    const file = this.box.querySelector<HTMLInputElement>('input[type=file][data-read]');
    const take = async (input: HTMLInputElement) => {
      const [chosen] = input.files ?? [];
      try {
        if (chosen) this.read(await bytesOfList(chosen));
      } catch (error) {
        this.desk.fail(error);
      } finally {
        input.value = '';
      }
    };
    file?.addEventListener('change', () => void take(file));
    this.box.querySelector('button[data-paste]')?.addEventListener('click', () => {
      const area = this.box.querySelector<HTMLTextAreaElement>('textarea[data-pasted]');
      if (area && area.value.trim() !== '') this.read(encodeUtf8(area.value));
    });
    // The enter key would hand the form in; in a table people expect it to lead to the row below.
    this.box.addEventListener('keydown', (event) => {
      const field = event.target as HTMLElement;
      if (event.key !== 'Enter' || !(field instanceof HTMLInputElement) || field.type === 'file') return;
      event.preventDefault();
      const column = field.dataset.cell?.split('-').at(-1);
      if (column === undefined) return;
      const same = [...this.box.querySelectorAll<HTMLInputElement>(`[data-cell$="-${CSS.escape(column)}"]`)];
      (same[same.indexOf(field) + 1] ?? field).focus();
      if (field === document.activeElement) field.blur();
    });
    this.box.addEventListener('pointerdown', () => {
      this.pressed = true;
      const release = (): void => {
        this.pressed = false;
        if (this.waiting) this.drawSoon();
      };
      for (const end of ['pointerup', 'pointercancel']) document.addEventListener(end, release, { once: true });
    });
  }

  /**
   * Draws once whoever left a field has arrived at the next one: a button under a pressed finger, and the field that
   * the tab key is on its way to, must still be there.
   */
  private drawSoon(): void {
    this.waiting = true;
    if (!this.pressed) setTimeout(() => this.waiting && !this.pressed && this.draw());
  }

  private read(bytes: Uint8Array): void {
    try {
      const { raw, ignored } = this.kind.read(bytes, this.options());
      this.take(raw);
      this.desk.say(
        ignored.length > 0
          ? filled(TABLE_WORDS.ignored, { count: raw.length, columns: ignored.join('、') })
          : filled(TABLE_WORDS.read, { count: raw.length }),
        this.faults.length > 0 ? 'notice' : 'done',
      );
      this.box.querySelector<HTMLElement>('[data-preview]')?.focus();
    } catch (error) {
      this.desk.fail(error);
    }
  }

  /** Takes rows in place of those that are there. @param opened how far they are open to typing */
  take(raw: RawRow[], opened?: Opened): void {
    this.raw = raw;
    this.open.clear();
    for (const { row } of opened ? raw : []) this.open.set(row, opened);
    [this.most, this.find.value] = [MOST, ''];
    this.check();
  }

  get taken(): readonly RawRow[] {
    return this.raw;
  }

  private check(draw = (): void => this.draw()): void {
    const { rows, faults } = this.kind.check(this.raw, this.options());
    this.rows = rows;
    this.told = [];
    this.faults = [...faults, ...this.judge(rows, rows.length === this.raw.length)];
    draw();
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

  /**
   * Rows that fit what is looked for, a row's own number first; without a search those with faults and the open ones.
   */
  private chosen(byRow: ReadonlyMap<number, Fault[]>): RawRow[] {
    const words = fold(this.find.value).split(/\s+/).filter(Boolean);
    const first = (row: RawRow): boolean =>
      words.length > 0 ? words.includes(String(row.row)) : byRow.has(row.row) || this.open.has(row.row);
    const fits = ({ row, values }: RawRow): boolean =>
      words.every(
        (word) =>
          String(row) === word || fold(`${String(values.name ?? '')} ${String(values.id_number ?? '')}`).includes(word),
      );
    const all = words.length > 0 ? this.raw.filter(fits) : this.raw;
    return [...all.filter(first), ...all.filter((row) => !first(row))];
  }

  private draw(): void {
    const place = this.box.querySelector<HTMLElement>('[data-preview]');
    this.waiting = false;
    if (!place) return;
    const focus = (document.activeElement as HTMLElement | null)?.dataset.cell;
    const all = [
      ...this.faults,
      ...this.told.filter((told) => !this.faults.some((own) => own.row === told.row && own.message === told.message)),
    ];
    const byRow = new Map<number, Fault[]>();
    for (const fault of all) byRow.set(fault.row, [...(byRow.get(fault.row) ?? []), fault]);
    const chosen = this.chosen(byRow);
    const shown = chosen.slice(0, this.most);
    // What is wrong is open, and stays so when it is right: nobody's field vanishes under their fingers.
    for (const { row } of shown) {
      const faults = byRow.get(row);
      if (faults && (this.open.get(row) !== 'scores' || faults.some(({ field }) => !TYPED.includes(field))))
        this.open.set(row, 'whole');
    }
    const summary = make(
      'p',
      { role: 'status', class: all.length > 0 ? 'fault' : 'hint' },
      both(
        filled(all.length > 0 ? TABLE_WORDS.wrong : TABLE_WORDS.right, { count: this.raw.length, faults: all.length }),
      ),
    );
    const whole = (byRow.get(0) ?? [])
      .slice(0, 50)
      .map(({ message }) => make('li', { class: 'fault' }, both(split(message))));
    const looks = shown.map(
      (row): RowLook => ({ row, faults: byRow.get(row.row) ?? [], opened: this.open.get(row.row) }),
    );
    place.replaceChildren(
      summary,
      ...(whole.length > 0 ? [make('ul', {}, ...whole)] : []),
      ...(shown.length > 0 ? [tableOf(looks, this.columns(), this.acts)] : []),
    );
    (this.find.closest('.field') as HTMLElement).hidden = this.raw.length < 2;
    const hidden = chosen.length - shown.length;
    if (shown.length === 0 && this.raw.length > 0) place.append(make('p', { class: 'hint' }, both(TABLE_WORDS.nobody)));
    if (hidden > 0) place.append(this.moreOf(hidden));
    const field =
      focus === undefined ? null : place.querySelector<HTMLInputElement>(`[data-cell="${CSS.escape(focus)}"]`);
    field?.focus();
    field?.select();
  }

  /** The columns; the number of a certificate to be replaced has one where a row names it. */
  private columns(): { list: string; fields: readonly string[]; all: readonly string[] } {
    const { fields, rare } = this.kind;
    return {
      list: this.name,
      fields: this.raw.some(({ values }) => rare.some((field) => String(values[field] ?? '') !== ''))
        ? [...fields, ...rare]
        : fields,
      all: [...fields, ...rare],
    };
  }

  private moreOf(hidden: number): HTMLElement {
    const more = make('button', { type: 'button', class: 'second small' }, both(TABLE_WORDS.more));
    more.addEventListener('click', () => {
      this.most += MOST;
      this.draw();
    });
    return make('p', { class: 'hint' }, both(filled(TABLE_WORDS.hidden, { count: hidden })), ' ', more);
  }

  private readonly acts: RowActs = {
    edit: (row, field, value) => this.edit(row, field, value),
    // A row without faults, too: a correction changes what was right.
    open: ({ row }) => {
      this.open.set(row, 'whole');
      this.draw();
      this.box.querySelector<HTMLElement>(`[data-cell^="${CSS.escape(`${this.name}-${row}-`)}"]`)?.focus();
    },
    close: ({ row }) => {
      this.open.delete(row);
      this.draw();
      this.box
        .querySelector<HTMLElement>(`button[aria-label="${CSS.escape(`${one(TABLE_WORDS.edit)} ${row}`)}"]`)
        ?.focus();
    },
    remove: (row) => {
      this.raw = this.raw.filter((other) => other !== row);
      this.check();
      this.box.querySelector<HTMLElement>('[data-preview]')?.focus();
    },
  };

  private edit(row: RawRow, field: string, value: string): void {
    row.values[field] = value;
    // Somebody looked: the cells stand where they belong.
    delete row.cells;
    if (!this.open.has(row.row)) this.open.set(row.row, 'whole');
    this.check(() => this.drawSoon());
  }
}
