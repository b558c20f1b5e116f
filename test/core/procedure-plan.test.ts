/**
 * Plans and results by themselves: every fault with a case of its own, outcomes at the edges of the pass mark, and the
 * tables that people fill in, with the traps of real spreadsheets.
 */
import { expect, test } from 'vitest';
import { isRefusal } from '../../src/base/refusal.ts';
import { BUILT_IN, WorkingDays } from '../../src/core/calendar.ts';
import {
  checkResultRows,
  readResultsTable,
  readRosterTable,
  TEMPLATES,
  template,
} from '../../src/core/procedure/name-lists.ts';
import type { ResultRow, RosterEntry } from '../../src/core/procedure/plan.ts';
import { countOutcomes, outcomeOf, PLAN_FAULTS } from '../../src/core/procedure/plan.ts';
import { earliestExam, planDays, planEnd, planFacts, planFaults } from '../../src/core/procedure/plan-check.ts';
import { isNoticeOver, passingRows, resultFaults, resultsFacts } from '../../src/core/procedure/results-check.ts';
import { readTable, writeCsv, writeXlsx } from '../../src/formats/table/table.ts';
import {
  entry,
  IDS,
  PLANS,
  plan,
  RESULTS,
  result,
  rows,
  SCOPE,
  session,
  staff,
  young,
} from './procedure-plan-cases.ts';

const said = (faults: { part: string; row: number; field: string; code: string }[]) =>
  faults.map(({ part, row, field, code }) => `${part} ${row} ${field} ${code}`);

/** Codes that the cases below bring about. */
const seen = new Set<string>();
const note = <T extends { code: string; message: string }>(faults: T[]): T[] => {
  for (const { code, message } of faults) {
    seen.add(code);
    expect(message).toMatch(/^\p{Script=Han}.* \/ [A-Z][^{}]*\.$/su);
    for (const secret of [...IDS, '欧阳']) expect(message).not.toContain(secret);
  }
  return faults;
};

test.each(PLANS)('plan: %s', (_, change, expected) => {
  expect(said(note(planFaults(plan(change), SCOPE)))).toEqual(expected);
});

test('days, end and facts of a plan', () => {
  const two = plan({
    sessions: [session('s1', { date: '2026-11-10' }), session('s2', { starts: '14:00', ends: '16:30', levels: [4] })],
  });
  expect(planDays(two)).toEqual({ first: '2026-11-09', last: '2026-11-10' });
  expect(planEnd(two)).toBe(Date.parse('2026-11-10T11:30:00+08:00') / 1000);
  expect(planFacts(two, SCOPE)).toEqual({
    title: '电工三级认定',
    first: '2026-11-09',
    last: '2026-11-10',
    candidates: 2,
    sessions: 2,
    occupations: [{ code: '6-31-01-03', name: '电工', job: '--', levels: [4, 3] }],
  });
  expect(earliestExam(new WorkingDays(BUILT_IN), '2026-09-29')).toBe('2026-10-12');
});

test.each(RESULTS)('results: %s', (_, given, expected) => {
  expect(said(note(resultFaults(given, plan(), SCOPE)))).toEqual(expected);
});

test('whoever has two qualifications on the roster has two results', () => {
  const both = plan({
    sessions: [session('s1', { levels: [4, 3] })],
    roster: [entry(2, IDS[0]), entry(3, IDS[0], { level: 4 })],
  });
  expect(
    resultFaults(
      both.roster.map((one) => result(one)),
      both,
      SCOPE,
    ),
  ).toEqual([]);
  expect(said(resultFaults([result(both.roster[1] as RosterEntry)], both, SCOPE))).toEqual([
    'rows 0 row candidate_missing',
  ]);
});

