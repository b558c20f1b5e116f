/** Owns how components become text for the page in the browser: every text escaped by them, the reader's language first. */
import { leadWithEnglish } from '../pages/lead.ts';

export async function htmlOf(content: unknown): Promise<string> {
  const text = String(await (content as Promise<string>));
  return document.documentElement.lang === 'en' ? leadWithEnglish(text) : text;
}
