/**
 * Filing at a centre's desk in a real Chromium against the real Worker: what is read in words before it is signed, the
 * code that is proposed and the one that is refused, and how a filing that was withdrawn is made again.
 */
import { describe, expect, test } from 'vitest';
import { newAbout, signApplicant, signStep } from '../../src/core/procedure/read-case.ts';
import { certifyCentre } from '../../src/sdk/file-organization.ts';
import { type Identity, makeKey } from '../../src/sdk/sign.ts';
import { bytesOf, findChromium, momentOf } from './browser.ts';
import { useDesks } from './desk-kit.ts';

const chromium = findChromium();
const NOW = momentOf('2026-11-20');

describe.skipIf(chromium === undefined)('filing at the desk of a centre', { timeout: 60_000 }, () => {
  // The city with the last of the codes: the code that is proposed is the one after the last that anybody used.
  const desks = useDesks('3717', NOW);
  const { alerted, axe, signedIn } = desks;

  test('the city selects an application: filing and key are signed in the browser, and the applicant speaks for the organization', async () => {
    const { server } = desks;
    const [taken, free, code] = [1, 2, 9].map(server.codeOf) as [string, string, string];
    const pair = await makeKey();
    const asking: Identity = {
      ...pair,
      subject: `key:${pair.kid}`,
      token: await signApplicant(pair, NOW, crypto.randomUUID()),
    };
    const applicant = server.as(asking);
    const about = newAbout('application', crypto.getRandomValues(new Uint8Array(16)));
    const form = {
      name: '济南示范职业培训学校',
      address: '济南市历下区',
      uscc: '91110000600037341L',
      registrar: '济南市行政审批服务局',
      nature: 'training_school',
      legal_representative: '周示范',
      registered_capital: '100 万元',
      contact: '吴联系',
      position: '主任',
      phone: '0531-00000000',
      email: 'office@example.cn',
      occupations: [
        {
          name: '电工',
          code: '6-31-01-03',
          standard: '国家职业技能标准',
          experience: '2015 年至今',
          assessed: 1200,
          levels: [5, 4],
        },
      ],
      strengths: '行业评价',
      premises: '实训楼',
      staff: '专职 12 人',
      pledges: { truthful: true, public_benefit: true, supervision: true },
      signed_by: '周示范',
    };
    const work_plan = {
      overall: '总体规划',
      organization: '组织机构',
      occupations: '职业',
      process: '流程',
      content: '内容',
      safeguards: '保障',
    };
    const permit = Buffer.from('%PDF-1.7 办学许可证（虚构）');
    const { sha256 } = await applicant.json<{ sha256: string }>('POST', '/v1/files', {
      body: new Uint8Array(permit),
      type: 'application/pdf',
    });
    const body = {
      salt: 'A'.repeat(22),
      purpose: 'new',
      centre: server.city.subject,
      key: pair.jwk,
      annual_capacity: 500,
      form,
      work_plan,
      files: [{ name: '办学许可证.pdf', type: 'application/pdf' as const, size: permit.length, sha256 }],
    };
    const statement = await signStep(
      asking,
      { aud: server.origin, about, step: 'application.submit', seq: 0, body },
      NOW,
      crypto.randomUUID(),
    );
    await applicant.post('/v1/steps', { statement, body });
    const page = await signedIn(server.city);
    await page.getByText('件申报待审核').click();
    await page.getByRole('link', { name: form.name }).click();
    await page.getByLabel('机构编码').waitFor();
    expect(await axe(page)).toEqual([]);
    // What was attached is opened here, byte for byte.
    const [attached] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '办学许可证.pdf' }).click(),
    ]);
    expect([attached.suggestedFilename(), (await bytesOf(attached)).equals(permit)]).toEqual(['办学许可证.pdf', true]);
    const check = page.getByRole('button', { name: '核对备案内容' });
    const select = page.getByRole('button', { name: '签署备案并选定' });
    // The next free code is proposed; one of another body is refused before anything is signed.
    expect([await page.getByLabel('机构编码').inputValue(), await select.count()]).toEqual([free, 0]);
    await page.getByLabel('机构编码').fill(taken);
    await check.click();
    await alerted(page).getByText(`机构编码 ${taken} 已属于另一家单位，没有签名。下一个可用编码：${free}。`).waitFor();
    await page.getByLabel('机构编码').fill(code);
    await page.getByLabel('核定年度评价规模').fill('501');
    await check.click();
    await alerted(page).getByText('1 至 500').waitFor();
    await page.getByLabel('核定年度评价规模').fill('400');
    // Less than applied for asks for its reason, and what was typed stays.
    await page.getByRole('group', { name: '电工' }).getByLabel('五级').uncheck();
    await check.click();
    await alerted(page).getByText('请写明理由').waitFor();
    expect([
      await page.getByLabel('机构编码').inputValue(),
      await page.evaluate(() => document.activeElement?.id),
    ]).toEqual([code, 'select-reason']);
    await page.getByLabel('少于申报的理由').fill('先核准四级');
    await check.click();
    // Who is about to be filed stands there in words, and goes away when a field changes.
    const panel = page.locator('[data-filing-review]');
    await panel.getByRole('heading', { name: '请核对' }).waitFor();
    // What was refused before is corrected, and said no more.
    expect(await alerted(page).textContent()).toBe('');
    // The bullets of a list in a notice stand within its border.
    const inset = await page.evaluate(() => {
      const box = document.createElement('section');
      box.className = 'notice';
      box.append(document.createElement('ul'));
      document.querySelector('#view')?.append(box);
      const padding = parseFloat(getComputedStyle(box.firstElementChild as Element).paddingLeft);
      box.remove();
      return padding;
    });
    expect(inset).toBeGreaterThan(15);
    for (const words of [
      code,
      form.name,
      form.uscc,
      '市级备案',
      server.cityName,
      '1 个职业',
      '400',
      '没有其他机构编码',
      '此编码此前没有备案',
    ])
      expect(await panel.textContent()).toContain(words);
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('核定年度评价规模').fill('390');
    await panel.waitFor({ state: 'hidden' });
    await page.getByLabel('核定年度评价规模').fill('400');
    await check.click();
    await select.click();
    // This centre's key file holds no certificate of its key, which is said.
    await alerted(page).getByText('已备案并选定').waitFor();
    const { state } = await applicant.get<{ state: string }>(`/v1/cases/${about}`);
    const { statements } = await applicant.get<{ statements: { typ: string; sub: string }[] }>('/v1/me');
    const granted = page.locator('[data-list="granted"]');
    await granted.waitFor();
    expect(await granted.locator('tbody td').allTextContents()).toEqual([
      '电工',
      '6-31-01-03',
      '五级/初级工、四级/中级工',
      '四级/中级工',
      '五级/初级工',
    ]);
    expect([state, statements.some(({ typ, sub }) => typ === 'client+jwt' && sub === `org:${code}`)]).toEqual([
      'selected',
      true,
    ]);
    // The certificate of this centre's key comes later: then the issuing key is certified, if this key filed it.
    await page.evaluate((to) => (location.hash = `#/organizations/${to}`), code);
    await page.getByText('颁发密钥没有有效的 X.509 证书').waitFor();
    await page.getByText('请先在本页上方选择').waitFor();
    const certifyKey = page.getByRole('button', { name: '认证颁发密钥' });
    expect(await certifyKey.count()).toBe(0);
    await page.getByLabel('X.509 证书（PEM）').setInputFiles({
      name: 'centre.pem',
      mimeType: 'application/x-pem-file',
      buffer: Buffer.from(await certifyCentre(server.anchor, server.city.token)),
    });
    await certifyKey.waitFor();
    expect([await page.getByText('请先在本页上方选择').isVisible(), await axe(page)]).toEqual([false, []]);
    const signed = await certifyKey.getAttribute('data-filing');
    await certifyKey.evaluate((button, other) => button.setAttribute('data-filing', other), server.city.token);
    await certifyKey.click();
    await alerted(page).getByText('这份备案不是由这把密钥签署的').waitFor();
    await certifyKey.evaluate((button, own) => button.setAttribute('data-filing', own as string), signed);
    await certifyKey.click();
    await page.locator('#said').getByText('颁发密钥已认证').waitFor();
    await page.getByText('颁发密钥的 X.509 证书至').waitFor();
    expect(await certifyKey.count()).toBe(0);
    // What was filed can be ended there too: first the key, then the filing, each with its reason.
    page.on('dialog', (dialog) => void dialog.accept());
    const end = page.getByRole('button', { name: '签署撤回声明' });
    for (const [kind, reason] of [
      ['机构密钥', '设备遗失'],
      ['备案', '单位注销'],
    ] as const) {
      await page.evaluate((to) => (location.hash = `#/organizations/${to}`), code);
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
    // Nothing is in force: it is filed again as before, once that was read.
    expect((await server.as().get<{ state: string }>(`/v1/organizations/${code}`)).state).toBe('withdrawn');
    await page.getByRole('button', { name: '核对备案内容' }).click();
    await panel.getByRole('heading', { name: '请核对' }).waitFor();
    for (const words of [form.name, form.uscc, '400', '内容与此前的备案相同'])
      expect(await panel.textContent()).toContain(words);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: '签署备案', exact: false }).click();
    await page.locator('#said').getByText('已重新备案').waitFor();
    expect(await server.as().get<{ state: string }>(`/v1/organizations/${code}`)).toMatchObject({
      state: 'in_force',
      annual_capacity: 400,
    });
    expect(await page.getByText('重新备案', { exact: true }).count()).toBe(0);
    const speaking = statements.find(({ typ }) => typ === 'client+jwt') as unknown as { token: string };
    expect(
      (await server.as({ ...asking, subject: `org:${code}`, token: speaking.token }).send('GET', '/v1/batches')).status,
    ).toBe(401);
    await page.close();
  });
});
