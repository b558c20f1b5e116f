/**
 * The desk of an organization in a real Chromium against the real Worker: a plan from a pasted roster to its filing and its
 * end, and what is done with a certificate.
 */
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { newCase, takeStep } from '../../src/sdk/call.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import { AT, findChromium } from './browser.ts';
import { fitsIn, planOf, useDesk } from './desk-kit.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the desk of an organization', { timeout: 45_000 }, () => {
  const desk = useDesk('3706');
  const { axe, go, said, signIn } = desk;

  test('axe finds nothing on the views of organizations', async () => {
    const { page } = desk;
    await signIn();
    for (const [view, heading] of [
      ['home', '济南泉城'],
      ['plans/new', '新建考核计划'],
      ['batches', '批次'],
      ['rules', '管理办法'],
      ['applications/new', '申请变更'],
    ] as const) {
      await go(view, heading);
      expect([view, await axe()]).toEqual([view, []]);
      expect([view, await fitsIn(page)]).toEqual([view, true]);
    }
  });

  test('a plan: faults stand at their fields and rows, are corrected in place, and what is signed is filed', async () => {
    const { page, sent, server } = desk;
    await signIn();
    await go('plans/new', '新建考核计划');
    const submit = page.getByRole('button', { name: '签名并报送' });
    await submit.click();
    const summary = page.locator('.faults');
    await summary.getByText('处需要修改').waitFor();
    expect(await page.evaluate(() => document.activeElement?.classList.contains('faults'))).toBe(true);
    await summary.getByRole('link', { name: /^名称/ }).click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('title');
    expect(await page.locator('#f-title').getAttribute('aria-describedby')).toMatch(/fault-\d+/);
    expect(new URL(page.url()).hash).toBe('#/plans/new');
    await page.locator('#f-title').fill('电工三级认定（虚构）');
    await page.getByLabel('评价流程').fill('报名审核、理论考试、技能考核、综合评审。');
    await page.getByLabel('职业（工种）').selectOption({ index: 1 });
    await page.getByLabel('科目').selectOption('both');
    await page.getByLabel('日期').fill('2026-12-21');
    await page.getByLabel('开始').fill('09:00');
    await page.getByLabel('结束').fill('16:30');
    await page.getByLabel('考点').fill('实训楼');
    await page.getByLabel('三级/高级工').check();
    for (const [at, name] of ['赵监考', '钱考评', '孙督导'].entries())
      await page.locator(`#p${at + 1}-name`).fill(name);
    const { name, id_number } = server.person('欧阳建国', 777);
    const other = server.person('王晓明', 778);
    await page.getByText('粘贴表格').click();
    await page
      .locator('#roster-paste')
      .fill(
        `姓名\t证件类型\t证件号码\t职业编码\t职业名称\t工种\t等级\n${name}\t居民身份证\t${id_number}\t6-31-01-03\t电工\t--\t三级/高级工\n${other.name}\t居民身份证\t110105194912310020\t6-31-01-03\t电工\t--\t三级/高级工`,
      );
    await page.getByRole('button', { name: '读取粘贴内容' }).click();
    await page.getByText('共 2 行，1 处错误').waitFor();
    const cell = page.getByLabel('行 3 证件号码');
    expect(await cell.getAttribute('aria-invalid')).toBe('true');
    await submit.click();
    await summary.getByText('名单中有 1 处错误').waitFor();
    await cell.fill(other.id_number);
    await cell.press('Tab');
    await page.getByText('共 2 行，没有发现错误').waitFor();
    expect(await axe()).toEqual([]);
    await submit.click();
    await page.getByRole('heading', { level: 1, name: '电工三级认定（虚构）' }).waitFor();
    await said().getByText('已报送').waitFor();
    expect(sent.filter((one) => one.split(' ')[0]?.includes(id_number))).toEqual([]);
    const about = decodeURIComponent(new URL(page.url()).hash).slice('#/plans/'.length);
    const kept = await server
      .as(server.school)
      .get<{ state: string; steps: { body: { roster: { row: number; sessions: string[] }[] } }[] }>(
        `/v1/cases/${about}`,
      );
    expect(kept).toMatchObject({
      state: 'filed',
      steps: [
        {
          body: {
            roster: [
              { row: 2, sessions: ['s1'] },
              { row: 3, sessions: ['s1'] },
            ],
          },
        },
      ],
    });
    expect(await axe()).toEqual([]);

    // Results before the exam: judged against the roster here, refused by the service in words, and what was typed stays.
    await go(`results/new/${about}`, '公示结果');
    await page.getByRole('button', { name: '按名册在此填写' }).click();
    for (const row of [2, 3])
      for (const field of ['理论成绩', '实操成绩']) {
        await page.getByLabel(`行 ${row} ${field}`).fill(row === 3 ? '缺考' : '80');
        await page.getByLabel(`行 ${row} ${field}`).press('Tab');
      }
    await page.locator('[data-preview]').getByText('考试日期').first().waitFor();
    expect(await page.getByLabel('行 2 理论成绩').inputValue()).toBe('80');
  });

  test('a plan that was filed is amended, then cancelled, each step signed', async () => {
    const { page, server } = desk;
    const plan = newCase('plan');
    await takeStep(
      server.as(server.school),
      plan,
      'plan.file',
      planOf('电工三级三班（虚构）', '2026-12-14', [server.person('孙敏', 630)]),
    );
    await signIn();
    await go(`plans/${plan}`, '电工三级三班（虚构）');
    await page.getByRole('link', { name: '修改' }).click();
    await page.locator('form[data-step="plan.amend"]:not([inert])').waitFor();
    await page.getByText('共 1 行，没有发现错误').waitFor();
    await page.getByLabel('考点').fill('第二实训楼');
    await page.getByRole('button', { name: '签名并报送' }).click();
    await said().getByText('修改后的考核计划已报送').waitFor();
    await page.getByText('第二实训楼').waitFor();
    await page.getByLabel('原因').fill('考点停电');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: '取消计划' }).click();
    await said().getByText('考核计划已取消').waitFor();
    const { state, steps } = await server
      .as(server.school)
      .get<{ state: string; steps: { step: string; body: { reason?: string; roster?: unknown[] } }[] }>(
        `/v1/cases/${plan}`,
      );
    expect([state, steps.map(({ step }) => step), steps[1]?.body.roster?.length, steps[2]?.body.reason]).toEqual([
      'cancelled',
      ['plan.file', 'plan.amend', 'plan.cancel'],
      1,
      '考点停电',
    ]);
  });

  test('a certificate is found by its number, suspended, reinstated and revoked, each signed here after a confirmation', async () => {
    const { page, server } = desk;
    const { number } = server.valid;
    const report = () => server.as(server.school).get<Report>(`/v1/certificates/${number}`);
    const asked: string[] = [];
    let agrees = true;
    page.on('dialog', (dialog) => void (asked.push(dialog.message()), agrees ? dialog.accept() : dialog.dismiss()));
    await signIn();
    await go('certificates', '证书');
    const box = page.getByLabel('证书编号');
    // What is no number gets into no address.
    await box.fill('欧阳建国');
    await box.press('Enter');
    await page.getByText('编号不正确').waitFor();
    expect([await box.inputValue(), new URL(page.url()).hash]).toEqual(['欧阳建国', '#/certificates']);
    await box.fill(`${number.slice(0, -3)}999`);
    await box.press('Enter');
    await page.getByText('没有这个编号的证书').waitFor();
    await box.fill(number.replace(/(.{13})/, '$1 '));
    await box.press('Enter');
    await page.getByText('欧阳建国').waitFor();
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: '签名并暂停' }).click();
    await page.getByText('请填写').waitFor();
    await page.getByLabel('理由').first().selectOption('under_investigation');
    agrees = false;
    await page.getByRole('button', { name: '签名并暂停' }).click();
    expect([asked.pop(), (await report()).status]).toEqual([`暂停证书 ${number}？理由：正在核查`, undefined]);
    agrees = true;
    await page.getByRole('button', { name: '签名并暂停' }).click();
    await said().getByText('证书已暂停').waitFor();
    await page.getByText('暂停：正在核查').waitFor();
    await page.getByLabel('理由').first().selectOption('cleared');
    await page.getByRole('button', { name: '签名并恢复' }).click();
    await said().getByText('证书已恢复').waitFor();
    // A centre comes first: what is decided here is what was read.
    const { status } = await report();
    const statement = await changeStatus(
      server.city,
      { number, action: 'suspend', reason: 'under_investigation', seq: 3, prev: status?.digest as string },
      { iat: AT },
    );
    await server.as(server.city).post(`/v1/certificates/${number}/status`, { statement });
    await page.getByLabel('理由').last().selectOption('fraud');
    await page.getByRole('button', { name: '签名并撤销' }).click();
    await said('alert').getByText('有了变化，没有签名').waitFor();
    await go(`certificates/${server.revoked.number}`, '证书');
    await go(`certificates/${number}`, '证书');
    await page.getByText('由鉴定指导中心暂停').waitFor();
    expect(await page.locator('#view form').count()).toBe(0);
    // The centre lifts it, and the organization decides again.
    const lifted = await changeStatus(
      server.city,
      { number, action: 'reinstate', reason: 'cleared', seq: 4, prev: (await report()).status?.digest as string },
      { iat: AT },
    );
    await server.as(server.city).post(`/v1/certificates/${number}/status`, { statement: lifted });
    await go(`certificates/${server.revoked.number}`, '证书');
    await go(`certificates/${number}`, '证书');
    await page.getByLabel('理由').last().selectOption('fraud');
    await page.getByRole('button', { name: '签名并撤销' }).click();
    await said().getByText('证书已撤销').waitFor();
    await page.getByText('撤销：弄虚作假').waitFor();
    expect(await page.locator('#view form').count()).toBe(0);
    expect((await report()).status?.history.map(({ action, reason, tier }) => [action, reason, tier])).toEqual([
      ['suspend', 'under_investigation', 'organization'],
      ['reinstate', 'cleared', 'organization'],
      ['suspend', 'under_investigation', 'city'],
      ['reinstate', 'cleared', 'city'],
      ['revoke', 'fraud', 'organization'],
    ]);
  });
});
