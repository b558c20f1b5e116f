/** Sentences in Chinese and English: their type, and what is filled into them. */
import { formOf } from './text.ts';

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
