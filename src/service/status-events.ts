/**
 * What happens to a certificate afterwards: takes `status+jwt` events, and publishes them as Bitstring Status Lists
 * signed with the service's own key. The history of events is judged by core/status.ts. Event and state are one
 * transaction.
 */
import { CompactSign } from 'jose';
import { concat, encodeUtf8, sha256, toBase64url } from '../base/bytes.ts';
import { toTimestamp } from '../base/day.ts';
import { Refusal } from '../base/refusal.ts';
import { PURPOSE_OF, type StatusListName, statusListUrl } from '../core/credential.ts';
import type { Directory } from '../core/directory.ts';
import { parseNumber } from '../core/number.ts';
import type { Approval } from '../core/schema.ts';
import { applyEvent, checkFresh, openEvent, readHistory, requireReplaceable } from '../core/status.ts';
import { STATUS_LIST_LENGTH } from '../core/status-list.ts';
import { guardKept } from '../storage/case-store.ts';
import { selectCertificate, selectReplacedWithEvents } from '../storage/certificate-store.ts';
import { JudgeAgain } from '../storage/database.ts';
import { guardWithdrawals, selectNewestWithdrawal, selectStatementById } from '../storage/statement-store.ts';
import { insertEvent, selectStatusIndexes, statusListExists } from '../storage/status-store.ts';
import { storedEvents } from './lookup.ts';
import { directoryOf } from './on-file.ts';
import type { Caller } from './reach.ts';
import { requireReach } from './reach.ts';
import type { Service } from './service.ts';

/** Attempts to store an event while withdrawals come in. */
const ATTEMPTS = 6;

/**
 * Takes an event from its signer.
 * @throws Refusal of status.ts, `certificate_not_found`, `out_of_reach`, `client_reported`
 */
