/**
 * Notices of results for tests, written straight into the register as the organization signed them: the steps that publish
 * and correct results have tests of their own.
 */

import type { Body } from '../src/core/procedure/bodies.ts';
import type { ResultRow } from '../src/core/procedure/plan.ts';
import { countOutcomes } from '../src/core/procedure/plan.ts';
import { planFacts } from '../src/core/procedure/plan-check.ts';
import { signStep } from '../src/core/procedure/read-case.ts';
import type { StepName } from '../src/core/procedure/steps.ts';
import { payloadDigest } from '../src/core/statement.ts';
import { serviceOf } from '../src/env.ts';
import { sealBody } from '../src/service/procedure/stored-cases.ts';
import { type CaseRow, insertStep, selectCase } from '../src/storage/case-store.ts';
import { db, idNumber, ORIGIN, type Organization, testEnv } from './kit.ts';
import { fresh, salt, samplePlan } from './procedure-kit.ts';

/** Named so that no test finds the name anywhere by chance. */
export const resultRows = (
  date: string,
  names: readonly string[],
  scores: readonly (number | 'absent')[] = [],
): ResultRow[] =>
  names.map((name, i) => ({
    row: i + 2,
    name,
    id_type: 'resident_id',
    id_number: idNumber(i + 3000),
    occupation_code: '6-31-01-03',
    occupation_name: '电工',
    job_type: '--',
    level: 3,
    score_theory: scores[i] ?? 80,
    score_practice: scores[i] ?? 75,
    exam_date: date,
  }));

/** Stores a step after whatever the case holds. */
export async function store(
  organization: Organization,
  about: string,
  step: StepName,
  body: unknown,
  change: Partial<CaseRow>,
): Promise<void> {
  const service = serviceOf(testEnv as never);
  const current = await selectCase(db, about);
  const now = Math.floor(Date.now() / 1000);
  const token = await signStep(
    organization.client,
    { aud: ORIGIN, about, step, seq: current?.seq ?? 0, last: current?.last, body },
    now,
    crypto.randomUUID(),
  );
  const seq = (current?.seq ?? 0) + 1;
  const last = payloadDigest(token);
  const row: CaseRow = {
    about,
    kind: about.split(':')[0] as CaseRow['kind'],
    state: 'notice',
    owner: organization.client.subject,
    organization: organization.code,
    centre: organization.centre.subject,
    parent: null,
    facts: '{}',
    due: null,
    created_at: now,
    ...current,
    ...change,
    seq,
    last,
    updated_at: now,
  };
  await insertStep(db, row, {
    about,
    seq,
    step,
    role: 'organization',
    iss: organization.client.subject,
    token,
    sealed: await sealBody(service, about, seq, body),
    received_at: now,
  });
}

export interface NoticeInput {
  rows: ResultRow[];
  from: string;
  until: string;
  title?: string;
  passMark?: number;
}

const factsOf = ({ rows, from, until, title = '电工三级认定（虚构）', passMark = 60 }: NoticeInput): string => {
  const occupations = [
    ...new Map(
      rows.map((row) => [
        row.occupation_code,
        { code: row.occupation_code, name: row.occupation_name, job: row.job_type, levels: [row.level] },
      ]),
    ).values(),
  ];
  return JSON.stringify({
    title,
    occupations,
    counts: countOutcomes(rows, passMark),
    from,
    until,
    pass_mark: passMark,
  });
};

/** Files a plan and publishes its results. @returns the notice's id */
export async function publish(organization: Organization, input: NoticeInput): Promise<string> {
  const plan = fresh('plan');
  const filed = samplePlan(input.rows[0]?.exam_date as string, 1);
  await store(organization, plan, 'plan.file', filed, { state: 'filed', facts: JSON.stringify(planFacts(filed, [])) });
  const about = fresh('results');
  await store(
    organization,
    about,
    'results.publish',
    { salt: salt(), plan, rows: input.rows, working_days: 5 } satisfies Body<'results.publish'>,
    { parent: plan, facts: factsOf(input), due: input.until },
  );
  return about.slice('results:'.length);
}

export async function correct(organization: Organization, id: string, input: NoticeInput): Promise<void> {
  const about = `results:${id}`;
  const plan = (await selectCase(db, about))?.parent as string;
  await store(
    organization,
    about,
    'results.correct',
    { salt: salt(), plan, rows: input.rows, working_days: 5, reason: '姓名有误' } satisfies Body<'results.correct'>,
    { facts: factsOf(input), due: input.until, state: 'notice' },
  );
}
