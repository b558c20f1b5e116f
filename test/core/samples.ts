/** The files that tests read: those of test/vectors/tables, which other software wrote, and the samples of the command. */
import { readFileSync } from 'node:fs';

const read = (folder: string) => (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../${folder}/${name}`, import.meta.url)));

export const table = read('test/vectors/tables');
export const sample = read('src/cli/samples');
