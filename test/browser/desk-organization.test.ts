/**
 * The desk of an organization in a real Chromium against the real Worker: a plan from a pasted roster to its filing and its
 * end, what is done with a certificate, devices and lost keys, and what its centre adds.
 */
import { describe, expect, test } from 'vitest';
import { sampleApplication } from '../../src/cli/world.ts';
import type { Report } from '../../src/core/report.ts';
import { issueBatch, readBatch, sendApproval } from '../../src/sdk/batch.ts';
import { certifyCentre } from '../../src/sdk/file-organization.ts';
import { asApplicant, newCase, takeStep } from '../../src/sdk/send-step.ts';
import { changeStatus, type Identity, makeKey, nameClient, withdraw } from '../../src/sdk/sign.ts';
import { lossOf } from '../../src/storage/case-store.ts';
import { findChromium } from './browser.ts';
import { AT, fitsIn, keyFile, planOf, useDesk } from './desk-kit.ts';
import { person } from './server.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the desk of an organization', { timeout: 45_000 }, () => {
  const desk = useDesk(chromium as string);
  const { axe, choose, go, leave, said, signIn } = desk;

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
    const { name, id_number } = person('欧阳建国', 777);
    const other = person('王晓明', 778);
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
      planOf('电工三级三班（虚构）', '2026-12-14', [person('孙敏', 630)]),
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

  test('a centre brings the certificate of its key: the issuing key that it files is certified, and PDFs are signed', async () => {
    const { page, server } = desk;
    const { city, province, anchor } = server;
    const pair = await makeKey();
    const asking = await asApplicant(pair, AT);
    const apply = newCase('application');
    const scope = [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3 as const] }];
    await takeStep(
      server.as(asking),
      apply,
      'application.submit',
      sampleApplication({
        name: '济南示范职业培训学校',
        uscc: '91350100M000100Y43',
        centre: city.subject,
        key: pair.jwk,
        scope,
        capacity: 100,
      }),
    );
    await signIn(city);
    const box = page.locator('#certificate-box');
    await box.getByText('没有 X.509 证书').waitFor();
    const bring = (text: string) =>
      page
        .getByLabel('X.509 证书（PEM）')
        .setInputFiles({ name: 'centre.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(text) });
    await bring('no certificate');
    await said('alert').getByText('不是 PEM 证书').waitFor();
    await bring(await certifyCentre(anchor, province.token));
    await said('alert').getByText('另一把密钥').waitFor();
    await bring(JSON.stringify({ certificate: await certifyCentre(anchor, city.token) }));
    await box.getByText('X.509 证书至').waitFor();
    expect(await axe()).toEqual([]);
    await go(`applications/${apply}`, '济南示范职业培训学校');
    await page.getByLabel('机构编码').fill('S000037000019');
    await page.getByRole('button', { name: '核对备案内容' }).click();
    await page.getByRole('button', { name: '签署备案并选定' }).click();
    await said().getByText('已备案并选定').waitFor();
    // What the file holds is kept as well.
    await leave();
    await choose(
      JSON.stringify({
        subject: city.subject,
        token: city.token,
        private: city.private,
        certificate: await certifyCentre(anchor, city.token),
      }),
    );
    await box.getByText('X.509 证书至').waitFor();

    const { statements } = await server.as(asking).get<{ statements: { token: string }[] }>('/v1/me');
    const school: Identity = { ...pair, subject: 'org:S000037000019', token: statements[0]?.token as string };
    const { id } = await server.as(school).post<{ id: string }>('/v1/batches', {
      candidates: [
        {
          ...person('王晓明', 950),
          id_type: '居民身份证',
          occupation_code: '6-31-01-03',
          occupation_name: '电工',
          job_type: '--',
          level: 3,
          score_theory: 80,
          score_practice: 85,
          exam_date: '2026-11-01',
        },
      ],
    });
    for (const centre of [city, province])
      await sendApproval(server.as(centre), await readBatch(server.as(centre), id));
    const seen = await readBatch(server.as(school), id);
    await issueBatch(server.as(school), seen);
    const { certificates } = await server
      .as(school)
      .get<{ certificates: { number: string }[] }>(`/v1/batches/${id}/certificates`);
    const pdf = new Uint8Array(
      await (await server.as(school).take('GET', `/v1/certificates/${certificates[0]?.number}.pdf`)).arrayBuffer(),
    );
    const report = await server.as(school).json<Report>('POST', '/v1/verify', { body: pdf, type: 'application/pdf' });
    expect([report.verdict, report.checks.find((check) => check.id === 'document')]).toEqual([
      'valid',
      { id: 'document', result: 'pass' },
    ]);
  });

  test('own keys stand with their states; one that is lost is reported, stops at once, and works again when the centre closes the case', async () => {
    const { page, server } = desk;
    const { school, city } = server;
    const code = 'S000037000001';
    const second = await makeKey();
    const lost: Identity = {
      ...second,
      subject: school.subject,
      token: await nameClient(city, code, second.jwk, { iat: AT - 10 }),
    };
    await server.as(city).post('/v1/clients', { statement: lost.token });
    const ended = await makeKey();
    const token = await nameClient(city, code, ended.jwk, { iat: AT - 20 });
    await server.as(city).post('/v1/clients', { statement: token });
    await server
      .as(city)
      .post('/v1/withdrawals', { statement: await withdraw(city, { kid: ended.kid }, {}, { iat: AT }) });
    await signIn();
    await go('devices', '设备');
    const card = (kid: string) => page.locator('#own-keys section', { hasText: kid });
    expect(await card(ended.kid).getByText('已撤回').count()).toBe(1);
    expect(await card(ended.kid).locator('form').count()).toBe(0);
    expect(await card(school.kid).getByText('正在使用').count()).toBe(1);
    await card(second.kid).getByText('报失', { exact: false }).first().click();
    await card(second.kid).getByRole('button', { name: '签名并报失' }).click();
    await card(second.kid).getByText('不能为空').first().waitFor();
    expect(await axe()).toEqual([]);
    await card(second.kid).getByLabel('情况说明').fill('11 月 23 日上午遗失');
    page.once('dialog', (dialog) => void dialog.accept());
    await card(second.kid).getByRole('button', { name: '签名并报失' }).click();
    await said().getByText('这把密钥即刻停用').waitFor();
    await card(second.kid).getByText('已报失，停用').waitFor();
    await leave();
    await choose(keyFile(lost));
    await said('alert').getByText('已被本机构报失').waitFor();
    await expect(server.as(lost).get('/v1/cases')).rejects.toMatchObject({
      problem: { status: 401, code: 'client_reported' },
    });
    // Nobody locks others out, and a centre's word opens it again.
    const about = lossOf(code, second.kid);
    await expect(
      takeStep(server.as(school), lossOf(code, city.kid), 'loss.report', { reason: '他人的密钥' }),
    ).rejects.toMatchObject({ problem: { code: 'client_unknown' } });
    await signIn(city);
    await go('home', '济南市');
    await page.locator('ul.tasks').getByText('把机构密钥报失').click();
    await page.getByText('11 月 23 日上午遗失').first().waitFor();
    expect(await page.getByRole('link', { name: '撤回这把密钥' }).getAttribute('href')).toBe(
      `#/organizations/${code}/withdraw/client/${second.kid}`,
    );
    expect(await axe()).toEqual([]);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: '办结报失' }).click();
    await page.getByText('没有待处理的报失').waitFor();
    expect((await server.as(city).get<{ state: string }>(`/v1/cases/${about}`)).state).toBe('closed');
    await leave();
    await signIn(lost);
    await go('devices', '设备');
    await card(second.kid).getByText('正在使用').waitFor();
  });

  test('a device asks, a key of the organization endorses it, the city names it, and it speaks for the organization', async () => {
    const { page, server } = desk;
    const pair = await makeKey();
    const asking = await asApplicant(pair, AT);
    await signIn(asking);
    await page.getByRole('navigation', { name: '工作台' }).getByRole('link', { name: '设备登记' }).click();
    await page.getByLabel('机构编码').fill('S000037000001');
    await page.getByLabel('设备名称').fill('考务室第二台电脑');
    await page.getByLabel('使用人').fill('郑教务');
    await page.getByLabel('原因').selectOption('second');
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: '签名并提交' }).click();
    await said().getByText('设备登记请求已提交').waitFor();
    await leave();
    await signIn();
    await go('home', '济南泉城');
    await page.getByText('台设备请求登记').click();
    await page.locator('[data-list="devices"] tbody a').first().click();
    await page.getByText(pair.kid).waitFor();
    expect(await axe()).toEqual([]);
    await page.getByLabel('确认说明').fill('已电话核对指纹');
    await page.getByRole('button', { name: '确认设备' }).click();
    await page.locator('ol.trail').getByText('已电话核对指纹').waitFor();
    await leave();
    await signIn(server.city);
    await go('home', '济南市');
    await page.getByText('台设备待登记').click();
    await page.locator('[data-list="devices"] tbody a').first().click();
    await page.getByText('登记前请与机构核对密钥指纹').waitFor();
    expect(await axe()).toEqual([]);
    await page.getByRole('button', { name: '登记这把密钥' }).click();
    await said().getByText('设备已登记').waitFor();
    await page.getByRole('button', { name: '登记这把密钥' }).waitFor({ state: 'detached' });
    await leave();
    // The desk finds what was said of the key, and speaks for the organization.
    await signIn(asking);
    await page.locator('#who-name').getByText('S000037000001').first().waitFor();
    expect(
      (await server.as(asking).get<{ statements: { typ: string; sub: string }[] }>('/v1/me')).statements.map(
        ({ typ, sub }) => [typ, sub],
      ),
    ).toEqual([['client+jwt', 'org:S000037000001']]);
  });
});
