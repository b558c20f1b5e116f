/**
 * What keys leave here that nobody has named, in all and for how long: steps of a day whatever the network, sites of IPv6,
 * bytes of bodies and files that nobody selected; and the files of applications that ended.
 */
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { signStep } from '../../src/core/procedure/read-case.ts';
import type { Env } from '../../src/env.ts';
import worker from '../../src/index.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import {
  BODY_BYTES,
  DAY_STEPS,
  ENDED_SECONDS,
  FILE_BYTES_IN_ALL,
  NETWORK_BYTES,
  NETWORK_STEPS,
  SITE_TIMES,
} from '../../src/service/procedure/case-files.ts';
import { getAttachment } from '../../src/storage/object-store.ts';
import { as, db, files, foundProvince, ORIGIN, type Province } from '../kit.ts';
import { fresh, makeApplicant, sampleApplication, take, view } from '../procedure-kit.ts';

type Kept = { type: 'application/pdf'; size: number; sha256: string };
let world: Province;
const now = () => Math.floor(Date.now() / 1000);
const from = (address?: string): Record<string, string> =>
  address === undefined ? {} : { 'cf-connecting-ip': address };
const answerOf = async (answer: Response): Promise<string> =>
  answer.ok ? 'done' : `${answer.status}:${((await answer.json()) as { code: string }).code}`;

