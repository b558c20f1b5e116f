/** Owns a map that forgets: at most `limit` entries, the oldest leave first. */
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

  /** The remembered value, or what `make` promises; a failure is not remembered: the next caller tries anew. */
  once<T>(this: Recent<Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
    const known = this.get(key);
    if (known) return known;
    const made = this.set(key, make());
    made.catch(() => this.#entries.delete(key));
    return made;
  }
}
