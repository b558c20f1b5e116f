/**
 * What reading a PDF may cost. Every loop of the reader spends from one Budget, so time and memory are linear in these
 * figures whatever the file says of itself: nothing is allocated because a number in the file asks for it.
 */
import { Budget as Work } from '../../base/bounded.ts';
import { Refusal } from '../../base/refusal.ts';

const MB = 1 << 20;

export const LIMITS = {
  /** Bytes of the file. */
  file: 5 * MB,
  /** Bytes looked at in all: parsed, searched, decoded. What is looked at twice counts twice. */
  work: 64 * MB,
  /** Bytes that filters give out, for the whole file. */
  inflated: 16 * MB,
  /** Indirect objects; where they are searched for, also what only looks like one. */
  objects: 20_000,
  /** Elements of arrays and dictionaries, of character maps and width tables. */
  values: 300_000,
  /** Arrays within arrays, pages within pages, objects that need one another to be read. */
  nesting: 40,
  /** Cross-reference sections, or trailers where there is no usable one. */
  sections: 50,
  revisions: 200,
  object_streams: 500,
  /** Filters on one stream. */
  filters: 8,
  /** Operators of content streams, counted each time they are carried out. */
  operators: 200_000,
  operands: 256,
  /** Graphics states and marked content open at once. */
  states: 1_000,
  /** Form XObjects within form XObjects. */
  forms: 8,
  glyphs: 30_000,
  annotations: 1_000,
  /** Characters of a form field's full name. */
  name: 1_000,
  attachments: 20,
  /** Bytes of one attachment. */
  attachment: 2 * MB,
  signatures: 50,
} as const;

export type Limit = keyof typeof LIMITS;

export const tooLarge = (limit: Limit): Refusal =>
  new Refusal(
    'pdf_too_large',
    `The PDF is larger or more complicated than a certificate: it exceeds ${LIMITS[limit]} (${limit}).`,
    { limit, most: LIMITS[limit] },
  );

/** What may still be spent on one file; refuses `pdf_too_large` with `limit`. */
export class Budget extends Work<Limit> {
  constructor() {
    super(LIMITS, tooLarge);
  }
}

/**
 * `part`: `structure` where the table of objects is wrong, so that looking for the objects themselves may help; `loop`
 * where something contains itself.
 */
export const malformed = (message: string, part?: 'structure' | 'loop'): Refusal =>
  new Refusal('pdf_malformed', `The PDF cannot be read: ${message}.`, part === undefined ? {} : { part });

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
