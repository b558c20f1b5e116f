/**
 * SD-JWT disclosures (RFC 9901 §4.2) of name, identifier and photo digest, each with its own 128-bit salt. They are
 * fixed when a row is uploaded, so that the centres approve the very digests that the certificate carries.
 */
import { decodeUtf8, encodeUtf8, fromBase64url, sha256Short, toBase64url } from '../base/bytes.ts';
import { isUnreadable, Refusal } from '../base/refusal.ts';

export const CLAIMS = ['name', 'identifier', 'photo_digest'] as const;
export type ClaimName = (typeof CLAIMS)[number];

/** Length of a disclosure's salt in bytes. */
export const SALT_BYTES = 16;

/** Who a certificate is for. `id_type` is one of the words of person.ts. */
export interface Holder {
  name: string;
  id_type: string;
  id_number: string;
  /** SHA-256 of the photo, base64url; null without a photo. */
  photo_digest: string | null;
}

/** The identifier as an Open Badges 3.0 `IdentityObject`, the form in which badge readers expect it. */
interface IdentityObject {
  type: 'IdentityObject';
  hashed: false;
  identityType: string;
  identityHash: string;
}

const IDENTITY_PREFIX = 'ext:';

const disclosureDigest = (encoded: string): string => toBase64url(sha256Short(encodeUtf8(encoded)));

/**
 * Makes the disclosures of one row, in the order name, identifier, photo digest.
 * @param salts three times 16 random bytes
 * @returns the encoded disclosures and their digests, sorted as `_sd` carries them
 */
export function makeDisclosures(holder: Holder, salts: readonly Uint8Array[]): { disclosures: string[]; sd: string[] } {
  const identifier: IdentityObject[] = [
    {
      type: 'IdentityObject',
      hashed: false,
      identityType: IDENTITY_PREFIX + holder.id_type,
      identityHash: holder.id_number,
    },
  ];
  const values: Record<ClaimName, unknown> = { name: holder.name, identifier, photo_digest: holder.photo_digest };
  const disclosures = CLAIMS.map((claim, i) => {
    const salt = salts[i];
    if (salt?.length !== SALT_BYTES) throw new Refusal('salt_malformed', 'Each disclosure needs 16 random bytes.');
    return toBase64url(encodeUtf8(JSON.stringify([toBase64url(salt), claim, values[claim]])));
  });
  const sd = disclosures.map(disclosureDigest).sort();
  return { disclosures, sd };
}

export interface Disclosed {
  holder: Partial<Holder>;
  /** Digest of each disclosure that was given, by claim. */
  digests: Partial<Record<ClaimName, string>>;
}

function readOne(encoded: string): { claim: ClaimName; value: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeUtf8(fromBase64url(encoded)));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  if (
    !Array.isArray(parsed) ||
    parsed.length !== 3 ||
    typeof parsed[0] !== 'string' ||
    !(CLAIMS as readonly unknown[]).includes(parsed[1])
  ) {
    throw new Refusal(
      'disclosure_malformed',
      'A disclosure is base64url of [salt, claim, value] for name, identifier or photo_digest.',
    );
  }
  return { claim: parsed[1] as ClaimName, value: parsed[2] };
}

function readIdentity(value: unknown): { id_type: string; id_number: string } | undefined {
  const one = Array.isArray(value) && value.length === 1 ? (value[0] as Partial<IdentityObject> | null) : undefined;
  if (!one || typeof one.identityType !== 'string' || typeof one.identityHash !== 'string') return undefined;
  return { id_type: one.identityType.slice(IDENTITY_PREFIX.length), id_number: one.identityHash };
}

/**
 * Reads disclosures against the signed digests: each must be in `sd`, once, and of a known claim.
 * @throws Refusal `disclosure_malformed`, `disclosure_repeated`, `disclosure_not_signed`
 */
export function readDisclosures(disclosures: readonly string[], sd: readonly string[]): Disclosed {
  const read: Disclosed = { holder: {}, digests: {} };
  for (const encoded of disclosures) {
    const { claim, value } = readOne(encoded);
    const digest = disclosureDigest(encoded);
    if (!sd.includes(digest))
      throw new Refusal('disclosure_not_signed', 'A disclosure does not belong to this certificate or was altered.', {
        part: claim,
      });
    if (claim in read.digests) throw new Refusal('disclosure_repeated', 'A claim is disclosed twice.', { part: claim });
    read.digests[claim] = digest;
    if (claim === 'name' && typeof value === 'string') read.holder.name = value;
    else if (claim === 'photo_digest' && (typeof value === 'string' || value === null))
      read.holder.photo_digest = value;
    else {
      const identity = claim === 'identifier' ? readIdentity(value) : undefined;
      if (!identity)
        throw new Refusal('disclosure_malformed', 'A disclosed value is not of the form its claim has.', {
          part: claim,
        });
      Object.assign(read.holder, identity);
    }
  }
  return read;
}

/** The photo digest that a row's disclosures hold, null without a photo; not compared with any signature. */
export const photoDigestOf = (disclosures: readonly string[]): string | null => {
  const value = disclosures.map(readOne).find(({ claim }) => claim === 'photo_digest')?.value;
  return typeof value === 'string' ? value : null;
};

/** Who a row's disclosures name; not compared with any signature. @throws Refusal `disclosure_malformed` */
export function holderIn(disclosures: readonly string[]): Partial<Holder> {
  const holder: Partial<Holder> = {};
  for (const { claim, value } of disclosures.map(readOne)) {
    if (claim === 'name' && typeof value === 'string') holder.name = value;
    if (claim === 'identifier') Object.assign(holder, readIdentity(value));
  }
  return holder;
}

/** Keeps the disclosures of some claims: what someone who proved them gets to see. */
export function chooseDisclosures(disclosures: readonly string[], claims: readonly ClaimName[]): string[] {
  return disclosures.filter((encoded) => claims.includes(readOne(encoded).claim));
}
