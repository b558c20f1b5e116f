/**
 * A dishonest or careless operator: every stored column is altered by hand, and the look-up must answer
 * `invalid`, never with a 5xx and never as if nothing had happened. Deletion shows as not found.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import {
  anyone,
  as,
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  type Organization,
  type Province,
} from '../kit.ts';

let province: Province;
let school: Organization;
let other: Organization;
let certificates: Issued[];
let number: string;
let batch: string;

beforeAll(async () => {
  province = await foundProvince();
  school = await fileWith(province.city, 'S000037000001');
  other = await fileWith(province.province, 'S000037000002', { name: '山东鲁能技师学院' });
  ({
    certificates,
    batch: { id: batch },
  } = await certify(province, school, [candidate(1), candidate(2, { name: '李四' }), candidate(3)]));
  await certify(province, other, [candidate(4)]);
  number = certificates[0]?.number as string;
});

const lookUp = () => anyone.get<Report>(`/v1/certificates/${number}`);

/** Alters, looks up, and puts the old value back. */
async function altered(
  table: string,
  column: string,
  where: string,
  change: (old: never) => unknown,
): Promise<Report | { code: string }> {
  const old = await db.prepare(`SELECT ${column} AS v FROM ${table} WHERE ${where}`).first<never>('v');
  const value = change(old as never);
  expect(value).not.toEqual(old);
  await db.prepare('PRAGMA foreign_keys = OFF').run();
  await db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).bind(value).run();
  try {
    const response = await anyone.send('GET', `/v1/certificates/${number}`);
    expect(response.status).toBeLessThan(500);
    return await response.json();
  } finally {
    await db
      .prepare(
        `UPDATE ${table} SET ${column} = ? WHERE ${where.replace(`${column} = '${String(old)}'`, `${column} = '${String(value)}'`)}`,
      )
      .bind(old)
      .run();
    expect((await lookUp()).verdict).toBe('valid');
  }
}

const swapPayload = (token: string): string => {
  const [head, payload, signature] = token.split('.') as [string, string, string];
  return [head, payload.slice(0, -2) + (payload.endsWith('fQ') ? 'fX' : 'fQ'), signature].join('.');
};
const flip = (token: string): string => {
  const at = token.lastIndexOf('.') + 5;
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
};
const plus = (value: number) => value + 1;

const COLUMNS: [table: string, column: string, change: (old: never) => unknown][] = [
  ['credentials', 'credential', flip],
  ['credentials', 'credential', swapPayload],
  ['credentials', 'credential', () => 'nonsense'],
  ['credentials', 'seal', (old: string) => String(BigInt(old) + 1n)],
  ['credentials', 'seal', () => 'nonsense'],
  ['credentials', 'path', (old: string) => old.split('.').reverse().join('.')],
  ['credentials', 'path', () => ''],
  ['credentials', 'path', () => '!'],
  ['certificates', 'organization', () => 'S000037000003'],
  ['certificates', 'year', plus],
  ['certificates', 'level', () => 1],
  ['certificates', 'serial', () => 77],
  ['certificates', 'person', () => 'x'],
  ['certificates', 'occupation_code', () => '6-18-02-04'],
  ['certificates', 'job', () => '电焊工'],
  ['certificates', 'status_list', plus],
  ['certificates', 'status_index', plus],
  ['certificates', 'state', () => 'revoked'],
  ['certificates', 'state', () => 'suspended'],
  ['certificates', 'state', () => 'replaced'],
  ['certificates', 'live', () => 0],
  ['rows', 'facts', (old: string) => old.replace('电工', '焊工')],
  ['rows', 'facts', () => '{'],
  ['rows', 'sealed', (old: string) => `${old.slice(0, 30)}${old[30] === 'A' ? 'B' : 'A'}${old.slice(31)}`],
  ['rows', 'sealed', () => ''],
  ['rows', 'person', () => 'x'],
  ['rows', 'level', () => 1],
  ['rows', 'occupation_code', () => '6-18-02-04'],
  ['rows', 'job', () => '电焊工'],
  ['rows', 'replaces', () => 'S000037000001263000002'],
  ['batches', 'organization', () => 'S000037000002'],
  ['batches', 'count', plus],
  ['batches', 'root', (old: string) => old.split('').reverse().join('')],
  ['orders', 'approval_jti', () => 'other'],
  ['orders', 'approval', flip],
  ['orders', 'approval', swapPayload],
  ['orders', 'order_token', flip],
  ['orders', 'order_token', () => 'a.b.c'],
  ['orders', 'issued_at', plus],
  ['orders', 'key_number', plus],
  ['orders', 'form', () => 1],
];

