/**
 * `npm run demo` as a process, and its files checked by a stranger: with node:crypto and nothing of this repository,
 * following what the design says about credentials, leaves and approvals.
 */
import { createHash, createPublicKey, type JsonWebKey, verify, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeGb18030 } from '../formats/fixtures-xlsx.ts';
import { isAlive, type Run, removed, run, scratch, start } from './run.ts';

const HEADER =
  'name,id_type,id_number,occupation_code,occupation_name,job_type,level,score_theory,score_practice,exam_date';
const GOOD = `\ufeff${HEADER}
欧阳建国,居民身份证,370102198504123118,6-31-01-03,电工,--,三级/高级工,80,82.5,2026-10-17

张䶮,居民身份证,371521198111180156,6-18-02-04,焊工,电焊工,五级,90,91,2026年10月18日
MARIA GARCIA,护照,PX4081726,6-31-01-03,电工,无,3,75,60,2026.10.19
`;

const sha256 = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const decode = <T>(part: string | undefined): T => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as T;
const payload = <T>(jws: string): T => decode<T>(jws.split('.')[1]);

function signedBy(jws: string, jwk: JsonWebKey): boolean {
  const [head, body, signature] = jws.split('.') as [string, string, string];
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y } as JsonWebKey, format: 'jwk' });
  return verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
}

/** RFC 8785 for what stands in a leaf: sorted members, plain strings and integers. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value as Record<string, unknown>;
  return `{${Object.keys(members)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(members[key])}`)
    .join(',')}}`;
}

/** RFC 9162 §2.1.1, by its recursive definition. */
function treeHash(entries: Buffer[]): Buffer {
  if (entries.length === 1) return sha256(Buffer.of(0), entries[0] as Buffer);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha256(Buffer.of(1), treeHash(entries.slice(0, k)), treeHash(entries.slice(k)));
}

interface Line {
  row: number;
  number: string;
  credential: string;
  seal_url: string;
}
interface Subject {
  number: string;
  occupation: { code: string; name: string; edition: string };
  job: string;
  level: number;
  exam_date: string;
  masked_name: string;
  _sd: string[];
}

