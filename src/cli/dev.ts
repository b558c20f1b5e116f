/**
 * The development keys under the ignored `.dev/`: root, province, one city, two organizations, and the master
 * secret. Made once and kept; a real deployment never has them on one machine (keys/README.md).
 *
 *     .dev/keys/root.json province.json city-3701.json org-S000037000001.json org-S000037000002.json
 *     .dev/secrets.json   { "MASTER_SECRET" }        .dev/root.txt   the root's thumbprint        .dev/ca.pem   its certificate
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile, readKeyFile, writeKeyFile, writePrivate } from '../../keys/make.ts';
import { centreName, PROVINCE_CODE } from '../core/province.ts';
import { unverified } from '../core/statement.ts';
import { certifyCentre, certifyRoot } from '../sdk/file-organization.ts';
import { appointCentre, nameClient, now, type Signatory, type Speaker } from '../sdk/sign.ts';
import { ROOT } from './build.ts';
import { newSecret } from './worker-bundle.ts';

const DEV = join(ROOT, '.dev');
export const ROOT_FILE = join(DEV, 'root.txt');
const CA_FILE = join(DEV, 'ca.pem');
/** Where `npm start` keeps its data unless told otherwise. */
export const STATE = join(DEV, 'state');
export const keyPath = (name: string): string => join(DEV, 'keys', `${name}.json`);

export const CITY_SCHOOL = 'S000037000001';
export const PROVINCE_SCHOOL = 'S000037000002';
/** Seconds for which a development statement holds already when it is made, so that the first start can show what takes weeks. */
export const BACKDATED = 90 * 86_400;
/** Seconds before its end at which a statement is made again. */
const EARLY = 30 * 86_400;

export interface DevKeys {
  root: Signatory;
  province: Speaker;
  city: Speaker;
  clients: Record<string, Speaker>;
  masterSecret: string;
}

/** Of two first starts at once, one makes the file and both read it. */
async function keep(name: string, about: { name: string; server?: string }): Promise<Signatory> {
  const path = keyPath(name);
  if (!existsSync(path))
    await makeKeyFile(path, about).catch((error: unknown) =>
      existsSync(path) ? undefined : Promise.reject(error as Error),
    );
  return (await readKeyFile(path)).pair;
}

/** A key with its statement, made again when it is missing or about to end; and with the certificate that goes with the statement, if it is a centre's. */
async function keepNamed(
  name: string,
  subject: string,
  about: { name: string; server?: string },
  sign: (pair: Signatory) => Promise<string>,
  certify?: (token: string) => Promise<string>,
): Promise<Speaker> {
  const pair = await keep(name, about);
  const path = keyPath(name);
  const { file } = await readKeyFile(path);
  let { token, certificate } = file;
  if (token === undefined || unverified<{ exp: number }>(token).claims.exp < now() + EARLY) token = await sign(pair);
  if (certify && (certificate === undefined || token !== file.token)) certificate = await certify(token);
  const named = { subject, token, ...(certificate === undefined ? {} : { certificate }) };
  if (
    token !== file.token ||
    certificate !== file.certificate ||
    (about.server !== undefined && file.server !== about.server)
  )
    writeKeyFile(path, { ...file, ...about, ...named });
  return { ...pair, ...named };
}

/** The root's own certificate, made once. */
async function keepCertificate(root: Signatory): Promise<string> {
  const path = keyPath('root');
  const { file } = await readKeyFile(path);
  const certificate = file.certificate ?? (await certifyRoot(root));
  if (certificate !== file.certificate) writeKeyFile(path, { ...file, certificate });
  return certificate;
}

function keepSecret(): string {
  const path = join(DEV, 'secrets.json');
  try {
    writePrivate(path, `${JSON.stringify({ MASTER_SECRET: newSecret() })}\n`, true);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (JSON.parse(readFileSync(path, 'utf8')) as { MASTER_SECRET: string }).MASTER_SECRET;
}

/** The development keys. `server`: where the key files shall say that the service is; without it they keep what they say. */
export async function developmentKeys(server?: string): Promise<DevKeys> {
  const at = server === undefined ? {} : { server };
  const root = await keep('root', { name: '开发用省级根 development root' });
  const centre = (file: string, code: string, name = centreName(code) as string) =>
    keepNamed(
      file,
      `centre:${code}`,
      { name, ...at },
      ({ jwk }) => appointCentre(root, { code, name, jwk }, { iat: now() - BACKDATED }),
      (token) => certifyCentre(root, token),
    );
  const province = await centre('province', PROVINCE_CODE);
  const city = await centre('city-3701', '3701');
  const client = (code: string, by: Speaker, name: string) =>
    keepNamed(`org-${code}`, `org:${code}`, { name, ...at }, ({ jwk }) =>
      nameClient(by, code, jwk, { iat: now() - BACKDATED + 2 }),
    );
  const clients = {
    [CITY_SCHOOL]: await client(CITY_SCHOOL, city, '济南示范职业培训学校'),
    [PROVINCE_SCHOOL]: await client(PROVINCE_SCHOOL, province, '山东示范高级技工学校'),
  };
  const masterSecret = keepSecret();
  writePrivate(ROOT_FILE, `${root.kid}\n`);
  writePrivate(CA_FILE, await keepCertificate(root));
  return { root, province, city, clients, masterSecret };
}
