/** Plans and results with one thing wrong each, and the faults that they must bring, for procedure-plan.test.ts. */
import type { Plan, ResultRow, RosterEntry } from '../../src/core/procedure/plan.ts';
import type { ScopeEntry } from '../../src/core/rows/row.ts';

export const SCOPE: ScopeEntry[] = [
  { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [4, 3] },
  { code: '6-18-02-04', name: '焊工', edition: '2022', jobs: ['电焊工（手工）', '气焊工'], levels: [4] },
];
export const young = (birth: string): string => {
  const body = `370102${birth}100`;
  const sum = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2].reduce(
    (total, weight, i) => total + weight * Number(body[i]),
    0,
  );
  return body + '10X98765432'[sum % 11];
};
export const IDS = ['11010519491231002X', '440524188001010014', young('19800101')] as const;

const electrician = { occupation_code: '6-31-01-03', occupation_name: '电工', job_type: '--' };
export const session = (id: string, change: object = {}): Plan['sessions'][number] => ({
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
export const entry = (row: number, id: string, change: Partial<RosterEntry> = {}): RosterEntry => ({
  row,
  name: '欧阳建国',
  id_type: 'resident_id',
  id_number: id,
  ...electrician,
  level: 3,
  sessions: ['s1'],
  ...change,
});
export const staff: Plan['staff'] = [
  { role: 'invigilator', name: '赵监考', sessions: ['s1'] },
  { role: 'assessor', name: '钱考评', sessions: ['s1'] },
  { role: 'supervisor', name: '孙督导', sessions: ['s1'] },
];
export const plan = (change: Partial<Plan> = {}): Plan => ({
  salt: 'x',
  title: '电工三级认定',
  process: '理论、实操。',
  sessions: [session('s1')],
  staff,
  roster: [entry(2, IDS[0]), entry(3, IDS[1])],
  ...change,
});

export const PLANS: [name: string, change: Partial<Plan>, expected: string[]][] = [
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

export const result = ({ sessions: _, ...rest }: RosterEntry, change: Partial<ResultRow> = {}): ResultRow => ({
  ...rest,
  score_theory: 80,
  score_practice: 80,
  exam_date: '2026-11-09',
  ...change,
});
export const rows = (...changes: (Partial<ResultRow> | undefined)[]): ResultRow[] =>
  plan().roster.flatMap((one, i) => (i in changes && changes[i] === undefined ? [] : [result(one, changes[i])]));

export const RESULTS: [name: string, rows: ResultRow[], expected: string[]][] = [
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
