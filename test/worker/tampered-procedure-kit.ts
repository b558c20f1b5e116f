/** A case of each kind with all who take part, and every way to read them: for tampered-procedure.test.ts. */

import { toBase64url } from '../../src/base/bytes.ts';
import { shanghaiDay } from '../../src/base/day.ts';
import { viewPaths } from '../../src/desk/frame/desk-page.tsx';
import type { Identity } from '../../src/sdk/sign.ts';
import { drawOne } from '../draw-kit.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import { as, candidate, certify, db, fileWith, foundProvince, submit } from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { cases, fresh, makeApplicant, rulesOf, salt, sampleApplication, samplePlan, take } from '../procedure-kit.ts';
import { type Answer, call, callAs } from './forge.ts';

export const routes: Record<string, () => Promise<Answer>> = {};

/** Of one case of each kind. */
export let abouts: Record<string, string> = {};

export let school: Awaited<ReturnType<typeof fileWith>>;

export let other: Awaited<ReturnType<typeof fileWith>>;

export let callers: Record<'city' | 'province' | 'organization' | 'applicant', Identity>;

const daysAhead = (n: number) => shanghaiDay(Math.floor(Date.now() / 1000) + n * 86_400);

/** Made anew for each file of tests. */
export async function prepare(): Promise<void> {
  // Triggers keep the product's own writes from these edits; somebody who writes into the database removes them first.
  const triggers = (
    await db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('cases', 'steps')")
      .all<{ name: string }>()
  ).results;
  const world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  other = await fileWith(world.city, 'S000037000002', { name: '济南第二学校' });
  const [applicant, device] = [await makeApplicant(), await makeApplicant()];
  callers = { city: world.city, province: world.province, organization: school.client, applicant };
  const { batch, certificates } = await certify(world, school, [candidate(1, { photo: toBase64url(jpeg()) })]);
  const back = await submit(school, [candidate(901)]);
  const notice = await publish(school, {
    rows: resultRows('2026-11-01', ['欧阳建国']),
    from: '2026-11-02',
    until: '2099-12-31',
  });
  const { code } = await as(school.client).post<{ code: string }>(`/v1/notices/${notice}/objections`, {
    grounds: '第二行考试当日未到场',
  });
  const { draw } = await drawOne(world.city, school, '济南泉城职业培训学校');
  const objection = (await cases(school.client, '?kind=objection'))[0]?.about as string;
  abouts = {
    plan: fresh('plan'),
    application: fresh('application'),
    device: fresh('device'),
    results: `results:${notice}`,
    objection,
    draw: `draw:${draw}`,
    standing: `standing:${other.code}`,
    loss: `loss:${other.code}-${other.client.kid}`,
    batch: `batch:${back.id}`,
    rules: `rules:${school.code}`,
  };
  const about = (kind: string) => abouts[kind] as string;
  await take(world.city, about('batch'), 'batch.return', { reason: '缺考评员签字' });
  await take(school.client, about('plan'), 'plan.file', samplePlan(daysAhead(40), 1));
  await take(world.city, about('plan'), 'plan.receive', { note: '收到' });
  await take(applicant, about('application'), 'application.submit', sampleApplication(applicant));
  await take(device, about('device'), 'device.request', {
    salt: salt(),
    organization: school.code,
    key: device.jwk,
    label: '二',
    holder: '某',
    why: 'second',
  });
  await take(school.client, about('rules'), 'rules.publish', rulesOf('2026'));
  await take(other.client, about('loss'), 'loss.report', { reason: '丢失了设备' });
  await take(world.city, about('standing'), 'standing.suspend', { reason: '现场检查发现问题' });
  await db.batch(triggers.map(({ name }) => db.prepare(`DROP TRIGGER ${name}`)));

  const number = certificates[0]?.number as string;
  for (const path of [
    '/',
    '/organizations',
    `/organizations/${school.code}`,
    `/organizations/${other.code}`,
    '/supervision',
    `/supervision/${draw}`,
    '/notices',
    `/notices/${notice}`,
    '/notices/feed.xml',
    '/statistics',
    `/c/${number}`,
    '/.well-known/jwks.json',
    '/.well-known/trust.json',
    `/orgs/${school.code}/did.json`,
    '/v1/organizations',
    `/v1/organizations/${school.code}`,
    '/v1/notices',
    `/v1/notices/${notice}`,
    '/v1/draws',
    `/v1/draws/${draw}`,
    '/v1/statistics',
    `/v1/certificates/${number}`,
  ])
    routes[path] = () => call('GET', path);
  routes.follow = () => call('POST', '/v1/notices/objections', {}, { code });
  const asked: [who: keyof typeof callers, path: string][] = [
    ...(['organization', 'city', 'province'] as const).map((who): [typeof who, string] => [who, '/v1/cases']),
    ['city', '/v1/sessions'],
    ['city', '/v1/reviews'],
    ['organization', '/v1/me'],
    ['city', `/v1/organizations/${school.code}/keys/1/request`],
    ['city', `/v1/certificates/${number}/trail?people=all`],
    ['organization', `/v1/draws/${draw}/findings`],
    ['organization', '/v1/batches'],
    ...Object.values(abouts).map((one): ['province', string] => ['province', `/v1/cases/${one}`]),
  ];
  const named: Record<string, string> = {
    plans: 'plan',
    results: 'results',
    objections: 'objection',
    devices: 'device',
    applications: 'application',
    apply: 'application',
    draws: 'draw',
    inspections: 'draw',
  };
  const filled = (path: string) =>
    path.replace(
      /:(\w+)/g,
      (_, name: string) =>
        (
          ({
            about: about(named[path.split('/')[0] as string] ?? 'plan'),
            plan: about('plan'),
            batch: batch.id,
            id: batch.id,
            code: school.code,
            number,
            place: '1',
          }) as Record<string, string>
        )[name] ?? 'x',
    );
  for (const path of viewPaths.filter((one) => !one.includes('/after/')))
    for (const who of Object.keys(callers) as (keyof typeof callers)[]) {
      const address = `/desk/view/${filled(path)}`;
      // The province sees by the same views what a city does.
      if (who === 'province' && asked.some(([one, known]) => one === 'city' && known === address)) continue;
      if ((await callAs(callers[who], 'GET', address)).status === 200) asked.push([who, address]);
    }
  for (const [who, path] of asked) routes[`${who} ${path}`] = () => callAs(callers[who], 'GET', path);
}
