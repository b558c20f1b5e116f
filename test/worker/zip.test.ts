/**
 * A batch's certificates as one archive: the same PDFs as one by one, drawn only as fast as they are read, each
 * noted for its holder, and never whole when one of them cannot be given.
 */
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { concat, encodeUtf8, toHex } from '../../src/base/bytes.ts';
import type { Env } from '../../src/env.ts';
import { serviceOf } from '../../src/env.ts';
import { readZip, type ZipFile } from '../../src/formats/zip-stream.ts';
import type { CallError } from '../../src/sdk/call.ts';
import { changeStatus } from '../../src/sdk/sign.ts';
import {
  anyone,
  as,
  candidates,
  certify,
  db,
  fileWith,
  foundProvince,
  type Issued,
  idNumber,
  ORIGIN,
  type Organization,
  type Province,
  type Submitted,
  testEnv,
} from '../kit.ts';
import { prove } from './forge.ts';

const COUNT = 112;
const digest = async (bytes: Uint8Array) =>
  toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));

let world: Province;
let school: Organization;
let batch: Submitted;
let certificates: Issued[];
let path: string;

beforeAll(async () => {
  world = await foundProvince();
  school = await fileWith(world.city, 'S000037000001');
  ({ batch, certificates } = await certify(world, school, candidates(COUNT)));
  path = `/v1/batches/${batch.id}/certificates.zip`;
  const revoked = certificates[105]?.number as string;
  await as(school.client).post(`/v1/certificates/${revoked}/status`, {
    statement: await changeStatus(school.client, {
      number: revoked,
      action: 'revoke',
      reason: 'issued_in_error',
      seq: 1,
    }),
  });
});

const numbers = (from = 0, to = COUNT) => certificates.slice(from, to).map(({ number }) => `${number}.pdf`);
const ask = (query = '') => as(school.client).take('GET', path + query);

/** The same without the runtime in between: it writes every stream that breaks to the output of the tests. */
async function askApp(query = '', bindings: object = testEnv): Promise<Response> {
  const headers = { Authorization: `DPoP ${school.client.token}`, DPoP: await prove(school.client, 'GET', path) };
  return app.fetch(new Request(ORIGIN + path + query, { headers }), bindings);
}

async function filesOf(response: Response): Promise<ZipFile[]> {
  const files: ZipFile[] = [];
  for await (const file of readZip(response.body as ReadableStream<Uint8Array>)) files.push(file);
  return files;
}

/** Reads until the stream ends or fails. @returns the files before that, and whether it failed */
async function filesUntil(response: Response): Promise<{ names: string[]; failed: boolean }> {
  const names: string[] = [];
  try {
    for await (const file of readZip(response.body as ReadableStream<Uint8Array>)) names.push(file.name);
    return { names, failed: false };
  } catch {
    return { names, failed: true };
  }
}

describe('what is in it', () => {
  test('every certificate of the batch in its order, with the very bytes of its own address, revoked ones too', async () => {
    const response = await ask();
    expect(
      Object.fromEntries(
        ['content-type', 'content-disposition', 'cache-control', 'x-certificates'].map((name) => [
          name,
          response.headers.get(name),
        ]),
      ),
    ).toEqual({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${batch.id}.zip"`,
      'cache-control': 'private, no-store',
      'x-certificates': String(COUNT),
    });
    const files = await filesOf(response);
    expect(files.map(({ name }) => name)).toEqual(numbers());
    for (const at of [0, 99, 100, 105, COUNT - 1]) {
      const alone = await as(school.client).take('GET', `/v1/certificates/${files[at]?.name}`);
      expect([at, await digest(files[at]?.bytes as Uint8Array)]).toEqual([
        at,
        await digest(new Uint8Array(await alone.arrayBuffer())),
      ]);
    }
  });

  test('the same bytes each time, dated when they were issued', async () => {
    const [one, two] = [await (await ask('?from=90')).arrayBuffer(), await (await ask('?from=90')).arrayBuffer()];
    expect(await digest(new Uint8Array(one))).toBe(await digest(new Uint8Array(two)));
    const issued = await db
      .prepare('SELECT issued_at FROM orders WHERE batch = ?')
      .bind(batch.id)
      .first<number>('issued_at');
    expect(Date.parse((await ask('?limit=1')).headers.get('last-modified') as string)).toBe((issued as number) * 1000);
  });

  test.each([
    ['?limit=1', 0, 1, '001-001'],
    ['?from=99&limit=2', 99, 101, '100-101'],
    ['?from=100', 100, COUNT, '101-112'],
    ['?from=105&limit=100', 105, COUNT, '106-112'],
    [`?from=${COUNT - 1}`, COUNT - 1, COUNT, '112-112'],
  ])('a part: %s', async (query, from, to, name) => {
    const response = await ask(query);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${batch.id}.${name}.zip"`);
    expect(response.headers.get('x-certificates')).toBe(String(to - from));
    expect((await filesOf(response)).map((file) => file.name)).toEqual(numbers(from, to));
  });

  test.each([`?from=${COUNT}`, '?from=999999', '?limit=0'])('outside of the batch: %s', async (query) => {
    const error = (await ask(query).catch((caught: unknown) => caught)) as CallError;
    expect(error.problem).toMatchObject({ status: 416, code: 'range_outside', count: COUNT });
  });

  test('the centres of the organization get it as well', async () => {
    for (const centre of [world.city, world.province])
      expect(await filesOf(await as(centre).take('GET', `${path}?limit=1`))).toHaveLength(1);
  });
});

