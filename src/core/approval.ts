/**
 * Approval (审核): which approvals and which order let a batch be issued. Issuing and every later check of a certificate
 * use these same functions, so that nothing is issued that does not verify afterwards.
 *
 * Route `province`: the province's approval suffices. Route `city`: it carries the city's whole token with equal
 * `sub aud batch root count`, signed with another key.
 */
import { Refusal } from '../base/refusal.ts';
import type { Directory } from './directory.ts';
import { codeOf, openClient } from './filing.ts';
import { PROVINCE_CENTRE } from './province.ts';
import type { Approval, Filing } from './schema.ts';
import { checkTimes, SKEW, type Statement } from './statement.ts';

/** What an approval and an order must be about: recomputed from the rows, never taken from the tokens. */
export interface BatchFacts {
  organization: string;
  aud: string;
  batch: string;
  root: string;
  count: number;
}

const about = (typ: string, claim: string, message: string, code: string) =>
  new Refusal(code, message, { part: `${typ}:${claim}` });

function checkAbout(
  typ: string,
  claims: { sub: string; aud: string; batch: string; root: string; count?: number },
  facts: BatchFacts,
): void {
  if (codeOf(claims.sub) !== facts.organization)
    throw about(typ, 'sub', 'It is about another organization.', 'organization_differs');
  if (claims.aud !== facts.aud) throw about(typ, 'aud', 'It was made for another service.', 'audience_wrong');
  if (claims.batch !== facts.batch) throw about(typ, 'batch', 'It is about another batch.', 'batch_differs');
  if (claims.root !== facts.root) throw about(typ, 'root', 'It is about other rows: the root differs.', 'root_differs');
  if (claims.count !== undefined && claims.count !== facts.count)
    throw about(typ, 'count', 'It is about another number of rows.', 'count_differs');
}

/** Opens one centre's approval and checks what it is about; `tier` is who must have signed. */
async function openOne(
  token: string,
  tier: 'city' | 'province',
  directory: Directory,
  facts: BatchFacts,
  until: number,
): Promise<Statement<'approval+jwt'>> {
  const statement = await directory.memo.open(token, 'approval+jwt', directory.findCentre);
  const { iss, iat } = statement.payload;
  const centre = directory.centreAt(statement.kid, iss, iat, Math.max(iat, until));
  if (centre.tier !== tier)
    throw about(
      'approval+jwt',
      'iss',
      tier === 'province' ? "The approval that counts is the province's." : "This must be the city's approval.",
      'tier_wrong',
    );
  checkAbout('approval+jwt', statement.payload, facts);
  directory.withdrawals.require('approval_withdrawn', 'approval+jwt', Math.max(iat, until), statement.payload);
  if (statement.payload.exp <= iat)
    throw about('approval+jwt', 'exp', 'It ends before it begins.', 'statement_expired');
  return statement;
}

/**
 * Opens the city's approval of a batch: for a filing of route city, by the centre that filed. `until`: as with
 * openApproval.
 */
export async function openCityApproval(
  token: string,
  directory: Directory,
  filing: Filing,
  facts: BatchFacts,
  until = 0,
): Promise<Statement<'approval+jwt'>> {
  const statement = await openOne(token, 'city', directory, facts, until);
  if (filing.route !== 'city' || statement.payload.iss !== filing.iss) {
    throw about(
      'approval+jwt',
      'iss',
      "Only the city's centre that filed the organization approves in the first tier.",
      'approver_wrong',
    );
  }
  return statement;
}

/**
 * Opens the province's approval with the city's inside it where the route asks for it. `until` (NumericDate): when
 * neither it nor its key must have been withdrawn, if that is later than `iat`: its arrival, or the issue.
 */
