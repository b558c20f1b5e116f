/**
 * What the tests of the desk share: a school on the served Worker in a moment whose working days are known, a page of the
 * desk on a narrow screen for each test (useDesk) or for each person (useDesks), and what people do there. After each test
 * of useDesk it is asserted that nothing ran out of the page, that nothing was kept in the browser, and that no key and no
 * request left it.
 */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Body } from '../../src/core/procedure/bodies.ts';
import type { Caller } from '../../src/sdk/call.ts';
import { newSalt } from '../../src/sdk/call.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { axeOn } from './axe.ts';
import { AT, atMoment, momentOf } from './browser.ts';
import { connect, openShared } from './served.ts';
import type { Person, TestServer } from './server.ts';

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

/**
 * Opens the desk for the tests of the describe block that calls it.
 * @param city its code, of this file alone. @param prepare what is there before the first of them
 */
export function useDesk(city: string, prepare?: (server: TestServer) => Promise<void>): Desk {
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
      });
      await atMoment(desk.context, AT);
      await desk.context.addInitScript((hasDisk) => {
        const ask = async () => (await navigator.storage.getDirectory()).getFileHandle('saved.zip', { create: true });
        Object.defineProperty(globalThis, 'showSaveFilePicker', {
          value: hasDisk ? ask : undefined,
          configurable: true,
        });
      }, disk);
      const page = (desk.page = await desk.context.newPage());
      page.setDefaultTimeout(20_000);
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
      const moment = momentOf(day);
      await atMoment(desk.context, moment);
      return desk.server.as(desk.server.school, moment);
    },
  } as Desk;

  beforeAll(async () => {
    [desk.server, browser] = await Promise.all([openShared({ city, at: AT }), connect()]);
    await prepare?.(desk.server);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
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

export interface Desks {
  server: TestServer;
  browser: Browser;
  /** A page of its own, signed in with a key file; in a window of its own if none is given. */
  signedIn(who: Identity, moment?: number, context?: BrowserContext): Promise<Page>;
  /** A window on a narrow screen. */
  window(): Promise<BrowserContext>;
  alerted(page: Page): Locator;
  /** What axe finds in the view that is shown, and whether it is wider than the window. */
  axe(page: Page, rules?: readonly string[]): Promise<string[]>;
}

/**
 * The desks of several people beside each other, for the tests of the describe block that calls it.
 * @param city its code, of this file alone. @param at when it all happens. @param prepare what is there before the first of them
 */
export function useDesks(city: string, at: number, prepare?: (server: TestServer) => Promise<void>): Desks {
  const desks = {
    window: () =>
      desks.browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN', acceptDownloads: true }),
    async signedIn(who, moment = at, context) {
      const own = context ?? (await desks.window());
      await atMoment(own, moment);
      const page = await own.newPage();
      await page.goto(`${desks.server.origin}/desk`);
      await page
        .getByLabel('密钥文件')
        .setInputFiles({ name: 'centre.json', mimeType: 'application/json', buffer: Buffer.from(keyFile(who)) });
      return page;
    },
    alerted: (page) => page.locator('#alerted'),
    axe: async (page, rules) => [...(await axeOn(page, rules)), ...((await fitsIn(page)) ? [] : ['too wide'])],
  } as Desks;

  beforeAll(async () => {
    [desks.server, desks.browser] = await Promise.all([openShared({ city, at }), connect()]);
    await prepare?.(desks.server);
  }, 120_000);
  afterAll(() => desks.browser?.close());
  return desks;
}
