/**
 * Filings (备案) and client keys (授权): what an organization may do, by the word of the centre that filed it.
 */
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { Directory } from './directory.ts';
import type { Client, Filing } from './schema.ts';
import { checkTimes, type Statement } from './statement.ts';
import { isWithdrawn } from './withdrawal.ts';

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
 * The filing that counts at an instant: the newest that is valid then. One that was withdrawn brings no older one back.
 * The one rule for calls, pages and lists.
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

/**
 * Opens a client statement: signed by the centre that filed the organization. `until`: when it must not have been
 * withdrawn.
 */
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
