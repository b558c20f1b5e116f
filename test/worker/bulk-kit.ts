/** A school with certificates, and how verifiers ask for many of them, for bulk.test.ts. */
import { encodeUtf8 } from '../../src/base/bytes.ts';
import type { BulkAnswer } from '../../src/core/bulk-list.ts';
import { openDirectory } from '../../src/core/directory.ts';
import { type Receipt, verifyReceipt } from '../../src/core/receipt.ts';
import { Memo } from '../../src/core/statement.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import {
  anyone,
  as,
  candidate,
  certify,
  fileWith,
  foundProvince,
  type Issued,
  type Organization,
  type Province,
  testEnv,
} from '../kit.ts';
import { call } from './forge.ts';

export const PATH = '/v1/verify/bulk';
export const NDJSON = { 'Content-Type': 'application/x-ndjson' };
export let world: Province;
let school: Organization;
let issued: Issued[];
export const number = (at: number) => (issued[at] as Issued).number;

export interface Row {
  number?: unknown;
  name?: unknown;
}
export const lines = (rows: readonly Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export async function check(body: string, headers: Record<string, string> = {}) {
  const { status, code, text, response } = await call('POST', PATH, { ...NDJSON, ...headers }, body);
  const parsed =
    status === 200
      ? text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as BulkAnswer)
      : [];
  return {
    status,
    code,
    text,
    response,
    answers: parsed.slice(0, -1),
    receipt: (parsed.at(-1) as { receipt?: string } | undefined)?.receipt,
  };
}

export async function verified(request: string, answer: string): Promise<Receipt> {
  const trust = await anyone.get<{ services: string[]; centres: string[]; roots: never[] }>('/.well-known/trust.json');
  const directory = await openDirectory(
    { thumbprints: [testEnv.TRUST_ROOT], roots: trust.roots },
    trust.centres,
    new Memo(),
  );
  return verifyReceipt(encodeUtf8(answer), encodeUtf8(request), trust.services, directory);
}

export const makeKey = (change: Record<string, unknown> = {}) =>
  as(world.city).post<{ id: string; key: string }>('/v1/bulk-keys', {
    name: '济南某制造有限公司',
    expires_on: '2027-06-30',
    ...change,
  });
export const bearer = ({ key }: { key: string }) => ({ Authorization: `Bearer ${key}` });

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  ({ certificates: issued } = await certify(
    world,
    school,
    Array.from({ length: 30 }, (_, n) => candidate(n, n === 1 ? { name: '阿卜杜热合曼·买买提', level: 4 } : {})),
  ));
  await as(school.client).post(`/v1/certificates/${number(2)}/status`, {
    statement: await changeStatus(school.client, {
      number: number(2),
      action: 'revoke',
      reason: 'issued_in_error',
      seq: 1,
    }),
  });
}
