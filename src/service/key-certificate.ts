/**
 * Owns which X.509 certificate an issuing key has: asking for one (PKCS#10), taking the chain that a centre hands in, and
 * choosing the key that signs a PDF. The private half stays in the vault.
 * It refuses callers out of whose reach the organization lies, keys that were never made, and chains that are not sound.
 */

import { Refusal } from '../base/refusal.ts';
import { parseOrganizationCode } from '../core/number.ts';
import { checkChain, requestCertificate } from '../core/paper/x509-certificates.ts';
import { toPem } from '../formats/pades/x509.ts';
import { insertChain, selectIssuingKey } from '../storage/paper-store.ts';
import { type Caller, currentFiling, requireReach } from './enrol.ts';
import { type NamedJwk, requireKey } from './issuing-keys.ts';
import { directoryOf } from './lookup.ts';
import type { Service } from './service.ts';

/** Finds an issuing key for a caller. @throws Refusal `organization_code_malformed`, `out_of_reach`, `key_not_found`, `register_differs` */
async function findKey(
  service: Service,
  caller: Caller,
  organization: string,
  number: string,
): Promise<{ n: number; jwk: NamedJwk }> {
  parseOrganizationCode(organization);
  await requireReach(service, caller, organization);
  const n = /^[1-9]\d{0,2}$/.test(number) ? Number(number) : 0;
  const row = await selectIssuingKey(service.db, organization, n);
  if (!row) throw new Refusal('key_not_found', 'The organization has no issuing key with this number.');
  return { n, jwk: requireKey(row) };
}

/** A request for a certificate of an issuing key, in the name under which the organization is filed. @returns PEM */
export async function requestFor(
  service: Service,
  caller: Caller,
  organization: string,
  number: string,
): Promise<string> {
  const {
    jwk: { kid },
  } = await findKey(service, caller, organization, number);
  const { filing } = await currentFiling(service, await directoryOf(service), organization);
  const { key, public: jwk } = await service.vault.issuingKey(kid);
  return toPem('CERTIFICATE REQUEST', await requestCertificate({ name: filing.name, uscc: filing.uscc, jwk }, key));
}

/** Takes a certificate chain for an issuing key; the newest that is valid counts. @throws Refusal of checkChain */
export async function acceptChain(service: Service, caller: Caller, organization: string, number: string, pem: string) {
  const { n, jwk } = await findKey(service, caller, organization, number);
  const { leaf, pem: chain } = await checkChain(pem, jwk, service.now());
  const { name, serial, not_before, not_after } = leaf;
  await insertChain(
    service.db,
    { organization, n, chain, not_before, not_after, handed_in_by: caller.subject },
    service.now(),
  );
  return { kid: jwk.kid, name, serial, not_before, not_after };
}
