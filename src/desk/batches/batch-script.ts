/**
 * What centres and organizations do with a batch: the approval over every row and photo as it was read and shown here,
 * the order to issue, and the certificates saved as ZIP.
 */

import { toBase64 } from '../../base/bytes.ts';
import { isRefusal } from '../../base/refusal.ts';
import { filled } from '../../base/words.ts';
import { requireShown } from '../../core/approved-rows.ts';
import { photoType } from '../../core/rows/row-photos.ts';
import { type DatedFile, writeZip } from '../../formats/zip-stream.ts';
import { issueBatch, readBatch, type Seen, sendApproval } from '../../sdk/batch.ts';
import type { Caller } from '../../sdk/call.ts';
import { archiveLine, PART, photoOf, takeParts } from '../../sdk/fetch-certificates.ts';
import { both, download, make, one } from '../../web/frame/page-script.ts';
import { Trouble } from '../frame/desk-call.ts';
import { type Desk, onShow, register, type Work } from '../frame/desk-script.ts';
import { BATCH_WORDS, ENDS, PHOTO_WORDS } from '../words/desk-words.ts';

/** What the page shows, by position: the words that the reviewer compared by eye. */
function shownHere(): Map<number, string[]> {
  return new Map(
    [...document.querySelectorAll<HTMLElement>('#view tr[data-position]')].map((line) => [
      Number(line.dataset.position),
      [...line.querySelectorAll('[data-cell]')].map((cell) => cell.textContent ?? ''),
    ]),
  );
}

/** What is signed is what the page showed. @returns photos of the batch, and how many of them nobody looked at */
function comparePage(
  rows: Seen['rows'],
  shown: ReadonlyMap<number, readonly string[]>,
  seen: PhotosSeen,
): { photos: number; unseen: number } {
  requireShown(shown, rows);
  const differing = rows.find(
    ({ position, photo_digest }) =>
      seen.differing.includes(position) || (seen.photos.get(position) ?? photo_digest) !== photo_digest,
  );
  if (differing) throw new Trouble('photo_altered', { row: String(differing.row) });
  const withPhoto = rows.filter(({ photo_digest }) => photo_digest !== null);
  return { photos: withPhoto.length, unseen: withPhoto.filter(({ position }) => !seen.photos.has(position)).length };
}

/** Reads a batch to its last row. @throws Trouble `rows_unreadable`, and what readBatch throws */
async function read({ caller }: Desk, id: string, work: Work): Promise<Seen> {
  try {
    return await readBatch(caller, id, work);
  } catch (error) {
    if (!isRefusal(error) || error.code === 'rows_differ' || error.code === 'root_differs') throw error;
    throw new Trouble('rows_unreadable', { code: error.code });
  }
}

/** The approval of what was read. @returns how many rows it is about */
async function approve(desk: Desk, id: string, work: Work): Promise<number> {
  const shown = shownHere();
  const seen = await read(desk, id, work);
  const { photos, unseen } = comparePage(seen.rows, shown, photosSeen());
  if (unseen > 0 && !confirm(one(filled(BATCH_WORDS.photos_unseen, { photos, unseen }))))
    throw new Trouble('photos_unseen', { unseen: String(unseen) });
  work.signal.throwIfAborted();
  await sendApproval(desk.caller, seen, photos === 0 ? undefined : unseen);
  return seen.ref.count;
}

register('approve-batch', async (desk, button) => {
  const id = button.dataset.batch as string;
  const work = desk.begin(BATCH_WORDS.approving);
  try {
    const count = await approve(desk, id, work);
    desk.go(`#/batches/${id}`);
    desk.say(filled(BATCH_WORDS.approved, { count }));
  } finally {
    work.end();
  }
});

// Photos are read when their row comes into sight, and compared with the digest that the row discloses. The approval
// says how many were not looked at.

/** Photos that are read at once. */
const TOGETHER = 4;

/** By cell: the digest of the bytes that it shows. What the page itself says is not trusted. */
const shown = new WeakMap<Element, string>();
const differing = new WeakSet<Element>();

const cellsHere = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#view td[data-photo]')];
const positionOf = (cell: Element): number => Number(cell.closest<HTMLElement>('tr')?.dataset.position);

interface PhotosSeen {
  /** By position: the digest of the photo that was shown. */
  photos: ReadonlyMap<number, string>;
  /** Positions of rows whose photo is not the one that its digest says. */
  differing: readonly number[];
}

/** What of the photos on the page was shown. */
const photosSeen = (): PhotosSeen => ({
  photos: new Map(
    cellsHere().flatMap((cell) => (shown.has(cell) ? [[positionOf(cell), shown.get(cell) as string]] : [])),
  ),
  differing: cellsHere()
    .filter((cell) => differing.has(cell))
    .map(positionOf),
});

async function load({ caller }: Desk, batch: string, cell: HTMLElement): Promise<void> {
  const { bytes, digest } = await photoOf(caller, batch, positionOf(cell));
  if (digest !== cell.dataset.photo) {
    differing.add(cell);
    cell.replaceChildren(make('p', { class: 'fault' }, both(PHOTO_WORDS.differs)));
    return;
  }
  const image = make('img', {
    // The policy of the page allows images of its own host and `data:`.
    src: `data:${photoType(bytes)};base64,${toBase64(bytes)}`,
    alt: one(filled(PHOTO_WORDS.of_row, { row: positionOf(cell) + 1 })),
  });
  cell.replaceChildren(image);
  await image.decode();
  shown.set(cell, digest);
}

