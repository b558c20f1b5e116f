/**
 * The scope that a demonstration files when it is given none: the occupations, jobs and levels of the file. A cell that
 * cannot be read widens nothing, but does not take its row's other cells with it.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { Level } from '../core/number.ts';
import { NO_JOB, type RawRow, type ScopeEntry } from '../core/rows/row.ts';
import { scopeOf } from '../core/rows/row-scope.ts';
import { foldText, isNone, looksLikeFormula, readLevel, readOccupationCode, textOf } from '../core/rows/row-values.ts';
import { type FontSet, missingGlyphs } from '../formats/font/font.ts';

const ALL: Level[] = [5, 4, 3, 2, 1];

/** A text that a filing may contain; undefined for any other cell. */
function text(value: unknown, fonts: FontSet): string | undefined {
  const read = textOf(value);
  if ('flaw' in read) return undefined;
  const given = read.value.normalize('NFC').trim();
  const good =
    !looksLikeFormula(given.normalize('NFKC')) &&
    !/[\p{C}\u2028\u2029]/u.test(given) &&
    encodeUtf8(given).length <= 85 &&
    missingGlyphs(fonts, given).length === 0;
  return good || isNone(given) ? given : undefined;
}

/** The scope of a file. Never empty: a file without any readable occupation gets one that its rows do not have. */
export function deriveScope(rows: RawRow[], fonts: FontSet): ScopeEntry[] {
  const clean = (entry: ScopeEntry) => ({
    ...entry,
    jobs: entry.jobs.filter((job) => job === NO_JOB || text(job, fonts) !== undefined),
  });
  const entries = new Map(
    scopeOf(rows)
      .filter(({ name }) => text(name, fonts) !== undefined)
      .map((entry) => [entry.code, clean(entry)]),
  );
  for (const { values, cells } of rows) {
    if (cells) continue;
    const code = readOccupationCode(values.occupation_code);
    const name = text(values.occupation_name, fonts);
    if ('flaw' in code || name === undefined || isNone(name)) continue;
    const level = readLevel(values.level);
    const job = text(values.job_type, fonts);
    const known = entries.get(code.value);
    const entry = known ?? { code: code.value, name, edition: '2022', jobs: [], levels: [] };
    if ('value' in level && !entry.levels.includes(level.value))
      entry.levels = [...entry.levels, level.value].sort((a, b) => b - a);
    if (job !== undefined) {
      const spelling = isNone(job) ? NO_JOB : job;
      // No jobs at all means `--` alone; the first job makes that explicit.
      const jobs = known && entry.jobs.length === 0 ? [NO_JOB] : entry.jobs;
      if (!jobs.some((one) => foldText(one) === foldText(spelling))) entry.jobs = [...jobs, spelling];
    }
    entries.set(code.value, entry);
  }
  const scope = [...entries.values()].map((entry) => ({
    ...entry,
    jobs: entry.jobs.length === 1 && entry.jobs[0] === NO_JOB ? [] : entry.jobs,
    levels: entry.levels.length === 0 ? ALL : entry.levels,
  }));
  return scope.length === 0
    ? [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: ALL }]
    : scope.slice(0, 500);
}
