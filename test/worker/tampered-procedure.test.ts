/**
 * Every column of cases, steps, issuing keys and statements edited by hand, in all rows at once where the database lets
 * it: no public route, list, case or view of the desk answers with a 5xx.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { toBase64url } from '../../src/base/bytes.ts';
import { shanghaiDay } from '../../src/base/day.ts';
import { viewPaths } from '../../src/desk/frame/desk-page.tsx';
import type { Identity } from '../../src/sdk/sign.ts';
import { drawOne } from '../draw-kit.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import { inTurn } from '../fuzz.ts';
import { as, candidate, certify, db, fileWith, foundProvince, submit } from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { cases, fresh, makeApplicant, rulesOf, salt, sampleApplication, samplePlan, take } from '../procedure-kit.ts';
import { type Answer, call, callAs } from './forge.ts';

const TABLES = ['cases', 'steps', 'issuing_keys', 'statements'] as const;

const routes: Record<string, () => Promise<Answer>> = {};

/** Of one case of each kind. */
let abouts: Record<string, string> = {};

let school: Awaited<ReturnType<typeof fileWith>>;

let other: Awaited<ReturnType<typeof fileWith>>;

let callers: Record<'city' | 'province' | 'organization' | 'applicant', Identity>;

const daysAhead = (n: number) => shanghaiDay(Math.floor(Date.now() / 1000) + n * 86_400);

beforeAll(async () => {
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
}, 120_000);

/** Asks everything, or what is its turn. @returns what was answered with a 5xx */
async function faults(asked: RegExp, turn: number): Promise<string[]> {
  const some = Object.entries(routes).filter(([name]) => asked.test(name));
  const answers = await Promise.all(
    inTurn(some, turn).map(async ([name, ask]) => [name, (await ask()).status] as const),
  );
  return answers.filter(([, status]) => status >= 500).map(([name, status]) => `${status} ${name}`);
}

test('as it is, everything is answered', async () => {
  const answers = await Promise.all(
    Object.entries(routes).map(async ([name, ask]) => [name, (await ask()).status] as const),
  );
  expect(answers.filter(([, status]) => status !== 200)).toEqual([]);
  expect(answers.length).toBeGreaterThan(70);
});

const valuesFor = (column: string, type: string, old: unknown): (string | number | null)[] => [
  ...(type === 'INTEGER' ? [2 ** 40] : ['x', `${String(old).slice(0, -3)}AAA`]),
  ...(column === 'facts' ? ['{}', '[]', 'null'] : column === 'public' ? ['{}'] : []),
  null,
];

/** Routes that read issuing keys. */
const OF_KEYS = /jwks|did\.json|trust|request|organizations/;

describe.each(TABLES)('%s', (table) => {
  test('each column, with values of every kind', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const columns = (
      await db
        .prepare(`SELECT name, type, pk FROM pragma_table_info('${table}')`)
        .all<{ name: string; type: string; pk: number }>()
    ).results;
    const keys = columns.filter(({ pk }) => pk > 0).map(({ name }) => name);
    const rows = (await db.prepare(`SELECT * FROM ${table}`).all<Record<string, string | number | null>>()).results;
    const found: string[] = [];
    let edited = 0;
    for (const { name: column, type } of columns.filter(({ pk }) => pk === 0)) {
      const where = `WHERE ${keys.map((key, at) => `${key} = ?${at + 2}`).join(' AND ')}`;
      const set = (value: unknown, row: (typeof rows)[number]) =>
        db.prepare(`UPDATE ${table} SET ${column} = ?1 ${where}`).bind(value, ...keys.map((key) => row[key]));
      for (const value of valuesFor(column, type, rows.find((row) => row[column] !== null)?.[column])) {
        const whole = await db
          .prepare(`UPDATE ${table} SET ${column} = ?`)
          .bind(value)
          .run()
          .then(() => true, isConstraint);
        if (
          !whole &&
          !(await set(value, rows[0] as (typeof rows)[number])
            .run()
            .then(() => true, isConstraint))
        )
          continue;
        edited++;
        found.push(
          ...(await faults(table === 'issuing_keys' ? OF_KEYS : /^/, edited)).map(
            (fault) => `${table}.${column} = ${String(value).slice(0, 12)}: ${fault}`,
          ),
        );
        await db.batch(rows.map((row) => set(row[column], row)));
      }
    }
    log.mockRestore();
    expect(found).toEqual([]);
    expect(edited).toBeGreaterThan(columns.length - keys.length);
  }, 240_000);
});

/** Runs with one value altered. @returns what the log says was left out */
async function altered(
  sql: string,
  back: string,
  values: [now: string, before: string],
  keys: string[],
  run: () => Promise<void>,
): Promise<unknown[]> {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await db
    .prepare(sql)
    .bind(values[0], ...keys)
    .run();
  await run();
  await db
    .prepare(back)
    .bind(values[1], ...keys)
    .run();
  const seen = log.mock.calls.map(([text]) => JSON.parse(String(text)) as unknown);
  log.mockRestore();
  return seen;
}

