/** `luzheng file` where another body or centre stands on file already, and `luzheng calendar`, as people type them. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeKeyFile, readKeyFile } from '../../keys/make.ts';
import { unverified } from '../../src/core/statement.ts';
import { as, at, CODE, command, done, luzheng, origin } from './register-kit.ts';

test('a code that belongs to another body is not filed for somebody else', async () => {
  const filing = [
    'file',
    '--key',
    at('province.json'),
    '--organization',
    CODE,
    '--name',
    '青岛新来职业培训学校',
    '--uscc',
    '91110000600037341L',
    '--scope',
    at('scope.csv'),
  ];
  expect(await command(...filing)).toMatchObject({ exit: 1, said: { error: { code: 'code_taken' } } });
  expect((await luzheng(filing)).err).toMatch(
    /机构编码 S000037000002 已属于另一家单位，请用未使用的编码，如 S000037\d{6}[\s\S]*free code, for instance S000037\d{6};/,
  );
});

test('an organization of another centre is not taken over unawares, and its city gets it back', async () => {
  const filed = (key: string, name: string, ...more: string[]) =>
    command(
      'file',
      '--key',
      at(`${key}.json`),
      '--organization',
      'S000037000005',
      '--name',
      name,
      '--uscc',
      '91110000600037341L',
      '--scope',
      at('scope.csv'),
      ...more,
    );
  const right = '济南历下职业培训学校';
  expect((await filed('city', right)).exit).toBe(0);
  const stopped = await filed('province', '错名学校');
  expect(stopped).toMatchObject({ exit: 1, said: { error: { code: 'filed_by_other_centre' } } });
  for (const words of ['济南市中心', 'centre:3701', right, '--take-over'])
    expect(JSON.stringify(stopped.said)).toContain(words);
  const on = async () => await as().get<{ name: string; centre: string }>('/v1/organizations/S000037000005');
  expect(await on()).toMatchObject({ name: right, centre: 'centre:3701' });
  // Its own centre gives it another name without being asked.
  expect((await filed('city', '济南历下技工学校')).exit).toBe(0);
  const taken = await filed('province', '错名学校', '--take-over');
  expect([taken.exit, (await on()).centre]).toEqual([0, 'centre:3700']);
  expect(await filed('city', right)).toMatchObject({
    exit: 1,
    said: { error: { code: 'filed_by_other_centre', detail: expect.stringContaining('省中心撤回') as string } },
  });
  await done(
    'withdraw',
    '--key',
    at('province.json'),
    '--jti',
    unverified<{ jti: string }>(taken.said.statement as string).claims.jti,
  );
  expect((await filed('city', right)).exit).toBe(0);
  expect(await on()).toMatchObject({ name: right, centre: 'centre:3701', state: 'in_force' });
});

test('a key file that named another service names the one at which its key was named', async () => {
  await makeKeyFile(at('moved.json'), { server: 'http://localhost:1' });
  await done('client', '--key', at('province.json'), '--organization', CODE, '--client', at('moved.json'));
  expect((await readKeyFile(at('moved.json'))).file.server).toBe(origin);
});

test('luzheng calendar: the province announces a year, and the list shows where each year comes from', async () => {
  const year = new Date().getFullYear() + 1;
  const said = await done(
    'calendar',
    '--key',
    at('province.json'),
    '--year',
    String(year),
    '--holidays',
    '01-01,10-01..10-03',
    '--source',
    '国办发明电〔2026〕9号',
  );
  expect(said).toMatchObject({
    year,
    holidays: [`${year}-01-01`, `${year}-10-01`, `${year}-10-02`, `${year}-10-03`],
    workdays: [],
    source: '国办发明电〔2026〕9号',
  });
  const { years } = await done('calendar', '--server', origin);
  expect(
    (years as { year: number; announced: boolean }[])
      .filter((one) => [2025, year].includes(one.year))
      .map((one) => [one.year, one.announced]),
  ).toEqual([
    [2025, false],
    [year, true],
  ]);
  writeFileSync(at('days.json'), JSON.stringify({ year, holidays: [`${year}-01-01`], source: '更正' }));
  expect(await done('calendar', '--key', at('province.json'), '--from', at('days.json'))).toMatchObject({
    year,
    source: '更正',
  });
  for (const [args, exit, code] of [
    [['--year', '27', '--holidays', '01-01', '--source', 'x'], 2, 'usage'],
    [['--year', String(year), '--source', 'x'], 2, 'usage'],
    [['--year', String(year), '--holidays', '13-01', '--source', 'x'], 1, 'calendar_day_wrong'],
    [['--year', '2025', '--holidays', '01-01', '--source', 'x'], 1, 'calendar_year_over'],
  ] as const) {
    const refused = await command('calendar', '--key', at('province.json'), ...args);
    expect([args, refused.exit, (refused.said.error as { code: string }).code]).toEqual([args, exit, code]);
  }
});
