/**
 * Statements about keys and organizations, unique by issuer and `jti`; issuing keys and their certificates; and the
 * DPoP proofs that were used.
 */
import type { D1Database, D1PreparedStatement } from './database.ts';
import { guard, guardRefusal } from './database.ts';

export interface StoredStatement {
  id: number;
  token: string;
}

export interface NewStatement {
  typ: string;
  iss: string;
  sub: string;
  jti: string;
  signer: string;
  jkt: string | null;
  iat: number;
  exp: number;
  token: string;
}

/**
 * What a filing follows: the newest before it is of this centre, or is the very one (`after`, its row) that was judged.
 */
export interface Follows {
  centre: string;
  after?: number | undefined;
}

/**
 * Stores a statement, and what follows from it in the same transaction: `effects` look whether it was stored. One that
 * is there already changes nothing: then they do not run.
 * @param follows of a filing: what the newest filing of the organization must be, if there is one
 * @returns false when this issuer already used this `jti`, or when another centre has filed the organization
 */
export async function insertStatement(
  db: D1Database,
  s: NewStatement,
  now: number,
  effects: readonly D1PreparedStatement[] = [],
  follows?: Follows,
): Promise<boolean> {
  const insert = db
    .prepare(
      `INSERT INTO statements (typ, iss, sub, jti, signer, jkt, iat, exp, token, received_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
       WHERE ?11 IS NULL OR coalesce((SELECT iss = ?11 OR id IS ?12 FROM statements WHERE typ = ?1 AND sub = ?3 ORDER BY iat DESC, id DESC LIMIT 1), 1)`,
    )
    .bind(
      s.typ,
      s.iss,
      s.sub,
      s.jti,
      s.signer,
      s.jkt,
      s.iat,
      s.exp,
      s.token,
      now,
      follows?.centre ?? null,
      follows?.after ?? null,
    );
  try {
    const [stored] = await db.batch([insert, ...effects]);
    // The trigger that raises the register's revision counts as a change too.
    return (stored?.meta.changes ?? 0) > 0;
  } catch (error) {
    if (error instanceof Error && /UNIQUE constraint failed: statements\.iss/.test(error.message)) return false;
    throw guardRefusal(error) ?? error;
  }
}

export const selectStatement = (db: D1Database, iss: string, jti: string): Promise<StoredStatement | null> =>
  db.prepare('SELECT id, token FROM statements WHERE iss = ? AND jti = ?').bind(iss, jti).first<StoredStatement>();

export const selectStatementById = (db: D1Database, id: number): Promise<StoredStatement | null> =>
  db.prepare('SELECT id, token FROM statements WHERE id = ?').bind(id).first<StoredStatement>();

/** All statements of a type, oldest first: for trust.json and for opening the directory. */
export async function selectTokens(db: D1Database, typ: string): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT token FROM statements WHERE typ = ? ORDER BY id')
    .bind(typ)
    .all<{ token: string }>();
  return results.map((row) => row.token);
}

/** The number that every change of a statement raises. */
export async function selectRevision(db: D1Database): Promise<number> {
  const row = await db.prepare('SELECT n FROM revision').first<{ n: number }>();
  return row?.n ?? 0;
}

/** When the newest statement of some types came in, NumericDate; 0 where there is none. */
export async function selectReceived(db: D1Database, types: readonly string[]): Promise<number> {
  const row = await db
    .prepare('SELECT max(received_at) AS at FROM statements WHERE typ IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(types))
    .first<{ at: number | null }>();
  return row?.at ?? 0;
}

/**
 * All filings with the organizations that they are stored for, each organization's newest first by what they say of
 * themselves.
 */
export async function selectFilings(db: D1Database): Promise<{ sub: string; token: string }[]> {
  return (
    await db
      .prepare("SELECT sub, token FROM statements WHERE typ = 'filing+jwt' ORDER BY sub, iat DESC, id DESC")
      .all<{ sub: string; token: string }>()
  ).results;
}

/** Statements of a type about one subject, newest first by what they say of themselves. */
export async function selectAbout(db: D1Database, typ: string, sub: string): Promise<StoredStatement[]> {
  const { results } = await db
    .prepare('SELECT id, token FROM statements WHERE typ = ? AND sub = ? ORDER BY iat DESC, id DESC')
    .bind(typ, sub)
    .all<StoredStatement>();
  return results;
}

/** Whether an issuer made a statement or an approval with this `jti`. */
export async function statementExists(db: D1Database, iss: string, jti: string): Promise<boolean> {
  const row = await db
    .prepare(
      "SELECT 1 FROM statements WHERE iss = ?1 AND jti = ?2 AND typ <> 'withdrawal+jwt' UNION ALL SELECT 1 FROM approvals WHERE iss = ?1 AND jti = ?2 LIMIT 1",
    )
    .bind(iss, jti)
    .first();
  return row !== null;
}

/** Whose statements name a key by its thumbprint. */
export async function selectIssuersOfKey(db: D1Database, jkt: string): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT DISTINCT iss FROM statements WHERE jkt = ?')
    .bind(jkt)
    .all<{ iss: string }>();
  return results.map(({ iss }) => iss);
}

/** The organization of an issuing key. */
export async function selectIssuingKeyOwner(db: D1Database, kid: string): Promise<string | null> {
  const row = await db
    .prepare('SELECT organization FROM issuing_keys WHERE kid = ?')
    .bind(kid)
    .first<{ organization: string }>();
  return row?.organization ?? null;
}

