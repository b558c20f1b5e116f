/** A certificate, its authorities and second keys of two centres, for the tests of withdrawals. */
import type { Evidence } from '../../src/core/bundle.ts';
import { type Directory, openDirectory } from '../../src/core/directory.ts';
import { Memo, unverified } from '../../src/core/statement.ts';
import { verify } from '../../src/core/verify.ts';
import type { Withdrawal } from '../../src/core/withdrawal.ts';
import { appointCentre, type Identity, makeKey, withdraw } from '../../src/sdk/sign.ts';
import { makeCast as makeStatementCast, type Cast as StatementCast } from './cast.ts';
import { type Cast, CODE, type Made, makeCast, makeCertificate, NOW } from './make.ts';

export const DAY = 86_400;
export const NUMBER = `${CODE}263000001`;
export let statements: StatementCast;
export let cast: Cast;
export let good: Made;
/** A second key of the province's centre, and one of the city's. */
export let second: Identity;
export let citySecond: Identity;
export let root: Identity;

export const claims = (token: string) => unverified<{ jti: string; iss: string; city?: string }>(token).claims;
export const jti = (token: string) => claims(token).jti;

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  statements = await makeStatementCast();
  cast = await makeCast();
  good = await makeCertificate(cast);
  const another = async (code: string): Promise<Identity> => {
    const pair = await makeKey();
    return {
      ...pair,
      subject: `centre:${code}`,
      token: await appointCentre(cast.root, { code, name: code, jwk: pair.jwk }, { iat: NOW - 100 * DAY }),
    };
  };
  [second, citySecond] = [await another('3700'), await another('3701')];
  root = { ...cast.root, subject: 'centre:3700', token: '' };
}

export const opened = (withdrawals: string[], centres: string[] = []): Promise<Directory> =>
  openDirectory(
    { thumbprints: [cast.root.kid], roots: [cast.root.jwk] },
    [...cast.centres, second.token, citySecond.token, ...centres],
    new Memo(),
    withdrawals,
  );

/** Ends something at an instant, said at that instant. */
export const endAt = (by: Identity, target: Withdrawal['target'], at: number) => withdraw(by, target, {}, { iat: at });

export async function judge(withdrawals: string[], evidence: Evidence = good.evidence) {
  const { report } = await verify(evidence, await opened(withdrawals), NOW + 400 * DAY);
  return { verdict: report.verdict, failed: report.checks.find(({ result }) => result === 'fail'), report };
}
