/**
 * Owns bytes that come out of a filter one by one: it grows by doubling, never beyond the budget.
 * It refuses what would exceed it before making room (`pdf_too_large`), and repeating what is not there (`pdf_malformed`).
 */
import { type Budget, malformed, tooLarge } from './limits.ts';

export class Output {
  readonly #budget: Budget;
  readonly #cap: number;
  /** Whether the caller's own cap is the nearer one. */
  readonly #own: boolean;
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** @param cap most bytes that this stream may give (an attachment's limit) */
  constructor(budget: Budget, cap: number) {
    this.#budget = budget;
    this.#own = cap < budget.left('inflated');
    this.#cap = Math.min(cap, budget.left('inflated'));
  }

  #room(count: number): void {
    const wanted = this.#length + count;
    if (wanted > this.#cap) throw tooLarge(this.#own ? 'attachment' : 'inflated');
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#cap, Math.max(wanted, 2 * this.#bytes.length)));
    // Spent now: data found wrong later has cost as much.
    this.#budget.spend('work', larger.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  get length(): number {
    return this.#length;
  }

  push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#room(1);
    this.#bytes[this.#length++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes again what was written `distance` bytes ago, overlapping itself where it is shorter than `count`. */
  repeat(distance: number, count: number): void {
    if (distance > this.#length) throw malformed('compressed data refers to before its start');
    this.#room(count);
    const bytes = this.#bytes;
    let at = this.#length;
    for (const end = at + count; at < end; at++) bytes[at] = bytes[at - distance] as number;
    this.#length = at;
  }

  done(): Uint8Array {
    this.#budget.spend('inflated', this.#length);
    return this.#bytes.subarray(0, this.#length);
  }
}
