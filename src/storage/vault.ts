/**
 * The service's secrets at rest: each is stored only wrapped (compact JWE, `dir` + A256GCM) under MASTER_SECRET, with
 * its own name in the protected header, so that no wrapped value can stand in for another. During a change of
 * MASTER_SECRET values under the previous one are wrapped again when they are met. The vault also seals rows and photos
 * (AES-GCM, each bound to its place) and indexes persons (HMAC-SHA-256).
 */

import {
  base64url,
  CompactEncrypt,
  type CryptoKey,
  compactDecrypt,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { concat, decodeUtf8, encodeUtf8, sha256, toBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import type { D1Database } from './database.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Values that are stored again with one statement. */
const REWRAPPED = 500;
/** By how much sealed bytes are longer. */
export const SEALED_BYTES = IV_BYTES + TAG_BYTES;

export interface SigningKey {
  key: CryptoKey;
  public: PublicJwk;
  kid: string;
}

export interface VaultConfig {
  /** Host and port as they stand in did:web, percent-encoded. */
  issuerHost: string;
  /** 32 bytes, under which every secret is wrapped; during a change also the one before. */
  masterSecret: Uint8Array<ArrayBuffer>;
  previousSecret: Uint8Array<ArrayBuffer> | undefined;
}

export class Vault {
  readonly #db: D1Database;
  readonly #config: VaultConfig;
  readonly #random: (length: number) => Uint8Array<ArrayBuffer>;
  readonly #now: () => number;
  readonly #symmetric = new Map<string, Promise<CryptoKey>>();
  readonly #issuing = new Map<string, Promise<SigningKey>>();
  #service: Promise<SigningKey> | undefined;

  constructor(
    db: D1Database,
    config: VaultConfig,
    random: (length: number) => Uint8Array<ArrayBuffer>,
    now: () => number,
  ) {
    this.#db = db;
    this.#config = config;
    this.#random = random;
    this.#now = now;
  }

  async #wrap(name: string, value: Uint8Array): Promise<string> {
    const kid = await secretId(this.#config.masterSecret);
    return new CompactEncrypt(value)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid, sub: name })
      .encrypt(this.#config.masterSecret);
  }

  /** Opens a wrapped value; `rewrapped` is set when it was under the previous secret. */
  async #unwrap(name: string, wrapped: string): Promise<{ value: Uint8Array<ArrayBuffer>; rewrapped?: string }> {
    for (const secret of [this.#config.masterSecret, this.#config.previousSecret]) {
      if (!secret) continue;
      const opened = await compactDecrypt(wrapped, secret, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      }).catch((error: unknown) => {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      });
      if (!opened || opened.protectedHeader.sub !== name) continue;
      const value = new Uint8Array(opened.plaintext);
      return secret === this.#config.masterSecret ? { value } : { value, rewrapped: await this.#wrap(name, value) };
    }
    throw new Error(`The stored secret ${name} opens neither under MASTER_SECRET nor under MASTER_SECRET_PREVIOUS.`);
  }

  /** Reads a named secret, making it at the first use. Two isolates may race: the first stored wins. */
  async #secret(
    name: string,
    make: () => Promise<{ value: Uint8Array; public?: PublicJwk }>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const read = () =>
      this.#db.prepare('SELECT wrapped FROM secrets WHERE name = ?').bind(name).first<{ wrapped: string }>();
    let row = await read();
    if (!row) {
      const made = await make();
      await this.#db
        .prepare('INSERT INTO secrets (name, wrapped, public, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
        .bind(name, await this.#wrap(name, made.value), made.public ? JSON.stringify(made.public) : null, this.#now())
        .run();
      row = await read();
    }
    const { value, rewrapped } = await this.#unwrap(name, (row as { wrapped: string }).wrapped);
    if (rewrapped) await this.#db.prepare('UPDATE secrets SET wrapped = ? WHERE name = ?').bind(rewrapped, name).run();
    return value;
  }

  #symmetricKey(name: string, algorithm: 'AES-GCM' | 'HMAC'): Promise<CryptoKey> {
    let key = this.#symmetric.get(name);
    if (!key) {
      key = this.#secret(name, async () => ({ value: this.#random(32) })).then((bytes) =>
        algorithm === 'HMAC'
          ? crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
          : crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']),
      );
      this.#symmetric.set(name, key);
      key.catch(() => this.#symmetric.delete(name));
    }
    return key;
  }

  /** Keyed digest by which a person is found: HMAC-SHA-256 of document type and number, base64url. */
  async person(idType: string, idNumber: string): Promise<string> {
    const key = await this.#symmetricKey('index-1', 'HMAC');
    return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encodeUtf8(`${idType}|${idNumber}`))));
  }

  /** Keyed digest of what is counted against (a second factor as entered, a client), never that of a person. */
  factor(text: string): Promise<string> {
    return this.person('factor', text);
  }

  /** Encrypts bytes under a named key; `place` is bound to them. */
  async #seal(name: string, place: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const iv = this.#random(IV_BYTES);
    const key = await this.#symmetricKey(name, 'AES-GCM');
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: encodeUtf8(place) },
      key,
      bytes as Uint8Array<ArrayBuffer>,
    );
    return concat(iv, new Uint8Array(sealed));
  }

  /** Decrypts what `#seal` made under the same name for the same place; refuses `ciphertext_wrong`. */
  async #open(name: string, place: string, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const key = await this.#symmetricKey(name, 'AES-GCM');
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt(
          { name: 'AES-GCM', iv: sealed.slice(0, IV_BYTES), additionalData: encodeUtf8(place) },
          key,
          sealed.slice(IV_BYTES),
        ),
      );
    } catch {
      throw new Refusal('ciphertext_wrong', 'A stored ciphertext does not belong to its place.');
    }
  }

  /** Encrypts a row's private part; `place` (batch and position) is bound to it. */
  async sealRow(place: string, value: unknown): Promise<string> {
    return toBase64url(await this.#seal('rows-1', place, encodeUtf8(JSON.stringify(value))));
  }

  /** Decrypts what `sealRow` made for the same place; refuses `ciphertext_wrong`. */
  async openRow(place: string, sealed: string): Promise<unknown> {
    let bytes: Uint8Array;
    try {
      bytes = base64url.decode(sealed);
    } catch {
      throw new Refusal('ciphertext_wrong', 'A stored ciphertext is not base64url.');
    }
    return JSON.parse(decodeUtf8(await this.#open('rows-1', place, bytes)));
  }

  /** Encrypts a photo; `place` (batch and digest) is bound to it. @returns IV, ciphertext, tag */
  sealBytes(place: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#seal('photos-1', place, bytes);
  }

  /** Decrypts what `sealBytes` made for the same place; refuses `ciphertext_wrong`. */
  openBytes(place: string, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#open('photos-1', place, sealed);
  }

  /** The service's own signing key (status lists); the root names its public half in a service+jwt. */
  service(): Promise<SigningKey> {
    this.#service ??= this.#secret('service-1', makeSigningKey).then(async (bytes) => {
      const key = await importSigningKey(bytes);
      return { ...key, kid: `did:web:${this.#config.issuerHost}#${await thumbprint(key.public)}` };
    });
    this.#service.catch(() => (this.#service = undefined));
    return this.#service;
  }

  /**
   * Makes the next issuing key of an organization and stores its private half wrapped.
   * @throws Refusal `keys_exhausted` after 255
   */
  async makeIssuingKey(organization: string): Promise<PublicJwk & { kid: string }> {
    const made = await makeSigningKey();
    for (;;) {
      const { n } = (await this.#db
        .prepare('SELECT coalesce(max(n), 0) + 1 AS n FROM issuing_keys WHERE organization = ?')
        .bind(organization)
        .first<{ n: number }>()) as { n: number };
      if (n > 255) throw new Refusal('keys_exhausted', 'An organization has at most 255 issuing keys.');
      const kid = `did:web:${this.#config.issuerHost}:orgs:${organization}#${organization}-${n}`;
      const jwk = { ...made.public, kid, alg: 'ES256' as const, use: 'sig' as const };
      const { meta } = await this.#db
        .prepare(
          'INSERT INTO issuing_keys (organization, n, kid, public, wrapped, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organization, n) DO NOTHING',
        )
        .bind(organization, n, kid, JSON.stringify(jwk), await this.#wrap(kid, made.value), this.#now())
        .run();
      // Another call took this number at the same moment: take the next.
      if (meta.changes === 1) return jwk;
    }
  }

  /** The private half of an issuing key, unwrapped. */
  issuingKey(kid: string): Promise<SigningKey> {
    let key = this.#issuing.get(kid);
    if (!key) {
      key = this.#readIssuingKey(kid);
      this.#issuing.set(kid, key);
      key.catch(() => this.#issuing.delete(kid));
    }
    return key;
  }

  async #readIssuingKey(kid: string): Promise<SigningKey> {
    const row = await this.#db
      .prepare('SELECT wrapped FROM issuing_keys WHERE kid = ?')
      .bind(kid)
      .first<{ wrapped: string }>();
    if (!row) throw new Refusal('issuing_key_missing', 'The filing names no issuing key that this service holds.');
    const { value, rewrapped } = await this.#unwrap(kid, row.wrapped);
    if (rewrapped)
      await this.#db.prepare('UPDATE issuing_keys SET wrapped = ? WHERE kid = ?').bind(rewrapped, kid).run();
    return { ...(await importSigningKey(value)), kid };
  }

  /**
   * Re-wraps everything that is still under the previous secret.
   * @param attempt tries one value, named `id`; what opens under neither secret keeps none of the others
   * @returns how many values were changed
   */
  async rewrapAll(
    attempt: (about: { id: string }, work: () => Promise<void>) => Promise<unknown> = (_about, work) => work(),
  ): Promise<number> {
    if (!this.#config.previousSecret) return 0;
    let changed = 0;
    for (const [table, id] of [
      ['secrets', 'name'],
      ['issuing_keys', 'kid'],
    ] as const) {
      const { results } = await this.#db
        .prepare(`SELECT ${id} AS id, wrapped FROM ${table}`)
        .all<{ id: string; wrapped: string }>();
      const fresh: { id: string; wrapped: string }[] = [];
      for (const row of results) {
        await attempt({ id: row.id }, async () => {
          const { rewrapped } = await this.#unwrap(row.id, row.wrapped);
          if (rewrapped) fresh.push({ id: row.id, wrapped: rewrapped });
        });
      }
      for (let at = 0; at < fresh.length; at += REWRAPPED) {
        const some = JSON.stringify(fresh.slice(at, at + REWRAPPED));
        await this.#db
          .prepare(
            `UPDATE ${table} SET wrapped = j.wrapped
             FROM (SELECT value ->> 'id' AS id, value ->> 'wrapped' AS wrapped FROM json_each(?)) j WHERE j.id = ${table}.${id}`,
          )
          .bind(some)
          .run();
      }
      changed += fresh.length;
    }
    return changed;
  }
}

/** Short public name of a master secret, so that an operator can see under which one a value is wrapped. */
const secretId = async (secret: Uint8Array<ArrayBuffer>): Promise<string> =>
  toBase64url(await sha256(concat(encodeUtf8('luzheng master '), secret))).slice(0, 8);

async function makeSigningKey(): Promise<{ value: Uint8Array; public: PublicJwk }> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  return { value: encodeUtf8(JSON.stringify(jwk)), public: publicHalf(jwk) };
}

async function importSigningKey(bytes: Uint8Array): Promise<{ key: CryptoKey; public: PublicJwk }> {
  const jwk = JSON.parse(decodeUtf8(bytes)) as JWK;
  return { key: (await importJWK(jwk, 'ES256')) as CryptoKey, public: publicHalf(jwk) };
}

const publicHalf = (jwk: JWK): PublicJwk => ({ kty: 'EC', crv: 'P-256', x: jwk.x as string, y: jwk.y as string });
