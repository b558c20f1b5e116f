/**
 * The Merkle tree of RFC 9162 §2.1 with SHA-256. Leaves are hashed with a 0x00 prefix and nodes with 0x01, so that no
 * node can be passed off as a leaf.
 */
import { concat, equalBytes, sha256Short } from '../base/bytes.ts';

export type Hash = Uint8Array<ArrayBuffer>;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The leaf hash of one entry (RFC 9162 §2.1.1). */
export const leafHash = (entry: Uint8Array): Hash => sha256Short(concat(LEAF, entry));

const nodeHash = (left: Hash, right: Hash): Hash => sha256Short(concat(NODE, left, right));

/**
 * The tree's levels, leaves first, one hash last. A node without a sibling moves up unchanged, which gives
 * the same root as RFC 9162's split at the largest power of two.
 */
export function tree(leaves: readonly Hash[]): Hash[][] {
  const levels: Hash[][] = [[...leaves]];
  for (let below = levels[0] as Hash[]; below.length > 1; below = levels.at(-1) as Hash[]) {
    const above: Hash[] = [];
    for (let i = 0; i < below.length; i += 2) {
      const left = below[i] as Hash;
      const right = below[i + 1];
      above.push(right ? nodeHash(left, right) : left);
    }
    levels.push(above);
  }
  return levels;
}

/** The root of a tree built by `tree`; of no leaves, the hash of nothing. */
export function treeRoot(levels: readonly Hash[][]): Hash {
  return levels.at(-1)?.[0] ?? sha256Short(new Uint8Array(0));
}

/** The inclusion path of a leaf, from its sibling up (RFC 9162 §2.1.3.1). */
export function inclusionPath(levels: readonly Hash[][], index: number): Hash[] {
  const path: Hash[] = [];
  let at = index;
  for (const level of levels.slice(0, -1)) {
    const sibling = level[at ^ 1];
    if (sibling) path.push(sibling);
    at >>= 1;
  }
  return path;
}

/** Whether a path leads from the leaf at `index` of `size` to the root (RFC 9162 §2.1.3.2). */
export function includes(root: Hash, leaf: Hash, index: number, size: number, path: readonly Hash[]): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= size) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      // A node without a right sibling climbs until it is a right child.
      while (node % 2 === 0 && node !== 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last === 0 && equalBytes(hash, root);
}
