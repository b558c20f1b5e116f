/**
 * A refusal: the one way in which the program says no to an input. It carries a stable `code` (part of the contract:
 * clients and tests compare it), the `part` that is wrong where the input has parts, and `facts` that help a person
 * act. Which HTTP status a code has is decided in http/problems.ts.
 * Never put personal data into any of its fields: refusals are logged and sent back.
 */

export interface RefusalFacts {
  /** Which part of the input is wrong, e.g. `level` of a certificate number or `iat` of a statement. */
  part?: string;
  /** Further public facts, e.g. `{ limit: 10000 }`. JSON values only. */
  [fact: string]: unknown;
}

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly facts: RefusalFacts;

  /**
   * @param code stable snake_case word
   * @param message one English sentence that says what is wrong and, where it can, what to do
   */
  constructor(code: string, message: string, facts: RefusalFacts = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}

/** True for a Refusal, and with `code` given, for that refusal alone. */
export function isRefusal(error: unknown, code?: string): error is Refusal {
  return error instanceof Refusal && (code === undefined || error.code === code);
}

/**
 * Whether an error says that an input is not what it should be (a refusal, or no JSON), and not that the program is
 * wrong.
 */
export const isUnreadable = (error: unknown): boolean => isRefusal(error) || error instanceof SyntaxError;

/** What some work gives, or undefined where it refuses; every other error goes on, for it is a defect. */
export async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