test('an outcome is passed from the mark on in both, absent where one was missed', () => {
  const scores: [ResultRow['score_theory'], ResultRow['score_practice'], string][] = [
    [60, 60, 'passed'],
    [100, 60, 'passed'],
    [59.99, 100, 'failed'],
    [60, 59, 'failed'],
    ['absent', 100, 'absent'],
    [0, 'absent', 'absent'],
  ];
  for (const [score_theory, score_practice, outcome] of scores)
    expect(outcomeOf({ score_theory, score_practice }, 60)).toBe(outcome);
  expect(outcomeOf({ score_theory: 60, score_practice: 60 }, 70)).toBe('failed');
  const all = scores.map(([score_theory, score_practice]) => ({ score_theory, score_practice }));
  expect(countOutcomes(all, 60)).toEqual({ candidates: 6, passed: 2, failed: 2, absent: 2 });
});

test('a notice lasts its working days behind the day of publication, and is over on the day after', () => {
  const given = rows({ score_theory: 'absent' });
  const facts = resultsFacts(
    { salt: 'x', plan: 'plan:x', rows: given, working_days: 5 },
    plan(),
    { scope: SCOPE, pass_mark: 60 },
    new WorkingDays(BUILT_IN),
    '2026-09-29',
  );
  expect(facts).toEqual({
    title: '电工三级认定',
    occupations: [{ code: '6-31-01-03', name: '电工', job: '--', levels: [3] }],
    counts: { candidates: 2, passed: 1, failed: 0, absent: 1 },
    from: '2026-09-29',
    until: '2026-10-12',
    working_days: 5,
    pass_mark: 60,
  });
  expect([isNoticeOver(facts, '2026-10-12'), isNoticeOver(facts, '2026-10-13')]).toEqual([false, true]);
  expect(passingRows(given, 60).map(({ row, values }) => [row, values.id_number])).toEqual([[3, IDS[1]]]);
});

const HEAD = ['姓名', '证件类型', '证件号码', '职业编码', '职业名称', '工种', '等级'];
const PERSON_FIELDS = [
  'name',
  'id_type',
  'id_number',
  'occupation_code',
  'occupation_name',
  'job_type',
  'level',
] as const;
const PERSON = ['欧阳建国', '身份证', IDS[0], '6-31-01-03', '电工', '无', '三级/高级工'];
const roster = (...lines: string[][]) => writeCsv([[...HEAD, '场次（必填）'], ...lines]);
const results = (...lines: string[][]) =>
  writeXlsx('结果', [[...HEAD, '理论成绩', '实操成绩', '考试日期'], ...lines], []);

test('a roster is read from a file as people write it', () => {
  const read = readRosterTable(
    roster(
      [...PERSON, 's1； s2'],
      ['张伟', '居民身份证', '４４０５２４１８８００１０１００１４', '6－31－01－03', '电工', '', '3', 's1'],
    ),
    { scope: SCOPE },
  );
  expect(read).toMatchObject({
    faults: [],
    ignored: [],
    rows: [entry(2, IDS[0], { sessions: ['s1', 's2'] }), entry(3, IDS[1], { name: '张伟' })],
  });
  // Read as a plan holds them.
  expect(
    planFaults(
      plan({
        sessions: [session('s1'), session('s2')],
        staff: staff.map((one) => ({ ...one, sessions: ['s1', 's2'] })),
        roster: read.rows,
      }),
      SCOPE,
    ),
  ).toEqual([]);
});

test('where a plan has one session, the column can be left out', () => {
  const bare = writeCsv([HEAD, PERSON]);
  expect(readRosterTable(bare, { session: 's1' }).rows).toEqual([entry(2, IDS[0])]);
  let code = '';
  try {
    readRosterTable(bare);
  } catch (error) {
    code = isRefusal(error) ? error.code : String(error);
  }
  expect(code).toBe('csv_columns_missing');
});

test('rows with faults are told beside the good ones, with the traps of uploaded rows', () => {
  const read = readRosterTable(
    roster(
      [...PERSON, 's1'],
      ['张?', '驾驶证', '110105194912310000', '6-31-01-03', '电工', '', '三级/初级工', ''],
      [...PERSON.slice(0, 6), '3', '第一场!'],
      [...PERSON, 's1', '多余'],
    ),
  );
  expect(said(note(read.faults))).toEqual([
    'roster 3 name name_question_mark',
    'roster 3 id_type id_type_unknown',
    'roster 3 id_number id_number_float',
    'roster 3 level level_contradictory',
    'roster 3 sessions value_missing',
    'roster 4 sessions sessions_malformed',
    'roster 4 id_number person_repeated',
    'roster 5 row row_cells',
  ]);
  expect(read.rows.map(({ row }) => row)).toEqual([2, 4].filter((row) => !read.faults.some((one) => one.row === row)));
  expect(read.raw).toHaveLength(4);
});

