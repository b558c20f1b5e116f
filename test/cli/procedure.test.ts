/** `luzheng case`, `step`, `plan`, `apply`, `select` and `draw` as processes against `npm start`: an organization's and a centre's way. */
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/cli/local.ts';
import { dayNumber, dayOf, shanghaiDay } from '../../src/life/calendar.ts';
import { residentCheckCharacter } from '../../src/life/identity.ts';
import { isDrawnOn } from '../../src/life/procedure/draw-source.ts';
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
  const selected = await luzheng('select', about, '--organization', 'S000037000123', '--capacity', '200', ...CITY);
  expect([selected.exit, selected.err]).toEqual([0, '']);
  expect(await luzheng('select', about, '--organization', 'S000037000123', ...CITY)).toMatchObject({ exit: 1 });
  expect(await luzheng('case', '--kind', 'plan', '--key', at('new.json'))).toMatchObject({ exit: 0, out: expect.stringContaining('no cases') });
  expect(readFileSync(at('new.json'), 'utf8')).toContain('org:S000037000123');
});

test('a centre draws: the seed lies beside its key until the lottery; findings, follow-up and close of what was drawn', async () => {
  const waiting = JSON.parse((await luzheng('case', '--kind', 'draw', '--state', 'committed', ...CITY, '--json')).out) as { cases: { about: string }[] };
  for (const { about } of waiting.cases) expect(await luzheng('step', about, 'draw.abandon', '--reason', '演练', ...CITY)).toMatchObject({ exit: 0 });
  copyFileSync(join(ROOT, '.dev/keys/city-3701.json'), at('city.json'));
  const own = ['--key', at('city.json')];
  const today = shanghaiDay(Math.floor(Date.now() / 1000));
  const date = [1, 2, 3].map((more) => dayOf(dayNumber(today) + more)).find((one) => isDrawnOn('ssq', one)) as string;
  writeFileSync(at('inspectors.csv'), '编号,姓名,单位\nd1,赵督导,市中心\nd2,钱督导,市中心\n');
  writeFileSync(at('faulty.csv'), '编号,姓名,单位\nd1,赵督导,市中心\n督导,钱督导,\n');
  const commit = (list: string, ...more: string[]) => luzheng('draw', 'commit', '--title', '督导（虚构）', '--inspectors', at(list), '--pick', '1', '--issue', `${date.slice(0, 4)}140`, '--date', date, ...own, ...more);
  const seedFiles = () => readdirSync(folder).filter((name) => name.startsWith('draw-seed-'));
  expect(await commit('faulty.csv')).toMatchObject({ exit: 1, err: expect.stringContaining('第 3 行 unit') });
  expect(await commit('inspectors.csv', '--per-session', '3')).toMatchObject({ exit: 1, err: expect.stringContaining('[draw_impossible]') });
  expect(await commit('inspectors.csv', '--until', today)).toMatchObject({ exit: 1, err: expect.stringContaining('no session within reach') });
  expect(seedFiles()).toEqual([]);
  const fixed = await commit('inspectors.csv', '--json');
  expect([fixed.exit, fixed.err]).toEqual([0, '']);
  const { about, seed_file, commitment } = JSON.parse(fixed.out) as { about: string; seed_file: string; commitment: string };
  expect([seedFiles().length, statSync(seed_file).mode & 0o777, readFileSync(seed_file, 'utf8').includes(commitment)]).toEqual([1, 0o600, true]);
  expect(await commit('inspectors.csv')).toMatchObject({ exit: 1, err: expect.stringContaining('[draw_open]') });
  expect(seedFiles().length).toBe(1);
  const reveal = (value: string, ...more: string[]) => luzheng('draw', 'reveal', about, '--value', value, ...own, ...more);
  expect(await reveal('03 11 19')).toMatchObject({ exit: 1, err: expect.stringContaining('[public_value_malformed]') });
  expect(await reveal('31 3 11 19 22 27 + 8')).toMatchObject({ exit: 1, err: expect.stringContaining('[public_value_early]') });
  expect(await reveal('31 3 11 19 22 27 + 8', '--compute', '--json')).toMatchObject({ exit: 0, out: expect.stringContaining('"public_value":"03 11 19 22 27 31 08","published":false') });
  expect(await luzheng('draw', 'reveal', about, '--value', '03 11 19 22 27 31 08', '--seed', at('city.json'), ...own)).toMatchObject({ exit: 1, err: expect.stringContaining('[seed_file_malformed]') });
  expect(await luzheng('draw', 'verify', about)).toMatchObject({ exit: 2, out: expect.stringContaining('种子尚未公布') });

  const seeded = 'draw:seed-revealed';
  const pdf = at('found.pdf');
  writeFileSync(pdf, '%PDF-1.7\n');
  expect(await luzheng('draw', 'finding', seeded, '2', '--finding', 'minor', '--summary', '无', ...own)).toMatchObject({ exit: 1, err: expect.stringContaining('none of the 1 sessions') });
  expect(await luzheng('draw', 'finding', seeded, '1', '--finding', 'grave', '--summary', '无', ...own)).toMatchObject({ exit: 2, err: expect.stringContaining('serious') });
  expect(await luzheng('draw', 'finding', seeded, '1', '--finding', 'minor', '--summary', '座位标识不全', '--details', '内部', '--file', pdf, ...own)).toMatchObject({ exit: 0, out: expect.stringContaining('一般问题') });
  expect(await luzheng('draw', 'follow', seeded, '1', '--summary', '已补齐', ...SCHOOL)).toMatchObject({ exit: 0, err: '' });
  expect(await luzheng('draw', 'close', seeded, '--summary', '已督促整改', ...own)).toMatchObject({ exit: 0, err: '' });
});

test('whoever has a draw’s record checks it without the service, under the root that they trust', async () => {
  const origin = server[1] as string;
  const record = await (await fetch(`${origin}/v1/draws/seed-revealed`)).text();
  writeFileSync(at('draw.json'), record);
  writeFileSync(at('altered.json'), record.replace('"name":"赵示例"', '"name":"李示例"'));
  const verify = (...args: string[]) => run('luzheng.ts', ['draw', 'verify', ...args]);
  const whole = await verify(at('draw.json'));
  expect([whole.exit, whole.err]).toEqual([0, '']);
  for (const said of ['签名成立，结果与公布的一致', '开奖是否晚于名单锁定时间', '济南示范职业培训学校']) expect(whole.out).toContain(said);
  expect(await verify(`${origin}/supervision/seed-revealed`)).toMatchObject({ exit: 0 });
  expect(await verify(at('altered.json'))).toMatchObject({ exit: 1, out: expect.stringContaining('✗ 名单、承诺值或种子与签名声明所签内容不一致') });
  expect(await verify(at('draw.json'), '--root', 'A'.repeat(43))).toMatchObject({ exit: 2, out: expect.stringContaining('签名没有核对') });
  expect(await verify(at('inspectors.csv'))).toMatchObject({ exit: 2 });
  expect(await verify(`${origin}/notices/x`)).toMatchObject({ exit: 2 });
  expect(await luzheng('draw', 'fly')).toMatchObject({ exit: 2, err: expect.stringContaining('commit') });
});
