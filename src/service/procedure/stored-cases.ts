/**
 * Cases as they are stored. Bodies of steps are JSON, compressed, then encrypted and bound to case and number. Cases
 * are listed within somebody's reach and read as openCase does: order, digests and states, without the signatures,
 * which were verified when the steps came. A step that was altered is refused (`register_differs`).
 */
import { gunzipSync, gzipSync } from 'fflate';
import { type Page, pageOf } from '../../base/bounded.ts';
import { decodeUtf8, encodeUtf8, fromBase64url, toBase64url } from '../../base/bytes.ts';
import { isRefusal, isUnreadable, Refusal } from '../../base/refusal.ts';
import { type Body, type Facts, readBody, readFacts } from '../../core/procedure/bodies.ts';
import {
  type CaseLine,
  type CaseStep,
  type CaseView,
  checkBody,
  claimedStep,
  openCase,
} from '../../core/procedure/read-case.ts';
import { type Kind, readAbout, type StepName, stepsFrom } from '../../core/procedure/steps.ts';
import { type CaseFilter, type CaseRow, type StepRow, selectCases, selectSteps } from '../../storage/case-store.ts';
import { type Asker, reachCase, reachOf } from '../reach.ts';
import type { Service } from '../service.ts';
import { reportDamaged } from '../service.ts';

/** Characters of a sealed body; a row of D1 holds 2 MB. */
const SEALED_LIMIT = 1_900_000;

const placeOf = (about: string, seq: number): string => `case:${about}:step:${seq}`;

/** The body of a step as it is stored. @throws Refusal `body_too_large` */
export async function sealBody(service: Service, about: string, seq: number, body: unknown): Promise<string> {
  const sealed = toBase64url(
    await service.vault.sealBytes(
      placeOf(about, seq),
      gzipSync(encodeUtf8(JSON.stringify(body)), { level: 6, mtime: 0 }),
    ),
  );
  if (sealed.length > SEALED_LIMIT)
    throw new Refusal('body_too_large', 'What the step says is too large to be kept; split it.', {
      limit: SEALED_LIMIT,
    });
  return sealed;
}

/** The body as it was signed. */
export async function openBody(service: Service, row: Pick<StepRow, 'about' | 'seq' | 'sealed'>): Promise<unknown> {
  return JSON.parse(
    decodeUtf8(gunzipSync(await service.vault.openBytes(placeOf(row.about, row.seq), fromBase64url(row.sealed)))),
  );
}

/** The body with its schema's defaults and trimming. */
export async function readStored<S extends StepName>(service: Service, row: StepRow): Promise<Body<S>> {
  return readBody(row.step as S, await openBody(service, row));
}

// What a case's line says for lists. Numbers, days and closed words stand open, for SQL; what is somebody's own words
// and not published is sealed beside them, bound to the case. A line that was altered by hand is no fact: lists leave
// it out and report it, what is about that case alone refuses it (`register_differs`).

const factsPlace = (about: string): string => `case:${about}:facts`;

type Line = Pick<CaseRow, 'about' | 'facts'>;

/** @param secret texts by name @returns what stands for them in the line */
export const sealFacts = async (
  service: Service,
  about: string,
  secret: Record<string, unknown>,
): Promise<{ sealed: string }> => ({ sealed: await service.vault.sealRow(factsPlace(about), secret) });

/** The facts of a case's line. @throws Refusal `register_differs` */
export function requireFacts<K extends Kind>(kind: K, { about, facts }: Line): Facts<K> {
  const read = readFacts(kind, facts);
  if (!read)
    throw new Refusal('register_differs', 'What the register says of this case is not what was written there.', {
      part: 'facts',
      about,
    });
  return read;
}

/** The facts of a case's line for a list; undefined, and reported, for one that was altered. */
export function listedFacts<K extends Kind>(kind: K, { about, facts }: Line): Facts<K> | undefined {
  const read = readFacts(kind, facts);
  if (!read) reportDamaged('cases', about);
  return read;
}

/**
 * The facts of a line as whoever reaches the case reads them, its sealed words among them; undefined for one that was
 * altered.
 */
