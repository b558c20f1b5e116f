/**
 * Certificates with all that proves them, and their downloads. A look-up reads the register's revision, which every
 * edit raises, and takes what it read lately at that revision; else it is one statement, a second that reads its batch,
 * a third what became of it where something did. Sub-queries would cost every look-up (test/bench).
 */
import type { Recent } from '../base/bounded.ts';
import { PROVINCE_CENTRE } from '../core/province.ts';
import type { D1Database } from './database.ts';
import type { PhotoPlace } from './object-store.ts';

/** What a certificate has of its own. */
export interface OwnRow {
  number: string;
  organization: string;
  year: number;
  level: number;
  serial: number;
  batch: string;
  position: number;
  person: string;
  occupation_code: string;
  job: string;
  status_list: number;
  status_index: number;
  state: 'valid' | 'suspended' | 'revoked' | 'replaced';
  live: number;
  /** 1 where it is in force and another of its person, occupation, job and level is the living one. */
  crowded: number;
  /** 1 while states wait to be brought to what a withdrawal has changed of them. */
  mending: number;
  replaced_by: string | null;
  credential: string;
  seal: string;
  path: string;
  facts: string;
  sealed: string;
  row_person: string;
  row: number;
  row_level: number;
  row_occupation_code: string;
  row_job: string;
  row_replaces: string | null;
  event_count: number;
  revision: number;
}

/**
 * Events with the client statements behind them, and the replacing certificate with its filing: JSON made by SQLite.
 */
interface FateRow {
  events: string;
  successor: string | null;
  /** 1 while the replacing certificate is numbered and not signed yet. */
  successor_pending: number;
}

/** What all certificates of a batch share. `centres` is JSON made by SQLite. */
interface BatchContext {
  count: number;
  root: string;
  /** Of the printed certificates. */
  template: string;
  batch_organization: string;
  approval: string;
  approval_jti: string;
  order_token: string;
  issued_at: number;
  key_number: number;
  form: number;
  filing: string;
  client: string;
  centres: string;
  revision: number;
}

/** Everything that proves a certificate. */
export type CertificateRow = Omit<OwnRow, 'event_count'> &
  FateRow &
  Omit<BatchContext, 'revision'> & {
    /** Says where its photo lies, where rows are read together. */
    place?: (() => Promise<PhotoPlace | null>) | undefined;
  };

const OWN = `
  SELECT c.number, c.organization, c.year, c.level, c.serial, c.batch, c.position, c.person, c.occupation_code, c.job,
    c.status_list, c.status_index, c.state, c.live,
    CASE WHEN c.live <> 1 AND c.state IN ('valid', 'suspended') THEN EXISTS (SELECT 1 FROM certificates o
      WHERE o.person = c.person AND o.occupation_code = c.occupation_code AND o.job = c.job AND o.level = c.level AND o.live = 1) ELSE 0 END AS crowded,
    EXISTS (SELECT 1 FROM mends) AS mending, c.replaced_by, k.credential, k.seal, k.path,
    r.facts, r.sealed, r.person AS row_person, r.row, r.level AS row_level, r.occupation_code AS row_occupation_code, r.job AS row_job,
    r.replaces AS row_replaces,
    (SELECT count(*) FROM events e WHERE e.number = c.number) AS event_count, (SELECT n FROM revision) AS revision
  FROM certificates c
  JOIN credentials k ON k.number = c.number
  JOIN rows r ON r.batch = c.batch AND r.position = c.position`;

/** What became of certificates. Read only where something did: few have events or a successor. */
const FATE = `
  SELECT j.value ->> 'number' AS number,
    (SELECT json_group_array(json_object('token', e.token, 'client', s.token) ORDER BY e.seq)
       FROM events e LEFT JOIN statements s ON s.id = e.client WHERE e.number = j.value ->> 'number') AS events,
    (SELECT json_object('credential', k.credential, 'filing', f.token) FROM credentials k
       JOIN certificates c ON c.number = k.number JOIN batches b ON b.id = c.batch JOIN statements f ON f.id = b.filing
       WHERE k.number = j.value ->> 'replaced_by') AS successor,
    EXISTS (SELECT 1 FROM certificates c JOIN rows r ON r.batch = c.batch AND r.position = c.position JOIN batches b ON b.id = c.batch
       WHERE c.number = j.value ->> 'replaced_by' AND r.replaces = j.value ->> 'number' AND b.state = 'issuing') AS successor_pending
  FROM json_each(?) j`;

