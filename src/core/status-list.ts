/**
 * Reads Bitstring Status Lists (W3C, 1.0): what a list that the service signed says of one certificate, and when it
 * said so. A list can be kept and read without a network; its time is signed with it, so that a keeper cannot make it
 * look newer.
 */
import * as v from 'valibot';
import { decodeUtf8, fromBase64url } from '../base/bytes.ts';
import { isUnreadable } from '../base/refusal.ts';
import { inflateExactly } from '../formats/inflate.ts';
import { STATUS_PURPOSES, type StatusPurpose } from './credential.ts';
import { type Directory, openServiceKey } from './directory.ts';
import { openBytes } from './statement.ts';

/** Seconds for which a list stands for the present; after that it only says how things were. */
export const STATUS_LIST_FRESH = 600;
/** Entries of a list of this service: the smallest that Bitstring Status List 1.0 allows. */
export const STATUS_LIST_LENGTH = 131_072;
/** Bytes of a list, unpacked; those of this service have 16 KB. */
const LARGEST = 1_048_576;

export interface StatusList {
  purpose: StatusPurpose;
  list: number;
  /** When the service made it, NumericDate. */
  made_at: number;
  bits: Uint8Array;
}

const text = v.string();
const PAYLOAD = v.object({
  id: text,
  validFrom: v.pipe(text, v.isoTimestamp()),
  credentialSubject: v.object({ statusPurpose: v.picklist(STATUS_PURPOSES), encodedList: text }),
});

/** RFC 1952 without optional fields, as platforms write it; the signature stands in for the check sum. */
function gunzip(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8 || bytes[3] !== 0) return undefined;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  return size > LARGEST ? undefined : inflateExactly(bytes.subarray(10, -8), size);
}

function readList(payload: string): StatusList | undefined {
  const read = v.safeParse(PAYLOAD, JSON.parse(payload));
  if (!read.success) return undefined;
  const { id, validFrom, credentialSubject } = read.output;
  const { statusPurpose: purpose, encodedList } = credentialSubject;
  const named = /\/v1\/status\/(revocation|suspension)-([1-9]\d{0,8})$/.exec(id);
  if (named?.[1] !== purpose || !encodedList.startsWith('u')) return undefined;
  const bits = gunzip(fromBase64url(encodedList.slice(1)));
  return bits && { purpose, list: Number(named[2]), made_at: Date.parse(validFrom) / 1000, bits };
}

/**
 * Opens a list under the root, given the root's statements about the service's keys (`service+jwt`), judged at the time
 * in the list. Undefined for whatever does not verify.
 */
export async function openStatusList(
  token: string,
  services: readonly string[],
  directory: Directory,
): Promise<StatusList | undefined> {
  for (const statement of services) {
    try {
      const service = await openServiceKey(statement, directory);
      const key = await service.key();
      const { bytes } = await openBytes(token, 'vc+jwt', () => key);
      const list = readList(decodeUtf8(bytes));
      if (!list) return undefined;
      service.requireAt(list.made_at);
      return list;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  }
  return undefined;
}

export interface Known {
  /** A list does not tell a replaced certificate from a revoked one. */
  state: 'valid' | 'suspended' | 'revoked';
  /** NumericDate of the older of the two lists. */
  at: number;
}

/**
 * What lists say of a place in them; undefined unless both purposes are at hand. The newest list of a purpose counts.
 */
export function stateIn(lists: readonly StatusList[], place: { list: number; index: number }): Known | undefined {
  const read = (purpose: StatusPurpose) => {
    const [newest] = lists
      .filter((one) => one.purpose === purpose && one.list === place.list)
      .sort((a, b) => b.made_at - a.made_at);
    const byte = newest?.bits[place.index >> 3];
    return newest && byte !== undefined
      ? { set: (byte & (0x80 >> (place.index & 7))) !== 0, at: newest.made_at }
      : undefined;
  };
  const [revocation, suspension] = [read('revocation'), read('suspension')];
  if (!revocation || !suspension) return undefined;
  return {
    state: revocation.set ? 'revoked' : suspension.set ? 'suspended' : 'valid',
    at: Math.min(revocation.at, suspension.at),
  };
}
