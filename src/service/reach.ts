/**
 * Who reaches what, decided here alone: an organization reaches its own code, a city's centre what it filed, the province
 * everything; an applicant the cases that it opened.
 */
import { Refusal } from '../base/refusal.ts';
import type { Directory } from '../core/directory.ts';
import type { Role, StepName } from '../core/procedure/steps.ts';
import { type CaseRow, selectCase } from '../storage/case-store.ts';
import { type Follows, selectAbout } from '../storage/statement-store.ts';
import type { Caller } from './caller.ts';
import { directoryOf, filedBy, holderOf, openFiled } from './on-file.ts';
import type { Service } from './service.ts';

export interface Asker {
  role: Role;
  /** `org:…`, `centre:…`, `key:…` */
  subject: string;
  jkt: string;
}

/** Steps that only the centre which is responsible for the case can take: it alone can sign what follows from them. */
const RESPONSIBLE_ONLY: readonly StepName[] = [
  'application.return',
  'application.decline',
  'application.select',
  'application.clear',
  'device.grant',
];

function reaches(asker: Asker, row: CaseRow): boolean {
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

const outOfReach = () => new Refusal('out_of_reach', 'This belongs to an organization outside your reach.');

/**
 * Refuses who does not reach a case, for reading or for a step. Inspections are read by the inspected through the public
 * page; to follow up, an organization or its city's centre must stand in the draw, which its kind checks.
 */
export async function requireCaseReach(_service: Service, asker: Asker, row: CaseRow, step?: StepName): Promise<void> {
  if (row.kind === 'draw' && (asker.role === 'organization' || asker.role === 'city') && step === 'draw.follow') return;
  if (!reaches(asker, row)) throw outOfReach();
  if (step !== undefined && RESPONSIBLE_ONLY.includes(step) && row.centre !== asker.subject) throw outOfReach();
}

/** A case within the asker's reach. @throws Refusal `case_not_found`, `out_of_reach` */
export async function reachCase(service: Service, asker: Asker, about: string): Promise<CaseRow> {
  const row = await selectCase(service.db, about);
  if (!row) throw new Refusal('case_not_found', 'There is no such case.');
  await requireCaseReach(service, asker, row);
  return row;
}

/** An organization reaches itself, a city what it filed, the province everything. Refuses `out_of_reach`. */
export async function requireReach(
  service: Service,
  caller: Pick<Caller, 'role' | 'subject'>,
  organization: string,
  directory?: Directory,
): Promise<void> {
  if (caller.role === 'province' || (caller.role === 'organization' && caller.subject === `org:${organization}`))
    return;
  const by = caller.role === 'city' ? await filedBy(service, organization, directory) : undefined;
  if (by === undefined) throw new Refusal('out_of_reach', 'This belongs to an organization outside your reach.');
  if (by !== caller.subject) throw filedElsewhere(by);
}

/**
 * A centre may begin with an organization that nobody filed yet or whose code was released, and go on with its own. Where
 * another filed it since and that filing was withdrawn, whoever filed the code for its holder before takes it up again.
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
  new Refusal(
    'out_of_reach',
    `Another centre${centre === undefined ? '' : `, ${centre},`} has filed this organization: that centre or the province does what is to be done, and returns batches that were uploaded before; the organization uploads those again.`,
    centre === undefined ? {} : { centre },
  );
