/**
 * Who may say what: the province's root names the centres' keys, and root and centres end statements and keys (撤回).
 *
 * Everything starts at the thumbprints that the verifier was configured with. A root key found in a file or a response
 * is used only if its thumbprint is one of them.
 */
import type { CryptoKey } from 'jose';
import { Refusal } from '../base/refusal.ts';
import type { PublicJwk } from './keys.ts';
import { PROVINCE_CENTRE } from './province.ts';
import type { Centre, Filing } from './schema.ts';
import { checkTimes, type KeyFinder, type Memo, SKEW, type Statement } from './statement.ts';
import { isWithdrawn, NO_WITHDRAWALS, targetIssuer, type Withdrawal, Withdrawals } from './withdrawal.ts';

export interface Anchor {
  /** Thumbprints that the verifier trusts, from its own configuration. */
  thumbprints: readonly string[];
  /** Candidate root keys from anywhere; those with other thumbprints are ignored. */
  roots: readonly PublicJwk[];
}

interface NamedKey {
  statement: Statement<'centre+jwt'>;
  key: CryptoKey;
}

/** What the root says: which keys are centres', since when, and what has ended. Build it with `openDirectory`. */
export class Directory {
  readonly memo: Memo;
  readonly #roots: ReadonlyMap<string, CryptoKey>;
  readonly #centres: ReadonlyMap<string, readonly NamedKey[]>;

  readonly withdrawals: Withdrawals;
  /** Thumbprints of all roots, at hand or not. */
  readonly #anchors: readonly string[];

  constructor(
    memo: Memo,
    anchors: readonly string[],
    roots: ReadonlyMap<string, CryptoKey>,
    centres: ReadonlyMap<string, readonly NamedKey[]>,
    withdrawals: Withdrawals = NO_WITHDRAWALS,
  ) {
    this.memo = memo;
    this.#anchors = anchors;
    this.withdrawals = withdrawals;
    this.#roots = roots;
    this.#centres = centres;
  }

