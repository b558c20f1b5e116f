/**
 * The cast of the tests: a province, a city, organizations, and ways to take them through the life against the
 * real Worker. Every signature is made here, with keys that the Worker never sees.
 */

import { env, exports } from 'cloudflare:workers';
import { shanghaiYear } from '../src/base/day.ts';
import { ELECTRICIAN, sampleIdNumber, sampleRow, WELDER } from '../src/cli/sample-forms.ts';
import { announceMissing, enrolOrganization, foundProvince as found, makeCentre } from '../src/cli/world.ts';
import { BUILT_IN } from '../src/core/calendar.ts';
import { unverified } from '../src/core/statement.ts';
import { CallError, Caller, type Fetch } from '../src/sdk/call.ts';
import { type Issued, certificatesOf as readCertificates } from '../src/sdk/fetch-certificates.ts';
import type { FilingInput } from '../src/sdk/file-organization.ts';
import { approveBatch, type BatchRef, type Identity, type KeyPair, orderBatch, readKey } from '../src/sdk/sign.ts';

export const ORIGIN = 'https://lz.example.cn';

interface TestEnv {
  DB: import('../src/storage/database.ts').D1Database;
  FILES: import('../src/storage/database.ts').R2Bucket;
  TEST_ROOT_PRIVATE: string;
  TRUST_ROOT: string;
}
export const testEnv = env as unknown as TestEnv;
export const db = testEnv.DB;
export const files = testEnv.FILES;

/** Calls the Worker as a stranger would: through its fetch handler. */
export const workerFetch: Fetch = (url, init) =>
  (exports as unknown as { default: { fetch(url: string, init: RequestInit): Promise<Response> } }).default.fetch(
    url,
    init,
  );

export const anyone = new Caller(ORIGIN, undefined, { fetch: workerFetch });
export const as = (identity: Identity): Caller => new Caller(ORIGIN, identity, { fetch: workerFetch });

/** How a call is refused, `status:code`; `none` where it is not. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => {
      if (error instanceof CallError) return `${error.problem.status}:${error.problem.code}`;
      throw error;
    },
  );

export const SCOPE = [ELECTRICIAN, WELDER];

export interface Province {
  root: KeyPair;
  province: Identity;
  city: Identity;
}

export { makeCentre };

export const readRoot = (): Promise<KeyPair> =>
  readKey(JSON.parse(testEnv.TEST_ROOT_PRIVATE) as Record<string, string>);

/** The root appoints the province's and one city's centre, and names the service's key. */
export async function foundProvince(): Promise<Province> {
  const root = await readRoot();
  const { province, city } = await found(root, (who) => as(who as Identity));
  const soon = Math.floor(Date.now() / 1000) + 20 * 86_400;
  // Tests of today's date file plans at the turn of any year.
  if (!BUILT_IN.some(({ year }) => year === shanghaiYear(soon)))
    await announceMissing(province, as(province), Math.floor(Date.now() / 1000), soon);
  return { root, province, city };
}

export interface Organization {
  code: string;
  centre: Identity;
  client: Identity;
  filing: string;
}

/** Files an organization with a centre: issuing key, filing, certificate, client key. A centre without a certificate makes none. */
export async function fileWith(
  centre: Identity,
  code: string,
  change: Partial<FilingInput> = {},
): Promise<Organization> {
  const { client, filing } = await enrolOrganization(as(centre), {
    code,
    name: '济南泉城职业培训学校',
    uscc: '91350100M000100Y43',
    scope: SCOPE,
    annual_capacity: 100_000,
    ...change,
  });
  return { code, centre, client, filing };
}

export { sampleIdNumber as idNumber, sampleRow as candidate };

export const candidates = (count: number, from = 0): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, i) => sampleRow(from + i));

export interface Submitted extends BatchRef {
  id: string;
}

export async function submit(organization: Organization, rows: unknown[]): Promise<Submitted> {
  const { id, root, count } = await as(organization.client).post<{ id: string; root: string; count: number }>(
    '/v1/batches',
    { candidates: rows },
  );
  return { id, batch: id, root, count, aud: ORIGIN, organization: organization.code };
}

/** A form as browsers and curl send it, with its content type. */
export async function formOf(
  fields: Record<string, Blob | string>,
): Promise<{ body: Uint8Array<ArrayBuffer>; type: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value as Blob);
  const encoded = new Response(form);
  return { type: encoded.headers.get('content-type') as string, body: new Uint8Array(await encoded.arrayBuffer()) };
}

/** Rows and an archive of photos as a form. */
export const uploadOf = (rows: readonly unknown[], photos: Uint8Array<ArrayBuffer>) =>
  formOf({
    rows: new File([JSON.stringify({ candidates: rows })], 'rows.json', { type: 'application/json' }),
    photos: new File([photos], 'photos.zip', { type: 'application/zip' }),
  });

const jtiOf = (token: string): string => unverified<{ jti: string }>(token).claims.jti;

/** Both approvals, submitted; gives the province's. */
export async function approve(
  { province, city }: Province,
  organization: Organization,
  batch: BatchRef,
): Promise<string> {
  let inner: string | undefined;
  if (organization.centre === city) {
    inner = await approveBatch(city, batch);
    await as(city).post(`/v1/batches/${batch.batch}/approvals`, { approval: inner });
  }
  const approval = await approveBatch(province, batch, inner);
  await as(province).post(`/v1/batches/${batch.batch}/approvals`, { approval });
  return approval;
}

export async function order(organization: Organization, batch: BatchRef, approval: string): Promise<string> {
  return orderBatch(organization.client, batch, jtiOf(approval));
}

/** Orders and issues. */
export async function issue(
  organization: Organization,
  batch: BatchRef,
  approval: string,
): Promise<{ state: string; issued: number }> {
  return as(organization.client).post(`/v1/batches/${batch.batch}/issue`, {
    approval,
    order: await order(organization, batch, approval),
  });
}

export type { Issued };

/** All certificates of a batch. */
export async function certificatesOf(organization: Organization, batch: string): Promise<Issued[]> {
  const all: Issued[] = [];
  for await (const one of readCertificates(as(organization.client), batch)) all.push(one);
  return all;
}

/** The whole way from rows to certificates. */
export async function certify(
  province: Province,
  organization: Organization,
  rows: unknown[],
): Promise<{ batch: Submitted; certificates: Issued[] }> {
  const batch = await submit(organization, rows);
  await issue(organization, batch, await approve(province, organization, batch));
  return { batch, certificates: await certificatesOf(organization, batch.id) };
}
