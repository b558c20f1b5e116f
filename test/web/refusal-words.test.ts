/** Refusals whose facts say more than a title: the command and the desk say it in Chinese as in English. */
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { Refusal } from '../../src/base/refusal.ts';
import { explain } from '../../src/cli/talk.ts';
import { checkDays, readDays } from '../../src/core/calendar.ts';
import { parseOrganizationCode } from '../../src/core/number.ts';
import { readRows, readScope } from '../../src/core/rows/rows.ts';
import { troubleOf } from '../../src/desk/frame/desk-call.ts';
import { CallError } from '../../src/sdk/call.ts';
import { refusalOf } from '../core/cast.ts';

/** The Chinese of the last line that the command prints, and of the desk's line. */
const command = (error: unknown): string => (explain(error).lines.at(-1) as string).split(' / ')[0] as string;
const desk = (error: unknown): string => troubleOf(error).words.title as string;
const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test.each([
  [
    'code_taken',
    { organization: 'S000037000001', free: 'S000037000009' },
    '机构编码 S000037000001 已属于另一家单位，请用未使用的编码，如 S000037000009；只有省中心可以收回编码',
  ],
  ['uscc_wrong', { part: 'filing+jwt:uscc' }, '统一社会信用代码的校验码不符，请逐位核对'],
  ['batch_closed', { state: 'returned' }, '该批次已被退回，请修改后作为新批次重新上传'],
  ['batch_closed', { state: 'issued' }, '该批次已下达颁发指令，不能再审核、退回'],
  ['role_wrong', { allowed: ['city', 'province'] }, '您的角色无权进行此操作，须由市中心或省中心办理'],
  [
    'out_of_reach',
    { centre: 'centre:3702' },
    '该机构已由另一中心（centre:3702）备案，由该中心或省中心办理；此前上传的批次由其退回，机构重新上传',
  ],
  ['out_of_reach', {}, '题'],
  ['csv_columns_missing', { columns: ['id_number', 'job_types'] }, '文件缺少必需的列：证件号码、工种'],
])('%s %o, as a problem of the service', (code, facts, said) => {
  const problem = { type: `urn:luzheng:problem:${code}`, status: 403, code, title: '题', detail: 'Detail.', ...facts };
  expect(command(new CallError(problem))).toBe(code === 'out_of_reach' && !('centre' in facts) ? '题' : said);
  if (code !== 'code_taken') expect(desk(new CallError(problem))).toBe(said); // the desk has a sentence of its own for that
});

test('refused on this machine: the day and what is wrong with it, the columns, the part of a code', async () => {
  const days = (work: () => unknown) => command(thrown(work));
  expect(days(() => readDays('13-01', 2027, 'holidays'))).toBe(
    '放假日“13-01”不是日期，请写成 10-01、2027-10-01 或 10-01..10-07',
  );
  expect(days(() => checkDays({ year: 2027, holidays: ['2026-10-01'], workdays: [] }))).toBe(
    '放假日“2026-10-01”不在所公布的年份内',
  );
  expect(days(() => checkDays({ year: 2027, holidays: [], workdays: ['2027-03-01'] }))).toBe(
    '调休上班日“2027-03-01”不是周六或周日，本来就是工作日',
  );
  expect(days(() => checkDays({ year: 2027, holidays: ['2027-10-01', '2027-10-01'], workdays: [] }))).toBe(
    '放假日“2027-10-01”重复出现',
  );
  const missing = await refusalOf(() => readRows(encodeUtf8('姓名,证件号码\n张伟,1\n')));
  expect(missing.code).toBe('csv_columns_missing');
  expect(command(thrown(() => readRows(encodeUtf8('姓名,证件号码\n张伟,1\n'))))).toBe(
    '文件缺少必需的列：证件类型、职业编码、职业名称、工种、等级、理论成绩、实操成绩、考试日期',
  );
  expect(command(thrown(() => readScope(encodeUtf8('职业编码,职业名称\n6-31-01-03,电工\n'))))).toMatch(
    /^文件缺少必需的列：[\p{Script=Han}、]+$/u,
  );
  expect(desk(thrown(() => parseOrganizationCode('S00003700001')))).toBe(
    '机构编码格式不正确：机构编码共 13 位，如 S000037000001',
  );
  expect(desk(thrown(() => parseOrganizationCode('S000011000001')))).toContain('第 6–7 位');
  expect(desk(new Refusal('pdf_malformed', 'x'))).toBe('内容无法读取');
});
