/**
 * How the rows of a file become a list, the same for texts and workbooks: which row names the columns, and where to stop.
 * A title or instructions may stand above the header; nothing else may, and the header is one row.
 */
import { Refusal } from '../../base/refusal.ts';
import { type Cell, type Columns, headerText, isBlank, TABLE_LIMITS, type TableRow, tableTooLarge } from './cells.ts';

/** Rows that are not blank among which the header is looked for. */
export const HEADER_ROWS = 20;

const namesIn = (cells: readonly Cell[], { nameOf }: Columns): Set<string> =>
  new Set(cells.flatMap((cell) => nameOf(headerText(cell)) ?? []));

const hasValue = (cells: readonly Cell[], { isValue }: Columns): boolean =>
  isValue !== undefined && cells.some((cell) => isValue(headerText(cell)));

/** How many of the required columns the likeliest header among some rows names; all of them where the first is a row of the list. */
export function likeness(rows: readonly TableRow[], columns: Columns): number {
  const { required } = columns;
  const likenesses = rows.map(({ cells }, at) => {
    if (at === 0 && hasValue(cells, columns)) return required.length;
    const names = namesIn(cells, columns);
    return required.filter((name) => names.has(name)).length;
  });
  return Math.max(0, ...likenesses);
}

const unclear = (message: string, rows: number[]) =>
  new Refusal('csv_header_unclear', `${message} Keep one header row, above the list.`, { rows });

/** Whether a row above the header may be passed over: a title, or a line of particulars, and none of the list's rows. */
const isTitle = ({ cells }: TableRow, columns: Columns): boolean =>
  columns.isValue
    ? !hasValue(cells, columns)
    : 2 * cells.filter((cell) => !isBlank(cell)).length <= columns.required.length;

/**
 * Finds the header.
 * @returns its place among the rows; -1 if the list has none. Where no row names all columns, the likeliest one
 * @throws Refusal `csv_header_unclear` with `rows` where it is there twice, takes two rows, or stands below other rows
 */
function findHeader(rows: readonly TableRow[], columns: Columns): number {
  const { required } = columns;
  const [first] = rows;
  if (!first || hasValue(first.cells, columns)) return -1;
  const names = rows.map(({ cells }) => namesIn(cells, columns));
  const isHeader = (found: ReadonlySet<string>) => required.every((name) => found.has(name));
  const numbered = (places: readonly number[]) => places.map((at) => (rows[at] as TableRow).row);

  const headers = [...names.keys()].filter((at) => isHeader(names[at] as Set<string>));
  const [header] = headers;
  if (headers.length > 1)
    throw unclear(`The header is there more than once: rows ${numbered(headers).join(', ')}.`, numbered(headers));
  if (header !== undefined) {
    if (rows.slice(0, header).every((row) => isTitle(row, columns))) return header;
    throw unclear(`The header, row ${numbered([header]).join()}, stands below rows of a list.`, numbered([header]));
  }
  for (let at = 0; at + 1 < names.length; at++) {
    const [upper, lower] = [names[at] as Set<string>, names[at + 1] as Set<string>];
    if (upper.size === 0 || lower.size === 0 || !isHeader(new Set([...upper, ...lower]))) continue;
    throw unclear(`The header takes two rows: ${numbered([at, at + 1]).join(' and ')}.`, numbered([at, at + 1]));
  }
  const like = rows.map((row) => likeness([row], columns));
  const best = like.indexOf(Math.max(...like));
  return 2 * (like[best] as number) >= required.length ? best : 0;
}

/** Collects the rows of a list while they are read. */
export class Collector<Row extends TableRow> {
  readonly #columns: Columns;
  readonly #rows: Row[] = [];
  #header: number | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /**
   * Takes the next row that is not blank.
   * @throws Refusal `table_too_large`, `csv_header_unclear`, and what `requireFew` throws
   */
  take(row: Row): void {
    if (row.cells.some((cell) => typeof cell === 'string' && cell.length > TABLE_LIMITS.cell))
      throw tableTooLarge('cell');
    this.#rows.push(row);
    if (this.#rows.length === HEADER_ROWS) this.#header = findHeader(this.#rows, this.#columns);
    if (this.#header !== undefined) this.#columns.requireFew(this.#rows.length - 1 - this.#header);
  }

  /** The header's row, if the list has one, and the rows below it. @throws Refusal as `take` does */
  done(): { header: Row | undefined; rows: Row[] } {
    const header = this.#header ?? findHeader(this.#rows, this.#columns);
    this.#columns.requireFew(this.#rows.length - 1 - header);
    return { header: this.#rows[header], rows: this.#rows.slice(header + 1) };
  }
}
