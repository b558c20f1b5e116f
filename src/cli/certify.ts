/**
 * Owns the X.509 certificates that people make on their own machines. Each says what a signed statement says, for as
 * long: the root's own, a centre's by its `centre+jwt`, an issuing key's by the `filing+jwt`. Key files hold them as PEM.
 * It refuses nothing: the service judges the chain that it is handed.
 */
import { decodeJwt } from 'jose';
import { certify, rootName, type Issuer } from '../life/pades/certify.ts';
import { readCertificate, readPem, toPem } from '../life/pades/x509.ts';
import type { Centre, Filing, PublicJwk } from '../life/schema.ts';
import type { Caller } from './caller.ts';
import { now, type Identity, type KeyPair } from './sign.ts';

/** The root's statements are under a thumbprint and have no end; its certificate needs one. */
const ROOT_LIFETIME = 20 * 365 * 86_400;

const newSerial = () => crypto.getRandomValues(new Uint8Array(16));
const rootIssuer = ({ kid, key, jwk }: KeyPair): Issuer => ({ key, jwk, name: rootName(kid) });

/** The root certifies itself. @returns PEM */
export async function certifyRoot(root: KeyPair): Promise<string> {
  const from = now();
  return toPem('CERTIFICATE', await certify({ name: '', jwk: root.jwk }, rootIssuer(root), { role: 'root', from, until: from + ROOT_LIFETIME, serial: newSerial() }));
}

/** The root certifies the centre that it appoints by this statement. @returns PEM */
export async function certifyCentre(root: KeyPair, appointment: string): Promise<string> {
  const { name, cnf, iat, exp } = decodeJwt<Centre>(appointment);
  return toPem('CERTIFICATE', await certify({ name, jwk: cnf.jwk }, rootIssuer(root), { role: 'centre', from: iat, until: exp, serial: newSerial() }));
}

/** A centre certifies an issuing key that it names in this filing. @returns PEM, the key's certificate first */
async function certifyKey({ key, jwk, certificate }: Identity & { certificate: string }, filing: string, issuing: PublicJwk): Promise<string> {
  const { name, uscc, iat, exp } = decodeJwt<Filing>(filing);
  const { subject } = readCertificate(readPem(certificate)[0] as Uint8Array<ArrayBuffer>);
  return toPem('CERTIFICATE', await certify({ name, uscc, jwk: issuing }, { key, jwk, name: subject }, { role: 'organization', from: iat, until: exp, serial: newSerial() })) + certificate;
}

/** Where the certificate of an issuing key goes, and its request comes from. */
export function routeOf(kid: string): string {
  const [code, n] = (kid.split('#')[1] as string).split('-') as [string, string];
  return `/v1/organizations/${code}/keys/${n}`;
}

/**
 * Certifies the newest issuing key of a filing and hands the chain in.
 * @returns false when the centre has no certificate itself: then PDFs of this key stay unsigned
 */
export async function handInCertificate(centre: Identity, caller: Caller, filing: string): Promise<boolean> {
  const { certificate } = centre;
  const newest = decodeJwt<Filing>(filing).issuing_jwks.keys.at(-1);
  if (certificate === undefined || newest === undefined) return false;
  await caller.post(`${routeOf(newest.kid)}/certificate`, { certificate: await certifyKey({ ...centre, certificate }, filing, newest) });
  return true;
}
