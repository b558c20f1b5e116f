/**
 * `luzheng download --batch` against a real service behind a line that breaks on command: what came is kept and
 * whole, a repeated command fetches only what is missing, and one bad certificate does not keep the others away.
 */

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeKeyFile } from '../../keys/make.ts';
import { freePort, type LocalService, startLocal } from '../../src/cli/local.ts';
import { newSecret, settingsFor } from '../../src/cli/worker-bundle.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';
import { unverified } from '../../src/core/statement.ts';
import { readZip } from '../../src/formats/zip-stream.ts';
import { readBatch } from '../../src/sdk/batch.ts';
import { Caller } from '../../src/sdk/call.ts';
import { certificatesOf } from '../../src/sdk/fetch-certificates.ts';
import { sendFiling } from '../../src/sdk/file-organization.ts';
import { appointCentre, approveBatch, type Identity, makeKey, nameClient, orderBatch } from '../../src/sdk/sign.ts';
import { run, scratch, start } from './run.ts';

const CODE = 'S000037000002';
const COUNT = 230;
const folder = scratch();
const key = join(folder, 'school.json');

/** How a ZIP fares on the line: bytes that pass before it is cut, one entry a request; whole when there is none. */
let cuts: number[] = [];
/** Paths of ZIPs that were asked for. */
let asked: string[] = [];
let line: Server;
let options: Parameters<typeof startLocal>[0];
let service: LocalService;
let batch: string;
let waiting: string;
let numbers: string[];

const person = (n: number) => {
  const body = `370102199001${String(1 + (n % 28)).padStart(2, '0')}${String(100 + Math.floor(n / 28)).padStart(3, '0')}`;
  return {
    name: '欧阳建国',
    id_type: '111',
    id_number: body + residentCheckCharacter(body),
    occupation_code: '6-31-01-03',
    occupation_name: '电工',
    job_type: '--',
    level: 3,
    score_theory: 80,
    score_practice: 80,
    exam_date: '2026-11-01',
  };
};

function startLine(port: number): Server {
  return createServer((asking, answering) => {
    const isZip = asking.url?.includes('certificates.zip') ?? false;
    if (isZip) asked.push(asking.url as string);
    const cut = isZip ? cuts.shift() : undefined;
    const onward = request(
      { port: options.port, host: 'localhost', method: asking.method, path: asking.url, headers: asking.headers },
      (answer) => {
        answering.writeHead(answer.statusCode as number, answer.headers);
        let passed = 0;
        answer.on('data', (chunk: Buffer) => {
          passed += chunk.length;
          if (cut !== undefined && passed > cut) answering.destroy();
          else answering.write(chunk);
        });
        answer.on('end', () => answering.end());
        answer.on('error', () => answering.destroy());
      },
    );
    onward.on('error', () => answering.destroy());
    asking.pipe(onward);
  }).listen(port, 'localhost');
}

