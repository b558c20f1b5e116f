/**
 * Which answers the pages of any website may read (CORS, Fetch standard): public data, the look-up and verification.
 * Never what asks for personal data or takes a key. A test holds the table against the table of routes.
 */
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { type AppEnv, factory } from './env.ts';

/** `METHOD path`, as the routes are mounted. */
export const OPEN: ReadonlySet<string> = new Set([
  'GET /v1/certificates/:number',
  'POST /v1/verify',
  'GET /v1/status',
  'GET /v1/status/:list',
  'GET /.well-known/jwks.json',
  'GET /.well-known/did.json',
  'GET /.well-known/trust.json',
  'GET /orgs/:code/did.json',
  'GET /contexts/v1.jsonld',
  'GET /v1/templates/:template',
  'GET /v1/organizations',
  'GET /v1/organizations/:code',
  'GET /v1/draws',
  'GET /v1/draws/:draw',
  'GET /v1/notices',
  'GET /v1/notices/:notice',
  'GET /notices/feed.xml',
  'GET /v1/statistics',
  'GET /v1/statistics.csv',
  'GET /openapi.json',
]);

const SHOWN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Disposition, ETag, Link, RateLimit-Policy, Retry-After',
};
/** Also of a 304, which must tell the same as the answer that it stands for. */
export const CORS_HEADERS: readonly string[] = Object.keys(SHOWN);

/** Sets the headers before the handler runs: hono/cors sets them on an answer of its own, and every look-up would pay for a copy. */
export const crossOrigin = factory.createMiddleware(async (c, next) => {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL');
  if (route && OPEN.has(`${route.method} ${route.path}`))
    for (const [name, value] of Object.entries(SHOWN)) c.header(name, value);
  await next();
});

/**
 * Answers a browser that asks first whether a page may call (preflight).
 * @returns undefined where the question is none, or the answer is no
 */
export function preflight(c: Context<AppEnv>, path: string): Response | undefined {
  const asked = c.req.header('access-control-request-method');
  if (c.req.method !== 'OPTIONS' || c.req.header('origin') === undefined || asked === undefined) return undefined;
  if (!OPEN.has(`${asked === 'HEAD' ? 'GET' : asked} ${path}`)) return undefined;
  return c.body(null, 204, {
    ...SHOWN,
    'Access-Control-Allow-Methods': asked === 'POST' ? 'POST' : 'GET, HEAD',
    'Access-Control-Allow-Headers': 'Accept, Content-Type, If-None-Match',
    'Access-Control-Max-Age': '86400',
  });
}
