/**
 * The public statistics: counts the register and gives one year as core/statistics-year.ts lets it be shown. What was
 * counted stands for ten minutes in an isolate, so that asking again does not load the database; a new day or an edit
 * ends it.
 */
import { shanghaiDay } from '../base/day.ts';
import { type Counted, type Statistics, statisticsOf, yearsOf } from '../core/statistics-year.ts';
import { countDelays, countIssued, countOutcomes } from '../storage/review-store.ts';
import { selectRevision } from '../storage/statement-store.ts';
import { centreNames } from './on-file.ts';
import type { Service } from './service.ts';

/** Seconds. */
const STANDS = 600;

interface Standing {
  key: string;
  at: number;
  counted: Promise<Counted>;
}
/** By vault, which all requests of an isolate share. */
const standing = new WeakMap<object, Standing>();

async function count(service: Service, today: string): Promise<Counted> {
  const [issued, delays, outcomes] = await Promise.all([
    countIssued(service.db),
    countDelays(service.db),
    countOutcomes(service.db, today),
  ]);
  return { issued, delays, outcomes };
}

/** What was counted last, or counts again. @returns the counts, and when they were made */
async function recentCounts(service: Service, today: string): Promise<{ counted: Counted; at: number }> {
  const key = `${today}|${await selectRevision(service.db)}`;
  const now = service.now();
  let known = standing.get(service.vault);
  if (!known || known.key !== key || Math.abs(now - known.at) >= STANDS) {
    const fresh: Standing = { key, at: now, counted: count(service, today) };
    standing.set(service.vault, fresh);
    fresh.counted.catch(() => standing.get(service.vault) === fresh && standing.delete(service.vault));
    known = fresh;
  }
  return { counted: await known.counted, at: known.at };
}

export interface StatisticsAnswer {
  /** NumericDate of the counting. */
  counted_at: number;
  /** Years that can be asked for, the newest first. */
  years: string[];
  statistics: Statistics[];
}

/** The statistics of one year; of every year where none is asked for. A year without anything gives none. */
export async function readStatistics(service: Service, year?: string): Promise<StatisticsAnswer> {
  const today = shanghaiDay(service.now());
  const { counted: cells, at } = await recentCounts(service, today);
  const names = await centreNames(service);
  const years = yearsOf(cells);
  const statistics = years
    .filter((one) => year === undefined || one === year)
    .map((one) => statisticsOf(cells, one, today, (centre) => names.get(centre) ?? centre));
  return { counted_at: at, years, statistics };
}
