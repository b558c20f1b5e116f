/**
 * Makes a whole certificate with the core alone: no HTTP, no database. Every part can be changed before it is
 * signed, so that tests can ask what verification says of each wrong whole.
 */

import { toBase64url } from '../../src/base/bytes.ts';
import { makeCentre } from '../../src/cli/world.ts';
import { leafOf, type RowFacts } from '../../src/core/approved-rows.ts';
import type { Evidence } from '../../src/core/bundle.ts';
import { type CredentialFacts, CURRENT_FORM, signCredential, withDisclosures } from '../../src/core/credential.ts';
import { type Directory, openDirectory } from '../../src/core/directory.ts';
import { type Holder, makeDisclosures } from '../../src/core/disclose.ts';
import { maskName } from '../../src/core/person.ts';
import type { Filing } from '../../src/core/schema.ts';
import { chooseFormat, sealDigest, sealUrl, signSeal } from '../../src/core/seal.ts';
import { Memo, unverified } from '../../src/core/statement.ts';
import { inclusionPath, tree, treeRoot } from '../../src/formats/merkle.ts';
import {
  approveBatch,
  type BatchRef,
  fileOrganization,
  type Identity,
  type KeyPair,
  makeKey,
  nameClient,
  orderBatch,
} from '../../src/sdk/sign.ts';

export const ORIGIN = 'https://lz.example.cn';
export const CODE = 'S000037000001';
/** 2026-11-23 10:00 in Shanghai. */
export const NOW = Date.UTC(2026, 10, 23, 2) / 1000;
const DAY = 86_400;

export interface Cast {
  root: KeyPair;
  province: Identity;
  city: Identity;
  client: Identity;
  issuing: KeyPair & { name: string };
  directory: Directory;
  centres: string[];
}

export async function makeCast(): Promise<Cast> {
  const root = await makeKey();
  const since = { iat: NOW - 100 * DAY };
  const province = await makeCentre(root, '3700', '省中心', since);
  const city = await makeCentre(root, '3701', '济南市中心', since);
  const own = await makeKey();
  const client: Identity = {
    ...own,
    subject: `org:${CODE}`,
    token: await nameClient(city, CODE, own.jwk, { iat: NOW - 50 * DAY }),
  };
  const issuing = { ...(await makeKey()), name: `did:web:lz.example.cn:orgs:${CODE}#${CODE}-1` };
  const centres = [province.token, city.token];
  const directory = await openDirectory({ thumbprints: [root.kid], roots: [root.jwk] }, centres, new Memo());
  return { root, province, city, client, issuing, directory, centres };
}

export interface Changes {
  holder?: Partial<Holder>;
  row?: Partial<RowFacts>;
  facts?: Partial<CredentialFacts>;
  filing?: Partial<Pick<Filing, 'name' | 'route' | 'scope'>>;
  /** About what approvals and order are made, where that differs from the truth. */
  city?: Partial<BatchRef>;
  province?: Partial<BatchRef>;
  order?: Partial<BatchRef>;
  /** How many further rows the batch has. */
  others?: number;
}

export interface Made {
  evidence: Evidence & { credential: string; seal: { number: string; digits: string } };
  facts: CredentialFacts;
  holder: Holder;
  disclosures: string[];
  /** Without disclosures. */
  jws: string;
  seal_url: string;
  ref: BatchRef;
}

const salt = () => crypto.getRandomValues(new Uint8Array(16));

export async function makeCertificate(cast: Cast, changes: Changes = {}): Promise<Made> {
  const { city, province, client, issuing } = cast;
  const holder: Holder = {
    name: '欧阳建国',
    id_type: 'resident_id',
    id_number: '11010519491231002X',
    photo_digest: null,
    ...changes.holder,
  };
  const { disclosures, sd } = makeDisclosures(holder, [salt(), salt(), salt()]);
  const row: RowFacts = {
    occupation: { code: '6-31-01-03', name: '电工', edition: '2022' },
    job: '--',
    level: 3,
    exam_date: '2026-11-01',
    masked_name: maskName(holder.name),
    sd,
    ...changes.row,
  };
  const leaves = [
    leafOf(row),
    ...Array.from({ length: changes.others ?? 4 }, (_, i) => leafOf({ ...row, sd: [`${i}`] })),
  ];
  const levels = tree(leaves);
  const batch = 'b00112233445566778899aabb';
  const ref: BatchRef = {
    organization: CODE,
    aud: ORIGIN,
    batch,
    root: toBase64url(treeRoot(levels)),
    count: leaves.length,
  };
  const filing = await fileOrganization(
    city,
    {
      code: CODE,
      name: '济南泉城职业培训学校',
      uscc: '91350100M000100Y43',
      route: 'city',
      scope: [{ ...row.occupation, jobs: [], levels: [3, 4, 5] }],
      annual_capacity: 1000,
      issuing_jwks: { keys: [{ ...issuing.jwk, kid: issuing.name }] },
      ...changes.filing,
    },
    { iat: NOW - 60 * DAY },
  );
  const inner = await approveBatch(city, { ...ref, ...changes.city }, undefined, { iat: NOW - 2 * DAY });
  const approval = await approveBatch(province, { ...ref, ...changes.province }, inner, { iat: NOW - DAY });
  const { jti } = unverified<{ jti: string }>(approval).claims;
  const order = await orderBatch(client, { ...ref, ...changes.order }, jti, { iat: NOW - 60 });
  const number = changes.facts?.number ?? `${CODE}263000001`;
  const name_digest = sd[0] as string;
  const sealFacts = chooseFormat({
    origin: ORIGIN,
    number,
    key_number: 1,
    issued_on: '2026-11-23',
    occupation: row.occupation,
    job: row.job,
    name: holder.name,
    name_digest,
  });
  const digits = await signSeal(sealFacts, issuing.key);
  const facts: CredentialFacts = {
    form: CURRENT_FORM,
    origin: ORIGIN,
    number,
    organization_name: '济南泉城职业培训学校',
    kid: issuing.name,
    row,
    issued_at: NOW,
    batch,
    approval: jti,
    seal_digest: sealDigest(digits),
    status: { list: 1, index: 77 },
    ...changes.facts,
  };
  const jws = await signCredential(facts, issuing.key);
  const evidence = {
    asked: number,
    credential: withDisclosures(jws, disclosures),
    seal: { number, digits },
    filing,
    client: client.token,
    approval,
    order,
    inclusion: { index: 0, size: leaves.length, path: inclusionPath(levels, 0).map(toBase64url) },
    status: { events: [] },
  };
  return { evidence, facts, holder, disclosures, jws, seal_url: sealUrl(ORIGIN, number, digits), ref };
}