const CONTEXT = `
  SELECT b.id AS batch, b.count, b.root, b.template, b.organization AS batch_organization, o.approval, o.approval_jti, o.order_token, o.issued_at, o.key_number, o.form,
    f.token AS filing, cl.token AS client,
    (SELECT json_group_array(s.token) FROM statements s WHERE s.typ = 'centre+jwt' AND s.sub IN ('${PROVINCE_CENTRE}', f.iss)) AS centres,
    (SELECT n FROM revision) AS revision
  FROM batches b
  JOIN orders o ON o.batch = b.id
  JOIN statements f ON f.id = b.filing
  JOIN statements cl ON cl.id = o.client
  WHERE b.id IN (SELECT value FROM json_each(?))`;

/**
 * What was read lately: contexts of batches and whole rows. Each counts only while the register's revision is the one
 * it was read at.
 */
export interface Lately {
  batches: Recent<BatchContext>;
  rows: Recent<{ revision: number; row: CertificateRow }>;
}

async function contextsOf(
  db: D1Database,
  { batches }: Lately,
  owns: readonly OwnRow[],
): Promise<Map<string, BatchContext>> {
  const found = new Map<string, BatchContext>();
  const unread = new Set<string>();
  for (const { batch, revision } of owns) {
    const known = batches.get(batch);
    if (known?.revision === revision) found.set(batch, known);
    else unread.add(batch);
  }
  if (unread.size === 0) return found;
  const { results } = await db
    .prepare(CONTEXT)
    .bind(JSON.stringify([...unread]))
    .all<BatchContext & { batch: string }>();
  for (const { batch, ...context } of results) found.set(batch, batches.set(batch, context));
  return found;
}

const UNTOUCHED: FateRow = { events: '[]', successor: null, successor_pending: 0 };

/**
 * Completes rows, with one statement for all batches that were not read lately and one for all that something became
 * of.
 */
export async function complete(db: D1Database, lately: Lately, owns: readonly OwnRow[]): Promise<CertificateRow[]> {
  const touched = owns.filter((own) => own.event_count > 0 || own.replaced_by !== null);
  const fates = new Map<string, FateRow>();
  if (touched.length > 0) {
    const asked = JSON.stringify(touched.map(({ number, replaced_by }) => ({ number, replaced_by })));
    for (const { number, ...fate } of (await db.prepare(FATE).bind(asked).all<FateRow & { number: string }>()).results)
      fates.set(number, fate);
  }
  const known = await contextsOf(db, lately, owns);
  const rows: CertificateRow[] = [];
  for (const own of owns) {
    const context = known.get(own.batch);
    if (context) rows.push({ ...own, ...context, ...(fates.get(own.number) ?? UNTOUCHED) });
  }
  return rows;
}

/** What certificates have of their own, by number; those that the register does not hold are left out. */
export async function selectOwnRows(db: D1Database, numbers: readonly string[]): Promise<OwnRow[]> {
  return (
    await db
      .prepare(`${OWN} WHERE c.number IN (SELECT value FROM json_each(?))`)
      .bind(JSON.stringify(numbers))
      .all<OwnRow>()
  ).results;
}

/**
 * What the certificates of a person have of their own, newest number first; `persons`: the keyed digests of one number
 * under each document type.
 */
export async function selectOwnRowsOfPerson(
  db: D1Database,
  persons: readonly string[],
  limit: number,
): Promise<OwnRow[]> {
  return (
    await db
      .prepare(`${OWN} WHERE c.person IN (SELECT value FROM json_each(?)) ORDER BY c.number DESC LIMIT ?`)
      .bind(JSON.stringify(persons), limit)
      .all<OwnRow>()
  ).results;
}

/** A certificate with all that proves it; null when any of it is missing. */
export async function selectCertificate(
  db: D1Database,
  lately: Lately,
  number: string,
): Promise<CertificateRow | null> {
  const known = lately.rows.get(number);
  if (known && known.revision === (await db.prepare('SELECT n FROM revision').first<number>('n'))) return known.row;
  const own = await db.prepare(`${OWN} WHERE c.number = ?`).bind(number).first<OwnRow>();
  const [row] = own ? await complete(db, lately, [own]) : [];
  if (own && row) lately.rows.set(number, { revision: own.revision, row });
  return row ?? null;
}

