/**
 * Results at the desk of an organization in a real Chromium against the real Worker: from a table through their notice and
 * its objections to certificates, several objections answered at once, and a certificate that replaces another.
 */
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { readBatch, sendApproval } from '../../src/sdk/batch.ts';
import { newCase, newSalt, takeStep } from '../../src/sdk/call.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import { findChromium } from './browser.ts';
import { electrician, planOf, useDesk } from './desk-kit.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('results at the desk', { timeout: 45_000 }, () => {
  const desk = useDesk('3709');
  const { axe, go, leave, on, said, signIn } = desk;

  test('results: from a table through their notice, an objection answered, corrected, uploaded with photos, to certificates, led by what waits on each day', {
    timeout: 90_000,
  }, async () => {
    const { context, page, server } = desk;
    const { school } = server;
    const waits = async (text: string) => {
      await go('home', '济南泉城');
      await page.locator('ul.tasks').getByText(text).click();
    };
    const people = ['欧阳建国', '王晓明', '李龑'].map((name, n) => server.person(name, 600 + n));
    const plan = newCase('plan');
    await takeStep(await on('2026-11-02'), plan, 'plan.file', planOf('电工三级（虚构）', '2026-11-11', people));

    await on('2026-11-12');
    await signIn();
    await waits('份计划考试已结束');
    const line = ({ name, id_number }: (typeof people)[number], score: string) =>
      `${name},居民身份证,${id_number},6-31-01-03,电工,--,三级,${score},85,2026-11-11`;
    const table = [
      '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期',
      ...people.map((one, n) => line(one, n === 2 ? '50' : '80')),
    ].join('\n');
    // Nobody can choose a file before the form is alive; a script can.
    await page.locator('form[data-step]:not([inert])').waitFor();
    await page
      .locator('#rows-file')
      .setInputFiles({ name: 'results.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await page.getByText('共 3 行，没有发现错误').waitFor();
    await page.getByRole('button', { name: '签名并公示' }).click();
    await page.getByRole('heading', { level: 1, name: '结果 · 电工三级' }).waitFor();

    // A row without a fault is found by name and corrected: the notice begins again.
    await on('2026-11-13');
    await waits('批结果正在公示');
    await page.getByRole('link', { name: '更正结果' }).click();
    await page.getByLabel('查找').fill('晓明');
    expect(await page.locator('table.people tbody tr').count()).toBe(1);
    await page.getByRole('button', { name: '修改 3' }).click();
    await page.getByLabel('行 3 实操成绩').fill('61');
    await page.getByLabel('行 3 实操成绩').press('Enter');
    await page.getByRole('button', { name: '完成 3' }).click();
    await page.locator('table.people').getByText('61').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('修改 3');
    await page.getByLabel('更正原因').fill('实操成绩录入有误');
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: '签名并重新公示' }).click();
    await said().getByText('重新公示').waitFor();

    // Somebody objects: answered in writing, opened again by the centre, answered again.
    const asSchool = await on('2026-11-16');
    const [notice] = (await asSchool.get<{ cases: { about: string }[] }>('/v1/cases?kind=results&state=notice')).cases;
    const raised = await context.request.post(
      `${server.origin}/v1/notices/${notice?.about.slice('results:'.length)}/objections`,
      { data: { grounds: '第三人当日未到场', contact: '0531-00000000' } },
    );
    expect(raised.status()).toBe(201);
    const toObjection = async () => {
      await go('objections', '异议');
      await page.locator('[data-list="objections"] tbody a').first().click();
      await page.getByText('第三人当日未到场').waitFor();
    };
    const reject = page.getByRole('button', { name: '异议不成立' });
    await toObjection();
    expect(await axe()).toEqual([]);
    await reject.click();
    await page.locator('form[data-step="objection.reject"] .faults').waitFor();
    await page.getByLabel('理由').fill('签到表有本人签名。');
    await reject.click();
    await said().getByText('已答复：异议不成立').waitFor();
    await leave();
    await signIn(server.city);
    await toObjection();
    await page.getByText('签到表有本人签名。').waitFor();
    await page.getByLabel('理由').fill('请附签到表复印件。');
    await page.getByRole('button', { name: '重新处理' }).click();
    await said().getByText('已要求重新处理').waitFor();
    await leave();
    await signIn();
    await toObjection();
    await page.getByText('请附签到表复印件。').waitFor();
    await page.getByLabel('理由').fill('复印件已报送中心。');
    await reject.click();
    await said().getByText('已答复：异议不成立').waitFor();

    await on('2026-11-19');
    await waits('即将期满（2026-11-20 止）');
    await page.getByText('次日起可以上传').waitFor();
    await on('2026-11-21');
    await waits('公示期满，请上传');
    const zip = (...numbers: string[]) => ({
      name: 'photos.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from(
        zipSync(Object.fromEntries(numbers.map((number) => [`照片/${number}.jpg`, jpeg({ text: number })]))),
      ),
    });
    const [first, second, failed] = people.map(({ id_number }) => id_number) as [string, string, string];
    await page.getByLabel('照片压缩包').setInputFiles(zip(first, server.person('无此人', 699).id_number));
    await page.getByRole('button', { name: '核对、签名并上传' }).click();
    await page.locator('#photos-faults').getByText(server.person('无此人', 699).id_number).waitFor();
    expect(await page.getByLabel('照片压缩包').getAttribute('aria-describedby')).toBe('photos-faults');
    await page.getByLabel('照片压缩包').setInputFiles(zip(first, second, failed));
    // Photos that went missing on their way are not signed over.
    await page.route('**/v1/results/*/batch', (route) => route.continue({ postData: zip(first).buffer }), { times: 1 });
    await page.getByRole('button', { name: '核对、签名并上传' }).click();
    await said('alert').getByText('第 3 行照片不是您选择的文件').waitFor();
    await page.getByRole('button', { name: '核对、签名并上传' }).click();
    await page.getByRole('heading', { level: 1, name: /^批次 / }).waitFor();
    await said().getByText('结果已上传').waitFor();
    const made = decodeURIComponent(new URL(page.url()).hash).slice('#/batches/'.length);

    await on('2026-11-23');
    for (const centre of [server.city, server.province])
      await sendApproval(server.as(centre), await readBatch(server.as(centre), made));
    await waits('个批次已审核，待颁发');
    await page.getByRole('button', { name: '签署并颁发' }).click();
    await said().getByText('已颁发 2 张证书').waitFor();
    const { rows } = await server
      .as(school)
      .get<{ rows: { row: number; disclosures: string[] }[] }>(`/v1/batches/${made}/rows`);
    expect(rows.map(({ row, disclosures }) => [row, disclosures.length])).toEqual([
      [2, 3],
      [3, 3],
    ]);
  });

  test('several objections are answered with one reason, each signed on its own; what fails waits, what was stopped goes on, and nothing that was typed is lost', async () => {
    const { context, page, server } = desk;
    const people = ['赵静', '钱宁'].map((name, n) => server.person(name, 620 + n));
    const [plan, about] = [newCase('plan'), newCase('results')];
    await takeStep(await on('2026-11-02'), plan, 'plan.file', planOf('电工三级二班（虚构）', '2026-11-11', people));
    await takeStep(await on('2026-11-12'), about, 'results.publish', {
      salt: newSalt(),
      plan,
      working_days: 5,
      rows: people.map((one, n) => ({
        ...one,
        ...electrician,
        row: n + 2,
        score_theory: 80,
        score_practice: 85,
        exam_date: '2026-11-11',
      })),
    });
    const asSchool = await on('2026-11-13');
    for (const place of ['一', '二', '三', '四'])
      expect(
        (
          await context.request.post(`${server.origin}/v1/notices/${about.slice('results:'.length)}/objections`, {
            data: { grounds: `第${place}考场计时有误` },
          })
        ).status(),
      ).toBe(201);
    await signIn();
    await go(`results/${about}`, '结果 · 电工三级二班');
    await page.getByRole('link', { name: '处理异议' }).click();
    await page.getByRole('heading', { level: 1, name: '处理异议' }).waitFor();
    const ticks = page.locator('input[data-objection]');
    const abouts = await ticks.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.objection as string));
    expect(abouts.length).toBe(4);
    const sign = page.getByRole('button', { name: '逐件签名并答复' });
    await sign.click();
    for (const fault of ['请至少勾选一件异议', '请选择或勾选', '不能为空'])
      await page.getByText(fault).first().waitFor();
    expect([
      await axe(),
      await page.evaluate(() => document.activeElement === document.querySelector('input[data-objection]')),
    ]).toEqual([[], true]);
    await page.getByRole('button', { name: '勾选所示全部' }).click();
    await ticks.nth(3).uncheck();
    await page.getByText('已勾选 3 / 4 件').waitFor();
    await page.getByLabel('异议不成立').check();
    await page.locator('#answers-reason').fill('各考场以同一时钟计时。');
    const asked: string[] = [];
    page.on('dialog', (dialog) => void (asked.push(dialog.message()), dialog.accept()));
    // Nothing gets through; stopped, everything is still there.
    await page.route('**/v1/steps', (route) => route.abort(), { times: 1 });
    await sign.click();
    await said('alert').getByText('连不上服务').waitFor();
    await page.locator('#cancel').click();
    await said('alert').getByText('已停止：已答复 0 件').waitFor();
    expect([
      await page.locator('#answers-reason').inputValue(),
      await ticks.evaluateAll((all) => all.filter((one) => (one as HTMLInputElement).checked).length),
    ]).toEqual(['各考场以同一时钟计时。', 3]);
    // One goes, the answer about the next gets lost, and somebody else has decided the third.
    await takeStep(asSchool, abouts[2] as string, 'objection.uphold', { reason: '核实属实。' });
    const fates = ['good', 'lost'];
    await page.route('**/v1/steps', async (route) => {
      if (fates.shift() !== 'lost') return route.continue();
      await route.fetch();
      return route.abort();
    });
    await sign.click();
    await said('alert').getByText('连不上服务').waitFor();
    expect(await page.locator('#work-count').innerText()).toBe('1 / 3');
    await page.locator('#go-on').click();
    await said('alert').getByText('已答复 2 件；另有 1 件').waitFor();
    expect(asked).toEqual(Array(2).fill('用同一答复签名处理 3 件异议？每件单独签名，不能撤销。'));
    await page.getByText('已勾选 0 / 1 件').waitFor();
    const steps = await Promise.all(
      abouts.map(async (one) =>
        (
          await asSchool.get<{ steps: { step: string; token: string; body: { reason?: string } }[] }>(
            `/v1/cases/${one}`,
          )
        ).steps.slice(1),
      ),
    );
    expect(steps.map((all) => all.map(({ step, body }) => [step, body.reason]))).toEqual([
      [['objection.reject', '各考场以同一时钟计时。']],
      [['objection.reject', '各考场以同一时钟计时。']],
      [['objection.uphold', '核实属实。']],
      [],
    ]);
    expect(new Set(steps.flat().map(({ token }) => token)).size).toBe(3);
    // The last of them; then there is none.
    await ticks.check();
    await page.locator('input[value="objection.uphold"]').check();
    await page.locator('#answers-reason').fill('已更正。');
    await sign.click();
    await said().getByText('已答复 1 件异议').waitFor();
    await page.getByText('没有待处理的异议').waitFor();
    expect(await axe()).toEqual([]);
  });

  test('a certificate with a wrong name is replaced: its number is written into the opened row, shown to whoever decides, and carried to the new certificate', async () => {
    const { page, server } = desk;
    const { city, long } = server;
    const plan = newCase('plan');
    await takeStep(
      await on('2026-11-23'),
      plan,
      'plan.file',
      planOf(
        '电工三级补办（虚构）',
        '2026-12-01',
        [{ ...long, name: '阿卜杜热合曼·买买提江' }].map(({ name, id_number }) => ({ name, id_number })),
      ),
    );
    await on('2026-12-02');
    await signIn();
    await go(`results/new/${plan}`, '公示结果');
    await page.getByRole('button', { name: '按名册在此填写' }).click();
    for (const field of ['理论成绩', '实操成绩']) {
      await page.getByLabel(`行 2 ${field}`).fill('80');
      await page.getByLabel(`行 2 ${field}`).press('Tab');
    }
    await page.getByText('共 1 行，没有发现错误').waitFor();
    await page.getByRole('button', { name: '修改 2' }).click();
    const old = page.getByLabel('行 2 原证书编号');
    await old.fill('S00003700000126300');
    await old.press('Enter');
    await page.getByText('共 1 行，1 处错误').waitFor();
    expect(await old.getAttribute('aria-invalid')).toBe('true');
    await old.fill(long.number);
    await old.press('Enter');
    await page.getByRole('button', { name: '完成 2' }).click();
    await page.locator('table.people').getByText(long.number).waitFor();
    await page.getByRole('button', { name: '签名并公示' }).click();
    await said().getByText('结果已开始公示').waitFor();
    await page.locator('[data-list="results"]').getByText(long.number).waitFor();
    expect(await axe()).toEqual([]);
    await on('2026-12-10');
    await page.reload();
    await signIn();
    await page.getByRole('button', { name: '核对、签名并上传' }).click();
    await said().getByText('结果已上传').waitFor();
    const id = decodeURIComponent(new URL(page.url()).hash).slice('#/batches/'.length);
    await leave();
    await signIn(city);
    await go(`batches/${id}`, `批次 ${id}`);
    await page.locator(`[data-list="batch-${id}"]`).getByText(long.number).waitFor();
    await page.getByRole('button', { name: '核对并签署审核' }).click();
    await said().getByText('已核对 1 行并签署审核').waitFor();
    const asSchool = await on('2026-12-10');
    await sendApproval(
      server.as(server.province, asSchool.now()),
      await readBatch(server.as(server.province, asSchool.now()), id),
    );
    await leave();
    await signIn();
    await go(`batches/${id}`, `批次 ${id}`);
    await page.getByRole('button', { name: '签署并颁发' }).click();
    await said().getByText('已颁发 1 张证书').waitFor();
    const [before, { certificates }] = await Promise.all([
      asSchool.get<Report>(`/v1/certificates/${long.number}`),
      asSchool.get<{ certificates: { number: string }[] }>(`/v1/batches/${id}/certificates`),
    ]);
    expect([before.verdict, before.replaced_by]).toEqual(['replaced', certificates[0]?.number]);
  });
});
