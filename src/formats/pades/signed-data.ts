/**
 * CMS SignedData with one signer (RFC 5652), as it stands in a PDF's signature and in a timestamp: whose certificate
 * signed, and whether the digest, the binding to that certificate (ESS, RFC 5035) and the signature hold. What was
 * signed is taken as encoded; a text that is not DER is refused, because two spellings are two signatures.
 * No such SignedData is `pdf_signature_malformed`, other algorithms and forms are `pdf_signature_unsupported`. A
 * signature that does not hold is no refusal: that is the answer.
 */
import { equalBytes, toHex } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { HASHES, type Hash, OID, signatureHolds } from './algorithms.ts';
import {
  compareBytes,
  context,
  der,
  dottedOf,
  type Element,
  integer,
  octets,
  oid,
  open,
  openDer,
  sequence,
  TAG,
} from './der.ts';
import { allows, type Certificate, readCertificate, timeOf, USAGE } from './x509.ts';

export const CMS = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  timestamp: '1.2.840.113549.1.9.16.2.14',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
} as const;

/** Certificates in one SignedData. */
const CERTIFICATES = 12;

export interface Signed {
  /** Whether digest, binding to the certificate and signature all hold. */
  intact: boolean;
  signer: Certificate;
  /** All that came with it, the signer's too, in no order. */
  certificates: readonly Certificate[];
  signature: Uint8Array<ArrayBuffer>;
  /** Value of each unsigned attribute, by type. */
  unsigned: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  content: Uint8Array<ArrayBuffer> | undefined;
}

export interface Expected {
  /** eContentType */
  type: string;
  /** The digest of what is signed and does not stand in the CMS. */
  detached?: (hash: Hash) => Promise<Uint8Array<ArrayBuffer>>;
  /** Nothing but ECDSA on P-256 with SHA-256, in the one form that baseline signatures of this service have. */
  strict: boolean;
}

const malformed = (what: string) => new Refusal('pdf_signature_malformed', `The signature is malformed: ${what}.`);
const unsupported = (what: string) =>
  new Refusal('pdf_signature_unsupported', `The signature is of a kind that is not checked here: ${what}.`);

/** Attributes of a SET OF, each type once with one value. */
function readAttributes(element: Element): Map<string, Uint8Array<ArrayBuffer>> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  const list = open(element, element.tag);
  list.forEach(({ bytes }, i) => {
    if (i > 0 && compareBytes((list[i - 1] as Element).bytes, bytes) >= 0)
      throw malformed('its attributes are not in the order of DER');
    const [type, values, more] = open(list[i], TAG.sequence);
    const [value, another] = open(values, TAG.set);
    if (more || !value || another || found.has(dottedOf(type)))
      throw malformed('an attribute stands twice or has not one value');
    found.set(dottedOf(type), value.bytes);
  });
  return found;
}

/** The digest of the signer's certificate that the signed attributes name. */
async function namesCertificate(
  attributes: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  { der }: Certificate,
  strict: boolean,
): Promise<boolean> {
  const [v2, v1] = [
    attributes.get(CMS.signingCertificateV2),
    strict ? undefined : attributes.get(CMS.signingCertificate),
  ];
  const value = v2 ?? v1;
  if (!value) throw unsupported('it does not name its certificate (signing-certificate-v2)');
  const [certificates] = open(openDer(value), TAG.sequence);
  const [first] = open(certificates, TAG.sequence);
  const [head, next] = open(first, TAG.sequence);
  let hash: Hash | 'SHA-1' | undefined = v2 ? 'SHA-256' : 'SHA-1';
  if (v2 && head?.tag === TAG.sequence) hash = HASHES[algorithmOf(head)];
  const digest = head?.tag === TAG.octets ? head : next;
  if (!hash || digest?.tag !== TAG.octets) throw unsupported('the digest of its certificate');
  return equalBytes(digest.content, new Uint8Array(await crypto.subtle.digest(hash, der)));
}

/** The name in an AlgorithmIdentifier whose parameters are NULL or absent. */
function algorithmOf(element: Element): string {
  const [name, parameters, more] = open(element, TAG.sequence);
  if (more || (parameters && parameters.tag !== TAG.null)) throw unsupported('an algorithm with parameters');
  return dottedOf(name);
}

