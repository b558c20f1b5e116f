/**
 * The judge of rows, for uploads, rosters and results alike: the person, the scores and dates, what rows say together, and
 * where a row stands in a filing's scope: occupation, its filed name, job and level. Spelling differences that do not
 * count (bracket width, spaces) lead to the filing's own text, so that a certificate prints what was filed.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import type { Level } from '../number.ts';
import { mayBeFloat } from '../person.ts';
import { type CheckedRow, MAX_TEXT_BYTES, NO_JOB, type RawRow, type ScopeEntry } from './row.ts';
import {
  type Flaw,
  flaw,
  foldText,
  isNone,
  nameFlaw,
  type Read,
  readExamDate,
  readId,
  readIdType,
  readLevel,
  readName,
  readOccupationCode,
  readReplaces,
  readScore,
  textOf,
} from './row-values.ts';

export type ScopeIndex = ReadonlyMap<string, readonly ScopeEntry[]>;

/** The entries of a scope by occupation code. */
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

// The one judge of rows of people: who somebody is (name, document, occupation, job and level against the scope), what
// was achieved (scores, day, replaced certificate), and what only several rows together show. Uploads (rows.ts),
// rosters and results (procedure/name-lists.ts, plan-check.ts, results-check.ts) say what is wrong in their own
// lists.

export interface RowContext {
  scope: ScopeIndex;
  /** Scores below are a fault. Without it any score is a result, and so is 缺考. */
  pass_mark?: number | undefined;
  /** Shanghai day after which no exam can have been; none without it. */
  today?: string | undefined;
  /** What characters a printed text has no glyphs for, or ''. Nothing is said of glyphs without it. */
  lacking?: (text: string) => string;
}

/** What is wrong in which field. */
export type FieldFlaw = Flaw & { field: string };
/** And in which row. */
export type RowFlaw = FieldFlaw & { row: number };

type Score = number | 'absent';

/**
 * What is known of a row, flaws or not: what several rows show is judged as far as it can be. Occupation and job are in
 * the scope's spelling; type and number of a document are there together.
 */
export interface Judged extends Partial<Omit<CheckedRow, 'row' | 'score_theory' | 'score_practice'>> {
  row: number;
  /** In the order of the columns. */
  flaws: FieldFlaw[];
  /** `YYYY-MM-DD`, where the number of the document tells it. */
  born?: string;
  /** Whether occupation, job and level stand in the scope without a flaw. */
  filed: boolean;
  /** Occupation, job and level as one key: `6-31-01-03 -- 3`. */
  qualification?: string;
  /** Of results. */
  score_theory?: Score;
  score_practice?: Score;
}

/** Occupation, job and level as one text: `6-31-01-03 -- 3`. */
export const qualificationKey = (code: string, job: string, level: number): string => `${code} ${job} ${level}`;

/**
 * Type and number: a passport and a permit may have the same digits. Undefined where the row has no readable document.
 */
export const personKey = ({ id_type, id_number }: Judged): string | undefined =>
  id_type && id_number && `${id_type} ${id_number}`;

/**
 * Whether somebody is younger than sixteen on a day. Dates compare as text; sixteen years after 29 February there is
 * one again.
 */
export const isUnderSixteen = (born: string, day: string): boolean =>
  `${Number(born.slice(0, 4)) + 16}${born.slice(4)}` > day;

/** Fields that a row must not have. */
export const unknownFields = (values: Record<string, unknown>, allowed: readonly string[]): FieldFlaw[] =>
  Object.keys(values)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({ field: key.slice(0, 40), ...flaw('field_unknown') }));

function keeper(flaws: FieldFlaw[]) {
  return <T>(field: string, read: Read<T> | undefined): T | undefined => {
    if (read && 'flaw' in read) flaws.push({ field, ...read });
    return read && 'value' in read ? read.value : undefined;
  };
}

