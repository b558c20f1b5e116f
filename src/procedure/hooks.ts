/**
 * Owns which code asks a kind of case's own questions before a step of it is stored: does it fit the filing, is it in
 * time, what follows from it. The table of steps (life/procedure/steps.ts) was asked before.
 */
import type { Kind } from '../life/procedure/steps.ts';
import { takeApplication } from './applications.ts';
import { takeBatchReturn } from './batches.ts';
import { takeDevice } from './devices.ts';
import { takeDraw } from './draws.ts';
import { takeLoss } from './losses.ts';
import { takeObjection } from './objections.ts';
import { takePlan } from './plans.ts';
import { takeResults } from './results.ts';
import { takeRules } from './rules.ts';
import { takeStanding } from './standing.ts';
import type { Taken, Taking } from './take.ts';

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
