/**
 * The reader of PDF on hostile files: each is refused with its code, or read, in bounded time (`refusal` holds that),
 * and nothing else is ever thrown.
 */
import { deflateSync } from 'node:zlib';
import type { Arbitrary } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { inflate } from '../../src/formats/pdf-read/filters.ts';
import { Budget, LIMITS } from '../../src/formats/pdf-read/limits.ts';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import fc from '../fuzz.ts';
import { bundle, fonts, ordinary } from './fixtures-pdf.ts';
import {
  join,
  latin,
  onePage,
  refusal,
  type Source,
  type Sources,
  startOf,
  text,
  texts,
  uncompressed,
  update,
  write,
  writeCompressed,
} from './pdf-read-kit.ts';

const contents = (operators: string | Uint8Array): Source => ['', operators];
const deflated = (data: string | Uint8Array): Source => ['/Filter/FlateDecode', deflateSync(data)];
const malformed = { code: 'pdf_malformed' };
const loop = { code: 'pdf_malformed', part: 'loop' };
const tooLarge = (limit: string) => ({ code: 'pdf_too_large', limit });
const repeat = (bytes: Uint8Array, times: number) => new Uint8Array(Buffer.alloc(bytes.length * times, bytes));
const active = (part: string) => ({ code: 'pdf_active', part });
const refused = (objects: Sources) => refusal(write(objects));

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

describe('what leads back to itself', () => {
  const cases: [string, Sources, { code: string }][] = [
    ['a length that is its own stream', onePage(['/Length 4 0 R', 'BT ET']), loop],
    [
      'lengths that are each other’s streams',
      { ...onePage(['/Length 6 0 R', 'BT ET']), 6: ['/Length 4 0 R', 'x'] },
      loop,
    ],
    ['an object that is itself', { ...onePage(), 1: '<</Type/Catalog/Pages 6 0 R>>', 6: '6 0 R' }, loop],
    ['two objects that are one another', { ...onePage(), 4: '6 0 R', 6: '4 0 R' }, loop],
    ['pages that are their own kids', { ...onePage(), 2: '<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1>>' }, loop],
    ['a page twice', { ...onePage(), 2: '<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>' }, loop],
    [
      'a form within itself',
      {
        ...onePage(contents('/X Do'), { resources: '/XObject<</X 6 0 R>>' }),
        6: ['/Subtype/Form/BBox[0 0 9 9]', '/X Do'],
      },
      loop,
    ],
    [
      'two forms within each other',
      {
        ...onePage(contents('/X Do'), { resources: '/XObject<</X 6 0 R/Y 7 0 R>>' }),
        6: ['/Subtype/Form/BBox[0 0 9 9]', '/Y Do'],
        7: ['/Subtype/Form/BBox[0 0 9 9]', '/X Do'],
      },
      loop,
    ],
    [
      'a name tree',
      {
        ...onePage(contents(''), { catalog: '/Names<</EmbeddedFiles 6 0 R>>' }),
        6: '<</Kids[7 0 R]>>',
        7: '<</Kids[6 0 R]>>',
      },
      loop,
    ],
    [
      'form fields',
      { ...onePage(contents(''), { catalog: '/AcroForm<</Fields[6 0 R]>>' }), 6: '<</T(a)/Kids[6 0 R]>>' },
      loop,
    ],
  ];
  it.each(cases)('%s', (_what, objects, wanted) => {
    expect(refused(objects)).toEqual(wanted);
  });

  it('cross-reference sections', () => {
    const first = write(onePage());
    expect(refusal(write(onePage(), `/Root 1 0 R/Prev ${startOf(first)}`))).toEqual(loop);
    const second = update(first, { 4: contents('') });
    expect(refusal(update(second, {}, `/XRefStm ${startOf(second)}`))).toEqual(loop);
  });

  it('object streams that contain themselves or each other', () => {
    // Number 90 is the object stream; the table says that it is inside itself.
    const bytes = text(writeCompressed(onePage()));
    const inside = (rows: number[][]) => {
      const at = bytes.indexOf('91 0 obj');
      return join(
        bytes.slice(0, at),
        `91 0 obj<</Type/XRef/W[1 3 1]/Index[1 2 90 2]/Size 100/Root 1 0 R/Length ${rows.length * 5}>>stream\n`,
        Uint8Array.from(rows.flat()),
        `\nendstream endobj\nstartxref\n${at}\n%%EOF`,
      );
    };
    expect(
      refusal(
        inside([
          [2, 0, 0, 90, 0],
          [2, 0, 0, 90, 1],
          [2, 0, 0, 90, 0],
          [1, 0, 0, 0, 0],
        ]),
      ),
    ).toEqual(loop);
    expect(
      refusal(
        inside([
          [2, 0, 0, 90, 0],
          [2, 0, 0, 90, 1],
          [2, 0, 0, 91, 0],
          [2, 0, 0, 90, 0],
        ]),
      ),
    ).toEqual(loop);
  });

  it('lengths of lengths, deeper than the stack', () => {
    const objects: Sources = onePage(['/Length 10 0 R', '']);
    for (let num = 10; num < 5000; num++) objects[num] = [`/Length ${num + 1} 0 R`, ''];
    expect(refused(objects)).toEqual(tooLarge('nesting'));
  });

  it('bushes of forms: few bytes, many operators', () => {
    const names = [...Array(7).keys()];
    const objects = onePage(contents('/X0 Do'), {
      resources: `/XObject<<${names.map((i) => `/X${i} ${10 + i} 0 R`).join(' ')}>>`,
    });
    for (const i of names) objects[10 + i] = ['/Subtype/Form/BBox[0 0 9 9]', `/X${i + 1} Do `.repeat(20)];
    expect(refused(objects)).toEqual(tooLarge('operators'));
    const chain = [...Array(12).keys()];
    const deep = onePage(contents('/X0 Do'), {
      resources: `/XObject<<${chain.map((i) => `/X${i} ${10 + i} 0 R`).join(' ')}>>`,
    });
    for (const i of chain) deep[10 + i] = ['/Subtype/Form/BBox[0 0 9 9]', `/X${i + 1} Do`];
    expect(refused(deep)).toEqual(tooLarge('forms'));
  });
});

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

