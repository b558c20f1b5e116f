/**
 * Photos on this machine: an archive or a folder of them as part of an upload, and the photos of a batch saved for a
 * centre to look at, each compared with the digest that its row discloses.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';
import { photoType } from '../core/photo.ts';
import type { Seen } from '../sdk/batch.ts';
import type { Caller } from '../sdk/call.ts';
import { photoOf } from '../sdk/fetch-certificates.ts';
import { eachOf, writeWhole } from './save-certificates.ts';
import { Failure, Progress, usage } from './talk.ts';

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