export async function changeStatus(service: Service, caller: Caller, number: string, token: string) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await takeEvent(service, caller, number, token);
    } catch (error) {
      if (!(error instanceof JudgeAgain) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function takeEvent(service: Service, caller: Caller, number: string, token: string) {
  const { text, organization } = parseNumber(number);
  const row = await selectCertificate(service.db, service.lately, text);
  if (!row) throw new Refusal('certificate_not_found', 'This register holds no certificate with this number.');
  await requireReach(service, caller, organization);
  const replaced = () => new Refusal('status_final', 'A replaced certificate takes no more events.');
  if (row.state === 'replaced') throw replaced();
  // Read before the withdrawals themselves: one that comes between is found by the condition.
  const conditions = [guardWithdrawals(service.db, await selectNewestWithdrawal(service.db))];
  if (caller.client !== undefined) conditions.push(guardKept(service.db, organization, caller.jkt));
  const directory = await directoryOf(service);
  const now = service.now();
  const { payload: filing } = await service.memo.open(row.filing, 'filing+jwt', directory.findCentre);
  const client = caller.client === undefined ? null : await selectStatementById(service.db, caller.client);
  const { statement, rank } = await openEvent({ token, client: client?.token }, directory, filing, (iat) =>
    Math.max(iat, now),
  );
  const event = statement.payload;
  if (event.iss !== caller.subject)
    throw new Refusal('issuer_not_caller', 'Everyone submits their own events only.', { part: 'status+jwt:iss' });
  if (event.aud !== undefined && event.aud !== service.config.origin)
    throw new Refusal('audience_wrong', 'It was made for another service.', { part: 'status+jwt:aud' });
  checkFresh(event, now);
  const before = await readHistory(storedEvents(row), directory, filing, text);
  const after = applyEvent(before, statement, rank, text);
  const outcome = await insertEvent(
    service.db,
    { number: text, seq: event.seq, token, client: caller.client ?? null, received_at: now },
    after.state,
    conditions,
  );
  if (outcome === 'replaced') throw replaced();
  if (outcome === 'out_of_order')
    throw new Refusal('status_out_of_order', 'Another event came first; read the certificate again.', {
      part: 'status+jwt:seq',
    });
  return { number: text, state: after.state, seq: event.seq, digest: statement.digest };
}

/** Certificates to be replaced whose histories are read at a time. */
const HISTORIES = 500;

/**
 * Whether a batch may replace what it names, by the events of those certificates and by who approved the batch since.
 * @param approval the province's, verified
 * @returns how many events were judged: numbering refuses if there are more by then
 * @throws Refusal `replaces_suspended`; of readHistory, where stored events were edited
 */
export async function judgeReplaced(
  service: Service,
  directory: Directory,
  batch: string,
  approval: Approval,
): Promise<number> {
  const approvals = [{ ...approval, rank: 2 }];
  if (approval.city !== undefined)
    approvals.push({
      ...(await directory.memo.open(approval.city, 'approval+jwt', directory.findCentre)).payload,
      rank: 1,
    });
  let judged = 0;
  for (let after = ''; ; ) {
    const rows = await selectReplacedWithEvents(service.db, service.lately, batch, after, HISTORIES);
    const last = rows.at(-1);
    if (!last) return judged;
    after = last.number;
    for (const row of rows) {
      const { payload: filing } = await directory.memo.open(row.filing, 'filing+jwt', directory.findCentre);
      const history = await readHistory(storedEvents(row), directory, filing, row.number);
      requireReplaceable(history, row.number, approvals);
      judged += history.length;
    }
  }
}

/** States that set the bit in a list. A replaced certificate is no longer in force, like a revoked one. */
const STATES: Record<StatusListName, readonly string[]> = {
  revocation: ['revoked', 'replaced'],
  suspension: ['suspended'],
  inactive: ['revoked', 'replaced', 'suspended'],
};

/** Index 0 is the leftmost bit. */
function bitsOf(indexes: readonly number[]): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(STATUS_LIST_LENGTH / 8);
  for (const index of indexes) bits[index >> 3] = (bits[index >> 3] as number) | (0x80 >> (index & 7));
  return bits;
}

/** gzip, then multibase base64url (Bitstring Status List 1.0 §3.2). */
async function encodeBits(bits: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bits]).stream().pipeThrough(new CompressionStream('gzip'));
  const parts: Uint8Array[] = [];
  for await (const part of stream as unknown as AsyncIterable<Uint8Array>) parts.push(part);
  return `u${toBase64url(concat(...parts))}`;
}

/**
 * A status list as a credential (`application/vc+jwt`), of what the register says at the moment of asking. While that
 * stays the same, the same minute gets the same signature, so that a copy can be told by its ETag.
 * @param name `revocation-<n>`, `suspension-<n>` or `inactive-<n>`
 */
export async function statusList(service: Service, name: string): Promise<string> {
  const match = /^(revocation|suspension|inactive)-([1-9]\d{0,5})$/.exec(name);
  const list = Number(match?.[2]);
  if (!match || !(await statusListExists(service.db, list)))
    throw new Refusal('status_list_not_found', 'There is no such status list.');
  const kind = match[1] as StatusListName;
  const bits = bitsOf(await selectStatusIndexes(service.db, list, STATES[kind]));
  const { kid } = await service.vault.service();
  const now = service.now();
  return service.statusLists.once([name, kid, Math.floor(now / 60), toBase64url(await sha256(bits))].join(' '), () =>
    signList(service, kind, list, bits, now),
  );
}

async function signList(
  service: Service,
  kind: StatusListName,
  list: number,
  bits: Uint8Array<ArrayBuffer>,
  now: number,
): Promise<string> {
  const id = statusListUrl(service.config.origin, kind, list);
  const { key, kid } = await service.vault.service();
  const payload = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: kid.split('#')[0],
    validFrom: toTimestamp(now),
    credentialSubject: {
      id: `${id}#list`,
      type: 'BitstringStatusList',
      statusPurpose: PURPOSE_OF[kind],
      encodedList: await encodeBits(bits),
      // Milliseconds for which a copy may be kept.
      ttl: 60_000,
    },
  };
  return new CompactSign(encodeUtf8(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', typ: 'vc+jwt', kid })
    .sign(key);
}
