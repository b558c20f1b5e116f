/**
 * Owns stamping a copy for one purpose (加注) on a holder's request: the organization's issuing key signs what the copy is
 * for. Nothing is stored but that it was fetched.
 * It refuses purposes that the fonts cannot show, and certificates that do not verify.
 */
import { toBase64url } from './life/bytes.ts';
import { copyFacts, signCopy } from './life/copy.ts';
import { splitCredential } from './life/credential.ts';
import type { CopyFacts } from './life/document.ts';
import { requireGlyphs } from './life/font-set.ts';
import { directoryOf, type Found, requireSound } from './register.ts';
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
