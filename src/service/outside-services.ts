/**
 * The two services that this one asks over HTTP, each once and with a limit of five seconds: a timestamp authority (RFC
 * 3161 §3.4), which gets a digest of a signature and a random number, and Turnstile's siteverify, which gets the token
 * of a form without the visitor's address.
 */
import { concat } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { DER_LIMIT } from '../formats/pades/der.ts';
import { TIMESTAMP_QUERY, TIMESTAMP_REPLY, takeToken, timestampRequest } from '../formats/pades/signed-data.ts';
import type { Turnstile } from './service.ts';

const MILLISECONDS = 5_000;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const unreachable = (why: string) =>
  new Refusal('timestamp_unreachable', `The timestamp authority did not answer: ${why}.`);

async function readReply(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const type = response.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (response.status !== 200 || type !== TIMESTAMP_REPLY)
    throw unreachable(`status ${response.status}, type ${type ?? 'none'}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > DER_LIMIT) throw unreachable('its answer is too large');
    parts.push(part);
  }
  return concat(...parts);
}

/**
 * Gets a timestamp over a SHA-256 digest. `nonce`: 16 random bytes.
 * @returns TimeStampToken, DER
 * @throws Refusal `timestamp_unreachable`, `timestamp_refused`, and what a malformed token is refused for
 */
export async function askTimestamp(
  url: string,
  digest: Uint8Array<ArrayBuffer>,
  nonce: Uint8Array<ArrayBuffer>,
  fetcher: Fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  let reply: Uint8Array<ArrayBuffer>;
  try {
    // The signal ends a body that trickles, too.
    const init = {
      method: 'POST',
      headers: { 'Content-Type': TIMESTAMP_QUERY, Accept: TIMESTAMP_REPLY },
      body: timestampRequest(digest, nonce),
      signal: AbortSignal.timeout(MILLISECONDS),
    };
    reply = await readReply(await fetcher(url, init));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw unreachable(error instanceof Error ? error.name : 'no reason given');
  }
  return takeToken(reply, digest, nonce);
}

/** Longest token (Turnstile's own limit), and milliseconds to wait. */
const LONGEST = 2048;

const PATIENCE = 5000;

/**
 * Whether Turnstile says that a person sent a form; false, and logged, where it does not answer.
 * @param token of the form
 */
export async function verifyToken({ secret, url }: Turnstile, token: string, send: typeof fetch): Promise<boolean> {
  if (token === '' || token.length > LONGEST) return false;
  try {
    const body = JSON.stringify({ secret, response: token });
    const answer = await send(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.timeout(PATIENCE),
    });
    return ((await answer.json()) as { success?: unknown }).success === true;
  } catch (error) {
    console.error(
      JSON.stringify({ event: 'siteverify_failed', name: error instanceof Error ? error.name : 'unknown' }),
    );
    return false;
  }
}
