/** Sentences in Chinese and English: their type, and what is filled into them. */

export interface Words {
  zh: string;
  en: string;
}

export type Language = 'zh' | 'en';

export const LANGUAGE_TAGS: Record<Language, string> = { zh: 'zh-CN', en: 'en' };

/**
 * Fills `{names}` in, and chooses between `{name|one|many}`, the English forms that go with a number.
 * A name without a value stays as it is.
 */
export function filled({ zh, en }: Words, values: Readonly<Record<string, string | number>>): Words {
  const fill = (text: string) =>
    text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (all, name: string, one?: string, many?: string) => {
      const value = values[name];
      if (value === undefined) return all;
      return one === undefined ? String(value) : formOf(Number(value), one, many as string);
    });
  return { zh: fill(zh), en: fill(en) };
}

/** `中文 / English`, as the core writes messages. */
export const together = ({ zh, en }: Words): string => `${zh} / ${en}`;

/** The same message in two; without English it stands for both. */
export function split(message: string): Words {
  const [zh = message, en] = message.split(' / ');
  return { zh, en: en ?? zh };
}

/** Marks that nobody sees and that copying leaves in texts: zero-width ones, directional ones, soft hyphens, a BOM. */
export const withoutMarks = (text: string): string => text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');

/** Hyphens, dashes and the minus sign, for a class of a regular expression with the flag u. */
export const DASHES = '\\p{Pd}\\u2212';

/** The form that goes with a number. */
export const formOf = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** The number with its form: `1 fault`, `2 faults`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${formOf(count, one, many)}`;
