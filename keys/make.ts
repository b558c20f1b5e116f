/**
 * Key files: one key with what belongs to it, as JSON readable by its owner alone (mode 0600).
 *
 *     { "name": "济南市…", "subject": "centre:3701", "server": "https://…", "token": "<statement>", "private": { JWK } }
 *
 * For a key that lies on a smart card, in place of `private`: `public` (JWK) and `signer`, the program that signs with
 * it and its arguments; `digest: true` if that takes the SHA-256 of the bytes; `ask` names the variable of its
 * environment that holds the PIN, which the command asks for. Reading such a file runs nothing.
 *
 * `token` is the statement that names the key (`centre+jwt`, `client+jwt`); a root has none. `certificate`: PEM of
 * the X.509 certificate of a root's or a centre's key. Files are written beside their place and renamed, so that a
 * crash leaves the old file or the new one. A private key is never overwritten, and a program never run that a file
 * names which others can write.
 */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { JWK } from 'jose';
import { programSigner } from '../src/cli/external-signer.ts';
import { importPublic, type PublicJwk, signBytes, thumbprint } from '../src/core/keys.ts';
import { type KeyFile, type KeyPair, makeKey, readKey, type Signatory, type Speaker } from '../src/sdk/sign.ts';

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

const exists = (path: string) =>
  new KeyFileError(
    `${path} 已存在，不会覆盖密钥 / ${path} exists; a key file is never overwritten. Choose another --out.`,
  );

export function writeKeyFile(path: string, file: KeyFile, fresh = false): void {
  const { name, subject, server, token, certificate, private: jwk, public: open, signer, digest, ask } = file;
  try {
    writePrivate(
      path,
      `${JSON.stringify({ name, subject, server, token, certificate, private: jwk, public: open, signer, digest, ask }, null, 2)}\n`,
      fresh,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw exists(path);
  }
}

const VARIABLE = /^[A-Z_][A-Z0-9_]{0,63}$/i;

/** The key of a file that names a program in place of a private key. */
async function elsewhere(path: string, { public: jwk, signer, digest, ask }: KeyFile): Promise<Signatory> {
  const words = signer as unknown;
  if (
    !Array.isArray(words) ||
    words.length === 0 ||
    words[0] === '' ||
    words.some((word) => typeof word !== 'string' || word.includes('\0')) ||
    ![undefined, false, true].includes(digest)
  ) {
    throw new KeyFileError(
      `${path} 的 signer 应为程序及其参数的数组 / signer is to be an array of the program and its arguments; make the file with: luzheng keys card`,
    );
  }
  if (ask !== undefined && !(typeof ask === 'string' && VARIABLE.test(ask)))
    throw new KeyFileError(`${path} 的 ask 应为环境变量名 / ask is to be the name of a variable`);
  const open: PublicJwk = { kty: 'EC', crv: 'P-256', x: String(jwk?.x), y: String(jwk?.y) };
  try {
    await importPublic(open);
  } catch {
    throw new KeyFileError(`${path} 的 public 不是 P-256 公钥 JWK / public is to be a public P-256 JWK`);
  }
  return {
    kid: await thumbprint(open),
    jwk: open,
    key: programSigner(
      { command: words as string[], folder: dirname(resolve(path)), digest: digest === true, ask },
      open,
    ),
  };
}

/** Reads a key file. `key` is the imported private key, or has a program sign. */
export async function readKeyFile(path: string): Promise<{ file: KeyFile; pair: Signatory }> {
  let file: KeyFile;
  try {
    file = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? '文件不存在 / no such file' : '不是 JSON / not JSON';
    throw new KeyFileError(
      `读不到密钥文件 ${path}：${why}。用 luzheng keys make --out ${path} 生成 / cannot read the key file.`,
    );
  }
  if (file.signer !== undefined) {
    if (file.private !== undefined)
      throw new KeyFileError(
        `${path} 同时有 private 和 signer，只能有一个 / the key file has private and signer; it is to have one of them.`,
      );
    // Whoever writes this file says what runs here. Windows keeps that elsewhere than in the mode.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o022) !== 0)
      throw new KeyFileError(
        `${path} 可被他人改写，不运行其中的签名程序；请执行 chmod 600 / others can write this file: the program that it names is not run. chmod 600 it.`,
      );
    return { file, pair: await elsewhere(path, file) };
  }
  try {
    return { file, pair: await readKey(file.private as JWK) };
  } catch {
    throw new KeyFileError(
      `${path} 不含 P-256 私钥（private）/ ${path} holds no private P-256 key; make one with: luzheng keys make --out FILE`,
    );
  }
}

/** A key file as a caller of the service. Refuses one whose key nobody has named yet. */
export async function readIdentity(path: string): Promise<Speaker & { server: string | undefined }> {
  const { file, pair } = await readKeyFile(path);
  const { token, subject, server, certificate } = file;
  // A certificate without an appointment is a root's own (luzheng keys certificate).
  if (token === undefined && certificate !== undefined)
    throw new KeyFileError(
      `${path} 是省级根密钥：只用于任命（appoint --root）、撤回（withdraw --root）和公共日志，不能办理其他业务 / this is the province's root key: it appoints, withdraws and signs for the log, and does no other work.`,
    );
  if (token === undefined || subject === undefined) {
    throw new KeyFileError(
      `${path} 还没有授权声明（token）：中心密钥由省级根用 luzheng appoint 任命，机构密钥由备案中心用 luzheng client 登记 / the key has no statement yet: a centre is appointed with luzheng appoint, an organization's key is named with luzheng client.`,
    );
  }
  return { ...pair, token, subject, server, ...(certificate === undefined ? {} : { certificate }) };
}

/** Makes the key file of a key that lies elsewhere, after its program has signed `trial`. Refuses before that when there is such a file. */
export async function makeCardFile(path: string, file: KeyFile, trial: Uint8Array<ArrayBuffer>): Promise<Signatory> {
  if (existsSync(path)) throw exists(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { kid, jwk, key } = await elsewhere(path, file);
  await signBytes(key, trial);
  writeKeyFile(path, file, true);
  return { kid, jwk, key };
}

/** Makes a key file. */
export async function makeKeyFile(path: string, about: Omit<KeyFile, 'private'> = {}): Promise<KeyPair> {
  const pair = await makeKey();
  writeKeyFile(path, { ...about, private: pair.private }, true);
  return pair;
}
