/**
 * Checking a list in a real Chromium: pasted and from files, with a bulk key, filtered and saved, on a phone's width; and without
 * JavaScript. Names and keys travel in bodies only.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { splitAnswers } from '../../src/core/receipt.ts';
import { readTable, writeXlsx } from '../../src/formats/table/table.ts';
import { Caller } from '../../src/sdk/call.ts';
import { bytesOf, findChromium } from './browser.ts';
import { connect, openShared } from './served.ts';
import type { TestServer } from './server.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the page that checks lists', { timeout: 60_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let urls: string[];
  let complaints: string[];

  beforeAll(async () => {
    [server, browser] = await Promise.all([openShared({ number: 2 }), connect()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  async function open(options: { javaScriptEnabled?: boolean; width?: number } = {}): Promise<void> {
    await context?.close();
    context = await browser.newContext({
      viewport: { width: options.width ?? 360, height: 740 },
      locale: 'zh-CN',
      acceptDownloads: true,
      javaScriptEnabled: options.javaScriptEnabled ?? true,
    });
    page = await context.newPage();
    page.on('request', (request) => urls.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    await page.goto(`${server.origin}/bulk`, { waitUntil: 'networkidle' });
  }
  beforeEach(async () => {
    [urls, complaints] = [[], []];
    await open();
  });
  afterEach(async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(complaints.filter((text) => !/status of (400|401|429)/.test(text))).toEqual([]);
    // Addresses hold neither names nor keys, and none is elsewhere.
    for (const url of urls)
      expect(url).toMatch(new RegExp(`^(${server.origin}/(bulk|v1/verify/bulk|assets/[a-z.]+)|blob:|data:)`));
    await context.close();
  });

  const rowsOnPage = () => page.locator('#rows tr').allTextContents();
  const submit = async () => {
    await page.click('#start');
    await page.waitForSelector('#results:not([hidden]), #say .notice');
  };
  async function saved(label: string): Promise<{ name: string; bytes: Buffer }> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#save >> text=${label}`)]);
    return { name: download.suggestedFilename(), bytes: await bytesOf(download) };
  }

  test('a pasted list: every row its verdict, with what to look at first in words', async () => {
    const { valid, long, replaced, corrected, revoked, suspended } = server;
    await page.fill(
      '#list',
      `证书编号\t姓名\n${valid.number}\t${valid.name}\n${long.number}\t${valid.name}\n${replaced.number}\t\n${revoked.number}\t${revoked.name}\n${suspended.number}\t\n${valid.number.replace(/.{6}$/, '999999')}\t\nS0000\t<img src=x onerror=alert(1)>`,
    );
    await submit();
    const rows = await rowsOnPage();
    expect(rows).toHaveLength(7);
    const expected = [
      ['有效', '相符'],
      ['有效', '不相符'],
      ['已被替换', corrected.number],
      ['已撤销', '相符'],
      ['已暂停'],
      ['没有查到', '请逐位核对编号'],
      ['无法识别', '位数不对', '<img src=x'],
    ];
    expected.forEach((words, at) =>
      words.forEach((word) => expect([at, rows[at]]).toEqual([at, expect.stringContaining(word)])),
    );
    expect(rows.map((text) => /^\d+/.exec(text)?.[0])).toEqual(['2', '3', '4', '5', '6', '7', '8']);
    expect(await page.textContent('#summary')).toContain('共 7 行：需要核实 6 行，其余 1 行有效');
    // The holder's own name is told to nobody.
    expect(await page.textContent('#rows')).not.toContain(long.name);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('results-title');
  });

  test('filters, and files that spreadsheets open as text', async () => {
    const { valid, revoked } = server;
    await page.fill('#list', `${valid.number},${valid.name}\n${revoked.number},=1+1\n`);
    await submit();
    expect(await page.locator('#filter option').allTextContents()).toEqual([
      '全部 all (2)',
      '需要核实 need a look (1)',
      '姓名不相符 name does not match (1)',
      '有效 Valid (1)',
      '已撤销 Revoked (1)',
    ]);
    await page.selectOption('#filter', 'revoked');
    await page.waitForFunction(() => document.querySelectorAll('#rows tr').length === 1);
    expect((await rowsOnPage())[0]).toContain('已撤销');
    const csv = await saved('结果 CSV');
    expect([csv.name, csv.bytes.toString()]).toEqual([
      'results.csv',
      expect.stringContaining(`,'=1+1,已撤销 Revoked,不相符`),
    ]);
    const xlsx = await saved('结果 XLSX');
    expect(
      readTable(new Uint8Array(xlsx.bytes), {
        nameOf: (header) => (header.startsWith('证书编号') ? 'number' : undefined),
        required: ['number'],
        requireFew: () => undefined,
      }).rows.map(({ cells }) => cells.slice(1, 4)),
    ).toEqual([
      [valid.number, valid.name, '有效 Valid'],
      [revoked.number, '=1+1', '已撤销 Revoked'],
    ]);
    const answers = await saved('所答与回执');
    expect(splitAnswers(new Uint8Array(answers.bytes)).token).toMatch(/^ey/);
    expect((await saved('所问')).bytes.toString()).toBe(
      `{"number":"${valid.number}","name":"${valid.name}"}\n{"number":"${revoked.number}","name":"=1+1"}\n`,
    );
  });

  test('a workbook of 450 rows with a bulk key, in order, 200 at a time; the key goes nowhere but into the header', async () => {
    const { key } = await new Caller(server.origin, server.city).post<{ key: string }>('/v1/bulk-keys', {
      name: '济南某制造有限公司',
      expires_on: '2027-06-30',
      quota_per_day: 500,
    });
    const table = [
      ['序号', '姓名', '证书编号'],
      ...Array.from({ length: 450 }, (_, i) => [
        String(i),
        i === 440 ? '别人' : server.valid.name,
        server.valid.number,
      ]),
    ];
    const buffer = Buffer.from(writeXlsx('名单', table, []));
    await page.setInputFiles('#list-file', { name: '<b>员工</b>.xlsx', mimeType: 'application/octet-stream', buffer });
    await page.waitForFunction(() => document.querySelector('#chosen')?.textContent?.includes('450 行'));
    expect(await page.textContent('#chosen')).toContain('<b>员工</b>.xlsx');
    await submit();
    expect(await page.textContent('#say')).toContain('需要批量密钥');
    await page.fill('#bulk-key', 'lzb_wrong');
    await page.click('#start');
    await page.waitForFunction(() => document.querySelector('#say')?.textContent?.includes('批量密钥不正确'));
    await page.fill('#bulk-key', key);
    await page.click('#start');
    await page.waitForSelector('#results:not([hidden])');
    expect(await rowsOnPage()).toHaveLength(200);
    await page.click('#more button');
    await page.click('#more button');
    await page.waitForFunction(() => document.querySelectorAll('#rows tr').length === 450);
    expect(await page.isVisible('#more')).toBe(false);
    expect((await rowsOnPage())[440]).toMatch(/^442.*不相符/s);
    expect(
      await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])),
    ).toBe('[{},{},""]');
    await page.click('#start');
    await page.waitForFunction(() => document.querySelector('#say')?.textContent?.includes('当日的额度'));
  });

  test('what is no list is said in words, and an answer that breaks off is no result', async () => {
    for (const [text, words] of [
      ['姓名\n张伟', '没有找到证书编号一列'],
      ['  ', '名单是空的'],
    ] as const) {
      await page.fill('#list', text);
      await page.click('#start');
      await page.waitForFunction((wanted) => document.querySelector('#say')?.textContent?.includes(wanted), words);
    }
    await page.setInputFiles('#list-file', {
      name: 'old.xls',
      mimeType: 'application/vnd.ms-excel',
      buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    });
    await page.waitForFunction(() => document.querySelector('#say')?.textContent?.includes('不支持的文件格式'));
    await page.route('**/v1/verify/bulk', (route) =>
      route.fulfill({
        status: 200,
        contentType: 'application/x-ndjson',
        body: `{"row":1,"number":"${server.valid.number}","verdict":"valid"}\n`,
      }),
    );
    await page.fill('#list', server.valid.number);
    await page.click('#start');
    await page.waitForFunction(() => document.querySelector('#say')?.textContent?.includes('没有得到回执'));
    expect(await page.isVisible('#results')).toBe(false);
  });

  test('without JavaScript: a form and a table, and files in the page itself', async () => {
    await open({ javaScriptEnabled: false });
    const { valid, revoked } = server;
    expect(await page.isVisible('#list-file')).toBe(false);
    await page.fill('#list', `${valid.number},${valid.name}\n${revoked.number},${valid.name}`);
    await page.click('#start');
    await page.waitForSelector('#rows tr');
    const rows = await page.locator('#rows tr').allTextContents();
    expect([rows.length, rows[0], rows[1]]).toEqual([
      2,
      expect.stringContaining('有效'),
      expect.stringMatching(/已撤销.*不相符/s),
    ]);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save >> text=所答与回执')]);
    expect(splitAnswers(new Uint8Array(await bytesOf(download))).token).toMatch(/^ey/);
    await page.goto(`${server.origin}/bulk`);
    await page.fill('#list', `${valid.number}\n`.repeat(101));
    await page.click('#start');
    await page.waitForSelector('#say .notice');
    expect(await page.textContent('#say')).toContain('名单过长');
    expect((await page.inputValue('#list')).trim().split('\n')).toHaveLength(101);
  });
});