export async function openApproval(
  token: string,
  directory: Directory,
  filing: Filing,
  facts: BatchFacts,
  until = 0,
): Promise<Statement<'approval+jwt'>> {
  const statement = await openOne(token, 'province', directory, facts, until);
  const { iss, city, iat } = statement.payload;
  if (iss !== PROVINCE_CENTRE)
    throw about('approval+jwt', 'iss', "The approval that counts is the province's.", 'tier_wrong');
  if (filing.route === 'city') {
    if (city === undefined)
      throw about('approval+jwt', 'city', "The province's approval must carry the city's.", 'city_approval_missing');
    const inner = await openCityApproval(city, directory, filing, facts, until);
    if (inner.kid === statement.kid)
      throw about(
        'approval+jwt',
        'city',
        'City and province approve with two different keys, and this is one key twice.',
        'approver_same_key',
      );
    if (inner.payload.iat > iat + SKEW)
      throw about('approval+jwt', 'city', 'The city approved after the province.', 'city_approval_late');
    checkTimes('approval+jwt', inner.payload, iat);
  }
  return statement;
}

/** When a batch was uploaded, and when an approval of it came (NumericDates). */
export interface Arrival {
  uploaded: number;
  arrived(token: string): number;
}

/**
 * What the register asks besides of an opened approval, and of the city's inside it: whoever holds a key can date back.
 * It was made between the upload and its arrival, and the centre's key and the filing were in force on its arrival too:
 * one that had expired is not bridged by an earlier date. Verifiers do not know when something came, and judge by `iat`
 * alone.
 * @throws Refusal `approval_before_upload`, `statement_not_yet_valid`, `statement_expired`, `authority_missing`
 */
export async function checkArrival(
  approval: Statement<'approval+jwt'>,
  directory: Directory,
  filing: Filing,
  arrival: Arrival,
): Promise<void> {
  const {
    kid,
    token,
    payload: { iss, iat, city },
  } = approval;
  const arrived = arrival.arrived(token);
  if (iat < arrival.uploaded - SKEW) {
    throw about(
      'approval+jwt',
      'iat',
      'It was made before the batch was uploaded. Look at the clock of the computer that signed it, and approve again.',
      'approval_before_upload',
    );
  }
  checkTimes('approval+jwt', { iat }, arrived);
  directory.centreAt(kid, iss, arrived);
  checkTimes('filing+jwt', filing, arrived);
  if (city !== undefined)
    await checkArrival(
      await directory.memo.open(city, 'approval+jwt', directory.findCentre),
      directory,
      filing,
      arrival,
    );
}

/** The approval's own window, at the issue instant: `iat ≤ at ≤ exp`. */
export function checkApprovalTime(approval: Approval, at: number): void {
  checkTimes('approval+jwt', approval, at);
}

/**
 * Opens the organization's order and the client statement behind its key. The client key is judged at the
 * order's own time, which must lie between approval and issue: so a second device that was enrolled after the
 * approval can order, and one that had expired before cannot. One that was withdrawn by the issue cannot either.
 */
export async function openOrder(
  token: string,
  client: string,
  directory: Directory,
  filing: Filing,
  approval: Approval,
  facts: BatchFacts,
  issuedAt: number,
): Promise<Statement<'issue+jwt'>> {
  const named = await directory.memo.open(client, 'client+jwt', directory.findCentre);
  const jwk = named.payload.cnf.jwk;
  const kid = await directory.memo.thumbprint(jwk);
  const key = await directory.memo.key(jwk);
  const order = await directory.memo.open(token, 'issue+jwt', (id) => (id === kid ? key : undefined));
  await openClient(client, directory, filing, order.payload.iat, Math.max(order.payload.iat, issuedAt));
  checkAbout('issue+jwt', order.payload, facts);
  if (order.payload.iss !== undefined && order.payload.iss !== order.payload.sub)
    throw about('issue+jwt', 'iss', 'It is ordered by another organization.', 'organization_differs');
  if (order.payload.approval !== approval.jti)
    throw about('issue+jwt', 'approval', 'It names another approval.', 'approval_differs');
  if (order.payload.iat < approval.iat - SKEW)
    throw about('issue+jwt', 'iat', 'It was made before the approval.', 'order_before_approval');
  if (order.payload.iat > issuedAt + SKEW)
    throw about('issue+jwt', 'iat', 'It was made after the certificate was issued.', 'statement_not_yet_valid');
  return order;
}
