/**
 * `luzheng draw`: a centre fixes lists and a commitment, and publishes the seed after the lottery. The seed lies beside
 * the key file, readable by its owner alone, until it is published.
 */

import { readFileSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writePrivate } from '../../../keys/make.ts';
import { dayNumber, shanghaiDay } from '../../base/day.ts';
import { counted } from '../../base/words.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import { type CandidateSession, checkLists } from '../../core/procedure/draw.ts';
import { drawnLines, drawOf } from '../../core/procedure/draw-record.ts';
import {
  canonicalValue,
  LOTTERY_NAMES,
  type LotteryName,
  newSeed,
  readSeedFile,
  requireAhead,
  seedFileName,
  seedText,
} from '../../core/procedure/draw-seed.ts';
import { readInspectorTable } from '../../core/procedure/name-lists.ts';
import type { SessionList } from '../../core/shapes/public-shapes.ts';
import { type Answer, CallError, type Caller, newCase, takeStep } from '../../sdk/call.ts';
import { now } from '../../sdk/sign.ts';
import { sourceWords } from '../../web/words/draw-words.ts';
import { type Command, type Input, KEY } from '../command.ts';
import { Failure, usage } from '../talk.ts';
import { closeDraw, drawId, drawnText, findingOf, followUp, recordOf, verifyDraw } from './luzheng-draw-record.ts';

/** Where a seed lies: beside the key that commits to it. */
const seedPath = (input: Input, commitment: string): string =>
  input.text('seed') === undefined ? join(dirname(input.path('key')), seedFileName(commitment)) : input.path('seed');

function inspectorsOf(input: Input) {
  const { inspectors, faults } = readInspectorTable(new Uint8Array(readFileSync(input.path('inspectors'))));
  const [first] = faults;
  if (first)
    throw new Failure(
      1,
      `督导员名单有 ${faults.length} 处错误：${faults
        .slice(0, 20)
        .map(({ row, field, message }) => `第 ${row} 行 ${field} ${message.split(' / ')[0]}`)
        .join('；')}`,
      `${counted(faults.length, 'fault')} in the list of inspectors, the first in row ${first.row}, ${first.field}`,
      'inspectors_refused',
    );
  return inspectors;
}

/** The sessions that are drawn from: all to come within reach and days, after the lottery. */
async function sessionsFor(
  input: Input,
  caller: Caller,
  date: string,
): Promise<{ sessions: CandidateSession[]; left: number }> {
  const { sessions } = await caller.get<Answer<typeof SessionList>>('/v1/sessions');
  const [from = '', until = '9999-12-31'] = [input.text('from'), input.text('until')];
  const within = sessions.filter((one) => one.date >= from && one.date <= until);
  const after = within.filter((one) => one.date > date);
  if (after.length === 0)
    throw new Failure(
      1,
      '没有可以抽取的场次：辖区内没有开奖日之后的考试',
      'there is nothing to draw from: no session within reach is after the lottery',
      'sessions_missing',
    );
  return { sessions: after, left: within.length - after.length };
}

async function commit(input: Input): Promise<void> {
  const lottery = (input.text('lottery') ?? 'ssq') as LotteryName;
  if (!LOTTERY_NAMES.includes(lottery))
    throw usage(`--lottery 为 ${LOTTERY_NAMES.join(' 或 ')}`, `--lottery is one of ${LOTTERY_NAMES.join(', ')}`);
  const public_source = { lottery, issue: input.need('issue'), date: input.need('date') };
  dayNumber(public_source.date);
  const title = input.need('title');
  const [pick, per_session] = [input.whole('pick', 1), input.whole('per-session', 2)];
  const inspectors = inspectorsOf(input);
  const { caller } = await input.caller();
  const { sessions, left } = await sessionsFor(input, caller, public_source.date);
  const made = newSeed(crypto.getRandomValues(new Uint8Array(32)));
  const body = readBody('draw.commit', {
    title,
    sessions,
    inspectors,
    pick,
    per_session,
    commitment: made.commitment,
    public_source,
  });
  checkLists(body);
  requireAhead(public_source, shanghaiDay(now()), sessions);
  const about = newCase('draw');
  const path = seedPath(input, made.commitment);
  // Before the step: a commitment whose seed is lost can only be given up.
  writePrivate(path, seedText({ ...made, about, title }), true);
  const done = await takeStep(caller, about, 'draw.commit', body).catch((error: unknown) => {
    // What the service refused was committed to nowhere; after a broken line it may have been.
    if (error instanceof CallError && error.problem.status < 500) unlinkSync(path);
    throw error;
  });
  const { zh, en } = sourceWords(public_source);
  input.answer(
    [
      `已锁定名单 / fixed      ${about}`,
      `场次 / sessions         ${sessions.length} 中抽 ${pick}（${left} 场不晚于开奖日，未列入 not after the lottery, left out）`,
      `督导员 / inspectors     ${inspectors.length}，每场 ${per_session} 人 for each`,
      `公开值 / public value   ${zh} / ${en}`,
      `承诺值 / commitment     ${made.commitment}`,
      `种子 / seed             ${path}（公布前勿外传 keep it to yourself until then）`,
      `下一步 / next           开奖后 after the lottery: ${input.next(['draw', 'reveal', about, '--value', '…', ...(input.text('seed') === undefined ? [] : ['--seed', input.need('seed')])])}`,
    ],
    {
      ...done,
      sessions: sessions.length,
      left_out: left,
      inspectors: inspectors.length,
      pick,
      per_session,
      commitment: made.commitment,
      public_source,
      seed_file: path,
    },
  );
}

