/**
 * Owns what a draw says (双随机、一公开, notice 2020, 六（二）): what is drawn from, the commitment to a seed before anybody
 * knows it, the public value that joins it, the seed afterwards, and what inspectors found.
 * It refuses what is no session or inspector, and a draw without a public value: whoever makes the seed could otherwise try
 * seeds until one suits. drawing.ts refuses lists from which nothing can be drawn.
 */
import * as v from 'valibot';
import { reason } from './application.ts';
import { publicSource, publicValue } from './draw-source.ts';
import { caseOf, day, digest, files, key, line, list, organizationCode, text, whole } from './text.ts';

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
