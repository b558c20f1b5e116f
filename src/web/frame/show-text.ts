/** Owns how words get onto the page from here: Chinese and English in the reader's order, always as text. */
import type { Words } from '../../base/words.ts';

const english = (): boolean => document.documentElement.lang.startsWith('en');

const span = (lang: string, text: string, second: boolean): HTMLElement => {
  const element = document.createElement('span');
  element.lang = lang;
  if (second) element.className = 'en';
  element.textContent = text;
  return element;
};

/** Both languages, the reader's first. */
export function both({ zh, en }: Words): DocumentFragment {
  const content = document.createDocumentFragment();
  if (english()) content.append(span('en', en, false), span('zh-CN', zh, true));
  else content.append(zh, span('en', en, true));
  return content;
}

/** One of them, where there is no room for two: names of files, labels read aloud. */
export const one = ({ zh, en }: Words): string => (english() ? en : zh);

/** Makes an element with text or children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
