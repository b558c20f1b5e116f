/**
 * What may still be spent on one input: every loop of a reader spends from it, so that time and memory stay within known
 * figures whatever the input says of itself.
 */
import type { Refusal } from './refusal.ts';

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
