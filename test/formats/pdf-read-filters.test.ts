/** The reader of PDF on compressed data: each filter and predictor, made by other code than the reader's. */
import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate } from '../../src/formats/pdf-read/filters.ts';
import { Budget, LIMITS } from '../../src/formats/pdf-read/limits.ts';
import fc from '../fuzz.ts';
import { contents, join, onePage, type Source, say, text, texts, write } from './pdf-read-kit.ts';

describe('filters', () => {
  const data = say('filtered text, filtered text, filtered text');
  const expectFiltered = (filter: string, bytes: Uint8Array | string) =>
    expect(texts(write(onePage([filter, bytes])))).toEqual(['filtered text, filtered text, filtered text']);

  /** LZW with codes of 9 to 12 bits, which grow one code early or not. */
  const lzw = (source: string, early = 1): Uint8Array => {
    let [bits, table, width, before] = ['', new Map<string, number>(), 9, ''];
    const code = (word: string) => table.get(word) ?? word.charCodeAt(0);
    const put = (value: number) => (bits += value.toString(2).padStart(width, '0'));
    put(256);
    for (const character of source) {
      const word = before + character;
      if (before === '' || table.has(word)) {
        before = word;
        continue;
      }
      put(code(before));
      before = character;
      table.set(word, 258 + table.size);
      if (258 + table.size + early > 1 << width) width++;
      if (table.size < 4094 - 258) continue;
      put(256);
      [table, width] = [new Map(), 9];
    }
    put(code(before));
    // The reader has made an entry of this code too.
    if (259 + table.size + early > 1 << width) width++;
    put(257);
    return Uint8Array.from((bits.match(/.{1,8}/g) as string[]).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
  };
  const hex = (source: string) => `${Buffer.from(source, 'latin1').toString('hex').replace(/.{20}/g, '$&\n')}>`;
  const ascii85 = (source: string) => {
    const bytes = Buffer.from(source.padEnd(Math.ceil(source.length / 4) * 4, ' '), 'latin1');
    let out = '';
    for (let at = 0; at < bytes.length; at += 4) {
      let value = bytes.readUInt32BE(at);
      let group = '';
      for (let i = 0; i < 5; i++, value = Math.floor(value / 85))
        group = String.fromCharCode(33 + (value % 85)) + group;
      out += group;
    }
    return `${out}~>`;
  };

  it('undoes each, and chains of them', () => {
    expectFiltered('/Filter/FlateDecode', deflateSync(data));
    expectFiltered('/Filter[/FlateDecode]/DecodeParms[null]', deflateRawSync(data));
    expectFiltered('/Filter/LZWDecode', lzw(data));
    expectFiltered('/Filter/ASCIIHexDecode', hex(data));
    expectFiltered('/Filter/ASCII85Decode', ascii85(data));
    expectFiltered(
      '/Filter/RunLengthDecode',
      join(
        ...(data.match(/[^]{1,100}/g) as string[]).map((part) => join(Uint8Array.of(part.length - 1), part)),
        Uint8Array.of(248, 32, 128),
      ),
    );
    expectFiltered('/Filter[/AHx /A85 /Fl]', hex(ascii85(text(deflateSync(data)))));
  });

  it.each([
    'FlateDecode',
    'LZWDecode',
    'ASCIIHexDecode',
    'ASCII85Decode',
    'RunLengthDecode',
    'AHx /Fl',
    'FlateDecode /LZWDecode',
  ])('takes no data for no data: %s', (filter) => {
    // As qpdf writes the empty appearance of a signature: nothing, and a filter all the same.
    const annotation = '<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/AP<</N 7 0 R>>>>';
    const empty: Source = [`/Type/XObject/Subtype/Form/BBox[0 0 0 0]/Filter[/${filter}]`, ''];
    expect(
      texts(write({ ...onePage(contents(say('shown')), { page: '/Annots[6 0 R]' }), 6: annotation, 7: empty })),
    ).toEqual(['shown']);
    expect(texts(write(onePage([`/Filter[/${filter}]`, ''])))).toEqual([]);
    expect(texts(write(onePage([`/Filter[/${filter}]/DecodeParms[<</Predictor 12/Columns 5>>]`, ''])))).toEqual([]);
  });

  it('undoes LZW whose codes grow, one early or not, and the example of the specification (§7.4.4.2)', () => {
    let [long, seed] = ['', 7];
    while (long.length < 30_000) long += 'abcdefgh '[(seed = (seed * 1103515245 + 12345) % 2147483648) % 9];
    for (const early of [0, 1]) {
      const bytes = lzw(`BT /F1 9 Tf (${long}) Tj ET`, early);
      expect(texts(write(onePage([`/Filter/LZWDecode/DecodeParms<</EarlyChange ${early}>>`, bytes])))).toEqual([long]);
    }
    const example = Uint8Array.of(0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01);
    const objects = onePage(contents('BT /F1 9 Tf ('));
    const third = (objects[3] as string).replace('/Contents 4 0 R', '/Contents[4 0 R 6 0 R 7 0 R]');
    expect(texts(write({ ...objects, 3: third, 6: ['/Filter/LZWDecode', example], 7: contents(') Tj ET') }))).toEqual([
      '\ufffd-----A---B\ufffd',
    ]);
  });

  it.each([0, 1, 2, 3, 4])('undoes PNG predictor %i', (kind) => {
    const width = 11;
    const source = Buffer.from(data.padEnd(Math.ceil(data.length / width) * width, ' '), 'latin1');
    const at = (row: number, column: number) => (row < 0 || column < 0 ? 0 : (source[row * width + column] as number));
    const rows: number[] = [];
    for (let row = 0; row < source.length / width; row++) {
      rows.push(kind);
      for (let column = 0; column < width; column++) {
        const [left, up, corner] = [at(row, column - 1), at(row - 1, column), row === 0 ? 0 : at(row - 1, column - 1)];
        const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
        const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
        rows.push((at(row, column) - ([0, left, up, (left + up) >> 1, paeth][kind] as number)) & 255);
      }
    }
    expectFiltered(
      `/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns ${width}>>`,
      deflateSync(Uint8Array.from(rows)),
    );
  });

  it('undoes the TIFF predictor', () => {
    const width = 12;
    const source = Buffer.from(data.padEnd(Math.ceil(data.length / width) * width, ' '), 'latin1');
    const rows = source.map((byte, i) => (byte - (i % width < 3 ? 0 : (source[i - 3] as number))) & 255);
    expectFiltered('/Filter/FlateDecode/DecodeParms<</Predictor 2/Columns 4/Colors 3>>', deflateSync(rows));
  });

  it('inflates what zlib deflates, at every level and strategy', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.array(fc.constantFrom(0, 1, 65), { maxLength: 5000 }).map((values) => Uint8Array.from(values)),
    );
    fc.assert(
      fc.property(
        bytes,
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        (source, level, strategy, bare) => {
          const deflated = (bare ? deflateRawSync : deflateSync)(source, { level, strategy });
          return Buffer.from(inflate(deflated, new Budget(), LIMITS.inflated)).equals(Buffer.from(source));
        },
      ),
      { numRuns: 300 },
    );
  });
});
