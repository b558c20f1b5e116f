/**
 * Owns what a row says in public and its leaf in the batch's tree: the one canonical text (RFC 8785) that
 * centres approve, the organization orders, and every verifier recomputes from the certificate alone.
 * It holds no personal data but the masked name; the rest stands behind salted digests.
 */
import canonicalize from 'canonicalize';
import { encodeUtf8, toBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { type Hash, leafHash, tree, treeRoot } from '../formats/merkle.ts';
import type { Level } from './level.ts';

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
  replaces?: string;
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

/** The public part of a row as it is stored. @throws Refusal `register_differs` when that is not the canonical text of a row */
export function readFacts(text: string): RowFacts {
  try {
    const row = JSON.parse(text) as RowFacts;
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
