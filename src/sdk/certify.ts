/**
 * The X.509 certificates that people make on their own machines. Each says what a signed statement says, for as long:
 * the root's own, a centre's by its `centre+jwt`, an issuing key's by the `filing+jwt`. All are PEM.
 */
import { certify, certifyIssuingKey, type Issuer, rootName, routeOf } from '../core/paper/x509-certificates.ts';
import type { Centre, Filing } from '../core/schema.ts';
import { unverified } from '../core/statement.ts';
import { toPem } from '../formats/pades/x509.ts';
import type { Caller } from './call.ts';
import { now, type Signatory } from './sign.ts';

/** The root's statements are under a thumbprint and have no end; its certificate needs one. */
const ROOT_LIFETIME = 20 * 365 * 86_400;

const newSerial = () => crypto.getRandomValues(new Uint8Array(16));
const rootIssuer = ({ kid, key, jwk }: Signatory): Issuer => ({ key, jwk, name: rootName(kid) });

/** The root certifies itself. @returns PEM */
export async function certifyRoot(root: Signatory): Promise<string> {
  const from = now();
  return toPem(
    'CERTIFICATE',
    await certify({ name: '', jwk: root.jwk }, rootIssuer(root), {
      role: 'root',
      from,
      until: from + ROOT_LIFETIME,
      serial: newSerial(),
    }),
  );
}

/** The root certifies the centre that it appoints by this statement. @returns PEM */
export async function certifyCentre(root: Signatory, appointment: string): Promise<string> {
  const { name, cnf, iat, exp } = unverified<Centre>(appointment).claims;
  return toPem(
    'CERTIFICATE',
    await certify({ name, jwk: cnf.jwk }, rootIssuer(root), {
      role: 'centre',
      from: iat,
      until: exp,
      serial: newSerial(),
    }),
  );
}

/**
 * A centre certifies the newest issuing key of a filing and sends the chain.
 * @param filing the `filing+jwt` that this very centre has signed, or its claims
 * @returns false when the centre has no certificate itself: then PDFs of this key stay unsigned
 */
export async function certifyNewestKey(caller: Caller, filing: string | Filing): Promise<boolean> {
  const claims = typeof filing === 'string' ? unverified<Filing>(filing).claims : filing;
  const { certificate, ...centre } = caller.speaker;
  const newest = claims.issuing_jwks.keys.at(-1);
  if (certificate === undefined || newest === undefined) return false;
  await caller.post(`${routeOf(newest.kid)}/certificate`, {
    certificate: await certifyIssuingKey({ ...centre, certificate }, claims, newest, newSerial()),
  });
  return true;
}
