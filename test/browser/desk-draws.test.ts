/**
 * 双随机 at a city's desk in a real Chromium against the real Worker: sessions and inspectors are drawn, what was found is
 * published and answered, and the public page computes the draw again.
 */
import { describe, expect, test } from 'vitest';
import { samplePlan } from '../../src/cli/sample-forms.ts';
import type { DrawFile } from '../../src/core/procedure/draw-record.ts';
import type { CheckedRow } from '../../src/core/rows/row.ts';
import { takeStep } from '../../src/sdk/call.ts';
import { bytesOf, findChromium, momentOf } from './browser.ts';
import { useDesks } from './desk-kit.ts';

const chromium = findChromium();
/** A Friday whose working days are known. */
const NOW = momentOf('2026-11-20');

describe.skipIf(chromium === undefined)('draws at the desk of a city', { timeout: 60_000 }, () => {
  const desks = useDesks('3704', NOW);
  const { alerted, axe, signedIn } = desks;

  test('the city draws: the seed is made and kept here, a lost browser is helped by its file, and whoever looks computes it again', {
    timeout: 120_000,
  }, async () => {
    const { server } = desks;
    const rows = ['2026-12-05', '2026-12-06'].map(
      (exam_date, i): CheckedRow => ({
        row: i + 2,
        ...server.person('欧阳建国', 900 + i),
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
    const own = await desks.window();
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
    const seedFile = (await bytesOf(file)).toString();
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
});
