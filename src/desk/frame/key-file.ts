/**
 * A key file in the browser lives in memory alone, as long as the page. One without a statement speaks for its key
 * alone, as an applicant does.
 */

import { unverified } from '../../core/statement.ts';
import { type KeyOfFile, readKeyText } from '../../sdk/read-key-file.ts';

/** Something that the person at the page can mend; `code` names the words on the page. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly code: string;
  readonly words: Record<string, string>;
  constructor(code: string, words: Record<string, string> = {}) {
    super(code);
    this.code = code;
    this.words = words;
  }
}

/** No key file is larger. */
export const KEY_FILE_BYTES = 100_000;

/** When an access token ends (NumericDate), unverified: the service verifies it with every call. */
export const endOf = (token: string): number => unverified<{ exp: number }>(token).claims.exp;

/** Reads the text of a key file. @throws Trouble `insecure`, and what readKeyText throws */
export function readKey(text: string): Promise<KeyOfFile> {
  // Browsers sign in secure contexts only.
  if (!globalThis.crypto?.subtle) throw new Trouble('insecure');
  return readKeyText(text);
}