/** The parts of a SignedData with one signer. */
function readParts(bytes: Uint8Array<ArrayBuffer>, { type, strict }: Expected) {
  const [kind, wrapped, more] = open(openDer(bytes), TAG.sequence);
  const [data, another] = open(wrapped, context(0));
  if (dottedOf(kind) !== CMS.signedData || more || another) throw malformed('it is no SignedData');
  const [version, digests, encapsulated, certificates, ...rest] = open(data, TAG.sequence);
  const [contentType, content, further] = open(encapsulated, TAG.sequence);
  const [signer, second] = open(rest.pop(), TAG.set);
  if (
    version?.tag !== TAG.integer ||
    certificates?.tag !== context(0) ||
    !signer ||
    second ||
    further ||
    dottedOf(contentType) !== type
  )
    throw malformed('it has not one signer with a certificate over this kind of content');
  const announced = open(digests, TAG.set).map(algorithmOf);
  // RFC 5652 §5.1: version 1 for plain data with certificates of X.509, 3 for every other content.
  if (toHex(version.content) !== (type === CMS.data ? '01' : '03')) throw unsupported('SignedData of another version');
  if (strict && (announced.length !== 1 || rest.length > 0))
    throw unsupported('SignedData with revocation lists, or of more digests than one');
  const encoded = open(certificates, context(0));
  if (encoded.length > CERTIFICATES) throw unsupported(`more than ${CERTIFICATES} certificates`);
  const [inside, twice] = content ? open(content, context(0)) : [];
  if (content && (inside?.tag !== TAG.octets || twice)) throw malformed('a content that is not octets');
  return {
    announced,
    content: inside?.content,
    certificates: encoded.map((one) => readCertificate(one.bytes)),
    signer,
  };
}

/** The parts of a SignerInfo that names its certificate by issuer and serial number. */
function readSigner(info: Element, certificates: readonly Certificate[]) {
  const [version, sid, digest, signed, algorithm, signature, unsigned, more] = open(info, TAG.sequence);
  if (sid?.tag !== TAG.sequence || !digest || signed?.tag !== context(0) || !algorithm || signature?.tag !== TAG.octets)
    throw unsupported('a signer without signed attributes, or named otherwise than by issuer and serial number');
  if (
    version?.tag !== TAG.integer ||
    toHex(version.content) !== '01' ||
    more ||
    (unsigned && unsigned.tag !== context(1))
  )
    throw malformed('a signer of another version, or with more than a signer has');
  const signer = certificates.find(({ issuer, serialNumber }) => equalBytes(sequence(issuer, serialNumber), sid.bytes));
  if (!signer) throw malformed('the certificate of its signer is missing');
  return {
    signer,
    digestName: algorithmOf(digest),
    signatureName: algorithmOf(algorithm),
    signed,
    signature: signature.content,
    unsigned: unsigned ? readAttributes(unsigned) : new Map<string, Uint8Array<ArrayBuffer>>(),
  };
}

/**
 * Opens a SignedData (a ContentInfo in DER).
 * @throws Refusal `pdf_signature_malformed`, `pdf_signature_unsupported`, and of DER and certificates
 */
export async function openSigned(bytes: Uint8Array<ArrayBuffer>, expected: Expected): Promise<Signed> {
  const { type, detached, strict } = expected;
  const { announced, content, certificates, signer: info } = readParts(bytes, expected);
  const { signer, digestName, signatureName, signed, signature, unsigned } = readSigner(info, certificates);
  const hash = HASHES[digestName];
  if (!hash || (strict && (digestName !== OID.sha256 || signatureName !== OID.ecdsaWithSha256 || !signer.jwk)))
    throw unsupported('other algorithms than ECDSA on P-256 with SHA-256');
  if (!announced.includes(digestName)) throw malformed('its digest algorithm is not one that it announces');
  const attributes = readAttributes(signed);
  const [contentType, messageDigest] = [attributes.get(CMS.contentType), attributes.get(CMS.messageDigest)];
  if (!contentType || !messageDigest || openDer(messageDigest).tag !== TAG.octets)
    throw malformed('it does not say what it signs');
  if ((content === undefined) === (detached === undefined))
    throw malformed('its content is missing, or should not be there');
  const digest = content
    ? new Uint8Array(await crypto.subtle.digest(hash, content))
    : await (detached as NonNullable<typeof detached>)(hash);
  // RFC 5652 §5.4: the attributes are signed under the tag of SET OF, not under [0].
  const attributesAsSet = signed.bytes.slice();
  attributesAsSet[0] = TAG.set;
  // All of them, whatever the first says: what is malformed is refused even where something else does not hold.
  const checks = [
    dottedOf(openDer(contentType)) === type,
    equalBytes(openDer(messageDigest).content, digest),
    await namesCertificate(attributes, signer, strict),
    await signatureHolds(signer.key, signatureName, digestName, signature, attributesAsSet),
  ];
  const intact = checks.every((holds) => holds);
  return { intact, signer, certificates, content, signature, unsigned };
}

