/**
 * Checking a PDF in a real Chromium: the file is read by the page and never sent, with and without a network, and what is
 * wrong with it is named.
 */
import { PDFDocument } from 'pdf-lib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDocument } from '../../src/core/paper/document-check.ts';
import { findChromium } from './browser.ts';
import { connect, openShared } from './served.ts';
import type { TestServer } from './server.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the page that checks a file', { timeout: 60_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let sent: { url: string; body: number }[];
  let complaints: string[];

  beforeAll(async () => {
    [server, browser] = await Promise.all([openShared({ number: 4 }), connect()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    sent = [];
    complaints = [];
    context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN' });
    page = await context.newPage();
    page.on('request', (request) => sent.push({ url: request.url(), body: request.postDataBuffer()?.length ?? 0 }));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.origin}/check`, { waitUntil: 'networkidle' });
    sent = [];
  });
  afterEach(async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await context.close();
    expect(complaints).toEqual([]);
    // The number alone may leave, and no body at all; newer public lists may be asked for.
    expect(
      sent.filter(
        ({ url, body }) =>
          body > 0 ||
          !new RegExp(
            `^${server.origin}/(v1/certificates/S\\d{21}|assets/[a-z.]+(\\?v=[\\w-]+)?|\\.well-known/trust\\.json|v1/status(/[a-z]+-1)?)$`,
          ).test(url),
      ),
    ).toEqual([]);
  });

  const choose = async (buffer: Buffer, name = 'certificate.pdf') => {
    await page.setInputFiles('#file', { name, mimeType: 'application/pdf', buffer });
    await page.waitForSelector('#answer section');
    return (await page.textContent('#answer')) as string;
  };

  test('says valid of a genuine file, with the name that was signed', async () => {
    const text = await choose(await server.pdf(server.valid));
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('valid');
    for (const words of [server.valid.name, '文件各项内容与签名一致', '由您的浏览器用数字签名逐项核对'])
      expect(text).toContain(words);
    expect(sent.map(({ url }) => url).filter((url) => !url.includes('/assets/checker.js'))).toEqual([
      `${server.origin}/v1/certificates/${server.valid.number}`,
    ]);
  });

  test('without a network the status is that of the kept lists, with their age, and never valid by old ones', async () => {
    const [file, revoked] = [await server.pdf(server.valid), await server.pdf(server.revoked)];
    await context.setOffline(true);
    const text = await choose(file);
    for (const words of ['文件各项内容与签名一致', '本次核对未联网', '（北京时间，0 分钟前），离线期间的变化无从得知'])
      expect(text).toContain(words);
    await page.clock.setFixedTime(Date.now() + 5 * 3_600_000);
    await page.setInputFiles('#file', { name: 'later.pdf', mimeType: 'application/pdf', buffer: file });
    await page.waitForFunction(() => document.querySelector('#answer .asked')?.textContent === 'later.pdf');
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('incomplete');
    expect(await page.textContent('#answer .age')).toContain('（北京时间，5 小时前），离线期间的变化无从得知');
    await page.setInputFiles('#file', { name: 'revoked.pdf', mimeType: 'application/pdf', buffer: revoked });
    await page.waitForFunction(() => document.querySelector('#answer .asked')?.textContent === 'revoked.pdf');
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('revoked');
    expect(await page.textContent('#answer')).toContain('已被撤销，或已由更正后的新证书替换');
    await context.setOffline(false);
  });

  test('takes a bundle and a credential too; what is neither is said', async () => {
    const pdf = await server.pdf(server.valid);
    const { evidence, bundle } = openDocument(new Uint8Array(pdf));
    expect(await choose(Buffer.from(JSON.stringify(bundle)), 'bundle.json')).toContain(server.valid.name);
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('valid');
    await page.setInputFiles('#file', {
      name: 'a.sd-jwt',
      mimeType: 'text/plain',
      buffer: Buffer.from(evidence.credential as string),
    });
    await page.waitForFunction(() => document.querySelector('#answer .asked')?.textContent === 'a.sd-jwt');
    // Approval and order are not in a credential.
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('incomplete');
    await page.setInputFiles('#file', { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"x":1}') });
    await page.waitForFunction(() =>
      document.querySelector('#answer')?.textContent?.includes('不是证书 PDF、核验包或凭证'),
    );
  });

  test('says revoked and replaced of certificates that are', async () => {
    await choose(await server.pdf(server.revoked));
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('revoked');
    await page.reload({ waitUntil: 'networkidle' });
    sent = [];
    await choose(await server.pdf(server.replaced));
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('replaced');
    expect(await page.getAttribute('#answer .next', 'href')).toBe(`/c/${server.corrected.number}`);
  });

  test('names the field of an altered file', async () => {
    const opened = await PDFDocument.load(await server.pdf(server.valid), { updateMetadata: false });
    opened.getPage(0).drawText('X', { x: 250, y: opened.getPage(0).getHeight() - 311, size: 12 });
    const text = await choose(Buffer.from(await opened.save()));
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('invalid');
    expect(text).toContain('文件被改动，与签名不符：姓名');
  });

  test('says in words what a file is that is no certificate, and takes the next one', async () => {
    expect(await choose(Buffer.from('not a PDF'))).toContain('不是证书 PDF、核验包或凭证');
    const empty = await PDFDocument.create();
    empty.addPage();
    await page.setInputFiles('#file', {
      name: '<img src=x onerror=alert(1)>.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from(await empty.save()),
    });
    await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('没有可核验的签名材料'));
    await page.setInputFiles('#file', {
      name: '<b>x</b>.pdf',
      mimeType: 'application/pdf',
      buffer: await server.pdf(server.valid),
    });
    await page.waitForSelector('#answer .verdict');
    expect(await page.textContent('#answer .asked')).toBe('<b>x</b>.pdf');
  });
});
