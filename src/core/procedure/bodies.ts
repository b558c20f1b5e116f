/**
 * Owns the shape of what each step says: one schema a step, closed word lists, bounded sizes.
 * It refuses a body outside its schema (`step_body_malformed`, with the part), unknown fields included: what is signed is
 * all that is meant. Whether it fits the register (filing, deadlines, other cases) is service/procedure's to say.
 */
import * as v from 'valibot';
import { Refusal } from '../../base/refusal.ts';
import { together } from '../../base/words.ts';
import { sentenceOf, wordsOfIssue } from '../field-words.ts';
import { APPLICATION_BODIES } from './application.ts';
import { DRAW_BODIES } from './draw.ts';
import { PLAN_BODIES } from './plan.ts';
import type { StepName } from './steps.ts';

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
