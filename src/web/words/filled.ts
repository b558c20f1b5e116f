/**
 * Owns sentences with something to fill in: `{count}` takes a value, and `{count|row was|rows were}` the English form that
 * goes with it. Chinese needs no such form.
 * It refuses to guess: a name without a value stays as it is.
 */
import { formOf } from '../../base/text.ts';
import type { Words } from './page-words.ts';

/** Fills `{names}` in, and chooses between `{name|one|many}`. */
export function filled({ zh, en }: Words, values: Readonly<Record<string, string | number>>): Words {
  const fill = (text: string) =>
    text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (all, name: string, one?: string, many?: string) => {
      const value = values[name];
      if (value === undefined) return all;
      return one === undefined ? String(value) : formOf(Number(value), one, many as string);
    });
  return { zh: fill(zh), en: fill(en) };
}
