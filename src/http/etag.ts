/**
 * Owns which answers are the same for everyone, and so are told by an ETag and may be asked for again at little cost
 * (RFC 9110 §13): pages without anything typed, keys, statements, contexts, status lists.
 * It refuses to be mounted on streams, which it would have to read whole, and on answers about a certificate.
 * Copies for all isolates of a location are edge.ts's.
 */
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import { factory } from './context.ts';
import { CORS_HEADERS } from './cross-site.ts';

const SHARED = [
  '/',
  '/scan',
  '/check',
  '/bulk',
  '/desk',
  '/docs',
  '/organizations',
  '/organizations/*',
  '/supervision',
  '/supervision/*',
  '/sw.js',
  '/manifest.webmanifest',
  '/robots.txt',
  '/openapi.json',
  '/.well-known/*',
  '/orgs/*',
  '/contexts/*',
  '/v1/status/*',
  '/v1/templates/*',
  '/v1/organizations',
  '/v1/organizations/:code',
  '/v1/draws',
  '/v1/draws/:draw',
];

/** Notices of results and statistics: only what is read of them, never what forms answer. */
const READ = [
  '/notices',
  '/notices/:notice',
  '/v1/notices',
  '/v1/notices/:notice',
  '/statistics',
  '/v1/statistics',
  '/v1/statistics.csv',
];

export const shared = factory.createApp();
const tagged = etag({ retainedHeaders: [...RETAINED_304_HEADERS, ...CORS_HEADERS] });
for (const path of SHARED) shared.use(path, tagged);
for (const path of READ)
  shared.use(path, (c, next) => (c.req.method === 'GET' || c.req.method === 'HEAD' ? tagged(c, next) : next()));
