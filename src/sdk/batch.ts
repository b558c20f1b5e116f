/**
 * A batch from its list to its certificates: submit, read its rows and compute its root here, approve, order and issue.
 * What is signed is only ever what was computed on this machine from the rows that the service showed.
 */

import { shanghaiDay } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { Reading, type SeenRow } from '../core/approved-rows.ts';
import { PROVINCE_CENTRE } from '../core/province.ts';
import { matchPhotos, type Photo, photosOfArchive } from '../core/rows/row-photos.ts';
import { type CheckedRow, checkRows, type RawRow, typeOfFile } from '../core/rows/rows.ts';
import type { Filing } from '../core/schema.ts';
import type {
  ApprovalBody,
  Batch,
  BatchCreated,
  BatchMoved,
  BatchRows,
  IssueBody,
  IssueProgress,
} from '../core/shapes/batch-shapes.ts';
import { unverified } from '../core/statement.ts';
import type { Answer, Caller, CallOptions, Given } from './call.ts';
import { approveBatch, type BatchRef, now, orderBatch } from './sign.ts';

/** Told how far long work is. */
export type Progress = (done: number, total: number) => void;

/** What long work is given beside what it works on. */
export interface Watch {
  progress?: Progress | undefined;
  signal?: AbortSignal | undefined;
}

export type BatchView = Answer<typeof Batch>;

export const viewBatch = (caller: Caller, id: string, signal?: AbortSignal): Promise<BatchView> =>
  caller.get<BatchView>(`/v1/batches/${id}`, { signal });

/** The body of an upload: the list alone, or with an archive of photos (ZIP) as a form. */
export function uploadOf(
  list: Uint8Array<ArrayBuffer>,
  type: string,
  photos?: Uint8Array<ArrayBuffer>,
): Pick<CallOptions, 'body' | 'type'> {
  if (!photos) return { body: list, type };
  const form = new FormData();
  form.set('rows', new Blob([list], { type }));
  form.set('photos', new Blob([photos], { type: 'application/zip' }));
  return { body: form };
}

export type Submitted = Answer<typeof BatchCreated>;

/**
 * An organization uploads its list of results: a .xlsx workbook or CSV.
 * @param key idempotency key: the same list under the same key makes no second batch
 * @throws CallError with `errors`, row by row, where the list has faults; then nothing is stored
 */
export const submitList = (
  caller: Caller,
  list: Uint8Array<ArrayBuffer>,
  { photos, key }: { photos?: Uint8Array<ArrayBuffer> | undefined; key?: string | undefined } = {},
): Promise<Submitted> =>
  caller.json<Submitted>('POST', '/v1/batches', {
    ...uploadOf(list, typeOfFile(list), photos),
    ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
  });

/** A batch whose rows were read and whose root was computed from them on this machine. */
export interface Seen {
  view: BatchView;
  ref: BatchRef;
  /** The organization's filing under which it was uploaded. */
  filing: Filing;
  rows: SeenRow[];
}

/**
 * Reads all rows of a batch and computes its root.
 * @throws Refusal `rows_differ` naming the row, `root_differs`: what the service shows is not what it says it is
 */
export async function readBatch(caller: Caller, id: string, { progress, signal }: Watch = {}): Promise<Seen> {
  const view = await viewBatch(caller, id, signal);
  const reading = new Reading();
  let token: string | undefined;
  for (let after: string | null = ''; after !== null && reading.rows.length < view.count; ) {
    const page: Answer<typeof BatchRows> = await caller.get(`/v1/batches/${id}/rows?after=${after}`, { signal });
    token ??= page.filing;
    reading.add(page.rows);
    after = page.rows.length === 0 ? null : page.next;
    progress?.(reading.rows.length, view.count);
  }
  const root = reading.root(view);
  if (token === undefined) throw new Refusal('rows_differ', 'the batch has no rows', { part: 'batch' });
  const filing = unverified<Filing>(token).claims;
  if (filing.sub !== `org:${view.organization}`)
    throw new Refusal('root_differs', 'the filing of this batch is of another organization; nothing was signed', {
      part: 'filing',
    });
  return {
    view,
    filing,
    rows: reading.rows,
    ref: { organization: view.organization, aud: caller.origin, batch: view.id, root, count: view.count },
  };
}

/** What of a row counts, as one text. */
const rowText = ({ row, name, id_type, id_number, occupation, job, level, exam_date, replaces }: Counting): string => {
  const { code, name: occupied } = occupation;
  return JSON.stringify([row, name, id_type, id_number, code, occupied, job, level, exam_date, replaces ?? null]);
};
/** What a row of the list and a row of the batch have in common. */
type Counting = Pick<SeenRow, keyof SeenRow & keyof CheckedRow>;

/**
 * Whether the batch holds exactly the rows of the list, as the service's own rules read them, and the photos by row.
 * @param today NumericDate
 * @throws Refusal `rows_differ`, `photo_differs` (`part`: `list`)
 */
