/**
 * What the tests of the desk share: a served Worker, a Chromium in a moment whose working days are known, a page of the
 * desk on a narrow screen for each test, and what people do there. After each test it is asserted that nothing ran out of
 * the page, that nothing was kept in the browser, and that no key and no request left it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Body } from '../../src/core/procedure/bodies.ts';
import type { Caller } from '../../src/sdk/call.ts';
import { newSalt } from '../../src/sdk/send-step.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { launch } from './browser.ts';
import { type Person, startServer, type TestServer } from './server.ts';

/** When it all happens: the days of plans are counted by a calendar that ends. */
export const AT = Date.parse('2026-11-23T10:00:00+08:00') / 1000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EVERYTHING = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };

/** What plans and results say of each. */
export const electrician = {
  id_type: 'resident_id',
  occupation_code: '6-31-01-03',
  occupation_name: '电工',
  job_type: '--',
  level: 3,
} as const;
/** A plan of one session for some people. */
export function planOf(title: string, date: string, people: readonly Person[]): Body<'plan.file'> {
  const roster = people.map((one, n) => ({ ...one, ...electrician, row: n + 2, sessions: ['s1'] }));
  const sessions = [
    {
      id: 's1',
      kind: 'both' as const,
      occupation_code: '6-31-01-03',
      occupation_name: '电工',
      job_type: '--',
      levels: [3 as const],
      date,
      starts: '09:00',
      ends: '16:30',
      venue: '实训楼',
    },
  ];
  const staff = (['invigilator', 'assessor', 'supervisor'] as const).map((role) => ({
    role,
    name: '赵考务',
    sessions: ['s1'],
  }));
  return { salt: newSalt(), title, process: '理论、实操', sessions, staff, roster };
}

export const keyFile = ({ subject, token, private: secret }: Partial<Identity>): string =>
  JSON.stringify({ name: '学校', subject, token, private: secret });

/** What axe finds on a page. @param rules these alone, instead of all */
export async function axeOn(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(
    async (runOnly) => {
      const { violations } = await (
        globalThis as unknown as {
          axe: {
            run(where: Document, how: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
          };
        }
      ).axe.run(document, { runOnly, resultTypes: ['violations'], preload: false, iframes: false, elementRef: false });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    },
    rules ? { type: 'rule', values: [...rules] } : EVERYTHING,
  );
}

export const fitsIn = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

export interface Desk {
  server: TestServer;
  /** Of the page. */
  context: BrowserContext;
  page: Page;
  /** All that the browser sent: addresses, headers, bodies. */
  sent: string[];
  /** A page of its own. With `disk`, the dialogue that asks where to save gives a file of the browser's own file system; without, there is no such dialogue. */
  open(how?: { disk?: boolean; width?: number }): Promise<void>;
  /** Chooses a key file with this text. */
  choose(text: string): Promise<void>;
  /** Signs in with a key file; as the school if nobody is named. */
  signIn(who?: Identity): Promise<void>;
  leave(): Promise<void>;
  go(view: string, heading: string): Promise<void>;
  said(role?: 'alert' | 'status'): Locator;
  axe(): Promise<string[]>;
  /** Lets browser and server live at ten o'clock of a day. @returns the school's calls then */
  on(day: string): Promise<Caller>;
}

/** Serves and opens the desk for the tests of the describe block that calls it. @param prepare what is there before the first of them */
export function useDesk(chromium: string, prepare?: (server: TestServer) => Promise<void>): Desk {
  let browser: Browser | undefined;
  let complaints: string[] = [];
  const desk = {
    sent: [] as string[],
    async open({ disk = true, width = 360 } = {}) {
      await desk.context?.close();
      desk.context = await (browser as Browser).newContext({
        viewport: { width, height: 740 },
        locale: 'zh-CN',
        acceptDownloads: true,
        extraHTTPHeaders: { 'Luzheng-Clock': String(AT) },
      });
      await desk.context.addInitScript((hasDisk) => {
        const ask = async () => (await navigator.storage.getDirectory()).getFileHandle('saved.zip', { create: true });
        Object.defineProperty(globalThis, 'showSaveFilePicker', {
          value: hasDisk ? ask : undefined,
          configurable: true,
        });
      }, disk);
      const page = (desk.page = await desk.context.newPage());
      page.setDefaultTimeout(20_000);
      await page.clock.setFixedTime(AT * 1000);
      page.on('request', (request) =>
        desk.sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`),
      );
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
      });
      await page.goto(`${desk.server.origin}/desk`);
    },
    choose: (text: string) =>
      desk.page
        .getByLabel('密钥文件')
        .setInputFiles({ name: 'school.json', mimeType: 'application/json', buffer: Buffer.from(text) }),
    async signIn(who: Identity = desk.server.school) {
      await desk.choose(keyFile(who));
      await desk.page.locator('#view h1').waitFor();
    },
    leave: () => desk.page.getByRole('button', { name: '退出' }).click(),
    async go(view: string, heading: string) {
      await desk.page.evaluate((to) => (location.hash = `#/${to}`), view);
      await desk.page.getByRole('heading', { level: 1, name: heading }).waitFor();
    },
    said: (role: 'alert' | 'status' = 'status') => desk.page.locator(role === 'alert' ? '#alerted' : '#said'),
    axe: () => axeOn(desk.page),
    async on(day: string) {
      const moment = Date.parse(`${day}T10:00:00+08:00`) / 1000;
      await desk.context.setExtraHTTPHeaders({ 'Luzheng-Clock': String(moment) });
      await desk.page.clock.setFixedTime(moment * 1000);
      return desk.server.as(desk.server.school, moment);
    },
  } as Desk;

  beforeAll(async () => {
    [desk.server, browser] = await Promise.all([startServer(AT), launch(chromium)]);
    await prepare?.(desk.server);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await desk.server?.stop();
  });
  beforeEach(async () => {
    [complaints, desk.sent] = [[], []];
    await desk.open();
  });
  afterEach(async () => {
    const { page, server, sent } = desk;
    expect(await fitsIn(page)).toBe(true);
    const kept = await page.evaluate(async () => [
      localStorage.length,
      sessionStorage.length,
      document.cookie,
      (await indexedDB.databases()).length,
    ]);
    expect(kept).toEqual([0, 0, '', 0]);
    expect(sent.filter((line) => !line.startsWith(`${server.origin}/`) && !/^(data|blob):/.test(line))).toEqual([]);
    expect(sent.filter((line) => line.includes(server.school.private.d as string))).toEqual([]);
    expect(complaints).toEqual([]);
  });
  return desk;
}
