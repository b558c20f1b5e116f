/**
 * The pages in a real Chromium against the real Worker: the QR code's fragment is checked in the browser, the
 * forms work with and without JavaScript, and no request leaves for another host.
 */
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unverified } from '../../src/core/statement.ts';
import type { TrustFile } from '../../src/sdk/file-organization.ts';
import { bytesOf, findChromium } from './browser.ts';
import { connect, openShared } from './served.ts';
import type { Shown, TestServer } from './server.ts';

const chromium = findChromium();

/** The last digit changed, as a forger or a bad print would. */
const altered = (url: string): string => url.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
const digitsOf = ({ seal_url }: Shown): string => seal_url.split('#')[1] as string;

describe.skipIf(chromium === undefined)('in a browser', { timeout: 60_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** Addresses asked for, and what the browser complained of. */
  let asked: string[];
  let complaints: string[];

  beforeAll(async () => {
    [server, browser] = await Promise.all([openShared({ number: 3 }), connect()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN', ...options });
    page = await context.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
    });
    return page;
  }

  beforeEach(async () => {
    asked = [];
    complaints = [];
    await open();
  });
  afterEach(async () => {
    await page.waitForLoadState();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await context.close();
    expect(complaints).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(`${server.origin}/`) && !/^(data|blob):/.test(url))).toEqual([]);
    // The digits hold a name: they stay behind the #.
    expect(asked.filter((url) => /\d{40}/.test(url.split('#')[0] as string))).toEqual([]);
  });

  const state = async (): Promise<string> => {
    await page.waitForFunction(() => ![undefined, 'checking'].includes(document.body?.dataset.seal));
    return page.evaluate(() => document.body.dataset.seal as string);
  };
  const seal = () => page.locator('#seal').innerText();

  test('a genuine seal shows the full name, which the server never sent', async () => {
    for (const shown of [server.valid, server.long]) {
      const html = await (await fetch(`${server.origin}/c/${shown.number}`)).text();
      expect(html).not.toContain(shown.name);
      await page.goto('about:blank');
      await page.goto(shown.seal_url);
      expect(await state()).toBe('genuine');
      expect(await seal()).toContain(shown.name);
      expect(await page.locator('.verdict h1').innerText()).toContain('有效');
    }
  });

  test.each(['altered', 'altered, with text after them', 'of another certificate', 'digits of nothing'])(
    'digits that are %s: a red notice in both languages',
    async (kind) => {
      const { valid, long } = server;
      const address = `${server.origin}/c/${valid.number}`;
      const urls: Record<string, string> = {
        altered: altered(valid.seal_url),
        'of another certificate': `${address}#${digitsOf(long)}`,
        'altered, with text after them': `${altered(valid.seal_url)}&shareTo=weixin`,
        'digits of nothing': `${address}#${'7'.repeat(230)}`,
      };
      await page.goto(urls[kind] as string);
      expect(await state()).toBe('failed');
      const alert = page.locator('#seal [role=alert]');
      expect(await alert.innerText()).toContain('二维码签名验证不通过');
      expect(await alert.innerText()).toContain('does not verify');
      expect(await alert.evaluate((node) => getComputedStyle(node).backgroundColor)).toBe('rgb(155, 17, 17)');
      expect(await page.title()).toContain('不通过');
      expect(await page.locator('#seal img').count()).toBe(0);
      // The register's verdict is about the number only, and is no longer green.
      expect(await page.locator('.only').isVisible()).toBe(true);
      expect(await page.locator('.verdict').evaluate((node) => getComputedStyle(node).backgroundColor)).toBe(
        'rgb(255, 255, 255)',
      );
    },
  );

  test.each(['&shareTo=weixin', '?from=singlemessage', '#wechat_redirect', '%E3%80%82'])(
    '%s after the digits is cut off: the seal is genuine',
    async (appended) => {
      await page.goto(server.valid.seal_url + appended);
      expect(await state()).toBe('genuine');
      expect(await seal()).toContain(server.valid.name);
    },
  );

  test.each(['wechat_redirect', '_=_', 'rd', '<img src=x onerror=alert(1)>'])(
    '#%s is no seal: that none was checked is said first, and nothing is green or red',
    async (fragment) => {
      await page.goto(`${server.origin}/c/${server.valid.number}#${fragment}`);
      expect(await state()).toBe('unread');
      const alert = page.locator('#seal [role=alert]');
      expect(await alert.innerText()).toContain('没有核对二维码中的签名');
      expect(await alert.innerText()).toContain('was not checked');
      expect(await page.locator('.only').isVisible()).toBe(true);
      expect(await page.locator('.verdict > .mark').isVisible()).toBe(false);
      expect(await page.locator('.verdict').evaluate((node) => getComputedStyle(node).backgroundColor)).toBe(
        'rgb(255, 255, 255)',
      );
      expect(await page.locator('#seal img').count()).toBe(0);
      expect(await page.locator('#seal a').getAttribute('href')).toBe('/scan');
    },
  );

  test('a genuine seal of a revoked certificate does not make it valid', async () => {
    await page.goto(server.revoked.seal_url);
    expect(await state()).toBe('genuine');
    expect(await page.locator('.verdict h1').innerText()).toContain('已撤销');
  });

  test('a seal that a register without the certificate cannot confirm', async () => {
    // What the register no longer shows: the page without its credential.
    await page.route(`**/c/${server.valid.number}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace(/ data-credential="[^"]*"/, '') });
    });
    await page.goto(server.valid.seal_url);
    expect(await state()).toBe('unlisted');
  });

  test('a seal that says something else than the register', async () => {
    const other = (await (await fetch(`${server.origin}/c/${server.long.number}`)).text()).match(
      /data-credential="([^"]*)"/,
    )?.[1] as string;
    await page.route(`**/c/${server.valid.number}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replace(/data-credential="[^"]*"/, `data-credential="${other}"`),
      });
    });
    await page.goto(server.valid.seal_url);
    expect(await state()).toBe('differs');
    expect(await page.locator('#seal [role=alert]').innerText()).toContain('不一致');
  });

  test('without the trust list, or under another root, nothing is claimed', async () => {
    await page.route('**/.well-known/trust.json', (route) => route.abort());
    await page.goto(server.valid.seal_url);
    expect(await state()).toBe('unknown');
    await page.unroute('**/.well-known/trust.json');
    const list = (await (await fetch(`${server.origin}/.well-known/trust.json`)).json()) as object;
    await page.route('**/.well-known/trust.json', (route) => route.fulfill({ json: { ...list, roots: [] } }));
    await page.reload();
    expect(await state()).toBe('unknown');
  });

  test('a changed fragment is checked again, and a jump within the page is none', async () => {
    await page.goto(server.valid.seal_url);
    expect(await state()).toBe('genuine');
    await page.goto(altered(server.valid.seal_url));
    await page.waitForFunction(() => document.body?.dataset.seal === 'failed');
    await page.goto(`${server.origin}/c/${server.valid.number}#main`);
    // Whatever listens to the jump has heard of it.
    await page.evaluate(() => new Promise((idle) => requestIdleCallback(idle)));
    // Once for each check, and once for what is kept for a time without a network.
    expect(asked.filter((url) => url.endsWith('trust.json'))).toHaveLength(3);
  });

  /** Of the trust list, what it would be with this school alone: other files' cities and schools are on it too. */
  const ownPart = (list: TrustFile): TrustFile => {
    const own = [server.province, server.city, server.school].map(({ subject }) => subject);
    const ofOwn = (token: string) => own.includes(unverified<{ sub: string }>(token).claims.sub);
    const [centres, filings, clients] = [list.centres, list.filings, list.clients].map((all) => all.filter(ofOwn));
    return { ...list, centres, filings, clients } as TrustFile;
  };

  // The scanner alone may be larger.
  test.each(['/', 'a seal', 'revoked', '/check', '/bulk', '/organizations', 'an organization', '/docs'])(
    'the whole first view of %s is less than 50 KB as Cloudflare sends it',
    async (path) => {
      await page.route('**/.well-known/trust.json', async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: ownPart((await answer.json()) as TrustFile) });
      });
      const bodies: Promise<Buffer>[] = [];
      page.on('response', (response) => bodies.push(response.body()));
      await page.goto(
        {
          'a seal': server.valid.seal_url,
          revoked: `${server.origin}/c/${server.revoked.number}`,
          'an organization': `${server.origin}/organizations/${server.code}`,
        }[path] ?? server.origin + path,
        { waitUntil: 'networkidle' },
      );
      if (path === 'a seal') await state();
      // The page with its style, code, trust list and status lists, as gzip.
      const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
      expect(sizes.length).toBeGreaterThanOrEqual(/organization|docs/.test(path) ? 1 : 2);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(50_000);
    },
  );

  test('what a page fetches when it is needed comes when somebody comes near, and is missed in words', async () => {
    await context.close();
    // What the service worker keeps would never be missed.
    await open({ serviceWorkers: 'block' });
    const work = '**/assets/{checker,lister}.js*';
    const uses = [
      [
        '/check',
        '#answer',
        () => page.setInputFiles('#file', { name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from('x') }),
      ],
      ['/bulk', '#say', () => page.click('#start')],
    ] as const;
    for (const [path, place, use] of uses) {
      await page.route(work, (route) => route.abort());
      await page.goto(server.origin + path);
      await use();
      await page.locator(`${place} [role=alert]`).getByText('核验程序没有载入').waitFor();
      await page.unroute(work);
      await use();
      // The same again, with a network: an answer about what was brought.
      await page.waitForFunction(
        (where) =>
          /不是证书|名单是空的/.test(document.querySelector(where)?.textContent ?? '') &&
          !document.querySelector(where)?.textContent?.includes('载入'),
        place,
      );
    }
    await page.goto(`${server.origin}/check`);
    expect(asked.filter((url) => url.includes('/assets/checker.js?v='))).toHaveLength(2);
    await page.focus('#file');
    await expect.poll(() => asked.filter((url) => url.includes('/assets/checker.js?v=')).length).toBe(3);
  });

  test('a pasted QR address is opened without sending its digits', async () => {
    await page.goto(server.origin);
    await page.getByLabel('证书编号').fill(`扫码得到 ${server.valid.seal_url}，请核对`);
    await page.getByRole('button', { name: '查询' }).click();
    expect(await state()).toBe('genuine');
    expect(asked.some((url) => url.endsWith('/search'))).toBe(false);
  });

  describe.each([true, false])('JavaScript: %s', (javaScriptEnabled) => {
    beforeEach(async () => {
      await context.close();
      await open({ javaScriptEnabled, acceptDownloads: true });
    });

    test('search by name and document number, from a fault to the result, by keyboard', async () => {
      const { valid } = server;
      await page.goto(server.origin);
      await page.locator('#search summary').press('Enter');
      await page.getByLabel('姓名').fill(valid.name);
      await page.keyboard.press('Enter');
      await page.locator('#search-id_number-fault').getByText('请填写证件号码').waitFor();
      expect(await page.getByLabel('姓名').inputValue()).toBe(valid.name);
      await page.getByLabel('证件号码').fill(valid.id_number);
      await page.keyboard.press('Enter');
      await page.locator('h1').getByText('1 张证书').waitFor();
      expect(
        asked.every((url) => !url.includes(valid.id_number) && !decodeURIComponent(url).includes(valid.name)),
      ).toBe(true);
      await page.getByRole('link', { name: '核对明细与下载' }).click();
      await page.waitForURL(`${server.origin}/c/${valid.number}`);
    });

    test('the switch turns the language of every page, and stays at the same certificate and seal', async () => {
      const { valid } = server;
      await page.goto(javaScriptEnabled ? valid.seal_url : `${server.origin}/c/${valid.number}`);
      await page.getByRole('button', { name: 'English' }).click();
      await page.locator('html[lang=en]').waitFor();
      expect(page.url()).toBe(javaScriptEnabled ? valid.seal_url : `${server.origin}/c/${valid.number}`);
      expect(await page.title()).toBe(`Valid ${valid.number} · Luzheng`);
      if (javaScriptEnabled) {
        expect(await state()).toBe('genuine');
        expect(await page.locator('#seal h2').innerText()).toMatch(/^The QR code’s signature is genuine/);
      }
      expect(await page.locator('.verdict h1').innerText()).toMatch(/^Valid\s+有效$/);
      await page.goto(server.origin);
      expect(await page.locator('h1').innerText()).toMatch(/^Verify/);
      await page.getByRole('button', { name: '中文' }).click();
      await page.locator('html[lang=zh-CN]').waitFor();
      expect(page.url()).toBe(`${server.origin}/`);
    });

    test('a number in a sentence leads to its certificate', async () => {
      await page.goto(server.origin);
      await page.getByLabel('证书编号').fill(`我的证书编号是 ${server.revoked.number.toLowerCase()}，请查`);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${server.origin}/c/${server.revoked.number}`);
      expect(await page.locator('.verdict h1').innerText()).toContain('已撤销');
    });

    test('the holder downloads the PDF', async () => {
      const { valid } = server;
      await page.goto(`${server.origin}/c/${valid.number}`);
      await page.locator('#download > summary').click();
      const form = page.locator('#download');
      await form.getByLabel('姓名').fill('别人');
      await form.getByLabel('证件号码').fill(valid.id_number);
      await form.getByRole('button', { name: '下载 PDF' }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('不一致').first().waitFor();
      // Said first and in view, and nothing on the page is green.
      const { y, height } = (await alert.boundingBox()) as { y: number; height: number };
      expect([y > 0, y + height < 740]).toEqual([true, true]);
      expect([
        await page.locator('.verdict.valid').count(),
        await page.locator('.verdict').count(),
        (await page.title()).includes('有效'),
      ]).toEqual([0, 1, false]);
      await form.getByLabel('姓名').fill(valid.name);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        form.getByRole('button', { name: '下载 PDF' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`${valid.number}.pdf`);
      expect((await bytesOf(download)).subarray(0, 5).toString()).toBe('%PDF-');
      await form.getByRole('button', { name: '查看下载记录' }).click();
      expect(await page.locator('#downloads li').first().innerText()).toContain('PDF');
    });
  });
});
