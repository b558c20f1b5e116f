/**
 * Where a row stands in a filing's scope: occupation, its filed name, job and level. Spelling differences that do not
 * count (bracket width, spaces) lead to the filing's own text, so that a certificate prints what was filed.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import type { Level } from '../number.ts';
import { MAX_TEXT_BYTES, NO_JOB, type RawRow, type ScopeEntry } from './row.ts';
import {
  type Flaw,
  flaw,
  foldText,
  isNone,
  nameFlaw,
  type Read,
  readLevel,
  readOccupationCode,
  textOf,
} from './row-values.ts';

export type ScopeIndex = ReadonlyMap<string, readonly ScopeEntry[]>;

export function indexScope(scope: readonly ScopeEntry[]): ScopeIndex {
  const index = new Map<string, ScopeEntry[]>();
  for (const entry of scope) {
    const entries = index.get(entry.code);
    if (entries) entries.push(entry);
    else index.set(entry.code, [entry]);
  }
  return index;
}

export interface Placement {
  occupation?: { code: string; name: string; edition: string };
  job?: string;
  level?: Level;
  /** In the order of the columns. */
  flaws: (Flaw & { field: 'occupation_code' | 'occupation_name' | 'job_type' | 'level' })[];
}

const tooLong = (text: string) => encodeUtf8(text).length > MAX_TEXT_BYTES;

function readText(value: unknown, longCode: 'occupation_name_too_long' | 'job_too_long'): Read<string> {
  const given = textOf(value);
  if ('flaw' in given) return given;
  const text = given.value.normalize('NFC').trim();
  if (nameFlaw(text) === 'formula') return flaw('formula');
  return tooLong(text) ? flaw(longCode) : { value: text };
}

/** The filing's spelling of a job, or undefined if the entry does not have it. */
function filedJob(entry: ScopeEntry, job: string): string | undefined {
  if (isNone(job)) return entry.jobs.length === 0 || entry.jobs.some(isNone) ? NO_JOB : undefined;
  const wanted = foldText(job);
  return entry.jobs.find((filed) => foldText(filed) === wanted);
}

/**
 * Finds where a row stands in the scope. A code may have several entries (editions, or levels by job): each step keeps
 * those that fit.
 */
export function placeInScope(values: Record<string, unknown>, scope: ScopeIndex): Placement {
  const flaws: Placement['flaws'] = [];
  const code = readOccupationCode(values.occupation_code);
  const name = readText(values.occupation_name, 'occupation_name_too_long');
  const job = readText(values.job_type, 'job_too_long');
  const level = readLevel(values.level);
  const placement: Placement = { flaws };

  const filed = 'value' in code ? (scope.get(code.value) ?? []) : [];
  if ('flaw' in code) flaws.push({ field: 'occupation_code', ...code });
  else if (filed.length === 0) flaws.push({ field: 'occupation_code', flaw: 'occupation_not_filed' });

  let entries = filed;
  if ('flaw' in name) flaws.push({ field: 'occupation_name', ...name });
  else if (isNone(name.value)) flaws.push({ field: 'occupation_name', flaw: 'value_missing' });
  else if (filed.length > 0) {
    const named = filed.filter((entry) => foldText(entry.name) === foldText(name.value));
    // After a wrong name job and level are still judged, by every entry of the code: all faults at once.
    if (named.length > 0) entries = named;
    else
      flaws.push({
        field: 'occupation_name',
        flaw: 'occupation_name_differs',
        facts: { filed: [...new Set(filed.map((entry) => entry.name))].join('”“') },
      });
  }

  if ('flaw' in job) flaws.push({ field: 'job_type', ...job });
  else if (filed.length > 0) {
    const fitting = entries.filter((entry) => filedJob(entry, job.value) !== undefined);
    if (fitting.length > 0) {
      entries = fitting;
      placement.job = filedJob(fitting[0] as ScopeEntry, job.value) as string;
    } else flaws.push({ field: 'job_type', flaw: 'job_not_filed' });
  }

  if ('flaw' in level) flaws.push({ field: 'level', ...level });
  else {
    placement.level = level.value;
    const fitting = entries.filter((entry) => entry.levels.includes(level.value));
    if (fitting.length > 0) entries = fitting;
    else if (filed.length > 0) flaws.push({ field: 'level', flaw: 'level_not_filed' });
  }

  // The same occupation filed under two editions: the newer one names it.
  const entry = entries.reduce<ScopeEntry | undefined>(
    (best, next) => (best && best.edition >= next.edition ? best : next),
    undefined,
  );
  if (entry) placement.occupation = { code: entry.code, name: entry.name, edition: entry.edition };
  return placement;
}

/**
 * The scope that the rows themselves ask for, where no filing is given. Skips what cannot be parsed; the first name of
 * a code counts.
 */
export function scopeOf(rows: RawRow[]): ScopeEntry[] {
  const found = new Map<string, { name: string; jobs: Map<string, string>; levels: Set<Level> }>();
  for (const { values, cells } of rows) {
    const code = readOccupationCode(values.occupation_code);
    const name = readText(values.occupation_name, 'occupation_name_too_long');
    const job = readText(values.job_type, 'job_too_long');
    const level = readLevel(values.level);
    if (cells || 'flaw' in code || 'flaw' in name || 'flaw' in job || 'flaw' in level || isNone(name.value)) continue;
    let entry = found.get(code.value);
    if (!entry) found.set(code.value, (entry = { name: name.value, jobs: new Map(), levels: new Set() }));
    const spelling = isNone(job.value) ? NO_JOB : job.value;
    if (!entry.jobs.has(foldText(spelling))) entry.jobs.set(foldText(spelling), spelling);
    entry.levels.add(level.value);
  }
  return [...found].map(([code, { name, jobs, levels }]) => ({
    code,
    name,
    edition: '2022',
    jobs: jobs.size === 1 && jobs.has(NO_JOB) ? [] : [...jobs.values()],
    levels: [...levels].sort((a, b) => b - a),
  }));
}
