/**
 * The desk in a real Chromium against the real Worker: keys that never leave the browser, a plan from a pasted roster to
 * its filing, an application, a batch saved as one file or as archives, and plain words for everything that goes wrong.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { unzipSync, zipSync } from 'fflate';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certifyCentre } from '../../src/cli/certify.ts';
import { sampleApplication } from '../../src/cli/procedure-life.ts';
import { changeStatus, makeKey, nameClient, withdraw, type Identity } from '../../src/cli/sign.ts';
import { asApplicant, newCase, newSalt, takeStep } from '../../src/cli/stepper.ts';
import { approveWith, issueWith, provinceApproval, readBatch } from '../../src/cli/steps.ts';
import { Progress } from '../../src/cli/talk.ts';
import type { Report } from '../../src/life/report.ts';
import { lossOf } from '../../src/storage/cases.ts';
import { TROUBLES } from '../../src/pages/desk/words.ts';
import { jpeg } from '../life/fixtures-photo.ts';
import { findChromium, launch } from './browser.ts';
import { person, startServer, type Batch, type TestServer } from './server.ts';

const chromium = findChromium();
const COUNT = 203;
/** When it all happens: the days of plans are counted by a calendar that ends. */
const AT = Date.parse('2026-11-23T10:00:00+08:00') / 1000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const keyFile = ({ subject, token, private: secret }: Partial<Identity>) => JSON.stringify({ name: '学校', subject, token, private: secret });

