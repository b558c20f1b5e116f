/**
 * The shape of what each step says, and of what the line of a case says for lists: one schema for each. A step's body
 * has no unknown fields: what is signed is all that is meant. Whether it fits the register is asked in
 * service/procedure.
 */
import * as v from 'valibot';
import { readStoredJson } from '../../base/bounded.ts';
import { Refusal } from '../../base/refusal.ts';
import { together } from '../../base/words.ts';
import { sentenceOf, wordsOfIssue } from '../field-words.ts';
import { APPLICATION_BODIES, NATURES, PURPOSES } from './application.ts';
import { DRAW_BODIES } from './draw.ts';
import { LOTTERY_NAMES } from './draw-seed.ts';
import { PLAN_BODIES } from './plan.ts';
import type { Kind, StepName } from './steps.ts';

export const BODIES = { ...APPLICATION_BODIES, ...PLAN_BODIES, ...DRAW_BODIES } as const satisfies Record<
  StepName,
  v.GenericSchema
>;

export type Body<S extends StepName> = v.InferOutput<(typeof BODIES)[S]>;

const faultOf = (issue: v.BaseIssue<unknown>): { part: string; message: string } => ({
  part: v.getDotPath(issue) ?? 'body',
  message: together(wordsOfIssue(issue)),
});

/** Faults of a body by field, for forms: dotted path and what is wrong, Chinese then English. */
export function bodyFaults(step: StepName, value: unknown): { part: string; message: string }[] {
  const read = v.safeParse(BODIES[step] as v.GenericSchema, value);
  return read.success ? [] : read.issues.map(faultOf);
}

/** Reads a body. @throws Refusal `step_body_malformed` with all faults */
export function readBody<S extends StepName>(step: S, value: unknown): Body<S> {
  const read = v.safeParse(BODIES[step] as v.GenericSchema, value);
  if (read.success) return read.output as Body<S>;
  const part = v.getDotPath(read.issues[0]) ?? 'body';
  throw new Refusal('step_body_malformed', sentenceOf(part, wordsOfIssue(read.issues[0])), {
    part,
    faults: read.issues.slice(0, 100).map(faultOf),
  });
}

// The line of a case. Members that a schema does not name stay (sealed words, what later versions add); facts that are
// none of their kind are undefined, and whoever reads decides what that means.

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const day = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/));
const occupations = v.array(
  v.object({ code: v.string(), name: v.string(), job: v.string(), levels: v.array(v.number()) }),
);

const FACTS = {
  application: v.looseObject({
    purpose: v.picklist(PURPOSES),
    nature: v.picklist(NATURES),
    occupations: count,
    name: v.optional(v.string()),
    narrower: v.optional(v.boolean()),
  }),
  device: v.looseObject({ why: v.picklist(['second', 'replacement', 'loss']), key: v.string() }),
  loss: v.looseObject({ key: v.string() }),
  /** `received`: centres that confirmed it (收到), with the day. The title is sealed beside them. */
  plan: v.looseObject({
    title: v.optional(v.string()),
    first: day,
    last: day,
    candidates: count,
    sessions: count,
    occupations,
    received: v.optional(v.record(v.string(), v.string())),
  }),
  /**
   * `from`, `until`: first and last day of the notice; `pass_mark` the filing's, by which they were judged; `batch` the
   * one that was uploaded.
   */
  results: v.looseObject({
    title: v.string(),
    occupations,
    counts: v.object({ candidates: count, passed: count, failed: count, absent: count }),
    from: day,
    until: day,
    working_days: v.optional(count),
    pass_mark: v.number(),
    batch: v.optional(v.string()),
  }),
  objection: v.looseObject({ results: v.string(), row: v.boolean() }),
  batch: v.looseObject({}),
  standing: v.looseObject({ until: v.nullable(v.string()), by: v.string() }),
  rules: v.looseObject({ version: v.string() }),
  /** `found`: drawn sessions with a finding, `serious` those where it is. */
  draw: v.looseObject({
    title: v.string(),
    sessions: count,
    inspectors: count,
    pick: count,
    per_session: count,
    commitment: v.string(),
    public_source: v.object({ lottery: v.picklist(LOTTERY_NAMES), issue: v.string(), date: day }),
    found: count,
    serious: count,
  }),
} satisfies Record<Kind, v.GenericSchema>;

export type Facts<K extends Kind> = v.InferOutput<(typeof FACTS)[K]>;

/** The facts of a case of a kind, as stored; undefined for anything else, and for kinds that are none. */
export function readFacts<K extends Kind>(kind: K, stored: string): Facts<K> | undefined {
  if (!Object.hasOwn(FACTS, kind)) return undefined;
  const json = readStoredJson(stored);
  const read = v.safeParse(FACTS[kind], json);
  // An array is an object to valibot.
  return read.success && !Array.isArray(json) ? (read.output as Facts<K>) : undefined;
}
