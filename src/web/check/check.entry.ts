/**
 * First half of the page that checks a file: hands the file to checker.entry.tsx, and prepares for a time without a
 * network.
 */
import { get, later, takeFiles } from '../frame/page-script.ts';
import { prepare, SOON } from './knowledge.ts';

type Work = typeof import('./checker.entry.tsx');

const work = later<Work>(get('check'), get('answer'));

takeFiles((file) => work(({ check }) => check(file)));
prepare(SOON);
