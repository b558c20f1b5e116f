/**
 * Checking a PDF in a real Chromium: the file is read by the page and never sent, with and without a network, and what is
 * wrong with it is named.
 */
import { PDFDocument } from 'pdf-lib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium, launch } from './browser.ts';
import { startServer, type TestServer } from './server.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the page that checks a file', { timeout: 60_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let sent: { url: string; body: number }[];
  let complaints: string[];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), launch(chromium as string)]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
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
    // The number alone may leave, and no body at all; what is published for everybody comes in.
    expect(sent.filter(({ url, body }) => body > 0 || !new RegExp(`^${server.origin}/(v1/certificates/S\\d{21}|assets/[a-z.]+|\\.well-known/trust\\.json)$`).test(url))).toEqual([]);
  });

  const choose = async (buffer: Buffer, name = 'certificate.pdf') => {
    await page.setInputFiles('#file', { name, mimeType: 'application/pdf', buffer });
    await page.waitForSelector('#answer section');
    return (await page.textContent('#answer')) as string;
  };

  test('says valid of a genuine file, with the name that was signed', async () => {
    const text = await choose(await server.pdf(server.valid));
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('valid');
    for (const words of [server.valid.name, '文件各项内容与签名一致', '由您的浏览器用数字签名逐项核对']) expect(text).toContain(words);
    expect(sent.map(({ url }) => url)).toEqual([`${server.origin}/.well-known/trust.json`, `${server.origin}/v1/certificates/${server.valid.number}`]);
  });

  test('works without a network, and says that the present status is not known', async () => {
    const file = await server.pdf(server.valid);
    await context.setOffline(true);
    const text = await choose(file);
    expect(await page.getAttribute('#answer .verdict', 'class')).toContain('incomplete');
    expect(text).toContain('文件各项内容与签名一致');
    expect(text).toContain('未能联网');
    await context.setOffline(false);
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
    expect(await choose(Buffer.from('not a PDF'))).toContain('已损坏或不是 PDF');
    const empty = await PDFDocument.create();
    empty.addPage();
    await page.setInputFiles('#file', { name: '<img src=x onerror=alert(1)>.pdf', mimeType: 'application/pdf', buffer: Buffer.from(await empty.save()) });
    await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('没有可核验的签名材料'));
    await page.setInputFiles('#file', { name: '<b>x</b>.pdf', mimeType: 'application/pdf', buffer: await server.pdf(server.valid) });
    await page.waitForSelector('#answer .verdict');
    expect(await page.textContent('#answer .asked')).toBe('<b>x</b>.pdf');
  });
});
