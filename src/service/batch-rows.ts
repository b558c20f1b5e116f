/** The rows of a batch as they are read: their private part is sealed at rest, each bound to its place. */
import { readFacts } from '../core/approved-rows.ts';
import { withDisclosures } from '../core/credential.ts';
import { photoDigestOf, readDisclosures } from '../core/disclose.ts';
import { sealUrl } from '../core/seal.ts';
import { selectHeld, selectRows } from '../storage/batch-store.ts';
import { selectBatchCertificates } from '../storage/certificate-store.ts';
import { selectOrder } from '../storage/numbering.ts';
import type { Caller } from './caller.ts';
import type { OpenBatch } from './open-batch.ts';
import { readPhoto } from './photo-packs.ts';
import type { Service } from './service.ts';

/** What binds a row's ciphertext to its place. */
const rowPlace = (batch: string, position: number): string => `batch:${batch}:row:${position}`;

/** The private part of a row, as sealed at upload. */
export interface RowSecret {
  disclosures: string[];
  scores: [theory: number, practice: number];
}

export const sealSecret = (service: Service, batch: string, position: number, secret: RowSecret): Promise<string> =>
  service.vault.sealRow(rowPlace(batch, position), secret);

/** @throws Refusal `ciphertext_wrong` for a ciphertext of another row */
export const openSecret = async (
  service: Service,
  batch: string,
  { position, sealed }: { position: number; sealed: string },
): Promise<RowSecret> => (await service.vault.openRow(rowPlace(batch, position), sealed)) as RowSecret;

/** Up to `limit` rows from a position on, with the disclosures from which anybody computes the root again. */
export async function readRows(service: Service, caller: Caller, { batch }: OpenBatch, from: number, limit: number) {
  const stored = await selectRows(service.db, batch.id, from, limit);
  // What others have issued is for the reviewing centres alone.
  const held = caller.role === 'organization' ? [] : await selectHeld(service.db, batch.id, from, limit);
  const numbers = new Map(held.map(({ position, number }) => [position, number]));
  return Promise.all(
    stored.map(async ({ position, row, facts, sealed }) => {
      const { disclosures, scores } = await openSecret(service, batch.id, { position, sealed });
      const number = numbers.get(position);
      return {
        row,
        position,
        ...readFacts(facts),
        disclosures,
        photo: photoDigestOf(disclosures) !== null,
        score_theory: scores[0],
        score_practice: scores[1],
        ...(number === undefined ? {} : { held: number }),
      };
    }),
  );
}

/** The photo of a row; undefined where there is no such row or it has none. @throws Refusal `photo_differs` */
export async function photoOfRow(
  service: Service,
  { batch: { id: batch } }: OpenBatch,
  position: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const [row] = await selectRows(service.db, batch, position, 1);
  if (row?.position !== position) return undefined;
  const { disclosures } = await openSecret(service, batch, row);
  const { photo_digest } = readDisclosures(disclosures, readFacts(row.facts).sd).holder;
  return photo_digest ? readPhoto(service, { batch, position }, photo_digest) : undefined;
}

/** Up to `limit` signed certificates of a batch from a position on, with all disclosures. */
export async function readCertificates(service: Service, { batch, directory }: OpenBatch, from: number, limit: number) {
  const ordered = await selectOrder(service.db, batch.id);
  // The origin that was approved and ordered, even if the service has moved since.
  const origin = ordered
    ? (await service.memo.open(ordered.approval, 'approval+jwt', directory.findCentre)).payload.aud
    : service.config.origin;
  return Promise.all(
    (await selectBatchCertificates(service.db, batch.id, from, limit)).map(
      async ({ number, row, position, credential, seal, sealed, state }) => {
        const { disclosures } = await openSecret(service, batch.id, { position, sealed });
        return {
          row,
          position,
          number,
          state,
          credential: withDisclosures(credential, disclosures),
          seal_url: sealUrl(origin, number, seal),
        };
      },
    ),
  );
}