export function requireSameRows(
  raw: RawRow[],
  { rows, filing }: Pick<Seen, 'rows' | 'filing'>,
  photos: ReadonlyMap<number, { digest: string }>,
  today = now(),
): void {
  const mine = checkRows(raw, {
    scope: filing.scope,
    pass_mark: filing.pass_mark,
    today: shanghaiDay(today),
    missingGlyphs: () => [],
  }).rows;
  const differs =
    mine.length === rows.length
      ? mine.findIndex((row, i) => rowText(row) !== rowText(rows[i] as SeenRow))
      : mine.length;
  if (differs >= 0) {
    const row = mine[differs]?.row ?? '?';
    throw new Refusal('rows_differ', `the rows that the service stored are not those of the file (row ${row})`, {
      part: 'list',
      row,
    });
  }
  const other = rows.find(({ row, photo_digest }) => photo_digest !== (photos.get(row)?.digest ?? null));
  if (other)
    throw new Refusal(
      'photo_differs',
      `the photo that the service stored is not the one that was sent (row ${other.row})`,
      {
        part: 'list',
        row: other.row,
      },
    );
}

/** The photo of each row, as the service has to match them. Whatever is wrong with them the service has refused. */
export async function photosFor(rows: RawRow[], archive: Uint8Array | undefined): Promise<ReadonlyMap<number, Photo>> {
  return archive ? (await matchPhotos(rows, photosOfArchive(archive))).photos : new Map();
}

/**
 * A centre signs what it read and sends it; the province passes the city's approval along.
 * @param photos_unseen of a batch with photos: how many nobody looked at
 * @returns the approval
 * @throws Refusal `filed_by_other_centre`, `city_approval_missing`
 */
export async function sendApproval(
  caller: Caller,
  { ref, view, filing }: Pick<Seen, 'ref' | 'view' | 'filing'>,
  photos_unseen?: number,
): Promise<string> {
  if (view.filed_since !== undefined)
    throw new Refusal(
      'filed_by_other_centre',
      `${view.filed_since} has filed the organization since the upload: return the batch, and let the organization upload it again`,
      { part: 'batch', centre: view.filed_since, batch: ref.batch },
    );
  const centre = caller.speaker;
  const isOuter = centre.subject === PROVINCE_CENTRE && filing.route === 'city';
  const inner = isOuter ? view.approvals.find(({ tier }) => tier === 'city')?.approval : undefined;
  if (isOuter && inner === undefined)
    throw new Refusal('city_approval_missing', 'the organization is filed by a city, whose centre approves first');
  const approval = await approveBatch(centre, ref, inner, {
    iat: caller.now(),
    ...(photos_unseen === undefined ? {} : { photos_unseen }),
  });
  await caller.post<Answer<typeof BatchMoved>, Given<typeof ApprovalBody>>(`/v1/batches/${ref.batch}/approvals`, {
    approval,
  });
  return approval;
}

/** The province's approval that a batch has received. @throws Refusal `batch_returned`, `approval_missing` */
export function provinceApproval({ view }: { view: BatchView }): string {
  if (view.state === 'returned') {
    const { returned_reason: reason } = view;
    throw new Refusal(
      'batch_returned',
      `a centre returned this batch${reason === undefined ? '' : `: ${reason}`}. Nothing of it can be issued`,
      reason === undefined ? {} : { reason },
    );
  }
  const approval = view.approvals.find(({ tier }) => tier === 'province')?.approval;
  if (approval === undefined)
    throw new Refusal('approval_missing', `the province has not approved this batch yet (state: ${view.state})`, {
      state: view.state,
    });
  return approval;
}

/** Milliseconds between two looks at how far the service is. */
const LOOK = 1500;

const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
  });

/** Waits until the province has approved a batch. @param every milliseconds. @throws Refusal `batch_returned` */
export async function whenApproved(
  caller: Caller,
  id: string,
  { every = 60_000, signal }: { every?: number; signal?: AbortSignal } = {},
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const view = await viewBatch(caller, id, signal);
    if (view.state === 'returned' || view.approvals.some(({ tier }) => tier === 'province'))
      return void provinceApproval({ view });
    await pause(every, signal);
  }
}

/**
 * An organization orders what it read to be issued, and asks again while the service is not through.
 * @param watch `approval`: the province's, where it came after the batch was read
 * @throws Refusal `batch_returned`, `approval_missing`
 */
export async function issueBatch(
  caller: Caller,
  { ref, view }: Pick<Seen, 'ref' | 'view'>,
  { approval = provinceApproval({ view }), progress, signal }: Watch & { approval?: string } = {},
): Promise<Answer<typeof IssueProgress>> {
  const client = caller.speaker;
  const order = await orderBatch(client, ref, unverified<{ jti: string }>(approval).claims.jti, { iat: caller.now() });
  progress?.(0, ref.count);
  // A look at how far it is costs a signature: a card is not asked for that.
  const watch =
    progress && typeof client.key !== 'function'
      ? setInterval(
          () =>
            void viewBatch(caller, ref.batch).then(
              ({ issued, count }) => progress(issued, count),
              () => undefined,
            ),
          LOOK,
        )
      : undefined;
  try {
    for (let turn = 0; ; turn++) {
      signal?.throwIfAborted();
      const done = await caller.post<Answer<typeof IssueProgress>, Given<typeof IssueBody>>(
        `/v1/batches/${ref.batch}/issue`,
        { approval, order },
      );
      if (done.state === 'issued') return done;
      progress?.(done.issued, done.count);
      // A call works for many seconds, unless another call is at it.
      await pause(Math.min(5000, 500 * (turn + 1)), signal);
    }
  } finally {
    clearInterval(watch);
  }
}
