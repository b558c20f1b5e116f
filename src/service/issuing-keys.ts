/**
 * Issuing keys of organizations and their X.509 certificates: makes a key, reads public halves as stored, asks for a
 * certificate (PKCS#10) and takes the chain that a centre sends. The private half stays in the vault. A stored line
 * that was altered by hand is no key: lists leave it out and report it, what needs that very key refuses it
 * (`register_differs`).
 */
import * as v from 'valibot';
import { readStoredJson } from '../base/bounded.ts';
import { Refusal } from '../base/refusal.ts';
import { type PublicJwk, publicJwk } from '../core/keys.ts';
import { parseOrganizationCode } from '../core/number.ts';
import { checkChain, requestCertificate } from '../core/paper/x509-certificates.ts';
import { toPem } from '../formats/pades/x509.ts';
import { insertChain, selectIssuingKey } from '../storage/statement-store.ts';
import { currentFiling, directoryOf } from './on-file.ts';
import type { Caller } from './reach.ts';
import { requireOwnOrNew, requireReach } from './reach.ts';
import type { Service } from './service.ts';
import { reportDamaged } from './service.ts';

interface Stored {
  kid: string;
  /** JSON of the public JWK. */
  public: string;
}

export type NamedJwk = PublicJwk & { kid: string };

function readKey({ kid, public: text }: Stored): NamedJwk | undefined {
  const read = v.safeParse(publicJwk, readStoredJson(text));
  return read.success && read.output.kid === kid ? { ...read.output, kid } : undefined;
}

/** The keys among stored lines. */
export const listedKeys = (stored: readonly Stored[]): NamedJwk[] =>
  stored.flatMap((row) => {
    const key = readKey(row);
    if (!key) reportDamaged('issuing_keys', row.kid);
    return key ?? [];
  });

export const keyDiffers = () =>
  new Refusal('register_differs', 'What the register says of this issuing key is not what was written there.', {
    part: 'key',
  });

/** One key. @throws Refusal `register_differs` */
function requireKey(stored: Stored): NamedJwk {
  const key = readKey(stored);
  if (!key) throw keyDiffers();
  return key;
}

/** Makes the next issuing key of an organization. @returns its public half, to be named in the filing */
export async function makeIssuingKey(service: Service, caller: Caller, organization: string) {
  parseOrganizationCode(organization);
  await requireOwnOrNew(service, caller, organization);
  return service.vault.makeIssuingKey(organization);
}

/**
 * Finds an issuing key for a caller.
 * @throws Refusal `organization_code_malformed`, `out_of_reach`, `key_not_found`, `register_differs`
 */
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
