/**
 * What lies in the database and in the object store: every column of text by what it holds, and words of people that were
 * sent in by every way there is, none of which may be found there again.
 */
import { beforeAll, expect, test } from 'vitest';
import { decodeUtf8, fromBase64url, toBase64url } from '../../src/base/bytes.ts';
import { shanghaiDay } from '../../src/base/day.ts';
import { serviceOf } from '../../src/env.ts';
import { sweepUnsealed } from '../../src/service/sweep.ts';
import { drawOne } from '../draw-kit.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import {
  as,
  candidate,
  certify,
  db,
  files,
  fileWith,
  foundProvince,
  type Issued,
  ORIGIN,
  type Organization,
  type Province,
  submit,
  testEnv,
  workerFetch,
} from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { cases, fresh, makeApplicant, sampleApplication, samplePlan, take, view } from '../procedure-kit.ts';
import { HOLDS } from './at-rest-columns.ts';

const tables = async (): Promise<string[]> =>
  (
    await db
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'd1_%' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
      )
      .all<{ name: string }>()
  ).results.map(({ name }) => name);

test('every column of text is known by what it holds', async () => {
  const found: [string, string][] = [];
  for (const table of await tables()) {
    const { results } = await db
      .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE type = 'TEXT'`)
      .all<{ name: string }>();
    found.push(...results.map(({ name }): [string, string] => [table, name]));
  }
  expect(found.filter(([table, column]) => HOLDS[table]?.[column] === undefined)).toEqual([]);
  const known = Object.entries(HOLDS).flatMap(([table, columns]) =>
    Object.keys(columns).map((column) => `${table}.${column}`),
  );
  expect(known.filter((one) => !found.some(([table, column]) => one === `${table}.${column}`))).toEqual([]);
});

/** Words that stand nowhere else, each told by the way on which it was sent. */
const said = new Map<string, string>();
/** A word of people for a way; a surname before it, so that it is a name. */
function word(way: string): string {
  const text = `鹋鸸${String.fromCodePoint(0x4e00 + 400 * said.size + 7)}鹬${said.size}`;
  said.set(way, text);
  return text;
}
/** A name that certificates can print. */
function named(way: string): string {
  const text = `欧阳${['壹贰', '叁肆', '伍陆', '柒捌', '玖拾', '佰仟', '甲乙', '丙丁', '戊己', '庚辛'][said.size % 10]}${['梅', '兰', '竹', '菊'][Math.floor(said.size / 10)]}`;
  said.set(way, text);
  return text;
}

let world: Province;
let school: Organization;
let one: Issued;
let notice: string;
let key: string;
let returned: string;
const days = (more: number): string => shanghaiDay(Math.floor(Date.now() / 1000) + more * 86_400);

async function attach(who: Parameters<typeof as>[0], text: string) {
  const bytes = jpeg({ text });
  const { sha256 } = await as(who).json<{ sha256: string }>('POST', '/v1/files', { body: bytes, type: 'image/jpeg' });
  return { name: `${word(`name of a file: ${text}`)}.jpg`, type: 'image/jpeg' as const, size: bytes.length, sha256 };
}

/** Where a case stands, for whoever does not reach all of it. */
async function placeIn(about: string): Promise<{ seq: number; last: string }> {
  const { seq, last } = await view(world.province, about);
  return { seq, last };
}

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  const { client } = school;
  await as(client).json('POST', '/v1/batches', {
    body: { candidates: [candidate(900, { name: named('candidate') })] },
    headers: {
      'Idempotency-Key': (said.set('idempotency key', 'zhangwei-370102198001011003'), 'zhangwei-370102198001011003'),
    },
  });
  one = (await certify(world, school, [candidate(1, { name: named('holder'), photo: toBase64url(jpeg()) })]))
    .certificates[0] as Issued;
  await workerFetch(`${ORIGIN}/v1/certificates/${one.number}/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/pdf' },
    body: JSON.stringify({
      name: said.get('holder'),
      id_number: '370102198001011011',
      copy: { purpose: word('purpose of a copy'), expires_on: days(9) },
    }),
  });
  await workerFetch(`${ORIGIN}/v1/certificates/search`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': '203.0.113.77' },
    body: JSON.stringify({ number: one.number, name: named('wrong name') }),
  });
  said.set('address of a client', '203.0.113.77');

  const back = await submit(school, [candidate(901, { name: named('candidate of a batch that is returned') })]);
  returned = back.id;
  await take(world.city, `batch:${back.id}`, 'batch.return', { reason: word('reason of a batch’s return') });

  const applicant = await makeApplicant();
  const asked = sampleApplication(
    applicant,
    { files: [await attach(applicant, 'application')] },
    {
      name: word('body that applies'),
      address: word('address'),
      registrar: word('registrar'),
      legal_representative: word('legal representative'),
      contact: word('contact'),
      position: word('position'),
      phone: '0531-98765432',
      email: 'quokka@example.cn',
      strengths: word('strengths'),
      premises: word('premises'),
      staff: word('staff'),
      signed_by: word('signature'),
    },
  );
  said.set('telephone', '0531-98765432').set('e-mail', 'quokka@example.cn');
  const application = fresh('application');
  await take(applicant, application, 'application.submit', {
    ...asked,
    work_plan: { ...asked.work_plan, overall: word('work plan') },
  });
  await take(world.city, application, 'application.return', { reason: word('reason of an application’s return') });
  await take(applicant, application, 'application.withdraw', { note: word('note of a withdrawal') });

  const plan = samplePlan(days(40), 1);
  const filed = fresh('plan');
  await take(client, filed, 'plan.file', {
    ...plan,
    title: word('title of a plan'),
    process: word('process'),
    sessions: plan.sessions.map((session) => ({ ...session, venue: word('venue') })),
    staff: plan.staff.map((member) => ({ ...member, name: named(`staff: ${member.role}`) })),
    roster: plan.roster.map((entry) => ({ ...entry, name: named('roster') })),
  });
  await take(world.city, filed, 'plan.receive', { note: word('note on a plan') });
  await take(world.city, filed, 'plan.return', { reason: word('reason of a plan’s return') });

  notice = await publish(school, {
    rows: resultRows('2026-11-01', [named('passed'), named('failed')], [80, 40]),
    from: '2026-11-02',
    until: '2099-12-31',
  });
  await workerFetch(`${ORIGIN}/v1/notices/${notice}/objections`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': '203.0.113.78' },
    body: JSON.stringify({
      grounds: word('grounds'),
      name: word('objector'),
      contact: word('how to reach the objector'),
    }),
  });
  said.set('address of an objector', '203.0.113.78');
  const [objection] = await cases(client, '?kind=objection');
  await take(client, objection?.about as string, 'objection.reject', { reason: word('reason of a rejection') });
  await take(world.city, objection?.about as string, 'objection.reopen', { reason: word('reason of opening again') });

  const device = await makeApplicant();
  await take(device, fresh('device'), 'device.request', {
    salt: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
    organization: school.code,
    key: device.jwk,
    label: word('label of a device'),
    holder: word('holder of a device'),
    why: 'second',
    note: word('note on a device'),
  });

  const { draw } = await drawOne(world.city, school, '济南泉城职业培训学校');
  const [finding] = (
    await as(client).get<{ findings: { plan: string; session: string }[] }>(`/v1/draws/${draw}/findings`)
  ).findings;
  await take(
    client,
    `draw:${draw}`,
    'draw.follow',
    {
      plan: finding?.plan as string,
      session: finding?.session as string,
      summary: word('follow-up'),
      details: word('details of a follow-up'),
      files: [await attach(client, 'follow-up')],
    },
    await placeIn(`draw:${draw}`),
  );
  await take(world.city, `draw:${draw}`, 'draw.close', { summary: word('how an inspection ended') });

  const other = await fileWith(world.city, 'S000037000003');
  await take(other.client, `loss:${other.code}-${other.client.kid}`, 'loss.report', {
    reason: word('how a key was lost'),
  });
  await take(world.city, `standing:${other.code}`, 'standing.suspend', {
    reason: word('why an organization is suspended'),
  });
  key = (await as(world.city).post<{ id: string }>('/v1/bulk-keys', { name: word('employer'), expires_on: days(30) }))
    .id;
});

