/**
 * Every public page in a real Chromium, on a phone and on a desk, in both languages: axe finds nothing (WCAG 2.0 to 2.2
 * A and AA, and its best practices), nothing is cut off at 320 px or with large text, targets are large enough, and a
 * keyboard reaches everything and sees where it is.
 */
import { PDFDocument } from 'pdf-lib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeOn } from './axe.ts';
import { findChromium } from './browser.ts';
import { SAMPLES, sample } from './samples.tsx';
import { connect, openShared } from './served.ts';
import type { TestServer } from './server.ts';

const chromium = findChromium();
/** What another width can change: the elements and their attributes stay the same. */
const OF_LAYOUT = [
  'color-contrast',
  'link-in-text-block',
  'scrollable-region-focusable',
  'target-size',
  'css-orientation-lock',
  'skip-link',
  'label-content-name-mismatch',
];

describe.skipIf(chromium === undefined)('accessibility', { timeout: 240_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  /** Name → how to get there. */
  let pages: Record<string, (page: Page) => Promise<unknown>>;

  beforeAll(async () => {
    [server, browser] = await Promise.all([openShared({ number: 1 }), connect()]);
    const { origin, valid, revoked, suspended, replaced } = server;
    const at = (path: string) => (page: Page) => page.goto(origin + path, { waitUntil: 'load' });
    const seal = (url: string) => async (page: Page) => {
      await page.goto('about:blank');
      await page.goto(url);
      await page.waitForSelector('#seal h2');
    };
    const whole = await server.pdf(valid);
    const opened = await PDFDocument.load(whole, { updateMetadata: false });
    opened.getPage(0).drawText('X', { x: 250, y: 400, size: 12 });
    const altered = Buffer.from(await opened.save());
    const checked = (buffer: Buffer, verdict: string) => async (page: Page) => {
      await at('/check')(page);
      await page.setInputFiles('#file', { name: 'certificate.pdf', mimeType: 'application/pdf', buffer });
      await page.waitForSelector(`#answer .verdict.${verdict}`);
    };
    const drawn = (name: string) => async (page: Page) => {
      const language = (await page.evaluate(() => navigator.language)).startsWith('zh') ? 'zh' : 'en';
      await page.route('**/sample', (route) =>
        route.fulfill({ contentType: 'text/html; charset=utf-8', body: sample(name, language) }),
      );
      await at('/sample')(page);
      await page.unroute('**/sample');
    };
    const search = (fields: Record<string, string>) => async (page: Page) => {
      await page.goto(origin);
      await page.locator('#search details').evaluate((node) => ((node as HTMLDetailsElement).open = true));
      for (const [name, value] of Object.entries(fields)) await page.fill(`#search-${name}`, value);
      await page.locator('#search button[type=submit]').click();
      await page.waitForURL(`${origin}/search`);
    };
    pages = {
      home: at('/'),
      scan: at('/scan'),
      bulk: at('/bulk'),
      check: at('/check'),
      desk: at('/desk'),
      organizations: at('/organizations'),
      organization: at(`/organizations/${server.code}`),
      notices: at('/notices'),
      'following an objection': at('/notices/objections'),
      statistics: at('/statistics'),
      supervision: at('/supervision'),
      ...Object.fromEntries(Object.keys(SAMPLES).map((name) => [name, drawn(name)])),
      docs: at('/docs'),
      'a genuine seal': seal(valid.seal_url),
      'an altered seal': seal(valid.seal_url.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10))),
      revoked: at(`/c/${revoked.number}`),
      suspended: at(`/c/${suspended.number}`),
      replaced: at(`/c/${replaced.number}`),
      'not found': at(`/c/${valid.number.slice(0, -6)}999999`),
      malformed: at('/c/S000037000001269000001'),
      'no such page': at('/nothing'),
      results: search({ name: valid.name, id_number: valid.id_number }),
      faults: search({ name: '王' }),
      'no match': search({ number: valid.number, name: '王' }),
      several: search({ number: `${valid.number} ${revoked.number}` }),
      'the holder’s fault': async (page) => {
        await at(`/c/${valid.number}`)(page);
        await page.locator('#download > summary').click();
        await page.fill('#download-name', '王');
        await page.fill('#download-id_number', '1');
        await page.locator('#download button[value=pdf]').click();
        await page.waitForURL('**/download');
      },
      'a checked list': async (page) => {
        await at('/bulk')(page);
        await page.fill('#list', `${valid.number}\t${valid.name}\n${revoked.number}\t王\nS0000`);
        await page.click('#start');
        await page.waitForSelector('#results:not([hidden])');
      },
      'an altered PDF': checked(altered, 'invalid'),
      'a PDF without the service': async (page) => {
        await page.route('**/v1/certificates/*', (route) => route.abort());
        await checked(whole, 'valid')(page);
        await page.waitForSelector('#answer .age');
        await page.unroute('**/v1/certificates/*');
      },
    };
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  async function open(options: Parameters<Browser['newContext']>[0]): Promise<{ context: BrowserContext; page: Page }> {
    // Only axe needs to pass the policy of the pages: its script is put in from outside.
    const context = await browser.newContext({ bypassCSP: true, ...options });
    return { context, page: await context.newPage() };
  }

  /** What reaches beyond the page with text of this size. */
  const cutOff = (page: Page, fontSize: string) =>
    page.evaluate((size) => {
      document.documentElement.style.fontSize = size;
      const wide = [...document.querySelectorAll<HTMLElement>('body *')].filter(
        (one) => one.checkVisibility() && !one.closest('.skip') && one.getBoundingClientRect().right > innerWidth + 1,
      );
      return {
        width: document.documentElement.scrollWidth,
        wide: wide.slice(0, 4).map((one) => one.outerHTML.slice(0, 120)),
      };
    }, fontSize);

  test.each(['zh-CN', 'en-US'])(
    '%s: axe finds nothing on a phone and on a desk; at 320 px with text twice as large nothing is cut off',
    async (locale) => {
      const { context, page } = await open({ locale, viewport: { width: 360, height: 740 } });
      for (const [name, go] of Object.entries(pages)) {
        await page.setViewportSize({ width: 360, height: 740 });
        await go(page);
        expect([name, await page.locator('html').getAttribute('lang')]).toEqual([
          name,
          locale === 'zh-CN' ? 'zh-CN' : 'en',
        ]);
        await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
        for (const width of [360, 1280]) {
          await page.setViewportSize({ width, height: 740 });
          expect([name, width, await axeOn(page, width === 360 ? undefined : OF_LAYOUT)]).toEqual([name, width, []]);
          expect([name, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([name, width]);
        }
        await page.setViewportSize({ width: 320, height: 640 });
        for (const size of ['100%', '200%'])
          expect([name, size, await cutOff(page, size)]).toEqual([name, size, { width: 320, wide: [] }]);
      }
      await context.close();
    },
  );

  test('the keyboard passes every control in the order of the page, sees it, and comes out at the end', async () => {
    const { context, page } = await open({ locale: 'zh-CN', viewport: { width: 360, height: 740 } });
    for (const name of ['home', 'revoked', 'organizations', 'docs']) {
      await (pages[name] as (page: Page) => Promise<unknown>)(page);
      const seen: number[] = [];
      for (let press = 0; press < 200; press++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')].filter(
            (one) => one.checkVisibility(),
          );
          const now = document.activeElement as HTMLElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(now);
          const box = now.getBoundingClientRect();
          return {
            index: all.indexOf(now),
            count: all.length,
            outlined: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
            shown: box.top < innerHeight && box.bottom > 0,
            left: now === document.body,
          };
        });
        if (at.left || at.index < (seen.at(-1) ?? -1)) break;
        expect([name, at]).toEqual([name, { ...at, outlined: true, shown: true, index: (seen.at(-1) ?? -1) + 1 }]);
        seen.push(at.index);
        if (at.index === at.count - 1) break;
      }
      expect(seen.length).toBeGreaterThan(5);
    }
    await context.close();
  });

  test('the first key press offers to skip to the content', async () => {
    const { context, page } = await open({ locale: 'zh-CN', viewport: { width: 360, height: 740 } });
    await page.goto(`${server.origin}/docs`);
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate(() => (document.activeElement as HTMLElement).getBoundingClientRect().left),
    ).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await context.close();
  });

  test('targets are at least 24 px, with 24 px around smaller links within text', async () => {
    const { context, page } = await open({ locale: 'zh-CN', viewport: { width: 360, height: 740 } });
    for (const name of ['home', 'revoked', 'organizations', 'organization', 'docs']) {
      await (pages[name] as (page: Page) => Promise<unknown>)(page);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), summary')]
          .filter(
            (one) =>
              one.checkVisibility() && !one.matches('.skip, p a, dd a') && one.getBoundingClientRect().height < 24,
          )
          .map((one) => one.outerHTML.slice(0, 100)),
      );
      expect([name, small]).toEqual([name, []]);
    }
    await context.close();
  });

  test.each([
    { forcedColors: 'active' },
    { contrast: 'more' },
    { reducedMotion: 'reduce' },
    { colorScheme: 'dark' },
  ] as const)('a verdict keeps its mark and its border with %o, and nothing moves', async (wish) => {
    const { context, page } = await open({ locale: 'zh-CN', viewport: { width: 360, height: 740 }, ...wish });
    await (pages.revoked as (page: Page) => Promise<unknown>)(page);
    const look = await page.locator('.verdict').evaluate((node) => {
      const mark = node.querySelector('.mark') as HTMLElement;
      const { color, backgroundColor, borderTopStyle } = getComputedStyle(mark);
      return {
        border: getComputedStyle(node).borderTopWidth,
        told: color !== backgroundColor || borderTopStyle !== 'none',
        text: mark.textContent,
      };
    });
    expect(look).toEqual({ border: '2px', told: true, text: '✕' });
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await context.close();
  });

  test('printed, a verdict needs no background and leaves out what cannot be pressed', async () => {
    const { context, page } = await open({ locale: 'zh-CN', viewport: { width: 794, height: 1123 } });
    await (pages.revoked as (page: Page) => Promise<unknown>)(page);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.verdict').evaluate((node) => getComputedStyle(node).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    for (const hidden of ['header', '#download', '.skip'])
      expect([hidden, await page.locator(hidden).isVisible()]).toEqual([hidden, false]);
    for (const shown of ['.verdict h1', '.checks', '.facts'])
      expect([shown, await page.locator(shown).first().isVisible()]).toEqual([shown, true]);
    await context.close();
  });
});