  /** Trusted root keys that were at hand, by thumbprint. */
  get thumbprints(): readonly string[] {
    return [...this.#roots.keys()];
  }

  /** Whether a root key with a trusted thumbprint was at hand at all. */
  get anchored(): boolean {
    return this.#roots.size > 0;
  }

  readonly findRoot: KeyFinder = (kid) => this.#roots.get(kid);
  readonly findCentre: KeyFinder = (kid) => this.#centres.get(kid)?.[0]?.key;

  /** The same directory with other withdrawals. */
  with(withdrawals: Withdrawals): Directory {
    return new Directory(this.memo, this.#anchors, this.#roots, this.#centres, withdrawals);
  }

  /**
   * The statement that makes the key `kid` the centre `iss`'s at an instant, and that had not ended at `until` (as a
   * rule the same instant; of a certificate, its issue). @throws Refusal `authority_missing`, `centre_withdrawn`
   */
  centreAt(kid: string, iss: string, at: number, until = at): Centre {
    let refusal: Refusal | undefined;
    for (const { statement } of this.#centres.get(kid) ?? []) {
      if (statement.payload.sub !== iss) continue;
      try {
        checkTimes('centre+jwt', statement.payload, at);
        this.requireCentre(statement.payload, kid, until);
        return statement.payload;
      } catch (error) {
        refusal = error as Refusal;
      }
    }
    throw (
      refusal ??
      new Refusal('authority_missing', 'The signing key is not a key of the centre that the statement names.', {
        part: 'centre+jwt',
      })
    );
  }

  /**
   * Refuses a root's key in the place of a working key (`root_key_used`): kept offline, it appoints, withdraws and
   * signs for the log.
   */
  requireWorkingKey(kid: string, part: string): void {
    if (this.#anchors.includes(kid))
      throw new Refusal(
        'root_key_used',
        "The province's root key appoints, withdraws and signs for the log, and does no other work. Use a key of its own for this.",
        { part },
      );
  }

  /** Refuses a centre's statement that had ended at an instant, or whose key had (`centre_withdrawn`). */
  requireCentre(centre: Centre, kid: string, at: number): void {
    this.withdrawals.require('centre_withdrawn', 'centre+jwt', at, centre, { kid, iss: centre.iss });
  }

  /** Refuses a filing that had ended at an instant (`filing_withdrawn`). */
  requireFiling(filing: Filing, at: number): void {
    this.withdrawals.require('filing_withdrawn', 'filing+jwt', at, filing);
  }

  /** Refuses an issuing key that had ended at an instant (`issuing_key_withdrawn`); `filing` names it. */
  requireIssuingKey(kid: string, filing: Filing, at: number): void {
    this.withdrawals.require('issuing_key_withdrawn', 'filing+jwt:issuing_jwks', at, undefined, {
      kid,
      iss: filing.iss,
    });
  }
}

/** Root keys whose thumbprint is trusted, by thumbprint. */
async function trustedRoots(anchor: Anchor, memo: Memo): Promise<Map<string, CryptoKey>> {
  const roots = new Map<string, CryptoKey>();
  for (const jwk of anchor.roots) {
    const kid = await memo.thumbprint(jwk);
    if (anchor.thumbprints.includes(kid)) roots.set(kid, await memo.key(jwk));
  }
  return roots;
}

/** Opens one centre statement under the anchor: how a new one is judged before it is stored. */
export async function openCentre(token: string, directory: Directory): Promise<Statement<'centre+jwt'>> {
  const statement = await directory.memo.open(token, 'centre+jwt', directory.findRoot);
  const { sub, tier } = statement.payload;
  if ((sub === PROVINCE_CENTRE) !== (tier === 'province')) {
    throw new Refusal('claims_malformed', `${PROVINCE_CENTRE} is the only centre of tier province.`, {
      part: 'centre+jwt:tier',
    });
  }
  directory.requireWorkingKey(await directory.memo.thumbprint(statement.payload.cnf.jwk), 'centre+jwt:cnf');
  return statement;
}

/** A key that the root names for the service itself: it signs status lists and receipts. */
export interface ServiceKey {
  thumbprint: string;
  /** @throws Refusal `key_malformed` */
  key(): Promise<CryptoKey>;
  /**
   * Refuses what it signed at an instant (NumericDate) at which it was not the service's key, or had been withdrawn.
   */
  requireAt(at: number): void;
}

/** Opens the root's statement about a key of the service (`service+jwt`). @throws Refusal of openStatement */
export async function openServiceKey(token: string, directory: Directory): Promise<ServiceKey> {
  const { payload } = await directory.memo.open(token, 'service+jwt', directory.findRoot);
  const { jwk } = payload.cnf;
  const kid = await directory.memo.thumbprint(jwk);
  return {
    thumbprint: kid,
    key: () => directory.memo.key(jwk),
    requireAt(at) {
      checkTimes('service+jwt', payload, at);
      directory.requireWorkingKey(kid, 'service+jwt:cnf');
      directory.withdrawals.require('service_withdrawn', 'service+jwt', at, payload, { kid, iss: payload.iss });
    },
  };
}

/**
 * Opens the centre statements and the withdrawals that a verifier holds. Those that do not verify are left out:
 * whatever a centre would have supported then fails by itself, naming what is missing.
 */
export async function openDirectory(
  anchor: Anchor,
  centres: readonly string[],
  memo: Memo,
  withdrawals: readonly string[] = [],
): Promise<Directory> {
  const roots = await trustedRoots(anchor, memo);
  const rootOnly = new Directory(memo, anchor.thumbprints, roots, new Map());
  const byKey = new Map<string, NamedKey[]>();
  for (const token of centres) {
    try {
      const statement = await openCentre(token, rootOnly);
      const jwk = statement.payload.cnf.jwk;
      const kid = await memo.thumbprint(jwk);
      byKey.set(kid, [...(byKey.get(kid) ?? []), { statement, key: await memo.key(jwk) }]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  const directory = new Directory(memo, anchor.thumbprints, roots, byKey);
  return withdrawals.length === 0 ? directory : countWithdrawals(withdrawals, directory);
}

/** Who signed: higher ranks first. */
const RANKS = ['root', 'province', 'city'] as const;
export type Rank = (typeof RANKS)[number];

export interface OpenedWithdrawal {
  statement: Statement<'withdrawal+jwt'>;
  rank: Rank;
}

/**
 * Opens a withdrawal and finds the rank of its signer. `at`: when the signing key must still count, if later than
 * `iat`: the instant of arrival at the register.
 * @throws Refusal `withdrawal_not_yours`, `withdrawal_backdated`, what statements and centres are refused for
 */
export async function openWithdrawal(token: string, directory: Directory, at?: number): Promise<OpenedWithdrawal> {
  const statement = await directory.memo.open(
    token,
    'withdrawal+jwt',
    (kid) => directory.findRoot(kid) ?? directory.findCentre(kid),
  );
  const { kid, payload } = statement;
  const { iss, iat, effective, compromised_since = effective } = payload;
  const rank = rankOf(directory, kid, iss, iat, at);
  if (compromised_since > effective)
    throw new Refusal('claims_malformed', 'compromised_since lies after effective.', {
      part: 'withdrawal+jwt:compromised_since',
    });
  if (effective < iat - SKEW)
    throw new Refusal(
      'withdrawal_backdated',
      'effective lies before the withdrawal was made; only compromised_since reaches back.',
      { part: 'withdrawal+jwt:effective' },
    );
  if (rank === 'city' && targetIssuer(payload) !== iss)
    throw new Refusal(
      'withdrawal_not_yours',
      'A city withdraws what it signed itself; the province withdraws anything.',
      { part: 'withdrawal+jwt:target' },
    );
  return { statement, rank };
}

function rankOf(directory: Directory, kid: string, iss: string, iat: number, at = iat): Rank {
  if (!directory.findRoot(kid)) return directory.centreAt(kid, iss, iat, Math.max(iat, at)).tier;
  if (iss !== PROVINCE_CENTRE)
    throw new Refusal('authority_missing', `The root signs withdrawals in the name of ${PROVINCE_CENTRE}.`, {
      part: 'withdrawal+jwt:iss',
    });
  return 'root';
}

/**
 * Opens the withdrawals that a verifier holds, and gives the directory in which they count. Those that do not verify
 * are left out. Rank by rank, so that whether one counts never depends on an equal: the order of the list means
 * nothing.
 */
async function countWithdrawals(tokens: readonly string[], directory: Directory): Promise<Directory> {
  const opened: OpenedWithdrawal[] = [];
  for (const token of new Set(tokens)) {
    try {
      opened.push(await openWithdrawal(token, directory));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  let current = directory;
  for (const wanted of RANKS) {
    const above = current;
    const counted = opened.filter(
      ({ rank, statement: { kid, payload } }) => rank === wanted && (rank === 'root' || !ended(above, kid, payload)),
    );
    if (counted.length > 0)
      current = above.with(new Withdrawals([...above.withdrawals.all, ...counted.map(({ statement }) => statement)]));
  }
  return current;
}

/** Whether the key that signed a withdrawal had ended when it did. */
function ended(directory: Directory, kid: string, { iss, iat }: Withdrawal): boolean {
  try {
    directory.centreAt(kid, iss, iat);
    return false;
  } catch (error) {
    if (!isWithdrawn(error)) throw error;
    return true;
  }
}
