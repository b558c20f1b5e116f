/**
 * Owns turning a verified certificate into its PDF, with its bundle inside.
 * It refuses to draw what does not verify: a page never says more than its signatures.
 */
import type { Stamped } from './copies.ts';
import { encodeUtf8 } from './life/bytes.ts';
import { documentFacts } from './life/document-facts.ts';
import { renderCertificate } from './life/document.ts';
import { Refusal } from './life/refusal.ts';
import { bundleOf, sealUrlOf, type Found } from './register.ts';
import type { Service } from './service.ts';

/** Renders a certificate. @throws Refusal `register_differs` when its stored parts do not verify */
export async function renderFor(service: Service, found: Found, copy?: Stamped): Promise<Uint8Array> {
  const { facts, report } = found.verification;
  const { holder, row } = found;
  if (!facts || !holder || report.verdict === 'invalid') throw new Refusal('register_differs', 'The stored certificate does not verify; it cannot be printed.');
  const printed = documentFacts(facts, holder, { template: row.template, seal_url: sealUrlOf(found), trust_root: service.config.trustRoot[0] as string, copy: copy?.facts });
  return renderCertificate(printed, { fonts: await service.fonts(), bundle: encodeUtf8(JSON.stringify(bundleOf(service, found, copy?.token))) });
}