/**
 * A registered client statement. `lost`: its key was reported lost. `filed`: the last filing that was there before it:
 * for whom the key was named.
 */
export type StoredClient = StoredStatement & { lost: number; filed: string | null };

/**
 * The registered statement that names a key for an organization.
 * @param loss the case in which that key would be lost
 */
export const selectClient = (
  db: D1Database,
  sub: string,
  jkt: string,
  jti: string,
  loss: string,
): Promise<StoredClient | null> =>
  db
    .prepare(
      `SELECT id, token, EXISTS (SELECT 1 FROM cases WHERE about = ?4 AND state = 'reported') AS lost,
         (SELECT f.token FROM statements f WHERE f.typ = 'filing+jwt' AND f.sub = ?1 AND f.id < c.id ORDER BY f.id DESC LIMIT 1) AS filed
       FROM statements c WHERE typ = 'client+jwt' AND sub = ?1 AND jkt = ?2 AND jti = ?3`,
    )
    .bind(sub, jkt, jti, loss)
    .first<StoredClient>();

/** Every statement that names a key for an organization, the newest first. */
export async function selectClientsOf(
  db: D1Database,
  sub: string,
): Promise<{ iss: string; jti: string; jkt: string; iat: number; exp: number }[]> {
  const { results } = await db
    .prepare(
      "SELECT iss, jti, jkt, iat, exp FROM statements WHERE typ = 'client+jwt' AND sub = ? ORDER BY iat DESC, id DESC LIMIT 500",
    )
    .bind(sub)
    .all<{ iss: string; jti: string; jkt: string; iat: number; exp: number }>();
  return results;
}

/** Client statements by the thumbprint of their key: to find who signed an order or an event. */
export async function selectClientsByKey(db: D1Database, jkt: string): Promise<StoredStatement[]> {
  const { results } = await db
    .prepare("SELECT id, token FROM statements WHERE typ = 'client+jwt' AND jkt = ? ORDER BY id DESC")
    .bind(jkt)
    .all<StoredStatement>();
  return results;
}

/** Statements that name a key: what a device learns of itself, the newest first. */
export async function selectNaming(
  db: D1Database,
  jkt: string,
): Promise<{ typ: string; sub: string; exp: number; token: string }[]> {
  const { results } = await db
    .prepare(
      "SELECT typ, sub, exp, token FROM statements WHERE typ IN ('client+jwt', 'centre+jwt') AND jkt = ? ORDER BY id DESC LIMIT 20",
    )
    .bind(jkt)
    .all<{ typ: string; sub: string; exp: number; token: string }>();
  return results;
}

const NEWEST_WITHDRAWAL = "SELECT coalesce(max(id), 0) AS id FROM statements WHERE typ = 'withdrawal+jwt'";

/** The withdrawal that was stored last; 0 before the first. */
export const selectNewestWithdrawal = async (db: D1Database): Promise<number> =>
  (await db.prepare(NEWEST_WITHDRAWAL).first<{ id: number }>())?.id ?? 0;

/** Holds while no withdrawal was stored after that one. */
export const guardWithdrawals = (db: D1Database, newest: number): D1PreparedStatement =>
  guard(db, 'withdrawal_came', `(${NEWEST_WITHDRAWAL}) = CAST(?1 AS INTEGER)`, newest);

const NEWEST_OF_CALENDAR = "SELECT max(id) AS id FROM statements WHERE typ IN ('calendar+jwt', 'withdrawal+jwt')";

/** The newest statement by which working days can change; 0 where there is none. */
export const selectNewestOfCalendar = async (db: D1Database): Promise<number> =>
  (await db.prepare(NEWEST_OF_CALENDAR).first<{ id: number | null }>())?.id ?? 0;

/** Holds while none was stored after that one. */
export const guardCalendars = (db: D1Database, newest: number): D1PreparedStatement =>
  guard(db, 'step_out_of_order', `coalesce((${NEWEST_OF_CALENDAR}), 0) = CAST(?1 AS INTEGER)`, newest);

/**
 * Public halves of all issuing keys, or of one organization's, in the order of their numbers; none of a body that had
 * the code before.
 */
export async function selectIssuingKeys(
  db: D1Database,
  organization?: string,
): Promise<{ organization: string; kid: string; public: string }[]> {
  const sql = 'SELECT organization, kid, public FROM own_issuing_keys';
  const query =
    organization === undefined
      ? db.prepare(`${sql} ORDER BY organization, n`)
      : db.prepare(`${sql} WHERE organization = ? ORDER BY n`).bind(organization);
  return (await query.all<{ organization: string; kid: string; public: string }>()).results;
}

export interface IssuingKeyRow {
  kid: string;
  /** JSON of the public JWK. */
  public: string;
}

/** The public half of one issuing key; null where the organization has none with this number. */
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

/** Adds a certificate chain of an issuing key. */
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

/**
 * The keys that can sign now, best first: `preferred` if it has a certificate that is valid, then those that have one,
 * the newest first.
 */
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

/** Remembers a DPoP proof. @returns false when it was used before */
export async function insertProof(db: D1Database, jkt: string, jti: string, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare('INSERT INTO proofs (jkt, jti, seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    .bind(jkt, jti, now)
    .run();
  return meta.changes === 1;
}

/** Forgets proofs older than an instant. */
export async function deleteProofsBefore(db: D1Database, instant: number): Promise<void> {
  await db.prepare('DELETE FROM proofs WHERE seen_at < ?').bind(instant).run();
}
