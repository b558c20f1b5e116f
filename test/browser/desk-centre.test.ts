/**
 * A centre's desk in a real Chromium against the real Worker: the city approves a batch, then the province with the
 * city's approval inside, and the organization orders it; rows that were tampered with on their way are not signed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Caller } from '../../src/cli/caller.ts';
import { orderBatch, type Identity } from '../../src/cli/sign.ts';
import { provinceApproval, readBatch, peek } from '../../src/cli/steps.ts';
import { findChromium, launch } from './browser.ts';
import { person, startServer, type TestServer } from './server.ts';

const chromium = findChromium();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(chromium === undefined)('the desk of a centre', { timeout: 60_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let id: string;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(), launch(chromium as string)]);
    const candidates = ['欧阳建国', '王晓明', '李龑'].map((name, n) => ({ ...person(name, 700 + n), id_type: '居民身份证', occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', level: 4, score_theory: 80, score_practice: 85, exam_date: '2026-11-01' }));
    ({ id } = await new Caller(server.origin, server.school).post<{ id: string }>('/v1/batches', { candidates }));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A page of its own, signed in with a key file, at the batch. */
  async function atBatch({ subject, token, private: secret }: Identity): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'zh-CN' });
    await page.goto(`${server.origin}/desk`);
    await page.getByLabel('密钥文件').setInputFiles({ name: 'centre.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ subject, token, private: secret })) });
    await page.getByText('个批次待本中心审核').click();
    await page.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { level: 1, name: `批次 ${id}` }).waitFor();
    return page;
  }
  const approve = async (page: Page) => page.getByRole('button', { name: '核对并签署审核' }).click();
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
    await page.locator('tr[data-position="1"] td[data-cell]').nth(1).evaluate((cell) => (cell.textContent = '王小明'));
    await approve(page);
    await alerted(page).getByText('第 2 行').waitFor();
    const { approvals, state } = await new Caller(server.origin, server.city).get<{ approvals: unknown[]; state: string }>(`/v1/batches/${id}`);
    expect([approvals, state]).toEqual([[], 'submitted']);
    await page.close();
  });

  test('the city approves, then the province, and the organization orders', async () => {
    for (const who of [server.city, server.province]) {
      const page = await atBatch(who);
      await page.addScriptTag({ content: AXE }).catch(() => page.evaluate(AXE));
      const faults = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: { run(where: Document, how: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } });
        return violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html}`);
      });
      expect(faults).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await approve(page);
      await page.locator('#said').getByText('已核对 3 行并签署审核').waitFor();
      await page.close();
    }
    const school = new Caller(server.origin, server.school);
    const seen = await readBatch(school, id);
    expect(seen.view.approvals.map(({ tier }) => tier).sort()).toEqual(['city', 'province']);
    const approval = provinceApproval(seen);
    expect(peek<{ city?: string }>(approval).city).toBe(seen.view.approvals.find(({ tier }) => tier === 'city')?.approval);
    const done = await school.post<{ state: string }>(`/v1/batches/${id}/issue`, { approval, order: await orderBatch(server.school, seen.ref, peek<{ jti: string }>(approval).jti) });
    expect(done.state).toBe('issued');
  });
});
