/**
 * Who reaches what, decided here alone: an organization reaches its own code, a city's centre what it filed, the
 * province everything; an applicant the cases that it opened.
 */
import { Refusal, type RefusalFacts } from '../base/refusal.ts';
import { type Directory, openCentre } from '../core/directory.ts';
import { codeOf, openClient } from '../core/filing.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import type { Role, StepName } from '../core/procedure/steps.ts';
import { checkTimes, claimedKey, unverified } from '../core/statement.ts';
import { type CaseFilter, type CaseRow, lossOf, selectCase } from '../storage/case-store.ts';
import { type Follows, selectAbout, selectClient } from '../storage/statement-store.ts';
import { currentFiling, directoryOf, filedBy, holderOf, openFiled } from './on-file.ts';
import type { Service } from './service.ts';

export interface Asker {
  role: Role;
  /** `org:…`, `centre:…`, `key:…` */
  subject: string;
}

/** The refusal of whatever is out of somebody's reach. */
export const outOfReach = (
  message = 'This belongs to an organization outside your reach.',
  facts: RefusalFacts = {},
): Refusal => new Refusal('out_of_reach', message, facts);

/** What a centre did, it reaches, and the province everything. @param centre `centre:3701` */
export const reachesCentre = ({ role, subject }: Asker, centre: string | undefined): boolean =>
  role === 'province' || subject === centre;

/** Whose things a list of cases, batches or keys shows to somebody; all of them for the province. */
export function reachOf({ role, subject }: Asker): Pick<CaseFilter, 'centre' | 'owner' | 'organization'> {
  if (role === 'city') return { centre: subject };
  if (role === 'applicant') return { owner: subject };
  if (role === 'organization') return { organization: subject.slice('org:'.length) };
  return {};
}

/** Refuses everybody but whose own it is. @param owner `org:…`, `key:…` */
export function requireOwn({ subject }: Pick<Asker, 'subject'>, owner: string, message: string): void {
  if (subject !== owner) throw outOfReach(message);
}

/** Steps that only the centre which is responsible for the case can take: it alone can sign what follows from them. */
const RESPONSIBLE_ONLY: readonly StepName[] = [
  'application.return',
  'application.decline',
  'application.select',
  'application.clear',
  'device.grant',
];

/** Whether somebody reaches a case, to read it. */
export function reachesCase(asker: Asker, row: CaseRow): boolean {
  switch (asker.role) {
    case 'province':
    case 'service':
      return true;
    case 'city':
      return row.centre === asker.subject;
    case 'organization':
      return row.owner === asker.subject || (row.organization !== null && `org:${row.organization}` === asker.subject);
    case 'applicant':
      return row.owner === asker.subject;
  }
}

/**
 * Refuses who does not reach a case, for reading or for a step. Inspections are read by the inspected through the
 * public page; to follow up, an organization or its city's centre must stand in the draw, which its kind checks.
 */
export function requireCaseReach(asker: Asker, row: CaseRow, step?: StepName): void {
  if (row.kind === 'draw' && (asker.role === 'organization' || asker.role === 'city') && step === 'draw.follow') return;
  if (!reachesCase(asker, row)) throw outOfReach();
  if (step !== undefined && RESPONSIBLE_ONLY.includes(step) && row.centre !== asker.subject) throw outOfReach();
}

/** A case within the asker's reach. @throws Refusal `case_not_found`, `out_of_reach` */
export async function reachCase(service: Service, asker: Asker, about: string): Promise<CaseRow> {
  const row = await selectCase(service.db, about);
  if (!row) throw new Refusal('case_not_found', 'There is no such case.');
  requireCaseReach(asker, row);
  return row;
}

/** Whether somebody reaches an organization: itself, the city that filed it last, the province. */
export const reachesOrganization = async (service: Service, asker: Asker, organization: string): Promise<boolean> =>
  'reached' in (await lookFor(service, asker, organization));

/** @throws Refusal `out_of_reach` for who does not reach an organization. @see reachesOrganization */
export async function requireReach(
  service: Service,
  asker: Asker,
  organization: string,
  directory?: Directory,
): Promise<void> {
  const found = await lookFor(service, asker, organization, directory);
  if ('refusal' in found) throw found.refusal;
}

async function lookFor(
  service: Service,
  asker: Asker,
  organization: string,
  directory?: Directory,
): Promise<{ reached: true } | { refusal: Refusal }> {
  if (asker.role === 'province' || asker.subject === `org:${organization}`) return { reached: true };
  const by = asker.role === 'city' ? await filedBy(service, organization, directory) : undefined;
  if (by === undefined) return { refusal: outOfReach() };
  return by === asker.subject ? { reached: true } : { refusal: filedElsewhere(by) };
}

/**
 * A centre may begin with an organization that nobody filed yet or whose code was released, and go on with its own.
 * Where another filed it since and that filing was withdrawn, whoever filed the code for its holder before takes it up
 * again.
 * @returns what the next filing must follow when it is stored; undefined: anything
 */
