/**
 * Reading X.509 certificates (RFC 5280) and whether one was issued under another: what a signature on paper needs and
 * no more. Small enough for the browser: no CRL, no OCSP, no name constraints, no policies. A critical extension that
 * is not checked here is `certificate_not_supported`, because whoever wrote it meant that nobody may pass over it.
 */
import { toBase64, toBase64url, toHex } from '../../base/bytes.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import { P256_SPKI, type P256Jwk, readSpki, type SignerKey, signatureHolds } from './algorithms.ts';
import { compareBytes, context, dottedOf, type Element, open, openDer, TAG } from './der.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface Certificate extends Extensions {
  der: Bytes;
  /** What the issuer signed. */
  tbs: Bytes;
  algorithm: string;
  signature: Bytes;
  /** Names and serial number as encoded. */
  issuer: Bytes;
  subject: Bytes;
  serialNumber: Bytes;
  key: SignerKey;
  /** The key as a JWK, if it is one of P-256. */
  jwk: P256Jwk | undefined;
  /** Common name, or else what the subject's name begins with. Untrusted text. */
  name: string;
  /** organizationIdentifier (ETSI EN 319 412-1 §5.1.4), if there is one. Untrusted text. */
  organization_id: string | undefined;
  /** Serial number, hex. */
  serial: string;
  /** NumericDate. */
  not_before: number;
  not_after: number;
}

interface Extensions {
  ca: boolean;
  /** pathLenConstraint */
  path: number | undefined;
  /** Bits of KeyUsage, undefined when anything is allowed. */
  usage: number | undefined;
  /** ExtendedKeyUsage, undefined when anything is allowed. */
  purposes: readonly string[] | undefined;
}

