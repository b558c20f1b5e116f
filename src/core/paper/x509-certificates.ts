/**
 * X.509 certificates beside the statements, in the form that PDF readers know. The root's key certifies itself, the
 * root certifies a centre (beside its `centre+jwt`), a centre certifies an organization's issuing key (beside the
 * `filing+jwt`); and the service asks for a certificate of another authority (PKCS#10), whose chain is checked before
 * it is kept.
 *
 * One key signs in two worlds, and neither takes the other's texts: what a JWS signs begins with `eyJ` (0x65), a CMS
 * signs attributes that begin with SET (0x31), certificates and requests begin with SEQUENCE (0x30). A request in turn
 * is no certificate: where that has an algorithm identifier, it has a name.
 *
 * There is no CRL and no OCSP address: a key is ended by a withdrawal of its statement. Times and serial numbers are
 * arguments.
 */
import { sha256 } from '../../base/bytes.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { derEcdsa, OID, spkiOf } from '../../formats/pades/algorithms.ts';
import { bits, context, der, integer, octets, oid, sequence, setOf, string, TAG } from '../../formats/pades/der.ts';
import {
  allows,
  type Certificate,
  COMMON_NAME,
  EXTENSION,
  isIssuedBy,
  ORGANIZATION_IDENTIFIER,
  readCertificate,
  readPem,
  toPem,
  USAGE,
} from '../../formats/pades/x509.ts';
import { type PublicJwk, type SigningKey, signBytes } from '../keys.ts';
import { centreName, PROVINCE_CODE } from '../province.ts';
import type { Filing } from '../schema.ts';

/** Whose certificate it is. */
export interface Holder {
  name: string;
  /** 统一社会信用代码 of an organization. */
  uscc?: string;
  jwk: PublicJwk;
}

/** Who signs it. For the root itself, its own name and key. */
export interface Issuer {
  key: SigningKey;
  jwk: PublicJwk;
  /** DER of the name, as in its own certificate. */
  name: Uint8Array;
}

export interface Terms {
  /** `root` and `centre` are authorities; a centre's reaches to organizations and no further. */
  role: 'root' | 'centre' | 'organization';
  /** NumericDate. */
  from: number;
  until: number;
  /** 16 random bytes. */
  serial: Uint8Array;
}

/** ub-common-name and ub-organization-name of X.520: a longer name is cut, the credit code says whose it is. */
const NAME_LIMIT = 64;
const ECDSA_WITH_SHA256 = sequence(oid(OID.ecdsaWithSha256));

const [COUNTRY, ORGANIZATION] = ['2.5.4.6', '2.5.4.10'] as const;

/** A name of one attribute a part: the country, then the others. */
function encodeName(...attributes: (readonly [type: string, text: string])[]): Uint8Array<ArrayBuffer> {
  const part = (type: string, value: Uint8Array) => setOf([sequence(oid(type), value)]);
  return sequence(
    part(COUNTRY, string(TAG.printable, 'CN')),
    ...attributes.map(([type, text]) => part(type, string(TAG.utf8, Array.from(text).slice(0, NAME_LIMIT).join('')))),
  );
}

/** The root's name: it ends with its thumbprint, so that the printed one can be compared in any PDF reader. */
export const rootName = (thumbprint: string): Uint8Array<ArrayBuffer> =>
  encodeName([ORGANIZATION, centreName(PROVINCE_CODE) as string], [COMMON_NAME, `luzheng root ${thumbprint}`]);

/** A credit code (统一社会信用代码) as organizationIdentifier. */
export const creditCode = (uscc: string): string => `NTRCN-${uscc}`;

/**
 * Country, organization, common name; for an organization also its credit code (organizationIdentifier, ETSI EN 319
 * 412-1 §5.1.4).
 */
export const holderName = ({ name, uscc }: Pick<Holder, 'name' | 'uscc'>): Uint8Array<ArrayBuffer> =>
  encodeName(
    [ORGANIZATION, name],
    ...(uscc === undefined ? [] : [[ORGANIZATION_IDENTIFIER, creditCode(uscc)] as const]),
    [COMMON_NAME, name],
  );

/** RFC 7093 §2 (1): the first 160 bits of SHA-256 over the public key. */
const keyIdentifier = async (jwk: PublicJwk): Promise<Uint8Array> =>
  (await sha256(spkiOf(jwk).slice(-65))).subarray(0, 20);

const extension = (type: string, critical: boolean, value: Uint8Array) =>
  sequence(oid(type), ...(critical ? [der(TAG.boolean, Uint8Array.of(0xff))] : []), octets(value));

