/**
 * Every column of cases, steps, issuing keys and statements edited by hand, in all rows at once where the database lets
 * it: no public route, list, case or view of the desk answers with a 5xx.
 */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { inTurn } from '../fuzz.ts';
import { db } from '../kit.ts';
import { cases } from '../procedure-kit.ts';
import { call, callAs } from './forge.ts';
import { abouts, callers, other, prepare, routes, school } from './tampered-procedure-kit.ts';

beforeAll(prepare, 120_000);

const TABLES = ['cases', 'steps', 'issuing_keys', 'statements'] as const;

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
