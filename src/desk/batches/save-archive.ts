/**
 * Owns saving a batch's certificates from a page as ZIP: into one file on disk where the browser lets a page write
 * there, else as archives of 200 one after another, so that never more than one part is in memory. A line that breaks
 * is taken up again at the first certificate that is missing.
 * It refuses to leave half an archive: what is not whole is thrown away.
 */

import { type DatedFile, writeZip } from '../../formats/zip-stream.ts';
import type { Caller } from '../../sdk/call.ts';
import { archiveLine, PART, takeParts } from '../../sdk/fetch-certificates.ts';

export interface Batch {
  id: string;
  count: number;
}

/** What the page does meanwhile. */
export interface Watch {
  signal: AbortSignal;
  /** Certificates that came so far, of the whole batch. */
  at(done: number): void;
  /** It does not get better by itself: resolves to go on, rejects to give up. */
  stuck(error: unknown): Promise<void>;
}

/** A file that a page may write to (File System Access API). */
export interface DiskFile {
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
export const picker = (): PickFile | undefined => (globalThis as { showSaveFilePicker?: PickFile }).showSaveFilePicker;

export const partsOf = ({ count }: Batch): number => Math.ceil(count / PART);

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
export async function saveWhole(caller: Caller, batch: Batch, file: DiskFile, watch: Watch): Promise<void> {
  const disk = await file.createWritable();
  try {
    for await (const chunk of archive(caller, batch, 0, batch.count, watch)) await disk.write(chunk);
    await disk.close();
  } catch (error) {
    // The error that stopped it is the one to tell.
    await disk.abort().catch(() => undefined);
    throw error;
  }
}

/** Saves one part (from 1) as a download of the browser. */
export async function savePart(caller: Caller, batch: Batch, part: number, watch: Watch): Promise<void> {
  const from = (part - 1) * PART;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of archive(caller, batch, from, Math.min(batch.count, from + PART), watch)) chunks.push(chunk);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(chunks, { type: 'application/zip' }));
  link.download = partsOf(batch) === 1 ? `${batch.id}.zip` : `${batch.id}.part-${String(part).padStart(4, '0')}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
