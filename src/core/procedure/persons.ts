/**
 * Owns the judgement of whoever stands on a roster or in results: name, document, and where occupation, job and level
 * stand in the filing; and what only several rows together show. The same for both, and the same as for uploaded rows.
 * Spelling differences that do not count lead to the filing's own spelling.
 */

import type { IdType } from '../identity.ts';
import { type RowFindings, readId, readName } from '../rows/row-check.ts';
import { placeInScope, type ScopeIndex } from '../rows/row-scope.ts';
import type { Flaw } from '../rows/row-values.ts';
import { acrossRows, floatsByNeighbours } from '../rows/rows.ts';
import type { RosterEntry } from './plan.ts';
import { commonFault, type Part, type PlanFault, planFault } from './plan-faults.ts';

export type Qualified = Pick<RosterEntry, 'occupation_code' | 'occupation_name' | 'job_type' | 'level'>;

/** Occupation, job and level in the filing's spelling. */
export interface Placed {
  occupation: { code: string; name: string; edition: string };
  job: string;
}

/** Where something stands in the filing, and the flaws of its fields. */
export function place(one: Qualified, scope: ScopeIndex): { placed?: Placed; flaws: (Flaw & { field: string })[] } {
  const { occupation, job, flaws } = placeInScope({ ...one }, scope);
  return occupation && job !== undefined && flaws.length === 0 ? { placed: { occupation, job }, flaws } : { flaws };
}

/** One qualification as a key: `6-31-01-03 -- 3`. */
export const qualificationKey = ({ occupation, job }: Placed, level: number): string =>
  `${occupation.code} ${job} ${level}`;

/** What is known of a person's row, faults or not. */
export interface Person {
  row: number;
  faults: PlanFault[];
  name?: string;
  id?: { type: IdType; number: string; born?: string };
  placed?: Placed;
  qualification?: string;
}

/** Type and number: the type is part of who it is. */
export const personKey = ({ type, number }: { type: IdType; number: string }): string => `${type} ${number}`;

/** Judges name, document and qualification of a row. */
export function readPerson(part: Part, entry: Omit<RosterEntry, 'sessions'>, scope: ScopeIndex): Person {
  const { row } = entry;
  const person: Person = { row, faults: [] };
  const name = readName(entry.name);
  if ('flaw' in name) person.faults.push(commonFault(part, row, 'name', name));
  else person.name = name.value;
  const id = readId(entry.id_number, entry.id_type);
  if (id && 'flaw' in id) person.faults.push(commonFault(part, row, 'id_number', id));
  else if (id) person.id = { type: entry.id_type, ...id.value };
  const { placed, flaws } = place(entry, scope);
  for (const { field, ...flaw } of flaws) person.faults.push(commonFault(part, row, field, flaw));
  if (placed) Object.assign(person, { placed, qualification: qualificationKey(placed, entry.level) });
  return person;
}

const findingsOf = ({ row, faults, name, id, qualification }: Person): RowFindings => ({
  row,
  faults: faults.map(({ part: _part, ...fault }) => fault as RowFindings['faults'][number]),
  ...(name === undefined ? {} : { name }),
  ...(id ? { id: { type: id.type, number: id.number } } : {}),
  ...(qualification === undefined ? {} : { qualification }),
});

/** One person twice for one qualification, one document under two names, float damage, row numbers used twice. */
export function acrossPersons(part: Part, persons: readonly Person[]): PlanFault[] {
  const findings = persons.map(findingsOf);
  const seen = new Set<number>();
  const repeated = persons
    .filter(({ row }) => seen.size === seen.add(row).size)
    .map(({ row }) => planFault(part, row, 'row', 'row_repeated'));
  return [
    ...repeated,
    ...[...floatsByNeighbours(findings), ...acrossRows(findings)].map((fault): PlanFault => ({ part, ...fault })),
  ];
}