/** Certificates with an event that came since an instant, by number from after `after`, with all that proves them. */
export async function selectCertificatesWithEvents(
  db: D1Database,
  lately: Lately,
  since: number,
  after: string,
  limit: number,
): Promise<CertificateRow[]> {
  const { results } = await db
    .prepare(
      `${OWN} WHERE c.number IN (SELECT number FROM events WHERE received_at >= ?) AND c.number > ? ORDER BY c.number LIMIT ?`,
    )
    .bind(since, after, limit)
    .all<OwnRow>();
  return complete(db, lately, results);
}

/** The certificates with events that a batch replaces, by number from after `after`, with all that proves them. */
export async function selectReplacedWithEvents(
  db: D1Database,
  lately: Lately,
  batch: string,
  after: string,
  limit: number,
): Promise<CertificateRow[]> {
  const { results } = await db
    .prepare(
      `${OWN} WHERE c.number IN (SELECT r.replaces FROM rows r JOIN events e ON e.number = r.replaces WHERE r.batch = ?) AND c.number > ? ORDER BY c.number LIMIT ?`,
    )
    .bind(batch, after, limit)
    .all<OwnRow>();
  return complete(db, lately, results);
}

/**
 * A stretch of a batch in row order, with all that proves each certificate; those of which any is missing are left out.
 */
export async function selectCertificatesOfBatch(
  db: D1Database,
  lately: Lately,
  batch: string,
  from: number,
  limit: number,
): Promise<CertificateRow[]> {
  const { results } = await db
    .prepare(`${OWN} WHERE c.batch = ? AND c.position >= ? AND c.position < ? ORDER BY c.position`)
    .bind(batch, from, from + limit)
    .all<OwnRow>();
  return complete(db, lately, results);
}

interface SignedRow extends Pick<CertificateRow, 'number' | 'state'> {
  row: number;
  position: number;
  credential: string;
  seal: string;
  sealed: string;
}

/** Signed certificates of a batch in row order. */
export async function selectBatchCertificates(
  db: D1Database,
  batch: string,
  from: number,
  limit: number,
): Promise<SignedRow[]> {
  const { results } = await db
    .prepare(
      `SELECT c.number, r.row, c.position, k.credential, k.seal, r.sealed, c.state FROM certificates c
       JOIN credentials k ON k.number = c.number JOIN rows r ON r.batch = c.batch AND r.position = c.position
       WHERE c.batch = ? AND c.position >= ? ORDER BY c.position LIMIT ?`,
    )
    .bind(batch, from, limit)
    .all<SignedRow>();
  return results;
}

/** The statements behind an issuing key's organization: to check a credential or seal that is not in the register. */
export async function selectFilingsNaming(db: D1Database, organization: string): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT token FROM statements WHERE typ = 'filing+jwt' AND sub = ? ORDER BY iat DESC, id DESC")
    .bind(`org:${organization}`)
    .all<{ token: string }>();
  return results.map((row) => row.token);
}

/** Notes that certificates were fetched: what (a media type), by whom (`holder` or a caller's subject), when. */
export async function insertDownloads(
  db: D1Database,
  numbers: readonly string[],
  kind: string,
  by: string,
  at: number,
): Promise<void> {
  await db
    .prepare('INSERT INTO downloads (number, kind, by, at) SELECT value, ?2, ?3, ?4 FROM json_each(?1)')
    .bind(JSON.stringify(numbers), kind, by, at)
    .run();
}

/** Notes a download of one certificate. @param at NumericDate */
export const insertDownload = (db: D1Database, number: string, kind: string, by: string, at: number): Promise<void> =>
  insertDownloads(db, [number], kind, by, at);

/** The last downloads of a certificate, the newest first. */
export async function selectDownloads(
  db: D1Database,
  number: string,
  limit: number,
): Promise<{ kind: string; by: string; at: number }[]> {
  const { results } = await db
    .prepare('SELECT kind, by, at FROM downloads WHERE number = ? ORDER BY at DESC, id DESC LIMIT ?')
    .bind(number, limit)
    .all<{ kind: string; by: string; at: number }>();
  return results;
}
