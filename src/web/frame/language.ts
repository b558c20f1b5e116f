/**
 * Owns which of the two languages leads on a page. Both always stand there; the reader's comes first and large.
 * It refuses to know where the choice comes from: src/http/reader-language.ts reads it from the request.
 */
import { createContext, useContext } from 'hono/jsx';
import type { Language, Words } from '../../base/words.ts';

export interface Reader {
  language: Language;
  /** Path and query of the page, where the switch leads back to. */
  path: string;
  /** Versions of the files in `/assets`. */
  versions?: Readonly<Record<string, string>>;
  /** The style, by part. */
  styles?: Readonly<Record<string, { css: string }>>;
}

export const ReaderContext = createContext<Reader>({ language: 'zh', path: '/' });

/** Where only one language fits (title, aria-label, placeholder): the reader's. Call it while a component renders. */
export const inLanguage = (words: Words): string => words[useContext(ReaderContext).language];
