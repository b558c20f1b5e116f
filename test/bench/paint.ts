/**
 * How soon the pages show something on a phone, by `npm exec -- node test/bench/paint.ts`: a Chromium with the screen of a phone,
 * a processor four times slower and a 4G line (150 ms there and back, 1.6 Mbit/s, as Lighthouse has it) opens each page of the
 * served Worker with an empty cache; the middle of five visits counts. Prints first contentful paint, everything that was
 * transferred, and the limits: 1 s for each page, 50 KB for each but the scanner. Exits 1 when one is missed.
 */
import { launch } from '../browser/browser.ts';
import { startServer } from '../browser/server.ts';
import { browserPath } from '../programs.ts';

const LINE = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
};
const SLOWER = 4;
const VISITS = 5;
const [PAINT, WEIGHT] = [1000, 50_000];

const path = browserPath(true);
if (path === undefined) throw new Error('no Chromium on this machine: install one, or name it in LUZHENG_CHROMIUM');
const [server, browser] = await Promise.all([startServer(), launch(path)]);

async function visit(url: string): Promise<{ paint: number; answered: number; bytes: number }> {
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 3,
    isMobile: true,
    hasTouch: true,
    locale: 'zh-CN',
  });
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  let bytes = 0;
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await wire.send('Network.enable');
  await wire.send('Network.emulateNetworkConditions', LINE);
  await wire.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.goto(url, { waitUntil: 'networkidle' });
  const paint = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries())
            if (name === 'first-contentful-paint') resolve(startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
  const answered = await page.evaluate(
    () => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).responseStart,
  );
  await context.close();
  return { paint, answered, bytes };
}

let missed = 0;
try {
  const { origin, valid, revoked } = server;
  const pages = {
    '/': '/',
    'a QR code’s address': valid.seal_url.slice(origin.length),
    'a revoked certificate': `/c/${revoked.number}`,
    'not found': `/c/${valid.number.slice(0, -6)}999999`,
    '/check': '/check',
    '/bulk': '/bulk',
    '/organizations': '/organizations',
    '/docs': '/docs',
    '/scan': '/scan',
  };
  // The first request of all finds a cold Worker.
  await visit(origin);
  for (const [name, where] of Object.entries(pages)) {
    const visits: Awaited<ReturnType<typeof visit>>[] = [];
    for (let i = 0; i < VISITS; i++) visits.push(await visit(origin + where));
    const middle = (of: 'paint' | 'answered') =>
      visits.map((one) => one[of]).sort((a, b) => a - b)[VISITS >> 1] as number;
    const paint = middle('paint');
    const bytes = Math.max(...visits.map((one) => one.bytes));
    const met = paint <= PAINT && (bytes <= WEIGHT || name === '/scan');
    if (!met) missed++;
    console.log(
      `${met ? 'ok  ' : 'MISS'} ${name}: first contentful paint ${paint.toFixed(0)} ms (limit ${PAINT}; first byte at ${middle('answered').toFixed(0)}), ${(bytes / 1000).toFixed(1)} KB (limit ${name === '/scan' ? 'none' : WEIGHT / 1000})`,
    );
  }
} finally {
  await browser.close();
  await server.stop();
}
process.exit(missed === 0 ? 0 : 1);