beforeAll(async () => {
  const root = await makeKey();
  const [outer, inner] = [await freePort(), await freePort()];
  const origin = `http://localhost:${outer}`;
  options = {
    ...settingsFor(origin, root, newSecret()),
    port: inner,
    persist: join(folder, 'state'),
    log: join(folder, 'log'),
  };
  service = await startLocal(options);
  line = startLine(outer);
  const identity = async (subject: string, name: (jwk: Identity['jwk']) => Promise<string>): Promise<Identity> => {
    const pair = await makeKey();
    return { ...pair, subject, token: await name(pair.jwk) };
  };
  const province = await identity('centre:3700', (jwk) => appointCentre(root, { code: '3700', name: '省中心', jwk }));
  const centre = new Caller(origin, province);
  await centre.post('/v1/centres', { statement: province.token });
  await sendFiling(centre, {
    code: CODE,
    name: '山东鲁能技师学院',
    uscc: '91350100M000100Y43',
    scope: [{ code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [3] }],
    annual_capacity: 20_000,
  });
  const client = await identity(`org:${CODE}`, (jwk) => nameClient(province, CODE, jwk));
  await centre.post('/v1/clients', { statement: client.token });
  writeKeyFile(key, { subject: client.subject, server: origin, token: client.token, private: client.private });
  const caller = new Caller(origin, client);
  const submit = async (from: number, count: number) =>
    (
      await caller.post<{ id: string }>('/v1/batches', {
        candidates: Array.from({ length: count }, (_, n) => person(from + n)),
      })
    ).id;
  batch = await submit(0, COUNT);
  waiting = await submit(COUNT, 1);
  const { ref } = await readBatch(caller, batch);
  const approval = await approveBatch(province, ref);
  await caller.post(`/v1/batches/${batch}/issue`, {
    approval,
    order: await orderBatch(client, ref, unverified<{ jti: string }>(approval).claims.jti),
  });
  numbers = [];
  for await (const { number } of certificatesOf(caller, batch)) numbers.push(number);
  expect(numbers).toHaveLength(COUNT);
}, 60_000);
afterAll(async () => {
  line.close();
  line.closeAllConnections();
  await service.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 30_000);

/** Runs the command; `asked` and `cuts` are of this run alone. */
async function download(name: string, args: string[] = [], cutAt: number[] = []) {
  [asked, cuts] = [[], [...cutAt]];
  const { exit, out, err } = await run('luzheng.ts', [
    'download',
    '--batch',
    batch,
    '--out',
    join(folder, name),
    '--key',
    key,
    '--json',
    ...args,
  ]);
  return {
    exit,
    err,
    said: JSON.parse(out) as Record<string, unknown>,
    ranges: asked.map((path) => path.split('?')[1]),
  };
}
/** As if a download had been there: of those that are wanted, the files of the first test. */
const already = (name: string, wanted: (at: number) => boolean) => {
  mkdirSync(join(folder, name), { recursive: true });
  numbers.forEach(
    (number, at) =>
      wanted(at) && copyFileSync(join(folder, 'pdf', `${number}.pdf`), join(folder, name, `${number}.pdf`)),
  );
};
const there = (name: string) => readdirSync(join(folder, name)).sort();
const pdfs = (list: readonly string[] = numbers) => list.map((number) => `${number}.pdf`);
const whole = (name: string) =>
  pdfs().every((file) => {
    const bytes = readFileSync(join(folder, name, file));
    return bytes.subarray(0, 5).toString() === '%PDF-' && bytes.subarray(-6).toString().includes('%%EOF');
  });

test('every PDF as a file; a repeated command fetches what is missing and nothing else', async () => {
  const first = await download('pdf');
  expect([first.exit, first.said, first.ranges]).toEqual([
    0,
    { batch, certificates: COUNT, fetched: COUNT, refused: [], out: join(folder, 'pdf') },
    ['from=0&limit=200', 'from=200&limit=30'],
  ]);
  expect([there('pdf'), whole('pdf')]).toEqual([pdfs().sort(), true]);

  expect(await download('pdf')).toMatchObject({ exit: 0, said: { fetched: 0 }, ranges: [] });

  const kept = statSync(join(folder, 'pdf', `${numbers[6]}.pdf`)).mtimeMs;
  for (const at of [5, 8, 229]) rmSync(join(folder, 'pdf', `${numbers[at]}.pdf`));
  expect(await download('pdf')).toMatchObject({
    exit: 0,
    said: { fetched: 3 },
    ranges: ['from=5&limit=4', 'from=229&limit=1'],
  });
  expect([there('pdf'), statSync(join(folder, 'pdf', `${numbers[6]}.pdf`)).mtimeMs]).toEqual([pdfs().sort(), kept]);

  expect(await download('pdf', ['--force'])).toMatchObject({ exit: 0, said: { fetched: COUNT } });
  expect(statSync(join(folder, 'pdf', `${numbers[6]}.pdf`)).mtimeMs).toBeGreaterThan(kept);
});

test('as archives: each whole, a missing one is fetched again', async () => {
  const parts = [`${batch}.part-0001.zip`, `${batch}.part-0002.zip`];
  expect(await download('zip', ['--zip'], [100_000])).toMatchObject({
    exit: 0,
    said: { fetched: COUNT, parts },
    ranges: ['from=0&limit=200', 'from=0&limit=200', 'from=200&limit=30'],
  });
  expect(there('zip')).toEqual(parts);
  const names: string[] = [];
  for (const part of parts)
    for await (const { name } of readZip(new Blob([readFileSync(join(folder, 'zip', part))]).stream()))
      names.push(name);
  expect(names).toEqual(pdfs());
  expect(await download('zip', ['--zip'])).toMatchObject({ exit: 0, said: { fetched: 0, parts }, ranges: [] });
  rmSync(join(folder, 'zip', parts[1] as string));
  expect(await download('zip', ['--zip'])).toMatchObject({
    exit: 0,
    said: { fetched: 30, parts },
    ranges: ['from=200&limit=30'],
  });
});

test('a line that breaks: it goes on behind the last whole certificate', async () => {
  const { exit, ranges } = await download('cut', [], [1_000_000, 0, 100_000, 2_000_000]);
  expect([exit, there('cut'), whole('cut')]).toEqual([0, pdfs().sort(), true]);
  const from = ranges.map((range) => Number(/from=(\d+)/.exec(range as string)?.[1]));
  expect(from[1]).toBeGreaterThan(10);
  // One alone shows that the line is back; then parts again.
  expect(ranges.slice(0, 5)).toEqual([
    'from=0&limit=200',
    `from=${from[1]}&limit=1`,
    `from=${from[1]}&limit=1`,
    `from=${(from[1] as number) + 1}&limit=${199 - (from[1] as number)}`,
    `from=${from[4]}&limit=1`,
  ]);
  expect(from[4]).toBeGreaterThan((from[3] as number) + 20);
});

test('a line that breaks for good: after three more attempts it gives up, says how to go on, and keeps what came', async () => {
  const broken = await download('given-up', [], [1_000_000, 0, 0, 0]);
  expect([broken.exit, broken.said.error, broken.ranges.length]).toEqual([
    2,
    expect.objectContaining({ code: 'unreachable' }),
    4,
  ]);
  expect(broken.err).toContain('repeat the command');
  const came = there('given-up');
  expect(came).toEqual(pdfs().slice(0, came.length));
  expect(came.length).toBeGreaterThan(10);
  already('given-up', (at) => at >= came.length + 10);
  expect(await download('given-up')).toMatchObject({ exit: 0, said: { fetched: 10 } });
  expect([there('given-up'), whole('given-up')]).toEqual([pdfs().sort(), true]);
});

test('the command is killed in the middle, and so is the service: repeated, it ends with every PDF', async () => {
  const out = join(folder, 'killed');
  already('killed', (at) => at >= 120);
  const args = ['download', '--batch', batch, '--out', out, '--key', key];
  const files = () => readdirSync(out).filter((name) => name.endsWith('.pdf')).length;
  const until = async (count: number) => {
    while (files() < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const killed = start('luzheng.ts', args);
  await until(COUNT - 120 + 20);
  process.kill(-(killed.child.pid as number), 'SIGKILL');
  await killed.end;
  const before = files();
  expect(before).toBeLessThan(COUNT);

  const orphan = start('luzheng.ts', args);
  await until(before + 20);
  process.kill(-Number(readFileSync(join(options.persist, 'server.pid'), 'utf8')), 'SIGKILL');
  await service.stop();
  expect(files()).toBeLessThan(COUNT);
  service = await startLocal(options);
  // It may have waited long enough for the new service, or not.
  const { exit } = await orphan.end;
  expect(exit).toBe(files() === COUNT ? 0 : 2);

  expect(await download('killed')).toMatchObject({ exit: 0, said: { certificates: COUNT } });
  expect([there('killed').filter((name) => !name.endsWith('.part')), whole('killed')]).toEqual([pdfs().sort(), true]);
}, 60_000);

test('certificates that the service cannot give are named, and the others come', async () => {
  await service.stop();
  const store = join(options.persist, 'v3/d1/miniflare-D1DatabaseObject');
  const file = readdirSync(store).find((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite') as string;
  const db = new DatabaseSync(join(store, file));
  for (const at of [7, 210])
    db.prepare("UPDATE credentials SET path = 'x' || path WHERE number = ?").run(numbers[at] as string);
  db.close();
  service = await startLocal(options);

  const refused = [numbers[7], numbers[210]];
  already('some', (at) => at >= 15 && at < 205);
  expect(await download('some')).toMatchObject({ exit: 1, said: { fetched: 15 - 1 + 25 - 1, refused } });
  expect(there('some')).toEqual(pdfs(numbers.filter((number) => !refused.includes(number))).sort());
  const { exit, out } = await run('luzheng.ts', [
    'download',
    '--batch',
    batch,
    '--out',
    join(folder, 'some'),
    '--key',
    key,
  ]);
  expect(exit).toBe(1);
  for (const number of refused) expect(out).toContain(`not given      ${number}`);
  const zip = await download('some-zip', ['--zip']);
  expect([zip.exit, there('some-zip').filter((name) => name.endsWith('.zip'))]).toEqual([2, []]);
}, 60_000);

test('a batch that is not issued, and wrong usage', async () => {
  const luzheng = (...args: string[]) =>
    run('luzheng.ts', ['download', '--out', join(folder, 'none'), '--key', key, ...args]);
  for (const [exit, words, ...args] of [
    [1, 'not issued yet', '--batch', waiting],
    [2, 'give a batch', '--zip'],
    [2, 'give a batch', batch, '--batch', batch],
    [2, '--zip goes with', batch, '--zip'],
  ] as const) {
    const answer = await luzheng(...args);
    expect([args, answer.exit, answer.err]).toEqual([args, exit, expect.stringContaining(words)]);
  }
  expect(existsSync(join(folder, 'none'))).toBe(false);
});
