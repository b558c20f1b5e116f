/** `luzheng draw` as processes against `npm start`: a centre's way, and that of whoever checks it. */
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dayNumber, dayOf, shanghaiDay } from '../../src/base/day.ts';
import { isDrawnOn } from '../../src/core/procedure/draw-seed.ts';
import { run, useStart } from './run.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const started = useStart();
const { at } = started;

const luzheng = (...args: string[]) => run('luzheng.ts', [...args, ...started.server]);
const key = (name: string) => ['--key', join(ROOT, `.dev/keys/${name}.json`)];
const SCHOOL = key('org-S000037000001');
const CITY = key('city-3701');

test('a centre draws: the seed lies beside its key until the lottery; findings, follow-up and close of what was drawn', async () => {
  const waiting = JSON.parse(
    (await luzheng('case', '--kind', 'draw', '--state', 'committed', ...CITY, '--json')).out,
  ) as { cases: { about: string }[] };
  for (const { about } of waiting.cases)
    expect(await luzheng('step', about, 'draw.abandon', '--reason', '演练', ...CITY)).toMatchObject({ exit: 0 });
  copyFileSync(join(ROOT, '.dev/keys/city-3701.json'), at('city.json'));
  const own = ['--key', at('city.json')];
  const today = shanghaiDay(Math.floor(Date.now() / 1000));
  const date = [1, 2, 3].map((more) => dayOf(dayNumber(today) + more)).find((one) => isDrawnOn('ssq', one)) as string;
  writeFileSync(at('inspectors.csv'), '编号,姓名,单位\nd1,赵督导,市中心\nd2,钱督导,市中心\n');
  writeFileSync(at('faulty.csv'), '编号,姓名,单位\nd1,赵督导,市中心\n督导,钱督导,\n');
  const commit = (list: string, ...more: string[]) =>
    luzheng(
      'draw',
      'commit',
      '--title',
      '督导（虚构）',
      '--inspectors',
      at(list),
      '--pick',
      '1',
      '--issue',
      `${date.slice(0, 4)}140`,
      '--date',
      date,
      ...own,
      ...more,
    );
  const seedFiles = () => readdirSync(at('.')).filter((name) => name.startsWith('draw-seed-'));
  expect(await commit('faulty.csv')).toMatchObject({ exit: 1, err: expect.stringContaining('第 3 行 unit') });
  expect(await commit('inspectors.csv', '--per-session', '3')).toMatchObject({
    exit: 1,
    err: expect.stringContaining('[draw_impossible]'),
  });
  expect(await commit('inspectors.csv', '--until', today)).toMatchObject({
    exit: 1,
    err: expect.stringContaining('no session within reach'),
  });
  expect(seedFiles()).toEqual([]);
  const fixed = await commit('inspectors.csv', '--json');
  expect([fixed.exit, fixed.err]).toEqual([0, '']);
  const { about, seed_file, commitment } = JSON.parse(fixed.out) as {
    about: string;
    seed_file: string;
    commitment: string;
  };
  expect([
    seedFiles().length,
    statSync(seed_file).mode & 0o777,
    readFileSync(seed_file, 'utf8').includes(commitment),
  ]).toEqual([1, 0o600, true]);
  expect(await commit('inspectors.csv')).toMatchObject({ exit: 1, err: expect.stringContaining('[draw_open]') });
  expect(seedFiles().length).toBe(1);
  const reveal = (value: string, ...more: string[]) =>
    luzheng('draw', 'reveal', about, '--value', value, ...own, ...more);
  expect(await reveal('03 11 19')).toMatchObject({ exit: 1, err: expect.stringContaining('[public_value_malformed]') });
  expect(await reveal('31 3 11 19 22 27 + 8')).toMatchObject({
    exit: 1,
    err: expect.stringContaining('[public_value_early]'),
  });
  expect(await reveal('31 3 11 19 22 27 + 8', '--compute', '--json')).toMatchObject({
    exit: 0,
    out: expect.stringContaining('"public_value":"03 11 19 22 27 31 08","published":false'),
  });
  expect(
    await luzheng('draw', 'reveal', about, '--value', '03 11 19 22 27 31 08', '--seed', at('city.json'), ...own),
  ).toMatchObject({ exit: 1, err: expect.stringContaining('[seed_file_malformed]') });
  expect(await luzheng('draw', 'verify', about)).toMatchObject({
    exit: 2,
    out: expect.stringContaining('种子尚未公布'),
  });

  const seeded = 'draw:seed-draw-revealed';
  const pdf = at('found.pdf');
  writeFileSync(pdf, '%PDF-1.7\n');
  expect(await luzheng('draw', 'finding', seeded, '2', '--finding', 'minor', '--summary', '无', ...own)).toMatchObject({
    exit: 1,
    err: expect.stringContaining('none of the 1 sessions'),
  });
  expect(await luzheng('draw', 'finding', seeded, '1', '--finding', 'grave', '--summary', '无', ...own)).toMatchObject({
    exit: 2,
    err: expect.stringContaining('serious'),
  });
  expect(
    await luzheng(
      'draw',
      'finding',
      seeded,
      '1',
      '--finding',
      'minor',
      '--summary',
      '座位标识不全',
      '--details',
      '内部',
      '--file',
      pdf,
      ...own,
    ),
  ).toMatchObject({ exit: 0, out: expect.stringContaining('一般问题') });
  expect(await luzheng('draw', 'follow', seeded, '1', '--summary', '已补齐', ...SCHOOL)).toMatchObject({
    exit: 0,
    err: '',
  });
  expect(await luzheng('draw', 'close', seeded, '--summary', '已督促整改', ...own)).toMatchObject({ exit: 0, err: '' });
});

test('whoever has a draw’s record checks it without the service, under the root that they trust', async () => {
  const { origin } = started;
  const record = await (await fetch(`${origin}/v1/draws/seed-draw-revealed`)).text();
  writeFileSync(at('draw.json'), record);
  writeFileSync(at('altered.json'), record.replace('"name":"赵示例"', '"name":"李示例"'));
  const verify = (...args: string[]) => run('luzheng.ts', ['draw', 'verify', ...args]);
  const whole = await verify(at('draw.json'));
  expect([whole.exit, whole.err]).toEqual([0, '']);
  for (const said of ['签名成立，结果与公布的一致', '开奖是否晚于名单锁定时间', '济南示范职业培训学校'])
    expect(whole.out).toContain(said);
  expect(await verify(`${origin}/supervision/seed-draw-revealed`)).toMatchObject({ exit: 0 });
  expect(await verify(at('altered.json'))).toMatchObject({
    exit: 1,
    out: expect.stringContaining('✗ 名单、承诺值或种子与签名声明所签内容不一致'),
  });
  expect(await verify(at('draw.json'), '--root', 'A'.repeat(43))).toMatchObject({
    exit: 2,
    out: expect.stringContaining('签名没有核对'),
  });
  expect(await verify(at('inspectors.csv'))).toMatchObject({ exit: 2 });
  expect(await verify(`${origin}/notices/x`)).toMatchObject({ exit: 2 });
  expect(await luzheng('draw', 'fly')).toMatchObject({ exit: 2, err: expect.stringContaining('commit') });
});
