/** What a phone keeps to work without a network: service worker and manifest. */

import { HERE } from '../../core/province.ts';
import { cached } from '../../http/caching.ts';
import { factory } from '../../http/context.ts';

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

export const offlineRoutes = factory
  .createApp()
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
