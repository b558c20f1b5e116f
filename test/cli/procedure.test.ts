/** `luzheng case`, `step`, `plan`, `apply` and `select` as processes against `npm start`: an organization's and a centre's way. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/cli/local.ts';
import { shanghaiDay } from '../../src/life/calendar.ts';
import { residentCheckCharacter } from '../../src/life/identity.ts';
import { earliestExam } from '../../src/life/procedure/plan-check.ts';
import { run, scratch, start, type Running } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const folder = scratch();
const at = (name: string) => join(folder, name);
let service: Running;
let server: string[];

const luzheng = (...args: string[]) => run('luzheng.ts', [...args, ...server]);
const key = (name: string) => ['--key', join(ROOT, `.dev/keys/${name}.json`)];
const SCHOOL = key('org-S000037000001');
const CITY = key('city-3701');

beforeAll(async () => {
  const port = await freePort();
  server = ['--server', `http://localhost:${port}`];
  service = start('start.ts', ['--port', String(port), '--persist-to', at('state')]);
  await service.says(/Ctrl-C/);
}, 60_000);
afterAll(async () => {
  service.child.kill('SIGTERM');
  await service.end;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

const HEADER = '姓名,证件类型,证件号码,职业编码,职业名称,工种,等级';

test('a plan is filed from a table, looked at, returned and amended', async () => {
  const date = earliestExam(shanghaiDay(Math.floor(Date.now() / 1000)));
  const [title, process] = ['电工三级认定（虚构）', '理论考试、技能考核、综合评审。'];
  const sessions = [{ id: 's1', kind: 'both', occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--', levels: [3], date, starts: '09:00', ends: '16:30', venue: '实训楼' }];
  const staff = ['invigilator', 'assessor', 'supervisor'].map((role) => ({ role, name: '赵考务', sessions: ['s1'] }));
  const lines = ['37010219850412311', '37010319920830452'].map((head) => `欧阳建国,居民身份证,${head}${residentCheckCharacter(head)},6-31-01-03,电工,--,三级`);
  writeFileSync(at('details.json'), JSON.stringify({ title, process, sessions, staff }));
  writeFileSync(at('roster.csv'), [HEADER, ...lines].join('\n'));
  writeFileSync(at('wrong.csv'), [HEADER, lines[0], '张伟,居民身份证,123,6-31-01-03,电工,--,三级'].join('\n'));
  const plan = ['--details', at('details.json'), ...SCHOOL];

  const wrong = await luzheng('plan', at('wrong.csv'), ...plan);
  expect([wrong.exit, wrong.err]).toEqual([1, expect.stringMatching(/^row 3: id_number: \w+: .+\n.+\[plan_refused\]\n$/)]);
  writeFileSync(at('bad.json'), JSON.stringify({ title, process, sessions, staff: [] }));
  expect(await luzheng('plan', at('roster.csv'), '--details', at('bad.json'), ...SCHOOL)).toMatchObject({ exit: 1, err: expect.stringMatching(/^staff: .+\n.+\[step_body_malformed\]\n$/) });
  expect(await luzheng('plan', at('roster.csv'), ...SCHOOL)).toMatchObject({ exit: 2, err: expect.stringContaining('--details') });

  const filed = await luzheng('plan', at('roster.csv'), ...plan, '--json');
  expect([filed.exit, filed.err]).toEqual([0, '']);
  const { about, ...answer } = JSON.parse(filed.out) as { about: string };
  expect(answer).toMatchObject({ step: 'plan.file', seq: 1, state: 'filed', candidates: 2 });
  const list = await luzheng('case', '--kind', 'plan', '--state', 'filed', ...CITY);
  expect([list.exit, list.out]).toEqual([0, expect.stringContaining(about)]);

  expect(await luzheng('step', about, 'plan.return', '--reason', '请补充场地', ...CITY)).toMatchObject({ exit: 0, out: expect.stringContaining('returned') });
  expect(await luzheng('step', about, 'plan.return', '--reason', '再次', ...CITY)).toMatchObject({ exit: 1, err: expect.stringContaining('[step_not_now]') });
  expect(await luzheng('plan', at('roster.csv'), ...plan, '--amend', about)).toMatchObject({ exit: 0, out: expect.stringContaining('第 3 步') });
  const shown = await luzheng('case', about, ...SCHOOL);
  expect(shown.exit).toBe(0);
  for (const text of ['plan.return  centre:3701 (city)', '请补充场地', 'plan.amend  org:S000037000001', '3 步 steps']) expect(shown.out).toContain(text);
});

test('wrong use is said, and exits with 2', async () => {
  expect(await luzheng('case', ...SCHOOL)).toMatchObject({ exit: 2 });
  expect(await luzheng('case', '--kind', 'nothing', ...SCHOOL)).toMatchObject({ exit: 2, err: expect.stringContaining('results') });
  expect(await luzheng('step', 'new:plan', 'plan.fly', '--reason', 'x', ...SCHOOL)).toMatchObject({ exit: 2 });
  expect(await luzheng('step', 'new:plan', 'results.publish', '--reason', 'x', ...SCHOOL)).toMatchObject({ exit: 2 });
  expect(await luzheng('case', 'plan:pAAAAAAAAAAAAAAAA', ...SCHOOL)).toMatchObject({ exit: 1, err: expect.stringContaining('[case_not_found]') });
});

test('an unnamed key applies, the centre selects it, and the key then speaks for the organization', async () => {
  const form = {
    purpose: 'new', centre: 'centre:3701', annual_capacity: 500,
    form: {
      name: '济南泉城职业培训学校', address: '济南市历下区文化东路 1 号', uscc: '91350100M000100Y43', registrar: '济南市行政审批服务局', nature: 'training_school', legal_representative: '周示范', registered_capital: '100 万元',
      contact: '吴联系', position: '教务主任', phone: '0531-00000000', email: 'office@example.cn',
      occupations: [{ name: '电工', code: '6-31-01-03', standard: '电工国家职业技能标准', experience: '2015 年至今', assessed: 1200, levels: [5, 4, 3] }],
      strengths: '参与编制规范。', premises: '实训楼。', staff: '专职人员 12 人。', pledges: { truthful: true, public_benefit: true, supervision: true }, signed_by: '周示范',
    },
    work_plan: { overall: '总体', organization: '机构', occupations: '职业', process: '流程', content: '内容', safeguards: '保障' },
  };
  writeFileSync(at('form.json'), JSON.stringify(form));
  writeFileSync(at('licence.pdf'), '%PDF-1.7\n');
  expect(await run('luzheng.ts', ['keys', 'make', '--out', at('new.json')])).toMatchObject({ exit: 0 });
  const applied = await luzheng('apply', at('form.json'), '--key', at('new.json'), '--file', at('licence.pdf'), '--json');
  expect([applied.exit, applied.err]).toEqual([0, '']);
  const { about } = JSON.parse(applied.out) as { about: string };
  writeFileSync(at('granted.csv'), 'occupation_code,occupation_name,job_types,levels\n6-31-01-03,电工,,5;4\n');
  writeFileSync(at('beyond.csv'), 'occupation_code,occupation_name,job_types,levels\n6-31-01-03,电工,,5;2\n');
  const granting = (scope: string, ...more: string[]) => luzheng('select', about, '--organization', 'S000037000123', '--capacity', '200', '--years', '2', '--scope', at(scope), ...more, ...CITY);
  expect(await granting('beyond.csv', '--reason', 'x')).toMatchObject({ exit: 1, err: expect.stringContaining('超出申报：scope 6-31-01-03 -- 2') });
  expect(await granting('granted.csv')).toMatchObject({ exit: 2, err: expect.stringContaining('--reason') });
  const selected = await granting('granted.csv', '--reason', '先核准五级、四级');
  expect([selected.exit, selected.err, selected.out]).toEqual([0, '', expect.stringMatching(/not granted +6-31-01-03 电工 -- 3\n/)]);
  const step = JSON.parse((await luzheng('case', about, '--json', '--key', at('new.json'))).out) as { facts: { narrower: boolean }; steps: { body: { reason?: string } }[] };
  expect([step.facts.narrower, step.steps.at(-1)?.body.reason]).toEqual([true, '先核准五级、四级']);
  expect(await luzheng('select', about, '--organization', 'S000037000123', ...CITY)).toMatchObject({ exit: 1 });
  expect(await luzheng('case', '--kind', 'plan', '--key', at('new.json'))).toMatchObject({ exit: 0, out: expect.stringContaining('no cases') });
  expect(readFileSync(at('new.json'), 'utf8')).toContain('org:S000037000123');
});
