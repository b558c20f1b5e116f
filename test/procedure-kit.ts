/**
 * Steps of the procedure for tests: signed as the browser and the command sign them, against the real Worker, on any day.
 */
import { vi } from 'vitest';
import { toBase64url } from '../src/base/bytes.ts';
import type { Body } from '../src/core/procedure/bodies.ts';
import type { CaseLine, CaseView } from '../src/core/procedure/read-case.ts';
import { newAbout, signApplicant, signStep } from '../src/core/procedure/read-case.ts';
import { readAbout, type StepName } from '../src/core/procedure/steps.ts';
import { type Identity, makeKey } from '../src/sdk/sign.ts';
import { as, idNumber, ORIGIN } from './kit.ts';

export const salt = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(16)));
export const fresh = (kind: string): string => newAbout(kind, crypto.getRandomValues(new Uint8Array(16)));

/** A key that nobody has named yet, with its own access token. */
export async function makeApplicant(): Promise<Identity> {
  const pair = await makeKey();
  return { ...pair, subject: `key:${pair.kid}`, token: await signApplicant(pair, seconds(), crypto.randomUUID()) };
}

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Sets the clock of test and Worker to a moment in Shanghai: `2026-11-02` or `2026-11-02T09:30`. */
export function onDay(day: string): void {
  vi.setSystemTime(new Date(`${day.includes('T') ? day : `${day}T10:00`}:00+08:00`));
}

export interface Taken {
  about: string;
  step: string;
  seq: number;
  state: string;
}

export const view = (who: Identity, about: string): Promise<CaseView> => as(who).get<CaseView>(`/v1/cases/${about}`);
export const cases = async (who: Identity, query = ''): Promise<CaseLine[]> =>
  (await as(who).get<{ cases: CaseLine[] }>(`/v1/cases${query}`)).cases;

/** Takes a step after whatever the case holds; for a fresh case, the first. */
export async function take<S extends StepName>(
  who: Identity,
  about: string,
  step: S,
  body: Body<S>,
  place?: { seq: number; last?: string },
): Promise<Taken> {
  const now = place ?? (await placeOf(who, about, step));
  const statement = await signStep(who, { aud: ORIGIN, about, step, body, ...now }, seconds(), crypto.randomUUID());
  return as(who).post<Taken>('/v1/steps', { statement, body });
}

/** What returns a batch: the one step of its case, signed, with its body. */
export async function returnOf(
  centre: Identity,
  batch: string,
  reason: string,
): Promise<{ statement: string; body: { reason: string } }> {
  const body = { reason };
  return {
    statement: await signStep(
      centre,
      { aud: ORIGIN, about: `batch:${batch}`, step: 'batch.return', seq: 0, body },
      seconds(),
      crypto.randomUUID(),
    ),
    body,
  };
}

async function placeOf(who: Identity, about: string, step: StepName): Promise<{ seq: number; last?: string }> {
  readAbout(about);
  const answer = await as(who).send('GET', `/v1/cases/${about}`);
  if (answer.status === 404) return { seq: 0 };
  if (!answer.ok) throw new Error(`${step}: ${await answer.text()}`);
  const { seq, last } = (await answer.json()) as CaseView;
  return { seq, last };
}

/** The four documents of an organization's rules. */
export function rulesOf(version: string): Body<'rules.publish'> {
  const rule = (title: string) => ({ title, text: `${title}\n一、总则\n二、附则` });
  return {
    version,
    exam: rule('考务管理办法'),
    quality: rule('质量管理办法'),
    certificates: rule('证书管理办法'),
    fees: rule('收费标准'),
  };
}

/** The forms of annexes 1 and 2, filled in for a training school that asks the city's centre. */
export function sampleApplication(
  key: Identity,
  change: Partial<Body<'application.submit'>> = {},
  form: Partial<Body<'application.submit'>['form']> = {},
): Body<'application.submit'> {
  const { kty, crv, x, y } = key.jwk;
  return {
    salt: salt(),
    purpose: 'new',
    centre: 'centre:3701',
    key: { kty, crv, x, y },
    annual_capacity: 500,
    form: {
      name: '济南泉城职业培训学校',
      address: '济南市历下区文化东路 1 号',
      uscc: '91350100M000100Y43',
      registrar: '济南市行政审批服务局',
      nature: 'training_school',
      legal_representative: '周示范',
      registered_capital: '100 万元',
      contact: '吴联系',
      position: '教务主任',
      phone: '0531-00000000',
      email: 'office@example.cn',
      occupations: [
        {
          name: '电工',
          code: '6-31-01-03',
          standard: '电工国家职业技能标准（2018 年版）',
          experience: '2015 年至今',
          assessed: 1200,
          levels: [5, 4, 3],
        },
        {
          name: '焊工',
          job: '电焊工',
          code: '6-18-02-04',
          standard: '焊工国家职业技能标准（2018 年版）',
          experience: '2018 年至今',
          assessed: 300,
          levels: [5, 4],
        },
        {
          name: '焊工',
          job: '气焊工',
          code: '6-18-02-04',
          standard: '焊工国家职业技能标准（2018 年版）',
          experience: '2018 年至今',
          assessed: 100,
          levels: [5],
        },
      ],
      strengths: '参与编制行业评价规范两项。',
      premises: '实训楼 2000 平方米，电工工位 40 个。',
      staff: '专职人员 12 人，考评人员 20 人。',
      pledges: { truthful: true, public_benefit: true, supervision: true },
      signed_by: '周示范',
      ...form,
    },
    work_plan: {
      overall: '总体规划',
      organization: '组织机构及职责',
      occupations: '职业、等级、申报条件',
      process: '评价流程',
      content: '评价内容及方式',
      safeguards: '保障措施',
    },
    files: [],
    ...change,
  };
}

/** A plan of one session for some candidates, all electricians of level 3. */
export function samplePlan(date: string, count = 3, change: Partial<Body<'plan.file'>> = {}): Body<'plan.file'> {
  return {
    salt: salt(),
    title: '电工三级认定（虚构）',
    process: '报名审核、理论考试、技能考核、综合评审。',
    sessions: [
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
        venue: '济南示范职业培训学校实训楼',
      },
    ],
    staff: [
      { role: 'invigilator', name: '赵监考', sessions: ['s1'] },
      { role: 'assessor', name: '钱考评', certificate: '3701-0001', sessions: ['s1'] },
      { role: 'supervisor', name: '孙督导', sessions: ['s1'] },
    ],
    roster: Array.from({ length: count }, (_, i) => ({
      row: i + 2,
      name: '欧阳建国',
      id_type: 'resident_id' as const,
      id_number: idNumber(i),
      occupation_code: '6-31-01-03',
      occupation_name: '电工',
      job_type: '--',
      level: 3 as const,
      sessions: ['s1'],
    })),
    ...change,
  };
}
