/**
 * How an application becomes a filing (遴选 → 备案): the scope that its table of occupations asks for, the claims of the
 * `filing+jwt`, what of a filing goes beyond what was applied for, what it grants, and what it changes.
 */
import { LEVELS, type Level } from '../number.ts';
import { PROVINCE_CENTRE } from '../province.ts';
import { NO_JOB, type ScopeEntry } from '../rows/row.ts';
import type { Filing } from '../schema.ts';
import type { Application } from './application.ts';

/** 国家职业分类大典 of this year: the edition that codes are filed under. */
const EDITION = '2022';

type Lines = Application['form']['occupations'];

const jobOf = (job: string | undefined): string => job ?? NO_JOB;
const descending = (levels: Iterable<Level>): Level[] => {
  const held = new Set(levels);
  return LEVELS.filter((level) => held.has(level));
};

/**
 * The scope that a table of occupations asks for: one entry for each occupation and set of levels, with all jobs that
 * have exactly these, so that no job gets a level that was not asked for it.
 */
export function scopeFrom(lines: Lines, edition = EDITION): ScopeEntry[] {
  const asked = new Map<string, { code: string; name: string; job: string; levels: Level[] }>();
  for (const { code, name, job, levels } of lines) {
    const key = JSON.stringify([code, name, jobOf(job)]);
    asked.set(key, { code, name, job: jobOf(job), levels: descending([...(asked.get(key)?.levels ?? []), ...levels]) });
  }
  const entries = new Map<string, ScopeEntry>();
  for (const { code, name, job, levels } of asked.values()) {
    const key = JSON.stringify([code, name, levels]);
    const entry = entries.get(key);
    if (entry) entry.jobs.push(job);
    else entries.set(key, { code, name, edition, jobs: [job], levels });
  }
  return [...entries.values()].map((entry) => ({
    ...entry,
    jobs: entry.jobs.length === 1 && entry.jobs[0] === NO_JOB ? [] : entry.jobs,
  }));
}

export interface FilingTerms {
  /** 机构编码, assigned by the centre. */
  code: string;
  /** `centre:3701`: who files. */
  centre: string;
  /** Public issuing keys that the service made, the newest last. */
  keys: Filing['issuing_jwks']['keys'];
  /** Less than applied for, where the centre grants less. */
  scope?: ScopeEntry[] | undefined;
  annual_capacity?: number | undefined;
  /** 合格线. */
  pass_mark?: number | undefined;
  edition?: string | undefined;
  iat: number;
  exp: number;
  jti: string;
}

/** Claims of the filing that an application leads to. */
export function filingFrom(
  { form, annual_capacity: asked }: Pick<Application, 'form' | 'annual_capacity'>,
  terms: FilingTerms,
): Filing {
  const { code, centre, keys, scope, annual_capacity, pass_mark = 60, edition, iat, exp, jti } = terms;
  const route =
    centre === PROVINCE_CENTRE ? ({ route: 'province' } as const) : ({ route: 'city', city: centre } as const);
  return {
    iss: centre,
    sub: `org:${code}`,
    name: form.name,
    uscc: form.uscc,
    ...route,
    scope: scope ?? scopeFrom(form.occupations, edition),
    annual_capacity: annual_capacity ?? asked,
    pass_mark,
    issuing_jwks: { keys },
    iat,
    nbf: iat,
    exp,
    jti,
  };
}

/** One occupation and job of an application: which levels were asked for, and which of them a filing grants. */
export interface Grant {
  code: string;
  name: string;
  job: string;
  asked: Level[];
  granted: Level[];
}

/** What a filing grants of what was asked, line by line; a line that was asked twice stands once. */
export function grantsOf({ scope }: Pick<Filing, 'scope'>, { form }: Pick<Application, 'form'>): Grant[] {
  const grants = new Map<string, Grant>();
  for (const { code, name, job, levels } of form.occupations) {
    const key = JSON.stringify([code, name, jobOf(job)]);
    grants.set(key, {
      code,
      name,
      job: jobOf(job),
      asked: descending([...(grants.get(key)?.asked ?? []), ...levels]),
      granted: [],
    });
  }
  for (const grant of grants.values()) {
    const filed = scope.filter(
      ({ code, name, jobs }) =>
        code === grant.code && name === grant.name && (jobs.length === 0 ? [NO_JOB] : jobs).includes(grant.job),
    );
    grant.granted = descending(filed.flatMap(({ levels }) => levels)).filter((level) => grant.asked.includes(level));
  }
  return [...grants.values()];
}

