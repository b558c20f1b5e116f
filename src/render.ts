/**
 * Owns turning a verified certificate into its PDF, with its bundle inside and its organization's signature on it.
 * It refuses to draw what does not verify: a page never says more than its signatures.
 */
import { encodeUtf8 } from './life/bytes.ts';
import { shanghaiDay } from './life/calendar.ts';
import { renderCertificate } from './life/document.ts';
import { ID_TYPE_NAMES, type IdType } from './life/identity.ts';
import { Refusal } from './life/refusal.ts';
import { bundleOf, sealUrlOf, type Found } from './register.ts';
import type { Service } from './service.ts';
import { withSignature, type Printed } from './signatures.ts';

/** Draws a certificate, unsigned. @throws Refusal `register_differs` when its stored parts do not verify */
export async function drawFor(service: Service, found: Found): Promise<{ base: Uint8Array<ArrayBuffer>; printed: Printed }> {
  const { facts, report } = found.verification;
  const { holder } = found;
  if (!facts || !holder || report.verdict === 'invalid') throw new Refusal('register_differs', 'The stored certificate does not verify; it cannot be printed.');
  const organization = { code: facts.number.slice(0, 13), name: facts.organization_name };
  const base = await renderCertificate(
    {
      number: facts.number,
      organization,
      occupation: facts.row.occupation,
      job: facts.row.job,
      level: facts.row.level,
      issued_on: shanghaiDay(facts.issued_at),
      exam_date: facts.row.exam_date,
      name: holder.name,
      id_type_name: ID_TYPE_NAMES[holder.id_type as IdType],
      id_number: holder.id_number,
      seal_url: sealUrlOf(found),
      query_url: service.config.origin,
      trust_root: service.config.trustRoot[0] as string,
    },
    { font: await service.font(), bundle: encodeUtf8(JSON.stringify(bundleOf(service, found))) },
  );
  return { base: base as Uint8Array<ArrayBuffer>, printed: { number: facts.number, organization, key_number: found.row.key_number } };
}

/** A certificate's PDF: always the same file. @throws Refusal `register_differs` when its stored parts do not verify */
export async function renderFor(service: Service, found: Found): Promise<Uint8Array<ArrayBuffer>> {
  const { base, printed } = await drawFor(service, found);
  return withSignature(service, base, printed);
}
