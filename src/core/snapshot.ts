/**
 * A snapshot: what a verifier keeps of the service's public data to verify without a network: the published
 * trust.json, the time it was taken, and the status lists of that moment. It is never trusted: statements and lists in
 * it count under the verifier's own root alone, and a missing withdrawal or an old list is what its age warns of.
 * `kept_at` is the keeper's word; lists bear their own signed time.
 */
import * as v from 'valibot';
import { toTimestamp } from '../base/day.ts';
import { publicJwk } from './keys.ts';

/** Made when it is asked for: pages that only take a snapshot then carry no schemas. Other members stay as they are. */
function snapshotShape() {
  const tokens = v.array(v.pipe(v.string(), v.maxLength(300_000)));
  return v.looseObject({
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
}
export type Snapshot = v.InferOutput<ReturnType<typeof snapshotShape>>;

/** Reads a snapshot, or a plain trust.json; undefined for anything else. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  const read = v.safeParse(snapshotShape(), value);
  return read.success ? read.output : undefined;
}

/** Asks the service for the text at a path; undefined when there is none. Throws without a network. */
export type Ask = (path: string) => Promise<string | undefined>;

/** The lists that our own verifiers read: they tell a suspended certificate from a revoked one. */
const KEPT = /^(revocation|suspension)-/;
/** Lists asked for at once. */
const AT_ONCE = 4;

/**
 * Takes a snapshot from a service.
 * @param most status lists at most, the newest first (two for each 65,536 certificates)
 * @param now NumericDate
 * @returns its JSON; undefined when the service gives no trust list
 */
export async function takeSnapshot(ask: Ask, most: number, now: number): Promise<Record<string, unknown> | undefined> {
  const [trust, index] = await Promise.all([ask('/.well-known/trust.json'), ask('/v1/status')]);
  if (trust === undefined) return undefined;
  const published = index === undefined ? [] : ((JSON.parse(index) as { lists?: string[] }).lists ?? []);
  const names = published.filter((name) => KEPT.test(name)).slice(0, most);
  const status_lists: string[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = await Promise.all(
      names.slice(at, at + AT_ONCE).map((name) => ask(`/v1/status/${encodeURIComponent(name)}`)),
    );
    status_lists.push(...some.filter((token) => token !== undefined));
  }
  return { ...(JSON.parse(trust) as Record<string, unknown>), kept_at: toTimestamp(now), status_lists };
}
