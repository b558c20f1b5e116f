/** The reader of PDF on changed certificates and noise: read or refused, and nothing else is ever thrown. */
import { deflateSync } from 'node:zlib';
import type { Arbitrary } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderCertificate } from '../../src/core/paper/document.ts';
import fc from '../fuzz.ts';
import { bundle, fonts, ordinary } from './fixtures-pdf.ts';
import {
  contents,
  join,
  latin,
  onePage,
  refusal,
  refused,
  type Sources,
  uncompressed,
  update,
  write,
  writeCompressed,
} from './pdf-read-kit.ts';

describe('anything', () => {
  const seeds: Uint8Array[] = [];
  beforeAll(async () => {
    const certificate = await renderCertificate(ordinary, { fonts, bundle });
    const features: Sources = {
      ...onePage(
        contents(
          'q 1 0 0 1 5 5 cm /X1 Do Q BT /F1 9 Tf [(ab) 20 <6364>] TJ ET BI /W 1 /H 1 /BPC 8 /CS /G ID x EI 0 0 9 9 re W n /P <</MCID 1>> BDC EMC',
        ),
        {
          resources: '/XObject<</X1 6 0 R>>',
          catalog:
            '/Names<</EmbeddedFiles<</Names[(a)<</F(a)/EF<</F 7 0 R>>>>]>>>>/AcroForm<</Fields[<</FT/Sig/T(s)>>]>>',
          page: '/Annots[<</Subtype/Link/Rect[0 0 1 1]>>]',
        },
      ),
      6: ['/Subtype/Form/BBox[0 0 99 99]/Filter/FlateDecode', deflateSync('BT /F1 9 Tf (in the form) Tj ET')],
      7: ['/Filter/ASCIIHexDecode', '616263>'],
    };
    seeds.push(
      certificate,
      await uncompressed(certificate),
      write(features),
      update(write(features), { 4: contents('q Q') }),
      writeCompressed(features, { predictor: true }),
    );
  });

  /** Bytes changed, put in, taken out, moved. */
  const edit = fc.record({
    kind: fc.constantFrom('flip', 'flip', 'flip', 'cut', 'copy', 'word', 'end'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
    size: fc.integer({ min: 1, max: 400 }),
    byte: fc.nat(255),
  });
  const WORDS = [
    'obj',
    'endobj',
    'stream',
    'endstream',
    '<<',
    '>>',
    '[',
    ']',
    '(',
    ')',
    ' 0 R',
    '/Length 99999',
    '-1',
    '/Kids',
    '/Filter/FlateDecode',
    'trailer',
    'startxref',
    '%',
    ' Tj ',
    ' Do ',
    ' q ',
    '99999999999',
    '/Type/ObjStm',
  ];
  type Edit = typeof edit extends Arbitrary<infer T> ? T : never;
  function apply(bytes: Uint8Array, { kind, at, to, size, byte }: Edit): Uint8Array {
    const [from, other] = [Math.floor(at * bytes.length), Math.floor(to * bytes.length)];
    if (kind === 'end') return bytes.slice(0, from);
    if (kind === 'cut') return join(bytes.subarray(0, from), bytes.subarray(from + size));
    if (kind === 'copy')
      return join(bytes.subarray(0, from), bytes.subarray(other, other + size), bytes.subarray(from));
    if (kind === 'word')
      return join(bytes.subarray(0, from), WORDS[byte % WORDS.length] as string, bytes.subarray(from));
    const changed = bytes.slice();
    if (from < changed.length) changed[from] = byte;
    return changed;
  }

  it('is read or refused, and never breaks the reader', () => {
    const codes = new Set<string | undefined>();
    fc.assert(
      fc.property(fc.nat(4), fc.array(edit, { minLength: 1, maxLength: 12 }), (seed, edits) => {
        codes.add(refusal(edits.reduce(apply, seeds[seed] as Uint8Array))?.code);
      }),
      { numRuns: 400 },
    );
    // The edits neither leave all files sound nor break them all.
    expect(codes.has(undefined) && codes.has('pdf_malformed')).toBe(true);
  });

  it('noise after a head', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...WORDS, '1 0 obj', '%PDF-1.7\n', 'xref\n0 1\n', '/Root 1 0 R', '/Pages 1 0 R'),
            fc.string({ maxLength: 8 }),
          ),
          { maxLength: 60 },
        ),
        (words) => {
          refusal(latin(`%PDF-1.7\n${words.join(' ')}`));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('contents of noise', () => {
    const operators = [
      'q',
      'Q',
      'cm',
      'BT',
      'ET',
      'Tf',
      'Td',
      'Tj',
      'TJ',
      "'",
      '"',
      'Tm',
      're',
      'f',
      'S',
      'W',
      'n',
      'Do',
      'gs',
      'cs',
      'scn',
      'BDC',
      'BMC',
      'EMC',
      'BI',
      'ID',
      'EI',
      'sh',
      'Tz',
      'Tr',
      'c',
      'v',
    ];
    const operand = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toFixed(3)),
      fc.constantFrom('/F1', '/X1', '(ab)', '<00>', '[(a) 1]', '<</MCID 1>>', '0', '1', '12', 'true', 'null'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.array(operand, { maxLength: 6 }), fc.constantFrom(...operators)), { maxLength: 30 }),
        (lines) => {
          const found = refused({
            ...onePage(contents(lines.map(([operands, operator]) => [...operands, operator].join(' ')).join('\n')), {
              resources: '/XObject<</X1 6 0 R>>',
            }),
            6: ['/Subtype/Form/BBox[0 0 9 9]', 'BT /F1 9 Tf (x) Tj'],
          });
          return found === undefined || found.code === 'pdf_malformed';
        },
      ),
      { numRuns: 500 },
    );
  });

  it('compressed data of noise', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('/FlateDecode', '/LZWDecode', '/ASCII85Decode', '/RunLengthDecode', '/ASCIIHexDecode'),
        (bytes, filter) => {
          refused(onePage([`/Filter${filter}`, bytes]));
        },
      ),
      { numRuns: 500 },
    );
  });
});