/** Whether a filing leaves out an occupation, a job or a level that was asked for. */
export const isNarrower = (filing: Pick<Filing, 'scope'>, application: Pick<Application, 'form'>): boolean =>
  grantsOf(filing, application).some(({ asked, granted }) => granted.length < asked.length);

/** A part of a filing that is not what was applied for. */
export interface Difference {
  part: 'organization' | 'name' | 'uscc' | 'annual_capacity' | 'scope';
  /** Of the scope. */
  occupation?: string;
  job?: string;
  level?: Level;
}

/** Where a filing differs from its application, or goes beyond it. Less than asked is no difference. */
export function filingDifferences(
  filing: Pick<Filing, 'sub' | 'name' | 'uscc' | 'scope' | 'annual_capacity'>,
  { form, annual_capacity, organization }: Pick<Application, 'form' | 'annual_capacity' | 'organization'>,
): Difference[] {
  const found: Difference[] = [];
  if (organization !== undefined && filing.sub !== `org:${organization}`) found.push({ part: 'organization' });
  if (filing.name !== form.name) found.push({ part: 'name' });
  if (filing.uscc !== form.uscc) found.push({ part: 'uscc' });
  if (filing.annual_capacity > annual_capacity) found.push({ part: 'annual_capacity' });
  const asked = new Set(
    form.occupations.flatMap(({ code, name, job, levels }) =>
      levels.map((level) => JSON.stringify([code, name, jobOf(job), level])),
    ),
  );
  for (const { code, name, jobs, levels } of filing.scope) {
    for (const job of jobs.length === 0 ? [NO_JOB] : jobs) {
      for (const level of levels)
        if (!asked.has(JSON.stringify([code, name, job, level])))
          found.push({ part: 'scope', occupation: code, job, level });
    }
  }
  return found;
}

/** What is on file under a code, as GET /v1/organizations/{code} says it. */
export interface OnFile {
  name: string;
  state: string;
  centre: string;
  centre_name: string;
}

/**
 * Whether a filing by a centre would take an organization over from another one. A filing that was withdrawn binds
 * nobody.
 */
export const takesOver = (before: Pick<OnFile, 'state' | 'centre'> | undefined, centre: string): boolean =>
  before !== undefined && before.state !== 'withdrawn' && before.centre !== centre;

/** What of a filing a centre reads before it signs the next. */
export type Terms = Pick<Filing, 'name' | 'uscc' | 'route' | 'scope' | 'annual_capacity' | 'pass_mark'>;

/** What a filing would change of the one before. Of the scope: one occupation and job, with its levels. */
export type Change =
  | { part: 'name' | 'uscc' | 'route' | 'annual_capacity' | 'pass_mark'; before: string; after: string }
  | { part: 'scope'; code: string; name: string; job: string; before: Level[]; after: Level[] };

function levelsByJob(
  scope: readonly ScopeEntry[],
): Map<string, { code: string; name: string; job: string; levels: Level[] }> {
  const lines = new Map<string, { code: string; name: string; job: string; levels: Level[] }>();
  for (const { code, name, jobs, levels } of scope) {
    for (const job of jobs.length === 0 ? [NO_JOB] : jobs) {
      const key = JSON.stringify([code, name, job]);
      lines.set(key, { code, name, job, levels: descending([...(lines.get(key)?.levels ?? []), ...levels]) });
    }
  }
  return lines;
}

/** What is different in a filing from the one before. */
export function filingChanges(before: Terms, after: Terms): Change[] {
  const changes: Change[] = [];
  for (const part of ['name', 'uscc', 'route', 'annual_capacity', 'pass_mark'] as const)
    if (before[part] !== after[part]) changes.push({ part, before: String(before[part]), after: String(after[part]) });
  const [old, next] = [levelsByJob(before.scope), levelsByJob(after.scope)];
  for (const [key, { code, name, job }] of new Map([...old, ...next])) {
    const [had, has] = [old.get(key)?.levels ?? [], next.get(key)?.levels ?? []];
    if (had.join() !== has.join()) changes.push({ part: 'scope', code, name, job, before: had, after: has });
  }
  return changes;
}