async function openFacts(
  service: Service,
  { about, kind, facts }: Line & Pick<CaseRow, 'kind'>,
): Promise<Record<string, unknown> | undefined> {
  const read: Record<string, unknown> | undefined = about.startsWith(`${kind}:`)
    ? readFacts(kind as Kind, facts)
    : undefined;
  if (!read) return undefined;
  const { sealed, ...open } = read;
  if (typeof sealed !== 'string') return open;
  try {
    return { ...open, ...((await service.vault.openRow(factsPlace(about), sealed)) as Record<string, unknown>) };
  } catch (error) {
    // Its words are lost; what stands open still shows.
    if (isUnreadable(error)) return open;
    throw error;
  }
}

// Reading cases.

async function lineOf(service: Service, row: CaseRow): Promise<CaseLine | undefined> {
  const { about, kind, state, seq, last, organization, centre, parent, due, created_at, updated_at } = row;
  const facts = await openFacts(service, row);
  return facts && { about, kind, state, seq, last, organization, centre, parent, facts, due, created_at, updated_at };
}

/** Lines for a list; those that were altered are left out and reported. */
async function linesOf(service: Service, rows: readonly CaseRow[]): Promise<CaseLine[]> {
  const lines = await Promise.all(
    rows.map(async (row) => {
      const line = await lineOf(service, row);
      if (!line) reportDamaged('cases', row.about);
      return line;
    }),
  );
  return lines.filter((line) => line !== undefined);
}

type Asked = Pick<
  CaseFilter,
  'kind' | 'state' | 'organization' | 'parent' | 'resultsOf' | 'before' | 'after' | 'first'
>;

/** Cases within the asker's reach, the last changed first. */
export async function listCases(service: Service, asker: Asker, filter: Asked, limit: number): Promise<CaseLine[]> {
  return linesOf(service, await selectCases(service.db, { ...filter, ...reachOf(asker) }, limit));
}

/** A page of them. @param filter its `first` are states that stand before all others */
export async function pageCases(service: Service, asker: Asker, filter: Asked, size: number): Promise<Page<CaseLine>> {
  const rows = await selectCases(service.db, { ...filter, ...reachOf(asker) }, size + 1);
  const { lines, next } = pageOf(rows, size, ({ about, state, updated_at }) => ({
    first: filter.first?.includes(state) ? 1 : 0,
    at: updated_at,
    id: about,
  }));
  return { lines: await linesOf(service, lines), next };
}

export const differs = () =>
  new Refusal('register_differs', 'A stored step is not the one that was signed.', { part: 'step' });

/**
 * What `read` makes of a stored step; whatever it refuses means that the step was altered.
 * @throws Refusal `register_differs`
 */
async function asStored<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw isUnreadable(error) && !isRefusal(error, 'ciphertext_wrong') ? differs() : error;
  }
}

/**
 * The body of one stored step by itself, if it is the one that was signed at this place.
 * @throws Refusal `register_differs`, `ciphertext_wrong`
 */
export const signedBody = (service: Service, row: StepRow): Promise<unknown> =>
  asStored(async () => {
    const { payload } = claimedStep(row.token);
    if (payload.about !== row.about || payload.seq !== row.seq || payload.step !== row.step) throw differs();
    const body = await openBody(service, row);
    await checkBody(payload, body);
    return body;
  });

/**
 * Every step of a case as openCase reads it: order, digests and states. Signatures were verified when the steps came.
 * @param end what the case's line says of its last step
 * @throws Refusal `register_differs`, `ciphertext_wrong`
 */
export async function openSteps(
  service: Service,
  about: string,
  end?: Pick<CaseRow, 'seq' | 'last'>,
): Promise<CaseStep[]> {
  const rows = await selectSteps(service.db, about);
  const { steps } = await asStored(async () => {
    const given = await Promise.all(rows.map(async (row) => ({ ...row, body: await openBody(service, row) })));
    return openCase(about, given, end);
  });
  return steps.map(({ payload, given: { role, received_at, token, body } }) => ({
    seq: payload.seq,
    step: payload.step,
    role,
    iss: payload.iss,
    at: payload.iat,
    received_at,
    token,
    body,
  }));
}

/** A case whole, for whoever reaches it. @throws Refusal `case_not_found`, `out_of_reach`, `register_differs` */
export async function viewCase(service: Service, asker: Asker, about: string): Promise<CaseView> {
  const { kind } = readAbout(about);
  const row = await reachCase(service, asker, about);
  const [steps, line] = await Promise.all([openSteps(service, about, row), lineOf(service, row)]);
  if (!line) throw differs();
  return { ...line, allowed: stepsFrom(kind, row.state, asker.role), steps };
}
