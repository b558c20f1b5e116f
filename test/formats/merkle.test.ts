/** The tree of RFC 9162 §2.1: against its recursive definition, known roots, and paths as a property. */

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { type Hash, includes, inclusionPath, leafHash, tree, treeRoot } from '../../src/formats/merkle.ts';
import fc from '../fuzz.ts';

const sha = (...parts: Uint8Array[]) => new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());

/** MTH(D[n]) as the RFC writes it, with another SHA-256. */
function definition(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0) return sha();
  if (entries.length === 1) return sha(Uint8Array.of(0), entries[0] as Uint8Array);
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return sha(Uint8Array.of(1), definition(entries.slice(0, split)), definition(entries.slice(split)));
}

const entry = fc.uint8Array({ maxLength: 40 });
const entries = fc.array(entry, { minLength: 1, maxLength: 70 });
const levelsOf = (data: readonly Uint8Array[]) => tree(data.map(leafHash));

test('the empty tree and one leaf have the roots of the RFC', () => {
  expect(toHex(treeRoot(tree([])))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(toHex(treeRoot(levelsOf([new Uint8Array(0)])))).toBe(
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
});

test('the root is that of the recursive definition', () => {
  fc.assert(
    fc.property(entries, (data) => {
      expect(toHex(treeRoot(levelsOf(data)))).toBe(toHex(definition(data)));
    }),
  );
});

test('every leaf has a path to the root, and no other place has it', () => {
  fc.assert(
    fc.property(entries, fc.nat(), fc.nat(), (data, pick, elsewhere) => {
      const levels = levelsOf(data);
      const root = treeRoot(levels);
      const index = pick % data.length;
      const leaf = levels[0]?.[index] as Hash;
      const path = inclusionPath(levels, index);
      expect(includes(root, leaf, index, data.length, path)).toBe(true);
      const other = elsewhere % (data.length + 2);
      // The same content may stand at several places; then the place differs but the leaf does not.
      if (other !== index && toHex(levels[0]?.[other] ?? new Uint8Array(1)) !== toHex(leaf))
        expect(includes(root, leaf, other, data.length, path)).toBe(false);
      expect(includes(root, leaf, index, data.length, [...path, leaf])).toBe(false);
      if (path.length > 0) expect(includes(root, leaf, index, data.length, path.slice(1))).toBe(false);
    }),
  );
});

test('a changed leaf, path or root is not included', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 2, maxLength: 40 }), fc.nat(), fc.nat(), (data, pick, bit) => {
      const levels = levelsOf(data);
      const index = pick % data.length;
      const path = inclusionPath(levels, index);
      const flip = (hash: Hash): Hash => hash.map((byte, i) => (i === bit % 32 ? byte ^ 1 : byte)) as Hash;
      const leaf = levels[0]?.[index] as Hash;
      const root = treeRoot(levels);
      expect(includes(root, flip(leaf), index, data.length, path)).toBe(false);
      expect(includes(flip(root), leaf, index, data.length, path)).toBe(false);
      expect(
        includes(
          root,
          leaf,
          index,
          data.length,
          path.map((hash, i) => (i === 0 ? flip(hash) : hash)),
        ),
      ).toBe(false);
    }),
  );
});

test('a node cannot be passed off as a row', () => {
  const levels = levelsOf([Uint8Array.of(1), Uint8Array.of(2)]);
  const [left, right] = levels[0] as Hash[];
  const node = new Uint8Array([...(left as Hash), ...(right as Hash)]);
  expect(includes(treeRoot(levels), leafHash(node), 0, 1, [])).toBe(false);
});
