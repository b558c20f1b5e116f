/**
 * Owns what a process may remember: public keys by thumbprint, and statements whose signature it has
 * already verified with one of those keys. Remembering a verified text changes no answer, only its cost: an
 * entry counts only while the caller still finds the same key object for its kid.
 * Bounded; the oldest entries leave first. It refuses to remember anything private.
 */
import type { CryptoKey } from 'jose';
import type { PublicJwk, StatementType } from './schema.ts';
import { importPublic, openStatement, thumbprint, type KeyFinder, type Statement } from './statement.ts';

const KEYS = 2_000;
const STATEMENTS = 2_000;

interface Opened {
  kid: string;
  key: CryptoKey;
  statement: Statement<StatementType>;
}

export class Memo {
  readonly #keys = new Map<string, Promise<CryptoKey>>();
  readonly #thumbprints = new Map<string, Promise<string>>();
  readonly #opened = new Map<string, Opened>();

  /** The verification key of a public JWK, imported once. */
  key(jwk: PublicJwk): Promise<CryptoKey> {
    return remember(this.#keys, jwk, importPublic);
  }

  /** The RFC 7638 thumbprint of a public JWK, computed once. */
  thumbprint(jwk: PublicJwk): Promise<string> {
    return remember(this.#thumbprints, jwk, thumbprint);
  }

  /** `openStatement`, skipping the signature only where this very text was verified with this very key. */
  async open<T extends StatementType>(token: string, typ: T, find: KeyFinder): Promise<Statement<T>> {
    const known = this.#opened.get(token);
    if (known?.statement.typ === typ && (await find(known.kid)) === known.key) return known.statement as Statement<T>;
    let used: CryptoKey | undefined;
    const statement = await openStatement(token, typ, async (kid) => (used = await find(kid)));
    this.#opened.set(token, { kid: statement.kid, key: used as unknown as CryptoKey, statement });
    forgetOldest(this.#opened, STATEMENTS);
    return statement;
  }
}

function remember<T>(map: Map<string, Promise<T>>, jwk: PublicJwk, make: (jwk: PublicJwk) => Promise<T>): Promise<T> {
  const id = `${jwk.x}.${jwk.y}`;
  let value = map.get(id);
  if (!value) {
    value = make(jwk);
    map.set(id, value);
    // A refusal is not remembered: the next caller gets its own.
    value.catch(() => map.delete(id));
    forgetOldest(map, KEYS);
  }
  return value;
}

function forgetOldest(map: Map<string, unknown>, limit: number): void {
  if (map.size > limit) map.delete(map.keys().next().value as string);
}
