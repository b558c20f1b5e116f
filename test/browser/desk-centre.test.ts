/**
 * A centre's desk in a real Chromium against the real Worker: the city approves a batch, then the province with the
 * city's approval inside, and the organization orders it; rows that were tampered with on their way are not signed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Caller } from '../../src/cli/caller.ts';
import { makeKey, now, orderBatch, type Identity } from '../../src/cli/sign.ts';
import { provinceApproval, readBatch, peek } from '../../src/cli/steps.ts';
import { newAbout, signApplicant, signStep } from '../../src/life/procedure/sign.ts';
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

  /** A page of its own, signed in with a key file. */
  async function signedIn({ subject, token, private: secret }: Identity): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'zh-CN' });
    await page.goto(`${server.origin}/desk`);
    await page.getByLabel('密钥文件').setInputFiles({ name: 'centre.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ subject, token, private: secret })) });
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
  /** What axe finds in the view that is shown. */
  async function axe(page: Page, rules?: string[]): Promise<string[]> {
    await page.evaluate(AXE);
    return page.evaluate(async (only) => {
      const { violations } = await (globalThis as unknown as { axe: { run(where: Document, how: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run(document, { runOnly: only ? { type: 'rule', values: only } : { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } });
      return violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html}`);
    }, rules);
  }
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
      expect(await axe(page)).toEqual([]);
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

  test('axe finds nothing in any view of the city, and nothing is cut off', async () => {
    const page = await signedIn(server.city);
    for (const view of ['home', 'batches', 'plans', 'results', 'objections', 'applications', 'devices', 'organizations', 'organizations/S000037000001', 'trail', `trail/${server.valid.number}`]) {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.evaluate((to) => (location.hash = `#/${to}`), view);
      await page.locator(`nav.desk a[aria-current][href="#/${view.split('/')[0]}"]`).waitFor();
      await page.waitForFunction(() => !document.querySelector('#view')?.hasAttribute('aria-busy'));
      expect([view, await axe(page)]).toEqual([view, []]);
      expect([view, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([view, true]);
      await page.setViewportSize({ width: 1280, height: 740 });
      expect([view, await axe(page, ['color-contrast', 'target-size', 'link-in-text-block', 'scrollable-region-focusable'])]).toEqual([view, []]);
    }
    await page.close();
  });

  test('a long list is filtered and saved whole, though the page began with its first part', async () => {
    const candidates = Array.from({ length: 405 }, (_, n) => ({ ...person(n === 404 ? '欧阳末行' : '王晓明', 300 + n), id_type: '居民身份证', occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', level: 5, score_theory: 80, score_practice: 85, exam_date: '2026-11-01' }));
    const long = await new Caller(server.origin, server.school).post<{ id: string }>('/v1/batches', { candidates });
    const page = await signedIn(server.city);
    await page.evaluate((to) => (location.hash = `#/batches/${to}`), long.id);
    const list = page.locator(`[data-list="batch-${long.id}"]`);
    await list.getByText('已载入 200 条，还有更多').waitFor();
    await list.getByRole('button', { name: '更多' }).click();
    await list.getByText('已载入 400 条，还有更多').waitFor();
    await list.getByLabel('筛选').fill('欧阳末行');
    await list.getByText('显示 1 / 共 405 条').waitFor();
    expect([await list.locator('tbody tr:visible').count(), await list.getByRole('button', { name: '更多' }).count()]).toEqual([1, 0]);
    await list.getByLabel('筛选').fill('');
    const [download] = await Promise.all([page.waitForEvent('download'), list.getByRole('button', { name: '下载 CSV' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
    expect([lines.length, lines.at(-1)?.includes('欧阳末行')]).toEqual([406, true]);
    await page.close();
  });

  test('the city selects an application: filing and key are signed in the browser, and the applicant speaks for the organization', async () => {
    const pair = await makeKey();
    const asking: Identity = { ...pair, subject: `key:${pair.kid}`, token: await signApplicant(pair, now(), crypto.randomUUID()) };
    const applicant = new Caller(server.origin, asking);
    const about = newAbout('application', crypto.getRandomValues(new Uint8Array(16)));
    const form = {
      name: '济南示范职业培训学校', address: '济南市历下区', uscc: '91350100M000100Y43', registrar: '济南市行政审批服务局', nature: 'training_school', legal_representative: '周示范', registered_capital: '100 万元', contact: '吴联系', position: '主任', phone: '0531-00000000', email: 'office@example.cn',
      occupations: [{ name: '电工', code: '6-31-01-03', standard: '国家职业技能标准', experience: '2015 年至今', assessed: 1200, levels: [5, 4] }],
      strengths: '行业评价', premises: '实训楼', staff: '专职 12 人', pledges: { truthful: true, public_benefit: true, supervision: true }, signed_by: '周示范',
    };
    const work_plan = { overall: '总体规划', organization: '组织机构', occupations: '职业', process: '流程', content: '内容', safeguards: '保障' };
    const body = { salt: 'A'.repeat(22), purpose: 'new', centre: 'centre:3701', key: pair.jwk, annual_capacity: 500, form, work_plan, files: [] };
    const statement = await signStep(asking, { aud: server.origin, about, step: 'application.submit', seq: 0, body }, now(), crypto.randomUUID());
    await applicant.post('/v1/steps', { statement, body });
    const page = await signedIn(server.city);
    await page.getByText('件申报待审核').click();
    await page.getByRole('link', { name: form.name }).click();
    await page.getByLabel('机构编码').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('机构编码').fill('S000037000009');
    await page.getByLabel('核定年度评价规模').fill('501');
    const select = page.getByRole('button', { name: '签署备案并选定' });
    await select.click();
    await alerted(page).getByText('1 至 500').waitFor();
    await page.getByLabel('核定年度评价规模').fill('400');
    // Less than applied for asks for its reason, and what was typed stays.
    await page.getByRole('group', { name: '电工' }).getByLabel('五级').uncheck();
    await select.click();
    await alerted(page).getByText('请写明理由').waitFor();
    expect([await page.getByLabel('机构编码').inputValue(), await page.evaluate(() => document.activeElement?.id)]).toEqual(['S000037000009', 'select-reason']);
    await page.getByLabel('少于申报的理由').fill('先核准四级');
    await select.click();
    await page.locator('#said').getByText('已备案并选定').waitFor();
    const { state } = await applicant.get<{ state: string }>(`/v1/cases/${about}`);
    const { statements } = await applicant.get<{ statements: { typ: string; sub: string }[] }>('/v1/me');
    const granted = page.locator('[data-list="granted"]');
    await granted.waitFor();
    expect(await granted.locator('tbody td').allTextContents()).toEqual(['电工', '6-31-01-03', '五级/初级工、四级/中级工', '四级/中级工', '五级/初级工']);
    expect([state, statements.some(({ typ, sub }) => typ === 'client+jwt' && sub === 'org:S000037000009')]).toEqual(['selected', true]);
    // What was filed can be ended there too: first the key, then the filing, each with its reason.
    page.on('dialog', (dialog) => void dialog.accept());
    const end = page.getByRole('button', { name: '签署撤回声明' });
    for (const [kind, reason] of [['机构密钥', '设备遗失'], ['备案', '单位注销']] as const) {
      await page.evaluate(() => (location.hash = '#/organizations/S000037000009'));
      await page.getByRole('row').filter({ hasText: kind }).getByRole('link', { name: '撤回' }).click();
      await page.getByRole('heading', { level: 1, name: '撤回' }).waitFor();
      expect(await axe(page)).toEqual([]);
      await end.click();
      await alerted(page).getByText('请写明理由').waitFor();
      await page.getByLabel('撤回原因').fill(reason);
      await page.getByLabel('何时起不再有效').fill('2026-01-01T08:00');
      await end.click();
      await alerted(page).getByText('失效时间不能早于现在').waitFor();
      await page.getByLabel('何时起不再有效').fill('');
      await end.click();
      await page.locator('#said').getByText('已撤回').waitFor();
      await page.getByRole('row').filter({ hasText: reason }).waitFor();
    }
    expect(await applicant.get('/v1/me')).toMatchObject({ role: 'applicant' });
    const speaking = statements.find(({ typ }) => typ === 'client+jwt') as unknown as { token: string };
    expect((await new Caller(server.origin, { ...asking, subject: 'org:S000037000009', token: speaking.token }).send('GET', '/v1/batches')).status).toBe(401);
    await page.close();
  });
});
