/**
 * The end of statements and keys before their time (撤回). The Directory carries the outcome, so that the Worker, the
 * browser and the command judge alike; it also opens withdrawals.
 *
 * - `target.jti` ends one statement of the issuer `target.iss` (the withdrawal's own, if absent): a filing, a client,
 *   centre or service statement, or an approval that was not used yet. `target.kid` ends a key: the thumbprint of a
 *   centre's, client's or the service's key, or the id of an issuing key. A root has no end but leaving the anchor.
 * - The province ends anything; so does its root, which signs in the province's name as it does for centres. A city
 *   ends what it signed, and keys only as far as its own statements name them.
 * - It ends at `effective`, which does not lie before the withdrawal itself; only `compromised_since` reaches back.
 *   From the end on nothing counts under it: calls, filings, approvals, orders, certificates. A certificate is judged
 *   at the instant of its issue, and everything that it rests on must not have ended by then: what was approved and
 *   ordered before stays valid for ever, what was approved and not yet ordered does not go on.
 * - A thief can back-date, so the register also judges what arrives now at the instant of arrival.
 * - A withdrawal has no end and no exp; of several about one thing the earliest end counts. One that was signed with
 *   a key that a higher rank (root, province, city) ended before does not count; among equals all of them do.
 * Whether the target exists the register knows.
 */
import { isRefusal, Refusal } from '../base/refusal.ts';
import { PROVINCE_CENTRE } from './province.ts';
import type { Payload } from './schema.ts';
import type { Statement } from './statement.ts';

export type Withdrawal = Payload<'withdrawal+jwt'>;

/** A filing or client key of an organization, as whoever may end it sees it. */
export interface Endable {
  typ: 'filing' | 'client';
  /** `jti` of a filing, thumbprint of a key. */
  id: string;
  /** Whose statement it is. */
  iss: string;
  /** NumericDates: signed, and until when it says it holds. */
  since: number;
  until: number;
  /** Of a filing: a later one counts in its place. */
  replaced: boolean;
  /** From when it does not count, if it was withdrawn. */
  ended: number | null;
  reason: string | null;
  /** Whether the caller may end it: its own, or the province. */
  mine: boolean;
}

/** Codes of refusals because of a withdrawal. */
const CODES = [
  'centre_withdrawn',
  'service_withdrawn',
  'filing_withdrawn',
  'client_withdrawn',
  'approval_withdrawn',
  'issuing_key_withdrawn',
] as const;
export type WithdrawnCode = (typeof CODES)[number];

/** Whether something is refused because it was withdrawn. */
export const isWithdrawn = (error: unknown): error is Refusal => CODES.some((code) => isRefusal(error, code));

/** A statement by the names that a withdrawal can give it. */
export interface Named {
  iss: string;
  jti: string;
}

/** NumericDate from which the target does not count. */
export const endOf = ({ effective, compromised_since }: Withdrawal): number => compromised_since ?? effective;

/** Whose statement a withdrawal ends, where it ends one. */
export const targetIssuer = ({ iss, target }: Withdrawal): string => ('jti' in target ? (target.iss ?? iss) : iss);

const statementName = (iss: string, jti: string): string => `jti ${iss} ${jti}`;
const keyName = (by: string, kid: string): string => `kid ${by} ${kid}`;

/** What has ended or will end, and when. */
export class Withdrawals {
  /** Of each name the withdrawal by which it ends, the earliest of several. */
  readonly #ends = new Map<string, Withdrawal>();
  /** Those that count. */
  readonly all: readonly Statement<'withdrawal+jwt'>[];

  constructor(all: readonly Statement<'withdrawal+jwt'>[]) {
    this.all = all;
    for (const { payload } of all) {
      const { target } = payload;
      const name =
        'jti' in target ? statementName(targetIssuer(payload), target.jti) : keyName(payload.iss, target.kid);
      if (endOf(payload) < this.#end(name)) this.#ends.set(name, payload);
    }
  }

  #end(name: string): number {
    const by = this.#ends.get(name);
    return by ? endOf(by) : Infinity;
  }

  /** The end of a statement; Infinity if nobody withdrew it. */
  endOfStatement({ iss, jti }: Named): number {
    return this.#end(statementName(iss, jti));
  }

  /** The withdrawal by which a statement ends, the earliest of several; undefined if nobody withdrew it. */
  ofStatement({ iss, jti }: Named): Withdrawal | undefined {
    return this.#ends.get(statementName(iss, jti));
  }

  /** The end of a key as far as the statements of `iss` name it; the province ends a key for all. */
  endOfKey(kid: string, iss: string): number {
    return Math.min(this.#end(keyName(PROVINCE_CENTRE, kid)), this.#end(keyName(iss, kid)));
  }

  /**
   * Refuses a key and the statement that names it, if either had ended at an instant (NumericDate).
   * @param code e.g. `client_withdrawn`; `typ` becomes the part
   */
  require(
    code: WithdrawnCode,
    typ: string,
    at: number,
    statement: Named | undefined,
    key?: { kid: string; iss: string },
  ): void {
    const end = Math.min(
      statement ? this.endOfStatement(statement) : Infinity,
      key ? this.endOfKey(key.kid, key.iss) : Infinity,
    );
    if (at >= end) refuse(code, typ);
  }
}

export const NO_WITHDRAWALS = new Withdrawals([]);

/** Refuses for the reason for which a check failed, if that is a withdrawal. */
export function refuseIfWithdrawn(failed: { code?: string; part?: string } | undefined): void {
  const code = CODES.find((one) => one === failed?.code);
  if (code) refuse(code, failed?.part ?? 'certificate');
}

function refuse(code: WithdrawnCode, part: string): never {
  switch (code) {
    case 'centre_withdrawn':
      throw new Refusal('centre_withdrawn', 'The key of the centre was withdrawn.', { part });
    case 'service_withdrawn':
      throw new Refusal('service_withdrawn', 'The key of the service was withdrawn.', { part });
    case 'filing_withdrawn':
      throw new Refusal('filing_withdrawn', 'The filing of the organization was withdrawn.', { part });
    case 'client_withdrawn':
      throw new Refusal('client_withdrawn', 'The client key was withdrawn.', { part });
    case 'approval_withdrawn':
      throw new Refusal('approval_withdrawn', 'The approval was withdrawn.', { part });
    case 'issuing_key_withdrawn':
      throw new Refusal('issuing_key_withdrawn', 'The issuing key was withdrawn.', { part });
  }
}
