/** What stays within bounds: a budget for reading one input, and a map that forgets. */
import type { Refusal } from './refusal.ts';

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