describe('what acts by itself', () => {
  const script = '<</S/JavaScript/JS(app.alert)>>';
  it.each<[string, Sources, string]>([
    ['a script when opened', onePage(contents(''), { catalog: `/OpenAction${script}` }), 'OpenAction'],
    ['any action when opened', onePage(contents(''), { catalog: '/OpenAction<</S/URI/URI(http://x)>>' }), 'OpenAction'],
    [
      'a jump with more after it',
      onePage(contents(''), { catalog: '/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/Named/N/Print>>>>' }),
      'OpenAction',
    ],
    ['an action when the document closes', onePage(contents(''), { catalog: '/AA<</WC<</S/URI/URI(x)>>>>' }), 'AA'],
    [
      'an action of a page, in an object of its own',
      { ...onePage(contents(''), { page: '/AA 6 0 R' }), 6: '<</O 7 0 R>>', 7: '<</S/Hide>>' },
      'AA',
    ],
    [
      'scripts by name',
      { ...onePage(contents(''), { catalog: '/Names 6 0 R' }), 6: '<</JavaScript<</Names[(a)7 0 R]>>>>', 7: '<<>>' },
      'JavaScript',
    ],
    [
      'a script of an annotation',
      onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</S/JavaScript>>>>]' }),
      'JavaScript',
    ],
    [
      'a script under a spelt name',
      onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</#53/Java#53cript>>>>]' }),
      'JavaScript',
    ],
    [
      'a script in a stream',
      {
        ...onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</S/Rendition/J#53 6 0 R>>>>]' }),
        6: contents('app.alert()'),
      },
      'JS',
    ],
    ['a program', onePage(contents(''), { page: '/Annots[<</Subtype/Link/A<</S/Launch/F(cmd.exe)>>>>]' }), 'Launch'],
    [
      'a form that sends',
      onePage(contents(''), { page: '/Annots[<</Subtype/Widget/A<</S/SubmitForm/F(http://x)>>>>]' }),
      'SubmitForm',
    ],
    [
      'a form that fetches',
      onePage(contents(''), { page: '/Annots[<</Subtype/Widget/A<</S/ImportData>>>>]' }),
      'ImportData',
    ],
    ['media', onePage(contents(''), { page: '/Annots[<</Subtype/RichMedia>>]' }), 'RichMedia'],
    ['XFA', onePage(contents(''), { catalog: '/AcroForm<</Fields[]/XFA(x)>>' }), 'XFA'],
    [
      'a script on the tenth page',
      { ...onePage(), 2: '<</Kids[3 0 R 6 0 R]/Count 2>>', 6: `<</Type/Page/AA<</O${script}>>>>` },
      'AA',
    ],
    [
      'a script among the outlines',
      {
        ...onePage(contents(''), { catalog: '/Outlines 6 0 R' }),
        6: '<</First 7 0 R>>',
        7: `<</Parent 6 0 R/A 8 0 R>>`,
        8: `<</S/GoTo/Next${script}>>`,
      },
      'JS',
    ],
    [
      'a script that the page’s form object has',
      {
        ...onePage(contents(''), { resources: '/XObject<</X 6 0 R>>' }),
        6: ['/Subtype/Form/AA<</X<</S/JavaScript>>>>', ''],
      },
      'AA',
    ],
  ])('%s', (_what, objects, part) => {
    expect(refused(objects)).toEqual(active(part));
    expect(refusal(writeCompressed(objects))).toEqual(active(part));
  });

  it('leaves alone what does not: links, jumps, and scripts that nothing leads to any more', () => {
    expect(
      refused(
        onePage(contents(''), {
          catalog: '/OpenAction<</S/GoTo/D[3 0 R/Fit]>>',
          page: '/AA<</O<</S/GoTo>>>>/Annots[<</Subtype/Link/A<</S/URI/URI(https://x)>>>>]',
        }),
      ),
    ).toBeUndefined();
    expect(refused(onePage(contents(''), { catalog: '/OpenAction[3 0 R/Fit]' }))).toBeUndefined();
    expect(refused({ ...onePage(), 9: script })).toBeUndefined();
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
