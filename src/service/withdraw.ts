/**
 * Withdrawals (撤回) of statements and keys: judged when they arrive, whatever they say of their time, stored as their
 * text, in force with the next request, published in trust.json. What they mean is decided in core/withdrawal.ts.
 *
 *   1. the withdrawal, the release of its code and a note of what states it may change, in one transaction
 *   2. the states, in chunks
 *   3. the notices that it makes longer
 *
 * A crash before 1 leaves nothing; after it look-ups say that states are being worked out, and the sweep goes on.
 */

import { Refusal } from '../base/refusal.ts';
import { openWithdrawal, type Rank } from '../core/directory.ts';
import { codeOf } from '../core/filing.ts';
import { PROVINCE_CENTRE } from '../core/province.ts';
import { checkTimes, SKEW, unverified } from '../core/statement.ts';
import { readHistory } from '../core/status.ts';
import { type Endable, endOf, targetIssuer, type Withdrawal } from '../core/withdrawal.ts';
import { selectCertificatesWithEvents } from '../storage/certificate-store.ts';
import { prepareRelease } from '../storage/code-store.ts';
import type { D1PreparedStatement } from '../storage/database.ts';
import { JudgeAgain } from '../storage/database.ts';
import { selectDevices } from '../storage/review-store.ts';
import {
  guardWithdrawals,
  selectIssuersOfKey,
  selectIssuingKeyOwner,
  selectNewestWithdrawal,
  selectStatement,
  statementExists,
} from '../storage/statement-store.ts';
import {
  deleteMend,
  type Mend,
  prepareMend,
  type StateChange,
  selectMend,
  updateStates,
} from '../storage/status-store.ts';
import { requireIssuer, storeStatement } from './enrol.ts';
import { storedEvents } from './lookup.ts';
import { directoryOf, filedBy, holderOf } from './on-file.ts';
import type { Filed } from './organizations.ts';
import type { Caller } from './reach.ts';
import { reachesCentre } from './reach.ts';
import type { Service } from './service.ts';
import { lengthenNotices } from './working-days.ts';

/** Seconds between signing and submitting: as for status events. */
const FRESH = 300;
/** The last second of a NumericDate: a withdrawal never ends. */
const FOR_EVER = 253_402_300_799;
/** Certificates whose history is read again at a time. */
const CHUNK = 200;
/** Seconds that a withdrawal's own call may read; the sweep goes on from there. */
const MEND_SECONDS = 20;

/**
 * Takes a withdrawal from its signer; the root's from any centre, because the province's own keys may be what it ends.
 * @throws Refusal `withdrawal_not_yours`, `withdrawal_target_unknown`, `withdrawal_backdated`, `issuer_not_caller`
 */
export async function acceptWithdrawal(
  service: Service,
  caller: Caller,
  token: string,
): Promise<{ jti: string; fresh: boolean }> {
  const directory = await directoryOf(service);
  const now = service.now();
  const { statement, rank } = await openWithdrawal(token, directory, now);
  const { payload } = statement;
  if (rank !== 'root') requireIssuer(caller, payload.iss, 'withdrawal+jwt');
  // The very same again, whenever.
  if ((await selectStatement(service.db, payload.iss, payload.jti))?.token === token)
    return { jti: payload.jti, fresh: false };
  checkTimes('withdrawal+jwt', { iat: payload.iat, ...(rank === 'root' ? {} : { exp: payload.iat + FRESH }) }, now);
  await requireTarget(service, payload, rank);
  const { target, iss, jti, iat } = payload;
  const sub = 'jti' in target ? `${targetIssuer(payload)} ${target.jti}` : target.kid;
  // An event that was received may have been signed a little later. Who ends what withdrew others lets those events
  // count again.
  const since = rank === 'city' ? endOf(payload) - SKEW : 0;
  const effects = [...(await releaseBy(service, payload, rank)), prepareMend(service.db, since, { iss, jti }, token)];
  const fresh = await storeStatement(service, statement, { iss, sub, jti, iat, exp: FOR_EVER }, null, effects);
  await mendStates(service, service.now() + MEND_SECONDS);
  // An announcement that ends may bring a longer one back; the sweep repeats it.
  await lengthenNotices(service);
  return { jti, fresh };
}

/**
 * What releases the code of a filing that the province (or its root) ends at once: nobody else may use the code of a
 * body that began to work under it, so storage/code-store.ts looks what lies there.
 */
