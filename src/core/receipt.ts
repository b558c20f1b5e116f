/**
 * The receipt of a bulk check: what was asked, what was answered and when, signed with the service's own key, so that
 * an employer can prove later that the list was checked. It is the last line of the answer: `{"receipt":"<JWS>"}`, a
 * `receipt+jwt` under the key that the province's root names in a `service+jwt`.
 *
 *     request.sha256   SHA-256 of the request's body, every byte as sent, base64url
 *     answers.sha256   SHA-256 of the answer's body before the receipt's line, each \n included, base64url
 *     *.bytes          how many bytes these are; request.rows: how many rows were asked for and lines answered
 *     verdicts         how many answers have each verdict; names: how many names were compared, with which outcome
 *
 * To recompute: `head -n -1 ANSWERS | openssl dgst -sha256 -binary | basenc --base64url`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { CryptoKey } from 'jose';
import { decodeUtf8, encodeUtf8, sha256Short, toBase64url } from '../base/bytes.ts';
import { isRefusal, isUnreadable, Refusal } from '../base/refusal.ts';
import type { BulkAnswer } from './bulk-list.ts';
import { type Directory, openServiceKey } from './directory.ts';
import type { Payload } from './schema.ts';
import { openStatement, readHeader, signStatement } from './statement.ts';

export type Receipt = Payload<'receipt+jwt'>;

/** Counts and digests answers while they leave, so that none has to be kept. */
export class Tally {
  readonly #hash = sha256.create();
  #bytes = 0;
  readonly #verdicts: Record<string, number> = {};
  readonly #names = { match: 0, no_match: 0 };

  /** @returns the bytes of the answer's line */
  add(answer: BulkAnswer): Uint8Array<ArrayBuffer> {
    const line = encodeUtf8(`${JSON.stringify(answer)}\n`);
    this.#hash.update(line);
    this.#bytes += line.length;
    this.#verdicts[answer.verdict] = (this.#verdicts[answer.verdict] ?? 0) + 1;
    if (answer.name !== undefined) this.#names[answer.name]++;
    return line;
  }

  get claims(): Pick<Receipt, 'answers' | 'verdicts' | 'names'> {
    return {
      answers: { sha256: toBase64url(this.#hash.clone().digest()), bytes: this.#bytes },
      verdicts: { ...this.#verdicts },
      names: { ...this.#names },
    };
  }
}

/** The last line of an answer. */
export async function receiptLine(
  receipt: Receipt,
  { key, kid }: { key: CryptoKey; kid: string },
): Promise<Uint8Array<ArrayBuffer>> {
  return encodeUtf8(`${JSON.stringify({ receipt: await signStatement('receipt+jwt', receipt, key, kid) })}\n`);
}

/** Parts an answer into the lines that were answered and the receipt. Nothing returned here is verified. */
export function splitAnswers(bytes: Uint8Array): { lines: Uint8Array; token: string } {
  const missing = () =>
    new Refusal('receipt_missing', 'The last line is no receipt: the answer broke off, or this is another file.');
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  const from = bytes.subarray(0, end).lastIndexOf(0x0a) + 1;
  let last: { receipt?: unknown } | null;
  try {
    last = JSON.parse(decodeUtf8(bytes.subarray(from, end))) as typeof last;
  } catch (error) {
    if (isUnreadable(error)) throw missing();
    throw error;
  }
  if (typeof last?.receipt !== 'string') throw missing();
  return { lines: bytes.subarray(0, from), token: last.receipt };
}

/**
 * Verifies a receipt and all that it speaks of. `services`: the root's statements about keys of services, of
 * trust.json.
 * @param request the body that was sent, if it is at hand
 * @throws Refusal `receipt_missing`, `key_unknown`, `signature_wrong`, `receipt_answers_differ`,
 *   `receipt_request_differs`, and what openStatement throws
 */
export async function verifyReceipt(
  answers: Uint8Array,
  request: Uint8Array | undefined,
  services: readonly string[],
  directory: Directory,
): Promise<Receipt> {
  const { lines, token } = splitAnswers(answers);
  const { kid } = readHeader(token, 'receipt+jwt');
  let refusal = new Refusal(
    'key_unknown',
    "The receipt is signed with a key that the province's root did not name for this service.",
    { part: 'receipt+jwt' },
  );
  for (const statement of services) {
    try {
      const service = await openServiceKey(statement, directory);
      if (!kid.endsWith(`#${service.thumbprint}`)) continue;
      const key = await service.key();
      const { payload } = await openStatement(token, 'receipt+jwt', () => key);
      service.requireAt(payload.iat);
      compare(payload, lines, request);
      return payload;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

const digest = (bytes: Uint8Array): string => toBase64url(sha256Short(bytes));

function compare(receipt: Receipt, lines: Uint8Array, request: Uint8Array | undefined): void {
  if (receipt.answers.sha256 !== digest(lines) || receipt.answers.bytes !== lines.length) {
    throw new Refusal('receipt_answers_differ', 'The answers are not the ones that the receipt was made for.', {
      part: 'answers',
    });
  }
  if (request && (receipt.request.sha256 !== digest(request) || receipt.request.bytes !== request.length)) {
    throw new Refusal('receipt_request_differs', 'The request is not the one that the receipt was made for.', {
      part: 'request',
    });
  }
}
