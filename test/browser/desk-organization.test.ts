/**
 * The desk of an organization in a real Chromium against the real Worker: a plan from a pasted roster to its filing, results
 * from a table to certificates, and what is done with a certificate afterwards.
 */
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { changeStatus } from '../../src/cli/sign.ts';
import { newCase, newSalt, takeStep } from '../../src/cli/stepper.ts';
import { approveWith, readBatch } from '../../src/cli/steps.ts';
import type { Body } from '../../src/life/procedure/bodies.ts';
import type { Report } from '../../src/life/report.ts';
import { jpeg } from '../life/fixtures-photo.ts';
import { findChromium } from './browser.ts';
import { AT, fitsIn, useDesk } from './desk-kit.ts';
import { person, type Person } from './server.ts';

const chromium = findChromium();

const electrician = { id_type: 'resident_id', occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', level: 3 } as const;
/** A plan of one session for some people. */
function planOf(title: string, date: string, people: readonly Person[]): Body<'plan.file'> {
  const roster = people.map((one, n) => ({ ...one, ...electrician, row: n + 2, sessions: ['s1'] }));
  const sessions = [{ id: 's1', kind: 'both' as const, occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', levels: [3 as const], date, starts: '09:00', ends: '16:30', venue: '实训楼' }];
  const staff = (['invigilator', 'assessor', 'supervisor'] as const).map((role) => ({ role, name: '赵考务', sessions: ['s1'] }));
  return { salt: newSalt(), title, process: '理论、实操', sessions, staff, roster };
}

describe.skipIf(chromium === undefined)('the desk of an organization', { timeout: 45_000 }, () => {
  const desk = useDesk(chromium as string);
  const { axe, go, leave, on, said, signIn } = desk;

  test('axe finds nothing on the views of organizations', async () => {
    const { page } = desk;
    await signIn();
    for (const [view, heading] of [['home', '济南泉城'], ['plans/new', '新建考核计划'], ['batches', '批次'], ['rules', '管理办法'], ['applications/new', '申请变更']] as const) {
      await go(view, heading);
      expect([view, await axe()]).toEqual([view, []]);
      expect([view, await fitsIn(page)]).toEqual([view, true]);
    }
  });

  test('a plan: faults stand at their fields and rows, are mended in place, and what is signed is filed', async () => {
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
    for (const [at, name] of ['赵监考', '钱考评', '孙督导'].entries()) await page.locator(`#p${at + 1}-name`).fill(name);
    const { name, id_number } = person('欧阳建国', 777);
    const other = person('王晓明', 778);
    await page.getByText('粘贴表格').click();
    await page.locator('#roster-paste').fill(`姓名\t证件类型\t证件号码\t职业编码\t职业名称\t工种\t等级\n${name}\t居民身份证\t${id_number}\t6-31-01-03\t电工\t--\t三级/高级工\n${other.name}\t居民身份证\t110105194912310020\t6-31-01-03\t电工\t--\t三级/高级工`);
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
    const kept = await server.as(server.school).get<{ state: string; steps: { body: { roster: { row: number; sessions: string[] }[] } }[] }>(`/v1/cases/${about}`);
    expect(kept).toMatchObject({ state: 'filed', steps: [{ body: { roster: [{ row: 2, sessions: ['s1'] }, { row: 3, sessions: ['s1'] }] } }] });
    expect(await axe()).toEqual([]);

    // Results before the exam: judged against the roster here, refused by the service in words, and what was typed stays.
    await go(`results/new/${about}`, '公示结果');
    await page.getByRole('button', { name: '按名册在此填写' }).click();
    for (const row of [2, 3]) for (const field of ['理论成绩', '实操成绩']) {
      await page.getByLabel(`行 ${row} ${field}`).fill(row === 3 ? '缺考' : '80');
      await page.getByLabel(`行 ${row} ${field}`).press('Tab');
    }
    await page.locator('[data-preview]').getByText('考试日期').first().waitFor();
    expect(await page.getByLabel('行 2 理论成绩').inputValue()).toBe('80');
  });

  test('results: from a table through their notice, an objection answered, corrected, uploaded with photos, to certificates, led by what waits on each day', { timeout: 90_000 }, async () => {
    const { context, page, server } = desk;
    const { school } = server;
    const waits = async (text: string) => {
      await go('home', '济南泉城');
      await page.locator('ul.tasks').getByText(text).click();
    };
    const people = ['欧阳建国', '王晓明', '李龑'].map((name, n) => person(name, 600 + n));
    const plan = newCase('plan');
    await takeStep(school, await on('2026-11-02'), plan, 'plan.file', planOf('电工三级（虚构）', '2026-11-11', people));

    await on('2026-11-12');
    await signIn();
    await waits('份计划考试已结束');
    const line = ({ name, id_number }: (typeof people)[number], score: string) => `${name},居民身份证,${id_number},6-31-01-03,电工,--,三级,${score},85,2026-11-11`;
    const table = ['姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期', ...people.map((one, n) => line(one, n === 2 ? '50' : '80'))].join('\n');
    // Nobody can choose a file before the form is alive; a script can.
    await page.locator('form[data-step]:not([inert])').waitFor();
    await page.locator('#rows-file').setInputFiles({ name: 'results.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await page.getByText('共 3 行，没有发现错误').waitFor();
    await page.getByRole('button', { name: '签名并公示' }).click();
    await page.getByRole('heading', { level: 1, name: '结果 · 电工三级' }).waitFor();

    // A row without a fault is found by name and corrected: the notice begins anew.
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
    const raised = await context.request.post(`${server.origin}/v1/notices/${notice?.about.slice('results:'.length)}/objections`, { data: { grounds: '第三人当日未到场', contact: '0531-00000000' } });
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
    const zip = (...numbers: string[]) => ({ name: 'photos.zip', mimeType: 'application/zip', buffer: Buffer.from(zipSync(Object.fromEntries(numbers.map((number) => [`照片/${number}.jpg`, jpeg({ text: number })])))) });
    const [first, second, failed] = people.map(({ id_number }) => id_number) as [string, string, string];
    await page.getByLabel('照片压缩包').setInputFiles(zip(first, person('无此人', 699).id_number));
    await page.getByRole('button', { name: '核对、签名并上传' }).click();
    await page.locator('#photos-faults').getByText(person('无此人', 699).id_number).waitFor();
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
    for (const centre of [server.city, server.province]) await approveWith(centre, server.as(centre), await readBatch(server.as(centre), made));
    await waits('个批次已审核，待颁发');
    await page.getByRole('button', { name: '签署并颁发' }).click();
    await said().getByText('已颁发 2 张证书').waitFor();
    const { rows } = await server.as(school).get<{ rows: { row: number; disclosures: string[] }[] }>(`/v1/batches/${made}/rows?from=0&limit=10`);
    expect(rows.map(({ row, disclosures }) => [row, disclosures.length])).toEqual([[2, 3], [3, 3]]);
  });

  test('several objections are answered with one reason, each signed on its own; what fails waits, what was stopped goes on, and nothing that was typed is lost', async () => {
    const { context, page, server } = desk;
    const { school } = server;
    const people = ['赵静', '钱宁'].map((name, n) => person(name, 620 + n));
    const [plan, about] = [newCase('plan'), newCase('results')];
    await takeStep(school, await on('2026-11-02'), plan, 'plan.file', planOf('电工三级二班（虚构）', '2026-11-11', people));
    await takeStep(school, await on('2026-11-12'), about, 'results.publish', { salt: newSalt(), plan, working_days: 5, rows: people.map((one, n) => ({ ...one, ...electrician, row: n + 2, score_theory: 80, score_practice: 85, exam_date: '2026-11-11' })) });
    const asSchool = await on('2026-11-13');
    for (const place of ['一', '二', '三', '四']) expect((await context.request.post(`${server.origin}/v1/notices/${about.slice('results:'.length)}/objections`, { data: { grounds: `第${place}考场计时有误` } })).status()).toBe(201);
    await signIn();
    await go(`results/${about}`, '结果 · 电工三级二班');
    await page.getByRole('link', { name: '处理异议' }).click();
    await page.getByRole('heading', { level: 1, name: '处理异议' }).waitFor();
    const ticks = page.locator('input[data-objection]');
    const abouts = await ticks.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['objection'] as string));
    expect(abouts.length).toBe(4);
    const sign = page.getByRole('button', { name: '逐件签名并答复' });
    await sign.click();
    for (const fault of ['请至少勾选一件异议', '请选择或勾选', '不能为空']) await page.getByText(fault).first().waitFor();
    expect([await axe(), await page.evaluate(() => document.activeElement === document.querySelector('input[data-objection]'))]).toEqual([[], true]);
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
    expect([await page.locator('#answers-reason').inputValue(), await ticks.evaluateAll((all) => all.filter((one) => (one as HTMLInputElement).checked).length)]).toEqual(['各考场以同一时钟计时。', 3]);
    // One goes, the answer about the next gets lost, and somebody else has decided the third.
    await takeStep(school, asSchool, abouts[2] as string, 'objection.uphold', { reason: '核实属实。' });
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
    const steps = await Promise.all(abouts.map(async (one) => (await asSchool.get<{ steps: { step: string; token: string; body: { reason?: string } }[] }>(`/v1/cases/${one}`)).steps.slice(1)));
    expect(steps.map((all) => all.map(({ step, body }) => [step, body.reason]))).toEqual([[['objection.reject', '各考场以同一时钟计时。']], [['objection.reject', '各考场以同一时钟计时。']], [['objection.uphold', '核实属实。']], []]);
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
    const { school, city, long } = server;
    const plan = newCase('plan');
    await takeStep(school, await on('2026-11-23'), plan, 'plan.file', planOf('电工三级补办（虚构）', '2026-12-01', [{ ...long, name: '阿卜杜热合曼·买买提江' }].map(({ name, id_number }) => ({ name, id_number }))));
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
    await approveWith(server.province, server.as(server.province, asSchool.now()), await readBatch(server.as(server.province, asSchool.now()), id));
    await leave();
    await signIn();
    await go(`batches/${id}`, `批次 ${id}`);
    await page.getByRole('button', { name: '签署并颁发' }).click();
    await said().getByText('已颁发 1 张证书').waitFor();
    const [before, { certificates }] = await Promise.all([asSchool.get<Report>(`/v1/certificates/${long.number}`), asSchool.get<{ certificates: { number: string }[] }>(`/v1/batches/${id}/certificates`)]);
    expect([before.verdict, before.replaced_by]).toEqual(['replaced', certificates[0]?.number]);
  });

  test('a plan that was filed is amended, then cancelled, each step signed', async () => {
    const { page, server } = desk;
    const plan = newCase('plan');
    await takeStep(server.school, server.as(server.school), plan, 'plan.file', planOf('电工三级三班（虚构）', '2026-12-14', [person('孙敏', 630)]));
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
    const { state, steps } = await server.as(server.school).get<{ state: string; steps: { step: string; body: { reason?: string; roster?: unknown[] } }[] }>(`/v1/cases/${plan}`);
    expect([state, steps.map(({ step }) => step), steps[1]?.body.roster?.length, steps[2]?.body.reason]).toEqual(['cancelled', ['plan.file', 'plan.amend', 'plan.cancel'], 1, '考点停电']);
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
    const statement = await changeStatus(server.city, { number, action: 'suspend', reason: 'under_investigation', seq: 3, prev: status?.digest as string }, { iat: AT });
    await server.as(server.city).post(`/v1/certificates/${number}/status`, { statement });
    await page.getByLabel('理由').last().selectOption('fraud');
    await page.getByRole('button', { name: '签名并撤销' }).click();
    await said('alert').getByText('有了变化，没有签名').waitFor();
    await go(`certificates/${server.revoked.number}`, '证书');
    await go(`certificates/${number}`, '证书');
    await page.getByText('由鉴定指导中心暂停').waitFor();
    expect(await page.getByRole('button', { name: '签名并恢复' }).count()).toBe(0);
    await page.getByLabel('理由').selectOption('fraud');
    await page.getByRole('button', { name: '签名并撤销' }).click();
    await said().getByText('证书已撤销').waitFor();
    await page.getByText('撤销：弄虚作假').waitFor();
    expect(await page.locator('#view form').count()).toBe(0);
    expect((await report()).status?.history.map(({ action, reason, tier }) => [action, reason, tier])).toEqual([['suspend', 'under_investigation', 'organization'], ['reinstate', 'cleared', 'organization'], ['suspend', 'under_investigation', 'city'], ['revoke', 'fraud', 'organization']]);
  });

});
