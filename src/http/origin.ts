/**
 * Refuses what pages of other sites send here in a reader's name (CSRF): forms, which browsers send without asking.
 * The order is that of Go's net/http.CrossOriginProtection: Sec-Fetch-Site where a browser says it, else Origin; who says
 * neither is no browser, or one so old that it had no cookies of this service to lend.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { Refusal } from '../life/refusal.ts';
import { mediaType } from './body.ts';
import type { AppEnv } from './env.ts';
import { answerProblem } from './pages.tsx';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/** What a form can send (and `fetch` without a preflight). Any other type of another site's page is asked for first (CORS). */
const SIMPLE = ['', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** Whether a browser says that the request does not come from a page of this service. */
function isForeign(c: Context<AppEnv>): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && origin !== c.var.service.config.origin && origin !== new URL(c.req.url).origin;
}

/** The API takes JSON and files from programs anywhere; objections are for whoever reads the notice, here or without a browser. */
const isForm = (c: Context<AppEnv>): boolean =>
  !c.req.path.startsWith('/v1/') || c.req.path.startsWith('/v1/notices/') || SIMPLE.includes(mediaType(c));

export const refuseForeign: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!SAFE.includes(c.req.method) && isForm(c) && isForeign(c)) {
    return answerProblem(
      c,
      new Refusal(
        'cross_site',
        'This was sent from a page of another site, and nothing of it was kept. Open the page on this site and fill it in there.',
      ),
    );
  }
  return next();
};