async function reveal(input: Input): Promise<void> {
  const id = drawId(input.word(1));
  const { caller } = await input.caller();
  const {
    committed: { body },
  } = await recordOf(caller, id);
  const path = seedPath(input, body.commitment);
  const { seed } = readSeedFile(readFileSync(path, 'utf8'), body.commitment);
  const public_value = canonicalValue(body.public_source.lottery, input.need('value'));
  const drawn = drawOf(body, { seed, public_value });
  if (input.flag('compute'))
    return input.answer(['只在本机计算，未公布 / computed here, not published', ...drawnText(drawn)], {
      about: `draw:${id}`,
      public_value,
      published: false,
      drawn: drawnLines(drawn),
    });
  const done = await takeStep(caller, `draw:${id}`, 'draw.reveal', { seed, public_value });
  input.answer(
    [
      `已公布种子 / published  draw:${id}`,
      `公开值 / public value   ${public_value}`,
      ...drawnText(drawn),
      `下一步 / next           检查后填写结果 / after the inspections: ${input.next(['draw', 'finding', `draw:${id}`, '1', '--finding', '…', '--summary', '…'])}`,
    ],
    { ...done, public_value, published: true, drawn: drawnLines(drawn) },
  );
}

const ACTIONS: Record<string, (input: Input) => Promise<number | void>> = {
  commit,
  reveal,
  finding: findingOf,
  follow: followUp,
  close: closeDraw,
  verify: verifyDraw,
};

export const draw: Command = {
  takes: 'ACTION [DRAW] [SESSION]',
  about: '双随机：锁定名单、公布种子、检查结果、办结、核对 / draws of sessions and inspectors, and their check',
  help: `  commit --title T --inspectors TABLE --pick N [--per-session 2] --issue N --date DAY [--lottery ssq|dlt] [--from DAY] [--until DAY] [--seed FILE]
                   锁定并公布名单和承诺值；场次为辖区内开奖日之后的考试；TABLE 有 编号、姓名、单位、回避机构 各列
                   fixes and publishes lists and commitment; drawn from are the sessions within reach after the lottery
  reveal DRAW --value "03 11 19 22 27 31 08" [--compute] [--seed FILE]
                   公布种子和开奖号码；--compute 只在本机计算 / publishes the seed and the numbers drawn; --compute only here
  finding DRAW SESSION --finding no_problem|minor|serious --summary T [--by d1,d2] [--details T] [--file FILE]
                   SESSION 为抽中次序或 plan:…/s1 / SESSION is its place in the draw, or plan:…/s1
  follow DRAW SESSION --summary T [--details T] [--file FILE]   整改情况 / what became of it
  close DRAW --summary T   办结 / closes it; 作废 gives it up: luzheng step draw:… draw.abandon --reason T
  verify ADDRESS|FILE|DRAW --root THUMBPRINT [--trust FILE]
                   核对签名并重新计算：0 一致，1 不一致，2 不能确定 / checks signatures and computes it again: exit 0 agrees, 1 does not, 2 cannot tell
  --key FILE       密钥文件（verify 不需要）/ the key file, but for verify
  --server ORIGIN  服务地址 / the service`,
  options: {
    ...KEY,
    title: { type: 'string' },
    inspectors: { type: 'string' },
    pick: { type: 'string' },
    'per-session': { type: 'string' },
    lottery: { type: 'string' },
    issue: { type: 'string' },
    date: { type: 'string' },
    from: { type: 'string' },
    until: { type: 'string' },
    seed: { type: 'string' },
    value: { type: 'string' },
    compute: { type: 'boolean' },
    finding: { type: 'string' },
    summary: { type: 'string' },
    details: { type: 'string' },
    by: { type: 'string' },
    file: { type: 'string', multiple: true },
    root: { type: 'string', multiple: true },
    trust: { type: 'string' },
  },
  async run(input) {
    const name = input.word(0);
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action)
      throw usage(
        `ACTION 为 ${Object.keys(ACTIONS).join('、')} 之一`,
        `ACTION is one of ${Object.keys(ACTIONS).join(', ')}`,
      );
    return action(input);
  },
};
