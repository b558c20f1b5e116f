/**
 * Owns how a centre certifies an organization's issuing key: the X.509 certificate that says what the filing says, for as
 * long, with the centre's own behind it. The command and the desk make it alike.
 * It refuses a certificate of the centre that is of another key (`certificate_key_differs`).
 */
import { Refusal } from '../refusal.ts';
import type { Filing, PublicJwk } from '../schema.ts';
import type { SigningKey } from '../signer.ts';
import { certify } from './certify.ts';
import { type Certificate, readCertificate, readPem, toPem } from './x509.ts';

/** The certificate of a key in a PEM text: the first. @throws Refusal `certificate_malformed`, `certificate_key_differs` */
export function certificateOf(pem: string, jwk: PublicJwk): Certificate {
  const [first] = readPem(pem);
  if (!first)
    throw new Refusal('certificate_malformed', 'There is no certificate in it: it is to be PEM.', {
      part: 'certificate',
    });
  const certificate = readCertificate(first);
  if (certificate.jwk?.x !== jwk.x || certificate.jwk.y !== jwk.y)
    throw new Refusal('certificate_key_differs', 'The certificate is of another key.', { part: 'certificate' });
  return certificate;
}

/** @param serial 16 random bytes. @returns PEM, the issuing key's certificate first */
export async function certifyIssuingKey(
  { key, jwk, certificate }: { key: SigningKey; jwk: PublicJwk; certificate: string },
  { name, uscc, iat, exp }: Filing,
  issuing: PublicJwk,
  serial: Uint8Array,
): Promise<string> {
  const { subject } = certificateOf(certificate, jwk);
  return (
    toPem(
      'CERTIFICATE',
      await certify(
        { name, uscc, jwk: issuing },
        { key, jwk, name: subject },
        { role: 'organization', from: iat, until: exp, serial },
      ),
    ) + certificate
  );
}

/** Whose an issuing key is, and which of theirs. */
export const issuingNumber = (kid: string): [code: string, n: string] =>
  (kid.split('#')[1] as string).split('-') as [string, string];

/** Where the certificate of an issuing key goes, and its request comes from. */
export function routeOf(kid: string): string {
  const [code, n] = issuingNumber(kid);
  return `/v1/organizations/${code}/keys/${n}`;
}