describe('each stored column', () => {
  test.each(COLUMNS)('%s.%s', async (table, column, change) => {
    const where: Record<string, string> = {
      credentials: `number = '${number}'`,
      certificates: `number = '${number}'`,
      rows: `batch = '${batch}' AND position = 0`,
      batches: `id = '${batch}'`,
      orders: `batch = '${batch}'`,
    };
    expect(await altered(table, column, where[table] as string, change)).toMatchObject({ verdict: 'invalid' });
  });

  test.each(['filing+jwt', 'client+jwt', 'centre+jwt'])('the token of a %s', async (typ) => {
    const where = {
      'filing+jwt': `sub = 'org:${school.code}'`,
      'client+jwt': `sub = 'org:${school.code}'`,
      'centre+jwt': "sub = 'centre:3701'",
    }[typ];
    for (const change of [flip, swapPayload])
      expect(await altered('statements', 'token', `typ = '${typ}' AND ${where}`, change)).toMatchObject({
        verdict: 'invalid',
      });
  });

  test.each(['filing', 'client'])('the %s of a batch or order points elsewhere', async (which) => {
    const id = await db
      .prepare(`SELECT id FROM statements WHERE typ = '${which}+jwt' AND sub = 'org:${other.code}'`)
      .first<number>('id');
    const [table, key] = which === 'filing' ? ['batches', 'id'] : ['orders', 'batch'];
    expect(await altered(table as string, which, `${key} = '${batch}'`, () => id)).toMatchObject({
      verdict: 'invalid',
    });
  });

  test("another certificate's row, position or signature in its place", async () => {
    const second = certificates[1]?.number as string;
    const credential = await db
      .prepare('SELECT credential FROM credentials WHERE number = ?')
      .bind(second)
      .first<string>('credential');
    expect(await altered('credentials', 'credential', `number = '${number}'`, () => credential)).toMatchObject({
      verdict: 'invalid',
    });
    const sealed = await db
      .prepare('SELECT sealed FROM rows WHERE batch = ? AND position = 1')
      .bind(batch)
      .first<string>('sealed');
    expect(await altered('rows', 'sealed', `batch = '${batch}' AND position = 0`, () => sealed)).toMatchObject({
      verdict: 'invalid',
    });
  });

  test('replaced_by names a certificate that does not say so', async () => {
    expect(
      await altered('certificates', 'replaced_by', `number = '${number}'`, () => certificates[1]?.number),
    ).toMatchObject({ verdict: 'invalid' });
  });
});

test('events: altered, made up, or contradicting the state', async () => {
  const target = certificates[2]?.number as string;
  const look = async () => ((await (await anyone.send('GET', `/v1/certificates/${target}`)).json()) as Report).verdict;
  const statement = await changeStatus(school.client, {
    number: target,
    action: 'suspend',
    reason: 'under_investigation',
    seq: 1,
  });
  await as(school.client).post(`/v1/certificates/${target}/status`, { statement });
  expect(await look()).toBe('suspended');
  const change = async (sql: string, ...values: unknown[]) =>
    db
      .prepare(sql)
      .bind(...values)
      .run();
  await change("UPDATE certificates SET state = 'valid' WHERE number = ?", target);
  expect(await look()).toBe('invalid');
  await change("UPDATE certificates SET state = 'suspended' WHERE number = ?", target);
  await change('UPDATE events SET token = ? WHERE number = ?', flip(statement), target);
  expect(await look()).toBe('invalid');
  await change('UPDATE events SET token = ?, client = NULL WHERE number = ?', statement, target);
  expect(await look()).toBe('invalid');
  await change('DELETE FROM events WHERE number = ?', target);
  expect(await look()).toBe('invalid');
  // An event of another certificate, and one that nobody entitled signed.
  for (const forged of [
    await changeStatus(school.client, { number, action: 'revoke', reason: 'other', seq: 1 }),
    await changeStatus(other.client, { number: target, action: 'revoke', reason: 'other', seq: 1 }),
  ]) {
    const client = await db
      .prepare("SELECT id FROM statements WHERE typ = 'client+jwt' AND sub = ?")
      .bind(`org:${school.code}`)
      .first<number>('id');
    await change(
      'INSERT INTO events (number, seq, token, client, received_at) VALUES (?, 1, ?, ?, 0)',
      target,
      forged,
      client,
    );
    await change("UPDATE certificates SET state = 'revoked', live = 0 WHERE number = ?", target);
    expect(await look()).toBe('invalid');
    await change('DELETE FROM events WHERE number = ?', target);
  }
});

test('what is deleted is not found', async () => {
  const target = certificates[1]?.number as string;
  await db.prepare('DELETE FROM credentials WHERE number = ?').bind(target).run();
  expect((await anyone.send('GET', `/v1/certificates/${target}`)).status).toBe(404);
});

test('a line put in another’s place shows at once, in an isolate that remembers the old one', async () => {
  const tables = [
    ['credentials', 'number', 'number, credential, seal, path', 'number, ?1, seal, path'],
    [
      'certificates',
      'number',
      'number, organization, year, level, serial, batch, position, person, occupation_code, job, status_list, status_index',
      'number, organization, year, level, serial, batch, position, ?1, occupation_code, job, status_list, status_index',
    ],
  ] as const;
  for (const [table, key, columns, values] of tables) {
    const old = await db
      .prepare(`SELECT * FROM ${table} WHERE ${key} = ?`)
      .bind(number)
      .first<Record<string, unknown>>();
    expect((await lookUp()).verdict).toBe('valid');
    await db
      .prepare(`INSERT OR REPLACE INTO ${table} (${columns}) SELECT ${values} FROM ${table} WHERE ${key} = ?2`)
      .bind('nonsense', number)
      .run();
    expect([table, (await lookUp()).verdict]).toEqual([table, 'invalid']);
    const names = Object.keys(old as object);
    await db
      .prepare(`INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
      .bind(...Object.values(old as object))
      .run();
    expect((await lookUp()).verdict).toBe('valid');
  }
});
