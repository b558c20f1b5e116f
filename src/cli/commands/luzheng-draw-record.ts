/**
 * The public record of a draw: findings, what became of them and the close, and `luzheng draw verify`, which checks a
 * record under the root that the person trusts: 0 agrees, 1 does not, 2 cannot tell.
 */

import { existsSync, readFileSync } from 'node:fs';
import type { Words } from '../../base/words.ts';
import { counted } from '../../base/words.ts';
import { openDirectory } from '../../core/directory.ts';
import { type Body, readBody } from '../../core/procedure/bodies.ts';
import { type Drawn, FINDINGS, sessionId } from '../../core/procedure/draw.ts';
import {
  checkDraw,
  type DrawCheck,
  type DrawEnd,
  type DrawFile,
  type DrawRecord,
  drawnLines,
  endOf,
  readDrawFile,
} from '../../core/procedure/draw-record.ts';
import { signStep } from '../../core/procedure/read-case.ts';
import type { DrawFindings } from '../../core/shapes/public-shapes.ts';
import { Memo } from '../../core/statement.ts';
import { type Answer, Caller, type StepTaken, takeStep } from '../../sdk/call.ts';
import type { Speaker } from '../../sdk/sign.ts';
import {
  CHECK_ENDS,
  CHECK_WORDS,
  FINDING_WORDS,
  lookUpWords,
  NOT_CHECKED,
  sourceWords,
} from '../../web/words/draw-words.ts';
import { fromHere, type Input } from '../command.ts';
import { readSnapshotFile } from '../examine.ts';
import { readRoots } from '../subjects.ts';
import { Failure, usage } from '../talk.ts';
import { handIn } from './luzheng-application.ts';

/** `draw:d0123…`, or the part after the colon. */
export const drawId = (word: string | undefined): string => {
  if (word === undefined) throw usage('缺少 DRAW：抽取的编号', 'DRAW is missing: the number of the draw');
  return word.replace(/^draw:/, '');
};

export const recordOf = (caller: Caller, id: string): Promise<DrawRecord> =>
  caller.get<DrawRecord>(`/v1/draws/${encodeURIComponent(id)}`);

/** One line for each drawn session: its place, day, organization, and who goes. */
export const drawnText = (drawn: readonly Drawn[]): string[] =>
  drawn.map(
    (one, at) =>
      `${String(at + 1).padStart(3)}  ${one.date}  ${one.name}  ${one.label}  ${sessionId(one)}  ${one.inspectors.map(({ name, id }) => `${name}(${id})`).join('、')}`,
  );

/** The drawn session that an argument means: its place, or `plan:…/s1`. */
async function drawnSession(input: Input, caller: Caller): Promise<{ id: string; session: Drawn }> {
  const id = drawId(input.word(1));
  const word = input.word(2) as string | undefined;
  if (word === undefined)
    throw usage('缺少 SESSION：抽中次序，或 plan:…/s1', 'SESSION is missing: its place in the draw, or plan:…/s1');
  const { drawn = [] } = await recordOf(caller, id);
  const session = /^\d{1,4}$/.test(word) ? drawn[Number(word) - 1] : drawn.find((one) => sessionId(one) === word);
  if (!session)
    throw new Failure(
      1,
      `${word} 不在抽中的 ${drawn.length} 个场次中`,
      `${word} is none of the ${drawn.length} sessions that were drawn`,
      'session_not_drawn',
    );
  return { id, session };
}

const said = async (input: Input, caller: Caller) => ({
  summary: input.need('summary'),
  ...(input.text('details') === undefined ? {} : { details: input.need('details') }),
  files: await handIn(caller, input.texts('file')),
});

export async function findingOf(input: Input): Promise<void> {
  const finding = FINDINGS.find((one) => one === input.need('finding'));
  if (!finding) throw usage(`--finding 为 ${FINDINGS.join('、')} 之一`, `--finding is one of ${FINDINGS.join(', ')}`);
  const { caller } = await input.caller();
  const { id, session } = await drawnSession(input, caller);
  const inspectors =
    input.text('by') === undefined
      ? session.inspectors.map((one) => one.id)
      : input
          .need('by')
          .split(/[\s,，、;；]+/)
          .filter(Boolean);
  const { plan, session: key } = session;
  const body = readBody('draw.finding', { plan, session: key, inspectors, finding, ...(await said(input, caller)) });
  const done = await takeStep(caller, `draw:${id}`, 'draw.finding', body);
  const { zh, en } = FINDING_WORDS[finding];
  input.answer(
    [
      `已填写 / recorded       ${sessionId(session)} ${session.name}`,
      `结论 / finding          ${zh} / ${en}`,
      `到场 / there            ${inspectors.join('、')}`,
    ],
    { ...done, plan, session: key, finding, inspectors },
  );
}