describe.skipIf(chromium === undefined)('the desk', { timeout: 45_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let batch: Batch;
  let whole: Buffer;
  let complaints: string[];
  /** All that the browser sent: addresses, headers, bodies. */
  let sent: string[];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer(AT), launch(chromium as string)]);
    batch = await server.certify(Array.from({ length: COUNT }, (_, n) => person('欧阳建国', 200 + n)));
    await server.as(server.school).post('/v1/batches', { candidates: [{ ...person('王晓明', 900), id_type: '居民身份证', occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', level: 4, score_theory: 80, score_practice: 85, exam_date: '2026-11-01' }] });
    const answer = await server.as(server.school).take('GET', `/v1/batches/${batch.id}/certificates.zip`);
    whole = Buffer.from(await answer.arrayBuffer());
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** With `disk`, the dialogue that asks where to save gives a file of the browser's own file system; without, there is no such dialogue. */
  async function open({ disk = true, width = 360 } = {}): Promise<void> {
    await context?.close();
    context = await browser.newContext({ viewport: { width, height: 740 }, locale: 'zh-CN', acceptDownloads: true, extraHTTPHeaders: { 'Luzheng-Clock': String(AT) } });
    await context.addInitScript((hasDisk) => {
      const ask = async () => (await navigator.storage.getDirectory()).getFileHandle('saved.zip', { create: true });
      Object.defineProperty(globalThis, 'showSaveFilePicker', { value: hasDisk ? ask : undefined, configurable: true });
    }, disk);
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.clock.setFixedTime(AT * 1000);
    page.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
    });
    await page.goto(`${server.origin}/desk`);
  }

  beforeEach(async () => {
    [complaints, sent] = [[], []];
    await open();
  });
  /** Whether this test keeps a key in the browser. */
  let keeps = false;
  afterEach(async () => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    const kept = await page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length]);
    expect(kept).toEqual([0, 0, '', keeps ? 1 : 0]);
    keeps = false;
    expect(sent.filter((line) => !line.startsWith(`${server.origin}/`) && !/^(data|blob):/.test(line))).toEqual([]);
    expect(sent.filter((line) => line.includes(server.school.private.d as string))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  const choose = (text: string) => page.getByLabel('密钥文件').setInputFiles({ name: 'school.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  const go = async (view: string, heading: string) => {
    await page.evaluate((to) => (location.hash = `#/${to}`), view);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const signIn = async (who: Identity = server.school) => {
    await choose(keyFile(who));
    await page.locator('#view h1').waitFor();
  };
  /** To the batch that is to be downloaded. */
  const enter = async () => {
    await signIn();
    await go(`batches/${batch.id}`, `批次 ${batch.id}`);
  };
  const download = () => page.getByRole('button', { name: '下载证书' });
  const said = (role: 'alert' | 'status' = 'status') => page.locator(role === 'alert' ? '#alerted' : '#said');
  const onDisk = async () =>
    Buffer.from(
      await page.evaluate(async () => {
        const file = await (await (await navigator.storage.getDirectory()).getFileHandle('saved.zip')).getFile();
        const bytes = new Uint8Array(await file.arrayBuffer());
        let text = '';
        for (let at = 0; at < bytes.length; at += 30_000) text += String.fromCharCode(...bytes.subarray(at, at + 30_000));
        return btoa(text);
      }),
      'base64',
    );
  /** How each request for certificates fares, in turn; the rest as it should. */
  const line = async (...fates: ('broken' | 'cut' | 'good')[]) => {
    await page.route('**/certificates.zip*', async (route) => {
      const fate = fates.shift() ?? 'good';
      if (fate === 'good') return route.continue();
      if (fate === 'broken') return route.abort();
      const answer = await route.fetch();
      return route.fulfill({ response: answer, body: (await answer.body()).subarray(0, 400_000) });
    });
  };

  const axe = async (): Promise<string[]> => {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: { run(where: Document, how: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
  };

  test('from the key file to the list of batches, filtered and saved; the key is forgotten on demand', async () => {
    await page.getByText('不会上传，也不会保存').waitFor();
    await signIn();
    expect(await page.locator('#who-name').innerText()).toContain(server.school.subject.slice(4));
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.getByRole('link', { name: '批次' }).click();
    await page.getByRole('heading', { level: 1, name: '批次' }).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(4);
    await page.getByRole('searchbox').fill('已颁发 203');
    expect(await page.locator('tbody tr:visible').count()).toBe(1);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载 CSV' }).click()]);
    expect(readFileSync(await file.path(), 'utf8').split('\r\n')).toHaveLength(3);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: '济南泉城职业培训学校' }).waitFor();
    await page.getByRole('button', { name: '退出' }).click();
    expect(await said().innerText()).toContain('不再持有密钥');
    expect([await page.locator('#view > *').count(), await page.getByLabel('密钥文件').isVisible()]).toEqual([0, true]);
  });

  test('a file dropped anywhere on the page', async () => {
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'school.json', { type: 'application/json' }));
      return transfer;
    }, keyFile(server.school));
    await page.dispatchEvent('footer', 'drop', { dataTransfer: data });
    await page.locator('#view h1').waitFor();
  });

  test('axe finds nothing on the views of organizations', async () => {
    await signIn();
    for (const [view, heading] of [['home', '济南泉城'], ['plans/new', '新建考核计划'], ['batches', '批次'], ['rules', '管理办法'], ['applications/new', '申请变更']] as const) {
      await go(view, heading);
      expect([view, await axe()]).toEqual([view, []]);
      expect([view, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([view, true]);
    }
  });

  test('a plan: faults stand at their fields and rows, are mended in place, and what is signed is filed', async () => {
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
    const { school } = server;
    const on = async (day: string) => {
      const moment = Date.parse(`${day}T10:00:00+08:00`) / 1000;
      await context.setExtraHTTPHeaders({ 'Luzheng-Clock': String(moment) });
      await page.clock.setFixedTime(moment * 1000);
      return server.as(school, moment);
    };
    const waits = async (text: string) => {
      await go('home', '济南泉城');
      await page.locator('ul.tasks').getByText(text).click();
    };
    const people = ['欧阳建国', '王晓明', '李龑'].map((name, n) => person(name, 600 + n));
    const plan = newCase('plan');
    const roster = people.map((one, n) => ({ ...one, row: n + 2, id_type: 'resident_id' as const, occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', level: 3 as const, sessions: ['s1'] }));
    const sessions = [{ id: 's1', kind: 'both' as const, occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', levels: [3 as const], date: '2026-11-11', starts: '09:00', ends: '16:30', venue: '实训楼' }];
    const staff = (['invigilator', 'assessor', 'supervisor'] as const).map((role) => ({ role, name: '赵考务', sessions: ['s1'] }));
    await takeStep(school, await on('2026-11-02'), plan, 'plan.file', { salt: newSalt(), title: '电工三级（虚构）', process: '理论、实操', sessions, staff, roster });

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
    await page.locator('#leave').click();
    await signIn(server.city);
    await toObjection();
    await page.getByText('签到表有本人签名。').waitFor();
    await page.getByLabel('理由').fill('请附签到表复印件。');
    await page.getByRole('button', { name: '重新处理' }).click();
    await said().getByText('已要求重新处理').waitFor();
    await page.locator('#leave').click();
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

  test('a certificate is found by its number, suspended, reinstated and revoked, each signed here after a confirmation', async () => {
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

  test('a centre brings the certificate of its key: the issuing key that it files is certified, and PDFs are signed', async () => {
    const { city, province, anchor } = server;
    const pair = await makeKey();
    const asking = await asApplicant(pair, AT);
    const apply = newCase('application');
    const scope = [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3 as const] }];
    await takeStep(asking, server.as(asking), apply, 'application.submit', sampleApplication({ name: '济南示范职业培训学校', uscc: '91350100M000100Y43', centre: city.subject, key: pair.jwk, scope, capacity: 100 }));
    await signIn(city);
    const box = page.locator('#certificate-box');
    await box.getByText('没有 X.509 证书').waitFor();
    const bring = (text: string) => page.getByLabel('X.509 证书（PEM）').setInputFiles({ name: 'centre.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(text) });
    await bring('no certificate');
    await said('alert').getByText('不是 PEM 证书').waitFor();
    await bring(await certifyCentre(anchor, province.token));
    await said('alert').getByText('另一把密钥').waitFor();
    await bring(JSON.stringify({ certificate: await certifyCentre(anchor, city.token) }));
    await box.getByText('X.509 证书至').waitFor();
    expect(await axe()).toEqual([]);
    await go(`applications/${apply}`, '济南示范职业培训学校');
    await page.getByLabel('机构编码').fill('S000037000019');
    await page.getByRole('button', { name: '签署备案并选定' }).click();
    await said().getByText('已备案并选定').waitFor();
    // What the file holds is kept as well.
    await page.getByRole('button', { name: '退出' }).click();
    await choose(JSON.stringify({ subject: city.subject, token: city.token, private: city.private, certificate: await certifyCentre(anchor, city.token) }));
    await box.getByText('X.509 证书至').waitFor();

    const { statements } = await server.as(asking).get<{ statements: { token: string }[] }>('/v1/me');
    const school: Identity = { ...pair, subject: 'org:S000037000019', token: statements[0]?.token as string };
    const { id } = await server.as(school).post<{ id: string }>('/v1/batches', { candidates: [{ ...person('王晓明', 950), id_type: '居民身份证', occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', level: 3, score_theory: 80, score_practice: 85, exam_date: '2026-11-01' }] });
    for (const centre of [city, province]) await approveWith(centre, server.as(centre), await readBatch(server.as(centre), id));
    const seen = await readBatch(server.as(school), id);
    await issueWith(school, server.as(school), seen, provinceApproval(seen), new Progress(''));
    const { certificates } = await server.as(school).get<{ certificates: { number: string }[] }>(`/v1/batches/${id}/certificates`);
    const pdf = new Uint8Array(await (await server.as(school).take('GET', `/v1/certificates/${certificates[0]?.number}.pdf`)).arrayBuffer());
    const report = await server.as(school).json<Report>('POST', '/v1/verify', { body: pdf, type: 'application/pdf' });
    expect([report.verdict, report.checks.find((check) => check.id === 'document')]).toEqual(['valid', { id: 'document', result: 'pass' }]);
  });

  test('own keys stand with their states; one that is lost is reported, stops at once, and works again when the centre closes the case', async () => {
    const { school, city } = server;
    const code = 'S000037000001';
    const second = await makeKey();
    const lost: Identity = { ...second, subject: school.subject, token: await nameClient(city, code, second.jwk, { iat: AT - 10 }) };
    await server.as(city).post('/v1/clients', { statement: lost.token });
    const ended = await makeKey();
    const token = await nameClient(city, code, ended.jwk, { iat: AT - 20 });
    await server.as(city).post('/v1/clients', { statement: token });
    await server.as(city).post('/v1/withdrawals', { statement: await withdraw(city, { kid: ended.kid }, {}, { iat: AT }) });
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
    await page.getByRole('button', { name: '退出' }).click();
    await choose(keyFile(lost));
    await said('alert').getByText('已被本机构报失').waitFor();
    await expect(server.as(lost).get('/v1/cases')).rejects.toMatchObject({ problem: { status: 401, code: 'client_reported' } });
    // Nobody locks others out, and a centre's word opens it again.
    const about = lossOf(code, second.kid);
    await expect(takeStep(school, server.as(school), lossOf(code, city.kid), 'loss.report', { reason: '他人的密钥' })).rejects.toMatchObject({ problem: { code: 'client_unknown' } });
    await signIn(city);
    await go('home', '济南市');
    await page.locator('ul.tasks').getByText('把机构密钥报失').click();
    await page.getByText('11 月 23 日上午遗失').first().waitFor();
    expect(await page.getByRole('link', { name: '撤回这把密钥' }).getAttribute('href')).toBe(`#/organizations/${code}/withdraw/client/${second.kid}`);
    expect(await axe()).toEqual([]);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: '办结报失' }).click();
    await page.getByText('没有待处理的报失').waitFor();
    expect((await server.as(city).get<{ state: string }>(`/v1/cases/${about}`)).state).toBe('closed');
    await page.getByRole('button', { name: '退出' }).click();
    await signIn(lost);
    await go('devices', '设备');
    await card(second.kid).getByText('正在使用').waitFor();
  });

  test('a key made in this browser applies, is found again after a reload, and is removed', async () => {
    keeps = true;
    await page.getByRole('button', { name: '建立密钥' }).click();
    await page.getByRole('heading', { level: 1, name: '申报单位' }).waitFor();
    await go('apply', '申报评价机构');
    expect(await axe()).toEqual([]);
    await page.getByLabel('统一社会信用代码').fill('91350100M000100Y44');
    await page.getByRole('button', { name: '签名并提交申报' }).click();
    await page.locator('.faults').getByText('校验').waitFor();
    await page.reload();
    await page.getByRole('button', { name: '使用' }).click();
    await page.getByRole('heading', { level: 1, name: '申报评价机构' }).waitFor();
    await page.getByRole('button', { name: '公钥' }).click();
    const { kid, jwk, subject } = JSON.parse(await page.locator('#public-key').innerText()) as { kid: string; jwk: { x: string; y: string; kty: 'EC'; crv: 'P-256' }; subject: string };
    expect(subject).toBe(`key:${kid}`);
    // The centre names it: the desk finds the statement and speaks for the organization.
    await server.as(server.city).post('/v1/clients', { statement: await nameClient(server.city, 'S000037000001', jwk, { iat: AT }) });
    await page.getByRole('button', { name: '更新授权' }).click();
    await page.locator('#who-name').getByText('S000037000001').first().waitFor();
    // The view was an applicant's.
    await page.getByRole('heading', { level: 1, name: '济南泉城' }).waitFor();
    await page.getByRole('button', { name: '退出' }).click();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: /移除/ }).click();
    await page.locator('#kept-box').waitFor({ state: 'hidden' });
    keeps = false;
  });

  test('by the keyboard alone into one file, which is the archive that the service gives, byte for byte', async () => {
    await enter();
    await page.evaluate(() => {
      const bar = document.getElementById('bar') as HTMLProgressElement;
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      new MutationObserver(() => seen.push(bar.getAttribute('aria-valuetext') as string)).observe(bar, { attributes: true, attributeFilter: ['aria-valuetext'] });
    });
    // From the heading, where the focus is, to the button of the newest batch that is issued.
    for (let i = 0; i < 20 && !(await download().evaluate((node) => node === document.activeElement)); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar', { name: /正在下载/ }).waitFor();
    expect(await page.locator('#work').innerText()).toMatch(/\d+ \/ 203/);
    await said().getByText('已保存').waitFor();
    expect(await said().innerText()).toContain('203 张证书：saved.zip');
    expect((await onDisk()).equals(whole)).toBe(true);
    expect(Object.keys(unzipSync(whole))).toEqual(batch.shown.map(({ number }) => `${number}.pdf`));
    const seen = (await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen)).map((text) => Number.parseInt(text, 10));
    expect(seen.at(-1)).toBe(COUNT);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  });

  test('a line that breaks and comes back by itself: still one whole file', async () => {
    await line('broken', 'cut', 'good', 'cut', 'broken');
    await enter();
    await download().click();
    await said().getByText('已保存').waitFor();
    expect((await onDisk()).equals(whole)).toBe(true);
  });

  test('a line that stays broken: the page says so, waits, and goes on into the same file', async () => {
    await line('cut', 'broken', 'broken', 'broken');
    await enter();
    await download().click();
    await said('alert').getByText('传输中断').waitFor();
    const done = Number.parseInt(await page.locator('#work-count').innerText(), 10);
    expect(done).toBeGreaterThan(5);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('go-on');
    const before = sent.length;
    await page.keyboard.press('Enter');
    await said().getByText('已保存').waitFor();
    expect(sent[before]).toContain(`from=${done}&`);
    expect((await onDisk()).equals(whole)).toBe(true);
  });

  test('cancelled, nothing is saved, and another attempt can begin', async () => {
    await enter();
    for (const stuck of [false, true]) {
      if (stuck) await line('broken', 'broken', 'broken', 'broken');
      await download().click();
      if (stuck) await said('alert').waitFor();
      await page.getByRole('button', { name: '取消' }).click();
      await said().getByText('已取消').waitFor();
      expect([(await onDisk()).length, await page.locator('#work').isVisible()]).toEqual([0, false]);
    }
    await download().click();
    await said().getByText('已保存').waitFor();
  });

  test('without such a dialogue: archives of 200, one after another, from the first that is missing', async () => {
    await open({ disk: false });
    const downloads: Download[] = [];
    page.on('download', (one) => downloads.push(one));
    await line('good', 'broken', 'broken', 'broken', 'broken');
    await enter();
    await download().click();
    await said('alert').getByText('传输中断').waitFor();
    expect(await page.locator('#work').innerText()).toContain('共 2 个压缩包');
    await page.getByRole('button', { name: '取消' }).click();
    await said().getByText('已取消').waitFor();
    expect(await page.getByRole('spinbutton').inputValue()).toBe('2');
    await download().click();
    await said().getByText('已交给浏览器保存').waitFor();
    expect(await said().innerText()).toContain('3 张证书，共 1 个压缩包');
    expect(downloads.map((one) => one.suggestedFilename())).toEqual([`${batch.id}.part-0001.zip`, `${batch.id}.part-0002.zip`]);
    const names = await Promise.all(downloads.map(async (one) => Object.keys(unzipSync(readFileSync(await one.path())))));
    expect(names.flat()).toEqual(batch.shown.map(({ number }) => `${number}.pdf`));
    expect(await page.getByRole('spinbutton').inputValue()).toBe('1');
  });

  describe('what goes wrong is said in words', () => {
    const says = async (code: string) => {
      const { zh, en } = TROUBLES[code] as { zh: string; en: string };
      const text = await said('alert').innerText();
      for (const words of [zh, en]) for (const part of words.split(/\{\w+\}/)) expect(text).toContain(part.trim());
      return text;
    };

    test('files that are no key', async () => {
      const { school } = server;
      const other = await makeKey();
      for (const text of ['', '{', '{}', JSON.stringify({ ...school, private: undefined }), keyFile({ ...school, private: other.private }), keyFile({ ...school, token: 'x.y.z' }), ' '.repeat(100_001)]) {
        await choose(text);
        await said('alert').getByText('密钥文件').waitFor();
        await says('key_unreadable');
        await page.evaluate(() => document.getElementById('alerted')?.replaceChildren());
      }
      expect(sent.filter((one) => one.includes('/v1/'))).toEqual([]);
    });

    test('a statement that ran out, and one that the service does not know', async () => {
      const { city, school } = server;
      const old = await makeKey();
      await choose(keyFile({ subject: school.subject, private: old.private, token: await nameClient(city, 'S000037000001', old.jwk, { iat: AT }) }));
      await said('alert').getByText('没有在本平台登记').waitFor();
      await says('client_unknown');
      await choose(keyFile({ subject: school.subject, private: old.private, token: await nameClient(city, 'S000037000001', old.jwk, { iat: AT - 7200, lifetime: 3600 }) }));
      await said('alert').getByText('到期').waitFor();
      expect(await says('key_expired')).toMatch(/已于 20\d\d-\d\d-\d\d 到期/);
    });

    test('no network, a wrong clock, and a refusal of the service', async () => {
      await page.route('**/v1/me', (route) => route.abort());
      await choose(keyFile(server.school));
      await said('alert').getByText('连不上服务').waitFor();
      await page.unroute('**/v1/me');
      await page.clock.setFixedTime((AT - 3600) * 1000);
      await choose(keyFile(server.school));
      await said('alert').getByText('本机时间不准').waitFor();
      await page.clock.setFixedTime(AT * 1000);
      await enter();
      await page.route('**/certificates.zip*', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ code: 'register_differs', title: '登记数据与签名不符', detail: 'x', position: 6 }) }));
      await download().click();
      await said('alert').getByText('第 7 张证书无法给出').waitFor();
      expect(await page.locator('#work').isVisible()).toBe(false);
    });
  });

  test('on a wide screen nothing runs out of the page either', async () => {
    await open({ width: 1280, disk: false });
    await enter();
    await download().waitFor();
  });
});
