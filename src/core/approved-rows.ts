/**
 * The rows of a batch as they are approved: what a row says in public, its leaf in the batch's tree, and the root that
 * centres approve, the organization orders, and every verifier recomputes from the certificate alone. A row holds no
 * personal data but the masked name; the rest stands behind salted digests.
 */
import canonicalize from 'canonicalize';
import { encodeUtf8, toBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { type Hash, leafHash, tree, treeRoot } from '../formats/merkle.ts';
import { type Holder, readDisclosures } from './disclose.ts';
import { type Level, levelName } from './number.ts';
import { maskName } from './person.ts';

export interface RowFacts {
  occupation: { code: string; name: string; edition: string };
  /** 工种/职业方向; `--` when there is none. */
  job: string;
  level: Level;
  /** `YYYY-MM-DD` */
  exam_date: string;
  /** First code point and `**`. */
  masked_name: string;
  /** Number of the certificate that this row replaces. */
  replaces?: string | undefined;
  /** Sorted digests of the row's disclosures. */
  sd: readonly string[];
}

/** The canonical JSON of a row's public part. */
export function leafText(row: RowFacts): string {
  const { occupation, job, level, exam_date, masked_name, replaces, sd } = row;
  const { code, name, edition } = occupation;
  return canonicalize({
    v: 1,
    occupation: { code, name, edition },
    job,
    level,
    exam_date,
    masked_name,
    ...(replaces === undefined ? {} : { replaces }),
    sd: [...sd].sort(),
  }) as string;
}

/**
 * The public part of a row as it is stored.
 * @throws Refusal `register_differs` when that is not the canonical text of a row
 */
export function readFacts(text: string): RowFacts & { v: 1 } {
  try {
    const row = JSON.parse(text) as RowFacts & { v: 1 };
    if (leafText(row) === text) return row;
  } catch (error) {
    // No JSON, or without the parts of a row.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new Refusal('register_differs', 'A stored row is not what was uploaded.', { part: 'facts' });
}

/** The RFC 9162 leaf hash of a row's canonical text. */
export const leafOfText = (text: string): Hash => leafHash(encodeUtf8(text));

/** The RFC 9162 leaf hash of a row. */
export const leafOf = (row: RowFacts): Hash => leafOfText(leafText(row));

/** The root over the canonical texts of a batch's rows, in row order: what centres and organization sign. */
export const rootOfTexts = (texts: readonly string[]): string => toBase64url(treeRoot(tree(texts.map(leafOfText))));

// What a reviewer (审核人) signs, computed from the rows alone: the browser and the command read a batch through this, so
// that both sign the same or reject the same.

/** A row as GET /v1/batches/{id}/rows gives it. */
export interface ShownRow extends RowFacts {
  row: number;
  position: number;
  disclosures: string[];
  /** To a centre: the certificate in force that this person already holds; with it the batch cannot be numbered. */
  held?: string | undefined;
}

export type SeenRow<R extends ShownRow = ShownRow> = R & Holder;

/** What is known of a batch before its rows were read. */
export interface Named {
  root: string;
  count: number;
}

/** A batch as it is read, a stretch at a time. */
export class Reading<R extends ShownRow = ShownRow> {
  readonly rows: SeenRow<R>[] = [];
  readonly #texts: string[] = [];

  /** Takes the next stretch. @throws Refusal `rows_differ` naming the row, and what readDisclosures throws */
  add(shown: readonly R[]): void {
    for (const row of shown) {
      const { name, id_type, id_number, photo_digest } = readDisclosures(row.disclosures, row.sd).holder;
      if (
        row.position !== this.rows.length ||
        row.disclosures.length !== row.sd.length ||
        name === undefined ||
        id_type === undefined ||
        id_number === undefined ||
        photo_digest === undefined ||
        maskName(name) !== row.masked_name
      ) {
        throw new Refusal(
          'rows_differ',
          `Row ${row.row}: what the service shows is not what its digests say; nothing was signed.`,
          { row: row.row },
        );
      }
      this.#texts.push(leafText(row));
      this.rows.push({ ...row, name, id_type, id_number, photo_digest });
    }
  }

  /** The root of all rows that were read. @throws Refusal `root_differs` when it is not the one that was named */
  root({ root, count }: Named): string {
    const own = rootOfTexts(this.#texts);
    if (own !== root || this.rows.length !== count)
      throw new Refusal(
        'root_differs',
        `The root computed from ${this.rows.length} rows is ${own}, not the one that the service names; nothing was signed.`,
        { part: 'rows', rows: this.rows.length, root },
      );
    return own;
  }
}

/** What a reviewer compares by eye: the same words on the page and in what was read. */
export const rowWords = ({
  row,
  name,
  id_number,
  occupation,
  job,
  level,
  exam_date,
  replaces,
}: Pick<
  SeenRow,
  'row' | 'name' | 'id_number' | 'occupation' | 'job' | 'level' | 'exam_date' | 'replaces'
>): string[] => [
  String(row),
  name,
  id_number,
  `${occupation.code} ${occupation.name}`,
  job,
  levelName(level),
  exam_date,
  ...(replaces === undefined ? [] : [replaces]),
];

/** Refuses rows on the page that are not the rows that were read (`rows_differ`). `shown`: by position. */
export function requireShown(shown: ReadonlyMap<number, readonly string[]>, rows: readonly SeenRow[]): void {
  for (const [position, words] of shown) {
    const row = rows[position];
    if (!row || JSON.stringify(rowWords(row)) !== JSON.stringify(words))
      throw new Refusal(
        'rows_differ',
        `Row ${row?.row ?? position + 1}: the page showed something else than what would be signed; nothing was signed.`,
        { row: row?.row ?? position + 1 },
      );
  }
}

/** Rows by occupation, job and level: how many of each. */
export function countsOf(
  rows: readonly Pick<SeenRow, 'occupation' | 'job' | 'level'>[],
): [words: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { occupation, job, level } of rows) {
    const line = `${occupation.code} ${occupation.name}${job === '--' ? '' : ` ${job}`} ${levelName(level)}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].sort();
}
