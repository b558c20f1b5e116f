/**
 * Owns the URL table: middleware and mounts. What a route does stands in http/ and pages/.
 * It refuses unknown addresses and methods as problems, and answers nothing before the configuration holds.
 */
import { ConfigError } from './env.ts';
import { batchRoutes } from './http/batches.ts';
import { bulkRoutes } from './http/bulk.ts';
import { bulkPageRoutes } from './http/bulk-page.tsx';
import { centreRoutes } from './http/centre.ts';
import { crossOrigin, preflight } from './http/cors.ts';
import { describeRoutes } from './http/describe.ts';
import { deskRoutes } from './http/desk.tsx';
import { docsRoutes } from './http/docs.tsx';
import { drawPages, drawRoutes } from './http/draws.tsx';
import { factory } from './http/env.ts';
import { languageRoutes } from './http/language.ts';
import { noticePages, noticeRoutes } from './http/notices.tsx';
import { offlineRoutes } from './http/offline.ts';
import { organizationRoutes } from './http/organization.ts';
import { organizationPages } from './http/organizations.tsx';
import { organizationData } from './http/organizations-data.ts';
import { refuseForeign } from './http/origin.ts';
import { answerNothing, answerProblem, pageRoutes } from './http/pages.tsx';
import { onError } from './http/problems.ts';
import { procedureRoutes } from './http/procedure.ts';
import { publicRoutes } from './http/public.ts';
import { resultRoutes } from './http/results.ts';
import { reviewRoutes } from './http/reviews.ts';
import { scanRoutes } from './http/scan.tsx';
import { shared } from './http/shared.ts';
import { statisticsRoutes } from './http/statistics.tsx';
import { wellKnownRoutes } from './http/wellknown.ts';
import { Refusal } from './life/refusal.ts';
import { serviceAt, serviceOf } from './service.ts';

export const app = factory.createApp();

app.onError((error, c) => {
  if (!(error instanceof ConfigError)) return onError(error, c);
  console.error(JSON.stringify({ event: 'not_configured', message: error.message }));
  return c.json(
    { type: 'urn:luzheng:problem:not_configured', title: '服务尚未配置完成', status: 503, code: 'not_configured' },
    503,
    { 'Content-Type': 'application/problem+json' },
  );
});

app.use('*', async (c, next) => {
  c.set('service', serviceAt(serviceOf(c.env), c.req.header('luzheng-clock')));
  // Before the handler: a header set on a finished response costs a copy of it.
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  await next();
});
app.use('*', crossOrigin);

app.use('*', refuseForeign);

app.get('/healthz', async (c) => {
  await c.var.service.db.prepare('SELECT 1').first();
  return c.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' });
});

app.route('/', shared);
app.route('/', describeRoutes);
app.route('/', wellKnownRoutes);
app.route('/', offlineRoutes);
app.route('/', batchRoutes);
app.route('/', organizationRoutes);
app.route('/', organizationData);
app.route('/', centreRoutes);
app.route('/', procedureRoutes);
app.route('/', drawRoutes);
app.route('/', drawPages);
app.route('/', resultRoutes);
app.route('/', reviewRoutes);
app.route('/', bulkRoutes);
app.route('/', publicRoutes);
app.route('/', noticeRoutes);
app.route('/', languageRoutes);
app.route('/', docsRoutes);
app.route('/', organizationPages);
app.route('/', noticePages);
app.route('/', statisticsRoutes);
app.route('/', bulkPageRoutes);
app.route('/', scanRoutes);
app.route('/', deskRoutes);
app.route('/', pageRoutes);

// Every path of the table answers 405 with Allow to the methods that it does not have.
const methods = new Map<string, Set<string>>();
for (const { path, method } of app.routes) {
  if (method !== 'ALL') methods.set(path, (methods.get(path) ?? new Set()).add(method));
}
// Fixed paths first: /v1/certificates/search is not a certificate's number.
for (const [path, allowed] of [...methods].sort(([a], [b]) => Number(a.includes(':')) - Number(b.includes(':')))) {
  app.all(path, (c) => {
    const allowedAcross = preflight(c, path);
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
