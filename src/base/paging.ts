/**
 * Where a page of a long list ends: what stands first, when, and which of those of one second. The caller sends it back
 * for the next page, so that lines that came meanwhile neither repeat nor hide another.
 */
import { Refusal } from './refusal.ts';

export interface Place {
  /** 1 for lines that stand before all others (they wait for somebody), else 0. */
  first: 0 | 1;
  /** NumericDate; newer lines stand first. */
  at: number;
  id: string;
}

const PLACE = /^([01])\.(\d{1,12})\.([A-Za-z0-9:_-]{1,100})$/;

/** `0.1764200000.plan:p0123abcd` */
const writePlace = ({ first, at, id }: Place): string => `${first}.${at}.${id}`;

/** @throws Refusal `body_malformed` with the part `after` */
export function readPlace(text: string | undefined): Place | undefined {
  if (text === undefined || text === '') return undefined;
  const [, first, at, id] = PLACE.exec(text) ?? [];
  if (first === undefined || id === undefined)
    throw new Refusal('body_malformed', 'The query parameter after is what the page before named as next.', {
      part: 'after',
    });
  return { first: first === '1' ? 1 : 0, at: Number(at), id };
}

export interface Page<T> {
  lines: T[];
  /** Where the next page begins; null at the end of the list. */
  next: string | null;
}

/** A page of `size` lines out of one line more, which says whether the list goes on. */
export function pageOf<T>(found: readonly T[], size: number, place: (line: T) => Place): Page<T> {
  const lines = found.slice(0, size);
  const last = lines.at(-1);
  return { lines, next: found.length > size && last ? writePlace(place(last)) : null };
}
