/**
 * Measures what drawing certificates keeps in memory: live bytes after collecting garbage, which the size of a process
 * does not show. In Node, where garbage can be collected on demand; the code is that of the Worker.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { bundle, fonts, ordinary } from '../formats/fixtures-pdf.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Names of two of 3,000 characters, as many as real ones use: each glyph that was cut once is remembered. */
const nameOf = (n: number): string => `欧阳${String.fromCodePoint(0x4e00 + (n % 3000), 0x4e00 + ((n * 7) % 3000))}`;

/** Draws `count` certificates; live megabytes after each thousand. */
export async function liveMegabytes(count: number): Promise<number[]> {
  const sizes: number[] = [];
  for (let n = 0; n < count; n++) {
    await renderCertificate({ ...ordinary, name: nameOf(n) }, { fonts, bundle });
    if (n % 1000 !== 999) continue;
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    sizes.push((heapUsed + arrayBuffers) / 1e6);
  }
  return sizes;
}
