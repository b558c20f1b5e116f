/** The reader of PDF on files that ask for too much: each limit is kept, in bounded time (`refusal` holds that). */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate } from '../../src/formats/pdf-read/filters.ts';
import { Budget, LIMITS } from '../../src/formats/pdf-read/limits.ts';
import {
  contents,
  join,
  malformed,
  onePage,
  refusal,
  refused,
  type Source,
  type Sources,
  startOf,
  tooLarge,
  update,
  write,
} from './pdf-read-kit.ts';

const deflated = (data: string | Uint8Array): Source => ['/Filter/FlateDecode', deflateSync(data)];

const repeat = (bytes: Uint8Array, times: number) => new Uint8Array(Buffer.alloc(bytes.length * times, bytes));

describe('too much', () => {
  it('a file over the limit', () => {
    expect(refusal(join(write(onePage()), new Uint8Array(LIMITS.file)))).toEqual(tooLarge('file'));
  });

  const zeros = new Uint8Array(40 << 20);
  it('bombs: one, one within another, one beside the other, one of each filter', () => {
    const bomb = deflateSync(zeros, { level: 9 });
    expect(bomb.length).toBeLessThan(zeros.length / 900);
    expect(refused(onePage(['/Filter/FlateDecode', bomb]))).toEqual(tooLarge('inflated'));
    expect(refused(onePage(['/Filter[/FlateDecode/FlateDecode]', deflateSync(bomb)]))).toEqual(tooLarge('inflated'));
    expect(refused(onePage(['/Filter[/FlateDecode/FlateDecode/FlateDecode]', deflateSync(deflateSync(bomb))]))).toEqual(
      tooLarge('inflated'),
    );
    const half = deflateSync(zeros.subarray(0, 9 << 20));
    expect(
      refused({
        ...onePage(),
        3: '<</Type/Page/MediaBox[0 0 9 9]/Contents[6 0 R 7 0 R]>>',
        6: ['/Filter/FlateDecode', half],
        7: ['/Filter/FlateDecode', half],
      }),
    ).toEqual(tooLarge('inflated'));
    expect(
      refused({
        ...onePage(),
        3: '<</Type/Page/MediaBox[0 0 9 9]/Contents[6 0 R 6 0 R]>>',
        6: ['/Filter/FlateDecode', half],
      }),
    ).toEqual(tooLarge('inflated'));
    const runs = new Uint8Array(300_000).fill(129);
    expect(refused(onePage(['/Filter/RunLengthDecode', runs]))).toEqual(tooLarge('inflated'));
    expect(refused(onePage(['/Filter[/FlateDecode/RunLengthDecode]', deflateSync(runs)]))).toEqual(
      tooLarge('inflated'),
    );
    expect(refused(onePage(['/Filter/ASCII85Decode', 'z'.repeat(4_500_000)]))).toEqual(tooLarge('inflated'));
    expect(
      refused(
        onePage([
          '/Filter[/FlateDecode]/DecodeParms<</Predictor 15/Columns 16000000>>',
          deflateSync(zeros.subarray(0, 9 << 20)),
        ]),
      ),
    ).toEqual(malformed);
    expect(refused(onePage([`/Filter[${'/AHx'.repeat(9)}]`, '>']))).toEqual(tooLarge('filters'));
  });

  it('a bomb costs its limit: nothing is made of what lies beyond', () => {
    const budget = new Budget();
    expect(() => inflate(deflateSync(zeros), budget, 1000)).toThrow(
      expect.objectContaining({ code: 'pdf_too_large', facts: expect.objectContaining({ limit: 'attachment' }) }),
    );
    expect(LIMITS.work - budget.left('work')).toBeLessThan(4096);
  });

  /** Blocks of DEFLATE with codes of their own; `lengths` spells the code lengths in a code of one or two bits. */
  function block(codeLengths: Record<number, number>, literals: number, lengths: string, data: string): Uint8Array {
    let bits = '';
    const put = (value: number, count: number) => {
      for (let i = 0; i < count; i++) bits += (value >> i) & 1;
    };
    for (const [value, count] of [
      [0, 1],
      [2, 2],
      [literals - 257, 5],
      [0, 5],
      [15, 4],
    ] as const)
      put(value, count);
    for (const symbol of [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
      put(codeLengths[symbol] ?? 0, 3);
    bits += lengths + data;
    // An empty stored block fills up the byte.
    bits += '000';
    bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
    return Uint8Array.from([
      ...(bits.match(/.{8}/g) as string[]).map((byte) => Number.parseInt([...byte].reverse().join(''), 2)),
      0,
      0,
      255,
      255,
    ]);
  }

  it('blocks of DEFLATE whose codes have more symbols than room: refused, where others fill a table again for each', () => {
    const one = block({ 16: 1, 1: 2, 15: 2 }, 257, `1110${'011'.repeat(42)}010`, '');
    expect(refused(onePage(['/Filter/FlateDecode', repeat(one, 4000)]))).toEqual(malformed);
  });

  it('blocks of DEFLATE that are nothing but their heads', () => {
    // 256 symbols without a code, the end with the only one; a distance without.
    const one = block({ 18: 1, 0: 2, 1: 2 }, 257, `0${'1111111'}0${'1101011'}${'11'}${'10'}`, '0');
    const last = Uint8Array.of(3, 0);
    expect(inflate(join(one, one, last), new Budget(), 9)).toEqual(new Uint8Array());
    expect(
      refused(onePage(['/Filter/FlateDecode', join(repeat(one, Math.floor(4_900_000 / one.length)), last)])),
    ).toEqual(tooLarge('work'));
  });

  const cases: [string, () => Sources | Uint8Array, object | undefined][] = [
    ['arrays within arrays', () => onePage(contents('['.repeat(1_000_000))), tooLarge('nesting')],
    ['arrays within arrays in an object', () => ({ ...onePage(), 4: '['.repeat(1_000_000) }), tooLarge('nesting')],
    ['dictionaries within dictionaries', () => ({ ...onePage(), 4: '<</a'.repeat(1_000_000) }), tooLarge('nesting')],
    [
      'brackets within brackets of a string',
      () => onePage(contents(`${'('.repeat(2_000_000)}${')'.repeat(2_000_000)}`)),
      undefined,
    ],
    ['a million operators', () => onePage(deflated('0 0 m\n'.repeat(1_000_000))), tooLarge('operators')],
    ['operands without operator', () => onePage(deflated('0 '.repeat(1_000_000))), tooLarge('operands')],
    ['an array of millions', () => onePage(deflated(`[${'0 '.repeat(4_000_000)}] TJ`)), tooLarge('values')],
    ['states never given back', () => onePage(deflated('q '.repeat(100_000))), tooLarge('states')],
    ['marks never ended', () => onePage(deflated('/P BMC '.repeat(100_000))), tooLarge('states')],
    ['a million glyphs', () => onePage(deflated(`BT /F1 9 Tf (${'x'.repeat(1_000_000)}) Tj ET`)), tooLarge('glyphs')],
    [
      'a form of one long comment, shown often',
      () => ({
        ...onePage(contents('/X Do '.repeat(100_000)), { resources: '/XObject<</X 6 0 R>>' }),
        6: ['/Subtype/Form/BBox[0 0 9 9]', `%${' '.repeat(100_000)}`],
      }),
      tooLarge('work'),
    ],
    [
      'thousands of objects',
      () => Object.assign(onePage(), Object.fromEntries([...Array(20_050).keys()].map((i) => [100 + i, '0']))),
      tooLarge('objects'),
    ],
    [
      'a map of all codes, many times',
      () => ({
        ...onePage(contents('BT /F1 9 Tf (x) Tj ET')),
        5: '<</Subtype/TrueType/ToUnicode 6 0 R>>',
        6: deflated(`9 beginbfrange ${'<0000> <FFFF> <0041> '.repeat(1000)}endbfrange`),
      }),
      tooLarge('values'),
    ],
    [
      'widths of all codes, many times',
      () => ({
        ...onePage(contents('BT /F1 9 Tf (x) Tj ET')),
        5: `<</Subtype/Type0/DescendantFonts[<</W[${'0 65535 1 '.repeat(1000)}]>>]>>`,
      }),
      tooLarge('values'),
    ],
    [
      'one array shared by many fonts',
      () => ({
        ...(onePage(contents([...Array(300).keys()].map((i) => `/G${i} 9 Tf`).join(' ')), {
          resources: `/Font<<${[...Array(300).keys()].map((i) => `/G${i}<</Subtype/Type1/Widths 6 0 R>>`).join('')}>>`,
        }).valueOf() as Sources),
        3: `<</Type/Page/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<<${[...Array(300).keys()].map((i) => `/G${i}<</Subtype/Type1/Widths 6 0 R>>`).join('')}>>>>>>`,
        6: `[${'1 '.repeat(10_000)}]`,
      }),
      tooLarge('values'),
    ],
    [
      'many attachments',
      () => ({
        ...onePage(contents(''), {
          catalog: `/AF[${[...Array(25).keys()].map((i) => `<</EF<</F ${10 + i} 0 R>>>>`).join('')}]`,
        }),
        ...Object.fromEntries([...Array(25).keys()].map((i) => [10 + i, ['', 'x'] as Source])),
      }),
      tooLarge('attachments'),
    ],
    [
      'a large attachment',
      () => ({
        ...onePage(contents(''), { catalog: '/AF[<</EF<</F 10 0 R>>>>]' }),
        10: deflated(new Uint8Array(3 << 20)),
      }),
      tooLarge('attachment'),
    ],
    [
      'a large attachment as it is',
      () => ({ ...onePage(contents(''), { catalog: '/AF[<</EF<</F 10 0 R>>>>]' }), 10: ['', new Uint8Array(3 << 20)] }),
      tooLarge('attachment'),
    ],
    [
      'many annotations',
      () => onePage(contents(''), { page: `/Annots[${'<<>>'.repeat(2000)}]` }),
      tooLarge('annotations'),
    ],
    [
      'a deep tree of pages',
      () => ({
        ...onePage(),
        ...Object.fromEntries(
          [...Array(60).keys()].map((i) => [i === 0 ? 2 : 100 + i, `<</Kids[${101 + i} 0 R]/Count 1>>`]),
        ),
        160: '<</Type/Page>>',
      }),
      tooLarge('nesting'),
    ],
    [
      'a long text said often',
      () =>
        onePage(deflated('/P /A BDC EMC '.repeat(60_000)), {
          resources: `/Properties<</A<</ActualText(${'x'.repeat(60_000)})>>>>`,
        }),
      undefined,
    ],
    [
      'a long text of one character, shown often',
      () => ({
        ...onePage(deflated(`BT /F1 9 Tf (${'x'.repeat(29_000)}) Tj ET`)),
        5: '<</Subtype/TrueType/ToUnicode 6 0 R>>',
        6: deflated(`1 beginbfchar <78> <${'0041'.repeat(50_000)}> endbfchar`),
      }),
      undefined,
    ],
    [
      'a long list of filters, asked often',
      () => ({
        ...onePage(deflated('/I Do '.repeat(190_000)), { resources: '/XObject<</I 6 0 R>>' }),
        6: [`/Subtype/Image/Filter[${'/X '.repeat(250_000)}]`, ''],
      }),
      undefined,
    ],
    [
      'one list of actions for all',
      () => ({
        ...onePage(),
        1: `<</Pages 2 0 R/X[${'<</AA 6 0 R>>'.repeat(50_000)}]>>`,
        6: `<<${[...Array(50_000).keys()].map((i) => `/${i} 0`).join('')}>>`,
      }),
      tooLarge('values'),
    ],
    [
      'one array under many numbers',
      () => ({
        ...onePage(),
        1: `<</Pages 2 0 R/X[${[...Array(9000).keys()].map((i) => `${100 + i} 0 R `).join('')}]>>`,
        6: `[${'0 '.repeat(200_000)}]`,
        ...Object.fromEntries([...Array(9000).keys()].map((i) => [100 + i, '6 0 R'])),
      }),
      undefined,
    ],
    [
      'one long name for all fields',
      () => ({
        ...onePage(contents(''), { catalog: '/AcroForm<</Fields[10 0 R]>>' }),
        6: `(${'x'.repeat(3_000_000)})`,
        ...Object.fromEntries([...Array(30).keys()].map((i) => [10 + i, `<</T 6 0 R/FT/Sig/Kids[${11 + i} 0 R]>>`])),
      }),
      tooLarge('name'),
    ],
    [
      'ends without number',
      () => join(write(onePage()), '%%EOF'.repeat(900_000), `startxref ${startOf(write(onePage()))} %%EOF`),
      tooLarge('revisions'),
    ],
    ['what looks like objects', () => join('%PDF-1.7\n', '1 0 obj '.repeat(600_000)), tooLarge('objects')],
    ['what looks like trailers', () => join('%PDF-1.7\n', 'trailer>'.repeat(600_000)), tooLarge('sections')],
    [
      'a hundred revisions',
      () => [...Array(60).keys()].reduce((bytes) => update(bytes, {}), write(onePage())),
      tooLarge('sections'),
    ],
  ];
  it.each(cases)('%s', (_what, make, wanted) => {
    const made = make();
    expect(made instanceof Uint8Array ? refusal(made) : refused(made)).toEqual(wanted);
  });
});