// Timestamps (RFC 3161): the request for a digest, the answer to it, and what a token says. A token proves that the
// digest existed at its time, as far as its authority is believed: whether to believe it is not judged here.

export const TIMESTAMP_QUERY = 'application/timestamp-query';
export const TIMESTAMP_REPLY = 'application/timestamp-reply';

/** id-kp-timeStamping */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

export interface Timestamp {
  /** NumericDate, whole seconds. */
  at: number;
  /** Name in the authority's certificate. Untrusted text. */
  authority: string;
}

const refused = (part: string, what: string) =>
  new Refusal('timestamp_refused', `The timestamp was not given, or does not hold: ${what}.`, { part });

/** A request for a timestamp over a SHA-256 digest, with the authority's certificate. `nonce`: 16 random bytes. */
export function timestampRequest(
  digest: Uint8Array<ArrayBuffer>,
  nonce: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return sequence(
    integer(1),
    sequence(sequence(oid(OID.sha256)), octets(digest)),
    der(TAG.integer, positive(nonce)),
    der(TAG.boolean, Uint8Array.of(0xff)),
  );
}

/** A nonce as a positive INTEGER in its only spelling. */
function positive(nonce: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const number = nonce.slice();
  number[0] = ((number[0] as number) & 0x3f) | 0x40;
  return number;
}

/** The parts of a TSTInfo (RFC 3161 §2.4.2) that count here. */
function readInfo(content: Uint8Array<ArrayBuffer>): {
  algorithm: string;
  imprint: Uint8Array;
  at: number;
  nonce: Uint8Array | undefined;
} {
  const [, , messageImprint, , time, ...rest] = open(openDer(content), TAG.sequence);
  const [algorithm, imprint] = open(messageImprint, TAG.sequence);
  // Of what may follow the time, only the nonce is an INTEGER.
  const nonce = rest.find(({ tag }) => tag === TAG.integer);
  return {
    algorithm: dottedOf(open(algorithm, TAG.sequence)[0]),
    imprint: imprint?.content ?? new Uint8Array(),
    at: timeOf(time),
    nonce: nonce?.content,
  };
}

/** What a token says of a digest. @returns undefined when it does not hold, or is about another digest */
export async function readToken(
  token: Uint8Array<ArrayBuffer>,
  digest: Uint8Array,
): Promise<(Timestamp & { nonce: Uint8Array | undefined }) | undefined> {
  const { intact, signer, content } = await openSigned(token, { type: CMS.timestampInfo, strict: false });
  const { algorithm, imprint, at, nonce } = readInfo(content as Uint8Array<ArrayBuffer>);
  const holds =
    intact &&
    algorithm === OID.sha256 &&
    equalBytes(imprint, digest) &&
    // RFC 3161 §2.3: the key is for timestamps; and its certificate was valid then.
    (signer.purposes?.includes(TIME_STAMPING) ?? false) &&
    allows(signer, USAGE.digitalSignature | USAGE.nonRepudiation) &&
    signer.not_before <= at &&
    at <= signer.not_after;
  return holds ? { at, authority: signer.name, nonce } : undefined;
}

/** Takes the token out of an answer. @throws Refusal `timestamp_refused` naming the part */
export async function takeToken(
  answer: Uint8Array<ArrayBuffer>,
  digest: Uint8Array<ArrayBuffer>,
  nonce: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const [statusInfo, token] = open(openDer(answer), TAG.sequence);
  const [status] = open(statusInfo, TAG.sequence);
  // 0 granted, 1 granted with modifications (RFC 3161 §2.4.2).
  if (status?.tag !== TAG.integer || status.content.length !== 1 || (status.content[0] as number) > 1 || !token)
    throw refused('status', 'the authority did not grant it');
  const read = await readToken(token.bytes, digest);
  if (!read) throw refused('token', 'it is not signed by an authority for timestamps, or is about something else');
  if (!read.nonce || !equalBytes(read.nonce, positive(nonce))) throw refused('nonce', 'it answers another request');
  return token.bytes;
}