/** Bits of KeyUsage, as they stand in its first octet. */
export const USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04 } as const;
export const EXTENSION = {
  subjectKey: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  policies: '2.5.29.32',
  authorityKey: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;
export const [COMMON_NAME, ORGANIZATION_IDENTIFIER] = ['2.5.4.3', '2.5.4.97'] as const;

const malformed = (what: string) =>
  new Refusal('certificate_malformed', `This is no X.509 certificate: ${what}.`, { part: 'certificate' });

/** DirectoryString and its relatives, by tag. */
const CHARSETS: Readonly<Record<number, string>> = {
  [TAG.utf8]: 'utf-8',
  [TAG.printable]: 'latin1',
  20: 'latin1',
  22: 'latin1',
  30: 'utf-16be',
};

const attributesOf = (name: Element): Element[][] =>
  open(name, TAG.sequence)
    .flatMap((part) => open(part, TAG.set))
    .map((one) => open(one, TAG.sequence));

/** One attribute of a name as text. */
function attributeOf(name: Element, wanted: string): string | undefined {
  const attribute = attributesOf(name).find(([type]) => dottedOf(type) === wanted);
  return attribute && textOf(attribute[1]);
}

function textOf(value: Element | undefined): string {
  const charset = value && CHARSETS[value.tag];
  return charset === undefined ? '' : new TextDecoder(charset).decode(value?.content);
}

/** NumericDate of a UTCTime (1950 to 2049) or a GeneralizedTime; parts of a second are dropped. */
export function timeOf(element: Element | undefined): number {
  const text = new TextDecoder().decode(element?.content);
  const [, year, month, day, hour, minute, second] =
    (element?.tag === TAG.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/
    ).exec(text) ?? [];
  const century = element?.tag === TAG.utcTime ? (Number(year) < 50 ? '20' : '19') : '';
  const at = Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000;
  if ((element?.tag !== TAG.utcTime && element?.tag !== TAG.generalizedTime) || Number.isNaN(at))
    throw malformed('a time that is none');
  return at;
}

/** P-256 and an uncompressed point, the one spelling that a JWK has a form for. */
function jwkOf(spki: Bytes): P256Jwk | undefined {
  const point = spki.length - 64;
  if (point !== P256_SPKI.length || compareBytes(spki.subarray(0, point), P256_SPKI) !== 0) return undefined;
  return {
    kty: 'EC',
    crv: 'P-256',
    x: toBase64url(spki.subarray(point, point + 32)),
    y: toBase64url(spki.subarray(point + 32)),
  };
}

function readExtensions(element: Element | undefined): Extensions {
  const found: Extensions = { ca: false, path: undefined, usage: undefined, purposes: undefined };
  const seen = new Set<string>();
  for (const extension of element ? open(open(element, context(3))[0], TAG.sequence) : []) {
    const [type, ...rest] = open(extension, TAG.sequence);
    const id = dottedOf(type);
    const critical = rest[0]?.tag === TAG.boolean && rest[0].content[0] !== 0;
    const value = rest.at(-1);
    if (seen.has(id) || value?.tag !== TAG.octets) throw malformed('an extension that stands twice or has no value');
    seen.add(id);
    if (id === EXTENSION.basicConstraints) Object.assign(found, readConstraints(openDer(value.content)));
    else if (id === EXTENSION.keyUsage) found.usage = readUsage(openDer(value.content));
    else if (id === EXTENSION.extendedKeyUsage)
      found.purposes = open(openDer(value.content), TAG.sequence).map(dottedOf);
    else if (critical && id !== EXTENSION.policies) {
      throw new Refusal(
        'certificate_not_supported',
        `The certificate has a critical extension that is not checked here: ${id}.`,
        { part: 'certificate', extension: id },
      );
    }
  }
  return found;
}

function readConstraints(element: Element): Pick<Extensions, 'ca' | 'path'> {
  const parts = open(element, TAG.sequence);
  const [ca, path] = [parts.find(({ tag }) => tag === TAG.boolean), parts.find(({ tag }) => tag === TAG.integer)];
  // A path of 128 or more certificates is as good as none that is limited.
  return {
    ca: ca !== undefined && ca.content[0] !== 0,
    path: path?.content.length === 1 ? path.content[0] : undefined,
  };
}

function readUsage({ tag, content }: Element): number {
  if (tag !== TAG.bitString) throw malformed('a use of its key that is none');
  return content[1] ?? 0;
}

/** Reads one certificate. @throws Refusal `certificate_malformed`, `certificate_not_supported` */
export function readCertificate(bytes: Bytes): Certificate {
  try {
    const [tbs, algorithm, signature, more] = open(openDer(bytes), TAG.sequence);
    const [version, serialNumber, inner, issuer, validity, subject, spki, extensions, further] = open(
      tbs,
      TAG.sequence,
    );
    if (
      !tbs ||
      !algorithm ||
      signature?.tag !== TAG.bitString ||
      more ||
      serialNumber?.tag !== TAG.integer ||
      !inner ||
      !issuer ||
      !subject ||
      !spki ||
      further
    )
      throw malformed('parts are missing, or too many');
    if (version?.tag !== context(0) || toHex(version.content) !== '020102') throw malformed('not of version 3');
    // RFC 5280 §4.1.1.2: the algorithm stands inside and outside of what is signed.
    if (compareBytes(inner.bytes, algorithm.bytes) !== 0) throw malformed('it names two signature algorithms');
    if (signature.content[0] !== 0) throw malformed('a signature of broken bytes');
    const [from, until, later] = open(validity, TAG.sequence);
    if (later) throw malformed('a third time');
    return {
      der: bytes,
      tbs: tbs.bytes,
      signature: signature.content.subarray(1),
      issuer: issuer.bytes,
      subject: subject.bytes,
      serialNumber: serialNumber.bytes,
      algorithm: dottedOf(open(inner, TAG.sequence)[0]),
      key: readSpki(spki.bytes),
      jwk: jwkOf(spki.bytes),
      name: attributeOf(subject, COMMON_NAME) ?? textOf(attributesOf(subject)[0]?.[1]),
      organization_id: attributeOf(subject, ORGANIZATION_IDENTIFIER),
      serial: toHex(serialNumber.content),
      not_before: timeOf(from),
      not_after: timeOf(until),
      ...readExtensions(extensions),
    };
  } catch (error) {
    if (isRefusal(error, 'der_malformed')) throw malformed(error.message);
    throw error;
  }
}

/** Whether a certificate allows a use of its key. */
export const allows = ({ usage }: Certificate, use: number): boolean => usage === undefined || (usage & use) !== 0;

/**
 * Whether `issuer` may have issued a certificate and did. `below`: how many authorities stand between it and the
 * certificate at the end of the chain (RFC 5280 §6.1.4). When each was valid is for the caller to judge.
 */
export async function isIssuedBy(certificate: Certificate, issuer: Certificate, below: number): Promise<boolean> {
  if (compareBytes(certificate.issuer, issuer.subject) !== 0) return false;
  if (!issuer.ca || !allows(issuer, USAGE.keyCertSign) || below > (issuer.path ?? Number.POSITIVE_INFINITY))
    return false;
  return signatureHolds(issuer.key, certificate.algorithm, undefined, certificate.signature, certificate.tbs);
}

/** The certificates above `leaf`, each verified as the issuer of the one before; ends where none of `others` is. */
export async function pathFrom(leaf: Certificate, others: readonly Certificate[]): Promise<Certificate[]> {
  const path = [leaf];
  for (;;) {
    const below = path.at(-1) as Certificate;
    let next: Certificate | undefined;
    for (const other of others)
      if (!next && !path.includes(other) && (await isIssuedBy(below, other, path.length - 1))) next = other;
    if (!next) return path;
    path.push(next);
  }
}

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/** The certificates of a PEM text (RFC 7468) in its order; text around them is passed over. */
export function readPem(text: string): Bytes[] {
  return [...text.matchAll(BLOCK)].map(([, body]) => {
    try {
      return Uint8Array.from(atob(body as string), (character) => character.charCodeAt(0));
    } catch {
      throw malformed('the PEM text is not base64');
    }
  });
}

/** PEM in lines of 64 characters. */
export function toPem(label: 'CERTIFICATE' | 'CERTIFICATE REQUEST', bytes: Uint8Array): string {
  const body = toBase64(bytes);
  return `-----BEGIN ${label}-----\n${(body.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;
}
