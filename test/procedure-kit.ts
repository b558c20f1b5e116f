/**
 * Steps of the procedure for tests: signed as the browser and the command sign them, against the real Worker, on any day.
 */
import { vi } from 'vitest';
import {
  sampleApplication as applicationOf,
  ELECTRICIAN,
  samplePlan as planOf,
  sampleIdNumber,
  WELDER,
} from '../src/cli/sample-forms.ts';
import type { Application } from '../src/core/procedure/application.ts';
import type { Body } from '../src/core/procedure/bodies.ts';
import type { Plan } from '../src/core/procedure/plan.ts';
import { type CaseLine, type CaseView, signStep } from '../src/core/procedure/read-case.ts';
import type { StepName } from '../src/core/procedure/steps.ts';
import type { CheckedRow } from '../src/core/rows/row.ts';
import { asApplicant, newCase, newSalt, type StepTaken, sendStep, takeStep } from '../src/sdk/call.ts';
import { type Identity, makeKey } from '../src/sdk/sign.ts';
import { as, ORIGIN } from './kit.ts';

export { newCase as fresh, newSalt as salt };

/** A key that nobody has named yet, with its own access token. */
export const makeApplicant = async (): Promise<Identity> => asApplicant(await makeKey(), seconds());

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Sets the clock of test and Worker to a moment in Shanghai: `2026-11-02` or `2026-11-02T09:30`. */
export function onDay(day: string): void {
  vi.setSystemTime(new Date(`${day.includes('T') ? day : `${day}T10:00`}:00+08:00`));
}

export const view = (who: Identity, about: string): Promise<CaseView> => as(who).get<CaseView>(`/v1/cases/${about}`);
export const cases = async (who: Identity, query = ''): Promise<CaseLine[]> =>
  (await as(who).get<{ cases: CaseLine[] }>(`/v1/cases${query}`)).cases;

/** Takes a step after whatever the case holds, or at a place that is given. */
export const take = <S extends StepName>(
  who: Identity,
  about: string,
  step: S,
  body: Body<S>,
  place?: { seq: number; last?: string },
): Promise<StepTaken> =>
  place === undefined ? takeStep(as(who), about, step, body) : sendStep(as(who), { about, step, body, ...place });

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
  change: Partial<Application> = {},
  form: Partial<Application['form']> = {},
): Application {
  const whole = applicationOf({
    name: '济南泉城职业培训学校',
    uscc: '91350100M000100Y43',
    centre: 'centre:3701',
    key: key.jwk,
    scope: [
      { ...ELECTRICIAN, levels: [5, 4, 3] },
      { ...WELDER, jobs: ['电焊工'], levels: [5, 4] },
      { ...WELDER, jobs: ['气焊工'], levels: [5] },
    ],
    capacity: 500,
  });
  return { ...whole, form: { ...whole.form, ...form }, ...change };
}

/** A plan of one session for some candidates, all electricians of level 3. */
export function samplePlan(date: string, count = 3, change: Partial<Plan> = {}): Plan {
  const rows = Array.from(
    { length: count },
    (_, i): CheckedRow => ({
      row: i + 2,
      name: '欧阳建国',
      id_type: 'resident_id',
      id_number: sampleIdNumber(i),
      occupation: ELECTRICIAN,
      job: '--',
      level: 3,
      score_theory: 80,
      score_practice: 85.5,
      exam_date: date,
    }),
  );
  return { ...planOf('电工三级认定（虚构）', rows), ...change };
}
