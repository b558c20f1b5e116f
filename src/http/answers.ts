/**
 * How an answer is chosen and kept: its media type by Accept, the language that leads, and copies with ETags.
 */
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { getCookie, setCookie } from 'hono/cookie';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import { Refusal } from '../base/refusal.ts';
import type { Language } from '../base/words.ts';
import { selectRevision } from '../storage/statement-store.ts';
import { readFields } from './body.ts';
import { type AppEnv, factory } from './context.ts';
import { CORS_HEADERS } from './cross-site.ts';

// Which of our media types a caller takes, by Accept with its weights (RFC 9110 §12.5.1): the most specific range that
// names a type decides on it, and q=0 forbids it. hono parses the header; its own choice falls back to a type that is
// forbidden.

/**
 * `named`: 3 by its own name, 2 by the range of its top-level type, 1 by the range of all types; 0 not at all, and then
 * `q` is 0.
 */
interface Weighed {
  type: string;
  q: number;
  named: number;
}

function weigh(ranges: readonly { type: string; q: number }[], type: string): Weighed {
  const names = ['*/*', `${type.split('/', 1)[0]}/*`, type];
  const best: Weighed = { type, q: 0, named: 0 };
  for (const range of ranges) {
    const named = names.indexOf(range.type.toLowerCase()) + 1;
    if (named > best.named || (named > 0 && named === best.named && range.q > best.q))
      Object.assign(best, { named, q: range.q });
  }
  return best;
}

/** Our types as the caller weighs them, the most wanted first; among equals ours in our order. */
function weighed(c: Context, types: readonly string[]): Weighed[] {
  let found: Weighed[] = types.map((type) => ({ type, q: 1, named: 1 }));
  const match = (ranges: { type: string; q: number }[]) => {
    found = types.map((type) => weigh(ranges, type)).sort((a, b) => b.q - a.q || b.named - a.named);
    return '';
  };
  accepts(c, { header: 'Accept', supports: [...types], default: '', match });
  return found;
}

const notAcceptable = (types: readonly string[]) =>
  new Refusal('not_acceptable', `This can be had as: ${types.join(', ')}.`, { allowed: types });

/** The type to answer with. @throws Refusal `not_acceptable` with what there is */
export function chosenType<T extends string>(c: Context, types: readonly T[]): T {
  c.header('Vary', 'Accept');
  const [best] = weighed(c, types);
  if (!best || best.q === 0) throw notAcceptable(types);
  return best.type as T;
}

/** For an answer that is not negotiated, as to a form: it is sent unless the caller says that it must not be. */
export function requireNotForbidden(c: Context, type: string): void {
  if (weighed(c, [type]).some(({ q, named }) => named > 0 && q === 0)) throw notAcceptable([type]);
}

/** Whether the caller asks for a page by name, and wants nothing of `others` more. */
export function prefersPage(c: Context, others: readonly string[]): boolean {
  const [best] = weighed(c, ['text/html', ...others]);
  return best?.type === 'text/html' && best.q > 0 && best.named > 1;
}

// The reader's language: the cookie `lang` that the switch on every page sets, else Accept-Language, else Chinese; and
// the switch itself, which works without JavaScript and leads nowhere but to a path of this service.

const COOKIE = 'lang';
const YEAR = 31_536_000;

const isLanguage = (text: string | undefined): text is Language => text === 'zh' || text === 'en';

/** The language that the reader wants most among ours; `*` and languages that nobody here writes count for Chinese. */
function preferred(wanted: readonly { type: string; q: number }[]): Language {
  for (const { type } of wanted.filter(({ q }) => q > 0).toSorted((a, b) => b.q - a.q)) {
    const [primary] = type.toLowerCase().split('-');
    if (primary === '*') return 'zh';
    if (isLanguage(primary)) return primary;
  }
  return 'zh';
}

/** The language that leads on the answer to this request. */
export function languageOf(c: Context<AppEnv>): Language {
  const chosen = getCookie(c, COOKIE);
  if (isLanguage(chosen)) return chosen;
  return accepts(c, { header: 'Accept-Language', supports: ['zh', 'en'], default: 'zh', match: preferred }) as Language;
}

/** Where the switch leads back to: path and query of an address of this service, else the home page. */
export function backTo(asked: string, origin: string): string {
  const url = URL.parse(asked, origin);
  // `//host` would be another host's address, however it was spelled before.
  return url?.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search : '/';
}

export const languageRoutes = factory.createApp().post('/language', async (c) => {
  const form = await readFields(c);
  const { origin } = c.var.service.config;
  const to = form.get('to') ?? undefined;
  if (isLanguage(to))
    setCookie(c, COOKIE, to, {
      path: '/',
      maxAge: YEAR,
      sameSite: 'Lax',
      httpOnly: true,
      secure: origin.startsWith('https:'),
    });
  return c.body(null, 303, { 'Cache-Control': 'no-store', Location: backTo(form.get('back') ?? '/', origin) });
});

// Copies of answers. The two public answers that grow, the trust list and the status lists, are kept in Cloudflare's
// cache (Cache API) for all isolates of a location: under the revision of the register, which every change raises, and
// under the service's own key, so that a copy is never older than the register. Nothing about one certificate or one
// person is kept. Answers that are the same for everyone have an ETag.

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