onShow('[data-photos]', (desk, list) => {
  const batch = list.dataset.photos as string;
  const waiting: HTMLElement[] = [];
  let running = 0;
  const next = (): void => {
    const cell = running < TOGETHER ? waiting.shift() : undefined;
    if (!cell) return;
    running++;
    void load(desk, batch, cell)
      .catch(() => {
        const again = make('button', { type: 'button', class: 'second small' }, both(PHOTO_WORDS.again));
        again.addEventListener('click', () => ask(cell));
        cell.replaceChildren(make('p', { class: 'fault' }, both(PHOTO_WORDS.failed)), again);
      })
      .finally(() => {
        running--;
        next();
      });
    next();
  };
  const ask = (cell: HTMLElement): void => {
    waiting.push(cell);
    next();
  };
  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      ask(target as HTMLElement);
    }
  });
  const watch = (within: ParentNode): void =>
    within.querySelectorAll('td[data-photo]').forEach((cell) => sight.observe(cell));
  watch(list);
  // Further pages of the list (list-script.ts).
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof HTMLTableRowElement) watch(node);
  }).observe(list.querySelector('tbody') as HTMLElement, { childList: true });
});

register('issue-batch', async (desk, button) => {
  const id = button.dataset.batch as string;
  const work = desk.begin(BATCH_WORDS.issuing);
  try {
    const seen = await readBatch(desk.caller, id, work);
    const { count } = await issueBatch(desk.caller, seen, work);
    desk.go(`#/batches/${id}`);
    desk.say(filled(BATCH_WORDS.issued, { count }));
  } finally {
    work.end();
  }
});

// The certificates go into one file on disk where the browser lets a page write there, else into archives of 200, so
// that never more than one part is in memory. A line that breaks is taken up at the first certificate that is missing;
// half an archive is thrown away.

/** By batch: the archive to begin with, after some were saved. */
const begin = new Map<string, number>();

register('download-batch', async (desk, button) => {
  const { batch: id = '', count: text } = button.dataset;
  const batch = { id, count: Number(text) };
  const parts = partsOf(batch);
  const field = document.querySelector<HTMLInputElement>('#from-part');
  const first = Math.min(parts, Math.max(1, Math.floor(Number(field?.value ?? begin.get(id) ?? 1)) || 1));
  const file = await picker()?.({ suggestedName: `${id}.zip`, types: [{ accept: { 'application/zip': ['.zip'] } }] });
  const work = desk.begin(
    file || parts === 1 ? BATCH_WORDS.downloading : filled(BATCH_WORDS.downloading_parts, { parts }),
  );
  const watch = { signal: work.signal, at: (done: number) => work.progress(done, batch.count), stuck: work.stuck };
  try {
    watch.at(file ? 0 : (first - 1) * PART);
    if (file) await saveWhole(desk.caller, batch, file, watch);
    for (let part = first; !file && part <= parts; part++) {
      await savePart(desk.caller, batch, part, watch);
      begin.set(id, part + 1);
      if (field) field.value = String(Math.min(parts, part + 1));
    }
    begin.delete(id);
    if (field) field.value = '1';
    desk.say(
      file || parts === 1
        ? filled(ENDS.saved, { count: batch.count, name: file?.name ?? `${id}.zip` })
        : filled(ENDS.saved_parts, { count: batch.count - (first - 1) * PART, parts: parts - first + 1 }),
    );
  } catch (error) {
    // What the person stopped is no accident.
    if (!work.signal.aborted) throw error;
    desk.fail(new Trouble('cancelled'));
  } finally {
    work.end();
  }
});

interface Batch {
  id: string;
  count: number;
}

/** What the page does meanwhile. */
interface Watch {
  signal: AbortSignal;
  /** Certificates that came so far, of the whole batch. */
  at(done: number): void;
  /** It does not get better by itself: resolves to go on, rejects to give up. */
  stuck(error: unknown): Promise<void>;
}

/** A file that a page may write to (File System Access API). */
interface DiskFile {
  name: string;
  createWritable(): Promise<{
    write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}

type PickFile = (options: {
  suggestedName: string;
  types: { accept: Record<string, string[]> }[];
}) => Promise<DiskFile>;

/** Asks where to save; undefined where the browser has no such dialogue. */
const picker = (): PickFile | undefined => (globalThis as { showSaveFilePicker?: PickFile }).showSaveFilePicker;

const partsOf = ({ count }: Batch): number => Math.ceil(count / PART);

/** The archive of a stretch, made here of the parts that come. */
async function* archive(
  caller: Caller,
  { id }: Batch,
  from: number,
  to: number,
  { signal, at, stuck }: Watch,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let issued = 0;
  const line = archiveLine(caller, id, { signal, stuck, issued: (when) => (issued = when) });
  async function* dated(): AsyncGenerator<DatedFile> {
    let done = from;
    for await (const file of takeParts(line, from, to)) {
      yield { ...file, at: issued };
      at(++done);
    }
  }
  yield* writeZip(dated());
}

/** Saves the whole batch into one file. */
async function saveWhole(caller: Caller, batch: Batch, file: DiskFile, watch: Watch): Promise<void> {
  const disk = await file.createWritable();
  try {
    for await (const chunk of archive(caller, batch, 0, batch.count, watch)) await disk.write(chunk);
    await disk.close();
  } catch (error) {
    // The error that stopped it is the one to tell.
    await disk.abort().catch((also: unknown) => console.info(also));
    throw error;
  }
}

/** Saves one part (from 1) as a download of the browser. */
async function savePart(caller: Caller, batch: Batch, part: number, watch: Watch): Promise<void> {
  const from = (part - 1) * PART;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of archive(caller, batch, from, Math.min(batch.count, from + PART), watch)) chunks.push(chunk);
  const name = partsOf(batch) === 1 ? `${batch.id}.zip` : `${batch.id}.part-${String(part).padStart(4, '0')}.zip`;
  download(name, 'application/zip', ...chunks);
}
