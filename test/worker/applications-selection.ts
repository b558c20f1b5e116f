import { expect, test } from 'vitest';
import type { Filing } from '../../src/core/schema.ts';
import { makeKey } from '../../src/sdk/sign.ts';
import { as } from '../kit.ts';
import { cases, fresh, makeApplicant, sampleApplication, take, view } from '../procedure-kit.ts';
import { CODE, file, jtiOf, name, otherCity, problemOf, world } from './applications-kit.ts';

/** What a centre may select, what an application must say, and how many may be open. */
export function selection(): void {
  test('selection takes only a filing that was submitted, and that does not go beyond the application', async () => {
    const stranger = await makeApplicant();
    const about = fresh('application');
    const asked = sampleApplication(stranger);
    const code = 'S000037000012';
    await take(stranger, about, 'application.submit', asked);
    const select = (
      filing: string,
      client?: string,
      organization = code,
      reason: string | undefined = '焊工工位不足，先核准电工五级',
    ) =>
      problemOf(
        take(world.city, about, 'application.select', {
          organization,
          filing,
          ...(client === undefined ? {} : { client }),
          ...(reason === '' ? {} : { reason }),
        }),
      );
    expect(await select('nothing')).toBe('409:filing_unknown filing');
    const [electrician] = asked.form.occupations;
    const wider = (levels: Filing['scope'][number]['levels'], jobs: string[] = []) => [
      { code: electrician?.code as string, name: '电工', edition: '2022', jobs, levels },
    ];
    for (const [change, part] of [
      [{ name: '济南泉城职业技术学校' }, 'name'],
      [{ annual_capacity: 501 }, 'annual_capacity'],
      [{ scope: wider([3, 2]) }, 'scope'],
      [{ scope: wider([3], ['电缆工']) }, 'scope'],
      [{ scope: [{ code: '6-18-01-01', name: '车工', edition: '2022', jobs: [], levels: [5] }] }, 'scope'],
      // Level 4 was asked for one job, not for the other.
      [
        { scope: [{ code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['电焊工', '气焊工'], levels: [4] }] },
        'scope',
      ],
    ] as [Partial<Filing>, string][]) {
      expect(await select(jtiOf(await file(world.city, code, asked, change)))).toBe(
        `409:filing_differs_from_application ${part}`,
      );
    }
    const ofAnother = 'S000037000014';
    expect(
      await select(
        jtiOf(await file(world.city, ofAnother, asked, { uscc: '91110000600037341L' })),
        undefined,
        ofAnother,
      ),
    ).toBe('409:filing_differs_from_application uscc');
    const less = await file(world.city, code, asked, { annual_capacity: 100, scope: wider([5]) });
    expect(await select(jtiOf(less), undefined, CODE)).toBe('409:filing_differs_from_application organization');
    expect(await select(jtiOf(less), 'nothing')).toBe('409:client_statement_unknown client');
    expect(await select(jtiOf(less), jtiOf(await name(world.city, code, await makeKey())))).toBe(
      '409:client_names_other_key client',
    );
    expect(await select(jtiOf(less), jtiOf(less))).toBe('409:client_statement_unknown client');
    // The province sees it, but the centre that was asked decides; another city sees nothing.
    expect(
      await problemOf(take(world.province, about, 'application.select', { organization: code, filing: jtiOf(less) })),
    ).toBe('403:out_of_reach');
    expect(await problemOf(take(otherCity, about, 'application.return', { reason: '不归本中心' }, { seq: 1 }))).toBe(
      '403:out_of_reach',
    );
    expect(
      await problemOf(take(stranger, about, 'application.select', { organization: code, filing: jtiOf(less) })),
    ).toBe('403:out_of_reach');
    expect(await select(jtiOf(less), undefined, code, '')).toBe('409:selection_reason_missing reason');
    expect(await select(jtiOf(less))).toBe('none');
    // Whoever applied reads what was granted, what was not, and why.
    expect(await view(stranger, about)).toMatchObject({ state: 'selected', facts: { narrower: true } });
    const shown = await (await as(stranger).send('GET', `/desk/view/apply/${about}`)).text();
    for (const words of [
      '核准备案的内容',
      '焊工工位不足，先核准电工五级',
      '申报 500',
      '四级/中级工、三级/高级工',
      '焊工（气焊工）',
    ])
      expect(shown).toContain(words);
    expect(await select(jtiOf(less))).toBe('409:step_not_now');
  });

  test('an application says what it must: an appointed centre, the own key, files that were submitted, all pledges', async () => {
    const stranger = await makeApplicant();
    const submitted = (
      change: Parameters<typeof sampleApplication>[1],
      form: Parameters<typeof sampleApplication>[2] = {},
    ) =>
      problemOf(take(stranger, fresh('application'), 'application.submit', sampleApplication(stranger, change, form)));
    expect(await submitted({ centre: 'centre:3716' })).toBe('404:centre_unknown centre');
    expect(await submitted({ key: sampleApplication(await makeApplicant()).key })).toBe('403:key_not_callers key');
    expect(await submitted({ purpose: 'change', organization: CODE })).toBe('403:role_wrong');
    expect(await submitted({ purpose: 'change' })).toBe('400:step_body_malformed organization');
    expect(
      await submitted({ files: [{ name: 'a.pdf', type: 'application/pdf', size: 3, sha256: 'A'.repeat(43) }] }),
    ).toBe('404:file_not_found files');
    expect(await submitted({}, { uscc: '91350100M000100Y44' })).toBe('400:step_body_malformed form.uscc');
    const [line] = sampleApplication(stranger).form.occupations;
    for (const [change, part] of [
      [{ name: '=电工' }, 'name'],
      [{ name: '＠电工' }, 'name'],
      [{ name: '无' }, 'name'],
      [{ name: '电'.repeat(29) }, 'name'],
      [{ job: '-电焊工' }, 'job'],
      [{ job: '电'.repeat(29) }, 'job'],
    ] as const) {
      expect(await submitted({}, { occupations: [{ ...(line as NonNullable<typeof line>), ...change }] })).toBe(
        `400:step_body_malformed form.occupations.0.${part}`,
      );
    }
    expect(
      await submitted({}, { pledges: { truthful: true, public_benefit: true, supervision: false } as never }),
    ).toBe('400:step_body_malformed form.pledges.supervision');
    expect(await cases(stranger)).toEqual([]);
  });

  test('one open application for each who asks; declined or withdrawn, the next may come', async () => {
    const stranger = await makeApplicant();
    const [first, second, third] = [fresh('application'), fresh('application'), fresh('application')];
    const answers = await Promise.all(
      [first, second].map((about) =>
        problemOf(take(stranger, about, 'application.submit', sampleApplication(stranger))),
      ),
    );
    expect(answers.sort()).toEqual(['409:application_open', 'none']);
    const [open] = await cases(stranger);
    const about = open?.about as string;
    expect(await problemOf(take(stranger, third, 'application.submit', sampleApplication(stranger)))).toBe(
      '409:application_open',
    );
    // To another centre, which decides from then on: the first one reads it no more.
    expect(
      await problemOf(
        take(stranger, about, 'application.amend', sampleApplication(stranger, { centre: 'centre:3716' })),
      ),
    ).toBe('404:centre_unknown centre');
    expect(
      await take(stranger, about, 'application.amend', sampleApplication(stranger, { centre: 'centre:3702' })),
    ).toMatchObject({ state: 'submitted', seq: 2 });
    expect([
      await cases(otherCity, '?kind=application&state=submitted'),
      await problemOf(as(world.city).get(`/v1/cases/${about}`)),
    ]).toEqual([[expect.objectContaining({ about, centre: 'centre:3702' })], '403:out_of_reach']);
    await take(otherCity, about, 'application.return', { reason: '请向济南市申报' });
    await take(stranger, about, 'application.amend', sampleApplication(stranger));
    const other = await makeApplicant();
    expect(
      await problemOf(
        take(other, about, 'application.amend', sampleApplication(other), {
          seq: 4,
          last: (await view(stranger, about)).last,
        }),
      ),
    ).toBe('403:out_of_reach');
    await take(stranger, about, 'application.withdraw', {});
    await take(stranger, third, 'application.submit', sampleApplication(stranger));
    expect(await take(world.city, third, 'application.decline', { reason: '场地条件不具备' })).toMatchObject({
      state: 'declined',
    });
    expect(await problemOf(take(stranger, third, 'application.amend', sampleApplication(stranger)))).toBe(
      '409:step_not_now',
    );
  });
}
