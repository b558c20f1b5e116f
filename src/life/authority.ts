/**
 * Owns who may say what: from the province's root over centres to filings and client keys (备案 and 授权).
 *
 * Everything starts at the thumbprints that the verifier was configured with. A root key found in a file or
 * a response is used only if its thumbprint is one of them.
 * It refuses statements signed by a key that was not named for that role, or not at that time.
 */
import type { CryptoKey } from 'jose';
import { Memo } from './memo.ts';
import { Refusal } from './refusal.ts';
import type { Centre, Client, Filing, PublicJwk } from './schema.ts';
import { checkTimes, type KeyFinder, type Statement } from './statement.ts';

/** The province's own centre. */
export const PROVINCE = 'centre:3700';

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

/** What the root says: which keys are centres', and since when. Build it with `openDirectory`. */
export class Directory {
  readonly memo: Memo;
  readonly #roots: ReadonlyMap<string, CryptoKey>;
  readonly #centres: ReadonlyMap<string, readonly NamedKey[]>;

  constructor(memo: Memo, roots: ReadonlyMap<string, CryptoKey>, centres: ReadonlyMap<string, readonly NamedKey[]>) {
    this.memo = memo;
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

  /** The statement that makes the key `kid` the centre `iss`'s at an instant; refuses `authority_missing`. */
  centreAt(kid: string, iss: string, at: number): Centre {
    let refusal: Refusal | undefined;
    for (const { statement } of this.#centres.get(kid) ?? []) {
      if (statement.payload.sub !== iss) continue;
      try {
        checkTimes('centre+jwt', statement.payload, at);
        return statement.payload;
      } catch (error) {
        refusal = error as Refusal;
      }
    }
    throw refusal ?? new Refusal('authority_missing', 'The signing key is not a key of the centre that the statement names.', { part: 'centre+jwt' });
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
    throw new Refusal('claims_malformed', 'centre:3700 is the only centre of tier province.', { part: 'centre+jwt:tier' });
  }
  return statement;
}

/**
 * Opens the centre statements that a verifier holds. Those that do not verify are left out: whatever they
 * would have supported then fails by itself, naming what is missing.
 */
export async function openDirectory(anchor: Anchor, centres: readonly string[], memo: Memo): Promise<Directory> {
  const roots = await trustedRoots(anchor, memo);
  const rootOnly = new Directory(memo, roots, new Map());
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
  return new Directory(memo, roots, byKey);
}

/**
 * Opens a filing and checks that its signer may file: the province's centre for route `province`, the city's
 * own centre for route `city` (notice 2020, 五（一）（二）). `at` undefined skips times, for storing one early.
 */
export async function openFiling(token: string, directory: Directory, at: number): Promise<Statement<'filing+jwt'>> {
  const statement = await directory.memo.open(token, 'filing+jwt', directory.findCentre);
  const { payload, kid } = statement;
  const centre = directory.centreAt(kid, payload.iss, at);
  const entitled = payload.route === 'province' ? centre.tier === 'province' : centre.tier === 'city' && payload.city === payload.iss;
  if (!entitled) throw new Refusal('route_wrong', 'A filing of route city is signed by that city\'s centre, one of route province by the province\'s.', { part: 'filing+jwt:route' });
  checkTimes('filing+jwt', payload, at);
  return statement;
}

/** Opens a client statement: signed by the centre that filed the organization. */
export async function openClient(token: string, directory: Directory, filing: Filing, at: number): Promise<Statement<'client+jwt'>> {
  const statement = await directory.memo.open(token, 'client+jwt', directory.findCentre);
  const { payload, kid } = statement;
  directory.centreAt(kid, payload.iss, at);
  checkClient(payload, filing);
  checkTimes('client+jwt', payload, at);
  return statement;
}

/** A client key speaks for an organization only by the word of the centre that filed it. */
export function checkClient(client: Client, filing: Filing): void {
  if (client.sub !== filing.sub) throw new Refusal('client_of_other_organization', 'The client key belongs to another organization.', { part: 'client+jwt:sub' });
  if (client.iss !== filing.iss) throw new Refusal('client_not_by_filing_centre', 'The client key was not named by the centre that filed the organization.', { part: 'client+jwt:iss' });
}

/** The organization code of an `org:` subject. */
export const codeOf = (sub: string): string => sub.slice('org:'.length);
