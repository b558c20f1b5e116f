/**
 * Owns stamping a copy for one purpose (加注) on a holder's request: the organization's issuing key signs what the copy is
 * for. Nothing is stored but that it was fetched.
 * It refuses purposes that the fonts cannot show, and certificates that do not verify.
 */

import { decodeJwt } from 'jose';
import { encodeUtf8, toBase64url } from '../base/bytes.ts';
import { copyFacts, signCopy } from '../core/copy.ts';
import { splitCredential } from '../core/credential.ts';
import { renderCertificate } from '../core/paper/document.ts';
import { type CopyFacts, documentFacts } from '../core/paper/template.ts';
import { imageOf } from '../core/photo.ts';
import type { Filing } from '../core/schema.ts';
import { requireGlyphs } from '../formats/font/font.ts';
import { bundleOf, directoryOf, type Found, requireSound, sealUrlOf } from './lookup.ts';
import { type Printed, signerFor, signNow, withSignature } from './print-signature.ts';
import { readPhoto } from './row-photos-at-rest.ts';
import type { Service } from './service.ts';

export interface AskedCopy {
  purpose: string;
  /** `YYYY-MM-DD`, the last day. */
  expires_on: string;
}

/** A copy's statement and what it says. */
export interface Stamped {
  facts: CopyFacts;
  token: string;
}

/** @throws Refusal `purpose_malformed`, `expiry_malformed`, `glyph_missing`, `register_differs`, `issuing_key_withdrawn` */
export async function stampCopy(service: Service, found: Found, asked: AskedCopy): Promise<Stamped> {
  const copy = copyFacts(asked, service.now());
  requireGlyphs(await service.fonts(), copy.purpose);
  const { facts, holder } = requireSound(found);
  const directory = await directoryOf(service);
  const { payload: filing } = await service.memo.open(found.row.filing, 'filing+jwt', directory.findCentre);
  directory.requireIssuingKey(facts.kid, filing, service.now());
  const { key, kid } = await service.vault.issuingKey(facts.kid);
  const { jws } = splitCredential(found.row.credential);
  const of = { number: facts.number, jws, holder };
  const token = await signCopy(copy, of, { key, kid }, { iat: service.now(), jti: toBase64url(service.random(16)) });
  return { facts: copy, token };
}

// Owns turning a verified certificate into its PDF, with its bundle inside and its organization's signature on it.
// It refuses to draw what does not verify: a page never says more than its signatures.

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
