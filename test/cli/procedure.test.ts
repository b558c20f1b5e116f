/**
 * The commands of the procedure as processes against a served Worker, each on a day of its own: an organization's, an
 * applicant's and a centre's way, as README and keys/README.md write them.
 */
import { createPrivateKey } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeKeyFile } from '../../keys/make.ts';
import { listCases } from '../../src/cli/commands/luzheng-case.ts';
import { sampleApplication } from '../../src/cli/sample-forms.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';
import { certifyCentre } from '../../src/sdk/file-organization.ts';
import { startServer } from '../browser/server.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import { clockAt, type Run, run, scratch } from './run.ts';

const folder = scratch();
const at = (name: string) => join(folder, name);
const instant = (day: string): number => Date.parse(`${day}T10:00:00+08:00`) / 1000;
let service: Awaited<ReturnType<typeof startServer>>;
let today = '2026-11-02';

const luzheng = (...args: string[]): Promise<Run> => run('luzheng.ts', args, clockAt(instant(today)));
/** What a command answers, as JSON; it must have gone well. */
async function answer<T>(...args: string[]): Promise<T> {
  const done = await luzheng(...args, '--json');
  expect([done.exit, done.err]).toEqual([0, '']);
  return JSON.parse(done.out) as T;
}
const key = (name: string) => ['--key', at(`${name}.json`)];
const [SCHOOL, CITY, CARD] = [key('school'), key('city'), key('card')];

beforeAll(async () => {
  service = await startServer(instant('2026-11-23'));
  const { origin, school, city, anchor } = service;
  writeKeyFile(at('school.json'), { ...school, server: origin });
  writeKeyFile(at('city.json'), { ...city, server: origin, certificate: await certifyCentre(anchor, city.token) });
  // The same key where a program signs with it, as with a card.
  writeFileSync(
    at('city.pem'),
    createPrivateKey({ key: city.private as Record<string, unknown>, format: 'jwk' }).export({
      format: 'pem',
      type: 'pkcs8',
    }),
    { mode: 0o600 },
  );
  const signer = [
    process.execPath,
    '-e',
    "const {sign}=require('node:crypto'),{readFileSync}=require('node:fs');process.stdout.write(sign('sha256',readFileSync(0),readFileSync('city.pem')))",
  ];
  writeKeyFile(at('card.json'), { subject: city.subject, token: city.token, server: origin, public: city.jwk, signer });
}, 60_000);
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

const date = '2026-11-11';
const lines = ['37010219850412311', '37010319920830452'].map(
  (head) => `欧阳建国,居民身份证,${head}${residentCheckCharacter(head)},6-31-01-03,电工,--,三级`,
);
const HEADER = '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级';

