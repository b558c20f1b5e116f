/**
 * Owns the proof that a call comes from the holder of a key (DPoP, RFC 9449): every call that is not public
 * carries a statement about a key (`client+jwt` or `centre+jwt`) and a proof by that key for this very request.
 * It refuses proofs for another method, address, token or time, by another key, or with other header
 * parameters. Whether a proof was used before is the register's to know: `(jkt, jti)` is returned for that.
 */
import { compactVerify } from 'jose';
import { decodeUtf8, fromBase64url } from './bytes.ts';
import { tokenHash } from './proof.ts';
import { isRefusal, Refusal } from './refusal.ts';
import { publicJwk, readPayload, type PublicJwk } from './schema.ts';
import { thumbprint } from './statement.ts';
import type { Memo } from './memo.ts';
import * as v from 'valibot';

/** A proof may be this many seconds old, and this many ahead. */
export const PROOF_AGE = 300;
export const PROOF_AHEAD = 60;

const refuse = (message: string, part?: string) => new Refusal('proof_wrong', message, { part: part ?? 'dpop+jwt' });

function readProofHeader(proof: string): PublicJwk {
  const parts = proof.split('.');
  if (proof.length > 8192 || parts.length !== 3 || parts.some((part) => !/^[A-Za-z0-9_-]+$/.test(part))) throw refuse('The DPoP header is not one compact JWS.');
  let header: unknown;
  try {
    for (const part of parts) fromBase64url(part);
    header = JSON.parse(decodeUtf8(fromBase64url(parts[0] as string)));
  } catch (error) {
    if (isRefusal(error) || error instanceof SyntaxError) throw refuse('The DPoP proof is not canonical base64url of JSON.');
    throw error;
  }
  const schema = v.strictObject({ typ: v.literal('dpop+jwt'), alg: v.literal('ES256'), jwk: v.strictObject(publicJwk.entries) });
  const read = v.safeParse(schema, header);
  if (!read.success) throw refuse('The DPoP header has typ dpop+jwt, alg ES256 and a public jwk, and nothing else.');
  return read.output.jwk;
}

/**
 * Verifies a proof for one request.
 * @param bound the key that the access token names (`cnf.jwk`)
 * @param request `url` is PUBLIC_ORIGIN and the path, without query; never taken from a Host header
 * @returns what identifies this proof, to be remembered against replay
 * @throws Refusal `proof_wrong` with the claim as part
 */
export async function verifyProof(
  proof: string,
  bound: PublicJwk,
  request: { method: string; url: string; token: string; now: number },
  memo: Memo,
): Promise<{ jkt: string; jti: string }> {
  const jwk = readProofHeader(proof);
  const jkt = await thumbprint(bound);
  if ((await thumbprint(jwk)) !== jkt) throw refuse('The proof is signed by another key than the one the access token names.', 'dpop+jwt:jwk');
  let payload: unknown;
  try {
    payload = JSON.parse(decodeUtf8((await compactVerify(proof, await memo.key(bound), { algorithms: ['ES256'] })).payload));
  } catch {
    throw refuse('The signature of the proof does not match.');
  }
  const read = readPayload('dpop+jwt', payload);
  if ('problem' in read) throw refuse(`The claim ${read.part} of the proof is wrong.`, `dpop+jwt:${read.part}`);
  const { htm, htu, iat, ath, jti } = read.payload;
  if (htm !== request.method) throw refuse('The proof is for another method.', 'dpop+jwt:htm');
  if (withoutQuery(htu) !== request.url) throw refuse(`The proof is for another address; this one is ${request.url}`, 'dpop+jwt:htu');
  if (iat < request.now - PROOF_AGE || iat > request.now + PROOF_AHEAD) throw refuse('The proof is too old or from the future; check the clock of your machine.', 'dpop+jwt:iat');
  if (ath !== (await tokenHash(request.token))) throw refuse('The proof is for another access token.', 'dpop+jwt:ath');
  return { jkt, jti };
}

const withoutQuery = (url: string): string => url.split(/[?#]/, 1)[0] as string;