test('words of people that came in by any way are found neither in a table nor in an object', async () => {
  expect(said.size).toBeGreaterThan(35);
  const found: string[] = [];
  for (const table of await tables()) {
    const rows = (await db.prepare(`SELECT * FROM ${table}`).all()).results;
    const text = JSON.stringify(rows);
    const payloads = [...text.matchAll(/eyJ[\w-]+\.(eyJ[\w-]+)\./g)]
      .map(([, payload]) => decodeUtf8(fromBase64url(payload as string)))
      .join('\n');
    for (const [way, secret] of said)
      if (text.includes(secret) || payloads.includes(secret)) found.push(`${table}: ${way}`);
  }
  const { objects } = await files.list({ include: ['customMetadata', 'httpMetadata'] } as never);
  expect(objects.length).toBeGreaterThan(2);
  for (const { key: name, ...about } of objects as { key: string }[]) {
    const text = new TextDecoder('utf-8', { fatal: false }).decode(
      await ((await files.get(name)) as unknown as { arrayBuffer(): Promise<ArrayBuffer> }).arrayBuffer(),
    );
    for (const [way, secret] of said)
      if (`${name} ${JSON.stringify(about)} ${text}`.includes(secret)) found.push(`${name}: ${way}`);
  }
  expect(found).toEqual([]);
});

