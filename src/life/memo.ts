/**
 * Owns what a process may remember: public keys by thumbprint, and statements whose signature it has
 * already verified with one of those keys. Remembering a verified text changes no answer, only its cost:
 * entries hang on the key object itself, so a text is never taken as verified under another key.
 * Bounded; the oldest entries leave first. It refuses to remember anything private.
 */
import type { CryptoKey } from 'jose';
import type { PublicJwk, StatementType } from './schema.ts';
import { importPublic, openStatement, type KeyFinder, type Statement } from './statement.ts';

const KEYS = 2_000;
const STATEMENTS = 2_000;

export class Memo {
  readonly #keys = new Map<string, Promise<CryptoKey>>();
  readonly #opened = new WeakMap<CryptoKey, Map<string, Statement<StatementType>>>();

  /** The verification key of a public JWK, imported once. */
  async key(jwk: PublicJwk): Promise<CryptoKey> {
    const id = `${jwk.x}.${jwk.y}`;
    let key = this.#keys.get(id);
    if (!key) {
      key = importPublic(jwk);
      this.#keys.set(id, key);
      key.catch(() => this.#keys.delete(id));
      forgetOldest(this.#keys, KEYS);
    }
    return key;
  }

  /** `openStatement`, skipping the signature only where this very text was verified with this very key. */
  async open<T extends StatementType>(token: string, typ: T, find: KeyFinder): Promise<Statement<T>> {
    let used: CryptoKey | undefined;
    const kid = token.length < 1_000_000 ? peekKid(token) : undefined;
    const key = kid === undefined ? undefined : await find(kid);
    const known = key && this.#opened.get(key)?.get(token);
    if (known && known.typ === typ) return known as Statement<T>;
    const statement = await openStatement(token, typ, async (id) => (used = id === kid ? key : await find(id)));
    if (used) {
      const texts = this.#opened.get(used) ?? new Map<string, Statement<StatementType>>();
      texts.set(token, statement);
      forgetOldest(texts, STATEMENTS);
      this.#opened.set(used, texts);
    }
    return statement;
  }
}

/** The kid of a header, read only to look a key up; undefined for whatever cannot be read. */
function peekKid(token: string): string | undefined {
  try {
    const header = JSON.parse(atob((token.split('.', 1)[0] as string).replace(/-/g, '+').replace(/_/g, '/'))) as { kid?: unknown };
    return typeof header.kid === 'string' ? header.kid : undefined;
  } catch {
    return undefined;
  }
}

function forgetOldest(map: Map<string, unknown>, limit: number): void {
  if (map.size > limit) map.delete(map.keys().next().value as string);
}

