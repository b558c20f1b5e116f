/**
 * A draw as it is told: its signed steps put together, and the part that everybody reads, with what is needed to check
 * it without this service, and that check.
 */

import canonicalize from 'canonicalize';
import * as v from 'valibot';
import { shanghaiDay } from '../../base/day.ts';
import { isRefusal, Refusal } from '../../base/refusal.ts';
import type { Directory } from '../directory.ts';
import { type PublicJwk, publicJwk } from '../keys.ts';
import { PROVINCE_CENTRE } from '../province.ts';
import type { Body } from './bodies.ts';
import type { AttachedFile } from './body-shapes.ts';
import { candidateSession, DRAW_BODIES, type DrawCommit, type Drawn, drawFrom, FINDINGS } from './draw.ts';
import { DRAW_RULE, openSeed, openValue, requireAhead, requireDrawn } from './draw-seed.ts';
import { type CaseStep, checkBody, claimedStep, openCase } from './read-case.ts';
import type { StepName } from './steps.ts';

/** Who signed it and when (NumericDate). */
interface Signed {
  at: number;
  by: string;
}
/** A step whose whole body everybody reads, so that its signature can be checked. */
interface Open<B> extends Signed {
  token: string;
  body: B;
}
interface Said extends Signed {
  plan: string;
  session: string;
  summary: string;
  /** Stays between centre and organization. */
  details?: string | undefined;
  files?: AttachedFile[];
}
export interface Found extends Said {
  finding: Body<'draw.finding'>['finding'];
  /** Identifiers of who was there. */
  inspectors: string[];
}

export interface DrawRecord {
  rule: typeof DRAW_RULE;
  about: string;
  state: string;
  /** Who is responsible for it. */
  centre: string;
  committed: Open<DrawCommit>;
  revealed?: Open<Body<'draw.reveal'>>;
  /** What follows from the two. */
  drawn?: Drawn[];
  findings: Found[];
  follow_ups: Said[];
  closed?: Open<Body<'draw.close'>>;
  abandoned?: Open<Body<'draw.abandon'>>;
}

/**
 * What was committed and what was revealed, opened: the draw.
 * @throws Refusal `seed_differs`, `public_value_malformed`, `draw_impossible`
 */
export const drawOf = (commit: DrawCommit, { seed, public_value }: Body<'draw.reveal'>): Drawn[] =>
  drawFrom(commit, openSeed(commit.commitment, seed), openValue(commit.public_source, public_value));

/** Puts the steps of a draw together. */
export function recordOf(
  { about, state, centre }: Pick<DrawRecord, 'about' | 'state' | 'centre'>,
  steps: readonly Pick<CaseStep, 'step' | 'iss' | 'at' | 'token' | 'body'>[],
): DrawRecord {
  const open = <B>(name: StepName): Open<B> | undefined => {
    const step = steps.find((one) => one.step === name);
    return step && { at: step.at, by: step.iss, token: step.token, body: step.body as B };
  };
  const said = <B>(name: StepName): (B & Signed)[] =>
    steps.filter(({ step }) => step === name).map(({ at, iss, body }) => ({ ...(body as B), at, by: iss }));
  const committed = open<DrawCommit>('draw.commit') as Open<DrawCommit>;
  const revealed = open<Body<'draw.reveal'>>('draw.reveal');
  const [closed, abandoned] = [open<Body<'draw.close'>>('draw.close'), open<Body<'draw.abandon'>>('draw.abandon')];
  return {
    rule: DRAW_RULE,
    about,
    state,
    centre,
    committed,
    ...(revealed ? { revealed, drawn: drawOf(committed.body, revealed.body) } : {}),
    findings: said<Body<'draw.finding'>>('draw.finding'),
    follow_ups: said<Body<'draw.follow'>>('draw.follow'),
    ...(closed ? { closed } : {}),
    ...(abandoned ? { abandoned } : {}),
  };
}

/** What everybody reads: summaries, no details and no files. */
export function publicRecord(record: DrawRecord): DrawRecord {
  return {
    ...record,
    findings: record.findings.map(({ plan, session, finding, inspectors, summary, at, by }) => ({
      plan,
      session,
      finding,
      inspectors,
      summary,
      at,
      by,
    })),
    follow_ups: record.follow_ups.map(({ plan, session, summary, at, by }) => ({ plan, session, summary, at, by })),
  };
}

