/** Draws (双随机、一公开, notice 2020, 六（二）): what each of their steps says, and the draw itself. */
import * as v from 'valibot';
import { concat, encodeUtf8, sha256Short, toHex } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { reason } from './application.ts';
import { caseOf, day, digest, files, key, line, list, organizationCode, text, whole } from './body-shapes.ts';
import { DRAW_RULE, publicSource, publicValue } from './draw-seed.ts';

export const FINDINGS = ['no_problem', 'minor', 'serious'] as const;

/** A session that can be inspected: where it stands in its plan, and whose it is. */
export const candidateSession = v.strictObject({
  plan: caseOf('plan'),
  session: key,
  organization: organizationCode,
  name: line(100),
  date: day,
  label: line(200),
});
/** An inspector (督导员): `avoids` lists organizations that he or she must not inspect. */
export const inspector = v.strictObject({
  id: key,
  name: line(50),
  unit: line(100),
  avoids: v.optional(list(organizationCode, 50)),
});

const commit = v.strictObject({
  title: line(100),
  sessions: list(candidateSession, 5000, 1),
  inspectors: list(inspector, 1000, 1),
  /** How many sessions are drawn, and how many inspectors go to each. */
  pick: whole(1, 5000),
  per_session: whole(1, 10),
  /** SHA-256 of the 32 bytes of the seed, base64url. */
  commitment: digest,
  /** The public value that joins the seed, and that nobody can know yet. */
  public_source: publicSource,
});

export const DRAW_BODIES = {
  'draw.commit': commit,
  'draw.reveal': v.strictObject({ seed: digest, public_value: publicValue }),
  'draw.abandon': reason,
  /** `inspectors`: who of those drawn for the session was there. */
  'draw.finding': v.strictObject({
    plan: caseOf('plan'),
    session: key,
    inspectors: list(key, 10, 1),
    finding: v.picklist(FINDINGS),
    summary: line(500),
    details: v.optional(text(10_000)),
    files: v.optional(files, []),
  }),
  'draw.follow': v.strictObject({
    plan: caseOf('plan'),
    session: key,
    summary: line(500),
    details: v.optional(text(10_000)),
    files: v.optional(files, []),
  }),
  'draw.close': v.strictObject({ summary: text(4000) }),
} as const;

export type CandidateSession = v.InferOutput<typeof candidateSession>;
export type Inspector = v.InferOutput<typeof inspector>;
export type DrawCommit = v.InferOutput<typeof commit>;

// The draw itself: which sessions are inspected and by whom, from the committed lists, the seed and the public value
// alone, so that anybody computes it again. To the byte (`luzheng-draw-1`):
//
//   commitment = base64url(SHA-256(seed)), seed: 32 bytes
//   rank(label, id) = SHA-256(seed ‖ UTF-8(public value, draw-seed.ts) ‖ 00 ‖ UTF-8(label) ‖ 00 ‖ UTF-8(id)),
//     compared as 32 bytes, the smallest first; no text holds a byte 00
//   1. Sessions: id `<plan>/<session>`, label `luzheng-draw-1 session`; the `pick` lowest ranks are drawn, in this
//      order.
//   2. Inspectors, session by session in that order, `per_session` times: of those who do not avoid its organization
//      and are not on this session yet, first whoever has the fewest sessions on its day, then the fewest in all, then
//      the lowest rank of id `<inspector>/<sessions in all so far>`, label `luzheng-draw-1 inspector`.

/** What is drawn from. */
export type DrawLists = Pick<DrawCommit, 'sessions' | 'inspectors' | 'pick' | 'per_session'>;

/** A session that was drawn, with those who inspect it. */
export interface Drawn extends CandidateSession {
  inspectors: Pick<Inspector, 'id' | 'name' | 'unit'>[];
}

/** How a session is known within a draw: `plan:p0123…/s1`. */
export const sessionId = ({ plan, session }: Pick<CandidateSession, 'plan' | 'session'>): string =>
  `${plan}/${session}`;

