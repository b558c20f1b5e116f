/**
 * Owns taking a snapshot (snapshot.ts) from a service, over whatever line the caller has. Small, so that every page can do it.
 * It refuses nothing: what was taken is judged where it is read.
 */
import { toTimestamp } from './calendar.ts';

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
