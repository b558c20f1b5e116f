/**
 * The order to issue, signed over what was read here, and a batch's certificates saved as ZIP: into one file on disk
 * where the browser lets a page write there, else as archives of 200, so that never more than one part is in memory.
 * A line that breaks is taken up at the first certificate that is missing; half an archive is thrown away.
 */
import { filled } from '../../base/words.ts';
import { type DatedFile, writeZip } from '../../formats/zip-stream.ts';
import { issueBatch, readBatch } from '../../sdk/batch.ts';
import type { Caller } from '../../sdk/call.ts';
import { archiveLine, PART, takeParts } from '../../sdk/fetch-certificates.ts';
import { register } from '../frame/actions.ts';
import { Trouble } from '../frame/desk-call.ts';
import { BATCH_WORDS, ENDS } from '../words/desk-words.ts';

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
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(chunks, { type: 'application/zip' }));
  link.download = partsOf(batch) === 1 ? `${batch.id}.zip` : `${batch.id}.part-${String(part).padStart(4, '0')}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
