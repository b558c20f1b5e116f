/**
 * Keys and devices at the desk in a real Chromium against the real Worker: what a centre's certificate adds to the keys that
 * it files, a key that is lost and comes back, and a device that asks to speak for its organization.
 */
import { describe, expect, test } from 'vitest';
import { sampleApplication } from '../../src/cli/sample-forms.ts';
import type { Report } from '../../src/core/report.ts';
import { issueBatch, readBatch, sendApproval } from '../../src/sdk/batch.ts';
import { asApplicant, newCase, takeStep } from '../../src/sdk/call.ts';
import { certifyCentre } from '../../src/sdk/file-organization.ts';
import { type Identity, makeKey, nameClient, withdraw } from '../../src/sdk/sign.ts';
import { lossOf } from '../../src/storage/case-store.ts';
import { AT, findChromium } from './browser.ts';
import { keyFile, useDesk } from './desk-kit.ts';
import { rowOf } from './server.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('keys and devices at the desk', { timeout: 45_000 }, () => {
  const desk = useDesk('3707');
  const { axe, choose, go, leave, said, signIn } = desk;

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
    await page.getByLabel('机构编码').fill(server.codeOf(19));
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
    const school: Identity = { ...pair, subject: `org:${server.codeOf(19)}`, token: statements[0]?.token as string };
    const { id } = await server.as(school).post<{ id: string }>('/v1/batches', {
      candidates: [rowOf(server.person('王晓明', 950))],
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
    const { school, city, code } = server;
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
    await go('home', server.cityName);
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
    await page.getByLabel('机构编码').fill(server.code);
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
    await page.getByLabel('确认说明').waitFor();
    await page.getByText(pair.kid, { exact: true }).waitFor();
    expect(await axe()).toEqual([]);
    await page.getByLabel('确认说明').fill('已电话核对指纹');
    await page.getByRole('button', { name: '确认设备' }).click();
    await page.locator('ol.trail').getByText('已电话核对指纹').waitFor();
    await leave();
    await signIn(server.city);
    await go('home', server.cityName);
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
    await page.locator('#who-name').getByText(server.code).first().waitFor();
    expect(
      (await server.as(asking).get<{ statements: { typ: string; sub: string }[] }>('/v1/me')).statements.map(
        ({ typ, sub }) => [typ, sub],
      ),
    ).toEqual([['client+jwt', `org:${server.code}`]]);
  });
});
