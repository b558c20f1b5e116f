/**
 * A phone after one visit: without a network the pages open, a scanned code and a file are checked against what was
 * kept, and the page says how old that is. Nothing personal is ever kept, and a new version takes the old one's place.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PDFDocument } from 'pdf-lib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildVerifier } from '../../src/cli/commands/luzheng-verify.ts';
import { fetchSnapshot } from '../../src/cli/examine.ts';
import { Caller } from '../../src/sdk/call.ts';
import { findChromium, launchWithCamera } from './browser.ts';
import { drawCode, film, toPng } from './camera.ts';
import { openShared } from './served.ts';
import type { TestServer } from './server.ts';

const chromium = findChromium();
const HOUR = 3_600_000;

// One phone on one day: what a test does, the next one finds.
describe.skipIf(chromium === undefined)('without a network', { timeout: 60_000, shuffle: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-offline-'));
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    server = await openShared({ number: 5 });
    const file = join(folder, 'code.y4m');
    film(file, drawCode(server.valid.seal_url, 8));
    browser = await launchWithCamera(chromium as string, file);
    context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN' });
    page = await context.newPage();
    // One visit, to the home page alone.
    await page.goto(`${server.origin}/`, { waitUntil: 'networkidle' });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(async () => (await caches.keys()).some((name) => name === 'luzheng-knowledge'));
    await context.setOffline(true);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  const answer = (of: Page = page) => of.textContent('#answer');
  const keptAddresses = () =>
    page.evaluate(async () => {
      const all: string[] = [];
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) all.push(new URL(url).pathname);
      return all.sort();
    });

  test.each([
    ['/', 'form#search'],
    ['/scan', '#picture'],
    ['/check', '#file'],
  ])('%s opens', async (path, mark) => {
    await page.goto(server.origin + path);
    expect(await page.isVisible(mark)).toBe(true);
    expect(
      await page.evaluate(() => getComputedStyle(document.querySelector('header') as Element).backgroundColor),
    ).toBe('rgb(11, 61, 107)');
  });

  test('a code before the camera is checked: what is signed, incomplete, and how old the trust list is', async () => {
    await page.clock.install({ time: Date.now() + 3 * HOUR });
    await page.goto(`${server.origin}/scan`);
    if (await page.isVisible('#start')) await page.click('#start');
    await page.waitForSelector('#answer .verdict');
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('incomplete');
    const text = await answer();
    for (const words of [
      server.valid.name,
      '电工',
      '济南泉城职业培训学校',
      '济南市职业技能鉴定指导中心',
      '证书由该机构的颁发密钥签名',
      '本次核对未联网',
      '不知道这张证书是否已被暂停',
      '3 小时前',
    ])
      expect(text).toContain(words);
    expect(page.url()).toBe(`${server.origin}/scan`);
  });

  test('the address of a code, opened by the phone’s own camera, is checked by the page that stands in', async () => {
    await page.goto(server.long.seal_url);
    await page.waitForSelector('#answer .verdict.incomplete');
    expect(await answer()).toContain('证书由该机构的颁发密钥签名');
    expect(await page.isVisible('#again')).toBe(true);
    const forged = server.valid.seal_url.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
    await page.goto('about:blank');
    await page.goto(forged);
    await page.waitForSelector('#answer .verdict.invalid');
    // A number alone says nothing without a network.
    await page.goto('about:blank');
    await page.goto(`${server.origin}/c/${server.valid.number}`);
    await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('仅凭编号无法核对'));
  });

  test('a file is checked, with the status as of the kept lists', async () => {
    const [good, bad] = [await server.pdf(server.valid), await server.pdf(server.suspended)];
    await page.goto(`${server.origin}/check`);
    await page.setInputFiles('#file', { name: 'good.pdf', mimeType: 'application/pdf', buffer: good });
    await page.waitForSelector('#answer .verdict.incomplete');
    expect(await answer()).toMatch(
      /状态信息截至 20\d\d-\d\d-\d\d \d\d:\d\d（北京时间，3 小时前），离线期间的变化无从得知/,
    );
    await page.setInputFiles('#file', { name: 'bad.pdf', mimeType: 'application/pdf', buffer: bad });
    await page.waitForSelector('#answer .verdict.suspended');
  });

  test('what is kept is the pages, their files and public lists; a search and a certificate leave no trace', async () => {
    await context.setOffline(false);
    await page.goto(server.valid.seal_url);
    await page.waitForSelector('[data-seal="genuine"]');
    await page.goto(`${server.origin}/`);
    await page.fill('#search-number', server.valid.number);
    await page.click('form#search button');
    await page.waitForSelector('.verdict');
    expect(await keptAddresses()).toEqual([
      '/',
      '/.kept/trust.json',
      '/assets/check.js',
      '/assets/checker.js',
      '/assets/home.js',
      '/assets/icon-192.png',
      '/assets/scan.js',
      '/check',
      '/manifest.webmanifest',
      '/scan',
    ]);
  });

  describe('the single-file verifier, from a disk', () => {
    let offline: BrowserContext;
    let sheet: Page;
    let asked: string[];
    let complaints: string[];

    const openFile = async (name: string, html: string) => {
      const path = join(folder, name);
      writeFileSync(path, html);
      asked = [];
      complaints = [];
      sheet = await offline.newPage();
      sheet.on('request', (request) => asked.push(request.url()));
      sheet.on('pageerror', (error) => complaints.push(error.message));
      sheet.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      await sheet.goto(pathToFileURL(path).href);
      await sheet.waitForSelector('#file');
    };
    const choose = async (name: string, buffer: Buffer, mimeType = 'application/pdf') => {
      await sheet.setInputFiles('#file', { name, mimeType, buffer });
      await sheet.waitForFunction(
        (expected) => document.querySelector('#answer .asked')?.textContent === expected,
        name,
      );
      return [await sheet.getAttribute('#answer .verdict', 'class'), await answer(sheet)] as [string, string];
    };
    const type = async (text: string) => {
      await sheet.fill('#typed', text);
      await sheet.press('#typed', 'Enter');
    };

    beforeAll(async () => {
      offline = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN', offline: true });
      await offline.clock.install({ time: Date.now() + 50 * HOUR });
    });
    afterAll(() => offline?.close());

    test('checks files and codes against what is inside, and says how old that is', async () => {
      await openFile(
        'verifier.html',
        await buildVerifier([server.root], await fetchSnapshot(new Caller(server.origin))),
      );
      expect(await sheet.textContent('#kept')).toContain('（2 天前）；此后新备案的机构和撤销的证书无从得知');
      expect(await sheet.textContent('#main')).toContain(server.root);
      const pdf = await server.pdf(server.valid);
      // Dropped, as from a folder.
      const dropped = await sheet.evaluateHandle(
        (bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(bytes)], 'dropped.pdf', { type: 'application/pdf' }));
          return data;
        },
        [...pdf],
      );
      await sheet.dispatchEvent('#drop', 'drop', { dataTransfer: dropped });
      await sheet.waitForSelector('#answer .verdict.incomplete');
      for (const words of [server.valid.name, '文件各项内容与签名一致', '北京时间，2 天前），离线期间的变化无从得知'])
        expect(await answer(sheet)).toContain(words);

      const opened = await PDFDocument.load(pdf, { updateMetadata: false });
      opened.getPage(0).drawText('X', { x: 250, y: opened.getPage(0).getHeight() - 311, size: 12 });
      const [altered, why] = await choose('altered.pdf', Buffer.from(await opened.save()));
      expect([altered, why]).toEqual([
        expect.stringContaining('invalid'),
        expect.stringContaining('文件被改动，与签名不符：姓名'),
      ]);
      expect((await choose('revoked.pdf', await server.pdf(server.revoked)))[0]).toContain('revoked');

      await type(server.long.seal_url);
      await sheet.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('二维码中签名的内容'));
      expect(await sheet.getAttribute('#answer .verdict', 'class')).toContain('incomplete');
      await type('https://lz.example.cn.evil.example/c/x');
      await sheet.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('不是本查询网址'));
      await sheet.setInputFiles('#file', {
        name: 'photo.png',
        mimeType: 'image/png',
        buffer: toPng(
          drawCode(
            server.valid.seal_url.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
            4,
          ),
        ),
      });
      await sheet.waitForSelector('#answer .verdict.invalid');
      expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
      expect(complaints).toEqual([]);
      expect(await sheet.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    });

    test('under another root nothing holds; without a trust list it says what it cannot do', async () => {
      await openFile('other.html', await buildVerifier(['A'.repeat(43)], undefined));
      expect(await sheet.textContent('#kept')).toContain('没有内置信任列表');
      expect((await choose('good.pdf', await server.pdf(server.valid)))[0]).toContain('invalid');
      await type(server.valid.seal_url);
      await sheet.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('无法核对二维码'));
      expect(complaints).toEqual([]);
    });

    test('its policy lets nothing out: code put into the page may neither run nor ask', async () => {
      await openFile('policy.html', await buildVerifier([server.root], undefined));
      const tried = await sheet.evaluate(async (origin) => {
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        return [
          (window as { ran?: boolean }).ran,
          await fetch(origin).then(
            () => 'asked',
            () => 'refused',
          ),
        ];
      }, server.origin);
      expect(tried).toEqual([undefined, 'refused']);
      expect(complaints.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2);
    });
  });

  test('another version takes over whole, and what the old one kept is dropped', async () => {
    const before = (await page.evaluate(() => caches.keys())).sort();
    const next = (await (await fetch(`${server.origin}/sw.js`)).text()).replace(/"[0-9a-f]{16}"/, '"0123456789abcdef"');
    await context.route('**/sw.js', (route) => route.fulfill({ contentType: 'text/javascript', body: next }));
    await page.goto(`${server.origin}/`);
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    await page.waitForFunction(
      async () => (await caches.keys()).sort().join() === 'luzheng-knowledge,luzheng-pages-0123456789abcdef',
    );
    expect(before).toEqual([
      'luzheng-knowledge',
      expect.stringMatching(/^luzheng-pages-(?!0123456789abcdef)[0-9a-f]{16}$/),
    ]);
    await context.setOffline(true);
    await page.goto(`${server.origin}/check`);
    expect(await page.isVisible('#file')).toBe(true);
  });
});
