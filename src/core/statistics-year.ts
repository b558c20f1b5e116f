/**
 * Statistics (技能人才统计, notice 2020, 六（一）): certificates of one year by occupation, level, centre and month, pass rates,
 * and the days from exam to certificate, such that nobody can be identified. Counts of 1 to 4 are shown as `<5`; where
 * a total would give them away all the same, further counts are withheld, or the whole table. Tables are of one year
 * each and no total spans years, so that a table's own lines are all that one could subtract.
 */
import { LEVELS, type Level, levelName } from './number.ts';

/** Counts below it are small. */
export const SMALL = 5 as const;
export type Published = number | '<5' | 'withheld';

/** Certificates that share month, level, occupation and centre. */
export interface IssuedCell {
  /** `YYYY-MM`, Asia/Shanghai. */
  month: string;
  level: Level;
  code: string;
  name: string;
  centre: string;
  n: number;
}
/** Certificates of a year that took as many days from exam to issue. */
export interface DelayCell {
  year: string;
  days: number;
  n: number;
}
/** Results that were published in a year. */
export interface OutcomeCell {
  year: string;
  centre: string;
  passed: number;
  failed: number;
}

export interface Line {
  key: string;
  name: string;
  count: Published;
}
export interface Rate {
  /** Who sat the exam. */
  attended: number;
  passed: number;
  /** Per cent, one decimal. */
  rate: number;
}
export interface Statistics {
  year: string;
  certificates: {
    total: Published;
    by_occupation: Line[] | null;
    by_level: Line[] | null;
    by_centre: Line[] | null;
    by_month: Line[] | null;
  };
  pass_rates: { overall: Rate | null; by_centre: { key: string; name: string; rate: Rate | null }[] };
  exam_to_issue: { median_days: number | null };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const isSmall = (n: number): boolean => n > 0 && n < SMALL;
/** A count that stands alone. */
export const alone = (n: number): Published => (isSmall(n) ? '<5' : n);

/**
 * Whether a reader who subtracts what is shown from the total still finds every value from 1 to 4 possible in each
 * small cell. @param small how many of these are hidden @param withheld how many others, of 5 or more each @param rest
 * their sum
 */
function tellsNothing(small: number, withheld: number, rest: number): boolean {
  const most = rest - (small - 1) - SMALL * withheld >= SMALL - 1;
  const least = withheld > 0 || rest - (SMALL - 1) * (small - 1) <= 1;
  return most && least;
}

/** One table of counts whose total is shown: what may be shown of it; null when that is nothing but the total. */
export function suppress(counts: readonly number[]): Published[] | null {
  const small = counts.filter(isSmall).length;
  if (small === 0) return [...counts];
  // The total itself is small and hidden: one line stands for it, more would tell each other.
  if (sum(counts) < SMALL) return small === 1 ? counts.map(alone) : null;
  const withheld = new Set<number>();
  const rest = () => sum(counts.filter((n, i) => isSmall(n) || withheld.has(i)));
  while (!tellsNothing(small, withheld.size, rest())) {
    const left = counts
      .map((n, i) => ({ n, i }))
      .filter(({ n, i }) => n >= SMALL && !withheld.has(i))
      .sort((a, b) => a.n - b.n || a.i - b.i);
    // The smallest that is enough, else the largest and one more.
    const next = left.find(({ n }) => tellsNothing(small, withheld.size + 1, rest() + n)) ?? left.at(-1);
    if (!next) return null;
    withheld.add(next.i);
  }
  return counts.map((n, i) => (withheld.has(i) ? 'withheld' : alone(n)));
}

interface Group {
  key: string;
  name: string;
  n: number;
}

/** Counts by something, in the order of the keys. */
function groupBy<T extends { n: number }>(
  cells: readonly T[],
  of: (cell: T) => { key: string; name: string },
): Group[] {
  const groups = new Map<string, Group>();
  for (const cell of cells) {
    const { key, name } = of(cell);
    const known = groups.get(key);
    if (known) known.n += cell.n;
    else groups.set(key, { key, name, n: cell.n });
  }
  return [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** @param ranked the largest first; hidden ones after them in the order of their keys, which tells nothing */
function linesOf(groups: readonly Group[], ranked: boolean): Line[] | null {
  const counts = suppress(groups.map(({ n }) => n));
  if (!counts) return null;
  const lines = groups.map(({ key, name }, i) => ({ key, name, count: counts[i] as Published }));
  const rank = ({ count }: Line): number => (typeof count === 'number' ? count : -1);
  return ranked ? lines.sort((a, b) => rank(b) - rank(a)) : lines;
}

const monthsOf = (year: string, cells: readonly IssuedCell[], today: string): Group[] =>
  Array.from({ length: 12 }, (_, i) => `${year}-${String(i + 1).padStart(2, '0')}`)
    .filter((month) => month <= today.slice(0, 7))
    .map((key) => ({ key, name: key, n: sum(cells.filter(({ month }) => month === key).map(({ n }) => n)) }));

const rateOf = (passed: number, failed: number): Rate => ({
  attended: passed + failed,
  passed,
  rate: Math.round((1000 * passed) / (passed + failed)) / 10,
});
/** Nobody stands out: neither few who passed nor few who did not. */
const showsNobody = (passed: number, failed: number): boolean => passed >= SMALL && !isSmall(failed);

/** Pass rates by centre; as many lines are hidden as it takes that their sum shows nobody either. */
export function passRates(
  groups: readonly { key: string; name: string; passed: number; failed: number }[],
): Statistics['pass_rates'] {
  const sat = groups.filter(({ passed, failed }) => passed + failed > 0);
  const [passed, failed] = [sum(sat.map((one) => one.passed)), sum(sat.map((one) => one.failed))];
  const overall = showsNobody(passed, failed) ? rateOf(passed, failed) : null;
  const hidden = new Set(sat.filter((one) => !showsNobody(one.passed, one.failed)));
  const told = () =>
    overall !== null &&
    hidden.size > 0 &&
    (hidden.size < 2 ||
      !showsNobody(sum([...hidden].map((one) => one.passed)), sum([...hidden].map((one) => one.failed))));
  while (told()) {
    const next = sat.filter((one) => !hidden.has(one)).sort((a, b) => a.passed + a.failed - (b.passed + b.failed))[0];
    if (!next) break;
    hidden.add(next);
  }
  return {
    overall,
    by_centre: sat.map((one) => ({
      key: one.key,
      name: one.name,
      rate: hidden.has(one) ? null : rateOf(one.passed, one.failed),
    })),
  };
}

/** The median of a histogram; null for fewer than five. */
export function medianOf(cells: readonly { days: number; n: number }[]): number | null {
  const total = sum(cells.map(({ n }) => n));
  if (total < SMALL) return null;
  const ordered = [...cells].sort((a, b) => a.days - b.days);
  const at = (position: number): number => {
    let passed = 0;
    return (ordered.find(({ n }) => (passed += n) > position) as { days: number }).days;
  };
  return (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2;
}

export interface Counted {
  issued: readonly IssuedCell[];
  delays: readonly DelayCell[];
  outcomes: readonly OutcomeCell[];
}

/** Years with certificates or results, the newest first. */
export const yearsOf = ({ issued, outcomes }: Counted): string[] =>
  [...new Set([...issued.map(({ month }) => month.slice(0, 4)), ...outcomes.map(({ year }) => year)])].sort().reverse();

/** The statistics of one year. @param centreName by `centre:3701` */
export function statisticsOf(
  { issued, delays, outcomes }: Counted,
  year: string,
  today: string,
  centreName: (centre: string) => string,
): Statistics {
  const cells = issued.filter(({ month }) => month.startsWith(`${year}-`));
  const total = alone(sum(cells.map(({ n }) => n)));
  // Lines would tell a total that is not shown.
  const lines = (groups: Group[], ranked: boolean): Line[] | null =>
    typeof total === 'number' ? linesOf(groups, ranked) : null;
  const centres = groupBy(
    outcomes.filter((one) => one.year === year).map((one) => ({ ...one, n: 0 })),
    ({ centre }) => ({ key: centre, name: centreName(centre) }),
  );
  const of = (centre: string, what: 'passed' | 'failed'): number =>
    sum(outcomes.filter((one) => one.year === year && one.centre === centre).map((one) => one[what]));
  return {
    year,
    certificates: {
      total,
      by_occupation: lines(
        groupBy(cells, ({ code, name }) => ({ key: code, name })),
        true,
      ),
      by_level: lines(
        LEVELS.map((level) => ({
          key: String(level),
          name: levelName(level),
          n: sum(cells.filter((cell) => cell.level === level).map(({ n }) => n)),
        })),
        false,
      ),
      by_centre: lines(
        groupBy(cells, ({ centre }) => ({ key: centre, name: centreName(centre) })),
        true,
      ),
      by_month: lines(monthsOf(year, cells, today), false),
    },
    pass_rates: passRates(
      centres.map(({ key, name }) => ({ key, name, passed: of(key, 'passed'), failed: of(key, 'failed') })),
    ),
    exam_to_issue: { median_days: medianOf(delays.filter((one) => one.year === year)) },
  };
}
