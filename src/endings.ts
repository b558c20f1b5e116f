/**
 * Owns what a centre may end of an organization (撤回) as its desk lists it: filings and client keys, until when each
 * holds, and whether and why somebody ended it. What a withdrawal means is life/withdrawal.ts's to say.
 * It refuses nothing; whether the caller reaches the organization is asked before.
 */

import type { Caller } from './enrol.ts';
import { PROVINCE } from './life/authority.ts';
import { type Endable, endOf, targetIssuer, type Withdrawal } from './life/withdrawal.ts';
import { filingsOf } from './organizations.ts';
import { directoryOf } from './register.ts';
import type { Service } from './service.ts';
import { selectDevices } from './storage/reviews.ts';

const endedBy = (first: Withdrawal | undefined): Pick<Endable, 'ended' | 'reason'> =>
  first ? { ended: endOf(first), reason: first.reason ?? null } : { ended: null, reason: null };

/** The withdrawal that ends a key, or what was said of it, the earliest. */
const keyEnd = (all: readonly Withdrawal[], hit: (one: Withdrawal) => boolean): Withdrawal | undefined =>
  all.filter(hit).sort((a, b) => endOf(a) - endOf(b))[0];

/** Filings and keys of an organization, the newest first. */
export async function endablesOf(
  service: Service,
  caller: Pick<Caller, 'role' | 'subject'>,
  code: string,
): Promise<Endable[]> {
  const directory = await directoryOf(service);
  const withdrawals = directory.withdrawals.all.map(({ payload }) => payload);
  const mine = (iss: string): boolean => caller.role === 'province' || iss === caller.subject;
  const filings = (await filingsOf(service, code)).map(
    ({ state, filing: { iss, jti, iat, exp } }): Endable => ({
      typ: 'filing',
      replaced: state === 'replaced',
      id: jti,
      iss,
      since: iat,
      until: exp,
      mine: mine(iss),
      ...endedBy(directory.withdrawals.ofStatement({ iss, jti })),
    }),
  );
  // A key that was named again stands once, with what was said of it last.
  const keys = new Map((await selectDevices(service.db, code)).map((one) => [`${one.iss} ${one.jkt}`, one]));
  const clients = [...keys.values()].map(
    ({ jkt, jti, iss, iat, exp }): Endable => ({
      typ: 'client',
      replaced: false,
      id: jkt,
      iss,
      since: iat,
      until: exp,
      mine: mine(iss),
      ...endedBy(
        keyEnd(withdrawals, (one) =>
          'jti' in one.target
            ? one.target.jti === jti && targetIssuer(one) === iss
            : one.target.kid === jkt && [iss, PROVINCE].includes(one.iss),
        ),
      ),
    }),
  );
  return [...filings, ...clients].sort((a, b) => b.since - a.since);
}
