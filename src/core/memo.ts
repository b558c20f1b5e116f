/**
 * Owns what a process may remember: public keys by thumbprint, and statements and certificates whose signature
 * it has already verified with one of those keys. Remembering a verified text changes no answer, only its cost: an
 * entry counts only while the caller still finds the same key object for its kid.
 * Bounded; the oldest entries leave first. It refuses to remember anything private.
 */
import type { CryptoKey } from 'jose';
import { Recent } from '../base/recent.ts';
import type { PublicJwk, StatementType } from './schema.ts';
import { importPublic, type KeyFinder, openStatement, type Statement, thumbprint } from './statement.ts';

const KEYS = 2_000;
const TEXTS = 2_000;

const nameOf = (jwk: PublicJwk): string => `${jwk.x}.${jwk.y}`;

interface Known {
  kid: string;
  key: CryptoKey;
  value: unknown;
}

export class Memo {
  readonly #keys = new Recent<Promise<CryptoKey>>(KEYS);
  readonly #thumbprints = new Recent<Promise<string>>(KEYS);
  readonly #known = new Recent<Known>(TEXTS);

  /** The verification key of a public JWK, imported once. */
  key(jwk: PublicJwk): Promise<CryptoKey> {
    return this.#keys.once(nameOf(jwk), () => importPublic(jwk));
  }

  /** The RFC 7638 thumbprint of a public JWK, computed once. */
  thumbprint(jwk: PublicJwk): Promise<string> {
    return this.#thumbprints.once(nameOf(jwk), () => thumbprint(jwk));
  }

  /** `openStatement`, skipping the signature only where this very text was verified with this very key. */
  open<T extends StatementType>(token: string, typ: T, find: KeyFinder): Promise<Statement<T>> {
    return this.recall(`${typ} ${token}`, find, (finder) => openStatement(token, typ, finder));
  }

  /** What `read` made of a text after verifying it, if the key that verified it is still the one that `find` gives. */
  async recall<T>(text: string, find: KeyFinder, read: (find: KeyFinder) => Promise<T>): Promise<T> {
    const known = this.#known.get(text);
    if (known && (await find(known.kid)) === known.key) return known.value as T;
    let used: { kid: string; key: CryptoKey } | undefined;
    const value = await read(async (kid) => {
      const key = await find(kid);
      used = key && { kid, key };
      return key;
    });
    if (used) this.#known.set(text, { ...used, value });
    return value;
  }
}
