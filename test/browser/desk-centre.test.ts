/**
 * A centre's desk in a real Chromium against the real Worker: the city approves a batch, then the province with the
 * city's approval inside, and the organization orders it; rows that were tampered with on their way are not signed. The
 * province announces the working days of a year.
 */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { unverified } from '../../src/core/statement.ts';
import { provinceApproval, readBatch } from '../../src/sdk/batch.ts';
import { type Identity, orderBatch } from '../../src/sdk/sign.ts';
import { bytesOf, findChromium, momentOf } from './browser.ts';
import { fitsIn, useDesks } from './desk-kit.ts';
import { rowOf } from './server.ts';

const chromium = findChromium();
/** A Friday whose working days are known. */
const NOW = momentOf('2026-11-20');

describe.skipIf(chromium === undefined)('the desk of a centre', { timeout: 60_000 }, () => {
  let id: string;
  const desks = useDesks('3703', NOW, async ({ as, person, school }) => {
    const candidates = ['欧阳建国', '王晓明', '李龑'].map((name, n) => rowOf(person(name, 700 + n), 4));
    ({ id } = await as(school).post<{ id: string }>('/v1/batches', { candidates }));
  });
  const { alerted, axe, signedIn } = desks;

  /** From the queue to the batch. */
  async function atBatch(who: Identity): Promise<Page> {
    const page = await signedIn(who);
    await page.getByText('个批次待本中心审核').click();
    await page.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { level: 1, name: `批次 ${id}` }).waitFor();
    return page;
  }
  const approve = async (page: Page) => page.getByRole('button', { name: '核对并签署审核' }).click();

  test('rows that were changed on their way, or that the page shows otherwise, are not signed', async () => {
    const { server } = desks;
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
    const { server } = desks;
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
    const { server } = desks;
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
      `organizations/${server.code}`,
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
    const { server } = desks;
    const candidates = Array.from({ length: 405 }, (_, n) =>
      rowOf(server.person(n === 404 ? '欧阳末行' : '王晓明', 300 + n), 5),
    );
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
    const lines = (await bytesOf(download)).toString().trim().split('\r\n');
    expect([lines.length, lines.at(-1)?.includes('欧阳末行')]).toEqual([406, true]);
    await page.close();
  });

  test('the province announces the working days of the coming year: a wrong day is named, and nothing typed is lost', async () => {
    const { server } = desks;
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