const FACTS = 'UPDATE cases SET facts = ?1 WHERE about = ?2';

test.each(['plan', 'application', 'device', 'results', 'objection', 'draw', 'standing', 'loss', 'rules'])(
  'a %s whose facts are none is left out of lists, and refused where it alone is asked for',
  async (kind) => {
    const about = abouts[kind] as string;
    const before = (await db
      .prepare('SELECT facts FROM cases WHERE about = ?')
      .bind(about)
      .first<string>('facts')) as string;
    const listed = async () => (await cases(callers.province, `?kind=${kind}`)).map((one) => one.about);
    expect(await listed()).toContain(about);
    for (const value of ['x', 'null', '[]', '{"sealed":"x"}', before.slice(0, -3)]) {
      const seen = await altered(FACTS, FACTS, [value, before], [about], async () => {
        expect(await listed()).not.toContain(about);
        expect(await callAs(callers.province, 'GET', `/v1/cases/${about}`)).toMatchObject({
          status: 409,
          code: 'register_differs',
        });
      });
      expect(seen).toEqual([{ event: 'line_left_out', table: 'cases', id: about }]);
    }
    expect(await listed()).toContain(about);
  },
);

test('a draw and a version of rules whose facts are none are left out of the public lists', async () => {
  const draws = async () =>
    (JSON.parse((await call('GET', '/v1/draws')).text) as { draws: { about: string }[] }).draws.map(
      ({ about }) => about,
    );
  const version = async () =>
    (
      JSON.parse((await call('GET', '/v1/organizations')).text) as {
        organizations: { code: string; rules_version: string | null }[];
      }
    ).organizations.find(({ code }) => code === school.code)?.rules_version;
  expect([await draws(), await version()]).toEqual([[abouts.draw], '2026']);
  for (const kind of ['draw', 'rules']) {
    const before = (await db
      .prepare('SELECT facts FROM cases WHERE about = ?')
      .bind(abouts[kind])
      .first<string>('facts')) as string;
    await altered(FACTS, FACTS, ['{}', before], [abouts[kind] as string], async () =>
      expect([await draws(), await version()]).toEqual(kind === 'draw' ? [[], '2026'] : [[abouts.draw], null]),
    );
  }
});

test('a step whose token or body was altered: its case answers so', async () => {
  const about = abouts.plan as string;
  for (const column of ['token', 'sealed']) {
    const before = (await db
      .prepare(`SELECT ${column} FROM steps WHERE about = ? AND seq = 1`)
      .bind(about)
      .first<string>(column)) as string;
    const sql = `UPDATE steps SET ${column} = ?1 WHERE about = ?2 AND seq = 1`;
    const wrong: [value: string, code: string][] = [
      ['x', 'register_differs'],
      ['a.e30.b', 'register_differs'],
      ...(column === 'sealed' ? [[`${before.slice(0, -3)}AAA`, 'ciphertext_wrong'] as [string, string]] : []),
    ];
    for (const [value, code] of wrong)
      await altered(sql, sql, [value, before], [about], async () =>
        expect(await callAs(callers.province, 'GET', `/v1/cases/${about}`)).toMatchObject({ status: 409, code }),
      );
  }
});

test('an issuing key that was altered is left out of jwks.json, and reported; what needs it is refused', async () => {
  const kids = async () =>
    (JSON.parse((await call('GET', '/.well-known/jwks.json')).text) as { keys: { kid: string }[] }).keys.map(
      ({ kid }) => kid,
    );
  const [kid] = (await kids()).filter((one) => one.includes(school.code)) as [string];
  for (const [column, value] of [
    ['public', 'x'],
    ['public', '{}'],
    ['kid', 'x'],
  ] as const) {
    const before = (await db
      .prepare(`SELECT ${column} FROM issuing_keys WHERE organization = ? AND n = 1`)
      .bind(school.code)
      .first<string>(column)) as string;
    const sql = `UPDATE issuing_keys SET ${column} = ?1 WHERE organization = ?2 AND n = 1`;
    const seen = await altered(sql, sql, [value, before], [school.code], async () => {
      const left = await kids();
      expect([left.includes(kid), left.some((one) => one.includes(other.code))]).toEqual([false, true]);
      expect(await callAs(callers.city, 'GET', `/v1/organizations/${school.code}/keys/1/request`)).toMatchObject({
        status: 409,
        code: 'register_differs',
      });
      expect(await call('GET', `/orgs/${school.code}/did.json`)).toMatchObject({
        status: 409,
        code: 'register_differs',
      });
    });
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ event: 'line_left_out', table: 'issuing_keys', id: column === 'kid' ? 'x' : kid })]),
    );
  }
  expect(await kids()).toContain(kid);
});

/** False where the database itself does not let a value in. */
function isConstraint(error: unknown): false {
  if (/constraint|cannot store/i.test(String(error))) return false;
  throw error;
}
