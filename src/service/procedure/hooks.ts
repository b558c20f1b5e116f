/**
 * Owns which code asks a kind of case's own questions before a step of it is stored: does it fit the filing, is it in
 * time, what follows from it. The table of steps (life/procedure/steps.ts) was asked before.
 */
import type { Kind } from '../../core/procedure/steps.ts';
import { takeApplication } from './application-steps.ts';
import { takeDevice, takeLoss } from './device-steps.ts';
import { takeDraw } from './draw-steps.ts';
import { takeObjection } from './objection-steps.ts';
import { takePlan } from './plan-steps.ts';
import { takeResults } from './result-steps.ts';
import { takeBatchReturn } from './return-batch.ts';
import { takeRules, takeStanding } from './standing.ts';
import type { Taken, Taking } from './take-step.ts';

export const HOOKS: Partial<Record<Kind, (taking: Taking) => Promise<Taken>>> = {
  application: takeApplication,
  batch: takeBatchReturn,
  draw: takeDraw,
  plan: takePlan,
  results: takeResults,
  objection: takeObjection,
  device: takeDevice,
  loss: takeLoss,
  rules: takeRules,
  standing: takeStanding,
};
