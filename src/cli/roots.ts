/**
 * Owns which root the person trusts: thumbprints from --root, by themselves or in a file, or while developing from
 * `.dev/root.txt`; never from what is checked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fromHere, type Input } from './command.ts';
import { ROOT_FILE } from './dev.ts';
import { usage } from './talk.ts';

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** @throws Failure when there is none, or one is not a thumbprint */
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