describe('who fetched', () => {
  const downloads = async () =>
    (
      await db
        .prepare('SELECT number, kind, by, count(*) AS times FROM downloads GROUP BY number, kind, by ORDER BY number')
        .all()
    ).results;
  const cleared = () => db.prepare('DELETE FROM downloads').run();

  test('each certificate is noted once, before it leaves, and its holder sees it', async () => {
    await cleared();
    await filesOf(await ask('?from=95&limit=10'));
    expect(await downloads()).toEqual(
      certificates
        .slice(95, 105)
        .map(({ number }) => ({ number, kind: 'application/pdf', by: school.client.subject, times: 1 })),
    );
    const own = { number: certificates[96]?.number as string, holder: { name: '欧阳建国', id_number: idNumber(96) } };
    expect(
      await anyone.json('POST', `/v1/certificates/${own.number}/download`, {
        body: own.holder,
        accept: 'application/json',
      }),
    ).toMatchObject({ downloads: [{ kind: 'application/pdf', by: school.client.subject }] });
    const html = await (
      await anyone.send('POST', `/c/${own.number}/download`, {
        body: encodeUtf8(`${new URLSearchParams({ ...own.holder, want: 'history' })}`),
        type: 'application/x-www-form-urlencoded',
      })
    ).text();
    expect(html).toContain('评价机构');
  });

  test('a centre is named as a centre', async () => {
    await cleared();
    await filesOf(await as(world.city).take('GET', `${path}?limit=1`));
    expect(await downloads()).toMatchObject([{ by: 'centre:3701' }]);
    const html = await (
      await anyone.send('POST', `/c/${certificates[0]?.number}/download`, {
        body: encodeUtf8(`${new URLSearchParams({ name: '欧阳建国', id_number: idNumber(0), want: 'history' })}`),
        type: 'application/x-www-form-urlencoded',
      })
    ).text();
    expect(html).toContain('鉴定指导中心<');
  });

  test('the head alone fetches nothing', async () => {
    await cleared();
    const head = await as(school.client).take('HEAD', path);
    expect([head.headers.get('x-certificates'), (await head.arrayBuffer()).byteLength, await downloads()]).toEqual([
      String(COUNT),
      0,
      [],
    ]);
  });
});