/** Whether two entries are about the same session of the same plan. */
export const sameSession = (a: { plan: string; session: string }, b: { plan: string; session: string }): boolean =>
  a.plan === b.plan && a.session === b.session;

/**
 * What everybody gets: the record, and under which statements its signers signed. A root in it is trusted by its
 * thumbprint alone.
 */
export interface DrawFile extends DrawRecord {
  roots: PublicJwk[];
  statements: { centres: string[]; withdrawals: string[] };
}

const token = v.pipe(v.string(), v.maxLength(20_000));
const instant = v.pipe(v.number(), v.integer(), v.minValue(0));
const open = <S extends keyof typeof DRAW_BODIES>(step: S) =>
  v.object({ at: instant, by: v.string(), token, body: DRAW_BODIES[step] });
const place = { plan: v.string(), session: v.string(), summary: v.string(), at: instant, by: v.string() };

const DRAW_FILE = v.object({
  rule: v.literal(DRAW_RULE),
  about: v.string(),
  state: v.string(),
  centre: v.string(),
  committed: open('draw.commit'),
  revealed: v.optional(open('draw.reveal')),
  drawn: v.optional(
    v.array(
      v.object({
        ...candidateSession.entries,
        inspectors: v.array(v.object({ id: v.string(), name: v.string(), unit: v.string() })),
      }),
    ),
  ),
  findings: v.array(v.object({ ...place, finding: v.picklist(FINDINGS), inspectors: v.array(v.string()) })),
  follow_ups: v.array(v.object(place)),
  closed: v.optional(open('draw.close')),
  abandoned: v.optional(open('draw.abandon')),
  roots: v.pipe(v.array(publicJwk), v.maxLength(10)),
  statements: v.object({
    centres: v.pipe(v.array(token), v.maxLength(500)),
    withdrawals: v.pipe(v.array(token), v.maxLength(5000)),
  }),
});

/**
 * Reads what `GET /v1/draws/{draw}` answered or somebody saved of it.
 * @throws Refusal `draw_malformed` naming the part
 */
export function readDrawFile(value: unknown): DrawFile {
  const read = v.safeParse(DRAW_FILE, value);
  // As it stood, not as it was read: the digests that were signed are of the former.
  if (read.success) return value as DrawFile;
  throw new Refusal('draw_malformed', 'This is no record of a draw as this service gives it out.', {
    part: v.getDotPath(read.issues[0]) ?? 'draw',
  });
}

// The check that anybody makes of a draw, in the browser or by the command, from its public record and the root's
// thumbprint alone: whose keys signed it, that lists and seed are what was signed, in which order the days came, and
// that the draw is what follows. It cannot see whether the public value is the one that was drawn: that is to be looked
// up.

export interface DrawCheck {
  /**
   * `signed`: every statement by a key of the centre that it names, under the root; `lists`: what is shown is what was
   * signed, the seed after the lists; `source`: the lists were fixed before the day of the public value, the seed came
   * after it; `seed`: it is the committed one; `draw`: lists, seed and value lead to what is shown.
   */
  id: 'signed' | 'lists' | 'source' | 'seed' | 'draw';
  /** `not_checked`: no root with a trusted thumbprint was at hand. `not_reached`: the seed was not published. */
  result: 'pass' | 'fail' | 'not_checked' | 'not_reached';
  code?: string;
}

/** How all of it ends. `unsigned`: it agrees in itself, whoever wrote it. `given_up`: there is nothing to compute. */
export type DrawEnd = 'agrees' | 'differs' | 'unsigned' | 'waiting' | 'given_up';

/** The drawn sessions as lines that compare: `plan:p…/s1: d1 d2`. */
export const drawnLines = (
  drawn: readonly { plan: string; session: string; inspectors: readonly { id: string }[] }[],
): string[] =>
  drawn.map(({ plan, session, inspectors }) => `${plan}/${session}: ${inspectors.map(({ id }) => id).join(' ')}`);

/** The outcome of what `work` looks at; a refusal says why it does not hold. */
async function outcome(id: DrawCheck['id'], work: () => boolean | void | Promise<boolean | void>): Promise<DrawCheck> {
  try {
    return { id, result: (await work()) === false ? 'fail' : 'pass' };
  } catch (error) {
    if (isRefusal(error)) return { id, result: 'fail', code: error.code };
    if (error instanceof SyntaxError || error instanceof TypeError)
      return { id, result: 'fail', code: 'statement_malformed' };
    throw error;
  }
}