/** Judges who somebody is. */
export function judgePerson(row: number, values: Record<string, unknown>, { scope, lacking }: RowContext): Judged {
  const judged: Judged = { row, flaws: [], filed: false };
  const keep = keeper(judged.flaws);
  const printable = (field: string, text: string | undefined): void => {
    const points = text === undefined ? '' : (lacking?.(text) ?? '');
    if (points !== '') judged.flaws.push({ field, ...flaw('glyph_missing', { points }) });
  };
  const name = keep('name', readName(values.name));
  printable('name', name);
  const type = keep('id_type', readIdType(values.id_type));
  const id = keep('id_number', readId(values.id_number, type));
  const { occupation, job, level, flaws } = placeInScope(values, scope);
  judged.flaws.push(...flaws);
  if (!flaws.some(({ field }) => field === 'occupation_name')) printable('occupation_name', occupation?.name);
  printable('job_type', job);
  if (name !== undefined) judged.name = name;
  if (type && id) {
    judged.id_type = type;
    judged.id_number = id.number;
    if (id.born !== undefined) judged.born = id.born;
  }
  if (occupation) judged.occupation = occupation;
  if (job !== undefined) judged.job = job;
  if (level) judged.level = level;
  judged.filed = flaws.length === 0;
  if (occupation && job !== undefined && level) judged.qualification = qualificationKey(occupation.code, job, level);
  return judged;
}

/** Judges who somebody is and what was achieved. */
export function judgeResult(row: number, values: Record<string, unknown>, context: RowContext): Judged {
  const judged = judgePerson(row, values, context);
  const keep = keeper(judged.flaws);
  const scores = (['score_theory', 'score_practice'] as const).map((field): [typeof field, Score | undefined] => {
    const read = readScore(values[field], context.pass_mark ?? 0);
    const absent = context.pass_mark === undefined && 'flaw' in read && read.flaw === 'score_absent';
    return [field, absent ? 'absent' : keep(field, read)];
  });
  for (const [field, score] of scores) if (score !== undefined) judged[field] = score;
  const date = keep('exam_date', readExamDate(values.exam_date, context.today ?? '9999-12-31'));
  if (date !== undefined) judged.exam_date = date;
  if (judged.born && date && isUnderSixteen(judged.born, date))
    judged.flaws.push({ field: 'exam_date', ...flaw('under_16') });
  const replaces = keep('replaces', readReplaces(values.replaces));
  if (replaces) judged.replaces = replaces;
  return judged;
}

/**
 * A float always loses an ID number's last digits to 000, and one in eleven then still has a right check character.
 * So a number ending in 000 is believed only while no other row of the file shows the damage.
 */
function floatsByNeighbours(all: readonly Judged[]): RowFlaw[] {
  if (!all.some(({ flaws }) => flaws.some((one) => one.flaw === 'id_number_float'))) return [];
  return all.flatMap(({ row, id_number }) =>
    id_number && mayBeFloat(id_number) ? [{ row, field: 'id_number', ...flaw('id_number_float') }] : [],
  );
}

/**
 * One person twice for one qualification; one ID number under two names; one certificate replaced twice; float damage.
 */
export function acrossRows(all: readonly Judged[]): RowFlaw[] {
  const flaws = floatsByNeighbours(all);
  const names = new Map<string, { row: number; name: string }>();
  const qualified = new Map<string, number>();
  const replaced = new Map<string, number>();
  for (const judged of all) {
    const { row, name, qualification, replaces } = judged;
    const person = personKey(judged);
    if (person && name !== undefined) {
      const first = names.get(person);
      if (!first) names.set(person, { row, name });
      else if (first.name !== name)
        flaws.push({ row, field: 'id_number', ...flaw('id_with_two_names', { first: first.row }) });
    }
    if (person && qualification) {
      const key = `${person} ${qualification}`;
      const first = qualified.get(key);
      if (first === undefined) qualified.set(key, row);
      else flaws.push({ row, field: 'id_number', ...flaw('person_repeated', { first }) });
    }
    if (replaces) {
      const first = replaced.get(replaces);
      if (first === undefined) replaced.set(replaces, row);
      else flaws.push({ row, field: 'replaces', ...flaw('replaces_repeated', { first }) });
    }
  }
  return flaws;
}
