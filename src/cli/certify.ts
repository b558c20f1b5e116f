/**
 * Owns the X.509 certificates that people make on their own machines. Each says what a signed statement says, for as
 * long: the root's own, a centre's by its `centre+jwt`, an issuing key's by the `filing+jwt`. Key files hold them as PEM.
 * It refuses nothing: the service judges the chain that it is handed.
 */

import { certify, certifyIssuingKey, type Issuer, rootName, routeOf } from '../core/paper/x509-certificates.ts';
import type { Centre, Filing } from '../core/schema.ts';
import { unverified } from '../core/statement.ts';
import { toPem } from '../formats/pades/x509.ts';
import type { Caller } from '../sdk/call.ts';
import { now, type Signatory, type Speaker } from '../sdk/sign.ts';

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
 * Certifies the newest issuing key of a filing and hands the chain in.
 * @returns false when the centre has no certificate itself: then PDFs of this key stay unsigned
 */
export async function handInCertificate(centre: Speaker, caller: Caller, filing: string): Promise<boolean> {
  const { certificate } = centre;
  const newest = unverified<Filing>(filing).claims.issuing_jwks.keys.at(-1);
  if (certificate === undefined || newest === undefined) return false;
  await caller.post(`${routeOf(newest.kid)}/certificate`, {
    certificate: await certifyIssuingKey(
      { ...centre, certificate },
      unverified<Filing>(filing).claims,
      newest,
      newSerial(),
    ),
  });
  return true;
}
