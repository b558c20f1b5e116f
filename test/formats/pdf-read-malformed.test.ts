/** The reader of PDF on files that are none, lie about themselves or are encrypted: refused with their code. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import { bundle, fonts, ordinary } from './fixtures-pdf.ts';
import {
  contents,
  join,
  latin,
  malformed,
  onePage,
  refusal,
  refused,
  text,
  texts,
  tooLarge,
  uncompressed,
  update,
  write,
  writeCompressed,
} from './pdf-read-kit.ts';

describe('not a PDF, or only a part of one', () => {
  it.each([
    '',
    '%',
    '%PDF-',
    '%PDF-1.7',
    '%PDF-1.7\nstartxref\n0\n%%EOF',
    'hello',
    '<html>'.repeat(1000),
    '%PDF-1.7\ntrailer<</Root 1 0 R>>',
    '%PDF-1.7\ntrailer<</Root 1 0 R>>1 0 obj<</Pages 2 0 R>>endobj',
  ])('%j', (file) => {
    expect(refusal(latin(file))).toEqual(malformed);
  });

  it('cut off anywhere', async () => {
    const bytes = await renderCertificate(ordinary, { fonts, bundle });
    for (const whole of [bytes, await uncompressed(bytes)]) {
      const step = Math.ceil(whole.length / 60);
      for (let length = 0; length < whole.length * 0.9; length += step)
        expect(refusal(whole.slice(0, length))).toEqual(malformed);
    }
  });

  it('without a page, or without its size', () => {
    const objects = onePage();
    expect(refused({ ...objects, 2: '<</Type/Pages/Kids[]/Count 0>>' })).toEqual(malformed);
    expect(refused({ ...objects, 2: '<</Type/Pages/Kids[9 0 R]/Count 1>>' })).toEqual(malformed);
    for (const box of ['', '/MediaBox[0 0 0 800]', '/MediaBox[0 0 (a) 1]', '/MediaBox 7'])
      expect(refused({ ...objects, 3: `<</Type/Page${box}>>` })).toEqual(malformed);
    expect(refused(onePage(contents(''), { page: '/Rotate 45' }))).toEqual(malformed);
  });
});

describe('what the file claims and is not so', () => {
  const xref = (dict: string, data: Uint8Array | string = new Uint8Array(40)) => {
    const bytes = write(onePage(contents('BT /F1 9 Tf (here) Tj ET'))).slice(0);
    const at = bytes.length;
    return join(
      bytes,
      `91 0 obj<</Type/XRef/Root 1 0 R/Length ${data.length}${dict}>>stream\n`,
      data,
      `\nendstream endobj\nstartxref\n${at}\n%%EOF`,
    );
  };
  it.each([
    '/W[1 2 1]/Size 999999999999',
    '/W[1 2 1]/Index[0 999999999999]',
    '/W[1 2 1]/Index[0 -1]',
    '/W[0 0 0]/Size 100000000',
    '/W[99999999 1 1]/Size 9',
    '/W[1 9 1]/Size 9',
    '/W[1 -2 1]/Size 9',
    '/W[1 2]/Size 9',
    '/W 7',
    '',
    '/W[1 2 1]/Index[0]',
    '/W[1 2 1]/Size(x)',
    '/W[1.5 2 1]/Size 9',
    '/W[7 7 7]/Size 9',
    '/W[1 2 1]/Size 9/Prev(x)',
    '/W[1 2 1]/Size 9/Prev 99999999',
  ])('a cross-reference stream with %s', (dict) => {
    // It is no table, so the objects are searched for.
    expect(texts(xref(dict))).toEqual(['here']);
    expect(readPdf(xref(dict)).repaired).toBe(true);
  });

  it('a cross-reference stream that inflates to more rows than there can be objects', () => {
    expect(refusal(xref('/W[1 1 1]/Size 9000000/Filter/FlateDecode', deflateSync(new Uint8Array(6 << 20))))).toEqual(
      tooLarge('objects'),
    );
  });

  it('a stream of 100 MB in a small file, and tables without end', () => {
    expect(texts(write(onePage(['/Length 104857600', 'BT /F1 9 Tf (here) Tj ET'])))).toEqual(['here']);
    const bytes = text(write(onePage(contents('BT /F1 9 Tf (here) Tj ET'))));
    expect(texts(latin(bytes.replace('xref\n0 1', 'xref\n0 999999999')))).toEqual(['here']);
    expect(
      refusal(
        latin(
          bytes.replace(
            'xref\n0 1\n0000000000 65535 f',
            `xref\n0 25000\n${'0000000000 65535 f \n'.repeat(24_999)}0000000000 65535 f`,
          ),
        ),
      ),
    ).toEqual(tooLarge('objects'));
  });

  it('object streams with heads of nonsense', () => {
    const container = (dict: string, data: string) => {
      const bytes = text(writeCompressed(onePage()));
      const from = bytes.indexOf('90 0 obj');
      return latin(
        `${bytes.slice(0, from)}90 0 obj<</Type/ObjStm${dict}/Length ${data.length}>>stream\n${data}\nendstream endobj trailer<</Root 1 0 R>>`,
      );
    };
    for (const dict of ['', '/N 5', '/N(x)/First 9', '/N 5/First 99999', '/N -1/First 0', '/N 3/First 0'])
      expect(refusal(container(dict, '1 0 2 5 3 9 null'))).toEqual(malformed);
    expect(refusal(container('/N 999999999/First 20', '1 0 2 5 3 9 null'))).toEqual(tooLarge('objects'));
  });

  it('many objects that are one another’s insides: work is counted, however often', () => {
    const nums = [...Array(3000).keys()].map((i) => 10 + i);
    const file = text(
      write({ ...onePage(contents(''), { catalog: `/More[${nums.map((num) => `${num} 0 R`).join(' ')}]` }) }),
    );
    const heads = nums.map((num) => `${num} 0 obj%`);
    const start = file.indexOf('xref\n');
    const table = heads
      .map((_, i) => `${nums[i]} 1\n${String(start + heads.slice(0, i).join('').length).padStart(10, '0')} 00000 n \n`)
      .join('');
    const comment = `${heads.join('')}${'x'.repeat(1_000_000)}\nnull endobj\n`;
    expect(
      refusal(
        latin(
          `${file.slice(0, start)}${comment}${file
            .slice(start)
            .replace('trailer', `${table}trailer`)
            .replace(/startxref\n\d+/, `startxref\n${start + comment.length}`)}`,
        ),
      ),
    ).toEqual(tooLarge('work'));
    expect(refusal(join('%PDF-1.7\n', 'trailer('.repeat(500_000)))).toEqual(tooLarge('work'));
    expect(refusal(join('%PDF-1.7\n', '1 0 obj('.repeat(500_000)))).toEqual(tooLarge('work'));
  });

  it('operators without operands, unknown fonts, places beyond everything, endless images', () => {
    const bad = [
      'm',
      '1 re',
      '(x) 1 m',
      '/F1 Tf',
      '/F9 9 Tf',
      '(x) Tj',
      `${'9'.repeat(30)} 0 0 1 0 0 cm`,
      `BT /F1 9 Tf ${'1000000 0 0 1000000 0 0 cm '.repeat(60)}(x) Tj`,
      'BI /W 1 ID xxx',
      'BI',
      '>',
      '<0g>',
      '(',
      '<<',
      '[',
      // What readers pass over, each in its own way.
      'xyz',
      '] } { )',
      '(x) 1-2 Tj',
      'BT /F1 9 Tf (hidden) nothing Tj',
      'BT /F1 9 Tf (a)(b) Tj',
      '1 2 3 4 5 re',
      'BT /F1 9 Tf [(a) /b] TJ',
      '9 Tr',
      '1.5 Tr',
      '0 0 mBT',
      'BI /W 9 /H 1 /BPC 8 /CS /G ID x\nEI\nBT\nEI Q',
      'BI /F /Fl ID xxx\nEI \xff\xff EI Q',
    ];
    for (const operators of bad)
      expect([operators, refused(onePage(contents(operators)))]).toEqual([operators, malformed]);
    for (const operators of [
      'Q Q Q EMC EMC',
      'ET BT ET',
      '/None Do /None gs',
      '1 2 3 scn /P1 scn',
      'BT [] TJ ET',
      'BT 5 Tr ET',
      '--5 g',
      '/constructor cs /toString cs',
      'BX EX',
    ]) {
      expect([operators, refused(onePage(contents(operators)))]).toEqual([operators, undefined]);
    }
  });

  it('trees of pages that show one page to who counts and another to who looks', () => {
    const objects = onePage();
    const trees = [
      '<</Kids[3 0 R]/Count 0>>',
      '<</Kids[3 0 R]/Count 2>>',
      '<</Kids[3 0 R]>>',
      '<</Kids[<</Kids[3 0 R]/Count 0>>]/Count 1>>',
      '<</Type/Page/Kids[3 0 R]/Count 1>>',
      '<</Kids[<<>>3 0 R]/Count 2>>',
    ];
    for (const tree of trees) expect([tree, refused({ ...objects, 2: tree })]).toEqual([tree, malformed]);
  });

  it('references to other generations; objects elsewhere in their object stream, which are searched for', () => {
    expect(refused({ ...onePage(), 1: '<</Pages 2 1 R>>' })).toEqual(malformed);
    expect(refusal(writeCompressed({ ...onePage(), 1: '<</Pages 2 1 R>>' }))).toEqual(malformed);
    const swapped = writeCompressed(onePage(contents('BT /F1 9 Tf (here) Tj ET')), { swap: true });
    expect([texts(swapped), readPdf(swapped).repaired]).toEqual([['here'], true]);
  });

  it.each([
    ['a dictionary with a key twice', '<</Type/Page/Type/Pages>>'],
    ['a key without value', '<</Type>>'],
    ['a key that is no name', '<<1 2>>'],
    ['two values', '1 2'],
    ['a stray word', '<</a b>>'],
    ['a reference to nowhere', '[-1 0 R]'],
    ['half a reference', '[R]'],
  ])('%s', (_what, object) => {
    expect(refused({ ...onePage(), 4: object })).toEqual(malformed);
  });

  it.each([
    ['/Filter/NoSuch', 'x'],
    ['/Filter 7', 'x'],
    ['/Filter/Crypt', 'x'],
    ['/Filter/DCTDecode', ''],
    ['/Filter/FlateDecode', 'no zlib'],
    ['/Filter/FlateDecode', deflateSync('cut off here, somewhere').slice(0, 12)],
    ['/Filter/LZWDecode', Uint8Array.of(0xff, 0xff, 0xff)],
    ['/Filter/ASCIIHexDecode', 'xyz>'],
    ['/Filter/ASCII85Decode', 'uuuuu~>'],
    ['/Filter/ASCII85Decode', 'a~>'],
    ['/Filter/ASCII85Decode', '\xff~>'],
    ['/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 3>>', deflateSync(Uint8Array.of(9, 1, 2, 3))],
    ['/Filter/FlateDecode/DecodeParms<</Predictor 2/BitsPerComponent 4>>', deflateSync('x')],
    ['/Filter/FlateDecode', Uint8Array.of(7)],
    ['/Filter/FlateDecode', Uint8Array.of(1, 1, 0, 0, 0)],
    ['/Filter/FlateDecode', Uint8Array.of(3, 2, 0)],
  ])('contents with %s, damaged', (dict, data) => {
    expect(refused(onePage([dict, data]))).toEqual(malformed);
  });
});

it('refuses encrypted files, whichever revision says so', () => {
  const encrypted = { code: 'pdf_encrypted' };
  const first = write(onePage(), '/Root 1 0 R/Encrypt<</Filter/Standard>>');
  expect(refusal(first)).toEqual(encrypted);
  expect(refusal(update(first, {}))).toEqual(encrypted);
  expect(refusal(update(write(onePage()), {}, '/Encrypt 9 0 R'))).toEqual(encrypted);
  expect(refusal(latin(text(first).replace(/startxref\n\d+/, 'startxref\n1')))).toEqual(encrypted);
  expect(refusal(writeCompressed(onePage(), { extra: '/Encrypt 9 0 R' }))).toEqual(encrypted);
});