test('results are read with 缺考 as a score, and refused what cannot be known', () => {
  const read = readResultsTable(
    results(
      [...PERSON, '缺考', '８５.5', '2026年11月9日'],
      ['张伟', '身份证', IDS[1], '6-31-01-03', '电工', '', '3', '', '101', '11/9/2026'],
      ['李娜', '身份证', IDS[2], '6-31-01-03', '电工', '', '3', '59', 'Absent', '45964'],
    ),
    { scope: SCOPE, today: '2026-11-20' },
  );
  expect(read.rows).toEqual([result(entry(2, IDS[0]), { score_theory: 'absent', score_practice: 85.5 })]);
  expect(said(read.faults).filter((line) => line.startsWith('rows 3'))).toEqual([
    'rows 3 score_theory score_blank',
    'rows 3 score_practice score_range',
    'rows 3 exam_date exam_date_ambiguous',
  ]);
  expect(said(read.faults).filter((line) => line.startsWith('rows 4'))).toContain('rows 4 exam_date exam_date_serial');
  // Mended in place, the row is read again.
  const corrected = checkResultRows(
    [{ row: 3, values: { ...read.raw[1]?.values, score_theory: '70', score_practice: '71', exam_date: '2026-11-09' } }],
    { scope: SCOPE },
  );
  expect([corrected.faults, corrected.rows[0]?.score_practice]).toEqual([[], 71]);
  expect(said(note(checkResultRows([{ row: 1, values: { ...read.raw[0]?.values, colour: 'x' } }]).faults))).toEqual([
    'rows 1 colour field_unknown',
  ]);
});

test('rows of results are judged as those of an upload: what several show too, and whoever was under sixteen', () => {
  const row = (at: number, id: string, change: Record<string, unknown> = {}) => ({
    row: at,
    values: { ...Object.fromEntries(PERSON_FIELDS.map((field, i) => [field, PERSON[i]])), id_number: id, ...change },
  });
  const scored = { score_theory: '80', score_practice: '80', exam_date: '2026-11-09' };
  const twice = { ...scored, replaces: 'S000037000001253000013' };
  const read = checkResultRows(
    [
      row(2, IDS[0], twice),
      row(3, IDS[1], twice),
      row(4, young('20101110'), scored),
      row(5, IDS[2], { ...scored, level: '2' }),
      row(6, IDS[2], { ...scored, level: '2' }),
    ],
    { scope: SCOPE },
  );
  expect(said(note(read.faults))).toEqual([
    'rows 3 replaces replaces_repeated',
    'rows 4 exam_date under_16',
    'rows 5 level level_not_filed',
    'rows 6 level level_not_filed',
    'rows 6 id_number person_repeated',
  ]);
});

test('templates have the headers that are read, and an example that is not taken for a candidate', () => {
  for (const form of ['csv', 'xlsx'] as const) {
    const people = readRosterTable(template('roster', form), { scope: SCOPE });
    expect([people.ignored, people.rows, said(note(people.faults))]).toEqual([[], [], ['roster 2 remark example_row']]);
    const scores = readResultsTable(template('results', form), { scope: SCOPE });
    expect([scores.ignored, scores.rows, said(scores.faults)]).toEqual([[], [], ['rows 2 remark example_row']]);
    expect(
      readTable(template('results', form), {
        nameOf: (header) => header,
        required: TEMPLATES.results.header,
        requireFew: () => undefined,
      }).header,
    ).toEqual([...TEMPLATES.results.header]);
  }
});

test('every code of the list was brought about', () => {
  expect(Object.keys(PLAN_FAULTS).filter((code) => !seen.has(code))).toEqual([]);
});