async function apply(
  who: Identity,
  address?: string,
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
const bytesOf = (text: string) => new TextEncoder().encode(`%PDF-${text}`);
const hand = async (who: Identity, address: string | undefined, text: string) =>
  answerOf(
    await as(who).send('POST', '/v1/files', { body: bytesOf(text), type: 'application/pdf', headers: from(address) }),
  );
const keep = (who: Identity, text: string) =>
  as(who).json<Kept>('POST', '/v1/files', { body: bytesOf(text), type: 'application/pdf' });
const kept = async (who: Identity, { sha256 }: Kept): Promise<boolean> => {
  const line = await db
    .prepare('SELECT 1 AS n FROM attachments WHERE owner = ? AND sha256 = ?')
    .bind(who.subject, sha256)
    .first('n');
  const object = await getAttachment(files, who.subject, sha256);
  expect(line !== null).toBe(object !== undefined);
  return object !== undefined;
};
/** A body that applied with a file. */
async function applied(text: string) {
  const who = await makeApplicant();
  const file = await keep(who, text);
  const about = fresh('application');
  const again = async (next = fresh('application')) => {
    expect(await apply(who, undefined, next, sampleApplication(who, { files: [{ ...file, name: 'a.pdf' }] }))).toBe(
      'done',
    );
    return next;
  };
  await again(about);
  return { who, file, about, again };
}
const sweep = () => worker.scheduled({}, env as unknown as Env);
const later = (seconds: number) => vi.setSystemTime(new Date((now() + seconds) * 1000));

beforeAll(async () => {
  world = await foundProvince();
});
beforeEach(async () => {
  vi.useRealTimers();
  await db.prepare('DELETE FROM stranger_senders').run();
});

test('all networks together take so many steps a day, also where no network is known; a network that is refused uses none', async () => {
  const set = (steps: number) =>
    db.prepare("UPDATE stranger_senders SET steps = ? WHERE sender = 'all'").bind(steps).run();
  const who = await makeApplicant();
  const about = fresh('application');
  expect(await apply(who, undefined, about)).toBe('done');
  await take(who, about, 'application.withdraw', { note: '算了' });
  expect(await db.prepare("SELECT steps FROM stranger_senders WHERE sender = 'all'").first('steps')).toBe(2);
  await set(DAY_STEPS - 1);
  expect(await apply(await makeApplicant(), '192.0.2.1')).toBe('done');
  for (const address of [undefined, '192.0.2.1', '198.51.100.1', '2001:db8::1'])
    expect(await apply(await makeApplicant(), address)).toBe('409:applications_full');
  await db
    .prepare("UPDATE stranger_senders SET steps = ? WHERE sender <> 'all'")
    .bind(NETWORK_STEPS * SITE_TIMES)
    .run();
  await set(5);
  expect(await apply(await makeApplicant(), '192.0.2.1')).toBe('429:applications_too_often');
  expect(await db.prepare("SELECT steps FROM stranger_senders WHERE sender = 'all'").first('steps')).toBe(5);
});

test('an IPv6 site that changes its lines meets the limit of its site, in steps and in bytes; another site goes on', async () => {
  const line = (n: number, site = '2001:db8:7') => `${site}:${n.toString(16)}::1`;
  const answers: string[] = [];
  for (let n = 0; n < 3; n++) answers.push(await apply(await makeApplicant(), line(n)));
  expect(answers).toEqual(['done', 'done', 'done']);
  // The site's own counter is the one that has all three.
  const { results } = await db
    .prepare("SELECT sender FROM stranger_senders WHERE steps = 3 AND sender <> 'all'")
    .all<{ sender: string }>();
  expect(results.length).toBe(1);
  await db
    .prepare('UPDATE stranger_senders SET steps = ?, bytes = ? WHERE sender = ?')
    .bind(NETWORK_STEPS * SITE_TIMES - 1, NETWORK_BYTES * SITE_TIMES - 8, results[0]?.sender)
    .run();
  expect(await apply(await makeApplicant(), line(100))).toBe('done');
  expect(await apply(await makeApplicant(), line(101))).toBe('429:applications_too_often');
  expect(await hand(await makeApplicant(), line(102), 'abc')).toBe('done');
  expect(await hand(await makeApplicant(), line(103), 'abc')).toBe('429:applications_too_often');
  expect(await apply(await makeApplicant(), line(0, '2001:db8:8'))).toBe('done');
});

test('bodies count in all until they are selected or cleared, withdrawn ones for 30 days', async () => {
  const who = await makeApplicant();
  const about = fresh('application');
  expect(await apply(who, undefined, about)).toBe('done');
  const weight = () => db.prepare('SELECT bytes FROM cases WHERE about = ?').bind(about).first<number>('bytes');
  const submitted = await db
    .prepare('SELECT length(sealed) AS n FROM steps WHERE about = ?')
    .bind(about)
    .first<number>('n');
  expect(await weight()).toBe(submitted);
  await take(who, about, 'application.withdraw', { note: '算了' });
  expect(await weight()).toBe(
    await db.prepare('SELECT sum(length(sealed)) AS n FROM steps WHERE about = ?').bind(about).first<number>('n'),
  );
  await db.prepare('UPDATE cases SET bytes = ? WHERE about = ?').bind(BODY_BYTES, about).run();
  expect(await apply(await makeApplicant())).toBe('409:applications_full');
  await db
    .prepare('UPDATE cases SET updated_at = ? WHERE about = ?')
    .bind(now() - ENDED_SECONDS - 1, about)
    .run();
  expect(await apply(await makeApplicant())).toBe('done');
  await db.prepare('UPDATE cases SET updated_at = ? WHERE about = ?').bind(now(), about).run();
  expect(await apply(await makeApplicant())).toBe('409:applications_full');
  expect(await take(world.city, about, 'application.clear', { reason: '垃圾申报' })).toMatchObject({
    state: 'cleared',
  });
  expect(await apply(await makeApplicant())).toBe('done');
});

test('what is amended counts too', async () => {
  const who = await makeApplicant();
  const about = fresh('application');
  expect(await apply(who, undefined, about)).toBe('done');
  await db.prepare('UPDATE cases SET bytes = ? WHERE about = ?').bind(BODY_BYTES, about).run();
  await expect(take(who, about, 'application.amend', sampleApplication(who))).rejects.toMatchObject({
    problem: { code: 'applications_full' },
  });
  await take(world.city, about, 'application.clear', { reason: '垃圾申报' });
});

test('files count in all, named or not, whatever became of the application; those that are cleared or were selected do not', async () => {
  const { who, file, about } = await applied('heavy');
  await take(who, about, 'application.withdraw', { note: '算了' });
  await db.prepare('UPDATE attachments SET size = ? WHERE owner = ?').bind(FILE_BYTES_IN_ALL, who.subject).run();
  expect(await hand(await makeApplicant(), undefined, 'x')).toBe('409:applications_full');
  await db.prepare("UPDATE cases SET state = 'selected' WHERE about = ?").bind(about).run();
  expect(await hand(await makeApplicant(), undefined, 'y')).toBe('done');
  await db.prepare("UPDATE cases SET state = 'withdrawn' WHERE about = ?").bind(about).run();
  expect(await hand(await makeApplicant(), undefined, 'z')).toBe('409:applications_full');
  await take(world.city, about, 'application.clear', { reason: '垃圾申报' });
  expect(await hand(await makeApplicant(), undefined, 'z')).toBe('done');
  await sweep();
  expect(await kept(who, file)).toBe(false);
});

test('the files of what was withdrawn or declined go after 30 days; its signed steps stay', async () => {
  const withdrawn = await applied('withdrawn');
  await take(withdrawn.who, withdrawn.about, 'application.withdraw', { note: '算了' });
  const declined = await applied('declined');
  await take(world.city, declined.about, 'application.decline', { reason: '条件不符' });
  const waiting = await applied('waiting');
  later(ENDED_SECONDS - 60);
  await sweep();
  for (const { who, file } of [withdrawn, declined, waiting]) expect(await kept(who, file)).toBe(true);
  later(120);
  await sweep();
  expect([
    await kept(withdrawn.who, withdrawn.file),
    await kept(declined.who, declined.file),
    await kept(waiting.who, waiting.file),
  ]).toEqual([false, false, true]);
  expect((await view(world.city, withdrawn.about)).steps.map(({ step }) => step)).toEqual([
    'application.submit',
    'application.withdraw',
  ]);
  expect(
    await answerOf(await as(world.city).send('GET', `/v1/cases/${withdrawn.about}/files/${withdrawn.file.sha256}`)),
  ).toBe('404:file_not_found');
});

test('a file that a later application of the same key names as well stays with that one', async () => {
  const { who, file, about, again } = await applied('again');
  await take(who, about, 'application.withdraw', { note: '算了' });
  const second = await again();
  expect(await take(world.city, about, 'application.clear', { reason: '垃圾申报' })).toMatchObject({
    state: 'cleared',
  });
  await sweep();
  expect(await kept(who, file)).toBe(true);
  await take(who, second, 'application.withdraw', { note: '算了' });
  const third = await again();
  later(ENDED_SECONDS + 60);
  await sweep();
  expect(await kept(who, file)).toBe(true);
  await take(world.city, third, 'application.clear', { reason: '垃圾申报' });
  await sweep();
  expect(await kept(who, file)).toBe(false);
});