const publicSteps = ({ committed, revealed, closed, abandoned }: DrawRecord) => [
  { step: 'draw.commit', ...committed },
  ...(revealed ? [{ step: 'draw.reveal', ...revealed }] : []),
  ...(closed ? [{ step: 'draw.close', ...closed }] : []),
  ...(abandoned ? [{ step: 'draw.abandon', ...abandoned }] : []),
];

/**
 * Every statement signed by the centre that is named, whose draw it is, or by the province's; its key stood under the
 * root then.
 */
async function requireSigned(record: DrawRecord, directory: Directory): Promise<void> {
  for (const { token, by, at } of publicSteps(record)) {
    const { payload, kid } = await directory.memo.open(token, 'step+jwt', directory.findCentre);
    directory.centreAt(kid, payload.iss, payload.iat);
    const own = payload.iss === record.centre || payload.iss === PROVINCE_CENTRE;
    if (!own || payload.iss !== by || payload.iat !== at || record.committed.by !== record.centre)
      throw new Refusal('authority_missing', 'A statement is not by the centre whose draw it is.', {
        part: 'step+jwt:iss',
      });
  }
}

/** Whether the statements say what the record shows, and the second follows on the first. */
async function isAsSigned(record: DrawRecord): Promise<boolean> {
  // Findings stand between seed and end, and are not public as they were signed.
  const steps = publicSteps(record);
  const begin = steps.filter(({ step }) => step !== 'draw.close').slice(0, 2);
  try {
    await openCase(record.about, begin);
    for (const { token, step, body } of steps.slice(begin.length)) {
      const { payload } = claimedStep(token);
      if (payload.about !== record.about || payload.step !== step) return false;
      await checkBody(payload, body);
    }
    return true;
  } catch (error) {
    // What cannot be read at all says so by its code.
    if (!isRefusal(error) || error.code === 'statement_malformed') throw error;
    return false;
  }
}

/** Refuses days out of their order, as the statements say them, and a value in another spelling. */
function requireOrder({ committed, revealed }: DrawRecord): void {
  const { public_source, sessions } = committed.body;
  requireAhead(public_source, shanghaiDay(claimedStep(committed.token).payload.iat), sessions);
  if (!revealed) return;
  requireDrawn(public_source, shanghaiDay(claimedStep(revealed.token).payload.iat));
  openValue(public_source, revealed.body.public_value);
}

/**
 * Computes a draw again, and checks what it rests on.
 * @param directory opened under the caller's own thumbprint with the record's roots, centres and withdrawals
 * @param shown what the reader was shown; the record's own lines if absent
 */
export async function checkDraw(
  record: DrawRecord,
  directory: Directory,
  shown: readonly string[] = drawnLines(record.drawn ?? []),
): Promise<DrawCheck[]> {
  const { committed, revealed } = record;
  const checks: DrawCheck[] = [
    directory.anchored
      ? await outcome('signed', () => requireSigned(record, directory))
      : { id: 'signed', result: 'not_checked', code: 'root_not_at_hand' },
    await outcome('lists', () => isAsSigned(record)),
    await outcome('source', () => requireOrder(record)),
  ];
  if (!revealed)
    return [
      ...checks,
      { id: 'seed', result: 'not_reached' },
      { id: 'draw', result: shown.length === 0 ? 'not_reached' : 'fail' },
    ];
  const seed = await outcome('seed', () => void openSeed(committed.body.commitment, revealed.body.seed));
  const again = () => {
    const drawn = drawOf(committed.body, revealed.body);
    return canonicalize(drawn) === canonicalize(record.drawn) && drawnLines(drawn).join('\n') === shown.join('\n');
  };
  const draw: DrawCheck = seed.result === 'pass' ? await outcome('draw', again) : { id: 'draw', result: 'not_reached' };
  return [...checks, seed, draw];
}

/** What the checks come to. */
export function endOf({ abandoned }: Pick<DrawRecord, 'abandoned'>, checks: readonly DrawCheck[]): DrawEnd {
  const has = (result: DrawCheck['result']) => checks.some((one) => one.result === result);
  if (has('fail')) return 'differs';
  if (has('not_checked')) return 'unsigned';
  if (abandoned) return 'given_up';
  return has('not_reached') ? 'waiting' : 'agrees';
}
