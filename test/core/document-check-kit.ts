/** A signed certificate for the tests of document-check.ts: its authority, how it is drawn and signed, and its report. */
import { readFileSync } from 'node:fs';
import { encodeUtf8, sha256, toBase64url } from '../../src/base/bytes.ts';
import type { Bundle } from '../../src/core/bundle.ts';
import { signCopy } from '../../src/core/copy.ts';
import { withDisclosures } from '../../src/core/credential.ts';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { openDocument } from '../../src/core/paper/document-check.ts';
import { type CopyFacts, type DocumentFacts, documentFacts } from '../../src/core/paper/template.ts';
import { certify, holderName, rootName } from '../../src/core/paper/x509-certificates.ts';
import type { Report } from '../../src/core/report.ts';
import type { Payload } from '../../src/core/schema.ts';
import { unverified } from '../../src/core/statement.ts';
import { verify } from '../../src/core/verify.ts';
import { signPdf } from '../../src/formats/pades/sign-pdf.ts';
import type { PdfImage } from '../../src/formats/pdf/pdf-file.ts';
import { fonts } from '../formats/fixtures-pdf.ts';
import { type Made, makeCast, makeCertificate, NOW } from './make.ts';

export const cast = await makeCast();
const YEAR = 365 * 86_400;
export const NAME = '济南泉城职业培训学校';
const terms = (role: 'centre' | 'organization') => ({
  role,
  from: NOW - 86_400,
  until: NOW + YEAR,
  serial: crypto.getRandomValues(new Uint8Array(16)),
});
const centreCertificate = await certify(
  { name: '济南市中心', jwk: cast.city.jwk },
  { key: cast.root.key, jwk: cast.root.jwk, name: rootName(cast.root.kid) },
  terms('centre'),
);
export const chainFor = async (jwk: typeof cast.root.jwk, name = NAME, uscc = '91350100M000100Y43') => [
  await certify(
    { name, uscc, jwk },
    { key: cast.city.key, jwk: cast.city.jwk, name: holderName({ name: '济南市中心' }) },
    terms('organization'),
  ),
  centreCertificate,
];
export const chain = await chainFor(cast.issuing.jwk);

export const jpeg = new Uint8Array(readFileSync(new URL('../vectors/gradient.jpg', import.meta.url)));
export const photo: PdfImage = { kind: 'jpeg', width: 25, height: 35, components: 3, data: jpeg };
export const made = await makeCertificate(cast);
export const withPhoto = await makeCertificate(cast, { holder: { photo_digest: toBase64url(await sha256(jpeg)) } });

export const bundleOf = ({ evidence, jws, seal_url }: Made, copy?: string, bare = false): Bundle => ({
  version: 1,
  credential: bare ? withDisclosures(jws, []) : evidence.credential,
  seal_url,
  statements: { centres: cast.centres, filing: evidence.filing as string, client: evidence.client as string },
  approval: evidence.approval as string,
  order: evidence.order as string,
  ...(copy === undefined ? {} : { copy }),
  template: 'v1',
  inclusion: evidence.inclusion as Bundle['inclusion'],
  roots: [cast.root.jwk],
});

export const stamp = (copy: CopyFacts, { facts: { number }, jws, holder }: Made) =>
  signCopy(copy, { number, jws, holder }, { key: cast.issuing.key, kid: cast.issuing.name }, { iat: NOW, jti: 'c1' });

export const decodeStatement = (token: string) => ({
  payload: unverified<Payload<'copy+jwt'>>(token).claims,
});

export interface Wanted {
  of?: Made;
  change?: Partial<DocumentFacts>;
  picture?: PdfImage | undefined;
  copy?: CopyFacts;
  token?: string;
  /** Without disclosures. */
  bare?: boolean;
}
export async function draw({
  of = made,
  change = {},
  picture,
  copy,
  token,
  bare,
}: Wanted = {}): Promise<Uint8Array<ArrayBuffer>> {
  const facts = documentFacts(of.facts, of.holder, {
    template: 'v1',
    seal_url: of.seal_url,
    trust_root: cast.root.kid,
    copy,
  });
  return (await renderCertificate(
    { ...facts, ...change },
    { fonts, bundle: encodeUtf8(JSON.stringify(bundleOf(of, token, bare))), photo: picture },
  )) as Uint8Array<ArrayBuffer>;
}
export const sign = (base: Uint8Array<ArrayBuffer>, key = cast.issuing.key, certificates = chain) =>
  signPdf(base, { key, chain: certificates, at: NOW, name: NAME, reason: '颁发' });
export const signed = async (wanted: Wanted = {}) => sign(await draw(wanted));

export async function check(file: Uint8Array): Promise<Report> {
  const { evidence } = openDocument(Uint8Array.from(file));
  return (await verify({ ...evidence, status: { events: [] } }, cast.directory, NOW)).report;
}
export const document = async (file: Uint8Array) => (await check(file)).checks.find(({ id }) => id === 'document');