test('and those who may read them find them again', async () => {
  const applications = await cases(world.city, '?kind=application');
  expect(applications.map(({ facts }) => facts.name)).toEqual([said.get('body that applies')]);
  expect((await view(world.city, applications[0]?.about as string)).facts).toMatchObject({
    name: said.get('body that applies'),
    purpose: 'new',
  });
  expect((await cases(world.city, '?kind=plan')).map(({ facts }) => facts.title)).toContain(
    said.get('title of a plan'),
  );
  expect(await as(world.city).get('/v1/bulk-keys')).toMatchObject({ keys: [{ id: key, name: said.get('employer') }] });
  expect(await as(school.client).get(`/v1/batches/${returned}`)).toMatchObject({
    returned_reason: said.get('reason of a batch’s return'),
  });
});

test('an Idempotency-Key is found again by its keyed digest', async () => {
  const again = await as(school.client).send('POST', '/v1/batches', {
    body: { candidates: [candidate(900, { name: said.get('candidate') })] },
    headers: { 'Idempotency-Key': said.get('idempotency key') as string },
  });
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
});

test('what was stored before in plain text is sealed by the sweep, and read all the same until then', async () => {
  const service = serviceOf(testEnv as never);
  const [plan] = await cases(world.city, '?kind=plan');
  const about = plan?.about as string;
  await db
    .prepare(
      "UPDATE cases SET facts = json_set(json_remove(facts, '$.sealed'), '$.title', '旧标题鸸鹋') WHERE about = ?",
    )
    .bind(about)
    .run();
  await db.prepare("UPDATE bulk_keys SET name = '旧名称鸸鹋', sealed_name = NULL WHERE id = ?").bind(key).run();
  await db
    .prepare(
      "UPDATE batches SET idempotency_key = 'old-key' WHERE id = (SELECT min(id) FROM batches WHERE idempotency_key IS NOT NULL)",
    )
    .run();
  await db
    .prepare(
      "INSERT INTO unsealed (kind, id) SELECT 'plan', ?1 UNION ALL SELECT 'bulk_key', ?2 UNION ALL SELECT 'batch', id FROM batches WHERE idempotency_key = 'old-key'",
    )
    .bind(about, key)
    .run();
  await db
    .prepare("UPDATE batches SET returned_reason = '旧原因鸸鹋', returned_sealed = NULL WHERE id = ?")
    .bind(returned)
    .run();
  const reason = async () =>
    (await as(school.client).get<{ returned_reason: string }>(`/v1/batches/${returned}`)).returned_reason;
  const shown = async () => [
    await reason(),
    (await view(world.city, about)).facts.title,
    (await as(world.city).get<{ keys: { name: string }[] }>('/v1/bulk-keys')).keys[0]?.name,
  ];
  expect(await shown()).toEqual(['旧原因鸸鹋', '旧标题鸸鹋', '旧名称鸸鹋']);
  const replayed = async () =>
    (
      await as(school.client).send('POST', '/v1/batches', {
        body: { candidates: [candidate(900, { name: said.get('candidate') })] },
        headers: { 'Idempotency-Key': 'old-key' },
      })
    ).headers.get('idempotent-replayed');
  expect(await replayed()).toBe('true');
  await sweepUnsealed(service);
  for (const table of ['cases', 'bulk_keys', 'batches'])
    expect(JSON.stringify((await db.prepare(`SELECT * FROM ${table}`).all()).results)).not.toMatch(/鸸鹋|old-key/);
  expect(await shown()).toEqual(['旧原因鸸鹋', '旧标题鸸鹋', '旧名称鸸鹋']);
  expect(await replayed()).toBe('true');
  expect(await db.prepare('SELECT count(*) AS n FROM unsealed').first()).toEqual({ n: 0 });
});
