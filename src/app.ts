/**
 * The table of URLs: middleware and mounts. Unknown addresses and methods are answered as problems, and nothing is answered
 * before the settings hold. (Apart from index.ts, so that tests ask it without the Worker's entry points.)
 */

import { batchRoutes } from './api/batches-api.ts';
import { bulkRoutes } from './api/bulk-api.ts';
import { enrolmentRoutes } from './api/enrolment-api.ts';
import { describeRoutes } from './api/openapi.ts';
import { batchGuard } from './api/operation-parts.ts';
import { organizationRoutes } from './api/organizations-api.ts';
import { PAGES } from './api/page-operations.ts';
import { procedureRoutes } from './api/procedure-api.ts';
import { publicRoutes } from './api/public-api.ts';
import { publishedRoutes } from './api/published-api.ts';
import { reviewRoutes } from './api/reviews-api.ts';
import { statisticsData } from './api/statistics-api.ts';
import { resultRoutes, uploadRoutes } from './api/upload-api.ts';
import { wellKnownRoutes } from './api/wellknown-api.ts';
import { isRefusal, Refusal } from './base/refusal.ts';
import { deskRoutes } from './desk/frame/desk-page.tsx';
import { ConfigError, type Env, serviceAt, serviceOf } from './env.ts';
import { languageRoutes, tagged } from './http/answers.ts';
import { factory } from './http/context.ts';
import { crossOrigin, preflight, refuseForeign } from './http/cross-site.ts';
import { type Operations, openRoutes, operationsOf } from './http/operation.ts';
import { onError } from './http/problems.ts';
import { bulkPageRoutes } from './web/bulk/bulk-route.tsx';
import { checkRoutes } from './web/check/check-pages.tsx';
import { docsRoutes } from './web/docs/docs-routes.tsx';
import { drawPages } from './web/draws/draw-pages.tsx';
import { answerNothing, answerProblem } from './web/frame/problem-pages.tsx';
import { staticRoutes } from './web/frame/static-files.ts';
import { pageRoutes } from './web/home/home-page.tsx';
import { noticePages } from './web/notices/notice-routes.tsx';
import { organizationPages } from './web/organizations/organization-list.tsx';
import { statisticsRoutes } from './web/statistics/statistics-page.tsx';

export const app = factory.createApp();

app.onError((error, c) => {
  // Of a form that a browser sent: the reader gets a page.
  if (isRefusal(error, 'cross_site')) return answerProblem(c, error);
  if (!(error instanceof ConfigError)) return onError(error, c);
  console.error(JSON.stringify({ event: 'not_configured', message: error.message }));
  return c.json(
    { type: 'urn:luzheng:problem:not_configured', title: '服务尚未配置完成', status: 503, code: 'not_configured' },
    503,
    { 'Content-Type': 'application/problem+json' },
  );
});

app.use('*', async (c, next) => {
  c.set('service', serviceAt(serviceOf(c.env as Env), c.req.header('luzheng-clock')));
  // Before the handler: a header set on a finished response costs a copy of it.
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  await next();
});

app.use(
  '*',
  crossOrigin(() => OPEN),
);

app.use('*', refuseForeign);

app.use('*', tagged);

/** Every operation of the app: those that its routes declare, and the pages. */
function operations(): Operations {
  return { ...operationsOf(app), ...PAGES };
}

app.route('/', describeRoutes(operations));
app.route('/', wellKnownRoutes);
app.route('/', staticRoutes);
app.route('/', batchGuard);
app.route('/', uploadRoutes);
app.route('/', batchRoutes);
app.route('/', organizationRoutes);
app.route('/', enrolmentRoutes);
app.route('/', procedureRoutes);
app.route('/', drawPages);
app.route('/', resultRoutes);
app.route('/', reviewRoutes);
app.route('/', publicRoutes);
app.route('/', bulkRoutes);
app.route('/', publishedRoutes);
app.route('/', languageRoutes);
app.route('/', docsRoutes(operations));
app.route('/', organizationPages);
app.route('/', noticePages);
app.route('/', statisticsData);
app.route('/', statisticsRoutes);
app.route('/', bulkPageRoutes);
app.route('/', checkRoutes);
app.route('/', deskRoutes);
app.route('/', pageRoutes);

/** `METHOD /path/{name}` → what stands of it in openapi.json and /docs. */
export const OPERATIONS = operations();

/** `METHOD /path` of what the pages of other sites may read. */
export const OPEN = openRoutes(app);

// Every path of the table answers 405 with Allow to the methods that it does not have.
const methods = new Map<string, Set<string>>();

for (const { path, method } of app.routes) {
  if (method !== 'ALL') methods.set(path, (methods.get(path) ?? new Set()).add(method));
}

// Fixed paths first: /v1/certificates/search is not a certificate's number.
for (const [path, allowed] of [...methods].sort(([a], [b]) => Number(a.includes(':')) - Number(b.includes(':')))) {
  app.all(path, (c) => {
    const allowedAcross = preflight(c, path, OPEN);
    if (allowedAcross) return allowedAcross;
    const names = [...allowed, ...(allowed.has('GET') ? ['HEAD'] : [])].sort();
    c.header('Allow', names.join(', '));
    return answerProblem(
      c,
      new Refusal('method_not_allowed', `This address takes: ${names.join(', ')}.`, { allowed: names }),
    );
  });
}

app.notFound(answerNothing);