export async function requireOwnOrNew(
  service: Service,
  caller: Caller,
  organization: string,
): Promise<Follows | undefined> {
  if (caller.role === 'province') return undefined;
  const centre = caller.subject;
  const holder = await holderOf(service, organization);
  if (holder === null)
    return { centre, after: (await selectAbout(service.db, 'filing+jwt', `org:${organization}`))[0]?.id };
  const directory = await directoryOf(service);
  const [newest, ...older] = await openFiled(service, organization, directory);
  if (!newest || newest.filing.iss === centre) return { centre };
  const ended = directory.withdrawals.endOfStatement(newest.filing) <= service.now();
  if (ended && older.some(({ filing: { iss, uscc } }) => iss === centre && uscc === holder))
    return { centre, after: newest.id };
  throw filedElsewhere(newest.filing.iss);
}

/** @param centre `centre:3702`: who has filed it, which the list of organizations says to everybody */
export const filedElsewhere = (centre: string | undefined) =>
  outOfReach(
    `Another centre${centre === undefined ? '' : `, ${centre},`} has filed this organization: that centre or the province does what is to be done, and returns batches that were uploaded before; the organization uploads those again.`,
    centre === undefined ? {} : { centre },
  );

// Who an access token speaks for: a key of an organization, of a centre, or one that nobody has named yet. What changes
// something judges its caller again at the moment of writing (procedure/take-step.ts).

/** Who calls: from the access token, proved by DPoP. */
export interface Caller {
  /** `applicant`: a key that nobody has named yet, speaking for itself. */
  role: 'applicant' | 'organization' | 'city' | 'province';
  /** `org:<code>`, `centre:<code>` or `key:<thumbprint>` */
  subject: string;
  jkt: string;
  /** The key that the access token names: it signed the proof, and signs the caller's steps. */
  key: PublicJwk;
  /** The access token, by which the caller is judged again when it writes. */
  token: string;
  /** Row of the client statement, for organizations. */
  client?: number;
}

/** A key that nobody has named yet speaks for itself alone: it applies to be filed, or to be named. */
async function readApplicant(service: Service, directory: Directory, token: string): Promise<Caller> {
  const claimed = claimedKey(token);
  const jkt = await thumbprint(claimed);
  directory.requireWorkingKey(jkt, 'applicant+jwt:cnf');
  const own = await service.memo.key(claimed);
  const { payload } = await service.memo.open(token, 'applicant+jwt', (kid) => (kid === jkt ? own : undefined));
  if (payload.iss !== `key:${jkt}` || (await thumbprint(payload.cnf.jwk)) !== jkt)
    throw new Refusal('key_unknown', "An applicant's token names the key that signed it, and no other.", {
      part: 'applicant+jwt:cnf',
    });
  checkTimes('applicant+jwt', payload, service.now());
  return { role: 'applicant', subject: payload.iss, jkt, key: payload.cnf.jwk, token };
}

/** Checks an access token and gives the caller, with the key that must have signed the proof. */
export async function readToken(service: Service, token: string): Promise<Caller> {
  const directory = await directoryOf(service);
  const now = service.now();
  const typ = unverified(token).header.typ;
  if (typ === undefined) throw new Refusal('authorization_malformed', 'The access token is not a JWS with a typ.');
  if (typ === 'applicant+jwt') return readApplicant(service, directory, token);
  if (typ === 'client+jwt') {
    const { payload } = await service.memo.open(token, 'client+jwt', directory.findCentre);
    const { filing } = await currentFiling(service, directory, codeOf(payload.sub));
    await openClient(token, directory, filing, now);
    const jkt = await thumbprint(payload.cnf.jwk);
    const stored = await selectClient(service.db, payload.sub, jkt, payload.jti, lossOf(codeOf(payload.sub), jkt));
    if (!stored)
      throw new Refusal(
        'client_unknown',
        'The client key is not registered; the centre submits it with POST /v1/clients.',
        { part: 'client+jwt' },
      );
    // A code that was released and filed for another body does not bring the keys of the one before along.
    const named =
      stored.filed === null
        ? undefined
        : (await service.memo.open(stored.filed, 'filing+jwt', directory.findCentre)).payload;
    if (named?.sub !== filing.sub || named.uscc !== filing.uscc)
      throw new Refusal(
        'client_of_other_organization',
        'The client key was named for another body that had this code.',
        { part: 'client+jwt:sub' },
      );
    if (stored.lost === 1)
      throw new Refusal(
        'client_reported',
        'The organization has reported this key lost. Use another one; ask the centre if it was found.',
        { part: 'client+jwt' },
      );
    return { role: 'organization', subject: payload.sub, jkt, key: payload.cnf.jwk, token, client: stored.id };
  }
  const { payload } = await openCentre(token, directory);
  checkTimes('centre+jwt', payload, now);
  const jkt = await thumbprint(payload.cnf.jwk);
  directory.requireCentre(payload, jkt, now);
  return { role: payload.tier, subject: payload.sub, jkt, key: payload.cnf.jwk, token };
}
