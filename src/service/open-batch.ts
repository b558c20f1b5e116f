import { Refusal } from '../base/refusal.ts';
import type { Arrival, BatchFacts } from '../core/approval.ts';
import { readFacts, rootOfTexts } from '../core/approved-rows.ts';
import { withDisclosures } from '../core/credential.ts';
import type { Directory } from '../core/directory.ts';
import { photoDigestOf, readDisclosures } from '../core/disclose.ts';
import type { Filing } from '../core/schema.ts';
import { sealUrl } from '../core/seal.ts';
import {
  type BatchRow,
  selectApprovals,
  selectBatch,
  selectFacts,
  selectHeld,
  selectRows,
} from '../storage/batch-store.ts';
import { selectCase } from '../storage/case-store.ts';
import { selectBatchCertificates } from '../storage/certificate-store.ts';
import { countSigned, selectOrder } from '../storage/numbering.ts';
import { selectStatementById } from '../storage/statement-store.ts';
import { directoryOf, filedSince } from './on-file.ts';
import { readPhoto } from './photo-packs.ts';
import { type Caller, requireReach } from './reach.ts';
import type { Service } from './service.ts';

export const CLOSED = ['issuing', 'issued', 'returned'];

/**
 * A stored batch with the filing under which it was uploaded, opened once for everything that a request does with it.
 */
export interface OpenBatch {
  batch: BatchRow;
  filing: Filing;
  filing_token: string;
  /** As the register was when the batch was opened. */
  directory: Directory;
}

/** A batch as stored. @throws Refusal `batch_not_found` */
export async function findBatch(service: Service, id: string): Promise<BatchRow> {
  const batch = await selectBatch(service.db, id);
  if (!batch) throw new Refusal('batch_not_found', 'There is no such batch.');
  return batch;
}

/** @throws Refusal `batch_not_found`, `register_differs` */
export const openBatch = async (service: Service, id: string): Promise<OpenBatch> =>
  openFound(service, await findBatch(service, id), await directoryOf(service));

/** A batch within the caller's reach. @throws Refusal `batch_not_found`, `out_of_reach`, `register_differs` */
export async function reachBatch(service: Service, caller: Caller, id: string): Promise<OpenBatch> {
  const { batch, directory } = await findReached(service, caller, id);
  return openFound(service, batch, directory);
}

/** A stored batch within the caller's reach, not opened. @throws Refusal `batch_not_found`, `out_of_reach` */
export async function findReached(
  service: Service,
  caller: Caller,
  id: string,
): Promise<Pick<OpenBatch, 'batch' | 'directory'>> {
  const batch = await findBatch(service, id);
  const directory = await directoryOf(service);
  await requireReach(service, caller, batch.organization, directory);
  return { batch, directory };
}

async function openFound(service: Service, batch: BatchRow, directory: Directory): Promise<OpenBatch> {
  const stored = await selectStatementById(service.db, batch.filing);
  if (!stored)
    throw new Refusal('register_differs', 'The batch names a filing that is not stored.', { part: 'filing' });
  const { payload } = await service.memo.open(stored.token, 'filing+jwt', directory.findCentre);
  if (payload.sub !== `org:${batch.organization}`)
    throw new Refusal('register_differs', "The batch names another organization's filing.", { part: 'filing' });
  return { batch, filing: payload, filing_token: stored.token, directory };
}

/** What tokens about this batch must say, with the root computed again from the rows. */
export async function batchFacts(service: Service, batch: BatchRow): Promise<{ facts: BatchFacts; texts: string[] }> {
  const texts = await selectFacts(service.db, batch.id);
  const root = rootOfTexts(texts);
  if (root !== batch.root || texts.length !== batch.count)
    throw new Refusal('register_differs', 'The stored rows are not the rows that were uploaded.', { part: 'rows' });
  return {
    facts: { organization: batch.organization, aud: service.config.origin, batch: batch.id, root, count: batch.count },
    texts,
  };
}

/** When a batch came, and when each approval of it did: one that was never submitted comes now. */
export async function arrivalOf(service: Service, batch: BatchRow): Promise<Arrival> {
  const received = new Map(
    (await selectApprovals(service.db, batch.id)).map(({ token, received_at }) => [token, received_at]),
  );
  const now = service.now();
  return { uploaded: batch.created_at, arrived: (token) => received.get(token) ?? now };
}

/** The batch as its organization and centres see it; `issued`: how many of its certificates are signed. */
export async function batchView(service: Service, { batch, filing, directory }: OpenBatch) {
  const approvals = await selectApprovals(service.db, batch.id);
  const issued =
    batch.state === 'issuing' ? await countSigned(service.db, batch.id) : batch.state === 'issued' ? batch.count : 0;
  const returned_reason = await reasonOf(service, batch);
  const filed_since = CLOSED.includes(batch.state) ? undefined : await filedSince(service, directory, filing);
  const plan = batch.results === null ? null : ((await selectCase(service.db, batch.results))?.parent ?? null);
  return {
    id: batch.id,
    organization: batch.organization,
    count: batch.count,
    root: batch.root,
    state: batch.state,
    created_at: batch.created_at,
    issued,
    approvals: approvals.map(({ tier, iss, jti, token, received_at }) => ({
      tier,
      iss,
      jti,
      approval: token,
      received_at,
    })),
    ...(returned_reason === null ? {} : { returned_reason }),
    // Then nothing of it can be issued: it is returned and uploaded again.
    ...(filed_since === undefined ? {} : { filed_since }),
    // Whether plan and notice came before it (notice 2020, 四).
    procedure: batch.results === null ? ('none' as const) : ('notice' as const),
    ...(batch.results === null ? {} : { results: batch.results }),
    ...(plan === null ? {} : { plan }),
  };
}

// The rows of a batch as they are read: their private part is sealed at rest, each bound to its place.

/** What binds a row's ciphertext to its place. */
const rowPlace = (batch: string, position: number): string => `batch:${batch}:row:${position}`;

/** The private part of a row, as sealed at upload. */
export interface RowSecret {
  disclosures: string[];
  scores: [theory: number, practice: number];
}

/** The private part of a row as it is stored. */
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

// The reason of a return: sealed and bound to its batch; in plain text only from earlier versions.

const reasonPlace = (batch: string): string => `batch:${batch}:returned`;

/** The reason of a return as it is stored. */
export const sealReason = (service: Service, batch: string, reason: string): Promise<string> =>
  service.vault.sealRow(reasonPlace(batch), reason);

/** Null for a batch that was not returned. @throws Refusal `ciphertext_wrong` */
export async function reasonOf(
  service: Service,
  { id, returned_sealed, returned_reason }: Pick<BatchRow, 'id' | 'returned_sealed' | 'returned_reason'>,
): Promise<string | null> {
  return returned_sealed === null
    ? returned_reason
    : ((await service.vault.openRow(reasonPlace(id), returned_sealed)) as string);
}
