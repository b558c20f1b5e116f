/**
 * Copies of answers. The two public answers that grow, the trust list and the status lists, are kept in Cloudflare's
 * cache (Cache API) for all isolates of a location: under the revision of the register, which every change raises, and
 * under the service's own key, so that a copy is never older than the register. Nothing about one certificate or one
 * person is kept. Answers that are the same for everyone have an ETag.
 */
import type { Context } from 'hono';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import { selectRevision } from '../storage/statement-store.ts';
import { type AppEnv, factory } from './context.ts';
import { CORS_HEADERS } from './cross-site.ts';

/** What browsers and proxies may keep without asking, in seconds; copies are forgotten after as long. */
export const cached = { 'Cache-Control': 'public, max-age=60' };

export type Kept = { name: 'trust' } | { name: 'status'; list: string; minute: number };

/** The address under which a copy is kept: of no route, and of this register at this revision alone. */
async function addressOf(c: Context<AppEnv>, { name, ...facts }: Kept): Promise<string> {
  const { db, vault, config } = c.var.service;
  const [{ kid }, revision] = await Promise.all([vault.service(), selectRevision(db)]);
  const query = new URLSearchParams({
    key: kid,
    revision: String(revision),
    ...Object.fromEntries(Object.entries(facts).map(([fact, value]) => [fact, String(value)])),
  });
  return `${config.origin}/.kept/${name}?${query}`;
}

const store = (): Cache | undefined => (globalThis as { caches?: { default?: Cache } }).caches?.default;

/** Answers with the copy of today's revision, or with what `make` makes, which then is that copy. */
export async function keptAnswer(
  c: Context<AppEnv>,
  kept: Kept,
  type: string,
  make: () => Promise<string>,
): Promise<Response> {
  const headers = { ...cached, 'Content-Type': type };
  const cache = store();
  // Read before the answer is made: what changes meanwhile raises it, and the copy is not found again.
  const address = cache && (await addressOf(c, kept));
  if (!cache || address === undefined) return c.body(await make(), 200, headers);
  const failed = (event: string) => (error: unknown) =>
    console.warn(JSON.stringify({ event, name: kept.name, message: error instanceof Error ? error.message : '' }));
  const copy = await cache.match(address).catch(failed('copy_not_read'));
  if (copy) return c.body(await copy.text(), 200, headers);
  const text = await make();
  await cache
    .put(address, new Response(text, { headers: { ...cached, 'Content-Type': 'text/plain; charset=utf-8' } }))
    .catch(failed('copy_not_kept'));
  return c.body(text, 200, headers);
}

const tag = etag({ retainedHeaders: [...RETAINED_304_HEADERS, ...CORS_HEADERS] });

/**
 * Gives whatever may be kept an ETag, and is asked for again at little cost (RFC 9110 §13): pages without anything
 * typed, keys, statements, contexts, status lists. What may not be kept says so, as streams do, which would have to be
 * read whole; files of the pages have an ETag of their own.
 */
export const tagged = factory.createMiddleware(async (c, next) => {
  await next();
  const kept = c.res.headers.get('Cache-Control');
  if (kept !== null && !kept.includes('no-store')) await tag(c, async () => undefined);
});
