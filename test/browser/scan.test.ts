/**
 * The scanner in a real Chromium with a camera that shows a film: a printed certificate is opened with its seal checked,
 * another host is named and not opened, and pictures and typed text do what the camera does.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTool } from '../formats/fixtures-pdf.ts';
import { findChromium, launchWithCamera } from './browser.ts';
import { drawCode, drawPage, film, toPng } from './camera.ts';
import { connect, openShared } from './served.ts';
import type { TestServer } from './server.ts';

const chromium = findChromium();
const FOREIGN = 'https://lz.example.cn.evil.example/c/S000037000001263000001#123';

describe.skipIf(chromium === undefined)('the scanner', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-scan-'));
  let server: TestServer;
  let browser: Browser;
  let asked: string[];
  let complaints: string[];

  beforeAll(async () => {
    [server, browser] = await Promise.all([openShared({ number: 6 }), connect()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(
    by: Browser,
    options: Parameters<Browser['newContext']>[0] = {},
    before?: () => void,
  ): Promise<{ context: BrowserContext; page: Page }> {
    asked = [];
    complaints = [];
    const context = await by.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN', ...options });
    const page = await context.newPage();
    if (before) await page.addInitScript(before);
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${server.origin}/scan`, { waitUntil: 'networkidle' });
    return { context, page };
  }

  /** Nothing left for another host, no digits in any request, nothing to scroll sideways, no complaint. */
  async function close({ context, page }: { context: BrowserContext; page: Page }): Promise<void> {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await context.close();
    expect(complaints).toEqual([]);
    expect(
      asked.filter((url) => !url.startsWith(`${server.origin}/`) || /\d{40}/.test(url.split('#')[0] as string)),
    ).toEqual([]);
  }

  async function withCamera(name: string, work: (camera: Browser) => Promise<void>): Promise<void> {
    const camera = await launchWithCamera(chromium as string, name);
    try {
      await work(camera);
    } finally {
      await camera.close();
    }
  }

  const scan = async (page: Page) => {
    // A camera that was allowed before runs already.
    if (await page.isVisible('#start')) await page.click('#start');
  };
  const live = (page: Page) =>
    page.evaluate(() => (document.querySelector('video') as HTMLVideoElement).srcObject !== null);

  test.skipIf(!hasTool('pdftoppm'))(
    'a printed certificate before the camera opens its page, with the seal checked',
    async () => {
      const file = join(folder, 'printed.y4m');
      film(file, drawPage(await server.pdf(server.valid), 110));
      await withCamera(file, async (camera) => {
        // The browser’s own detector is out of the way: the bundled reader has to do it.
        const opened = await open(camera, {}, () => Reflect.deleteProperty(globalThis, 'BarcodeDetector'));
        const { page } = opened;
        await scan(page);
        await page.waitForURL(`${server.origin}/c/${server.valid.number}#*`);
        await page.waitForSelector('[data-seal="genuine"]');
        expect(page.url()).toBe(server.valid.seal_url);
        expect(await page.textContent('#seal')).toContain(server.valid.name);
        await close(opened);
      });
    },
  );

  test('a code of another host is named, shown and not opened; the camera is let go', async () => {
    const file = join(folder, 'foreign.y4m');
    film(file, drawCode(FOREIGN, 8));
    await withCamera(file, async (camera) => {
      // Some phones have the class without the service behind it.
      const opened = await open(camera, {}, () =>
        Reflect.set(
          globalThis,
          'BarcodeDetector',
          class {
            static getSupportedFormats = () => Promise.resolve(['qr_code']);
            detect = () =>
              Promise.reject(new DOMException('Barcode detection service unavailable.', 'NotSupportedError'));
          },
        ),
      );
      const { page } = opened;
      await scan(page);
      await page.waitForSelector('[data-scanned="host"] #answer .notice');
      const text = await page.textContent('#answer');
      expect(text).toContain('这个二维码指向 lz.example.cn.evil.example，不是本查询网址');
      expect(text).toContain(FOREIGN);
      expect(await page.locator('#answer a').count()).toBe(0);
      expect([page.url(), await live(page)]).toEqual([`${server.origin}/scan`, false]);
      await close(opened);
    });
  });

  test('the camera stops when asked, and when nobody looks', async () => {
    const file = join(folder, 'blank.y4m');
    film(file, { width: 1, height: 1, grey: Uint8Array.of(255) });
    await withCamera(file, async (camera) => {
      const opened = await open(camera);
      const { page } = opened;
      const runs = () => page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
      await scan(page);
      await runs();
      await page.click('#stop');
      expect(await live(page)).toBe(false);
      await page.click('#start');
      await runs();
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { value: true, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      expect(await live(page)).toBe(false);
      await close(opened);
    });
  });

  test('without a camera or permission the page says what to do', async () => {
    const opened = await open(browser);
    const { page } = opened;
    await page.click('#start');
    await page.waitForSelector('#answer .notice');
    expect(await page.textContent('#answer')).toMatch(/没有使用相机的权限|没有找到相机/);
    expect(await page.isVisible('#picture')).toBe(true);
    await close(opened);
  });

  test('a picture of a code, a picture without one, and a file that is none', async () => {
    const opened = await open(browser);
    const { page } = opened;
    const choose = (buffer: Buffer, name = 'photo.png') =>
      page.setInputFiles('#picture', { name, mimeType: 'image/png', buffer });
    await choose(Buffer.from('no picture'));
    await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('不是图片'));
    await choose(toPng({ width: 300, height: 300, grey: new Uint8Array(90_000).fill(255) }));
    await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('没有读到二维码'));
    await choose(toPng(drawCode('1234567890123456', 6)));
    await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('国家职业资格证书'));
    await choose(toPng(drawCode(server.revoked.seal_url, 3)));
    await page.waitForSelector('[data-seal="genuine"]');
    expect(await page.textContent('.verdict h1')).toContain('已撤销');
    await close(opened);
  });

  test('what is typed: a number opens its page, a forged code is refused there', async () => {
    const opened = await open(browser);
    const { page } = opened;
    await page.fill('#typed', 'weixin://dl/business?t=<img src=x onerror=alert(1)>');
    await page.click('#by-hand button');
    await page.waitForFunction(() =>
      document.querySelector('#answer')?.textContent?.includes('不是职业技能等级证书的二维码'),
    );
    expect(await page.locator('#answer img').count()).toBe(0);
    await page.fill('#typed', server.valid.number.toLowerCase());
    await page.click('#by-hand button');
    await page.waitForURL(`${server.origin}/c/${server.valid.number}`);
    await page.goto(`${server.origin}/scan`);
    await page.fill(
      '#typed',
      server.valid.seal_url.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
    );
    await page.click('#by-hand button');
    await page.waitForSelector('[data-seal="failed"]');
    await close(opened);
  });

  test('without JavaScript the page names the other ways', async () => {
    const { context, page } = await open(browser, { javaScriptEnabled: false });
    expect(await page.textContent('noscript')).toContain('手机自带的相机');
    expect([await page.isVisible('#start'), await page.isVisible('#typed')]).toEqual([false, false]);
    await context.close();
  });
});
