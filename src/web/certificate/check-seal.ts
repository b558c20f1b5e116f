/**
 * Owns what the browser finds out about the digits of a QR code: the page's own verification core, run on the
 * visitor's machine with the published trust list and the thumbprints that came with the page.
 * An online page trusts its host all the same: host and keys could lie together, which only an offline check
 * under a thumbprint from elsewhere excludes. It refuses to guess: what cannot be decided is `unknown`.
 */

import { dayNumber } from '../../base/day.ts';
import { isRefusal } from '../../base/refusal.ts';
import { type Directory, openDirectory } from '../../core/directory.ts';
import type { PublicJwk } from '../../core/keys.ts';
import { readSeal, type SealFacts, sealKid } from '../../core/seal.ts';
import { Memo, unverified } from '../../core/statement.ts';
import { verify } from '../../core/verify.ts';

/** The parts of `/.well-known/trust.json` that a seal needs. */
export interface TrustList {
  roots: PublicJwk[];
  centres: string[];
  filings: string[];
  withdrawals: string[];
}

export interface SealQuestion {
  number: string;
  digits: string;
  /** Trusted root thumbprints, from the page. */
  thumbprints: readonly string[];
  trust: TrustList;
  /** The register's certificate of this number, where the page has one. */
  credential?: string | undefined;
  /** NumericDate. */
  now: number;
}

export type SealAnswer =
  | { state: 'genuine' | 'unlisted'; facts: SealFacts }
  | { state: 'differs'; facts: SealFacts; part: string }
  | { state: 'failed' | 'unknown'; code: string };

const DAY = 86_400;
const SHANGHAI = 8 * 3600;

/** The filings of an organization that name a key. The subject is read first only to skip those of others. */
export async function filingsNaming(
  kid: string,
  trust: Pick<TrustList, 'filings'>,
  directory: Directory,
): Promise<string[]> {
  const found: string[] = [];
  for (const token of trust.filings) {
    try {
      if (unverified(token).claims.sub !== `org:${kid.slice(0, 13)}`) continue;
      const { payload } = await directory.memo.open(token, 'filing+jwt', directory.findCentre);
      if (payload.issuing_jwks.keys.some((key) => key.kid.split('#')[1] === kid)) found.push(token);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return found;
}

/** Checks the digits, then compares them with what the register says. */
export async function checkSeal({
  number,
  digits,
  thumbprints,
  trust,
  credential,
  now,
}: SealQuestion): Promise<SealAnswer> {
  const directory = await openDirectory(
    { thumbprints, roots: trust.roots },
    trust.centres,
    new Memo(),
    trust.withdrawals,
  );
  if (!directory.anchored) return { state: 'unknown', code: 'root_not_at_hand' };
  let facts: SealFacts;
  try {
    ({ facts } = readSeal(number, digits));
  } catch (error) {
    if (isRefusal(error)) return { state: 'failed', code: error.code };
    throw error;
  }
  const filings = await filingsNaming(sealKid(facts), trust, directory);
  // A filing is judged when the certificate was issued: one that ran out since does not undo it.
  const at = Math.min(now, (dayNumber(facts.issued_on) + 1) * DAY - SHANGHAI - 1);
  let code = 'key_unknown';
  for (const filing of filings) {
    const seal = { number, digits };
    const { report } = await verify({ asked: number, seal, filing }, directory, at);
    const failed = report.checks.find((check) => check.result === 'fail');
    if (failed) {
      code = failed.code ?? failed.id;
      continue;
    }
    if (credential === undefined) return { state: 'unlisted', facts };
    const both = await verify({ asked: number, credential, seal, filing }, directory, at);
    const signature = both.report.checks.find((check) => check.id === 'signature');
    if (signature?.result === 'pass') return { state: 'genuine', facts };
    return { state: 'differs', facts, part: signature?.part ?? signature?.code ?? 'credential' };
  }
  return { state: 'failed', code };
}
