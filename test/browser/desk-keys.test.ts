/**
 * The desk's keys and downloads in a real Chromium against the real Worker: keys that never leave the browser, a batch
 * saved as one file or as archives, and plain words for everything that goes wrong.
 */
import { unzipSync } from 'fflate';
import type { Download } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { TROUBLES } from '../../src/desk/words/trouble-words.ts';
import { makeKey, nameClient } from '../../src/sdk/sign.ts';
import { AT, bytesOf, findChromium } from './browser.ts';
import { keyFile, useDesk } from './desk-kit.ts';
import { type Batch, rowOf } from './server.ts';

const chromium = findChromium();

const COUNT = 203;
/** Bytes after which a line is cut. */
const CUT = 400_000;

describe.skipIf(chromium === undefined)('keys and downloads at the desk', { timeout: 45_000 }, () => {
  let batch: Batch;
  let whole: Buffer<ArrayBuffer>;
  let wholeDigest: string;
  const desk = useDesk('3705', async ({ as, certify, person, school }) => {
    batch = await certify(Array.from({ length: COUNT }, (_, n) => person('欧阳建国', 200 + n)));
    await as(school).post('/v1/batches', {
      candidates: [rowOf(person('王晓明', 900), 4)],
    });
    whole = Buffer.from(await (await as(school).take('GET', `/v1/batches/${batch.id}/certificates.zip`)).arrayBuffer());
    wholeDigest = await digestOf(whole);
  });
  const { axe, choose, go, leave, open, said, signIn } = desk;

  /** To the batch that is to be downloaded. */
  const enter = async () => {
    await signIn();
    await go(`batches/${batch.id}`, `批次 ${batch.id}`);
  };
  const download = () => desk.page.getByRole('button', { name: '下载证书' });
  const digestOf = async (bytes: BufferSource): Promise<string> =>
    Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  /** Length and SHA-256 of the file that was saved. */
  const onDisk = () =>
    desk.page.evaluate(async () => {
      const file = await (await (await navigator.storage.getDirectory()).getFileHandle('saved.zip')).getFile();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
      return [file.size, Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')] as const;
    });
  /** How each request for certificates fares, in turn; the rest as it should. */
  const line = async (...fates: ('broken' | 'cut' | 'good')[]) => {
    await desk.page.route('**/certificates.zip*', async (route) => {
      const fate = fates.shift() ?? 'good';
      if (fate === 'good') return route.continue();
      if (fate === 'broken') return route.abort();
      // The archive is not fetched whole to be cut.
      const { status, headers, body } = await fetch(route.request().url(), { headers: route.request().headers() });
      const parts: Uint8Array[] = [];
      let length = 0;
      for await (const part of body as ReadableStream<Uint8Array>) {
        parts.push(part);
        if ((length += part.length) >= CUT) break;
      }
      return route.fulfill({
        status,
        headers: Object.fromEntries([...headers].filter(([name]) => name !== 'content-length')),
        body: Buffer.concat(parts).subarray(0, CUT),
      });
    });
  };

  test('the root key of the province is turned away before it signs anything', async () => {
    const { page, server, sent } = desk;
    sent.length = 0;
    await choose(JSON.stringify({ private: server.anchor.private }));
    await said('alert').getByText('这是省级根密钥').waitFor();
    expect([await page.locator('#enter').isVisible(), sent.filter((line) => /authorization/i.test(line))]).toEqual([
      true,
      [],
    ]);
    expect(await axe()).toEqual([]);
  });

  test('from the key file to the list of batches, filtered and saved; the key is forgotten on demand', async () => {
    const { page, server } = desk;
    await page.getByText('不会上传，也不会保存').waitFor();
    await signIn();
    expect(await page.locator('#who-name').innerText()).toContain(server.school.subject.slice(4));
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.getByRole('link', { name: '批次' }).click();
    await page.getByRole('heading', { level: 1, name: '批次' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(4);
    await page.getByRole('searchbox').fill(`已颁发 ${batch.id}`);
    expect(await page.locator('tbody tr:visible').count()).toBe(1);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '下载 CSV' }).click(),
    ]);
    expect((await bytesOf(file)).toString().split('\r\n')).toHaveLength(3);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: '济南泉城职业培训学校' }).waitFor();
    await leave();
    expect(await said().innerText()).toContain('不再持有密钥');
    expect([await page.locator('#view > *').count(), await page.getByLabel('密钥文件').isVisible()]).toEqual([0, true]);
  });

  test('a file dropped anywhere on the page', async () => {
    const { page, server } = desk;
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'school.json', { type: 'application/json' }));
      return transfer;
    }, keyFile(server.school));
    await page.dispatchEvent('footer', 'drop', { dataTransfer: data });
    await page.locator('#view h1').waitFor();
  });

  test('a key made in this browser applies, is found again after a reload, and is removed', async () => {
    const { page, server } = desk;
    await page.getByRole('button', { name: '建立密钥' }).click();
    await page.getByRole('heading', { level: 1, name: '申报单位' }).waitFor();
    await go('apply', '申报评价机构');
    expect(await axe()).toEqual([]);
    await page.getByLabel('统一社会信用代码').fill('91350100M000100Y44');
    await page.getByRole('button', { name: '签名并提交申报' }).click();
    await page.locator('.faults').getByText('校验').waitFor();
    await page.reload();
    await page.getByRole('button', { name: '使用' }).click();
    await page.getByRole('heading', { level: 1, name: '申报评价机构' }).waitFor();
    await page.getByRole('button', { name: '公钥' }).click();
    const { kid, jwk, subject } = JSON.parse(await page.locator('#public-key').innerText()) as {
      kid: string;
      jwk: { x: string; y: string; kty: 'EC'; crv: 'P-256' };
      subject: string;
    };
    expect(subject).toBe(`key:${kid}`);
    // The centre names it: the desk finds the statement and speaks for the organization.
    await server
      .as(server.city)
      .post('/v1/clients', { statement: await nameClient(server.city, server.code, jwk, { iat: AT }) });
    await page.getByRole('button', { name: '更新授权' }).click();
    await page.locator('#who-name').getByText(server.code).first().waitFor();
    // The view was an applicant's.
    await page.getByRole('heading', { level: 1, name: '济南泉城' }).waitFor();
    await leave();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: /移除/ }).click();
    await page.locator('#kept-box').waitFor({ state: 'hidden' });
  });

  test('by the keyboard alone into one file, which is the archive that the service gives, byte for byte', async () => {
    const { page } = desk;
    await enter();
    await page.evaluate(() => {
      const bar = document.getElementById('bar') as HTMLProgressElement;
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      new MutationObserver(() => seen.push(bar.getAttribute('aria-valuetext') as string)).observe(bar, {
        attributes: true,
        attributeFilter: ['aria-valuetext'],
      });
    });
    // From the heading, where the focus is, to the button of the newest batch that is issued.
    for (let i = 0; i < 20 && !(await download().evaluate((node) => node === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar', { name: /正在下载/ }).waitFor();
    expect(await page.locator('#work').innerText()).toMatch(/\d+ \/ 203/);
    await said().getByText('已保存').waitFor();
    expect(await said().innerText()).toContain('203 张证书：saved.zip');
    expect(await onDisk()).toEqual([whole.length, wholeDigest]);
    expect(Object.keys(unzipSync(whole))).toEqual(batch.shown.map(({ number }) => `${number}.pdf`));
    const seen = (await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen)).map((text) =>
      Number.parseInt(text, 10),
    );
    expect(seen.at(-1)).toBe(COUNT);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  });

  test('a line that breaks and comes back by itself: still one whole file', async () => {
    await line('broken', 'cut', 'good', 'cut', 'broken');
    await enter();
    await download().click();
    await said().getByText('已保存').waitFor();
    expect(await onDisk()).toEqual([whole.length, wholeDigest]);
  });

  test('a line that stays broken: the page says so, waits, and goes on into the same file', async () => {
    const { page, sent } = desk;
    await line('cut', 'broken', 'broken', 'broken');
    await enter();
    await download().click();
    await said('alert').getByText('传输中断').waitFor();
    const done = Number.parseInt(await page.locator('#work-count').innerText(), 10);
    expect(done).toBeGreaterThan(5);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('go-on');
    const before = sent.length;
    await page.keyboard.press('Enter');
    await said().getByText('已保存').waitFor();
    expect(sent[before]).toContain(`from=${done}&`);
    expect(await onDisk()).toEqual([whole.length, wholeDigest]);
  });

  test('cancelled, nothing is saved, and another attempt can begin', async () => {
    const { page } = desk;
    await enter();
    for (const stuck of [false, true]) {
      if (stuck) await line('broken', 'broken', 'broken', 'broken');
      await download().click();
      if (stuck) await said('alert').waitFor();
      await page.getByRole('button', { name: '取消' }).click();
      await said().getByText('已取消').waitFor();
      expect([(await onDisk())[0], await page.locator('#work').isVisible()]).toEqual([0, false]);
    }
    await download().click();
    await said().getByText('已保存').waitFor();
  });

  test('without such a dialogue: archives of 200, one after another, from the first that is missing', async () => {
    await open({ disk: false });
    const { page } = desk;
    const downloads: Download[] = [];
    page.on('download', (one) => downloads.push(one));
    await line('good', 'broken', 'broken', 'broken', 'broken');
    await enter();
    await download().click();
    await said('alert').getByText('传输中断').waitFor();
    expect(await page.locator('#work').innerText()).toContain('共 2 个压缩包');
    await page.getByRole('button', { name: '取消' }).click();
    await said().getByText('已取消').waitFor();
    expect(await page.getByRole('spinbutton').inputValue()).toBe('2');
    await download().click();
    await said().getByText('已交给浏览器保存').waitFor();
    expect(await said().innerText()).toContain('3 张证书，共 1 个压缩包');
    expect(downloads.map((one) => one.suggestedFilename())).toEqual([
      `${batch.id}.part-0001.zip`,
      `${batch.id}.part-0002.zip`,
    ]);
    const names = await Promise.all(downloads.map(async (one) => Object.keys(unzipSync(await bytesOf(one)))));
    expect(names.flat()).toEqual(batch.shown.map(({ number }) => `${number}.pdf`));
    expect(await page.getByRole('spinbutton').inputValue()).toBe('1');
  });

  describe('what goes wrong is said in words', () => {
    const says = async (code: string) => {
      const { zh, en } = TROUBLES[code] as { zh: string; en: string };
      const text = await said('alert').innerText();
      for (const words of [zh, en]) for (const part of words.split(/\{\w+\}/)) expect(text).toContain(part.trim());
      return text;
    };

    test('files that are no key', async () => {
      const { page, sent, server } = desk;
      const { school } = server;
      const other = await makeKey();
      for (const text of [
        '',
        '{',
        '{}',
        JSON.stringify({ ...school, private: undefined }),
        keyFile({ ...school, private: other.private }),
        keyFile({ ...school, token: 'x.y.z' }),
        ' '.repeat(100_001),
      ]) {
        await choose(text);
        await said('alert').getByText('密钥文件').waitFor();
        await says('key_unreadable');
        await page.evaluate(() => document.getElementById('alerted')?.replaceChildren());
      }
      await choose(
        JSON.stringify({
          subject: school.subject,
          token: school.token,
          public: school.jwk,
          signer: ['pkcs11-tool', '--sign'],
        }),
      );
      await said('alert').getByText('智能卡').waitFor();
      await says('key_on_card');
      expect(sent.filter((one) => one.includes('/v1/'))).toEqual([]);
    });

    test('a statement that ran out, and one that the service does not know', async () => {
      const { server } = desk;
      const { city, code, school } = server;
      const old = await makeKey();
      await choose(
        keyFile({
          subject: school.subject,
          private: old.private,
          token: await nameClient(city, code, old.jwk, { iat: AT }),
        }),
      );
      await said('alert').getByText('没有在本平台登记').waitFor();
      await says('client_unknown');
      await choose(
        keyFile({
          subject: school.subject,
          private: old.private,
          token: await nameClient(city, code, old.jwk, { iat: AT - 7200, lifetime: 3600 }),
        }),
      );
      await said('alert').getByText('到期').waitFor();
      expect(await says('key_expired')).toMatch(/已于 20\d\d-\d\d-\d\d 到期/);
    });

    test('no network, a wrong clock, and a refusal of the service', async () => {
      const { page, server } = desk;
      await page.route('**/v1/me', (route) => route.abort());
      await choose(keyFile(server.school));
      await said('alert').getByText('连不上服务').waitFor();
      await page.unroute('**/v1/me');
      await page.clock.setFixedTime((AT - 3600) * 1000);
      await choose(keyFile(server.school));
      await said('alert').getByText('本机时间不准').waitFor();
      await page.clock.setFixedTime(AT * 1000);
      await enter();
      await page.route('**/certificates.zip*', (route) =>
        route.fulfill({
          status: 409,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'register_differs', title: '登记数据与签名不符', detail: 'x', position: 6 }),
        }),
      );
      await download().click();
      await said('alert').getByText('第 7 张证书无法给出').waitFor();
      expect(await page.locator('#work').isVisible()).toBe(false);
    });
  });

  test('on a wide screen nothing runs out of the page either', async () => {
    await open({ width: 1280, disk: false });
    await enter();
    await download().waitFor();
  });
});