/** The inspected organization does not see the case itself: its place comes with the findings that it sees. */
async function takeFollow(
  identity: Speaker,
  caller: Caller,
  id: string,
  body: Body<'draw.follow'>,
): Promise<StepTaken> {
  const { seq, last } = await caller.get<Answer<typeof DrawFindings>>(`/v1/draws/${id}/findings`);
  const statement = await signStep(
    identity,
    { aud: caller.origin, about: `draw:${id}`, step: 'draw.follow', seq, last, body },
    caller.now(),
    crypto.randomUUID(),
  );
  return caller.post<StepTaken>('/v1/steps', { statement, body });
}

export async function followUp(input: Input): Promise<void> {
  const { identity, caller } = await input.caller();
  const { id, session } = await drawnSession(input, caller);
  const body = readBody('draw.follow', {
    plan: session.plan,
    session: session.session,
    ...(await said(input, caller)),
  });
  const done = await takeFollow(identity, caller, id, body);
  input.answer([`已填写整改 / recorded   ${sessionId(session)} ${session.name}`], {
    ...done,
    plan: session.plan,
    session: session.session,
  });
}

export async function closeDraw(input: Input): Promise<void> {
  const id = drawId(input.word(1));
  const summary = input.need('summary');
  const { caller } = await input.caller();
  const done = await takeStep(caller, `draw:${id}`, 'draw.close', readBody('draw.close', { summary }));
  input.answer([`已办结 / closed         draw:${id}`], { ...done });
}

const EXITS: Record<DrawEnd, number> = { agrees: 0, differs: 1, unsigned: 2, waiting: 2, given_up: 2 };
const MARKS = { pass: '✓', fail: '✗', not_checked: '·', not_reached: '·' } as const;

/** The record that a word means, and the service that gave it; of a file none did. */
async function recordAt(input: Input, word: string): Promise<{ file: DrawFile; origin: string | null }> {
  if (/^https?:\/\//.test(word)) {
    const { origin, pathname } = new URL(word);
    const id = /^\/(?:supervision|v1\/draws)\/(?:draw:)?([^/]+)$/.exec(decodeURIComponent(pathname))?.[1];
    if (id === undefined)
      throw usage('地址应形如 https://…/supervision/编号', 'an address looks like https://…/supervision/ID');
    return { file: readDrawFile(await new Caller(origin).get<unknown>(`/v1/draws/${encodeURIComponent(id)}`)), origin };
  }
  if (existsSync(fromHere(word))) {
    let json: unknown;
    try {
      json = JSON.parse(readFileSync(fromHere(word), 'utf8'));
    } catch {
      throw new Failure(2, `${word} 不是 JSON`, `${word} is not JSON`, 'unreadable');
    }
    return { file: readDrawFile(json), origin: null };
  }
  const origin = input.origin();
  return {
    file: readDrawFile(await new Caller(origin).get<unknown>(`/v1/draws/${encodeURIComponent(drawId(word))}`)),
    origin,
  };
}

const inBoth = ({ zh, en }: Words): string => `${zh} / ${en}`;

function line({ id, result, code }: DrawCheck): string {
  const words = result === 'not_checked' ? NOT_CHECKED : CHECK_WORDS[id][result === 'pass' ? 'pass' : 'fail'];
  return `  ${MARKS[result]} ${result === 'not_reached' ? `${id}: 未核对 / not reached` : inBoth(words)}${code === undefined || result === 'pass' ? '' : ` [${code}]`}`;
}

export async function verifyDraw(input: Input): Promise<number> {
  const word = input.word(1) as string | undefined;
  if (word === undefined) throw usage('请给出地址、文件或编号', 'give an address, a file or a number');
  const roots = readRoots(input);
  const { file, origin } = await recordAt(input, word);
  const kept = input.text('trust') === undefined ? undefined : readSnapshotFile(input.path('trust'));
  const { centres, withdrawals } = file.statements;
  const directory = await openDirectory(
    { thumbprints: roots, roots: [...file.roots, ...(kept?.roots ?? [])] },
    [...new Set([...centres, ...(kept?.centres ?? [])])],
    new Memo(),
    [...new Set([...withdrawals, ...(kept?.withdrawals ?? [])])],
  );
  const checks = await checkDraw(file, directory);
  const end = endOf(file, checks);
  const {
    committed: { body },
    revealed,
    drawn = [],
  } = file;
  input.answer(
    [
      inBoth(CHECK_ENDS[end]),
      `  ${file.about}  ${body.title}  ${body.sessions.length} 中抽 ${body.pick}，每场 ${body.per_session} 人 / ${body.pick} of ${counted(body.sessions.length, 'session')}, ${counted(body.per_session, 'inspector')} each`,
      ...checks.map(line),
      `  · ${inBoth(revealed ? lookUpWords(body.public_source, revealed.body.public_value) : sourceWords(body.public_source))}`,
      ...(end === 'agrees' ? drawnText(drawn) : []),
    ],
    {
      about: file.about,
      end,
      exit: EXITS[end],
      checks,
      public_source: body.public_source,
      public_value: revealed?.body.public_value ?? null,
      drawn: drawnLines(drawn),
      roots,
      server: origin,
    },
  );
  return EXITS[end];
}
