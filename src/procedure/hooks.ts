/**
 * Owns which code asks a kind of case's own questions before a step of it is stored: does it fit the filing, is it in
 * time, what follows from it. The table of steps (life/procedure/steps.ts) was asked before.
 */
import type { Kind } from '../life/procedure/steps.ts';
import { takeBatchReturn } from './batches.ts';
import { takeDraw } from './draws.ts';
import { takeRules } from './rules.ts';
import { takeStanding } from './standing.ts';
import type { Taken, Taking } from './take.ts';

export const HOOKS: Partial<Record<Kind, (taking: Taking) => Promise<Taken>>> = {
  batch: takeBatchReturn,
  draw: takeDraw,
  rules: takeRules,
  standing: takeStanding,
};
