/**
 * Owns the snapshot: what a verifier keeps of the service's public data to verify without a network. It is the
 * published trust.json with two members more: when it was taken, and the status lists of that moment.
 * A snapshot is never trusted: statements and lists in it count under the verifier's own root alone, and a missing
 * withdrawal or an old list is what its age warns of. `kept_at` is the keeper's word; lists bear their own signed time.
 */
import * as v from 'valibot';
import { publicJwk } from './schema.ts';

const tokens = v.array(v.pipe(v.string(), v.maxLength(300_000)));
/** Other members of trust.json stay as they are. */
const SNAPSHOT = v.looseObject({
  origin: v.optional(v.string(), ''),
  hosts: v.optional(v.array(v.pipe(v.string(), v.maxLength(300))), []),
  roots: v.optional(v.array(publicJwk), []),
  centres: tokens,
  services: v.optional(tokens, []),
  filings: tokens,
  clients: v.optional(tokens, []),
  withdrawals: v.optional(tokens, []),
  kept_at: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  status_lists: v.optional(tokens, []),
});
export type Snapshot = v.InferOutput<typeof SNAPSHOT>;

/** Reads a snapshot, or a plain trust.json; undefined for anything else. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  const read = v.safeParse(SNAPSHOT, value);
  return read.success ? read.output : undefined;
}
