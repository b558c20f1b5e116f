/**
 * Owns who may say what: from the province's root over centres to filings and client keys (备案 and 授权).
 *
 * Everything starts at the thumbprints that the verifier was configured with. A root key found in a file or
 * a response is used only if its thumbprint is one of them.
 * It refuses statements signed by a key that was not named for that role, or not at that time, and what was withdrawn.
 */
import type { CryptoKey } from 'jose';
import { isRefusal, Refusal } from '../base/refusal.ts';
import { type Centre, type Client, type Filing, PROVINCE, type PublicJwk } from './schema.ts';
import type { Memo } from './statement.ts';
import { checkTimes, type KeyFinder, type Statement } from './statement.ts';
import { countWithdrawals, isWithdrawn, NO_WITHDRAWALS, type Withdrawals } from './withdrawal.ts';

export { PROVINCE };

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

  /** Refuses a root's key in the place of a working key (`root_key_used`): kept offline, it appoints, withdraws and signs for the log. */
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
  if ((sub === PROVINCE) !== (tier === 'province')) {
    throw new Refusal('claims_malformed', 'centre:3700 is the only centre of tier province.', {
      part: 'centre+jwt:tier',
    });
  }
  directory.requireWorkingKey(await directory.memo.thumbprint(statement.payload.cnf.jwk), 'centre+jwt:cnf');
  return statement;
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

/**
 * Opens a filing and checks that its signer may file: the province's centre for route `province`, the city's
 * own centre for route `city` (notice 2020, 五（一）（二）). `until`: when it must not have been withdrawn, as a rule
 * the same instant; of a certificate, its issue.
 */
export async function openFiling(
  token: string,
  directory: Directory,
  at: number,
  until = at,
): Promise<Statement<'filing+jwt'>> {
  const statement = await directory.memo.open(token, 'filing+jwt', directory.findCentre);
  const { payload, kid } = statement;
  const centre = directory.centreAt(kid, payload.iss, at, until);
  const entitled =
    payload.route === 'province' ? centre.tier === 'province' : centre.tier === 'city' && payload.city === payload.iss;
  if (!entitled)
    throw new Refusal(
      'route_wrong',
      "A filing of route city is signed by that city's centre, one of route province by the province's.",
      { part: 'filing+jwt:route' },
    );
  checkTimes('filing+jwt', payload, at);
  directory.requireFiling(payload, until);
  return statement;
}

/** Of an organization's filings, which one counts: its place among them and its claims, or why none does. */
export type StandingFiling = { place: number; filing: Filing } | { place: number; refusal: Refusal } | undefined;

/**
 * The filing that counts at an instant: the newest that is valid then. One that was withdrawn brings no older one back. The
 * one rule for calls, pages and lists.
 * @param tokens an organization's filings, the newest first
 * @param sub `org:S000037000001`
 * @param uscc who holds the code; filings that name another do not count. Null or undefined: all do
 * @returns undefined where none is in force and none was withdrawn
 */
export async function standingFiling(
  tokens: readonly string[],
  directory: Directory,
  at: number,
  sub: string,
  uscc: string | null | undefined,
): Promise<StandingFiling> {
  for (const [place, token] of tokens.entries()) {
    try {
      const { payload } = await directory.memo.open(token, 'filing+jwt', directory.findCentre);
      if (payload.sub !== sub || (uscc !== null && uscc !== undefined && payload.uscc !== uscc)) continue;
      // Also once it would have expired; one that was withdrawn before it began never took the place of another.
      if ((payload.nbf ?? payload.iat) <= at) directory.requireFiling(payload, at);
      return { place, filing: (await openFiling(token, directory, at)).payload };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (isWithdrawn(error)) return { place, refusal: error };
    }
  }
  return undefined;
}

/** Opens a client statement: signed by the centre that filed the organization. `until`: when it must not have been withdrawn. */
export async function openClient(
  token: string,
  directory: Directory,
  filing: Filing,
  at: number,
  until = at,
): Promise<Statement<'client+jwt'>> {
  const statement = await directory.memo.open(token, 'client+jwt', directory.findCentre);
  const { payload, kid } = statement;
  directory.centreAt(kid, payload.iss, at, until);
  checkClient(payload, filing);
  checkTimes('client+jwt', payload, at);
  const jkt = await directory.memo.thumbprint(payload.cnf.jwk);
  directory.requireWorkingKey(jkt, 'client+jwt:cnf');
  directory.withdrawals.require('client_withdrawn', 'client+jwt', until, payload, { kid: jkt, iss: payload.iss });
  return statement;
}

/** A client key speaks for an organization only by the word of the centre that filed it. */
export function checkClient(client: Client, filing: Filing): void {
  if (client.sub !== filing.sub)
    throw new Refusal('client_of_other_organization', 'The client key belongs to another organization.', {
      part: 'client+jwt:sub',
    });
  if (client.iss !== filing.iss)
    throw new Refusal(
      'client_not_by_filing_centre',
      'The client key was not named by the centre that filed the organization.',
      { part: 'client+jwt:iss' },
    );
}

/** The organization code of an `org:` subject. */
export const codeOf = (sub: string): string => sub.slice('org:'.length);
