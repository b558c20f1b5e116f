/**
 * Owns bodies of steps at rest: JSON, compressed, then encrypted and bound to case and number; opened again and read with
 * the step's schema. It refuses bodies that would not fit a row, and ciphertexts of another place.
 */
import { gunzipSync, gzipSync } from 'fflate';
import { decodeUtf8, encodeUtf8, fromBase64url, toBase64url } from '../../base/bytes.ts';
import { isUnreadable, Refusal } from '../../base/refusal.ts';
import { type Body, readBody } from '../../core/procedure/bodies.ts';
import { type Facts, readFacts } from '../../core/procedure/case-facts.ts';
import type { Kind, StepName } from '../../core/procedure/steps.ts';
import type { CaseRow, StepRow } from '../../storage/case-store.ts';
import { reportDamaged } from '../attempt.ts';
import type { Service } from '../service.ts';

/** Characters of a sealed body; a row of D1 holds 2 MB. */
const SEALED_LIMIT = 1_900_000;

const placeOf = (about: string, seq: number): string => `case:${about}:step:${seq}`;

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

// What a case's line says for lists. Numbers, days and closed words stand open, for SQL; what is somebody's own words and
// not published is sealed beside them, bound to the case. A line that was altered by hand is no fact: lists leave it out
// and report it, what is about that case alone refuses it (`register_differs`).

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

/** The facts of a line as whoever reaches the case reads them, its sealed words among them; undefined for one that was altered. */
export async function openFacts(
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
