/**
 * Owns turning a verified certificate into its PDF, with its bundle inside and its organization's signature on it.
 * It refuses to draw what does not verify: a page never says more than its signatures.
 */
import { decodeJwt } from 'jose';
import type { Stamped } from './copies.ts';
import { encodeUtf8 } from './life/bytes.ts';
import { renderCertificate } from './life/document.ts';
import { documentFacts } from './life/document-facts.ts';
import { imageOf } from './life/photo.ts';
import type { Filing } from './life/schema.ts';
import { readPhoto } from './photos.ts';
import { bundleOf, type Found, requireSound, sealUrlOf } from './register.ts';
import type { Service } from './service.ts';
import { type Printed, signerFor, signNow, withSignature } from './signatures.ts';

/** Draws a certificate, unsigned. @throws Refusal `register_differs` when its stored parts do not verify, `photo_differs`, the code of a withdrawal */
export async function drawFor(
  service: Service,
  found: Found,
  copy?: Stamped,
): Promise<{ base: Uint8Array<ArrayBuffer>; printed: Printed }> {
  const { facts, holder } = requireSound(found);
  const { row } = found;
  const shown = documentFacts(facts, holder, {
    template: row.template,
    seal_url: sealUrlOf(found, copy?.token),
    trust_root: service.config.trustRoot[0] as string,
    copy: copy?.facts,
  });
  const photo = holder.photo_digest === null ? undefined : imageOf(await readPhoto(service, row, holder.photo_digest));
  const base = await renderCertificate(shown, {
    fonts: await service.fonts(),
    bundle: encodeUtf8(JSON.stringify(await bundleOf(service, found, copy?.token))),
    photo,
  });
  return {
    base: base as Uint8Array<ArrayBuffer>,
    printed: {
      number: facts.number,
      organization: shown.organization,
      filing: decodeJwt<Filing>(row.filing),
      key_number: row.key_number,
      revision: row.revision,
      template: row.template,
    },
  };
}

/** A certificate's PDF: always the same file. @throws Refusal `register_differs` when its stored parts do not verify */
export async function renderFor(service: Service, found: Found): Promise<Uint8Array<ArrayBuffer>> {
  const { base, printed } = await drawFor(service, found);
  return withSignature(service, base, printed);
}

/** A stamped copy's PDF: made for this once, so its signature is not kept. */
export async function renderCopy(service: Service, found: Found, copy: Stamped): Promise<Uint8Array<ArrayBuffer>> {
  const { base, printed } = await drawFor(service, found, copy);
  const by = await signerFor(service, printed);
  return by ? signNow(service, base, by) : base;
}
