/**
 * Owns how a page becomes an answer: the reader's language first, the policy that forbids everything from elsewhere,
 * and how long it may be kept. Every route that answers with a page answers through here.
 * It refuses inline scripts, styles but those that were built (by their digests), frames, and other hosts (CSP).
 */
import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { LANGUAGE_TAGS } from '../../base/words.ts';
import type { AppEnv } from '../../http/context.ts';
import { languageOf } from '../../http/reader-language.ts';
import type { Styles } from '../../storage/assets.ts';
import { SiteKey } from './form.tsx';
import { ReaderContext } from './language.ts';
import { leadWithEnglish } from './lead.ts';

/**
 * The content security policy of every page (CSP 3).
 * @param turnstile whether the script and frame of that check are allowed: only where it is configured
 */
function policy(styles: Styles, turnstile: boolean): string {
  const style = Object.values(styles)
    .map(({ sha256 }) => `'sha256-${sha256}'`)
    .join(' ');
  const check = 'https://challenges.cloudflare.com';
  return `default-src 'none'; script-src 'self'${turnstile ? ` ${check}` : ''}; style-src ${style}; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'${turnstile ? `; frame-src ${check}` : ''}`;
}

/** Reports, searches and whatever else tells of a person. */
export const noStore = { 'Cache-Control': 'no-store' };
/** Pages that are the same for all readers of a language. */
export const kept = { 'Cache-Control': 'public, max-age=60', Vary: 'Accept-Language, Cookie' };

export const hostOf = (c: Context<AppEnv>): string => new URL(c.var.service.config.origin).host;

/** No address of a page is longer. */
const LONGEST_PATH = 500;

/** Where a page can be asked for again: what a form answered can not, so its own page stands for it. */
function pathOf(c: Context<AppEnv>): string {
  const { pathname, search } = new URL(c.req.url);
  const path = c.req.method === 'POST' ? pathname.replace(/\/[^/]*$/, '') || '/' : pathname + search;
  return path.length > LONGEST_PATH ? '/' : path;
}

/** Answers with a page, in the reader's language first. */
export async function page(
  c: Context<AppEnv>,
  status: number,
  element: Child,
  headers: Record<string, string> = noStore,
): Promise<Response> {
  const language = languageOf(c);
  const [versions, styles] = await Promise.all([c.var.service.versions(), c.var.service.styles()]);
  const siteKey = c.var.service.config.turnstile?.siteKey;
  const text = String(
    <ReaderContext.Provider value={{ language, path: pathOf(c), versions, styles }}>
      <SiteKey.Provider value={siteKey}>{element}</SiteKey.Provider>
    </ReaderContext.Provider>,
  );
  const body = `<!DOCTYPE html>${language === 'en' ? leadWithEnglish(text) : text}`;
  return c.html(body, status as ContentfulStatusCode, {
    'Content-Security-Policy': policy(styles, siteKey !== undefined),
    'Content-Language': LANGUAGE_TAGS[language],
    ...headers,
  });
}