describe('a good file', () => {
  const folder = scratch();
  const out = join(folder, 'out');
  const read = (name: string) => readFileSync(join(out, name), 'utf8').trim();
  let done: Run;
  let lines: Line[];

  beforeAll(async () => {
    writeFileSync(join(folder, 'good.csv'), GOOD);
    done = await run('demo.ts', ['--candidates', join(folder, 'good.csv'), '--out', out, '--pdf', '2'], {
      TMPDIR: folder,
    });
    lines = existsSync(join(out, 'certificates.jsonl'))
      ? read('certificates.jsonl')
          .split('\n')
          .map((line) => JSON.parse(line) as Line)
      : [];
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  test("ends well, says how long each step took and that the scope is the file's", () => {
    expect(done.err + done.out).toContain('no --scope');
    expect(done.exit).toBe(0);
    expect(done.out.match(/^ *\d+\.\d\d s {2}/gm)?.length).toBeGreaterThanOrEqual(8);
  });

  test("writes one line a certificate, with the file's own rows, and the PDFs and bundles that were asked for", () => {
    expect(lines.map(({ row, number }) => [row, number.slice(0, 13), number.slice(15)])).toEqual([
      [2, 'S000037000001', '3000001'],
      [4, 'S000037000001', '5000001'],
      [5, 'S000037000001', '3000002'],
    ]);
    const first = lines.slice(0, 2).map(({ number }) => number);
    expect(readdirSync(join(out, 'pdf')).sort()).toEqual(first.map((number) => `${number}.pdf`));
    expect(readdirSync(join(out, 'bundle')).sort()).toEqual(first.map((number) => `${number}.json`));
    for (const number of first)
      expect(read(`pdf/${number}.pdf`)).toMatch(/^%PDF-[^]*\/SubFilter \/ETSI\.CAdES\.detached/);
    expect(new X509Certificate(read('ca.pem')).subject).toContain(`CN=luzheng root ${read('root.txt')}`);
    expect(readdirSync(out).sort()).toEqual([
      'approval.jwt',
      'bundle',
      'ca.pem',
      'certificates.jsonl',
      'jwks.json',
      'pdf',
      'root.txt',
      'trust.json',
    ]);
  });

  test('every credential verifies against jwks.json, and its disclosures against its signed part', () => {
    const { keys } = JSON.parse(read('jwks.json')) as { keys: (JsonWebKey & { kid: string })[] };
    const names = lines.map(({ number, credential, seal_url }) => {
      const [jws, ...disclosures] = credential.split('~') as [string, ...string[]];
      expect(disclosures.pop()).toBe('');
      const { kid } = decode<{ kid: string }>(jws.split('.')[0]);
      expect(signedBy(jws, keys.find((key) => key.kid === kid) as JsonWebKey)).toBe(true);
      const { credentialSubject: subject } = payload<{ credentialSubject: Subject }>(jws);
      expect(subject.number).toBe(number);
      expect(seal_url).toMatch(new RegExp(`^http://localhost:\\d+/c/${number}#\\d+$`));
      expect(disclosures.map((one) => sha256(one).toString('base64url')).sort()).toEqual(subject._sd);
      return decode<[string, string, string]>(disclosures[0])[2];
    });
    expect(names).toEqual(['欧阳建国', '张䶮', 'MARIA GARCIA']);
  });

  test('the approved root is the root over the signed parts, and both centres signed it under the root key', () => {
    const leaves = lines.map(({ credential }) => {
      const { occupation, job, level, exam_date, masked_name, _sd } = payload<{ credentialSubject: Subject }>(
        credential.split('~')[0] as string,
      ).credentialSubject;
      const { code, name, edition } = occupation;
      return Buffer.from(
        canonical({ v: 1, occupation: { code, name, edition }, job, level, exam_date, masked_name, sd: _sd }),
      );
    });
    const approval = read('approval.jwt');
    const claims = payload<{ root: string; count: number; iss: string; city: string }>(approval);
    expect(claims).toMatchObject({ iss: 'centre:3700', count: 3, root: treeHash(leaves).toString('base64url') });
    expect(payload(claims.city)).toMatchObject({ iss: 'centre:3701', count: 3, root: claims.root });

    const trust = JSON.parse(read('trust.json')) as { roots: JsonWebKey[]; centres: string[] };
    const root = trust.roots.find(
      ({ x, y }) =>
        sha256(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`).toString('base64url') === read('root.txt'),
    ) as JsonWebKey;
    expect(trust.centres.every((token) => signedBy(token, root))).toBe(true);
    const keyOf = (iss: string) =>
      trust.centres
        .map((token) => payload<{ sub: string; cnf: { jwk: JsonWebKey } }>(token))
        .find(({ sub }) => sub === iss)?.cnf.jwk as JsonWebKey;
    expect(signedBy(approval, keyOf('centre:3700'))).toBe(true);
    expect(signedBy(claims.city, keyOf('centre:3701'))).toBe(true);
  });

  test('leaves nothing behind in the temporary folder', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('luzheng-demo-'))).toEqual([]);
  });
});

const file = (path: string) => new URL(`../../${path}`, import.meta.url).pathname;

test('a workbook goes the whole way, under a scope in GBK', async () => {
  const folder = scratch();
  removed(folder);
  const scope = join(folder, 'scope.csv');
  writeFileSync(scope, encodeGb18030(readFileSync(file('src/cli/samples/scope.csv'), 'utf8')));
  const { exit, out } = await run('demo.ts', [
    '--candidates',
    file('test/vectors/tables/openpyxl.xlsx'),
    '--scope',
    scope,
    '--out',
    join(folder, 'out'),
    '--pdf',
    '1',
  ]);
  expect(exit).toBe(0);
  expect(out).toMatch(/7 个职业[^]*结果公示[^]*200 人 rows/);
  const lines = readFileSync(join(folder, 'out/certificates.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const names = readFileSync(file('src/cli/samples/candidates.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]);
  expect(lines.map(({ row }) => row)).toEqual(names.map((_, at) => at + 2));
  expect(lines.map(({ credential }) => decode<[string, string, string]>(credential.split('~')[1])[2])).toEqual(names);
});

test('a workbook in which rows are filtered away: they are named, and nothing is issued', async () => {
  const { exit, err } = await run('demo.ts', [
    '--candidates',
    file('test/vectors/tables/hidden.xlsx'),
    '--out',
    '/nowhere',
  ]);
  expect([exit, err]).toEqual([
    1,
    expect.stringMatching(/^名单中有隐藏或被筛选掉的行.* \/ .*: 4, 6\. .*\[xlsx_hidden_rows\]\n$/),
  ]);
});

test('bad rows: each fault of each row alone, exit 1, and nothing issued', async () => {
  const folder = scratch();
  removed(folder);
  writeFileSync(
    join(folder, 'bad.csv'),
    `${HEADER}
欧阳建国,居民身份证,370102198504123119,6-31-01-03,电工,--,九级,80,82.5,2026-10-17
孔雨,居民身份证,371521198111180156,6-31-01-99x,电工,--,一级,59,91,2026-10-17
`,
  );
  const { exit, err } = await run('demo.ts', ['--candidates', join(folder, 'bad.csv'), '--out', join(folder, 'out')]);
  expect(exit).toBe(1);
  expect(
    err
      .split('\n')
      .filter((line) => line.startsWith('row '))
      .map((line) => line.split(': ').slice(0, 3).join(': ')),
  ).toEqual([
    'row 2: id_number: id_number_check_digit',
    'row 2: level: level_unknown',
    'row 3: occupation_code: occupation_code_malformed',
    'row 3: score_theory: score_below_pass',
  ]);
  expect(readdirSync(join(folder, 'out'))).toEqual([]);
});

test('wrong arguments: usage and exit 2', async () => {
  for (const args of [
    [],
    ['--candidates', '/nowhere.csv', '--out', '/tmp/x'],
    ['--colour', 'red'],
    ['--candidates', 'README.md', '--out', '/tmp/x', '--pdf', 'some'],
  ]) {
    const { exit, err } = await run('demo.ts', args);
    expect([exit, err.length > 20]).toEqual([2, true]);
  }
});

test('Ctrl-C stops the service and removes its folder', async () => {
  const folder = scratch();
  removed(folder);
  writeFileSync(join(folder, 'good.csv'), GOOD);
  const demo = start('demo.ts', ['--candidates', join(folder, 'good.csv'), '--out', join(folder, 'out')], {
    TMPDIR: folder,
  });
  await demo.says(/a fresh service started/);
  const own = readdirSync(folder).find((name) => name.startsWith('luzheng-demo-')) as string;
  const server = Number(readFileSync(join(folder, own, 'state/server.pid'), 'utf8'));
  expect(isAlive(server)).toBe(true);
  demo.child.kill('SIGINT');
  expect((await demo.end).exit).toBe(130);
  expect([isAlive(server), existsSync(join(folder, own))]).toEqual([false, false]);
});
