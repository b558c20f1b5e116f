/**
 * The file of an audit trail (问题回溯): one certificate with every signed text behind it, from its status back to the plan
 * of its exam, to be checked without this service under the root's thumbprint alone (trail.ts).
 */
import * as v from 'valibot';
import { Refusal } from '../../base/refusal.ts';
import { publicJwk } from '../keys.ts';
import type { StepName } from './steps.ts';

/** Steps whose bodies tell of other people than the holder: an export leaves them out unless they are asked for. */
export const ABOUT_PEOPLE: readonly StepName[] = [
  'plan.file',
  'plan.amend',
  'results.publish',
  'results.correct',
  'objection.raise',
];

const token = v.pipe(v.string(), v.maxLength(300_000));
const tokens = (max: number) => v.pipe(v.array(token), v.maxLength(max));
const instant = v.pipe(v.number(), v.integer(), v.minValue(0));

const step = v.object({
  token,
  /** When it arrived, as the register says. */
  received_at: instant,
  /** What was said; absent where it tells of other people and was left out. */
  body: v.optional(v.unknown()),
});

const TRAIL = v.object({
  version: v.literal(1),
  number: v.pipe(v.string(), v.maxLength(22)),
  origin: v.pipe(v.string(), v.maxLength(300)),
  /** When the register gave it out, NumericDate: nobody signs that. */
  made_at: instant,
  /** Combined SD-JWT. */
  credential: token,
  inclusion: v.object({ index: instant, size: instant, path: v.pipe(v.array(v.string()), v.maxLength(20)) }),
  approval: token,
  order: token,
  /** `client`: of the organization's device that ordered. */
  statements: v.object({
    centres: tokens(500),
    services: tokens(50),
    filing: token,
    client: token,
    clients: tokens(500),
    withdrawals: tokens(1000),
    calendars: v.optional(tokens(200), []),
  }),
  events: v.pipe(
    v.array(v.object({ token, client: v.optional(token), received_at: v.optional(instant) })),
    v.maxLength(1000),
  ),
  successor: v.optional(v.object({ credential: token, filing: token })),
  cases: v.pipe(
    v.array(
      v.object({ about: v.pipe(v.string(), v.maxLength(100)), steps: v.pipe(v.array(step), v.maxLength(10_000)) }),
    ),
    v.maxLength(1000),
  ),
  /** Who fetched the certificate, as the register says. */
  downloads: v.pipe(v.array(v.object({ kind: v.string(), by: v.string(), at: instant })), v.maxLength(10_000)),
  roots: v.pipe(v.array(publicJwk), v.maxLength(10)),
});
export type TrailFile = v.InferOutput<typeof TRAIL>;
export type TrailCase = TrailFile['cases'][number];

/** Reads an exported trail. @throws Refusal `trail_malformed` naming the part */
export function readTrailFile(value: unknown): TrailFile {
  const read = v.safeParse(TRAIL, value);
  if (read.success) return read.output;
  throw new Refusal('trail_malformed', 'This is not an audit trail that this service gave out.', {
    part: v.getDotPath(read.issues[0]) ?? 'trail',
  });
}
