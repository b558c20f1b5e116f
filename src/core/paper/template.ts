/**
 * What is printed of a certificate, and what a template (templates/) offers to print it. The step from a verified
 * certificate to these facts is the same for printing and for comparing a print.
 */

import { shanghaiDay } from '../../base/day.ts';
import type { Page } from '../../formats/pdf/drawing.ts';
import type { Tag } from '../../formats/pdf/pdf-a.ts';
import type { QrMatrix } from '../../formats/qr.ts';
import type { CredentialFacts } from '../credential.ts';
import type { Holder } from '../disclose.ts';
import type { Level } from '../number.ts';
import { ID_TYPE_NAMES, type IdType } from '../person.ts';

export interface DocumentFacts {
  /** Name of the template with which the certificate was issued. */
  template: string;
  /** 22 characters. */
  number: string;
  organization: { code: string; name: string };
  occupation: { code: string; name: string };
  /** `--` when there is none. */
  job: string;
  level: Level;
  /** `YYYY-MM-DD`. */
  issued_on: string;
  exam_date: string;
  /** The holder's. */
  name: string;
  /** In Chinese, e.g. 居民身份证. */
  id_type_name: string;
  id_number: string;
  /** The text of the QR code: `https://host/c/<number>#<digits>`. */
  seal_url: string;
  /** This service's own query address, e.g. `https://host`. */
  query_url: string;
  /** RFC 7638 thumbprint of the province's root, for whoever checks offline. */
  trust_root: string;
  /** True when a photograph belongs to the certificate. */
  photo?: boolean;
  /** What a copy for one purpose says of itself (加注). */
  copy?: CopyFacts;
}

export interface CopyFacts {
  purpose: string;
  /** `YYYY-MM-DD`. */
  stamped_on: string;
  expires_on: string;
}

/** The values that are known before a certificate has a number. */
export type PrintableFacts = Pick<
  DocumentFacts,
  'template' | 'organization' | 'occupation' | 'job' | 'level' | 'name' | 'id_type_name' | 'id_number'
>;

/** Certificates of one kind share their unchanging part. */
export interface Kind {
  photo: boolean;
  copy: boolean;
}

/**
 * Where a value stands on the page, in millimetres from the top left corner, and what is read there, spaces left out.
 */
export interface PrintedField {
  part: string;
  text: string;
  box: { left: number; right: number; top: number; bottom: number };
}

/** What a screen reader says of the field of the signature. */
export const SIGNATURE_FIELD = '评价机构的数字签名 Digital signature of the organization';

export interface Template {
  version: string;
  /** Characters nearly every sheet shows: cut with the fixed part, so that they are not cut again. */
  always: string;
  /** The file claims PDF/UA-1 beside PDF/A-3A, and the field of its signature has an appearance. */
  accessible?: true;
  /** The name by which `values` draws the photograph. */
  photoResource: string;
  /** The reading order; its marks are those that `fixed` and `values` draw. */
  structure(kind: Kind): Tag;
  /** For comparing a file with the signed data in it. */
  fields(facts: DocumentFacts): PrintedField[];
  /** The photograph's place, in millimetres. */
  photo: { x: number; y: number; width: number; height: number };
  /** Words that lie under the values of a copy. */
  pale: string;
  /** What lies under the fixed layer. */
  beneath(page: Page, facts: DocumentFacts): void;
  fixed(page: Page): void;
  /** Without the QR code where only the texts matter. */
  values(page: Page, facts: DocumentFacts, qr: QrMatrix | undefined): void;
}

/**
 * @param other what is not in the credential: the template, the QR code's text, the root to trust, the copy's purpose
 */
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
