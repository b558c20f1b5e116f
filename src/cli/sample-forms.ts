/** What people fill in, as samples: rows of candidates, an application, a plan and its results. All people are invented. */
import { dayNumber, dayOf } from '../base/day.ts';
import type { PublicJwk } from '../core/keys.ts';
import { residentCheckCharacter } from '../core/person.ts';
import type { Application } from '../core/procedure/application.ts';
import type { Plan, Results } from '../core/procedure/plan.ts';
import type { CheckedRow } from '../core/rows/row.ts';
import type { ScopeEntry } from '../core/schema.ts';
import { newSalt } from '../sdk/call.ts';

export const ELECTRICIAN: ScopeEntry = {
  code: '6-31-01-03',
  name: '电工',
  edition: '2022',
  jobs: [],
  levels: [5, 4, 3, 2, 1],
};
export const WELDER: ScopeEntry = {
  code: '6-18-02-04',
  name: '焊工',
  edition: '2022',
  jobs: ['电焊工', '气焊工'],
  levels: [5, 4, 3],
};

const FIRST_BORN = dayNumber('1980-01-01');

/** A resident ID number that nobody has, different for each n from 0; its people are born from 1980 on, 900 a day. */
export function sampleIdNumber(n: number): string {
  const born = dayOf(FIRST_BORN + Math.floor(n / 900)).replaceAll('-', '');
  const head = `370102${born}${100 + (n % 900)}`;
  return head + residentCheckCharacter(head);
}
/** A candidate who passed, as the rows of an upload have it. */
export const sampleRow = (n: number, change: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: '欧阳建国',
  id_type: '居民身份证',
  id_number: sampleIdNumber(n),
  occupation_code: ELECTRICIAN.code,
  occupation_name: ELECTRICIAN.name,
  job_type: '--',
  level: '三级/高级工',
  score_theory: 80,
  score_practice: 85.5,
  exam_date: '2026-11-01',
  ...change,
});

/** An application of an invented training school for a scope, with every field of annexes 1 and 2. */
export function sampleApplication(school: {
  name: string;
  uscc: string;
  centre: string;
  key: PublicJwk;
  scope: readonly ScopeEntry[];
  capacity: number;
}): Application {
  const { name, uscc, centre, key, scope, capacity } = school;
  const lines = scope.flatMap(({ code, name: occupation, jobs, levels }) =>
    (jobs.length === 0 ? [undefined] : jobs).map((job) => ({
      name: occupation,
      ...(job === undefined || job === '--' ? {} : { job }),
      code,
      standard: `${occupation}国家职业技能标准`,
      experience: '5 年',
      assessed: 1200,
      levels,
    })),
  );
  return {
    salt: newSalt(),
    purpose: 'new',
    centre,
    key: { kty: key.kty, crv: key.crv, x: key.x, y: key.y },
    annual_capacity: capacity,
    form: {
      name,
      uscc,
      address: '济南市历下区文化东路 1 号（虚构）',
      registrar: '济南市历下区行政审批服务局',
      nature: 'training_school',
      legal_representative: '周示范',
      registered_capital: '100 万元',
      contact: '吴联系',
      position: '教务主任',
      phone: '0531-00000000',
      email: 'office@example.cn',
      occupations: lines,
      strengths: '办学二十年，参与过地方技能竞赛的命题与执裁。',
      premises: '理论考场 4 间共 200 座，实训车间 6 间，设备清单见附件。',
      staff: '专职人员 12 人，考评人员 30 人，均签有劳动合同或聘书。',
      pledges: { truthful: true, public_benefit: true, supervision: true },
      signed_by: '周示范',
    },
    work_plan: {
      overall: '总体规划：立足本市技能人才需求，每季度组织一次认定，全年不超过备案规模。',
      organization: '设考务、质量、证书三个小组，各有专人负责。',
      occupations: '按申报表所列职业、等级开展，依据国家职业技能标准，题库由专家组建立并逐年更新。',
      process: '报名、资格审查、理论考试、技能考核、成绩公示、上传、颁发。',
      content: '理论知识机考或笔试，技能操作现场考核，二级以上加综合评审。',
      safeguards: '场地、设备、经费、安全与应急预案齐备，全程录像保存三年。',
    },
    files: [],
  };
}

/** A plan for the people of a file: one session for each day, occupation and job. */
export function samplePlan(title: string, rows: readonly CheckedRow[]): Plan {
  const sessions = new Map<string, Plan['sessions'][number]>();
  const roster = rows.map((row): Plan['roster'][number] => {
    const name = `${row.exam_date} ${row.occupation.code} ${row.job}`;
    const session = sessions.get(name) ?? {
      id: `s${sessions.size + 1}`,
      kind: 'both' as const,
      occupation_code: row.occupation.code,
      occupation_name: row.occupation.name,
      job_type: row.job,
      levels: [],
      date: row.exam_date,
      starts: '08:30',
      ends: '16:30',
      venue: '示范路校区实训楼（虚构）',
    };
    sessions.set(name, session);
    if (!session.levels.includes(row.level)) session.levels.push(row.level);
    return {
      row: row.row,
      name: row.name,
      id_type: row.id_type,
      id_number: row.id_number,
      occupation_code: row.occupation.code,
      occupation_name: row.occupation.name,
      job_type: row.job,
      level: row.level,
      sessions: [session.id],
    };
  });
  const all = [...sessions.keys()].map((_, i) => `s${i + 1}`);
  return {
    salt: newSalt(),
    title,
    process: '报名与资格审查；理论知识考试；技能操作考核；成绩汇总与公示。',
    sessions: [...sessions.values()],
    staff: [
      { role: 'invigilator', name: '示例监考员', sessions: all },
      { role: 'assessor', name: '示例考评员', certificate: '3701-2026-0001', sessions: all },
      { role: 'supervisor', name: '示例督导员', sessions: all },
    ],
    roster,
  };
}

/** The results of those people, as their file has them. */
export const sampleResults = (plan: string, rows: readonly CheckedRow[]): Results => ({
  salt: newSalt(),
  plan,
  working_days: 5,
  rows: rows.map((row) => ({
    row: row.row,
    name: row.name,
    id_type: row.id_type,
    id_number: row.id_number,
    occupation_code: row.occupation.code,
    occupation_name: row.occupation.name,
    job_type: row.job,
    level: row.level,
    score_theory: row.score_theory,
    score_practice: row.score_practice,
    exam_date: row.exam_date,
    ...(row.replaces === undefined ? {} : { replaces: row.replaces }),
  })),
});
