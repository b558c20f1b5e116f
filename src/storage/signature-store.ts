/** Certificates of issuing keys in D1, and signatures of printed certificates in R2, which are written once. */
import type { D1Database, R2Bucket } from './database.ts';

export interface IssuingKeyRow {
  kid: string;
  /** JSON of the public JWK. */
  public: string;
}

export const selectIssuingKey = (db: D1Database, organization: string, n: number): Promise<IssuingKeyRow | null> =>
  db
    .prepare('SELECT kid, public FROM own_issuing_keys WHERE organization = ? AND n = ?')
    .bind(organization, n)
    .first<IssuingKeyRow>();

export interface NewChain {
  organization: string;
  n: number;
  chain: string;
  not_before: number;
  not_after: number;
  handed_in_by: string;
}

export async function insertChain(db: D1Database, c: NewChain, now: number): Promise<void> {
  await db
    .prepare(
      'INSERT INTO issuing_certificates (organization, n, chain, not_before, not_after, handed_in_by, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .bind(c.organization, c.n, c.chain, c.not_before, c.not_after, c.handed_in_by, now)
    .run();
}

/** Until when an issuing key has a certificate that is valid now; null where it has none. */
export const selectCertifiedUntil = (
  db: D1Database,
  organization: string,
  n: number,
  now: number,
): Promise<number | null> =>
  db
    .prepare(
      'SELECT not_after FROM issuing_certificates WHERE organization = ?1 AND n = ?2 AND not_before <= ?3 AND not_after >= ?3 ORDER BY id DESC LIMIT 1',
    )
    .bind(organization, n, now)
    .first<number>('not_after');

/** The keys that can sign now, best first: `preferred` if it has a certificate that is valid, then those that have one, the newest first. */
export async function selectSigners(
  db: D1Database,
  organization: string,
  preferred: number,
  now: number,
): Promise<{ kid: string; chain: string }[]> {
  const { results } = await db
    .prepare(
      `SELECT k.kid, c.chain FROM issuing_certificates c JOIN own_issuing_keys k ON k.organization = c.organization AND k.n = c.n
       WHERE c.organization = ?1 AND c.not_before <= ?3 AND c.not_after >= ?3
       ORDER BY c.n = ?2 DESC, c.n DESC, c.id DESC LIMIT 20`,
    )
    .bind(organization, preferred, now)
    .all<{ kid: string; chain: string }>();
  return results;
}

export const readSignature = async (files: R2Bucket, key: string): Promise<string | undefined> =>
  (await files.get(key))?.text();

/** Keeps a signature. @returns the one that is kept: another, when somebody else came first; `anew` replaces it */
export async function writeSignature(files: R2Bucket, key: string, signature: string, anew: boolean): Promise<string> {
  const put = await files.put(key, signature, anew ? {} : { onlyIf: { etagDoesNotMatch: '*' } });
  return put === null ? ((await readSignature(files, key)) ?? signature) : signature;
}
