/** Two cities, and filings made of applications, for applications.test.ts. */
import { filingFrom } from '../../src/core/procedure/selection.ts';
import type { Filing } from '../../src/core/schema.ts';
import { signStatement } from '../../src/core/statement.ts';
import { CallError } from '../../src/sdk/call.ts';
import { type Identity, type KeyPair, nameClient } from '../../src/sdk/sign.ts';
import { as, foundProvince, makeCentre, type Province } from '../kit.ts';
import type { sampleApplication } from '../procedure-kit.ts';
import { claimsOf } from './forge.ts';

export let world: Province;
export let otherCity: Identity;
export const CODE = 'S000037000011';
export const now = () => Math.floor(Date.now() / 1000);
export const jtiOf = (token: string) => claimsOf(token).jti as string;

/** `status:code`, with the part that is meant. */
export const problemOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const { status, code, part } = error.problem;
    return `${status}:${code}${part === undefined ? '' : ` ${part}`}`;
  }
};

/** A centre makes the filing that an application leads to, with anything in it changed, and submits it. */
export async function file(
  centre: Identity,
  code: string,
  application: ReturnType<typeof sampleApplication>,
  change: Partial<Filing> = {},
): Promise<string> {
  const key = await as(centre).post<Filing['issuing_jwks']['keys'][number]>(`/v1/organizations/${code}/keys`, {});
  const claims = filingFrom(application, {
    code,
    centre: centre.subject,
    keys: [key],
    iat: now(),
    exp: now() + 365 * 86_400,
    jti: crypto.randomUUID(),
  });
  const token = await signStatement('filing+jwt', { ...claims, ...change }, centre.key, centre.kid);
  await as(centre).post('/v1/filings', { statement: token });
  return token;
}

export async function name(centre: Identity, code: string, pair: KeyPair): Promise<string> {
  const token = await nameClient(centre, code, pair.jwk);
  await as(centre).post('/v1/clients', { statement: token });
  return token;
}

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
}
