/**
 * Owns a draw as it is told: its signed steps put together into what was committed, drawn, found and followed up; the part
 * of it that everybody reads; and the check that anybody makes of that part, in the browser or by the command.
 * It refuses nothing: what does not agree is a check that failed, and the reader decides.
 */
import type { Body } from './bodies.ts';
import { bodyDigest } from './chain.ts';
import type { DrawCommit } from './draw.ts';
import { commitmentOf, DRAW_RULE, drawFrom, openSeed, type Drawn } from './drawing.ts';
import type { StepName } from './steps.ts';
import type { AttachedFile } from './text.ts';
import { isRefusal } from '../refusal.ts';
import { decodeUtf8, fromBase64url, sha256Short, toBase64url } from '../bytes.ts';

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

/** A stored step as src/procedure/read.ts gives it. */
export interface TakenStep {
  step: StepName;
  iss: string;
  at: number;
  token: string;
  body: unknown;
}

/** Puts the steps of a draw together. */
export function recordOf({ about, state, centre }: Pick<DrawRecord, 'about' | 'state' | 'centre'>, steps: readonly TakenStep[]): DrawRecord {
  const open = <B>(name: StepName): Open<B> | undefined => {
    const step = steps.find((one) => one.step === name);
    return step && { at: step.at, by: step.iss, token: step.token, body: step.body as B };
  };
  const said = <B>(name: StepName): (B & Signed)[] => steps.filter(({ step }) => step === name).map(({ at, iss, body }) => ({ ...(body as B), at, by: iss }));
  const committed = open<DrawCommit>('draw.commit') as Open<DrawCommit>;
  const revealed = open<Body<'draw.reveal'>>('draw.reveal');
  const [closed, abandoned] = [open<Body<'draw.close'>>('draw.close'), open<Body<'draw.abandon'>>('draw.abandon')];
  return {
    rule: DRAW_RULE, about, state, centre, committed,
    ...(revealed ? { revealed, drawn: drawFrom(committed.body, openSeed(committed.body.commitment, revealed.body.seed), revealed.body.public_value) } : {}),
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
    findings: record.findings.map(({ plan, session, finding, inspectors, summary, at, by }) => ({ plan, session, finding, inspectors, summary, at, by })),
    follow_ups: record.follow_ups.map(({ plan, session, summary, at, by }) => ({ plan, session, summary, at, by })),
  };
}

export const sameSession = (a: { plan: string; session: string }, b: { plan: string; session: string }): boolean => a.plan === b.plan && a.session === b.session;

/** The drawn sessions as lines that compare: `plan:p…/s1: d1 d2`. */
export const drawnLines = (drawn: readonly { plan: string; session: string; inspectors: readonly { id: string }[] }[]): string[] => drawn.map(({ plan, session, inspectors }) => `${plan}/${session}: ${inspectors.map(({ id }) => id).join(' ')}`);

export interface DrawCheck {
  /** `lists`: lists and commitment are those that were signed; `seed`: it is the committed one; `draw`: lists and seed lead to what is shown. */
  id: 'lists' | 'seed' | 'draw';
  result: 'pass' | 'fail' | 'not_reached';
}

interface Claims {
  about?: string;
  step?: string;
  seq?: number;
  prev?: string;
  body?: string;
}
const bytesOf = (token: string): Uint8Array<ArrayBuffer> => fromBase64url(token.split('.')[1] ?? '');

/** Whether statements say what the record shows, and the second follows on the first. Signatures are the caller's to check. */
async function agrees({ about, committed, revealed }: DrawRecord): Promise<boolean> {
  const claims = (token: string): Claims => JSON.parse(decodeUtf8(bytesOf(token))) as Claims;
  const first = claims(committed.token);
  if (first.about !== about || first.step !== 'draw.commit' || first.seq !== 1 || first.body !== (await bodyDigest(committed.body))) return false;
  if (!revealed) return true;
  const second = claims(revealed.token);
  return second.about === about && second.step === 'draw.reveal' && second.seq === 2 && second.prev === toBase64url(sha256Short(bytesOf(committed.token))) && second.body === (await bodyDigest(revealed.body));
}

/** Whether what `work` computes holds; a refusal says that it does not. */
const holds = async (work: () => boolean | Promise<boolean>): Promise<boolean> => {
  try {
    return await work();
  } catch (error) {
    if (isRefusal(error) || error instanceof SyntaxError) return false;
    throw error;
  }
};

/**
 * Computes a draw again.
 * @param shown what the reader was shown; the record's own lines if absent
 */
export async function checkDraw(record: DrawRecord, shown: readonly string[] = drawnLines(record.drawn ?? [])): Promise<DrawCheck[]> {
  const { committed, revealed } = record;
  const lists = await holds(() => agrees(record));
  if (!revealed) return [{ id: 'lists', result: lists ? 'pass' : 'fail' }, { id: 'seed', result: 'not_reached' }, { id: 'draw', result: 'not_reached' }];
  const { seed, public_value } = revealed.body;
  const known = await holds(() => commitmentOf(openSeed(committed.body.commitment, seed)) === committed.body.commitment);
  const draw = known && (await holds(() => drawnLines(drawFrom(committed.body, fromBase64url(seed), public_value)).join('\n') === shown.join('\n')));
  return [{ id: 'lists', result: lists ? 'pass' : 'fail' }, { id: 'seed', result: known ? 'pass' : 'fail' }, { id: 'draw', result: draw ? 'pass' : known ? 'fail' : 'not_reached' }];
}
