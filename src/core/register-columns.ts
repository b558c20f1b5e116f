/**
 * Compares the register's index columns with what the signed statements say, so that a row edited by hand is noticed
 * whenever it is looked up: the first column that differs is named (`register_differs`).
 */
import { Refusal } from '../base/refusal.ts';
import type { CredentialFacts } from './credential.ts';
import type { Holder } from './disclose.ts';
import type { CertificateNumber } from './number.ts';
import type { State } from './status.ts';

export interface Columns {
  number: string;
  organization: string;
  year: number;
  level: number;
  serial: number;
  occupation_code: string;
  job: string;
  batch: string;
  status_list: number;
  status_index: number;
  issued_at: number;
  approval: string;
  key_number: number;
  /** Of the signed payload. */
  form: number;
  /** Root of the batch as stored; compared with the approval's. */
  root: string;
  /** The row's public part as stored. */
  row: string;
  replaces: string | null;
  state: State | 'replaced';
  live: boolean;
  /** Whether another certificate of this person, occupation, job and level is the living one. */
  crowded: boolean;
  /** Whether a withdrawal is still being applied to the states. */
  mending: boolean;
  replaced_by: string | null;
  /** Whether the certificate that replaces it is numbered and not signed yet. */
  successor_pending: boolean;
  /** The keyed digest of the person as stored, and the register's function that makes it. */
  person: string;
  personOf: (idType: string, idNumber: string) => Promise<string>;
  /** Set by the register when a column that only it can check is wrong (ciphertext, copies). */
  broken?: string | undefined;
}

const differs = (column: string) =>
  new Refusal('register_differs', 'A stored column contradicts the signed certificate.', { part: column });

/** Compares every column that the signed credential (and its seal) determines. `parts`: of its number, compared
 * with its facts before; `row`: the row's canonical text. */
export async function compareColumns(
  columns: Columns,
  facts: CredentialFacts,
  parts: CertificateNumber,
  row: string,
  holder: Partial<Holder>,
): Promise<void> {
  const keyNumber = Number(facts.kid.split('-').at(-1));
  const expected: Partial<Record<keyof Columns, unknown>> = {
    number: facts.number,
    organization: parts.organization,
    year: parts.year,
    level: facts.row.level,
    serial: parts.serial,
    occupation_code: facts.row.occupation.code,
    job: facts.row.job,
    batch: facts.batch,
    status_list: facts.status.list,
    status_index: facts.status.index,
    issued_at: facts.issued_at,
    approval: facts.approval,
    key_number: keyNumber,
    form: facts.form,
    row,
    replaces: facts.row.replaces ?? null,
  };
  for (const [column, value] of Object.entries(expected)) {
    if (columns[column as keyof Columns] !== value) throw differs(column);
  }
  if (columns.broken !== undefined) throw differs(columns.broken);
  const { id_type, id_number } = holder;
  if (
    id_type !== undefined &&
    id_number !== undefined &&
    (await columns.personOf(id_type, id_number)) !== columns.person
  )
    throw differs('person');
}

/**
 * Compares the state columns with the events and the successor that prove them. What was replaced takes no more events,
 * and a withdrawal changes nothing of it. Of two equal certificates that events leave in force one alone is living: the
 * events of one lost their effect when the other had been issued.
 */
export function compareState(
  columns: Columns,
  { state, length }: { state: State; length: number },
  successor: string | undefined,
): void {
  if (columns.replaced_by !== (successor ?? null)) throw differs('replaced_by');
  const replaced = successor !== undefined;
  const behind = columns.mending && length > 0 && columns.state !== 'replaced';
  if (columns.state !== (replaced ? 'replaced' : state) && (replaced || !behind)) throw differs('state');
  const inForce = columns.state === 'valid' || columns.state === 'suspended';
  if (columns.live !== (inForce && !columns.crowded)) throw differs('live');
}
