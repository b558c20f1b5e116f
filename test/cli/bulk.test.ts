/** `luzheng check`, `verify-receipt` and `bulk-key` as processes against `npm start`: an employer's and a centre's way. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readTable } from '../../src/formats/table/table.ts';
import { run, useStart } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const started = useStart();
const { at } = started;
let valid: string;
let revoked: string;
let name: string;

const luzheng = (...args: string[]) => run('luzheng.ts', [...args, ...started.server]);

beforeAll(() => {
  const { holder, ...shown } = started.shown();
  ({ valid, revoked } = shown);
  ({ name } = holder);
  writeFileSync(at('staff.csv'), `姓名,证书编号\n${name},${valid}\n别人,${valid}\n,${revoked}\n=1+1,x\n`);
});

test('a staff list is checked, and its results and receipt are kept', async () => {
  const { exit, out, err } = await luzheng('check', at('staff.csv'), '--out', at('results.csv'));
  expect([exit, err]).toEqual([1, '']);
  expect(out).toContain(`row 3: ${valid}  有效 Valid  姓名不相符`);
  expect(out).toContain(`row 4: ${revoked}  已撤销 Revoked`);
  expect(out).toContain('共 4 行 / 4 rows: valid 2, revoked 1, unreadable 1');
  const results = readFileSync(at('results.csv'), 'utf8').split('\r\n');
  expect(results[1]).toContain(`2,${valid},${name},有效 Valid,相符 matches,`);
  expect(results[4]).toContain(`5,x,'=1+1,无法识别 Unreadable`);
  for (const file of ['results.csv', 'results.request.ndjson', 'results.answers.ndjson'])
    expect(statSync(at(file)).mode & 0o777).toBe(0o600);

  const receipt = await luzheng(
    'verify-receipt',
    at('results.answers.ndjson'),
    '--request',
    at('results.request.ndjson'),
  );
  expect([receipt.exit, receipt.out]).toEqual([0, expect.stringContaining('回执有效')]);
  expect(receipt.out).toContain('4 行 rows');
  writeFileSync(
    at('altered.ndjson'),
    readFileSync(at('results.answers.ndjson'), 'utf8').replace('"revoked"', '"valid"'),
  );
  expect(await luzheng('verify-receipt', at('altered.ndjson'))).toMatchObject({
    exit: 1,
    err: expect.stringContaining('receipt_answers_differ'),
  });
  expect(await luzheng('verify-receipt', at('results.answers.ndjson'), '--root', 'A'.repeat(43))).toMatchObject({
    exit: 1,
    err: expect.stringContaining('key_unknown'),
  });
});

test('all clear is 0; a workbook of results opens', async () => {
  writeFileSync(at('clear.csv'), `${valid},${name}\n`);
  expect(await luzheng('check', at('clear.csv'), '--out', at('clear.xlsx'), '--json')).toMatchObject({ exit: 0 });
  expect(
    readTable(new Uint8Array(readFileSync(at('clear.xlsx'))), {
      nameOf: (header) => (header.startsWith('证书编号') ? 'number' : undefined),
      required: ['number'],
      requireFew: () => undefined,
    }).rows[0]?.cells.slice(1, 4),
  ).toEqual([valid, name, '有效 Valid']);
});

test('long lists need a key, which a centre gives and ends', async () => {
  writeFileSync(at('long.csv'), `${valid}\n`.repeat(120));
  expect(await luzheng('check', at('long.csv'))).toMatchObject({ exit: 2, err: expect.stringContaining('--key') });
  const key = ['--key', join(ROOT, '.dev/keys/city-3701.json')];
  const made = await luzheng(
    'bulk-key',
    'create',
    '--name',
    '济南某制造有限公司',
    '--expires',
    '2027-06-30',
    '--quota',
    '200',
    '--out',
    at('bulk.key'),
    ...key,
  );
  expect([made.exit, made.err]).toEqual([0, '']);
  expect(readFileSync(at('bulk.key'), 'utf8')).toMatch(/^lzb_[\w-]{43}\n$/);
  expect(made.out).not.toContain('lzb_');
  expect(
    await luzheng('bulk-key', 'create', '--name', 'x', '--expires', '2027-06-30', '--out', at('bulk.key'), ...key),
  ).toMatchObject({ exit: 2 });
  const checked = await luzheng('check', at('long.csv'), '--key', at('bulk.key'), '--json');
  expect([checked.exit, JSON.parse(checked.out)]).toEqual([0, { rows: 120, verdicts: { valid: 120 }, names: {} }]);
  expect(await luzheng('check', at('long.csv'), '--key', at('bulk.key'))).toMatchObject({
    exit: 1,
    err: expect.stringContaining('bulk_quota_exceeded'),
  });
  const list = await luzheng('bulk-key', 'list', ...key);
  expect(list.out).toMatch(
    /^k[0-9a-f]{16} {2}有效 active {2}2027-06-30 {2}120\/200 {2}centre:3701 {2}济南某制造有限公司\n$/,
  );
  const id = list.out.split(' ')[0] as string;
  expect(await luzheng('bulk-key', 'revoke', id, ...key)).toMatchObject({
    exit: 0,
    out: expect.stringContaining('已撤销'),
  });
  expect(await luzheng('check', at('long.csv'), '--key', at('bulk.key'))).toMatchObject({
    exit: 1,
    err: expect.stringContaining('bulk_key_ended'),
  });
});

test('what is no list, and what no key, is said', async () => {
  writeFileSync(at('no.csv'), '姓名\n张伟\n');
  expect(await luzheng('check', at('no.csv'))).toMatchObject({
    exit: 1,
    err: expect.stringContaining('csv_columns_missing'),
  });
  expect(await luzheng('check', at('staff.csv'), '--key', at('staff.csv'))).toMatchObject({ exit: 2 });
  expect(await luzheng('check', at('staff.csv'), '--out', at('x.pdf'))).toMatchObject({ exit: 2 });
  expect(await luzheng('bulk-key', 'make', '--key', join(ROOT, '.dev/keys/city-3701.json'))).toMatchObject({ exit: 2 });
  expect(existsSync(at('x.pdf'))).toBe(false);
});
