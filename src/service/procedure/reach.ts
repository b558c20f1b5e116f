/**
 * Owns who reaches which case: an applicant its own, an organization what is about itself, a city's centre what it is
 * responsible for, the province everything. Deciding belongs to the responsible centre alone where a step files or names.
 * It refuses everybody else (`out_of_reach`).
 */

import { Refusal } from '../../base/refusal.ts';
import type { Role, StepName } from '../../core/procedure/steps.ts';
import { type CaseRow, selectCase } from '../../storage/case-store.ts';
import type { Service } from '../service.ts';

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
