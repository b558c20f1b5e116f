/**
 * An applicant's desk in a real Chromium against the real Worker: no way ends in a wall (another centre, another try after
 * a withdrawal), and the switch of language leaves the key, the view and what was typed where they are.
 */
import { describe, expect, test } from 'vitest';
import { sampleApplication } from '../../src/cli/sample-forms.ts';
import type { CaseLine } from '../../src/core/procedure/read-case.ts';
import { asApplicant, newCase, takeStep } from '../../src/sdk/call.ts';
import { type KeyPair, makeKey } from '../../src/sdk/sign.ts';
import { AT, findChromium } from './browser.ts';
import { useDesk } from './desk-kit.ts';

const chromium = findChromium();
const NAME = '济南示范职业培训学校';

describe.skipIf(chromium === undefined)('the desk of an applicant', { timeout: 60_000 }, () => {
  const desk = useDesk('3702');
  const { axe, choose, go, said } = desk;

  /** A key that has applied to the city. */
  async function applied() {
    const pair = await makeKey();
    const asking = await asApplicant(pair, AT);
    const about = newCase('application');
    const scope = [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3 as const] }];
    const { server } = desk;
    await takeStep(
      server.as(asking),
      about,
      'application.submit',
      sampleApplication({
        name: NAME,
        uscc: '91110000600037341L',
        centre: server.city.subject,
        key: pair.jwk,
        scope,
        capacity: 100,
      }),
    );
    return { pair, about, cases: async () => (await server.as(asking).get<{ cases: CaseLine[] }>('/v1/cases')).cases };
  }
  const enter = async ({ private: secret }: KeyPair) => {
    await choose(JSON.stringify({ private: secret }));
    await desk.page.locator('#view h1').waitFor();
  };
  const pledge = async () => {
    for (const box of await desk.page.locator('#view form input[name^="form.pledges"]').all()) await box.check();
    await desk.page.getByLabel('法定代表人（签字）').fill('周示范');
  };

  test('an application that was sent to the wrong centre is amended to the right one', async () => {
    const { page, server } = desk;
    const { pair, about, cases } = await applied();
    await enter(pair);
    await go(`apply/${about}`, '申报');
    await page.getByText('修改申报').click();
    await page.getByLabel('受理中心').selectOption('centre:3700');
    await pledge();
    await page.getByRole('button', { name: '签名并重新提交' }).click();
    await said().getByText('修改后的申报已提交').waitFor();
    expect((await cases()).map(({ centre, state, seq }) => [centre, state, seq])).toEqual([
      ['centre:3700', 'submitted', 2],
    ]);
    // The centre that has it now decides; the one before reads it no more.
    expect((await server.as(server.province).get<{ allowed: string[] }>(`/v1/cases/${about}`)).allowed).toContain(
      'application.select',
    );
    await expect(server.as(server.city).get(`/v1/cases/${about}`)).rejects.toMatchObject({
      problem: { code: 'out_of_reach' },
    });
  });

  test('after a withdrawal the way to apply again is there, with what was said before', async () => {
    const { page } = desk;
    const { pair, about, cases } = await applied();
    await enter(pair);
    await go('apply', '申报');
    expect(await page.getByRole('link', { name: '再次申报' }).count()).toBe(0);
    await go(`apply/${about}`, '申报');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: '撤回申报' }).click();
    await page.getByText('已撤回').first().waitFor();
    await go('apply', '申报');
    await page.getByRole('link', { name: '再次申报' }).click();
    await page.getByRole('heading', { level: 1, name: '申报评价机构' }).waitFor();
    expect([await page.getByLabel('单位名称').inputValue(), await page.getByLabel('受理中心').inputValue()]).toEqual([
      NAME,
      desk.server.city.subject,
    ]);
    expect(await axe()).toEqual([]);
    await pledge();
    await page.getByRole('button', { name: '签名并提交申报' }).click();
    await said().getByText('申报已签名提交').waitFor();
    expect((await cases()).map(({ state }) => state).sort()).toEqual(['submitted', 'withdrawn']);
  });

  test('the switch of language keeps the key, the view and what was typed', async () => {
    const { page, sent } = desk;
    const { pair, about, cases } = await applied();
    await enter(pair);
    await go(`apply/${about}`, '申报');
    await page.getByText('修改申报').click();
    await page.getByLabel('单位名称').fill('济南改名职业培训学校');
    await page.getByRole('button', { name: '增加一个职业' }).click();
    await page.locator('[name="form.occupations[].name"]').nth(1).fill('焊工');
    sent.length = 0;
    await page.getByRole('button', { name: 'English', exact: true }).click();
    await page.locator('html[lang="en"]').waitFor();
    // Nothing was loaded again, and English leads on the frame, the view and rows that are added from now on.
    expect(
      sent
        .filter((line) => /\/desk |\/desk\/view/.test(line))
        .filter((line) => !line.startsWith(`${desk.server.origin}/desk `)),
    ).toEqual([]);
    expect([await page.locator('#who').isVisible(), await page.evaluate(() => location.hash)]).toEqual([
      true,
      `#/apply/${about}`,
    ]);
    expect([
      await page.locator('#view h1').innerText(),
      await page.title(),
      await page.locator('#renew').innerText(),
    ]).toEqual([
      expect.stringMatching(/^Application\s*申报/),
      'Application · Luzheng',
      expect.stringMatching(/^Renew\s*更新授权/),
    ]);
    expect([
      await page.getByLabel('Name of the body').inputValue(),
      await page.locator('[name="form.occupations[].name"]').nth(1).inputValue(),
    ]).toEqual(['济南改名职业培训学校', '焊工']);
    await page.getByRole('button', { name: 'Add an occupation' }).click();
    expect(await page.locator('[data-row="form.occupations"]').nth(2).locator('label').first().innerText()).toMatch(
      /^Occupation\s*职业/,
    );
    await page.locator('[data-row="form.occupations"]').nth(2).getByRole('button', { name: 'Remove' }).click();
    expect(await axe()).toEqual([]);
    // Back again, and what was typed is signed with the same key.
    await page.getByRole('button', { name: '中文', exact: true }).click();
    await page.locator('html[lang="zh-CN"]').waitFor();
    expect([await page.locator('#view h1').innerText(), await page.locator('#renew').innerText()]).toEqual([
      expect.stringMatching(/^申报\s*Application/),
      expect.stringMatching(/^更新授权\s*Renew/),
    ]);
    await page.locator('[data-row="form.occupations"]').nth(1).getByRole('button', { name: '删除' }).click();
    await pledge();
    await page.getByRole('button', { name: '签名并重新提交' }).click();
    await said().getByText('修改后的申报已提交').waitFor();
    expect((await cases()).map(({ facts, seq }) => [facts.name, seq])).toEqual([['济南改名职业培训学校', 2]]);
    // A view without fields is written in the language of the day, as are the pages to come.
    await go('home', '申报单位');
    await page.getByRole('button', { name: 'English', exact: true }).click();
    await page.locator('#view h1', { hasText: /^Applicant/ }).waitFor();
    expect(await page.locator('#who').isVisible()).toBe(true);
    await page.reload();
    await page.locator('html[lang="en"]').waitFor();
    expect(await page.locator('#enter-title').innerText()).toMatch(/^Desk/);
  });
});
