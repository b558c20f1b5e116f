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
import type { Plan, ResultRow, RosterEntry } from '../../src/core/procedure/plan.ts';
import { countOutcomes, outcomeOf, PLAN_FAULTS } from '../../src/core/procedure/plan.ts';
import { earliestExam, planDays, planEnd, planFacts, planFaults } from '../../src/core/procedure/plan-check.ts';
import { isNoticeOver, passingRows, resultFaults, resultsFacts } from '../../src/core/procedure/results-check.ts';
import type { ScopeEntry } from '../../src/core/rows/row.ts';
import { readTable, writeCsv, writeXlsx } from '../../src/formats/table/table.ts';

const SCOPE: ScopeEntry[] = [
  { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [4, 3] },
  { code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['电焊工（手工）', '气焊工'], levels: [4] },
];
const young = (birth: string): string => {
  const body = `370102${birth}100`;
  const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce(
    (total, weight, i) => total + weight * Number(body[i]),
    0,
  );
  return body + '10X98765432'[sum % 11];
};
const IDS = ['11010519491231002X', '440524188001010014', young('19800101')] as const;

const electrician = { occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--' };
const session = (id: string, change: object = {}): Plan['sessions'][number] => ({
  id,
  kind: 'both',
  ...electrician,
  levels: [3],
  date: '2026-11-09',
  starts: '09:00',
  ends: '11:30',
  venue: '实训楼',
  ...change,
});
const entry = (row: number, id: string, change: Partial<RosterEntry> = {}): RosterEntry => ({
  row,
  name: '欧阳建国',
  id_type: 'resident_id',
  id_number: id,
  ...electrician,
  level: 3,
  sessions: ['s1'],
  ...change,
});
const staff: Plan['staff'] = [
  { role: 'invigilator', name: '赵监考', sessions: ['s1'] },
  { role: 'assessor', name: '钱考评', sessions: ['s1'] },
  { role: 'supervisor', name: '孙督导', sessions: ['s1'] },
];
const plan = (change: Partial<Plan> = {}): Plan => ({
  salt: 'x',
  title: '电工三级认定',
  process: '理论、实操。',
  sessions: [session('s1')],
  staff,
  roster: [entry(2, IDS[0]), entry(3, IDS[1])],
  ...change,
});
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

const PLANS: [name: string, change: Partial<Plan>, expected: string[]][] = [
  ['a good plan', {}, []],
  [
    'the filing’s job in other brackets',
    {
      sessions: [
        session('s1', {
          occupation_code: '6-18-02-04',
          occupation_name: '焊工',
          job_type: '电焊工(手工)',
          levels: [4],
        }),
      ],
      roster: [
        entry(2, IDS[0], {
          occupation_code: '6-18-02-04',
          occupation_name: '焊 工',
          job_type: '电焊工（手工）',
          level: 4,
        }),
      ],
    },
    [],
  ],
  [
    'an occupation that is not filed',
    { sessions: [session('s1', { occupation_code: '6-18-01-01', occupation_name: '车工' })] },
    ['sessions 1 occupation_code occupation_not_filed'],
  ],
  ['one level too many', { sessions: [session('s1', { levels: [3, 2] })] }, ['sessions 1 levels level_not_filed']],
  [
    'a job of an occupation without jobs',
    { sessions: [session('s1', { job_type: '高压' })] },
    ['sessions 1 job_type job_not_filed'],
  ],
  [
    'two sessions of one id',
    { sessions: [session('s1'), session('s1', { date: '2026-11-10' })] },
    ['sessions 2 id session_repeated'],
  ],
  [
    'a session that ends before it starts',
    { sessions: [session('s1', { ends: '09:00' })] },
    ['sessions 1 ends session_times'],
  ],
  [
    'a session that nobody attends, without its people',
    { sessions: [session('s1'), session('s2')] },
    [
      'sessions 2 id session_empty',
      'sessions 2 invigilator invigilator_missing',
      'sessions 2 assessor assessor_missing',
    ],
  ],
  ['no supervisor', { staff: staff.slice(0, 2) }, ['staff 0 role supervisor_missing']],
  [
    'staff of a session that is not there',
    { staff: [...staff, { role: 'invigilator', name: '李监考', sessions: ['s7'] }] },
    ['staff 4 sessions session_unknown'],
  ],
  [
    'a candidate of a session that is not there',
    { roster: [entry(2, IDS[0], { sessions: ['s1', 's8'] })] },
    ['roster 2 sessions session_unknown'],
  ],
  [
    'a candidate of another level than the session',
    { roster: [entry(2, IDS[0]), entry(3, IDS[1], { level: 4 })] },
    ['roster 3 sessions session_differs'],
  ],
  [
    'names and numbers that nobody has',
    { roster: [entry(2, '110105194912310021', { name: '张?' }), entry(3, '110105194912310000')] },
    [
      'roster 2 name name_question_mark',
      'roster 2 id_number id_number_check_digit',
      'roster 3 id_number id_number_float',
    ],
  ],
  ['somebody who is fifteen on the day', { roster: [entry(2, young('20101110'))] }, ['roster 2 id_number under_16']],
  ['somebody who is sixteen on the day', { roster: [entry(2, young('20101109'))] }, []],
  [
    'one person twice, one document under two names, a row number twice',
    {
      roster: [entry(2, IDS[0]), entry(3, IDS[0]), entry(3, IDS[0], { name: '张伟', level: 4, sessions: ['s2'] })],
      sessions: [session('s1'), session('s2', { levels: [4] })],
      staff: staff.map((member) => ({ ...member, sessions: ['s1', 's2'] })),
    },
    ['roster 3 row row_repeated', 'roster 3 id_number person_repeated', 'roster 3 id_number id_with_two_names'],
  ],
];
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

const result = ({ sessions: _, ...rest }: RosterEntry, change: Partial<ResultRow> = {}): ResultRow => ({
  ...rest,
  score_theory: 80,
  score_practice: 80,
  exam_date: '2026-11-09',
  ...change,
});
const rows = (...changes: (Partial<ResultRow> | undefined)[]): ResultRow[] =>
  plan().roster.flatMap((one, i) => (i in changes && changes[i] === undefined ? [] : [result(one, changes[i])]));

const RESULTS: [name: string, rows: ResultRow[], expected: string[]][] = [
  ['all of the roster', rows(), []],
  [
    'absent, and a spelling that does not count',
    rows({ score_theory: 'absent', id_number: '１１０１０５１９４９１２３１００２x' }),
    [],
  ],
  ['somebody left out', rows({}, undefined), ['rows 0 row candidate_missing']],
  ['somebody added', [...rows(), result(entry(9, IDS[2]))], ['rows 9 id_number candidate_unknown']],
  ['somebody twice', [...rows(), result(entry(9, IDS[0]))], ['rows 9 id_number person_repeated']],
  [
    'another name, level and day',
    rows({ name: '欧阳建民' }, { level: 4 }),
    ['rows 2 name roster_differs', 'rows 3 level roster_differs'],
  ],
  ['a day without a session', rows({ exam_date: '2026-11-10' }), ['rows 2 exam_date exam_date_differs']],
  [
    'scores and numbers that cannot be',
    rows({ score_practice: 61.255, replaces: 'S1' }),
    ['rows 2 score_practice score_decimals', 'rows 2 replaces replaces_malformed'],
  ],
];
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
