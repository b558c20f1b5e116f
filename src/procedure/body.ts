/**
 * Owns bodies of steps at rest: JSON, compressed, then encrypted and bound to case and number; opened again and read with
 * the step's schema. It refuses bodies that would not fit a row, and ciphertexts of another place.
 */
import { gunzipSync, gzipSync } from 'fflate';
import { decodeUtf8, encodeUtf8, fromBase64url, toBase64url } from '../life/bytes.ts';
import { type Body, readBody } from '../life/procedure/bodies.ts';
import type { StepName } from '../life/procedure/steps.ts';
import { Refusal } from '../life/refusal.ts';
import type { Service } from '../service.ts';
import type { StepRow } from '../storage/cases.ts';

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
