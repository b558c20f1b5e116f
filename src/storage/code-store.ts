/**
 * Organization codes (机构编码): to whose 统一社会信用代码 each belongs. A code that another holds aborts the transaction that
 * would give it away (`isCodeTaken`).
 */
import type { D1Database, D1PreparedStatement } from './database.ts';
import { guard } from './database.ts';

/** Whether a transaction failed because a code belongs to another (migration 0014). */
export const isCodeTaken = (error: unknown): boolean => error instanceof Error && /\bcode_taken\b/.test(error.message);

/** Whether a transaction failed because the code was released meanwhile (migration 0014). */
export const isCodeReleased = (error: unknown): boolean =>
  error instanceof Error && /\bcode_released\b/.test(error.message);

/** Whose each code is: null for one that was released. */
export async function selectHolders(db: D1Database): Promise<Map<string, string | null>> {
  const { results } = await db
    .prepare('SELECT organization, uscc FROM organization_codes')
    .all<{ organization: string; uscc: string | null }>();
  return new Map(results.map(({ organization, uscc }) => [organization, uscc]));
}

/** Whose a code is: null if it was released, undefined if it has no row. */
export async function selectHolder(db: D1Database, organization: string): Promise<string | null | undefined> {
  return (
    await db
      .prepare('SELECT uscc FROM organization_codes WHERE organization = ?')
      .bind(organization)
      .first<{ uscc: string | null }>()
  )?.uscc;
}

/** Writes down whose a code is that was filed before the table was there; what stands there already stays. */
export async function insertHolder(db: D1Database, organization: string, uscc: string): Promise<void> {
  await db
    .prepare('INSERT OR IGNORE INTO organization_codes (organization, uscc) VALUES (?, ?)')
    .bind(organization, uscc)
    .run();
}

/** The filing under which the first batch of an organization was uploaded. */
export async function selectFirstUsedFiling(db: D1Database, organization: string): Promise<string | undefined> {
  const sql =
    'SELECT s.token FROM batches b JOIN statements s ON s.id = b.filing WHERE b.organization = ? ORDER BY b.created_at, s.id LIMIT 1';
  return (await db.prepare(sql).bind(organization).first<{ token: string }>())?.token;
}

/** Codes with a prefix that were ever filed, held, or given an issuing key. */
export async function selectUsedCodes(db: D1Database, prefix: string): Promise<string[]> {
  const sql = `SELECT substr(sub, 5) AS code FROM statements WHERE typ = 'filing+jwt' AND sub GLOB 'org:' || ?1 || '*'
    UNION SELECT organization FROM issuing_keys WHERE organization GLOB ?1 || '*' UNION SELECT organization FROM organization_codes WHERE organization GLOB ?1 || '*'`;
  return (await db.prepare(sql).bind(prefix).all<{ code: string }>()).results.map(({ code }) => code);
}

/**
 * Holds a code for whom it belongs to, if a filing was stored in the same transaction: one from before the code was
 * released holds nothing. Aborts the transaction in which it stands if the code belongs to another.
 */
export const prepareHoldFiled = (
  db: D1Database,
  organization: string,
  uscc: string,
  filing: { iss: string; jti: string },
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO organization_codes (organization, uscc) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM statements WHERE iss = ?3 AND jti = ?4 AND typ = 'filing+jwt' AND sub = 'org:' || ?1
         AND id > coalesce((SELECT last_statement FROM organization_codes WHERE organization = ?1), 0))
       ON CONFLICT (organization) DO UPDATE SET uscc = excluded.uscc`,
    )
    .bind(organization, uscc, filing.iss, filing.jti);

/** Newest filing of the organization `?1` since its code was last released, as `iss jti`. */
const NEWEST_FILING = `(SELECT f.iss || ' ' || f.jti FROM statements f WHERE f.typ = 'filing+jwt' AND f.sub = 'org:' || ?1
  AND f.id > (SELECT last_statement FROM organization_codes WHERE organization = ?1) ORDER BY f.iat DESC, f.id DESC LIMIT 1)`;

/** Holds while a body has its code. */
export const guardHolder = (db: D1Database, organization: string, uscc: string): D1PreparedStatement =>
  guard(
    db,
    'client_of_other_organization',
    'EXISTS (SELECT 1 FROM organization_codes WHERE organization = ?1 AND uscc = ?2)',
    organization,
    uscc,
  );

/**
 * Holds while a filing is the newest of the body that has the code.
 * @param newest the newest withdrawal under which it was judged
 */
export const guardNewestFiling = (
  db: D1Database,
  organization: string,
  { uscc, iss, jti }: { uscc: string; iss: string; jti: string },
  newest: number,
): D1PreparedStatement =>
  guard(
    db,
    'filing_replaced',
    `EXISTS (SELECT 1 FROM organization_codes WHERE organization = ?1 AND uscc = ?2) AND ${NEWEST_FILING} IS ?3
     AND NOT EXISTS (SELECT 1 FROM statements WHERE typ = 'withdrawal+jwt' AND sub = ?3 AND id > CAST(?4 AS INTEGER))`,
    organization,
    uscc,
    `${iss} ${jti}`,
    newest,
  );

/** Number of the last issuing key that was made before the code was released; 0 where it never was. */
export const selectLastReleasedKey = async (db: D1Database, organization: string): Promise<number> =>
  (await db
    .prepare('SELECT last_key FROM organization_codes WHERE organization = ?')
    .bind(organization)
    .first<number>('last_key')) ?? 0;

/**
 * Holds while the code was not released since.
 * @param last what `selectLastReleasedKey` gave before the keys were judged
 */
export const guardKeys = (db: D1Database, organization: string, last: number): D1PreparedStatement =>
  guard(
    db,
    'issuing_key_unknown',
    'coalesce((SELECT last_key FROM organization_codes WHERE organization = ?1), 0) = CAST(?2 AS INTEGER)',
    organization,
    last,
  );

/**
 * Releases a code in the transaction that stores a withdrawal of its newest filing, if nothing lies under it: no batch,
 * and no case but the applications and device requests of keys that were not named yet, which are then nobody's.
 */
export function prepareRelease(
  db: D1Database,
  organization: string,
  target: { iss: string; jti: string },
  withdrawal: { iss: string; jti: string },
): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `UPDATE organization_codes SET uscc = NULL, last_statement = (SELECT max(id) FROM statements),
           last_key = (SELECT coalesce(max(n), 0) FROM issuing_keys WHERE organization = ?1)
         WHERE organization = ?1 AND uscc IS NOT NULL
         AND EXISTS (SELECT 1 FROM statements WHERE iss = ?3 AND jti = ?4)
         AND ${NEWEST_FILING} IS ?2
         AND NOT EXISTS (SELECT 1 FROM batches WHERE organization = ?1)
         AND NOT EXISTS (SELECT 1 FROM cases WHERE organization = ?1 AND kind NOT IN ('application', 'device'))
         AND NOT EXISTS (SELECT 1 FROM cases WHERE owner = 'org:' || ?1)`,
      )
      .bind(organization, `${target.iss} ${target.jti}`, withdrawal.iss, withdrawal.jti),
    db
      .prepare(
        'UPDATE cases SET organization = NULL WHERE organization = ?1 AND EXISTS (SELECT 1 FROM organization_codes WHERE organization = ?1 AND uscc IS NULL)',
      )
      .bind(organization),
  ];
}