async function releaseBy(service: Service, withdrawal: Withdrawal, rank: Rank): Promise<D1PreparedStatement[]> {
  const { target, iss, jti } = withdrawal;
  if (rank === 'city' || !('jti' in target) || endOf(withdrawal) > service.now()) return [];
  const ended = { iss: targetIssuer(withdrawal), jti: target.jti };
  const stored = await selectStatement(service.db, ended.iss, ended.jti);
  if (!stored || unverified(stored.token).header.typ !== 'filing+jwt') return [];
  const { payload } = await service.memo.open(stored.token, 'filing+jwt', (await directoryOf(service)).findCentre);
  const organization = codeOf(payload.sub);
  // Written down first, where it was not yet.
  await holderOf(service, organization);
  return prepareRelease(service.db, organization, ended, { iss, jti });
}

/** What is withdrawn must exist, and a city's own statement must name it. */
async function requireTarget(service: Service, withdrawal: Withdrawal, rank: Rank): Promise<void> {
  const { target, iss } = withdrawal;
  const unknown = () =>
    new Refusal('withdrawal_target_unknown', 'The register holds no such statement or key.', {
      part: 'withdrawal+jwt:target',
    });
  if ('jti' in target) {
    if (!(await statementExists(service.db, targetIssuer(withdrawal), target.jti))) throw unknown();
    return;
  }
  const owner = await selectIssuingKeyOwner(service.db, target.kid);
  const namedBy =
    owner === null
      ? await selectIssuersOfKey(service.db, target.kid)
      : [(await filedBy(service, owner)) ?? PROVINCE_CENTRE];
  if (namedBy.length === 0) throw unknown();
  if (rank === 'city' && !namedBy.includes(iss))
    throw new Refusal('withdrawal_not_yours', 'Another centre named this key.', { part: 'withdrawal+jwt:target' });
}

/**
 * Brings the states of certificates, and so the status lists, to what their events come to under the withdrawals that
 * count now: for each withdrawal once. Look-ups say so meanwhile. What is not done by `until` (NumericDate) is done by
 * the sweep.
 */
export async function mendStates(service: Service, until: number): Promise<void> {
  for (let mend = await selectMend(service.db); mend && service.now() <= until; mend = await selectMend(service.db)) {
    try {
      await mendSome(service, mend);
    } catch (error) {
      if (!(error instanceof JudgeAgain)) throw error;
    }
  }
}

async function mendSome(service: Service, mend: Mend): Promise<void> {
  // Read before the withdrawals themselves: one that comes between is found by the condition.
  const conditions = [guardWithdrawals(service.db, await selectNewestWithdrawal(service.db))];
  const directory = await directoryOf(service);
  const rows = await selectCertificatesWithEvents(service.db, service.lately, mend.since, mend.after, CHUNK);
  const last = rows.at(-1);
  if (!last) return deleteMend(service.db, mend.id);
  const changes: StateChange[] = [];
  for (const row of rows) {
    try {
      const { payload: filing } = await service.memo.open(row.filing, 'filing+jwt', directory.findCentre);
      const { state, length } = await readHistory(storedEvents(row), directory, filing, row.number);
      if (state !== row.state && row.state !== 'replaced') changes.push({ number: row.number, events: length, state });
    } catch (error) {
      // Edited by hand: whoever looks it up is told so.
      if (!(error instanceof Refusal)) throw error;
    }
  }
  await updateStates(service.db, mend, last.number, changes, conditions);
}

const endedBy = (first: Withdrawal | undefined): Pick<Endable, 'ended' | 'reason'> =>
  first ? { ended: endOf(first), reason: first.reason ?? null } : { ended: null, reason: null };

/** The withdrawal that ends a key, or what was said of it, the earliest. */
const keyEnd = (all: readonly Withdrawal[], hit: (one: Withdrawal) => boolean): Withdrawal | undefined =>
  all.filter(hit).sort((a, b) => endOf(a) - endOf(b))[0];

/**
 * What a centre may end of an organization within its reach, the newest first: filings and client keys, until when each
 * holds, and whether and why somebody ended it. @param filed all its filings
 */
export async function endablesOf(
  service: Service,
  caller: Pick<Caller, 'role' | 'subject'>,
  code: string,
  filed: readonly Filed[],
): Promise<Endable[]> {
  const directory = await directoryOf(service);
  const withdrawals = directory.withdrawals.all.map(({ payload }) => payload);
  const mine = (iss: string): boolean => reachesCentre(caller, iss);
  const filings = filed.map(
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
            : one.target.kid === jkt && [iss, PROVINCE_CENTRE].includes(one.iss),
        ),
      ),
    }),
  );
  return [...filings, ...clients].sort((a, b) => b.since - a.since);
}
