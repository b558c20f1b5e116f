/**
 * Owns key files: one private key with what belongs to it, as JSON readable by its owner alone (mode 0600).
 *
 *     { "name": "济南市…", "subject": "centre:3701", "server": "https://…", "token": "<statement>", "private": { JWK } }
 *
 * `token` is the statement that names the key (`centre+jwt`, `client+jwt`); a root has none. `certificate`: PEM of
 * the X.509 certificate of a root's or a centre's key. Files are written beside their place and renamed, so that a
 * crash leaves the old file or the new one.
 * It refuses to overwrite a private key, because nobody can make the same one again.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JWK } from 'jose';
import { makeKey, readKey, type KeyPair, type Signatory, type Speaker } from '../src/cli/sign.ts';

export interface KeyFile {
  /** For people. */
  name?: string;
  /** `centre:3701`, `org:S000037000001` */
  subject?: string;
  /** Origin of the service, so that commands need not be told. */
  server?: string;
  token?: string;
  /** PEM. Under it PDF signatures are checked; a key without one works in everything else. */
  certificate?: string;
  private: JWK;
}

/** A file that is not what it should be; the message says what to do. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

let writes = 0;

/** Writes a file that only its owner can read, whole or not at all. `fresh`: refuses to replace one (EEXIST). */
export function writePrivate(path: string, text: string, fresh = false): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}.${writes++}.tmp`;
  writeFileSync(beside, text, { mode: 0o600, flag: 'wx' });
  try {
    // link() refuses where rename() replaces: of two who make the same file at once, one wins.
    if (fresh) linkSync(beside, path);
    else renameSync(beside, path);
  } finally {
    if (fresh) unlinkSync(beside);
  }
}

export function writeKeyFile(path: string, file: KeyFile, fresh = false): void {
  const { name, subject, server, token, certificate, private: jwk } = file;
  try {
    writePrivate(path, `${JSON.stringify({ name, subject, server, token, certificate, private: jwk }, null, 2)}\n`, fresh);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new KeyFileError(`${path} 已存在，不会覆盖私钥 / ${path} exists; a private key is never overwritten. Choose another --out.`);
  }
}

/** Reads a key file. `key` is the imported private key. */
export async function readKeyFile(path: string): Promise<{ file: KeyFile; pair: Signatory }> {
  let file: KeyFile;
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? '文件不存在 / no such file' : '不是 JSON / not JSON';
    throw new KeyFileError(`读不到密钥文件 ${path}：${why}。用 luzheng keys make --out ${path} 生成 / cannot read the key file.`);
  }
  try {
    return { file, pair: await readKey(file.private) };
  } catch {
    throw new KeyFileError(`${path} 不含 P-256 私钥（private）/ ${path} holds no private P-256 key; make one with: luzheng keys make --out FILE`);
  }
}

/** A key file as a caller of the service. Refuses one whose key nobody has named yet. */
export async function readIdentity(path: string): Promise<Speaker & { server: string | undefined }> {
  const { file, pair } = await readKeyFile(path);
  const { token, subject, server, certificate } = file;
  if (token === undefined || subject === undefined) {
    throw new KeyFileError(`${path} 还没有授权声明（token）：中心密钥由省级根用 luzheng appoint 任命，机构密钥由备案中心用 luzheng client 登记 / the key has no statement yet: a centre is appointed with luzheng appoint, an organization's key is named with luzheng client.`);
  }
  return { ...pair, token, subject, server, ...(certificate === undefined ? {} : { certificate }) };
}

/** Makes a key file. */
export async function makeKeyFile(path: string, about: Omit<KeyFile, 'private'> = {}): Promise<KeyPair> {
  const pair = await makeKey();
  writeKeyFile(path, { ...about, private: pair.private }, true);
  return pair;
}
