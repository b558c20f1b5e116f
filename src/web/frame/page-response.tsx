/**
 * How a page becomes an answer: the reader's language first, the content security policy, how long it may be kept;
 * and problems as pages for whoever asked for one.
 */
import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Refusal } from '../../base/refusal.ts';
import { LANGUAGE_TAGS, type Words } from '../../base/words.ts';
import { prefersPage } from '../../http/accept.ts';
import type { AppEnv } from '../../http/context.ts';
import { onError, PROBLEM_TYPE, PROBLEMS } from '../../http/problems.ts';
import { languageOf } from '../../http/reader-language.ts';
import type { Styles } from '../../storage/assets.ts';
import { SiteKey } from './form.tsx';
import { ReaderContext } from './layout.tsx';
import { leadWithEnglish } from './lead.ts';
import { ProblemPage } from './problem-pages.tsx';

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

/** What to do, where a refusal says it in English alone. */
function detailOf(status: number, message: string): Words {
  const [zh = '', en] = message.split(' / ');
  if (en !== undefined && /\p{Script=Han}/u.test(zh)) return { zh, en };
  if (status === 404) return { zh: '请核对网址，或从首页进入。', en: message };
  if (status === 429) return { zh: '请稍候再试。', en: message };
  return { zh: status < 500 ? '请按上面的提示更正后再试。' : '请稍后再试；仍有问题时，请联系平台。', en: message };
}

/** Whoever asked for a page gets a page; others get the problem itself. */
export function answerProblem(c: Context<AppEnv>, error: Error): Response | Promise<Response> {
  const answer = onError(error, c);
  if (!prefersPage(c, [PROBLEM_TYPE, 'application/json'])) return answer;
  const { code, message } =
    error instanceof Refusal
      ? error
      : { code: 'unexpected', message: 'Something went wrong on our side. Try again in a moment.' };
  const english =
    answer.status === 404
      ? 'Nothing at this address'
      : answer.status < 500
        ? 'The request was not accepted'
        : 'Something went wrong';
  return page(
    c,
    answer.status,
    <ProblemPage
      host={hostOf(c)}
      title={PROBLEMS[code]?.[1] ?? '请求未被接受'}
      english={english}
      detail={detailOf(answer.status, message)}
      code={code}
    />,
  );
}

/** Where there is nothing: a page's address is asked for again without slashes at its end, which people type. */
export function answerNothing(c: Context<AppEnv>): Response | Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  const path = pathname.replace(/\/+$/, '');
  const page =
    path !== pathname && ['GET', 'HEAD'].includes(c.req.method) && prefersPage(c, [PROBLEM_TYPE, 'application/json']);
  // Two slashes at its beginning would make it an address of another host.
  if (page && /^\/[^/]/.test(path)) return c.body(null, 301, { ...noStore, Location: path + search });
  return answerProblem(
    c,
    new Refusal('not_found', 'There is nothing at this address. The API is described in /openapi.json.'),
  );
}
