/**
 * The official day: Asia/Shanghai, UTC+8 the year round since 1991 (no daylight saving time).
 * Instants are NumericDate (whole seconds since 1970, UTC); days are `YYYY-MM-DD`.
 */
import { Refusal } from './refusal.ts';

const OFFSET_SECONDS = 8 * 3600;
const DAY_SECONDS = 86_400;

/** The Shanghai calendar day of an instant, `YYYY-MM-DD`. */
export const shanghaiDay = (instant: number): string =>
  new Date((instant + OFFSET_SECONDS) * 1000).toISOString().slice(0, 10);

/** The Shanghai calendar year of an instant, e.g. 2026. */
export const shanghaiYear = (instant: number): number => Number(shanghaiDay(instant).slice(0, 4));

/** What a clock in Shanghai shows, as a local Date: for formats that hold local time and no zone (ZIP). */
export const shanghaiWallClock = (instant: number): Date =>
  new Date(toTimestamp(instant + OFFSET_SECONDS).replace('Z', ''));

/** Whole days since 1970-01-01 of a real day; refuses `day_malformed`. */
export function dayNumber(day: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // Date.parse rolls 2026-02-30 over in some engines: a real day survives the round trip.
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== day) {
    throw new Refusal('day_malformed', 'A day is written YYYY-MM-DD and must exist in the calendar.');
  }
  return instant / 1000 / DAY_SECONDS;
}

/** The day that lies `days` after 1970-01-01. */
export const dayOf = (days: number): string => new Date(days * DAY_SECONDS * 1000).toISOString().slice(0, 10);

/** RFC 3339 in UTC, e.g. `2026-11-23T02:00:00Z`: how VCDM 2.0 writes an instant. */
export const toTimestamp = (instant: number): string => new Date(instant * 1000).toISOString().replace('.000Z', 'Z');

/** `2026-11-23 10:30`, the clock of Asia/Shanghai, from RFC 3339. */
export const shanghaiClock = (instant: string): string =>
  new Date(Date.parse(instant) + OFFSET_SECONDS * 1000).toISOString().slice(0, 16).replace('T', ' ');
