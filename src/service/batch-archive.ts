/**
 * A batch's certificates as one archive: rows are read a page at a time, each verified and drawn when the reader is ready for
 * it, so that memory does not grow with the batch. Where a certificate cannot be given, the stream fails before the archive's
 * directory, and no part of it passes for the whole.
 */
import { isRefusal, Refusal } from '../base/refusal.ts';
import { type DatedFile, writeZip } from '../formats/zip-stream.ts';
import { type CertificateRow, insertDownloads, selectCertificatesOfBatch } from '../storage/certificate-store.ts';
import { type PhotoPlace, selectPlaces } from '../storage/photo-store.ts';
import { renderFor } from './download.ts';
import { examine } from './read-certificate.ts';
import type { Service } from './service.ts';

/** Certificates that are read together at least. */
const PAGE = 100;
/** Stretches at most, five statements on D1 each or fewer: so a call makes less than 50, whatever its length. */
const PAGES = 8;

/** How many certificates of a stretch are read together: some 6 KB each in memory. */
export const pageOf = (length: number): number => Math.max(PAGE, Math.ceil(length / PAGES));

/** Positions in a batch: `from` and on, without `to`. */
export interface Stretch {
  batch: string;
  from: number;
  to: number;
}

/** One certificate, drawn. A refusal says at which position of the batch. */
async function pdfOf(service: Service, row: CertificateRow | undefined, position: number): Promise<DatedFile> {
  try {
    if (row?.position !== position) throw new Refusal('register_differs', 'A certificate of the batch is missing.');
    return {
      name: `${row.number}.pdf`,
      bytes: await renderFor(service, await examine(service, row, row.number, ['name', 'identifier'])),
      at: row.issued_at,
    };
  } catch (error) {
    if (isRefusal(error)) error.facts.position = position;
    throw error;
  }
}

async function* pdfsOf(service: Service, { batch, from, to }: Stretch, by: string): AsyncGenerator<DatedFile> {
  const page = pageOf(to - from);
  for (let at = from; at < to; at += page) {
    const length = Math.min(page, to - at);
    const rows = await selectCertificatesOfBatch(service.db, service.lately, batch, at, length);
    // Where photos lie is read once for all of them, and only if there is one.
    let places: Promise<Map<number, PhotoPlace>> | undefined;
    for (const row of rows)
      row.place = async () =>
        (await (places ??= selectPlaces(service.db, batch, at, at + length))).get(row.position) ?? null;
    // Before any of them leaves: the holder rather sees one fetch too many than one too few.
    await insertDownloads(
      service.db,
      rows.map(({ number }) => number),
      'application/pdf',
      by,
      service.now(),
    );
    for (let i = 0; i < length; i++) yield pdfOf(service, rows[i], at + i);
  }
}

/**
 * Opens the archive of a stretch.
 * @param by subject of the caller, for the record that holders see
 * @throws Refusal for what is wrong with the first certificate; what is wrong with a later one breaks the stream and
 *   stands in the log, and asking again from there brings its refusal
 */
export async function openZip(service: Service, stretch: Stretch, by: string): Promise<ReadableStream<Uint8Array>> {
  const chunks = writeZip(pdfsOf(service, stretch, by));
  let sent = 0;
  const first = await chunks.next();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const { done, value } = sent === 0 ? first : await chunks.next();
      if (done) return controller.close();
      sent++;
      controller.enqueue(value);
    } catch (error) {
      const { name, message } = error as Error;
      console.error(
        JSON.stringify({
          event: 'zip_aborted',
          batch: stretch.batch,
          position: stretch.from + sent,
          ...(isRefusal(error) ? { code: error.code } : { name }),
          message,
        }),
      );
      controller.error(error);
    }
  };
  return new ReadableStream({ pull, cancel: async () => void (await chunks.return(undefined)) }, { highWaterMark: 0 });
}
