/** Owns what the commands of draws share: how a draw is named, its record, and the lines of what was drawn. It refuses nothing. */

import { type Body, readBody } from '../../core/procedure/bodies.ts';
import { type Drawn, FINDINGS, sessionId } from '../../core/procedure/draw.ts';
import type { DrawRecord } from '../../core/procedure/draw-record.ts';
import { signStep } from '../../core/procedure/sign-step.ts';
import type { Caller } from '../../sdk/call.ts';
import { type StepTaken, takeStep } from '../../sdk/send-step.ts';
import type { Speaker } from '../../sdk/sign.ts';
import { FINDING_WORDS } from '../../web/words/draw-words.ts';
import type { Input } from '../command.ts';
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

// Owns the part of `luzheng draw` after the seed: findings of drawn sessions, what became of them, and the close.
// It refuses sessions that were not drawn; whether the time has come the service judges.

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
  const { seq, last } = await caller.get<{ seq: number; last: string }>(`/v1/draws/${id}/findings`);
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
