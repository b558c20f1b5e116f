/**
 * Every column of what proves a certificate, whatever there will be of them, edited by hand to all kinds of values: no
 * route answers with a 5xx, and what is looked up as invalid is given to nobody as a file.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { BUNDLE_MEDIA_TYPE } from '../../src/core/bundle.ts';
import { CREDENTIAL_MEDIA_TYPE } from '../../src/core/credential.ts';
import type { Report } from '../../src/core/report.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import {
  approve,
  candidate,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  issue,
  type Organization,
  order,
  type Province,
  submit,
} from '../kit.ts';
import { type Answer, call, callAs } from './forge.ts';

let world: Province;
let school: Organization;
let certificates: Issued[];
let number: string;
let batch: string;
let tokens: { approval: string; order: string };
let reinstate: string;

const TABLES = ['certificates', 'rows', 'orders', 'batches', 'approvals', 'credentials'] as const;
type Table = (typeof TABLES)[number];
const columns: { table: Table; column: string; type: string }[] = [];

/** What identifies the line of a table that stands behind the certificate, and another line. */
let lines: Record<Table, { own: Record<string, string | number>; other: Record<string, string | number> }>;

const HOLDER = { name: '欧阳建国', id_number: idNumber(1) };

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  const made = await certify(world, school, [candidate(1), candidate(2)]);
  certificates = made.certificates;
  batch = made.batch.id;
  number = certificates[0]?.number as string;
  // One that replaces another, so that this column is told from an empty one.
  const next = await submit(school, [candidate(2, { replaces: certificates[1]?.number })]);
  await issue(school, next, await approve(world, school, next));
  const approval = (await db
    .prepare('SELECT approval FROM orders WHERE batch = ?')
    .bind(batch)
    .first<string>('approval')) as string;
  tokens = { approval, order: await order(school, made.batch, approval) };
  reinstate = await changeStatus(school.client, { number, action: 'reinstate', reason: 'cleared', seq: 1 });
  const second = certificates[1]?.number as string;
  lines = {
    certificates: { own: { number }, other: { number: second } },
    credentials: { own: { number }, other: { number: second } },
    rows: { own: { batch, position: 0 }, other: { batch: next.id, position: 0 } },
    orders: { own: { batch }, other: { batch: next.id } },
    batches: { own: { id: batch }, other: { id: next.id } },
    approvals: { own: { batch, tier: 'province' }, other: { batch: next.id, tier: 'province' } },
  };
  for (const table of TABLES) {
    const { results } = await db
      .prepare(`SELECT name, type FROM pragma_table_info('${table}')`)
      .all<{ name: string; type: string }>();
    columns.push(...results.map(({ name, type }) => ({ table, column: name, type })));
  }
});

const where = (keys: Record<string, string | number>) =>
  Object.entries(keys)
    .map(([key, value]) => `${key} = ${typeof value === 'number' ? value : `'${value}'`}`)
    .join(' AND ');
const storedValue = (table: Table, column: string, keys: Record<string, string | number>) =>
  db.prepare(`SELECT ${column} AS v FROM ${table} WHERE ${where(keys)}`).first<string | number | null>('v');

