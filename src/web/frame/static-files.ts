/**
 * The static files of the pages: browser code and icons, and what a phone keeps to work without a network, manifest and
 * service worker. Files that are not on the list are not served.
 */
import type { Context } from 'hono';
import { Refusal } from '../../base/refusal.ts';
import { HERE } from '../../core/province.ts';
import { cached } from '../../http/answers.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { problem } from '../../http/problems.ts';

/** Name in `/assets` and type. The font and whatever else was built stay inside. */
const FILES = new Map([
  ['home.js', 'text/javascript; charset=utf-8'],
  ['certificate.js', 'text/javascript; charset=utf-8'],
  ['check.js', 'text/javascript; charset=utf-8'],
  ['checker.js', 'text/javascript; charset=utf-8'],
  ['scan.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
  ['icon-192.png', 'image/png'],
  ['icon-512.png', 'image/png'],
  ['desk.js', 'text/javascript; charset=utf-8'],
  ['draw.js', 'text/javascript; charset=utf-8'],
  ['bulk.js', 'text/javascript; charset=utf-8'],
  ['lister.js', 'text/javascript; charset=utf-8'],
]);

async function assetFile(c: Context<AppEnv>, name: string) {
  const type = FILES.get(name);
  const etag = c.req.header('if-none-match');
  // The assets binding ignores the host of the address.
  const request = new Request(`https://assets.invalid/client/${name}`, {
    headers: etag === undefined ? {} : { 'If-None-Match': etag },
  });
  const file = type === undefined ? undefined : await c.var.service.assets.fetch(request);
  if (type === undefined || !file || (file.status !== 200 && file.status !== 304))
    return problem(c, new Refusal('not_found', 'There is no such file.'));
  // An address with the version of today never has other content.
  const asked = c.req.query('v');
  const lasting = asked !== undefined && asked === (await c.var.service.versions())[name];
  const headers = {
    ...(file.status === 304 ? {} : { 'Content-Type': type }),
    'Cache-Control': lasting ? 'public, max-age=31536000, immutable' : 'public, max-age=60',
    ETag: file.headers.get('etag') ?? '',
  };
  return c.newResponse(file.body, { status: file.status, headers });
}

const icon = (name: string, sizes: string, type: string) => ({
  src: `/assets/${name}`,
  sizes,
  type,
  purpose: 'any maskable',
});

const MANIFEST = {
  id: '/',
  name: '鲁证：职业技能等级证书查验',
  short_name: '鲁证查验',
  description: `扫描和核验${HERE.name}职业技能等级证书，断网也能核对签名 / Scans and verifies skill level certificates, also without a network`,
  lang: 'zh-CN',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  background_color: '#f3f6f8',
  theme_color: '#0b3d6b',
  icons: [
    icon('icon.svg', 'any', 'image/svg+xml'),
    icon('icon-192.png', '192x192', 'image/png'),
    icon('icon-512.png', '512x512', 'image/png'),
  ],
  shortcuts: [
    { name: '扫描二维码', url: '/scan' },
    { name: '核验证书文件', url: '/check' },
  ],
};

export const staticRoutes = factory
  .createApp()
  .get('/assets/:file', (c) => assetFile(c, c.req.param('file')))
  .get('/manifest.webmanifest', (c) =>
    c.body(JSON.stringify(MANIFEST), 200, { ...cached, 'Content-Type': 'application/manifest+json' }),
  )
  .get('/sw.js', async (c) => {
    const { assets, config } = c.var.service;
    const file = await assets.fetch(new URL('https://assets.invalid/client/sw.js'));
    if (!file.ok) throw new Error(`/client/sw.js is not among the assets (${file.status}); run npm run build.`);
    // Pages bear hosts and roots: with other settings it is another worker, and they are fetched again.
    const settings = JSON.stringify([config.hosts, config.trustRoot]).replace(/[^\x20-\x7e]/g, '');
    return c.body(`${await file.text()}//${settings}\n`, 200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': "default-src 'none'; connect-src 'self'",
    });
  });
