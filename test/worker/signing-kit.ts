/** A certificate to download, as its organization and as its holder, and who signed it: for signing.test.ts. */
import { env } from 'cloudflare:workers';
import { checkPdfSignature, type PdfSignature } from '../../src/core/paper/pdf-signature.ts';
import { type Env, serviceOf } from '../../src/env.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { type Bytes, findSignature } from '../formats/pades/sample.ts';
import {
  as,
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  ORIGIN,
  type Organization,
  type Province,
  readRoot,
  testEnv,
  workerFetch,
} from '../kit.ts';

export const CODE = 'S000037000001';
export let world: Province;
export let school: Organization;
export let one: Issued;

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  school = await fileWith(world.city, CODE);
  one = (await certify(world, school, [candidate(1)])).certificates[0] as Issued;
}
export const { files } = serviceOf(env as Env);
export const stored = async () =>
  (await files.list({ prefix: `signatures/${one.number}/` })).objects.map(({ key }) => key);

export const isSigned = (pdf: Bytes): boolean =>
  new TextDecoder('latin1').decode(pdf).includes('/SubFilter /ETSI.CAdES.detached');
export const check = async (pdf: Bytes): Promise<PdfSignature> =>
  checkPdfSignature(pdf, findSignature(pdf), { thumbprints: [testEnv.TRUST_ROOT], roots: [(await readRoot()).jwk] });

export async function download(number = one.number): Promise<Bytes> {
  const answer = await as(school.client).take('GET', `/v1/certificates/${number}.pdf`);
  return new Uint8Array(await answer.arrayBuffer());
}

export async function downloadAsHolder(): Promise<Bytes> {
  const answer = await workerFetch(`${ORIGIN}/v1/certificates/${one.number}/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/pdf' },
    body: JSON.stringify({ name: '欧阳建国', id_number: idNumber(1) }),
  });
  return new Uint8Array(await answer.arrayBuffer());
}

export const keyOf = async (n: number, code = CODE) =>
  JSON.parse(
    (await db
      .prepare('SELECT public FROM issuing_keys WHERE organization = ? AND n = ?')
      .bind(code, n)
      .first<string>('public')) as string,
  ) as { x: string };

/** Files an organization (again) with a key of its own (more); certified by the centre unless `bare`. */
export async function nextKey(organization: Pick<Organization, 'code'>, bare: boolean): Promise<Organization> {
  const { city } = world;
  const { certificate: _none, ...without } = city;
  const next = await fileWith(bare ? (without as Identity) : city, organization.code);
  return { ...next, centre: city };
}
