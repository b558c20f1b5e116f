/** Events of certificates, the states that they lead to, and where those stand in the status lists. */
import type { D1Database, D1PreparedStatement } from './database.ts';
import { runGuarded } from './database.ts';

/** A state that was worked out from so many `events`. */
export interface StateChange {
  number: string;
  events: number;
  state: string;
}

/**
 * SQL: of equal certificates of a person one is living (certificates_of_person). Where that one has ended, the next
 * that is in force is.
 * @param ended SQL of the numbers of those that may have ended
 */
export const nextLiving = (ended: string): string =>
  `UPDATE OR IGNORE certificates SET live = 1 WHERE live = 0 AND state IN ('valid', 'suspended')
   AND person IN (SELECT person FROM certificates WHERE number IN (${ended}))
   AND (person, occupation_code, job, level) IN (SELECT person, occupation_code, job, level FROM certificates WHERE number IN (${ended}))`;

/**
 * What sets states, for a transaction. One stays as it was where the certificate was replaced or another event came in
 * between. A living certificate stays the living one while it is in force.
 */
function prepareStates(db: D1Database, changes: readonly StateChange[]): D1PreparedStatement[] {
  const changed = JSON.stringify(changes);
  return [
    db
      .prepare(
        `UPDATE certificates SET state = j.value ->> 'state', live = CASE WHEN j.value ->> 'state' = 'revoked' THEN 0 ELSE live END FROM json_each(?1) j
         WHERE certificates.number = j.value ->> 'number' AND certificates.state <> 'replaced'
           AND (SELECT count(*) FROM events e WHERE e.number = certificates.number) = j.value ->> 'events'`,
      )
      .bind(changed),
    db.prepare(nextLiving("SELECT value ->> 'number' FROM json_each(?1)")).bind(changed),
  ];
}

/**
 * Stores an event and the state it leads to, in one transaction: nothing of it where the certificate was replaced, or
 * where another event came first (the primary key lets only one through for each place).
 * @param conditions under which it was judged @throws Refusal of them, JudgeAgain
 */
export async function insertEvent(
  db: D1Database,
  event: { number: string; seq: number; token: string; client: number | null; received_at: number },
  state: string,
  conditions: readonly D1PreparedStatement[],
): Promise<'stored' | 'replaced' | 'out_of_order'> {
  try {
    const results = await runGuarded(db, [
      ...conditions,
      db
        .prepare(
          "INSERT INTO events (number, seq, token, client, received_at) SELECT ?1, ?2, ?3, ?4, ?5 FROM certificates WHERE number = ?1 AND state <> 'replaced'",
        )
        .bind(event.number, event.seq, event.token, event.client, event.received_at),
      ...prepareStates(db, [{ number: event.number, events: event.seq, state }]),
    ]);
    // The triggers' changes count as well.
    return (results[conditions.length]?.meta.changes ?? 0) > 0 ? 'stored' : 'replaced';
  } catch (error) {
    if (error instanceof Error && /events\.number/.test(error.message)) return 'out_of_order';
    throw error;
  }
}

/**
 * States that a withdrawal may have changed: of certificates with an event that came since an instant, by number from
 * after `after`.
 */
export interface Mend {
  id: number;
  since: number;
  after: string;
}

/**
 * Notes, in the transaction that stores a withdrawal, that states are to be worked out again: nothing where it was not
 * stored.
 */
export const prepareMend = (
  db: D1Database,
  since: number,
  { iss, jti }: { iss: string; jti: string },
  token: string,
): D1PreparedStatement =>
  db
    .prepare(
      "INSERT INTO mends (since, after) SELECT ?1, '' WHERE EXISTS (SELECT 1 FROM statements WHERE iss = ?2 AND jti = ?3 AND token = ?4)",
    )
    .bind(since, iss, jti, token);

/** The oldest of them. */
export const selectMend = (db: D1Database): Promise<Mend | null> =>
  db.prepare('SELECT id, since, after FROM mends ORDER BY id LIMIT 1').first<Mend>();

/** Strikes off a mend that is done. */
export const deleteMend = async (db: D1Database, id: number): Promise<void> =>
  void (await db.prepare('DELETE FROM mends WHERE id = ?').bind(id).run());

/** Sets states that were worked out under `conditions`, and notes how far a mend has come. @throws JudgeAgain */
export const updateStates = (
  db: D1Database,
  { id }: Mend,
  after: string,
  changes: readonly StateChange[],
  conditions: readonly D1PreparedStatement[],
) =>
  runGuarded(db, [
    ...conditions,
    ...(changes.length > 0 ? prepareStates(db, changes) : []),
    db.prepare('UPDATE mends SET after = max(after, ?) WHERE id = ?').bind(after, id),
  ]);

/** Indexes of a status list whose certificates are in one of these states. */
export async function selectStatusIndexes(db: D1Database, list: number, states: readonly string[]): Promise<number[]> {
  const { results } = await db
    .prepare(
      'SELECT status_index AS i FROM certificates WHERE status_list = CAST(? AS INTEGER) AND state IN (SELECT value FROM json_each(?))',
    )
    .bind(list, JSON.stringify(states))
    .all<{ i: number }>();
  return results.map((row) => row.i);
}

/** Whether a status list was ever used. List 1 always exists. */
export async function statusListExists(db: D1Database, list: number): Promise<boolean> {
  const row = await db
    .prepare('SELECT 1 AS n FROM certificates WHERE status_list = CAST(? AS INTEGER) LIMIT 1')
    .bind(list)
    .first<{ n: number }>();
  return row !== null || list === 1;
}

/** The list that is being filled; all before it are there too. */
export async function selectLastStatusList(db: D1Database): Promise<number> {
  const row = await db.prepare('SELECT max(status_list) AS list FROM certificates').first<{ list: number | null }>();
  return row?.list ?? 1;
}
