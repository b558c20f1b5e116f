/**
 * Which answers the pages of any website may read (CORS, Fetch standard): public data, the look-up and verification.
 * Never what asks for personal data or takes a key. Operations say it of themselves (`open`); a test holds them to it.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Refusal } from '../base/refusal.ts';
import { mediaType } from './body.ts';
import { type AppEnv, factory } from './context.ts';

const SHOWN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Disposition, ETag, Link, RateLimit-Policy, Retry-After',
};
/** Also of a 304, which must tell the same as the answer that it stands for. */
export const CORS_HEADERS: readonly string[] = Object.keys(SHOWN);

/**
 * Sets the headers before the handler runs: hono/cors sets them on an answer of its own, and every look-up would pay
 * for a copy.
 * @param open `METHOD path` of the routes that are open, once all are mounted
 */
export const crossOrigin = (open: () => ReadonlySet<string>) =>
  factory.createMiddleware(async (c, next) => {
    const route = matchedRoutes(c).find(({ method }) => method !== 'ALL');
    if (route && open().has(`${route.method} ${route.path}`))
      for (const [name, value] of Object.entries(SHOWN)) c.header(name, value);
    await next();
  });

/**
 * Answers a browser that asks first whether a page may call (preflight).
 * @returns undefined where the question is none, or the answer is no
 */
export function preflight(c: Context<AppEnv>, path: string, open: ReadonlySet<string>): Response | undefined {
  const asked = c.req.header('access-control-request-method');
  if (c.req.method !== 'OPTIONS' || c.req.header('origin') === undefined || asked === undefined) return undefined;
  if (!open.has(`${asked === 'HEAD' ? 'GET' : asked} ${path}`)) return undefined;
  return c.body(null, 204, {
    ...SHOWN,
    'Access-Control-Allow-Methods': asked === 'POST' ? 'POST' : 'GET, HEAD',
    'Access-Control-Allow-Headers': 'Accept, Content-Type, If-None-Match',
    'Access-Control-Max-Age': '86400',
  });
}

// Refuses what pages of other sites send here in a reader's name (CSRF): forms, which browsers send without asking.
// The order is that of Go's net/http.CrossOriginProtection: Sec-Fetch-Site where a browser says it, else Origin; who
// says neither is no browser, or one so old that it had no cookies of this service to lend.

const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/**
 * What a form can send (and `fetch` without a preflight). Any other type of another site's page is asked for first
 * (CORS).
 */
const SIMPLE = ['', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** Whether a browser says that the request does not come from a page of this service. */
function isForeign(c: Context<AppEnv>): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && origin !== c.var.service.config.origin && origin !== new URL(c.req.url).origin;
}

/**
 * The API takes JSON and files from programs anywhere; objections are for whoever reads the notice, here or without a
 * browser.
 */
const isForm = (c: Context<AppEnv>): boolean =>
  !c.req.path.startsWith('/v1/') || c.req.path.startsWith('/v1/notices/') || SIMPLE.includes(mediaType(c));

/** @throws Refusal `cross_site`, which the app answers with a page for a reader and a problem for a program */
export const refuseForeign: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!SAFE.includes(c.req.method) && isForm(c) && isForeign(c)) {
    throw new Refusal(
      'cross_site',
      'This was sent from a page of another site, and nothing of it was kept. Open the page on this site and fill it in there.',
    );
  }
  return next();
};
