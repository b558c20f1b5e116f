/**
 * A centre's desk in a real Chromium against the real Worker: the city approves a batch, then the province with the
 * city's approval inside, and the organization orders it; rows that were tampered with on their way are not signed. The
 * city draws sessions and inspectors, and the public page computes that again.
 */

import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { samplePlan } from '../../src/cli/world.ts';
import type { DrawFile } from '../../src/core/procedure/draw-record.ts';
import type { CheckedRow } from '../../src/core/rows/row.ts';
import { unverified } from '../../src/core/statement.ts';
import { provinceApproval, readBatch } from '../../src/sdk/batch.ts';
import { takeStep } from '../../src/sdk/send-step.ts';
import { type Identity, orderBatch } from '../../src/sdk/sign.ts';
import { findChromium, launch } from './browser.ts';
import { axeOn, fitsIn, keyFile } from './desk-kit.ts';
import { atMoment, person, startServer, type TestServer } from './server.ts';

const chromium = findChromium();
const momentOf = (day: string): number => Date.parse(`${day}T10:00:00+08:00`) / 1000;
/** A Friday whose working days are known. */
const NOW = momentOf('2026-11-20');

describe.skipIf(chromium === undefined)('the desk of a centre', { timeout: 60_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let id: string;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(NOW), launch(chromium as string)]);
    const candidates = ['欧阳建国', '王晓明', '李龑'].map((name, n) => ({
      ...person(name, 700 + n),
      id_type: '居民身份证',
      occupation_code: '6-31-01-03',
      occupation_name: '电工',
      job_type: '--',
      level: 4,
      score_theory: 80,
      score_practice: 85,
      exam_date: '2026-11-01',
    }));
    ({ id } = await server.as(server.school).post<{ id: string }>('/v1/batches', { candidates }));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A page of its own, signed in with a key file. */
  async function signedIn(who: Identity, moment = NOW, context?: BrowserContext): Promise<Page> {
    const own = context ?? (await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'zh-CN' }));
    await atMoment(own, moment);
    const page = await own.newPage();
    await page.goto(`${server.origin}/desk`);
    await page
      .getByLabel('密钥文件')
      .setInputFiles({ name: 'centre.json', mimeType: 'application/json', buffer: Buffer.from(keyFile(who)) });
    return page;
  }
  /** From the queue to the batch. */
  async function atBatch(who: Identity): Promise<Page> {
    const page = await signedIn(who);
    await page.getByText('个批次待本中心审核').click();
    await page.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { level: 1, name: `批次 ${id}` }).waitFor();
    return page;
  }
  const approve = async (page: Page) => page.getByRole('button', { name: '核对并签署审核' }).click();
  /** What axe finds in the view that is shown, and whether it is wider than the window. */
  const axe = async (page: Page, rules?: string[]): Promise<string[]> => [
    ...(await axeOn(page, rules)),
    ...((await fitsIn(page)) ? [] : ['too wide']),
  ];
  const alerted = (page: Page) => page.locator('#alerted');

  test('rows that were changed on their way, or that the page shows otherwise, are not signed', async () => {
    const page = await atBatch(server.city);
    await page.getByText('该批次没有考核计划，也没有经过公示').waitFor();
    await page.route('**/rows?*', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { rows: { level: number }[] };
      (body.rows[1] as { level: number }).level = 1;
      await route.fulfill({ response: answer, json: body });
    });
    await approve(page);
    await alerted(page).getByText('重新计算的根').waitFor();
    await page.unroute('**/rows?*');
    await page
      .locator('tr[data-position="1"] td[data-cell]')
      .nth(1)
      .evaluate((cell) => (cell.textContent = '王小明'));
    await approve(page);
    await alerted(page).getByText('第 2 行').waitFor();
    const { approvals, state } = await server
      .as(server.city)
      .get<{ approvals: unknown[]; state: string }>(`/v1/batches/${id}`);
    expect([approvals, state]).toEqual([[], 'submitted']);
    await page.close();
  });

  test('the city approves, then the province, and the organization orders', async () => {
    for (const who of [server.city, server.province]) {
      const page = await atBatch(who);
      expect(await axe(page)).toEqual([]);
      expect(await fitsIn(page)).toBe(true);
      await approve(page);
      await page.locator('#said').getByText('已核对 3 行并签署审核').waitFor();
      await page.close();
    }
    const school = server.as(server.school);
    const seen = await readBatch(school, id);
    expect(seen.view.approvals.map(({ tier }) => tier).sort()).toEqual(['city', 'province']);
    const approval = provinceApproval(seen);
    expect(unverified<{ city?: string }>(approval).claims.city).toBe(
      seen.view.approvals.find(({ tier }) => tier === 'city')?.approval,
    );
    const done = await school.post<{ state: string }>(`/v1/batches/${id}/issue`, {
      approval,
      order: await orderBatch(server.school, seen.ref, unverified<{ jti: string }>(approval).claims.jti, { iat: NOW }),
    });
    expect(done.state).toBe('issued');
  });

  test('axe finds nothing in any view of the city, and nothing is cut off', async () => {
    const page = await signedIn(server.city);
    for (const view of [
      'home',
      'batches',
      'plans',
      'results',
      'objections',
      'applications',
      'devices',
      'organizations',
      'organizations/S000037000001',
      'trail',
      `trail/${server.valid.number}`,
    ]) {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.evaluate((to) => (location.hash = `#/${to}`), view);
      await page.locator(`nav.desk a[aria-current][href="#/${view.split('/')[0]}"]`).waitFor();
      await page.waitForFunction(() => !document.querySelector('#view')?.hasAttribute('aria-busy'));
      expect([view, await axe(page)]).toEqual([view, []]);
      expect([view, await fitsIn(page)]).toEqual([view, true]);
      await page.setViewportSize({ width: 1280, height: 740 });
      expect([
        view,
        await axe(page, ['color-contrast', 'target-size', 'link-in-text-block', 'scrollable-region-focusable']),
      ]).toEqual([view, []]);
    }
    await page.close();
  });

  test('a long list is filtered and saved whole, though the page began with its first part', async () => {
    const candidates = Array.from({ length: 405 }, (_, n) => ({
      ...person(n === 404 ? '欧阳末行' : '王晓明', 300 + n),
      id_type: '居民身份证',
      occupation_code: '6-31-01-03',
      occupation_name: '电工',
      job_type: '--',
      level: 5,
      score_theory: 80,
      score_practice: 85,
      exam_date: '2026-11-01',
    }));
    const long = await server.as(server.school).post<{ id: string }>('/v1/batches', { candidates });
    const page = await signedIn(server.city);
    await page.evaluate((to) => (location.hash = `#/batches/${to}`), long.id);
    const list = page.locator(`[data-list="batch-${long.id}"]`);
    await list.getByText('已载入 200 条，还有更多').waitFor();
    await list.getByRole('button', { name: '更多' }).click();
    await list.getByText('已载入 400 条，还有更多').waitFor();
    await list.getByLabel('筛选').fill('欧阳末行');
    await list.getByText('显示 1 / 共 405 条').waitFor();
    expect([
      await list.locator('tbody tr:visible').count(),
      await list.getByRole('button', { name: '更多' }).count(),
    ]).toEqual([1, 0]);
    await list.getByLabel('筛选').fill('');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      list.getByRole('button', { name: '下载 CSV' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect([lines.length, lines.at(-1)?.includes('欧阳末行')]).toEqual([406, true]);
    await page.close();
  });

  test('the city draws: the seed is made and kept here, a lost browser is helped by its file, and whoever looks computes it again', {
    timeout: 120_000,
  }, async () => {
    const rows = ['2026-12-05', '2026-12-06'].map(
      (exam_date, i): CheckedRow => ({
        row: i + 2,
        ...person('欧阳建国', 900 + i),
        id_type: 'resident_id',
        occupation: { code: '6-31-01-03', name: '电工', edition: '2022' },
        job: '--',
        level: 3,
        score_theory: 80,
        score_practice: 85,
        exam_date,
      }),
    );
    await takeStep(
      server.as(server.school),
      'plan:p-that-is-drawn-from',
      'plan.file',
      samplePlan('电工三级认定（虚构）', rows),
    );
    const own = await browser.newContext({
      viewport: { width: 360, height: 740 },
      locale: 'zh-CN',
      acceptDownloads: true,
    });
    const page = await signedIn(server.city, NOW, own);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('navigation', { name: '工作台' }).getByRole('link', { name: '双随机' }).click();
    await page.getByRole('link', { name: '新的抽取' }).click();
    await page.getByText('已勾选 2 / 2 个场次').waitFor();
    expect(await axe(page)).toEqual([]);
    const fix = page.getByRole('button', { name: '签名并锁定名单' });
    await page.getByRole('button', { name: '取消所示全部' }).click();
    await page.getByLabel('每行一名').fill('d1\t赵督导\t济南市中心\nd2\t钱督导');
    await fix.click();
    for (const fault of ['请至少勾选一个场次', '第 2 行 单位', '名称: 不能为空'])
      await page.locator('.faults').getByText(fault).waitFor();
    await page.getByRole('button', { name: '勾选所示全部' }).click();
    await page
      .getByLabel('每行一名')
      .fill(
        'd1\t赵督导\t济南市中心\nd2\t钱督导\t济南市中心\nd3,孙督导'.replace(
          'd3,孙督导',
          'd3\t孙督导\t济南市中心\tY000037000002',
        ),
      );
    await page.getByLabel('名称').fill('第四季度督导（虚构）');
    await page.getByLabel('抽取场次数').fill('3');
    await page.getByLabel('期号').fill('2026136');
    await page.getByLabel('开奖日').fill('2026-12-06');
    await fix.click();
    for (const fault of ['抽取场次数多于勾选的场次', '开奖日须晚于今天'])
      await page.locator('.faults').getByText(fault).waitFor();
    await page.getByLabel('抽取场次数').fill('1');
    await page.getByLabel('开奖日').fill('2026-11-26');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '保存种子文件' }).click(),
    ]);
    const seedFile = readFileSync(await file.path(), 'utf8');
    await fix.click();
    await page.locator('#said').getByText('名单已锁定并公布').waitFor();
    await page.getByText('本浏览器保存有这次抽取的种子').waitFor();
    const about = decodeURIComponent((await page.evaluate(() => location.hash)).slice('#/draws/'.length));
    const id = about.slice('draw:'.length);
    expect(
      (await server.as().get<{ committed: { body: { commitment: string } } }>(`/v1/draws/${id}`)).committed.body
        .commitment,
    ).toBe((JSON.parse(seedFile) as { commitment: string }).commitment);
    expect(await axe(page)).toEqual([]);
    await page.close();

    // A week later, in another browser.
    const other = await signedIn(server.city, momentOf('2026-11-27'));
    other.on('dialog', (dialog) => void dialog.accept());
    await other.getByText('次抽取待公布种子').click();
    await other.getByRole('link', { name: '第四季度督导（虚构）' }).click();
    await other.getByText('本浏览器没有这次抽取的种子').waitFor();
    const choose = (text: string) =>
      other
        .getByLabel('种子文件')
        .setInputFiles({ name: 'seed.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    const reveal = other.getByRole('button', { name: '签名并公布' });
    await other.getByLabel('开奖号码').fill('31 03 11 19 22 27 + 17');
    await reveal.click();
    for (const fault of ['没有种子，请选择种子文件', '号码不符合该彩种'])
      await other.locator('.faults').getByText(fault).waitFor();
    await choose('{}');
    await alerted(other).getByText('这不是种子文件').waitFor();
    await choose(seedFile.replace(/"seed": "./, (start) => `${start.slice(0, -1)}${start.endsWith('B') ? 'C' : 'B'}`));
    await alerted(other).getByText('不是这次抽取承诺的种子').waitFor();
    await choose(seedFile);
    await other.getByText('已从文件读取种子').waitFor();
    await other.getByLabel('开奖号码').fill('31 03 11 19 22 27 + 8');
    await other.getByRole('button', { name: '只在本机计算' }).click();
    const computed = await other.locator('[data-drawn-here] li').textContent();
    expect((await server.as().get<{ state: string }>(`/v1/draws/${id}`)).state).toBe('committed');
    await reveal.click();
    await other.locator('#said').getByText('种子已公布').waitFor();
    const { drawn, revealed } = await server
      .as()
      .get<DrawFile & Required<Pick<DrawFile, 'drawn' | 'revealed'>>>(`/v1/draws/${id}`);
    expect([revealed.body.public_value, computed]).toEqual([
      '03 11 19 22 27 31 08',
      expect.stringContaining(`${drawn[0]?.date} 济南泉城职业培训学校`),
    ]);
    await other.getByText('全部填写后才能办结').waitFor();
    await other.close();

    const later = await signedIn(server.city, momentOf('2026-12-06'), own);
    later.on('dialog', (dialog) => void dialog.accept());
    await later.getByText('次抽取待检查、办结').click();
    await later.getByRole('link', { name: '第四季度督导（虚构）' }).click();
    await later.getByRole('link', { name: '1. 济南泉城职业培训学校' }).click();
    expect(await axe(later)).toEqual([]);
    await later.getByRole('button', { name: '签名并公布' }).first().click();
    await later.locator('.faults').getByText('结论').waitFor();
    await later.getByLabel('结论').selectOption('minor');
    await later.getByLabel('摘要').first().fill('考场标识不全');
    await later.getByRole('button', { name: '签名并公布' }).first().click();
    await later.locator('#said').getByText('检查结果已公布').waitFor();
    const inspected = await signedIn(server.school, momentOf('2026-12-06'));
    await inspected.getByRole('navigation', { name: '工作台' }).getByRole('link', { name: '督导检查' }).click();
    await inspected.getByRole('link', { name: '第四季度督导（虚构）' }).click();
    await inspected.getByText('考场标识不全').waitFor();
    await inspected.getByLabel('摘要').fill('已补齐');
    await inspected.getByRole('button', { name: '签名并公布' }).click();
    await inspected.locator('#said').getByText('整改情况已公布').waitFor();
    await inspected.close();
    await later.getByRole('link', { name: '回到抽取' }).click();
    await later.getByLabel('总结').fill('已督促整改');
    await later.getByRole('button', { name: '签名并办结' }).click();
    await later.locator('#said').getByText('检查已办结').waitFor();

    // Anybody: the page computes it again, and says so only while everything is as it was signed.
    const answer = async (alter?: (record: DrawFile) => unknown): Promise<[string | null, number]> => {
      if (alter)
        await later.route('**/v1/draws/*', async (route) =>
          route.fulfill({ json: alter((await (await route.fetch()).json()) as DrawFile) }),
        );
      await later.goto(`${server.origin}/supervision/${id}`);
      await later.waitForSelector('#check[data-result]');
      const found: [string | null, number] = [
        await later.locator('#check').getAttribute('data-result'),
        await later.locator('#checks .fail').count(),
      ];
      await later.unroute('**/v1/draws/*');
      return found;
    };
    expect(await answer()).toEqual(['agrees', 0]);
    await later.getByText('签名成立，结果与公布的一致').waitFor();
    const forged = (by: string) => (record: DrawFile) => ({
      ...record,
      committed: { ...record.committed, token: record.committed.token.replace(/\.[^.]*$/, by) },
    });
    for (const alter of [
      (record: DrawFile) => ({
        ...record,
        committed: { ...record.committed, body: { ...record.committed.body, pick: 2 } },
      }),
      (record: DrawFile) => ({ ...record, statements: { centres: [], withdrawals: [] } }),
      forged(`.${'A'.repeat(86)}`),
    ])
      expect((await answer(alter))[0]).toBe('differs');
    await later.getByText('与公布的不一致').waitFor();
    expect((await answer((record) => ({ ...record, roots: [] })))[0]).toBe('unsigned');
    expect((await answer((record) => ({ ...record, state: 'drawn' })))[0]).toBe('stale');
    expect((await answer(() => 'nothing'))[0]).toBe('differs');
    await own.close();
  });

  test('the province announces the working days of the coming year: a wrong day is named, and nothing typed is lost', async () => {
    const page = await signedIn(server.province);
    await page.getByText('节假日安排待公布（2027 年）').click();
    await page.getByLabel('放假的日子').fill('01-01 02-05..02-11 10月1日至10月7日');
    await page.getByLabel('调休上班').fill('02-15');
    await page.getByLabel('依据').fill('国办发明电〔2026〕9号');
    const announce = page.getByRole('button', { name: '核对并签名公布' });
    await announce.click();
    await alerted(page).getByText('“2027-02-15”不能作为').waitFor();
    await page.getByLabel('调休上班').fill('02-14');
    expect(await axe(page)).toEqual([]);
    page.once(
      'dialog',
      (dialog) => void (dialog.message().includes('放假 15 天') ? dialog.accept() : dialog.dismiss()),
    );
    await announce.click();
    await page.locator('#said').getByText('2027 年的节假日安排已公布').waitFor();
    await page.getByRole('cell', { name: '调休上班 02-14', exact: true }).waitFor();
    await page.close();
  });
});
