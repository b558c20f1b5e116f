/**
 * What was issued: a batch's certificates page by page, its PDFs in parts over a connection that may break, one
 * certificate for its organization or its holder, photos of rows.
 */
import { decodeUtf8, fromBase64url, sha256, toBase64url } from '../base/bytes.ts';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { BUNDLE_MEDIA_TYPE } from '../core/bundle.ts';
import type { BatchCertificates } from '../core/shapes/batch-shapes.ts';
import type { Holder } from '../core/shapes/certificate-shapes.ts';
import { readZip, type ZipFile } from '../formats/zip-stream.ts';
import type { Progress } from './batch.ts';
import { type Answer, CallError, type Caller, type Given } from './call.ts';

export type Issued = Answer<typeof BatchCertificates>['certificates'][number];

/** All certificates of a batch, a page at a time. */
export async function* certificatesOf(caller: Caller, id: string, progress?: Progress): AsyncGenerator<Issued> {
  for (let after: string | null = '', read = 0; after !== null; ) {
    const page: Answer<typeof BatchCertificates> = await caller.get(`/v1/batches/${id}/certificates?after=${after}`);
    yield* page.certificates;
    after = page.certificates.length === 0 ? null : page.next;
    progress?.((read += page.certificates.length), page.count);
  }
}

/** What a holder types to download a certificate. */
export type HolderOf = Pick<Given<typeof Holder>, 'name' | 'id_number'>;

/** The holder that a credential with all its disclosures names. */
export function holderOf(credential: string): HolderOf {
  const claims = credential
    .split('~')
    .slice(1, -1)
    .map((part) => JSON.parse(decodeUtf8(fromBase64url(part))) as [string, string, unknown]);
  const value = (name: string) => claims.find(([, claim]) => claim === name)?.[2];
  return {
    name: value('name') as string,
    id_number: (value('identifier') as { identityHash: string }[])[0]?.identityHash as string,
  };
}

const bytesOf = async (answer: Response): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await answer.arrayBuffer());

/** The PDF of one certificate, for its organization. */
export const pdfOf = async (caller: Caller, number: string): Promise<Uint8Array<ArrayBuffer>> =>
  bytesOf(await caller.take('GET', `/v1/certificates/${number}.pdf`));

/** What a holder gets, whoever calls: the PDF, or the bundle for verifying offline. */
export const holderFile = async (
  anyone: Caller,
  number: string,
  holder: HolderOf,
  kind: 'pdf' | 'bundle',
): Promise<Uint8Array<ArrayBuffer>> =>
  bytesOf(
    await anyone.take('POST', `/v1/certificates/${number}/download`, {
      body: holder,
      accept: kind === 'pdf' ? 'application/pdf' : BUNDLE_MEDIA_TYPE,
    }),
  );

/** The photo of a row, and the digest that the row is to disclose. */
export async function photoOf(
  caller: Caller,
  batch: string,
  position: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; digest: string }> {
  const bytes = await bytesOf(await caller.take('GET', `/v1/batches/${batch}/rows/${position}/photo`));
  return { bytes, digest: toBase64url(await sha256(bytes)) };
}

/** Certificates asked for at once: a second or so of the service's work. */
export const PART = 200;

export interface Line {
  /** Asks for `limit` certificates from position `from`, as an archive; throws what the service refuses. */
  ask(from: number, limit: number): Promise<ReadableStream<Uint8Array>>;
  /** After an accident: waits before another attempt, or throws to give up. `turn` counts those since the last certificate. */
  accident(error: unknown, turn: number): Promise<void>;
}

/** The certificates from position `from` to before `to`. What came is not asked for again. */
export async function* takeParts(line: Line, from: number, to: number): AsyncGenerator<ZipFile> {
  let [next, turn] = [from, 0];
  while (next < to) {
    const before = next;
    // Why a part broke off is not guessed: the next certificate alone either comes, or its refusal says why.
    const limit = turn > 0 ? 1 : Math.min(PART, to - next);
    try {
      for await (const file of readZip(await line.ask(next, limit))) {
        next++;
        yield file;
      }
      if (next !== before + limit)
        throw new Refusal('zip_broken', 'The archive has not as many certificates as were asked for.');
      turn = 0;
    } catch (error) {
      turn = next > before ? 1 : turn + 1;
      await line.accident(error, turn);
    }
  }
}

/**
 * Whether another attempt may succeed: the connection broke (fetch throws TypeErrors), the service failed, or a proxy
 * repeated a request by itself after such an accident and got its proof refused.
 */
export const brokeOff = (error: unknown): boolean =>
  error instanceof TypeError ||
  isRefusal(error, 'zip_broken') ||
  (error instanceof CallError && (error.problem.status >= 500 || error.problem.code === 'proof_replayed'));

/** Attempts in a row without a certificate more. */
const RETRIES = 3;
/** Milliseconds before the first of them; the second waits twice as long. */
const PAUSE = 500;

export interface LineOptions {
  signal?: AbortSignal | undefined;
  /** It does not get better by itself: resolves to go on, rejects to give up, as it does if absent. */
  stuck?: (error: unknown) => Promise<void>;
  /** Of each answer: when the certificates were issued, NumericDate. */
  issued?: (at: number) => void;
}

/** A batch's archives of PDFs as they come from the service. */
export const archiveLine = (caller: Caller, id: string, { signal, stuck, issued }: LineOptions = {}): Line => ({
  async ask(from, limit) {
    const answer = await caller.take('GET', `/v1/batches/${id}/certificates.zip?from=${from}&limit=${limit}`, {
      signal,
    });
    issued?.(Date.parse(answer.headers.get('Last-Modified') ?? '') / 1000);
    return answer.body as ReadableStream<Uint8Array>;
  },
  async accident(error, turn) {
    if (signal?.aborted || !brokeOff(error)) throw error;
    if (turn > RETRIES) {
      if (!stuck) throw error;
      return stuck(error);
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, turn * PAUSE);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  },
});

/** All PDFs of a batch that was issued, `<number>.pdf` each, in its order. @throws CallError with `position` */
export const pdfsOf = (caller: Caller, id: string, count: number, options: LineOptions = {}): AsyncGenerator<ZipFile> =>
  takeParts(archiveLine(caller, id, options), 0, count);