test('a plan is filed from a table, looked at, returned and amended', async () => {
  const [title, process] = ['电工三级认定（虚构）', '理论考试、技能考核、综合评审。'];
  const sessions = [
    {
      id: 's1',
      kind: 'both',
      occupation_code: '6-31-01-03',
      occupation_name: '电工',
      job_type: '--',
      levels: [3],
      date,
      starts: '09:00',
      ends: '16:30',
      venue: '实训楼',
    },
  ];
  const staff = ['invigilator', 'assessor', 'supervisor'].map((role) => ({ role, name: '赵考务', sessions: ['s1'] }));
  writeFileSync(at('details.json'), JSON.stringify({ title, process, sessions, staff }));
  writeFileSync(at('roster.csv'), [HEADER, ...lines].join('\n'));
  writeFileSync(at('wrong.csv'), [HEADER, lines[0], '张伟,居民身份证,123,6-31-01-03,电工,--,三级'].join('\n'));
  const plan = ['--details', at('details.json'), ...SCHOOL];

  const wrong = await luzheng('plan', at('wrong.csv'), ...plan);
  expect([wrong.exit, wrong.err]).toEqual([
    1,
    expect.stringMatching(/^row 3: id_number: \w+: .+\n.+\[plan_refused\]\n$/),
  ]);
  writeFileSync(at('bad.json'), JSON.stringify({ title, process, sessions, staff: [] }));
  expect(await luzheng('plan', at('roster.csv'), '--details', at('bad.json'), ...SCHOOL)).toMatchObject({
    exit: 1,
    err: expect.stringMatching(/^staff: .+\n.+\[step_body_malformed\]\n$/),
  });
  expect(await luzheng('plan', at('roster.csv'), ...SCHOOL)).toMatchObject({
    exit: 2,
    err: expect.stringContaining('--details'),
  });

  const { about, ...filed } = await answer<{ about: string }>('plan', at('roster.csv'), ...plan);
  expect(filed).toMatchObject({ step: 'plan.file', seq: 1, state: 'filed', candidates: 2 });
  const list = await luzheng('case', '--kind', 'plan', '--state', 'filed', ...CITY);
  expect([list.exit, list.out]).toEqual([0, expect.stringContaining(about)]);

  const returned = await luzheng('step', about, 'plan.return', '--reason', '请补充场地', ...CARD);
  expect([returned.exit, returned.out]).toEqual([0, expect.stringContaining('returned')]);
  expect(returned.err.match(/(?<=signature \d: ).*/g)).toEqual([
    `GET /v1/cases/${about}`,
    `step+jwt plan.return ${about}`,
    'POST /v1/steps',
  ]);
  expect(await luzheng('step', about, 'plan.return', '--reason', '再次', ...CITY)).toMatchObject({
    exit: 1,
    err: expect.stringContaining('[step_not_now]'),
  });
  expect(await luzheng('plan', at('roster.csv'), ...plan, '--amend', about)).toMatchObject({
    exit: 0,
    out: expect.stringContaining('第 3 步'),
  });
  const shown = await luzheng('case', about, ...SCHOOL);
  expect(shown.exit).toBe(0);
  for (const text of ['plan.return  centre:3701 (city)', '请补充场地', 'plan.amend  org:S000037000001', '3 步 steps'])
    expect(shown.out).toContain(text);
});

test('a plan is cancelled; after the exam of another its results run their notice and are uploaded with photos', async () => {
  const plan = ['--details', at('details.json'), ...SCHOOL];
  const { about } = await answer<{ about: string }>('plan', at('roster.csv'), ...plan);
  const { about: other } = await answer<{ about: string }>('plan', at('roster.csv'), ...plan);
  expect(await luzheng('step', other, 'plan.cancel', '--reason', '报名人数不足', ...SCHOOL)).toMatchObject({
    exit: 0,
    out: expect.stringContaining('cancelled'),
  });
  expect(await luzheng('plan', at('roster.csv'), ...plan, '--amend', other)).toMatchObject({
    exit: 1,
    err: expect.stringContaining('[step_not_now]'),
  });

  // After the exam: results, their notice, and the day after it the batch, with photos of those who passed.
  today = '2026-11-12';
  writeFileSync(
    at('results.csv'),
    [`${HEADER},理论成绩,实操成绩,考试日期`, `${lines[0]},80,90,${date}`, `${lines[1]},缺考,70,${date}`].join('\n'),
  );
  const published = await answer<{ about: string; due: string }>('results', about, at('results.csv'), ...SCHOOL);
  expect(published.due).toBe('2026-11-19');
  const numbers = lines.map((line) => line.split(',')[2] as string);
  writeFileSync(
    at('photos.zip'),
    zipSync(Object.fromEntries(numbers.map((number) => [`${number}.jpg`, jpeg({ text: number })]))),
  );
  const upload = () => luzheng('upload', published.about, '--photos', at('photos.zip'), ...SCHOOL);
  expect(await upload()).toMatchObject({ exit: 1, err: expect.stringContaining('[notice_running]') });
  today = '2026-11-20';
  const uploaded = await upload();
  expect([uploaded.exit, uploaded.err]).toEqual([0, '']);
  const batch = /batch\s+(\w+)/.exec(uploaded.out)?.[1] as string;
  expect(uploaded.out).toContain('由名单重新计算');
  expect(await service.as(service.city).get(`/v1/batches/${batch}`)).toMatchObject({
    state: 'submitted',
    count: 1,
    results: published.about,
  });
  expect(await luzheng('approve', batch, '--photos', at('look'), '--look', ...CITY)).toMatchObject({ exit: 0 });
  expect(readFileSync(at('look/row-2.jpg')).equals(jpeg({ text: numbers[0] as string }))).toBe(true);
});

