/**
 * Owns the step from a verified certificate to what is printed of it: the same for printing and for comparing a print.
 */
import { shanghaiDay } from '../../base/day.ts';
import type { CredentialFacts } from '../credential.ts';
import type { Holder } from '../disclose.ts';
import { ID_TYPE_NAMES, type IdType } from '../identity.ts';
import type { CopyFacts, DocumentFacts } from './document.ts';

/** @param other what is not in the credential: the template, the QR code's text, the root to trust, the copy's purpose */
export const documentFacts = (
  facts: CredentialFacts,
  holder: Holder,
  other: { template: string; seal_url: string; trust_root: string; copy?: CopyFacts | undefined },
): DocumentFacts => ({
  template: other.template,
  number: facts.number,
  organization: { code: facts.number.slice(0, 13), name: facts.organization_name },
  occupation: { code: facts.row.occupation.code, name: facts.row.occupation.name },
  job: facts.row.job,
  level: facts.row.level,
  issued_on: shanghaiDay(facts.issued_at),
  exam_date: facts.row.exam_date,
  name: holder.name,
  id_type_name: ID_TYPE_NAMES[holder.id_type as IdType],
  id_number: holder.id_number,
  seal_url: other.seal_url,
  // Where the certificate was issued: a service that moves prints the same sheet again.
  query_url: facts.origin,
  trust_root: other.trust_root,
  photo: holder.photo_digest !== null,
  ...(other.copy ? { copy: other.copy } : {}),
});
