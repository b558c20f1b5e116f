/** What people give to `luzheng verify` (a number, the address of a QR code, a file), and which root they trust. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';
import { isRefusal } from '../base/refusal.ts';
import { withoutMarks } from '../base/words.ts';
import { type Address, readAddress } from '../core/address.ts';
import { splitCredential } from '../core/credential.ts';
import { type Brought, isSdJwt, looksLikePdf, readObject } from '../core/file-kind.ts';
import { normalizeNumber } from '../core/number.ts';
import { openDocument } from '../core/paper/document-check.ts';
import { photoType } from '../core/rows/row-photos.ts';
import { unverified } from '../core/statement.ts';
import type { Seen } from '../sdk/batch.ts';
import type { Caller } from '../sdk/call.ts';
import { photoOf } from '../sdk/fetch-certificates.ts';
import { PDF_FAULTS } from '../web/words/refusal-words.ts';
import { fromHere, type Input } from './command.ts';
import { ROOT_FILE } from './dev.ts';
import { eachOf, writeWhole } from './save-certificates.ts';
import { Failure, Progress, usage } from './talk.ts';

export type Subject =
  | { kind: 'number'; number: string }
  | ({ kind: 'url' } & Address)
  | Brought
  /** It says that it is a bundle, and a part of it is not what a bundle has. */
  | { kind: 'broken'; code: string; part: string };

const LARGEST = 200_000_000;

const unreadable = (path: string, zh: string, en: string) => new Failure(2, `${path}：${zh}`, en, 'unreadable');

function fromJson(value: unknown, path: string): Subject {
  try {
    const brought = readObject(value);
    if (brought) return brought;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { kind: 'broken', code: error.code, part: error.facts.part ?? 'bundle' };
  }
  throw unreadable(path, '不是核验包，也没有 credential', 'it is neither a bundle nor does it have a credential');
}

function fromPdf(bytes: Uint8Array<ArrayBuffer>, path: string): Subject {
  try {
    return { kind: 'bundle', opened: openDocument(bytes) };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const words = PDF_FAULTS[error.code];
    if (words !== undefined && error.code !== 'bundle_malformed') throw unreadable(path, words.zh, words.en);
    return { kind: 'broken', code: error.code, part: error.facts.part ?? 'bundle' };
  }
}

