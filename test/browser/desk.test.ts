/**
 * The desk in a real Chromium against the real Worker: a key file that never leaves the browser, a batch saved as one
 * file or as archives, a line that breaks, and plain words for everything that goes wrong.
 */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Caller } from '../../src/cli/caller.ts';
import { makeKey, nameClient, now, type Identity } from '../../src/cli/sign.ts';
import { TROUBLES } from '../../src/pages/desk/words.ts';
import { findChromium, launch } from './browser.ts';
import { person, startServer, type Batch, type TestServer } from './server.ts';

const chromium = findChromium();
const COUNT = 203;
const keyFile = ({ subject, token, private: secret }: Partial<Identity>) => JSON.stringify({ name: '学校', subject, token, private: secret });

describe.skipIf(chromium === undefined)('the desk', { timeout: 60_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let batch: Batch;
  let whole: Buffer;
  let complaints: string[];
  /** All that the browser sent: addresses, headers, bodies. */
  let sent: string[];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), launch(chromium as string)]);
    batch = await server.certify(Array.from({ length: COUNT }, (_, n) => person('欧阳建国', 200 + n)));
    await new Caller(server.origin, server.school).post('/v1/batches', { candidates: [{ ...person('王晓明', 900), id_type: '居民身份证', occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', level: 4, score_theory: 80, score_practice: 85, exam_date: '2026-11-01' }] });
    const answer = await new Caller(server.origin, server.school).take('GET', `/v1/batches/${batch.id}/certificates.zip`);
    whole = Buffer.from(await answer.arrayBuffer());
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** With `disk`, the dialogue that asks where to save gives a file of the browser's own file system; without, there is no such dialogue. */
  async function open({ disk = true, width = 360 } = {}): Promise<void> {
    await context?.close();
    context = await browser.newContext({ viewport: { width, height: 740 }, locale: 'zh-CN', acceptDownloads: true });
    await context.addInitScript((hasDisk) => {
      const ask = async () => (await navigator.storage.getDirectory()).getFileHandle('saved.zip', { create: true });
      Object.defineProperty(globalThis, 'showSaveFilePicker', { value: hasDisk ? ask : undefined, configurable: true });
    }, disk);
    page = await context.newPage();
    page.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${server.origin}/desk`);
  }

  beforeEach(async () => {
    [complaints, sent] = [[], []];
    await open();
  });
  afterEach(async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    const kept = await page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length]);
    expect(kept).toEqual([0, 0, '', 0]);
    expect(sent.filter((line) => !line.startsWith(`${server.origin}/`) && !/^(data|blob):/.test(line))).toEqual([]);
    expect(sent.filter((line) => line.includes(server.school.private.d as string))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  const choose = (text: string) => page.getByLabel('密钥文件').setInputFiles({ name: 'school.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  const enter = async () => {
    await choose(keyFile(server.school));
    await page.getByRole('heading', { name: '批次' }).waitFor();
  };
  const item = (id = batch.id) => page.locator('#batches li', { hasText: id });
  const download = () => item().getByRole('button', { name: '下载证书' });
  const said = (role: 'alert' | 'status' = 'status') => page.locator('#say').getByRole(role);
  const onDisk = async () =>
    Buffer.from(
      await page.evaluate(async () => {
        const file = await (await (await navigator.storage.getDirectory()).getFileHandle('saved.zip')).getFile();
        const bytes = new Uint8Array(await file.arrayBuffer());
        let text = '';
        for (let at = 0; at < bytes.length; at += 30_000) text += String.fromCharCode(...bytes.subarray(at, at + 30_000));
        return btoa(text);
      }),
      'base64',
    );
  /** How each request for certificates fares, in turn; the rest as it should. */
  const line = async (...fates: ('broken' | 'cut' | 'good')[]) => {
    await page.route('**/certificates.zip*', async (route) => {
      const fate = fates.shift() ?? 'good';
      if (fate === 'good') return route.continue();
      if (fate === 'broken') return route.abort();
      const answer = await route.fetch();
      return route.fulfill({ response: answer, body: (await answer.body()).subarray(0, 400_000) });
    });
  };

  test('from the key file to the batches; the key is forgotten on demand', async () => {
    await page.getByText('不会上传，也不会保存').waitFor();
    await enter();
    expect(await page.locator('#who').innerText()).toContain(server.school.subject.slice(4));
    expect(await page.locator('#batches li').count()).toBe(4);
    expect(await item().innerText()).toMatch(/203 人 · 已颁发[\s\S]*203 rows; issued/);
    const waiting = page.locator('#batches li', { hasText: '待审核' });
    expect([await waiting.count(), await waiting.getByRole('button').count()]).toEqual([1, 0]);
    await page.getByRole('button', { name: '清除密钥' }).click();
    expect(await said().innerText()).toContain('密钥已从本页清除');
    expect([await page.locator('#batches').isVisible(), await page.locator('#batches li').count(), await page.getByLabel('密钥文件').isVisible()]).toEqual([false, 0, true]);
  });

  test('a file dropped anywhere on the page', async () => {
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'school.json', { type: 'application/json' }));
      return transfer;
    }, keyFile(server.school));
    await page.dispatchEvent('footer', 'drop', { dataTransfer: data });
    await item().waitFor();
  });

  test('by the keyboard alone into one file, which is the archive that the service gives, byte for byte', async () => {
    await enter();
    await page.evaluate(() => {
      const bar = document.getElementById('bar') as HTMLProgressElement;
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      new MutationObserver(() => seen.push(bar.getAttribute('aria-valuetext') as string)).observe(bar, { attributes: true, attributeFilter: ['aria-valuetext'] });
    });
    // From the heading, where the focus is, to the button of the newest batch that is issued.
    for (let i = 0; i < 20 && !(await download().evaluate((node) => node === document.activeElement)); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar', { name: '正在下载' }).waitFor();
    expect(await page.locator('#work').innerText()).toMatch(/\d+ \/ 203 张/);
    expect(await page.getByRole('button', { name: '刷新批次' }).isDisabled()).toBe(true);
    await said().getByText('已保存').waitFor();
    expect(await said().innerText()).toContain('203 张证书：saved.zip');
    expect((await onDisk()).equals(whole)).toBe(true);
    expect(Object.keys(unzipSync(whole))).toEqual(batch.shown.map(({ number }) => `${number}.pdf`));
    const seen = (await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen)).map((text) => Number.parseInt(text, 10));
    expect(seen.at(-1)).toBe(COUNT);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('batches-title');
  });

  test('a line that breaks and comes back by itself: still one whole file', async () => {
    await line('broken', 'cut', 'good', 'cut', 'broken');
    await enter();
    await download().click();
    await said().getByText('已保存').waitFor();
    expect((await onDisk()).equals(whole)).toBe(true);
  });

  test('a line that stays broken: the page says so, waits, and goes on into the same file', async () => {
    await line('cut', 'broken', 'broken', 'broken');
    await enter();
    await download().click();
    await said('alert').getByText('传输中断').waitFor({ timeout: 20_000 });
    const done = Number(await page.locator('#work [data-fill=done]').innerText());
    expect(done).toBeGreaterThan(5);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('go-on');
    const before = sent.length;
    await page.keyboard.press('Enter');
    await said().getByText('已保存').waitFor();
    expect(sent[before]).toContain(`from=${done}&`);
    expect((await onDisk()).equals(whole)).toBe(true);
  });

  test('cancelled, nothing is saved, and another attempt can begin', async () => {
    await enter();
    for (const stuck of [false, true]) {
      if (stuck) await line('broken', 'broken', 'broken', 'broken');
      await download().click();
      if (stuck) await said('alert').waitFor({ timeout: 20_000 });
      await page.getByRole('button', { name: '取消' }).click();
      await said().getByText('没有保存').waitFor();
      expect([(await onDisk()).length, await page.locator('#work').isVisible()]).toEqual([0, false]);
    }
    await download().click();
    await said().getByText('已保存').waitFor();
  });

  test('without such a dialogue: archives of 200, one after another, from the first that is missing', async () => {
    await open({ disk: false });
    const downloads: Download[] = [];
    page.on('download', (one) => downloads.push(one));
    await line('good', 'broken', 'broken', 'broken', 'broken');
    await enter();
    await download().click();
    await said('alert').getByText('传输中断').waitFor({ timeout: 20_000 });
    expect(await page.locator('#in-parts').innerText()).toContain('现在是第 2 个，共 2 个');
    await page.getByRole('button', { name: '取消' }).click();
    await said().getByText('已取消').waitFor();
    expect(await item().getByRole('spinbutton').inputValue()).toBe('2');
    await download().click();
    await said().getByText('已交给浏览器保存').waitFor();
    expect(await said().innerText()).toContain('3 张证书，共 1 个压缩包');
    expect(downloads.map((one) => one.suggestedFilename())).toEqual([`${batch.id}.part-0001.zip`, `${batch.id}.part-0002.zip`]);
    const names = await Promise.all(downloads.map(async (one) => Object.keys(unzipSync(readFileSync(await one.path())))));
    expect(names.flat()).toEqual(batch.shown.map(({ number }) => `${number}.pdf`));
    expect(await item().getByRole('spinbutton').inputValue()).toBe('1');
  });

  describe('what goes wrong is said in words', () => {
    const says = async (code: string) => {
      const { zh, en } = TROUBLES[code] as { zh: string; en: string };
      const text = await said('alert').innerText();
      for (const words of [zh, en]) for (const part of words.split(/\{\w+\}/)) expect(text).toContain(part.trim());
      return text;
    };

    test('files that are no key of an organization', async () => {
      const { school, city } = server;
      const other = await makeKey();
      const files: Record<string, string[]> = {
        key_unreadable: ['', '{', '{}', JSON.stringify({ ...school, private: undefined }), keyFile({ ...school, private: other.private }), keyFile({ ...school, token: 'x.y.z' }), ' '.repeat(100_001)],
        key_unnamed: [keyFile({ private: other.private })],
        key_of_centre: [keyFile(city)],
      };
      for (const [code, texts] of Object.entries(files)) {
        for (const text of texts) {
          await choose(text);
          await says(code);
          await page.evaluate(() => document.getElementById('say')?.replaceChildren());
        }
      }
      expect(sent.filter((one) => one.includes('/v1/'))).toEqual([]);
    });

    test('a statement that ran out, and one that the service does not know', async () => {
      const { city, school } = server;
      const old = await makeKey();
      await choose(keyFile({ subject: school.subject, private: old.private, token: await nameClient(city, 'S000037000001', old.jwk, { iat: now() - 7200, lifetime: 3600 }) }));
      expect(await says('key_expired')).toMatch(/已于 20\d\d-\d\d-\d\d 到期/);
      await choose(keyFile({ subject: school.subject, private: old.private, token: await nameClient(city, 'S000037000001', old.jwk) }));
      await said('alert').getByText('没有在本平台登记').waitFor();
      await says('client_unknown');
    });

    test('no network, a wrong clock, and a refusal of the service', async () => {
      await page.route('**/v1/batches', (route) => route.abort());
      await choose(keyFile(server.school));
      await said('alert').getByText('连不上服务').waitFor();
      await page.unroute('**/v1/batches');
      await page.clock.setFixedTime(Date.now() - 3_600_000);
      await choose(keyFile(server.school));
      await said('alert').getByText('本机时间不准').waitFor();
      await page.clock.setFixedTime(Date.now());
      await enter();
      await page.route('**/certificates.zip*', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ code: 'register_differs', title: '登记数据与签名不符', detail: 'x', position: 6 }) }));
      await download().click();
      await said('alert').getByText('第 7 张证书无法给出').waitFor();
      expect(await page.locator('#work').isVisible()).toBe(false);
    });
  });

  test('on a wide screen nothing runs out of the page either', async () => {
    await open({ width: 1280, disk: false });
    await enter();
    await item().waitFor();
  });
});