/** @returns rank of an id under a label, 64 hexadecimal digits that compare as the bytes do */
function ranking(seed: Uint8Array, publicValue: string): (label: 'session' | 'inspector', id: string) => string {
  const start = concat(seed, encodeUtf8(publicValue), Uint8Array.of(0));
  return (label, id) => toHex(sha256Short(concat(start, encodeUtf8(`${DRAW_RULE} ${label}\0${id}`))));
}

const firstTwice = (ids: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return ids.find((id) => seen.size === seen.add(id).size);
};

/** Refuses lists from which some seed could not draw, and who or what stands in them twice (`draw_impossible`). */
export function checkLists({ sessions, inspectors, pick, per_session }: DrawLists): void {
  const session = firstTwice(sessions.map(sessionId));
  if (session !== undefined)
    throw new Refusal('draw_impossible', `The session ${session} stands in the list twice; each has the same chance.`, {
      part: 'sessions',
    });
  const inspector = firstTwice(inspectors.map(({ id }) => id));
  if (inspector !== undefined)
    throw new Refusal('draw_impossible', `The inspector ${inspector} stands in the list twice.`, {
      part: 'inspectors',
    });
  if (pick > sessions.length)
    throw new Refusal('draw_impossible', `${pick} sessions cannot be drawn from ${sessions.length}.`, { part: 'pick' });
  for (const organization of new Set(sessions.map((one) => one.organization))) {
    const free = inspectors.filter(({ avoids = [] }) => !avoids.includes(organization)).length;
    if (free < per_session)
      throw new Refusal(
        'draw_impossible',
        `Only ${free} inspectors may go to ${organization}, and ${per_session} are to be drawn for a session: name more inspectors.`,
        { part: 'inspectors', organization },
      );
  }
}

/** An inspector while drawing. */
interface Member {
  one: Inspector;
  avoids: ReadonlySet<string>;
  /** Sessions so far: in all, and by day. */
  total: number;
  days: Map<string, number>;
  rank: string;
}

/** Whether `a` comes before `b` for a session on a day. */
function goesFirst(a: Member, b: Member, date: string): boolean {
  const [ofA, ofB] = [a.days.get(date) ?? 0, b.days.get(date) ?? 0];
  if (ofA !== ofB) return ofA < ofB;
  return a.total === b.total ? a.rank < b.rank : a.total < b.total;
}

/**
 * The draw: sessions in the order in which they were drawn, each with its inspectors.
 * @param publicValue the value of the announced public source, as openValue gives it
 * @throws Refusal `draw_impossible`
 */
export function drawFrom(lists: DrawLists, seed: Uint8Array, publicValue: string): Drawn[] {
  checkLists(lists);
  const rank = ranking(seed, publicValue);
  const byRank = lists.sessions
    .map((session) => ({ session, rank: rank('session', sessionId(session)) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const pool = lists.inspectors.map(
    (one): Member => ({
      one,
      avoids: new Set(one.avoids),
      total: 0,
      days: new Map(),
      rank: rank('inspector', `${one.id}/0`),
    }),
  );
  return byRank.slice(0, lists.pick).map(({ session }) => {
    const { organization, date } = session;
    const chosen: Member[] = [];
    while (chosen.length < lists.per_session) {
      let first: Member | undefined;
      for (const member of pool) {
        if (member.avoids.has(organization) || chosen.includes(member)) continue;
        if (!first || goesFirst(member, first, date)) first = member;
      }
      chosen.push(first as Member);
    }
    for (const member of chosen) {
      member.days.set(date, (member.days.get(date) ?? 0) + 1);
      member.total++;
      member.rank = rank('inspector', `${member.one.id}/${member.total}`);
    }
    return { ...session, inspectors: chosen.map(({ one: { id, name, unit } }) => ({ id, name, unit })) };
  });
}