test('whom somebody certified already is shown to the centre, which cannot approve, and returns the batch by a signed step', async () => {
  today = '2026-11-23';
  const id_number = `37010219790315211${residentCheckCharacter('37010219790315211')}`;
  const row = {
    name: '欧阳建国',
    id_type: '居民身份证',
    id_number,
    occupation_code: '6-31-01-03',
    occupation_name: '电工',
    job_type: '--',
    level: '三级',
    score_theory: 80,
    score_practice: 90,
    exam_date: '2026-11-11',
  };
  const { id } = await service.as(service.school).post<{ id: string }>('/v1/batches', { candidates: [row] });
  const number = (await service.certify([{ name: row.name, id_number }])).shown[0]?.number as string;
  const looked = await luzheng('approve', id, '--look', ...CITY);
  expect([looked.exit, looked.out]).toEqual([0, expect.stringMatching(new RegExp(`held\\s+第 1 行 row 1: ${number}`))]);
  expect(await luzheng('approve', id, ...CITY)).toMatchObject({
    exit: 1,
    err: expect.stringContaining(`row 1: ${number}`),
  });
  expect(await answer('return', id, '--reason', '其中一人已持有证书', ...CITY)).toEqual({ id, state: 'returned' });
  expect(await luzheng('return', id, '--reason', '再退一次', ...CITY)).toMatchObject({
    exit: 1,
    err: expect.stringContaining('[step_not_now]'),
  });
  expect(await service.as(service.school).get(`/v1/batches/${id}`)).toMatchObject({
    state: 'returned',
    returned_reason: '其中一人已持有证书',
  });
  expect(await service.as(service.city).get(`/v1/cases/batch:${id}`)).toMatchObject({
    state: 'returned',
    steps: [{ step: 'batch.return', iss: 'centre:3701' }],
  });
});

test('cases are listed page by page to the end', async () => {
  const asked: string[] = [];
  const pages = [
    { cases: [{ about: 'plan:one' }], next: '0.5.plan:one' },
    { cases: [{ about: 'plan:two' }], next: null },
  ];
  const get = <T>(path: string) => Promise.resolve(pages[asked.push(path) - 1] as T);
  expect((await listCases({ get }, 'plan', 'filed')).map(({ about }) => about)).toEqual(['plan:one', 'plan:two']);
  expect(asked).toEqual(['/v1/cases?kind=plan&state=filed', '/v1/cases?kind=plan&state=filed&after=0.5.plan%3Aone']);
});

test('wrong use is said, and exits with 2', async () => {
  expect(await luzheng('case', ...SCHOOL)).toMatchObject({ exit: 2 });
  expect(await luzheng('case', '--kind', 'nothing', ...SCHOOL)).toMatchObject({
    exit: 2,
    err: expect.stringContaining('results'),
  });
  expect(await luzheng('step', 'new:plan', 'plan.fly', '--reason', 'x', ...SCHOOL)).toMatchObject({ exit: 2 });
  expect(await luzheng('step', 'new:plan', 'results.publish', '--reason', 'x', ...SCHOOL)).toMatchObject({ exit: 2 });
  expect(await luzheng('case', 'plan:pAAAAAAAAAAAAAAAA', ...SCHOOL)).toMatchObject({
    exit: 1,
    err: expect.stringContaining('[case_not_found]'),
  });
});

