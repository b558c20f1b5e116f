/**
 * What keys leave here that nobody has named: bounded by network and in all, whatever the number of keys; the oldest
 * files that no application names go first, and a centre clears what is rubbish.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { signStep } from '../../src/core/procedure/read-case.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import worker from '../../src/index.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import {
  NETWORK_BYTES,
  NETWORK_STEPS,
  removeUnnamed,
  UNDECIDED,
  UNNAMED_BYTES,
} from '../../src/service/procedure/case-files.ts';
import { getAttachment } from '../../src/storage/object-store.ts';
import { as, db, files, foundProvince, makeCentre, ORIGIN, type Province } from '../kit.ts';
import { fresh, makeApplicant, sampleApplication, take, view } from '../procedure-kit.ts';

let world: Province;
let otherCity: Identity;
const now = () => Math.floor(Date.now() / 1000);
const from = (address: string) => ({ 'cf-connecting-ip': address });

beforeAll(async () => {
  world = await foundProvince();
  otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
});

const answerOf = async (answer: Response): Promise<string> =>
  answer.ok ? 'done' : `${answer.status}:${((await answer.json()) as { code: string }).code}`;

async function apply(
  who: Identity,
  address: string,
  about = fresh('application'),
  body = sampleApplication(who),
): Promise<string> {
  const statement = await signStep(
    who,
    { aud: ORIGIN, about, step: 'application.submit', seq: 0, body },
    now(),
    crypto.randomUUID(),
  );
  return answerOf(await as(who).send('POST', '/v1/steps', { body: { statement, body }, headers: from(address) }));
}
const bytesOf = (text: string, size = 0) => new TextEncoder().encode(`%PDF-${text}`.padEnd(size, ' '));
const hand = async (who: Identity, address: string, text: string, size = 0) =>
  answerOf(
    await as(who).send('POST', '/v1/files', {
      body: bytesOf(text, size),
      type: 'application/pdf',
      headers: from(address),
    }),
  );
const lineOf = (who: Identity) =>
  db
    .prepare('SELECT sha256, about FROM attachments WHERE owner = ?')
    .bind(who.subject)
    .all<{ sha256: string; about: string | null }>()
    .then(({ results }) => results);
/** A line of so many bytes, by a key of its own. */
async function heavy(size: number, createdAt: number): Promise<Identity> {
  const who = await makeApplicant();
  await db
    .prepare("INSERT INTO attachments (owner, sha256, type, size, created_at) VALUES (?, ?, 'application/pdf', ?, ?)")
    .bind(who.subject, 'A'.repeat(43), size, createdAt)
    .run();
  return who;
}

test('a new key for each call gets one network no further than its limit of a day; another network goes on', async () => {
  const answers = new Set<string>();
  for (let turn = 0; turn < NETWORK_STEPS; turn++) answers.add(await apply(await makeApplicant(), '192.0.2.1'));
  expect([...answers]).toEqual(['done']);
  expect(await apply(await makeApplicant(), '192.0.2.1')).toBe('429:applications_too_often');
  // One customer's IPv6 line is one network, whatever its last half.
  expect(await apply(await makeApplicant(), '2001:db8::1')).toBe('done');
  const { results } = await db.prepare('SELECT sender FROM stranger_senders').all<{ sender: string }>();
  // The IPv4 address, the IPv6 line and its site, and all together.
  expect(results.length).toBe(4);
  expect(JSON.stringify(results)).not.toContain('192.0.2.1');
});

test('bytes of files are counted by network, not by key', async () => {
  const senders = async () =>
    (
      await db
        .prepare('SELECT sender, bytes FROM stranger_senders WHERE bytes > 0')
        .all<{ sender: string; bytes: number }>()
    ).results;
  const first = await makeApplicant();
  expect(await hand(first, '192.0.2.7', 'a', 1000)).toBe('done');
  // The same file again is kept already.
  expect(await hand(first, '192.0.2.7', 'a', 1000)).toBe('done');
  const [sender] = await senders();
  expect(sender?.bytes).toBe(1000);
  await db
    .prepare('UPDATE stranger_senders SET bytes = ? WHERE sender = ?')
    .bind(NETWORK_BYTES - 500, sender?.sender)
    .run();
  expect(await hand(await makeApplicant(), '192.0.2.7', 'b', 400)).toBe('done');
  expect(await hand(await makeApplicant(), '192.0.2.7', 'c', 400)).toBe('429:applications_too_often');
  expect(await hand(await makeApplicant(), '192.0.2.8', 'c', 400)).toBe('done');
});