/** Sets a column; false where the database itself does not let it. */
async function set(
  table: Table,
  column: string,
  keys: Record<string, string | number>,
  value: unknown,
): Promise<boolean> {
  try {
    await db
      .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where(keys)}`)
      .bind(value)
      .run();
    return true;
  } catch (error) {
    if (/constraint|cannot store/i.test(String(error))) return false;
    throw error;
  }
}

const download = (accept: string) => call('POST', `/v1/certificates/${number}/download`, { Accept: accept }, HOLDER);
/** Files of the certificate. */
const FILES: Record<string, () => Promise<Answer>> = {
  'the holder’s PDF': () => download('application/pdf'),
  'the holder’s bundle': () => download(BUNDLE_MEDIA_TYPE),
  'the holder’s credential': () => download(CREDENTIAL_MEDIA_TYPE),
  'the organization’s PDF': () => callAs(school.client, 'GET', `/v1/certificates/${number}.pdf`),
  'the archive': () => callAs(school.client, 'GET', `/v1/batches/${batch}/certificates.zip?limit=1`),
};
/** Whatever else reads these tables. */
const READERS: Record<string, () => Promise<Answer>> = {
  page: () => call('GET', `/c/${number}`),
  'credential by number': () => call('GET', `/v1/certificates/${number}`, { Accept: CREDENTIAL_MEDIA_TYPE }),
  search: () => call('POST', '/v1/certificates/search', {}, { number, ...HOLDER }),
  successor: () => call('GET', `/v1/certificates/${certificates[1]?.number}`),
  bulk: () =>
    call(
      'POST',
      '/v1/verify/bulk',
      { 'Content-Type': 'application/x-ndjson' },
      `{"number":"${number}","name":"欧阳建国"}\n`,
    ),
  'QR code': () => call('POST', '/v1/verify', {}, { seal: certificates[0]?.seal_url }),
  trail: () => callAs(world.city, 'GET', `/v1/certificates/${number}/trail`),
  event: () => callAs(school.client, 'POST', `/v1/certificates/${number}/status`, { statement: reinstate }),
  batch: () => callAs(school.client, 'GET', `/v1/batches/${batch}`),
  rows: () => callAs(world.city, 'GET', `/v1/batches/${batch}/rows`),
  photo: () => callAs(world.city, 'GET', `/v1/batches/${batch}/rows/0/photo`),
  certificates: () => callAs(school.client, 'GET', `/v1/batches/${batch}/certificates`),
  issue: () => callAs(school.client, 'POST', `/v1/batches/${batch}/issue`, tokens),
  'desk of a centre': () => callAs(world.city, 'GET', `/desk/view/batches/${batch}`),
  'desk of the organization': () => callAs(school.client, 'GET', `/desk/view/batches/${batch}`),
  reviews: () => callAs(world.city, 'GET', '/v1/reviews'),
  'status list': () => call('GET', '/v1/status/revocation-1'),
  statistics: () => call('GET', '/v1/statistics'),
};

/** Asks all of them. `faults` gets those that were answered with a 5xx. */
async function askAll(
  routes: Record<string, () => Promise<Answer>>,
  faults: (string | number)[][],
): Promise<Record<string, Answer>> {
  // What was refused before is no guess at a second factor.
  await db.prepare('DELETE FROM wrong_factors').run();
  const answers = await Promise.all(Object.entries(routes).map(async ([name, ask]) => [name, await ask()] as const));
  for (const [name, { status }] of answers) if (status >= 500) faults.push([name, status]);
  return Object.fromEntries(answers);
}

const verdict = async () => {
  const { status, text } = await call('GET', `/v1/certificates/${number}`);
  expect(status).toBeLessThan(500);
  return status === 200 ? (JSON.parse(text) as Report).verdict : String(status);
};

/** Columns that nothing signed says anything about: leases, times of arrival, places in the uploaded file. A new one is decided on here. */
const UNSIGNED = [
  'rows.row',
  'orders.replaceable',
  'orders.judged',
  'batches.created_at',
  'batches.idempotency_key',
  'batches.body_digest',
  'batches.returned_reason',
  'batches.returned_sealed',
  'batches.lease',
  'batches.lease_until',
  'batches.state',
  'batches.template',
  'batches.results',
  'approvals.batch',
  'approvals.tier',
  'approvals.iss',
  'approvals.jti',
  'approvals.token',
  'approvals.received_at',
];

test('as it is, everything is answered and every file is given', async () => {
  expect(columns.length).toBeGreaterThan(50);
  expect(await verdict()).toBe('valid');
  const faults: (string | number)[][] = [];
  const answers = await askAll({ ...FILES, ...READERS }, faults);
  expect(faults).toEqual([]);
  expect(Object.keys(FILES).filter((name) => answers[name]?.status !== 200)).toEqual([]);
  expect(
    Object.entries(answers)
      .filter(([, { status }]) => status >= 400)
      .map(([name, { code }]) => [name, code]),
  ).toEqual([
    ['event', 'status_no_change'],
    ['photo', 'photo_not_found'],
  ]);
});

/** Values of every kind for a column that holds `old`. */
function valuesFor(
  type: string,
  old: string | number | null,
  other: string | number | null,
): (string | number | null)[] {
  const made = type === 'INTEGER' ? [2 ** 40, -1] : [`${String(old).slice(0, -3)}AAA`, '{"sd":{}}'];
  return [...made, other, null].filter((value) => value !== old);
}

describe.each(TABLES)('%s', (table) => {
  test('each column, with values of every kind', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const faults: (string | number)[][] = [];
    const edited = new Set<string>();
    for (const { column, type } of columns.filter((one) => one.table === table)) {
      const { own, other } = lines[table];
      const name = `${table}.${column}`;
      const old = await storedValue(table, column, own);
      for (const value of valuesFor(type, old, await storedValue(table, column, other))) {
        if (!(await set(table, column, own, value))) continue;
        const first = !edited.has(column);
        const readers = first || column === 'facts' ? READERS : {};
        edited.add(column);
        const found = await verdict();
        const seen: (string | number)[][] = [];
        const answers = await askAll({ ...(first || found !== 'valid' ? FILES : {}), ...readers }, seen);
        if (!UNSIGNED.includes(name) && !['invalid', '404'].includes(found)) seen.push(['verdict', found]);
        if (found !== 'valid')
          seen.push(...Object.keys(FILES).flatMap((file) => (answers[file]?.status === 200 ? [[file, 'given']] : [])));
        faults.push(...seen.map((fault) => [`${name} = ${String(value)}`, ...fault]));
        expect(await set(table, column, { ...own, ...(column in own ? { [column]: value as string } : {}) }, old)).toBe(
          true,
        );
      }
    }
    log.mockRestore();
    expect(faults).toEqual([]);
    expect([await verdict(), edited.size > 2]).toEqual(['valid', true]);
  }, 240_000);
});