test('an unnamed key applies, the centre selects it, and the key then speaks for the organization', async () => {
  const scope = [
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5 as const, 4 as const, 3 as const] },
  ];
  // The command adds the key, salt and files.
  const {
    key: _key,
    salt: _salt,
    files: _files,
    ...form
  } = sampleApplication({
    name: '济南泉城职业培训学校',
    uscc: '91350100M000100Y43',
    centre: service.city.subject,
    key: service.city.jwk,
    scope,
    capacity: 500,
  });
  writeFileSync(at('form.json'), JSON.stringify(form));
  writeFileSync(at('licence.pdf'), '%PDF-1.7\n');
  expect(await luzheng('keys', 'make', '--out', at('new.json'), '--server', service.origin)).toMatchObject({ exit: 0 });
  // To another centre, and taken back: neither ends the way.
  const first = await answer<{ about: string }>('apply', at('form.json'), '--key', at('new.json'));
  writeFileSync(at('elsewhere.json'), JSON.stringify({ ...form, centre: 'centre:3700' }));
  expect(await luzheng('apply', at('elsewhere.json'), '--amend', first.about, '--key', at('new.json'))).toMatchObject({
    exit: 0,
    err: '',
  });
  writeFileSync(at('nothing.json'), '{}');
  expect(
    await luzheng('step', first.about, 'application.withdraw', '--body', at('nothing.json'), '--key', at('new.json')),
  ).toMatchObject({ exit: 0, err: '' });
  const { about } = await answer<{ about: string }>(
    'apply',
    at('form.json'),
    '--key',
    at('new.json'),
    '--file',
    at('licence.pdf'),
  );
  expect(await luzheng('step', about, 'application.return', '--reason', '请补充考评人员', ...CITY)).toMatchObject({
    exit: 0,
  });
  writeFileSync(
    at('form.json'),
    JSON.stringify({ ...form, form: { ...form.form, staff: '专职人员 12 人，考评人员 30 人。' } }),
  );
  expect(await luzheng('apply', at('form.json'), '--amend', about, '--key', at('new.json'))).toMatchObject({
    exit: 0,
    out: expect.stringMatching(/第 3 步[\s\S]*files\s+1\n/),
  });
  writeFileSync(at('granted.csv'), 'occupation_code,occupation_name,job_types,levels\n6-31-01-03,电工,,5;4\n');
  writeFileSync(at('beyond.csv'), 'occupation_code,occupation_name,job_types,levels\n6-31-01-03,电工,,5;2\n');
  const granting = (scope: string, ...more: string[]) =>
    luzheng(
      'select',
      about,
      '--organization',
      'S000037000123',
      '--capacity',
      '200',
      '--years',
      '2',
      '--scope',
      at(scope),
      ...more,
      ...CITY,
    );
  expect(await granting('beyond.csv', '--reason', 'x')).toMatchObject({
    exit: 1,
    err: expect.stringContaining('超出申报：scope 6-31-01-03 -- 2'),
  });
  expect(await granting('granted.csv')).toMatchObject({ exit: 2, err: expect.stringContaining('--reason') });
  const selected = await granting('granted.csv', '--reason', '先核准五级、四级');
  expect([selected.exit, selected.err, selected.out]).toEqual([
    0,
    '',
    expect.stringMatching(/not granted +6-31-01-03 电工 -- 3\n/),
  ]);
  const step = JSON.parse((await luzheng('case', about, '--json', '--key', at('new.json'))).out) as {
    facts: { narrower: boolean };
    steps: { body: { reason?: string } }[];
  };
  expect([step.facts.narrower, step.steps.at(-1)?.body.reason]).toEqual([true, '先核准五级、四级']);
  expect(await luzheng('select', about, '--organization', 'S000037000123', ...CITY)).toMatchObject({ exit: 1 });
  expect(await luzheng('case', '--kind', 'plan', '--key', at('new.json'))).toMatchObject({
    exit: 0,
    out: expect.stringContaining('no cases'),
  });
  expect(readFileSync(at('new.json'), 'utf8')).toContain('org:S000037000123');
});