describe('as fast as it is read', () => {
  const service = serviceOf(testEnv as unknown as Env);
  /** Drawing a certificate asks for the font once. */
  const drawn = () => {
    const font = vi.spyOn(service, 'fonts');
    onTestFinished(() => font.mockRestore());
    return () => font.mock.calls.length;
  };
  /** As long as the database takes to answer this often: who draws ahead asks it for each certificate, and has by then. */
  const quiet = async () => {
    for (let asked = 0; asked < 50; asked++) await db.prepare('SELECT 1').first();
  };

  test('a reader that waits lets nothing be drawn ahead', async () => {
    const count = drawn();
    const response = await askApp('?from=70');
    await quiet();
    expect(count()).toBe(1);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (let i = 1; i <= 40; i++) {
      await reader.read();
      if (i % 20 === 0) {
        await quiet();
        expect(count()).toBe(i);
      }
    }
    await reader.cancel();
    await quiet();
    expect(count()).toBe(40);
  });

  test('nor does the runtime run far ahead of a client that waits, or go on for one that left', async () => {
    const count = drawn();
    const reader = ((await ask()).body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await quiet();
    const ahead = count();
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThan(5);
    await reader.cancel();
    await quiet();
    expect(count()).toBe(ahead);
  });

  test('a batch is read with few statements, however many of its certificates were touched', async () => {
    const prepare = vi.spyOn(db, 'prepare');
    onTestFinished(() => prepare.mockRestore());
    const response = await askApp();
    const before = prepare.mock.calls.length;
    await response.arrayBuffer();
    // The first page was read before the answer; one more, the fate of its revoked one, and a note of each.
    expect(prepare.mock.calls.length - before).toBe(3);
  });
});

describe('one that cannot be given', () => {
  const watched = () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => log.mockRestore());
    return () => log.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
  };
  const spoiled = async (table: string, where: string, column: string) => {
    const old = await db.prepare(`SELECT ${column} AS v FROM ${table} WHERE ${where}`).first<string>('v');
    await db
      .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`)
      .bind(`${(old as string).slice(0, 60)}${(old as string)[60] === 'A' ? 'B' : 'A'}${(old as string).slice(61)}`)
      .run();
    onTestFinished(
      async () => void (await db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).bind(old).run()),
    );
  };
  const at = (position: number) => certificates[position]?.number as string;

  test.each([
    ['rows', 'sealed'],
    ['credentials', 'credential'],
  ])(
    '%s.%s was altered: the stream breaks there, the log says why, asking from there as well',
    async (table, column) => {
      const logged = watched();
      await spoiled(
        table,
        table === 'rows' ? `batch = '${batch.id}' AND position = 104` : `number = '${at(104)}'`,
        column,
      );
      expect(await filesUntil(await askApp('?from=95'))).toEqual({ names: numbers(95, 104), failed: true });
      expect(logged()).toEqual([
        { event: 'zip_aborted', batch: batch.id, position: 104, code: 'register_differs', message: expect.any(String) },
      ]);
      const error = (await ask('?from=104').catch((caught: unknown) => caught)) as CallError;
      expect(error.problem).toMatchObject({ status: 409, code: 'register_differs', position: 104 });
      expect((await filesOf(await ask('?from=105'))).map(({ name }) => name)).toEqual(numbers(105));
    },
  );

  test('what arrived of a broken transfer is no archive', async () => {
    watched();
    await spoiled('rows', `batch = '${batch.id}' AND position = 3`, 'sealed');
    const chunks: Uint8Array[] = [];
    const reader = ((await askApp()).body as ReadableStream<Uint8Array>).getReader();
    await expect(
      (async () => {
        for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
      })(),
    ).rejects.toThrow();
    const { names, failed } = await filesUntil(new Response(concat(...chunks)));
    expect([names, failed]).toEqual([numbers(0, 3), true]);
  });

  test('one is gone', async () => {
    const logged = watched();
    const gone = await db
      .prepare('SELECT number, credential, seal, path FROM credentials WHERE number = ?')
      .bind(at(30))
      .first<Record<string, string>>();
    await db.prepare('DELETE FROM credentials WHERE number = ?').bind(at(30)).run();
    onTestFinished(
      async () =>
        void (await db
          .prepare('INSERT INTO credentials (number, credential, seal, path) VALUES (?, ?, ?, ?)')
          .bind(gone?.number, gone?.credential, gone?.seal, gone?.path)
          .run()),
    );
    expect(await filesUntil(await askApp())).toEqual({ names: numbers(0, 30), failed: true });
    expect(logged()).toMatchObject([{ position: 30, code: 'register_differs' }]);
    await expect(ask('?from=30')).rejects.toThrow('register_differs');
  });

  test('the database fails half way', async () => {
    const logged = watched();
    let pages = 0;
    const failing = new Proxy(db, {
      get: (target, name) =>
        name !== 'prepare'
          ? Reflect.get(target, name)
          : (sql: string) => {
              if (sql.includes('c.position >= ? AND') && ++pages === 2) throw new Error('D1_ERROR: storage is away');
              return target.prepare(sql);
            },
    });
    expect(await filesUntil(await askApp('', { ...testEnv, DB: failing }))).toEqual({
      names: numbers(0, 100),
      failed: true,
    });
    expect(logged()).toEqual([
      { event: 'zip_aborted', batch: batch.id, position: 100, name: 'Error', message: 'D1_ERROR: storage is away' },
    ]);
  });
});