function fromFile(path: string): Subject[] {
  const found = statSync(path);
  if (!found.isFile()) throw unreadable(path, '不是文件', 'it is not a file');
  if (found.size > LARGEST) throw unreadable(path, '文件过大', 'the file is too large');
  const bytes = readFileSync(path);
  if (looksLikePdf(bytes)) return [fromPdf(new Uint8Array(bytes), path)];
  const text = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  if (isSdJwt(text)) return [{ kind: 'credential', credential: text }];
  try {
    return [fromJson(JSON.parse(text), path)];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // A list of nothing is not a list of which all is valid.
  if (lines.length === 0) throw unreadable(path, '文件是空的', 'the file is empty');
  try {
    return lines.map((line) => fromJson(JSON.parse(line), path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(
      path,
      '不是核验包、凭证或 certificates.jsonl',
      'it is not a bundle, a credential or a certificates.jsonl',
    );
  }
}

/** @param path how the word reads as a file */
export function readSubjects(word: string, path: string): Subject[] {
  const given = withoutMarks(word.normalize('NFKC')).trim();
  if (/^https?:\/\//i.test(given)) return [{ kind: 'url', ...readAddress(given) }];
  if (existsSync(path)) return fromFile(path);
  if (/^[^/\\]+\/c\/./i.test(given)) return [{ kind: 'url', ...readAddress(given) }];
  if (/[/\\]|\.(json|jsonl|jwt|sd-jwt|pdf|txt)$/i.test(word))
    throw unreadable(word, '没有这个文件', 'there is no such file');
  return [{ kind: 'number', number: normalizeNumber(word) }];
}

/** The number that something claims, unverified: to ask for its status and to name it in a list. */
export function claimedNumber(subject: Subject): string | undefined {
  if (subject.kind === 'broken') return undefined;
  if (subject.kind === 'number' || subject.kind === 'url') return subject.number;
  try {
    const { jws } = splitCredential(subject.kind === 'bundle' ? subject.opened.bundle.credential : subject.credential);
    const number = unverified<{ credentialSubject?: { number?: unknown } }>(jws).claims.credentialSubject?.number;
    return typeof number === 'string' ? number : undefined;
  } catch {
    return undefined;
  }
}

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/**
 * Thumbprints from --root, by themselves or in a file, or while developing from `.dev/root.txt`; never from what is
 * checked.
 * @throws Failure when there is none, or one is not a thumbprint
 */
export function readRoots(input: Input): string[] {
  const given = input
    .texts('root')
    .flatMap((text) =>
      !THUMBPRINT.test(text) && existsSync(fromHere(text)) ? words(readFileSync(fromHere(text), 'utf8')) : words(text),
    );
  if (given.length > 0) {
    const bad = given.find((text) => !THUMBPRINT.test(text));
    if (bad !== undefined)
      throw usage(
        `--root ${bad} 不是指纹（43 个字符）`,
        "--root takes the RFC 7638 thumbprint of the province's root, 43 characters, or a file with it",
      );
    return given;
  }
  if (existsSync(ROOT_FILE)) return [readFileSync(ROOT_FILE, 'utf8').trim()];
  throw usage(
    '需要 --root：省级根密钥的指纹，印在证书上，或向省鉴定指导中心索取',
    "--root is needed: the thumbprint of the province's root, printed on the certificate or given by the province's centre",
  );
}

// Photos on this machine: an archive or a folder of them as part of an upload, and the photos of a batch saved for a
// centre to look at, each compared with the digest that its row discloses.

const IMAGE = /\.(?:jpe?g|jfif|png)$/i;

/** The bytes of an archive of photos; of a folder, an archive of the pictures in it and nothing else. */
export function readArchive(path: string): Uint8Array<ArrayBuffer> {
  if (!statSync(path).isDirectory()) return new Uint8Array(readFileSync(path));
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter(
    (file) => file.isFile() && IMAGE.test(file.name),
  );
  if (files.length === 0)
    throw usage(
      `${path} 中没有 .jpg、.jpeg、.jfif 或 .png 文件`,
      'there is no .jpg, .jpeg, .jfif or .png file in this folder',
    );
  const entries = files.map((file): [string, Uint8Array] => {
    const whole = join(file.parentPath, file.name);
    return [relative(path, whole).replaceAll('\\', '/'), readFileSync(whole)];
  });
  // Pictures are compressed already.
  return zipSync(Object.fromEntries(entries), { level: 0 }) as Uint8Array<ArrayBuffer>;
}

/**
 * Compares each photo of a batch with the digest that its row discloses; saves them as `row-<number>.jpg`, readable for
 * their owner alone, where a folder is named. Seen can only be what lay in the folder before, byte for byte: an earlier
 * look saved it.
 * @returns how many were compared, and how many of them nobody can have looked at
 * @throws Failure `photo_differs` when one is not what its row discloses
 */
export async function savePhotos(
  caller: Caller,
  { ref, rows }: Seen,
  folder?: string,
): Promise<{ photos: number; unseen: number }> {
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const wanted = rows.filter(({ photo_digest }) => photo_digest !== null);
  const width = String(rows.at(-1)?.row ?? 0).length;
  const progress = new Progress('核对照片 comparing photos');
  let [done, unseen] = [0, 0];
  await eachOf(wanted, 4, async ({ row, position, photo_digest }) => {
    const { bytes, digest } = await photoOf(caller, ref.batch, position);
    if (digest !== photo_digest) {
      throw new Failure(
        1,
        `第 ${row} 行的照片与其摘要不符，拒绝签名`,
        `row ${row}: the photo is not the one whose digest the row discloses; nothing was signed`,
        'photo_differs',
      );
    }
    if (folder === undefined) unseen++;
    else {
      const name = `row-${String(row).padStart(width, '0')}`;
      const path = join(folder, `${name}.${photoType(bytes) === 'image/png' ? 'png' : 'jpg'}`);
      if (!existsSync(path) || !readFileSync(path).equals(bytes)) {
        unseen++;
        writeWhole(path, bytes, 0o600);
      }
      // Of an earlier look: the same row may have had a photo of the other type.
      rmSync(join(folder, `${name}.${path.endsWith('.png') ? 'jpg' : 'png'}`), { force: true });
    }
    progress.at(++done, wanted.length);
  });
  progress.end();
  return { photos: wanted.length, unseen };
}