async function extensionsFor({ role }: Terms, holder: PublicJwk, issuer: PublicJwk): Promise<Uint8Array> {
  const authority = role !== 'organization';
  const usage = authority ? USAGE.keyCertSign : USAGE.digitalSignature | USAGE.nonRepudiation;
  const constraints = sequence(der(TAG.boolean, Uint8Array.of(0xff)), ...(role === 'centre' ? [integer(0)] : []));
  return sequence(
    ...(authority ? [extension(EXTENSION.basicConstraints, true, constraints)] : []),
    // DER leaves out the zeros at the end of a list of bits.
    extension(EXTENSION.keyUsage, true, bits(Uint8Array.of(usage), 31 - Math.clz32(usage & -usage))),
    extension(EXTENSION.subjectKey, false, octets(await keyIdentifier(holder))),
    extension(EXTENSION.authorityKey, false, sequence(der(0x80, await keyIdentifier(issuer)))),
  );
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from then on. */
function encodeTime(at: number): Uint8Array {
  const text = `${new Date(at * 1000).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return text < '2050' ? string(TAG.utcTime, text.slice(2)) : string(TAG.generalizedTime, text);
}

/** SEQUENCE { what is signed, algorithm, signature }: a certificate or a request. */
async function sign(signed: Uint8Array<ArrayBuffer>, key: SigningKey): Promise<Uint8Array<ArrayBuffer>> {
  return sequence(signed, ECDSA_WITH_SHA256, bits(derEcdsa(await signBytes(key, signed))));
}

/** Makes a certificate. @returns DER */
export async function certify(holder: Holder, issuer: Issuer, terms: Terms): Promise<Uint8Array<ArrayBuffer>> {
  const serial = terms.serial.slice(0, 16);
  // Positive, and of sixteen bytes in its only spelling.
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40;
  const tbs = sequence(
    der(context(0), integer(2)),
    der(TAG.integer, serial),
    ECDSA_WITH_SHA256,
    issuer.name,
    sequence(encodeTime(terms.from), encodeTime(terms.until)),
    terms.role === 'root' ? issuer.name : holderName(holder),
    spkiOf(holder.jwk),
    der(context(3), await extensionsFor(terms, holder.jwk, issuer.jwk)),
  );
  return sign(tbs, issuer.key);
}

/** Asks an authority for a certificate (PKCS#10, RFC 2986). @returns DER */
export const requestCertificate = (holder: Holder, key: SigningKey): Promise<Uint8Array<ArrayBuffer>> =>
  sign(sequence(integer(0), holderName(holder), spkiOf(holder.jwk), der(context(0))), key);

/**
 * The certificate of a key in a PEM text: the first.
 * @throws Refusal `certificate_malformed`, `certificate_key_differs`
 */
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

// A chain is checked before it is kept for an issuing key. Whom to believe is for whoever reads the signed PDF; here
// the chain must be sound in itself.

/** Characters of PEM, and certificates in it. */
const CHAIN_LIMIT = 16_384;
const CERTIFICATES = 6;
/** Seconds by which a certificate may be submitted before it begins. */
const EARLY = 90 * 86_400;

export interface Chain {
  leaf: Certificate;
  /** PEM, the leaf first; a root at the end is left out: who trusts it has it. */
  pem: string;
}

const broken = (at: number) =>
  new Refusal(
    'certificate_chain_broken',
    `Certificate ${at + 1} was not issued under the one after it: each must be followed by its issuer's.`,
    { part: 'certificate', position: at },
  );

function readAll(pem: string): Certificate[] {
  const blocks = pem.length > CHAIN_LIMIT ? [] : readPem(pem);
  if (blocks.length === 0 || blocks.length > CERTIFICATES) {
    throw new Refusal(
      'certificate_malformed',
      `Send 1 to ${CERTIFICATES} certificates as PEM, the signer's first, in at most ${CHAIN_LIMIT} characters.`,
      { part: 'certificate', limit: CHAIN_LIMIT },
    );
  }
  return blocks.map(readCertificate);
}

/**
 * Checks a chain for a key. @throws Refusal `certificate_malformed`, `certificate_not_supported`,
 * `certificate_key_differs`, `certificate_chain_broken`, `certificate_usage_wrong`, `certificate_not_valid`
 */
export async function checkChain(pem: string, jwk: PublicJwk, now: number): Promise<Chain> {
  const chain = readAll(pem);
  const leaf = chain[0] as Certificate;
  if (leaf.jwk?.x !== jwk.x || leaf.jwk.y !== jwk.y)
    throw new Refusal(
      'certificate_key_differs',
      'The first certificate is for another key than the one that it is submitted for.',
      { part: 'certificate' },
    );
  if (leaf.ca || !allows(leaf, USAGE.digitalSignature | USAGE.nonRepudiation))
    throw new Refusal('certificate_usage_wrong', 'The first certificate does not let its key sign documents.', {
      part: 'certificate',
    });
  try {
    for (const [at, issuer] of chain.slice(1).entries())
      if (!(await isIssuedBy(chain[at] as Certificate, issuer, at))) throw broken(at);
    const top = chain.length - 1;
    if (top > 0 && (await isIssuedBy(chain[top] as Certificate, chain[top] as Certificate, 0))) chain.pop();
  } catch (error) {
    if (isRefusal(error, 'der_malformed'))
      throw new Refusal('certificate_malformed', error.message, { part: 'certificate' });
    throw error;
  }
  if (leaf.not_after < now || leaf.not_before > now + EARLY)
    throw new Refusal('certificate_not_valid', 'The first certificate is over, or begins too far from now.', {
      part: 'certificate',
      not_before: leaf.not_before,
      not_after: leaf.not_after,
    });
  return { leaf, pem: chain.map(({ der }) => toPem('CERTIFICATE', der)).join('') };
}
