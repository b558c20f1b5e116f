/**
 * A draw as it is told: its signed steps put together, and the part that everybody reads, with what is needed to check
 * it without this service (draw-check.ts).
 */
import * as v from 'valibot';
import { Refusal } from '../../base/refusal.ts';
import { type PublicJwk, publicJwk } from '../keys.ts';
import type { Body } from './bodies.ts';
import type { AttachedFile } from './body-shapes.ts';
import { candidateSession, DRAW_BODIES, type DrawCommit, type Drawn, drawFrom, FINDINGS } from './draw.ts';
import { DRAW_RULE, openSeed, openValue } from './draw-seed.ts';
import type { CaseStep } from './read-case.ts';
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
