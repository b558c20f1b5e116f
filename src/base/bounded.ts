/**
 * What stays within bounds: a budget for reading one input, a map that forgets, JSON from strangers, a page of a list.
 */
import { Refusal } from './refusal.ts';

/** What may still be spent on one input. Every loop of a reader spends from it, whatever the input says of itself. */
export class Budget<Limit extends string> {
  readonly #limits: Readonly<Record<Limit, number>>;
  readonly #left: Record<Limit, number>;
  readonly #refuse: (limit: Limit) => Refusal;

  /** @param refuse the refusal for a limit that is exceeded */
  constructor(limits: Readonly<Record<Limit, number>>, refuse: (limit: Limit) => Refusal) {
    this.#limits = limits;
    this.#left = { ...limits };
    this.#refuse = refuse;
  }

  /** @throws Refusal when more than the limit is spent in all */
  spend(limit: Limit, amount = 1): void {
    if ((this.#left[limit] -= amount) < 0) throw this.#refuse(limit);
  }

  left(limit: Limit): number {
    return this.#left[limit];
  }

  spent(limit: Limit): number {
    return this.#limits[limit] - this.#left[limit];
  }
}

/** A map that forgets: at most `limit` entries, the oldest leave first. */
export class Recent<V> {
  readonly #entries = new Map<string, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): V {
    this.#entries.set(key, value);
    if (this.#entries.size > this.#limit) this.#entries.delete(this.#entries.keys().next().value as string);
    return value;
  }

  /** The remembered value, or what `make` promises; a failure is not remembered: the next caller tries again. */
  once<T>(this: Recent<Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
    const known = this.get(key);
    if (known) return known;
    const made = this.set(key, make());
    made.catch(() => this.#entries.delete(key));
    return made;
  }
}

/**
 * Bytes of the largest body that the service takes: an archive of photos. A proxy in front of it must let as much
 * through.
 */
export const LARGEST_BODY = 48_000_000;

// JSON from strangers: its depth and the number of its values are counted before it is parsed, because a parser makes
// an object of every two characters, and recurses with every bracket.

/** Deepest nesting that anything here needs; and values: 10,000 rows of a batch, each with a dozen members. */
export const JSON_LIMITS = { depth: 16, values: 300_000 } as const;

/**
 * Counts nesting and values (members, elements and brackets) of a JSON text, up to the first limit that is exceeded.
 */
function requireModest(text: string): void {
  let [depth, values, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (quoted) {
      if (character === 92) i++;
      else if (character === 34) quoted = false;
      continue;
    }
    if (character === 34) quoted = true;
    else if (character === 123 || character === 91) depth++;
    else if (character === 125 || character === 93) depth--;
    else if (character !== 44) continue;
    if (depth > JSON_LIMITS.depth) {
      throw new Refusal('json_too_deep', `The JSON is nested deeper than ${JSON_LIMITS.depth} levels.`, {
        limit: JSON_LIMITS.depth,
      });
    }
    if (character === 34 || character === 125 || character === 93 || ++values <= JSON_LIMITS.values) continue;
    throw new Refusal('json_too_large', `The JSON has more than ${JSON_LIMITS.values} values; send less at once.`, {
      limit: JSON_LIMITS.values,
    });
  }
}

/**
 * Parses JSON.
 * @throws Refusal `json_malformed`, `json_too_deep`, `json_too_large`
 */
export function parseJsonText(text: string): unknown {
  requireModest(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal('json_malformed', 'The body is not JSON.');
    throw error;
  }
}

/** The value of JSON that the program itself stored; undefined where it was altered and is no JSON any more. */
export function readStoredJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

// Where a page of a long list ends: what stands first, when, and which of those of one second. The caller sends it back
// for the next page, so that lines that came meanwhile neither repeat nor hide another.

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
