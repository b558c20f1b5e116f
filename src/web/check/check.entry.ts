/**
 * Owns the first half of the page that checks a file: it takes the file and hands it to checker.entry.tsx, which is
 * fetched when somebody comes near; and it prepares for a time without a network.
 */

import { later } from '../frame/later.ts';
import { takeFiles } from '../frame/script.ts';
import { prepare } from '../offline/visit.ts';
import { SOON } from './knowledge.ts';

type Work = typeof import('./checker.entry.tsx');

const work = later<Work>(
  document.getElementById('check') as HTMLElement,
  document.getElementById('answer') as HTMLElement,
);

takeFiles((file) => work(({ check }) => check(file)));
prepare(SOON);
