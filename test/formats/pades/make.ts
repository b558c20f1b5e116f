/**
 * The cast of the tests of signatures on paper: a root, a centre, an organization's issuing key, their certificates, and
 * a certificate's PDF. Keys are made again for each run.
 */

import type { Anchor } from '../../../src/core/directory.ts';
import { renderCertificate } from '../../../src/core/paper/document.ts';
import { certify, holderName, rootName, type Terms } from '../../../src/core/paper/x509-certificates.ts';
import type { SignBy } from '../../../src/formats/pades/sign-pdf.ts';
import { type KeyPair, makeKey } from '../../../src/sdk/sign.ts';
import { bundle, fonts, ordinary } from '../fixtures-pdf.ts';
import { type Bytes, DAY, NOW } from './sample.ts';

export * from './sample.ts';

export const SCHOOL = { name: '济南泉城职业培训学校', uscc: '52370100MJD3700019' };
const CENTRE = '济南市职业技能鉴定指导中心';

export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));
export const terms = (role: Terms['role'], change: Partial<Terms> = {}): Terms => ({
  role,
  from: NOW - DAY,
  until: NOW + 300 * DAY,
  serial: random(16),
  ...change,
});

export interface Authority {
  root: KeyPair;
  centre: KeyPair;
  organization: KeyPair;
  anchor: Anchor;
  /** DER of the root's, the centre's and the organization's certificate. */
  ca: Bytes;
  middle: Bytes;
  leaf: Bytes;
}

export const rootIssuer = ({ key, jwk, kid }: KeyPair) => ({ key, jwk, name: rootName(kid) });
export const centreIssuer = ({ key, jwk }: KeyPair) => ({ key, jwk, name: holderName({ name: CENTRE }) });

export async function makeAuthority(): Promise<Authority> {
  const [root, centre, organization] = (await Promise.all([makeKey(), makeKey(), makeKey()])) as [
    KeyPair,
    KeyPair,
    KeyPair,
  ];
  return {
    root,
    centre,
    organization,
    anchor: { thumbprints: [root.kid], roots: [root.jwk] },
    ca: await certify({ name: '', jwk: root.jwk }, rootIssuer(root), terms('root')),
    middle: await certify({ name: CENTRE, jwk: centre.jwk }, rootIssuer(root), terms('centre')),
    leaf: await certify({ ...SCHOOL, jwk: organization.jwk }, centreIssuer(centre), terms('organization')),
  };
}

export const base = async (): Promise<Bytes> => new Uint8Array(await renderCertificate(ordinary, { fonts, bundle }));

export const signedBy = ({ organization, leaf, middle }: Authority, change: Partial<SignBy> = {}): SignBy => ({
  key: organization.key,
  chain: [leaf, middle],
  at: NOW,
  name: SCHOOL.name,
  reason: '颁发 issue',
  ...change,
});