test('all together keep only so many bytes that no application names: the oldest go first, and what is named stays', async () => {
  const named = await makeApplicant();
  const kept = await as(named).json<{ type: 'application/pdf'; size: number; sha256: string }>('POST', '/v1/files', {
    body: bytesOf('named'),
    type: 'application/pdf',
  });
  expect(
    await apply(named, '192.0.2.20', undefined, sampleApplication(named, { files: [{ ...kept, name: 'a.pdf' }] })),
  ).toBe('done');
  const oldest = await makeApplicant();
  expect(await hand(oldest, '192.0.2.21', 'oldest')).toBe('done');
  await db
    .prepare('UPDATE attachments SET created_at = ? WHERE owner = ?')
    .bind(now() - 900, oldest.subject)
    .run();
  const [line] = await lineOf(oldest);
  const young = await heavy(UNNAMED_BYTES - 3000, now() - 5);
  const honest = await makeApplicant();
  expect(await hand(honest, '192.0.2.22', 'honest', 3000)).toBe('done');
  expect([await lineOf(oldest), await getAttachment(files, oldest.subject, line?.sha256 as string)]).toEqual([
    [],
    undefined,
  ]);
  expect([(await lineOf(young)).length, (await lineOf(honest)).length, (await lineOf(named)).length]).toEqual([
    0, 1, 1,
  ]);
});

test('a file that is deleted while a step names it: the step is not stored', async () => {
  const who = await makeApplicant();
  const kept = await as(who).json<{ type: 'application/pdf'; size: number; sha256: string }>('POST', '/v1/files', {
    body: bytesOf('race'),
    type: 'application/pdf',
  });
  const service = serviceOf(env as unknown as Env);
  const about = fresh('application');
  // The step has looked for its file when another call makes room.
  const batch = service.db.batch.bind(service.db);
  service.db.batch = (async (statements: never[]) => {
    service.db.batch = batch as never;
    await removeUnnamed(service, who.subject, kept.sha256);
    return batch(statements);
  }) as never;
  expect(await apply(who, '192.0.2.30', about, sampleApplication(who, { files: [{ ...kept, name: 'a.pdf' }] }))).toBe(
    '404:file_not_found',
  );
  expect(await answerOf(await as(who).send('GET', `/v1/cases/${about}`))).toBe('404:case_not_found');
});

test('a centre clears rubbish with a signed step: its files go, the record stays, and whoever applied may apply again', async () => {
  const who = await makeApplicant();
  const about = fresh('application');
  const kept = await as(who).json<{ type: 'application/pdf'; size: number; sha256: string }>('POST', '/v1/files', {
    body: bytesOf('rubbish'),
    type: 'application/pdf',
  });
  expect(await apply(who, '192.0.2.40', about, sampleApplication(who, { files: [{ ...kept, name: 'a.pdf' }] }))).toBe(
    'done',
  );
  await expect(take(otherCity, about, 'application.clear', { reason: '垃圾' }, { seq: 1 })).rejects.toMatchObject({
    problem: { code: 'out_of_reach' },
  });
  await expect(take(who, about, 'application.clear', { reason: '垃圾' })).rejects.toMatchObject({
    problem: { code: 'out_of_reach' },
  });
  expect(await take(world.city, about, 'application.clear', { reason: '内容无意义' })).toMatchObject({
    state: 'cleared',
  });
  expect(await answerOf(await as(world.city).send('GET', `/v1/cases/${about}/files/${kept.sha256}`))).toBe(
    '404:file_not_found',
  );
  await worker.scheduled({}, env as unknown as Env);
  expect([await lineOf(who), await getAttachment(files, who.subject, kept.sha256)]).toEqual([[], undefined]);
  expect((await view(who, about)).steps.map(({ step, iss }) => [step, iss])).toEqual([
    ['application.submit', who.subject],
    ['application.clear', 'centre:3701'],
  ]);
  expect(await apply(who, '192.0.2.41')).toBe('done');
});

test('as many applications as centres can look at wait; one that is cleared makes room', async () => {
  const { n } = (await db
    .prepare("SELECT count(*) AS n FROM cases WHERE state = 'submitted'")
    .first<{ n: number }>()) as { n: number };
  await db
    .prepare(
      `WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?) INSERT INTO cases (about, kind, state, seq, last, owner, centre, facts, created_at, updated_at) SELECT 'application:x' || i, 'application', 'submitted', 1, 'x', 'key:' || i, 'centre:3701', '{}', 1, 1 FROM c`,
    )
    .bind(UNDECIDED - n - 1)
    .run();
  const last = await makeApplicant();
  const about = fresh('application');
  expect(await apply(last, '192.0.2.50', about)).toBe('done');
  expect(await apply(await makeApplicant(), '192.0.2.51')).toBe('409:applications_full');
  await take(world.city, about, 'application.clear', { reason: '垃圾' });
  expect(await apply(await makeApplicant(), '192.0.2.52')).toBe('done');
});
