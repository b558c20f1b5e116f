/**
 * What a centre signs at its desk about keys: the withdrawal of a key or filing, and the X.509 certificate of an
 * issuing key, under the certificate of the centre's own key. Without one PDFs of such a key carry no signature,
 * which is said plainly.
 */

import { shanghaiDay } from '../../base/day.ts';
import { isRefusal } from '../../base/refusal.ts';
import { filled, type Words } from '../../base/words.ts';
import { importPublic } from '../../core/keys.ts';
import { certificateOf } from '../../core/paper/x509-certificates.ts';
import type { Filing } from '../../core/schema.ts';
import { openStatement } from '../../core/statement.ts';
import { certifyNewestKey } from '../../sdk/file-organization.ts';
import { now, withdraw } from '../../sdk/sign.ts';
import { both, get, one } from '../../web/frame/page-script.ts';
import { keepKey, keptKeys, type Signer, Trouble, troubleAt, typed } from '../frame/desk-call.ts';
import { type Desk, fail, onShow, register, say } from '../frame/desk-script.ts';
import { CERTIFICATE_WORDS, WITHDRAW_WORDS } from '../words/desk-words.ts';

/** What the certificate of a key is worth now, in words. */
function state({ certificate, jwk }: Signer): { words: Words; wanting: boolean } {
  if (certificate === undefined) return { words: CERTIFICATE_WORDS.missing, wanting: true };
  try {
    const { not_after } = certificateOf(certificate, jwk);
    const day = shanghaiDay(not_after);
    return not_after * 1000 <= Date.now()
      ? { words: filled(CERTIFICATE_WORDS.expired, { day }), wanting: true }
      : { words: filled(CERTIFICATE_WORDS.present, { day }), wanting: false };
  } catch (error) {
    // A damaged one in a key file keeps nobody from the rest of their work.
    if (!isRefusal(error)) throw error;
    return { words: CERTIFICATE_WORDS.damaged, wanting: true };
  }
}

/** Shows a centre what its key has; nobody else certifies. */
export function showCertificate(signer: Signer): void {
  const isCentre = signer.subject.startsWith('centre:');
  get('certificate-box').hidden = !isCentre;
  if (!isCentre) return;
  const { words, wanting } = state(signer);
  get('certificate-state').replaceChildren(both(words));
  get('certificate-state').className = wanting ? 'notice' : 'hint';
  get('certificate-field').hidden = !wanting;
  offerIn(get('view'), wanting);
}

/** Parts of a view that are for who has a certificate, and those that say that one is wanting. */
function offerIn(view: ParentNode, wanting: boolean): void {
  for (const part of view.querySelectorAll<HTMLElement>('[data-certificate]'))
    part.hidden = (part.dataset.certificate === 'wanting') !== wanting;
}

onShow('[data-certificate]', ({ signer }, part) => offerIn(part.parentElement as HTMLElement, state(signer).wanting));

/** Takes the certificate that the root printed; kept with a key of this browser, else as long as the page. */
export async function bringCertificate(signer: Signer, file: File): Promise<void> {
  try {
    // The command prints it as a text or, with --json, with its line breaks spelt out.
    const certificate = (await file.text()).replaceAll('\\n', '\n');
    certificateOf(certificate, signer.jwk);
    const kept = (await keptKeys()).find(({ kid }) => kid === signer.kid);
    if (kept) await keepKey({ ...kept, certificate });
    signer.certificate = certificate;
    showCertificate(signer);
    say(CERTIFICATE_WORDS.taken);
  } catch (error) {
    fail(
      isRefusal(error, 'certificate_key_differs')
        ? new Trouble('certificate_of_another')
        : isRefusal(error)
          ? new Trouble('certificate_unreadable')
          : error,
    );
  }
}

/**
 * Certifies the newest issuing key of a filing and hands the chain in.
 * @returns what is to be said of it; undefined where all is well
 */
export async function certifyFiling({ caller, signer }: Desk, filing: Filing): Promise<Words | undefined> {
  if (state(signer).wanting) return CERTIFICATE_WORDS.unsigned;
  return (await certifyNewestKey(caller, filing)) ? undefined : CERTIFICATE_WORDS.unsigned;
}

/**
 * The filing, as this very key signed it: what it says is what the certificate will say. @throws Trouble
 * `filing_of_another`
 */
async function ownFiling(token: string, { kid, jwk }: Signer): Promise<Filing> {
  const own = await importPublic(jwk);
  try {
    return (await openStatement(token, 'filing+jwt', (signer) => (signer === kid ? own : undefined))).payload;
  } catch (error) {
    throw isRefusal(error) ? new Trouble('filing_of_another') : error;
  }
}

register('certify-key', async (desk, { dataset: { code = '', filing = '' } }) => {
  const lacking = await certifyFiling(desk, await ownFiling(filing, desk.signer));
  desk.go(`#/organizations/${code}`);
  desk.say(lacking ?? CERTIFICATE_WORDS.certified, lacking ? 'notice' : 'done');
});

/** An instant of a field, in Beijing; undefined where it is empty. */
function instantOf(id: string): number | undefined {
  const field = document.querySelector<HTMLInputElement>(`#${id}`);
  if (!field || (field.value === '' && !field.validity.badInput)) return undefined;
  const at = Date.parse(`${field.value}${field.value.length === 16 ? ':00' : ''}+08:00`) / 1000;
  if (!Number.isFinite(at)) throw troubleAt(id, 'instant_wrong');
  return Math.floor(at);
}

register('withdraw-statement', async (desk, button) => {
  const { signer, caller } = desk;
  const { code = '', typ = '', id = '', iss = '' } = button.dataset;
  const reason = typed('withdraw-reason');
  if (reason === '') throw troubleAt('withdraw-reason', 'reason_needed');
  const iat = now();
  const effective = instantOf('withdraw-effective') ?? iat;
  const since = instantOf('withdraw-since');
  if (effective < iat) throw troubleAt('withdraw-effective', 'effective_past');
  if (since !== undefined && since > iat) throw troubleAt('withdraw-since', 'since_future');
  if (!confirm(one(filled(typ === 'filing' ? WITHDRAW_WORDS.filing : WITHDRAW_WORDS.client, { code })))) return;
  const target = typ === 'filing' ? { jti: id, ...(iss === signer.subject ? {} : { iss }) } : { kid: id };
  const statement = await withdraw(signer, target, { effective, compromised_since: since, reason }, { iat });
  await caller.post('/v1/withdrawals', { statement });
  desk.go(`#/organizations/${code}`);
  desk.say(WITHDRAW_WORDS.done);
});
