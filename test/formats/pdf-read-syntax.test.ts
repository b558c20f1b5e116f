/** The reader of PDF on files made by hand: syntax, structure, filters, fonts, text and graphics state, each by itself. */
import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate } from '../../src/formats/pdf-read/filters.ts';
import { Budget, LIMITS } from '../../src/formats/pdf-read/limits.ts';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import fc from '../fuzz.ts';
import {
  join,
  latin,
  onePage,
  refusal,
  type Source,
  startOf,
  text,
  texts,
  update,
  write,
  writeCompressed,
} from './pdf-read-kit.ts';

const say = (words: string, at = '50 700') => `BT /F1 12 Tf ${at} Td (${words}) Tj ET`;
const contents = (operators: string): Source => ['', operators];
const page = (operators: string, more?: Parameters<typeof onePage>[1]) =>
  readPdf(write(onePage(contents(operators), more))).page;

describe('structure', () => {
  it('reads cross-reference streams and object streams, with and without predictor', () => {
    for (const predictor of [false, true])
      expect(texts(writeCompressed(onePage(contents(say('hello'))), { predictor }))).toEqual(['hello']);
  });

  it('reads the newest revision, and says where each ends', () => {
    const first = write(onePage(contents(say('first'))));
    const second = update(first, { 4: contents(say('second')) });
    const third = update(second, { 4: contents(say('third')) });
    expect(texts(third)).toEqual(['third']);
    expect(readPdf(third)).toMatchObject({
      revisions: [first.length, second.length, third.length],
      size: third.length,
      repaired: false,
    });
    expect(readPdf(join(third, 'later')).revisions.at(-1)).toBe(third.length);
  });

  it('updates a file of streams with a table, and the other way round', () => {
    const compressed = writeCompressed(onePage(contents(say('first'))));
    expect(texts(update(compressed, { 4: contents(say('second')) }))).toEqual(['second']);
    const classic = write(onePage(contents(say('first'))));
    const body = writeCompressed(
      { 4: contents(say('second')), 5: onePage()[5] as string },
      { extra: `/Prev ${startOf(classic)}` },
    );
    const moved = join(classic, body);
    // The second file's offsets count from its own start: its table is wrong, and the objects are searched for.
    expect(readPdf(moved).repaired).toBe(true);
    expect(texts(moved)).toEqual(['second']);
  });

  it('reads hybrids: what the table calls free is in its stream, and does not fall back to the revision before', () => {
    const old = write({ ...onePage(contents(say('old'))), 7: '(old)' });
    let bytes = old;
    const container = bytes.length;
    const inside = '5 0 <</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>';
    bytes = join(
      bytes,
      `70 0 obj<</Type/ObjStm/N 1/First 4/Length ${inside.length}>>stream\n${inside}\nendstream endobj\n`,
    );
    const stream = bytes.length;
    const rows = Uint8Array.of(2, 0, 70, 0);
    bytes = join(
      bytes,
      '71 0 obj<</Type/XRef/W[1 2 1]/Index[5 1]/Size 72/Root 1 0 R/Length 4>>stream\n',
      rows,
      '\nendstream endobj\n',
    );
    const at = bytes.length;
    bytes = join(
      bytes,
      `xref\n5 1\n0000000000 00001 f \n70 1\n${String(container).padStart(10, '0')} 00000 n \ntrailer<</Size 72/Root 1 0 R/Prev ${startOf(old)}/XRefStm ${stream}>>\nstartxref\n${at}\n%%EOF`,
    );
    const { page: shown, repaired } = readPdf(bytes);
    expect([shown.texts[0]?.font, repaired]).toEqual(['Courier', false]);
  });

  it('searches for the objects where the table is wrong, and says so', () => {
    const good = write(onePage(contents(say('hello'))));
    const wrong = [
      text(good).replace(/startxref\n\d+/, 'startxref\n17'),
      text(good).replace(/startxref\n\d+/, 'startxref\n99999'),
      text(good).replace(/startxref[^]*/, ''),
      text(good).replace('xref\n0 1', 'xref\n0 9'),
      text(good).replace(/\d{10} 00000 n/, '0000000003 00000 n'),
      text(good).replace('%PDF-1.7\n', '%PDF-1.7\n% somebody wrote a line here\n'),
      text(good).replace(/xref\n0 1[^]*/, ''),
      text(good).replace(/trailer[^]*/, ''),
    ];
    for (const bytes of wrong.map(latin)) {
      expect(texts(bytes)).toEqual(['hello']);
      expect(readPdf(bytes).repaired).toBe(true);
    }
    const compressed = text(writeCompressed(onePage(contents(say('hello'))))).replace(
      /startxref\n\d+/,
      'startxref\n17',
    );
    expect(texts(latin(compressed))).toEqual(['hello']);
  });

  it('does not take a file within the file for its parts, when it searches', () => {
    const inner = text(write(onePage(contents(say('inner')))));
    const outer = text(write({ ...onePage(contents(say('outer'))), 8: ['', inner] })).replace(
      /startxref\n\d+\n%%EOF\n$/,
      '',
    );
    expect(texts(latin(outer))).toEqual(['outer']);
  });

  it('mends wrong lengths of streams', () => {
    for (const length of ['5', '100000', '(x)', '99 0 R', '-3'])
      expect(texts(write(onePage([`/Length ${length}`, say('hello')])))).toEqual(['hello']);
    const right = write({ ...onePage(['/Length 9 0 R', say('hello')]), 9: String(say('hello').length) });
    expect([
      texts(right),
      readPdf(right).repaired,
      readPdf(write(onePage(['/Length 5', say('hello')]))).repaired,
    ]).toEqual([['hello'], false, true]);
  });

  it('inherits what the page leaves to its parents, and counts the leaves', () => {
    const objects = onePage(contents(say('hello')));
    const { page: shown, pages } = readPdf(
      write({
        ...objects,
        2: '<</Type/Pages/Kids[6 0 R 7 0 R]/Count 2/MediaBox[10 20 310 420]/Resources<</Font<</F1 5 0 R>>>>>>',
        3: '<</Type/Page/Parent 6 0 R/Contents[4 0 R 4 0 R]>>',
        6: '<</Type/Pages/Parent 2 0 R/Kids[3 0 R]/Count 1/Rotate 0>>',
        7: '<</Type/Page/Parent 2 0 R>>',
      }),
    );
    expect([pages, shown.width, shown.height]).toEqual([2, 300, 400]);
    expect(shown.texts.map(({ x, y, text: shownText, veiled }) => [shownText, x, y, veiled])).toEqual([
      ['hello', 40, 680, 'clip'],
      ['hello', 40, 680, 'clip'],
    ]);
  });

  it('turns the sheet as it is shown', () => {
    const places = [0, 90, 180, 270, -90, 450].map((turn) => {
      const {
        width,
        height,
        texts: [shown],
      } = page(say('x'), { page: `/Rotate ${turn}` });
      return [turn, width, height, shown?.x, shown?.y];
    });
    expect(places).toEqual([
      [0, 600, 800, 50, 700],
      [90, 800, 600, 700, 550],
      [180, 600, 800, 550, 100],
      [270, 800, 600, 100, 50],
      [-90, 800, 600, 100, 50],
      [450, 800, 600, 700, 550],
    ]);
    expect(page(say('x'), { page: '/UserUnit 2' })).toMatchObject({
      width: 1200,
      height: 1600,
      texts: [{ x: 100, y: 1400, size: 24 }],
    });
  });
});

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

describe('text', () => {
  it('reads strings with escapes, in hexadecimal, and names with codes', () => {
    expect(
      page(
        'BT /F#31 10 Tf % a comment )\n(a\\(b\\)c\\\\ \\101\\1012 (nested (twice)) \\\nno break) Tj <48 65 6C6c 6F2> Tj ET',
      ).texts.map((shown) => shown.text),
    ).toEqual(['a(b)c\\ AA2 (nested (twice)) no break', 'Hello ']);
  });

  it('places every glyph: spacing, stretching, rise, leading, kerning, matrices', () => {
    const shown = page(
      [
        '2 0 0 2 10 20 cm BT /F1 10 Tf 1 Tc 3 Tw 50 Tz 4 Ts 1 0 0 1 100 100 Tm [(1 ) 500 (2)] TJ',
        '100 Tz 0 Tc 0 Tw 0 Ts 12 TL 5 -7 Td (a) Tj T* (b) Tj (c) \' 2 1 (d d) " 3 -4 TD (e) Tj T* (f) Tj ET',
      ].join('\n'),
    ).texts;
    const digit = 5.56;
    expect(shown[0]?.glyphs.map(({ x }) => x)).toEqual(
      [210, 210 + digit + 1, 210 + 2 * digit + 5 - 5].map((x) => expect.closeTo(x, 6)),
    );
    expect(shown[0]).toMatchObject({ y: 20 + 2 * 104, size: 20, endX: expect.closeTo(210 + 3 * digit, 6) });
    expect(shown.slice(1).map(({ text: word, x, y }) => [word, x, y])).toEqual([
      ['a', 220, 206],
      ['b', 220, 182],
      ['c', 220, 158],
      ['d d', 220, 134],
      ['e', 226, 126],
      ['f', 226, 118],
    ]);
    expect(shown[4]?.glyphs.map(({ x }) => x)).toEqual(
      [220, 220 + 2 * (digit + 1), 220 + 2 * (2 * digit + 2 + 2)].map((x) => expect.closeTo(x, 6)),
    );
  });

  it('follows forms, with their own matrix and resources or the page’s', () => {
    const shown = readPdf(
      write({
        ...onePage(contents('q 1 0 0 1 10 10 cm /X1 Do Q /X1 Do BT /F1 7 Tf (after) Tj ET'), {
          resources: '/XObject<</X1 6 0 R>>',
        }),
        6: [
          '/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Matrix[1 0 0 1 5 5]/Resources<</Font<</F1 8 0 R>>/XObject<</X2 7 0 R>>>>',
          'q BT /F1 9 Tf (outer) Tj ET /X2 Do',
        ],
        7: ['/Type/XObject/Subtype/Form/BBox[0 0 50 50]', 'BT /F1 9 Tf 60 0 Td (inner) Tj ET'],
        8: '<</Type/Font/Subtype/Type1/BaseFont/Courier>>',
      }),
    ).page.texts;
    expect(shown.map(({ text: word, x, y, font, depth, veiled }) => [word, x, y, font, depth, veiled])).toEqual([
      ['outer', 15, 15, 'Courier', 1, undefined],
      ['inner', 75, 15, 'Courier', 2, 'clip'],
      ['outer', 5, 5, 'Courier', 1, undefined],
      ['inner', 65, 5, 'Courier', 2, 'clip'],
      ['after', 0, 0, 'Helvetica', 0, undefined],
    ]);
  });

  it('says what marked content says of it, and why it may not be seen', () => {
    const shown = page(
      [
        '/P <</MCID 7/ActualText (said)>> BDC /Span BMC BT /F1 9 Tf 9 9 Td (a) Tj ET EMC EMC /Artifact /P1 BDC BT (b) Tj ET EMC',
        'BT 3 Tr (c) Tj 7 Tr (d) Tj 0 Tr (e) Tj ET q /G1 gs BT (f) Tj ET Q q /G2 gs BT (g) Tj ET Q q /OC /P2 BDC BT (h) Tj ET EMC Q q 100 100 5 5 re W n BT (i) Tj ET Q EMC EMC BT (j) Tj ET',
      ].join('\n'),
      {
        resources:
          '/Properties<</P1<</MCID 8>>/P2<</Type/OCG/Name(x)>>>>/ExtGState<</G1<</ca 0>>/G2<</SMask<</S/Luminosity>>>>>>',
      },
    ).texts;
    expect(
      shown.map(({ text: word, mcid, artifact, actualText, mode, veiled }) => [
        word,
        mcid,
        artifact,
        actualText,
        mode,
        veiled,
      ]),
    ).toEqual([
      ['a', 7, false, 'said', 0, undefined],
      ['b', 8, true, undefined, 0, undefined],
      ['c', undefined, false, undefined, 3, undefined],
      ['d', undefined, false, undefined, 7, undefined],
      ['e', undefined, false, undefined, 0, undefined],
      ['f', undefined, false, undefined, 0, 'transparent'],
      ['g', undefined, false, undefined, 0, 'transparent'],
      ['h', undefined, false, undefined, 0, 'layer'],
      ['i', undefined, false, undefined, 0, 'clip'],
      ['j', undefined, false, undefined, 0, undefined],
    ]);
  });

  it('knows the colour of text', () => {
    const shown = page(
      'BT /F1 9 Tf (a) Tj 1 0 0 rg (b) Tj 0.5 g (c) Tj 0 1 1 0 k (d) Tj /CS1 cs (e) Tj 0 0 1 sc (f) Tj /Pattern cs /P1 scn (g) Tj /CS2 cs 1 scn (h) Tj /DeviceGray cs (i) Tj ET',
      { resources: '/ColorSpace<</CS1[/ICCBased 6 0 R]/CS2[/Separation/x/DeviceRGB 7 0 R]>>' },
    ).texts;
    expect(shown.map(({ colour }) => colour)).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0.5, 0.5, 0.5],
      [1, 0, 0],
      undefined,
      undefined,
      undefined,
      undefined,
      [0, 0, 0],
    ]);
    const icc = readPdf(
      write({
        ...onePage(contents('/CS1 cs 0 0 1 sc BT /F1 9 Tf (a) Tj ET'), {
          resources: '/ColorSpace<</CS1[/ICCBased 6 0 R]>>',
        }),
        6: ['/N 3', 'profile'],
      }),
    );
    expect(icc.page.texts[0]?.colour).toEqual([0, 0, 1]);
  });
});

describe('fonts', () => {
  const withFont = (font: string, shown: string, more: Record<number, Source> = {}) =>
    readPdf(write({ ...onePage(contents(`BT /F1 10 Tf ${shown} Tj ET`)), 5: font, ...more })).page.texts[0];
  const composite = (rest: string) =>
    `<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+X/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/DW 500/W[1[1000 250] 10 12 750]>>]${rest}>>`;
  const cmap = (body: string): Source => [
    '',
    `/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange ${body} endcmap`,
  ];

  it('reads ToUnicode: single characters, ranges, lists, other planes, ligatures; widths by glyph', () => {
    const shown = withFont(composite('/Encoding/Identity-H/ToUnicode 6 0 R'), '<0001000200030004000A000B000C0020>', {
      6: cmap(
        '2 beginbfchar <0001> <59D3> <0002> <D86DDD4E> endbfchar 3 beginbfrange <0003> <0004> <00660069> <000A> <000B> [<4E00> <D869DED7>] <000C> <000C> <D8400000> endbfrange',
      ),
    });
    expect(shown?.glyphs.map(({ text: character }) => character)).toEqual([
      '姓',
      '\u{2b54e}',
      'fi',
      'fj',
      '一',
      '\u{2a6d7}',
      '\ufffd\0',
      '\ufffd',
    ]);
    expect(shown?.glyphs.map(({ x }) => x)).toEqual(
      [0, 10, 12.5, 17.5, 22.5, 30, 37.5, 45].map((x) => expect.closeTo(x, 6)),
    );
    expect(shown).toMatchObject({ font: 'ABCDEF+X', endX: expect.closeTo(50, 6) });
  });

  it('takes codes of the Unicode maps for their text, and other codes without a map for unknown', () => {
    expect(withFont(composite('/Encoding/UniGB-UCS2-H'), '<59D30041>')?.text).toBe('姓A');
    expect(withFont(composite('/Encoding/Identity-H'), '<00010002>')?.text).toBe('\ufffd\ufffd');
    expect(
      withFont(composite('/Encoding/Identity-H/ToUnicode 6 0 R'), '<0001>', {
        6: cmap('1 beginbfchar <0001> <> endbfchar'),
      })?.text,
    ).toBe('\ufffd');
    expect(
      withFont(composite('/Encoding/Identity-V/ToUnicode 6 0 R'), '<00010001>', {
        6: cmap('1 beginbfchar <0001> <4E00> endbfchar'),
      }),
    ).toMatchObject({
      text: '一一',
      glyphs: [
        { x: 0, y: 0 },
        { x: 0, y: -10 },
      ],
      endY: -20,
    });
    const bytes = composite('/Encoding 7 0 R/ToUnicode 6 0 R');
    expect(
      withFont(bytes, '<0101>', {
        6: cmap('1 beginbfchar <01> <4E00> endbfchar'),
        7: ['/CMapName/X', '1 begincodespacerange <00> <FF> endcodespacerange'],
      })?.text,
    ).toBe('一一');
  });

  it('reads the encodings of simple fonts, their differences and widths', () => {
    const simple = (rest: string, kind = 'TrueType') =>
      `<</Type/Font/Subtype/${kind}/BaseFont/X/FirstChar 65/Widths[400 600]${rest}>>`;
    expect(withFont(simple('/Encoding/WinAnsiEncoding'), '(A\\200\\223\\351B\\001)')?.text).toBe('A€“éB\ufffd');
    expect(withFont(simple('/Encoding/MacRomanEncoding'), '(A\\216\\312)')?.text).toBe('Aé ');
    expect(withFont(simple('', 'Type1'), "('`\\256\\341\\200)")?.text).toBe('’‘ﬁÆ\ufffd');
    expect(withFont(simple('/FontDescriptor<</Flags 4>>'), '(AB)')?.text).toBe('\ufffd\ufffd');
    const differences =
      '/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[65/Eacute/uni59D3 67/u2B54E/g12/seven.alt/hungarumlaut/fi/Lslash/constructor]>>';
    expect(withFont(simple(differences), '(ABCDEFGHIx)')?.text).toBe('É姓\u{2b54e}\ufffd7˝fiŁ\ufffdx');
    expect(
      withFont(simple('/Encoding/WinAnsiEncoding/FontDescriptor<</MissingWidth 300>>'), '(ABC)')?.endX,
    ).toBeCloseTo(13, 6);
    const type3 =
      '<</Type/Font/Subtype/Type3/FontMatrix[0.01 0 0 0.01 0 0]/FirstChar 65/Widths[40]/Encoding<</Differences[65/B]>>/CharProcs<<>>>>';
    expect(withFont(type3, '(A)')).toMatchObject({ text: 'B', font: 'Type3', endX: 4 });
  });
});

describe('what is painted', () => {
  it('gives the box of each area, clipped, in order with text', () => {
    const {
      paints,
      texts: [shown],
    } = page(
      '1 0 0 rg 10 20 30 40 re f 0 0 m 10 5 l 4 w S q 0 0 5 5 re W n 0 0 100 100 re B Q 200 200 5 5 re W n 0 0 10 10 re f /S1 sh BT /F1 9 Tf (a) Tj ET 1 2 m 3 4 5 6 7 8 c 1 1 9 9 v n',
    );
    expect(paints).toEqual(
      [
        { kind: 'fill', left: 10, bottom: 20, right: 40, top: 60, colour: [1, 0, 0], order: 0 },
        { kind: 'stroke', left: 0, bottom: 0, right: 12, top: 7, order: 1 },
        { kind: 'fill', left: 0, bottom: 0, right: 5, top: 5, colour: [1, 0, 0], order: 2 },
        { kind: 'shading', left: 200, bottom: 200, right: 205, top: 205, order: 3 },
      ].map((one) => (one.kind === 'stroke' ? { ...one, left: 0, bottom: 0 } : one)),
    );
    expect(shown?.order).toBe(4);
  });

  it('gives images: the file of a JPEG, the size of others, inline ones stepped over whatever is in them', () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9);
    const inline =
      'q 20 0 0 10 300 300 cm BI /W 4 /H 2 /BPC 8 /CS /G ID Q EIxEI\x01\nEI Q BI /W 1 /H 1 /F /Fl ID xEI\x01 \xff EI\nBT /F1 9 Tf (after) Tj ET';
    const { images, texts: shown } = readPdf(
      write({
        ...onePage(contents(`q 100 0 0 50 10 10 cm /I1 Do Q ${inline}`), { resources: '/XObject<</I1 6 0 R>>' }),
        6: ['/Type/XObject/Subtype/Image/Width 295/Height 413/Filter/DCTDecode', jpeg],
      }),
    ).page;
    expect(images.map(({ left, right, width, height, format }) => [left, right, width, height, format])).toEqual([
      [10, 110, 295, 413, 'DCTDecode'],
      [300, 320, 4, 2, undefined],
      [0, 1, 1, 1, 'Fl'],
    ]);
    expect(images[0]?.bytes).toEqual(jpeg);
    expect(shown.map(({ text: word }) => word)).toEqual(['after']);
  });

  it('gives annotations with what they show', () => {
    const { annotations } = readPdf(
      write({
        ...onePage(contents(''), {
          page: '/Rotate 90/Annots[6 0 R 7 0 R<</Subtype/Widget/Parent<</FT/Sig>>/Rect[0 0 0 0]>>]',
        }),
        6: '<</Subtype/FreeText/Rect[100 200 50 100]/Contents(said)/AP<</N<</On 8 0 R/Off 9 0 R>>>>/AS/On>>',
        7: '<</Subtype/Stamp/Rect[1 2 3 4]/Contents<FEFF59D3>>>',
        8: ['/Subtype/Form/BBox[0 0 50 100]/Resources<</Font<</F1 5 0 R>>>>', 'BT /F1 9 Tf (shown ) Tj (twice) Tj ET'],
        9: ['/Subtype/Form/BBox[0 0 50 100]', ''],
      }),
    ).page;
    expect(annotations).toEqual([
      { subtype: 'FreeText', rect: { left: 100, right: 200, bottom: 500, top: 550 }, text: 'shown twice' },
      { subtype: 'Stamp', rect: { left: 2, right: 4, bottom: 597, top: 599 }, text: '姓' },
      { subtype: 'Widget', fieldType: 'Sig', rect: { left: 0, right: 0, bottom: 600, top: 600 } },
    ]);
  });
});

describe('files and signatures within', () => {
  it('finds attachments in the name tree, associated and pinned, each once', () => {
    const file = (num: number, name: string, rest = '') => `<</Type/Filespec/F(${name})${rest}/EF<</F ${num} 0 R>>>>`;
    const { attachments } = readPdf(
      write({
        ...onePage(contents(''), {
          catalog: '/Names<</EmbeddedFiles<</Kids[6 0 R<</Names[(c)10 0 R]>>]>>>>/AF[10 0 R 11 0 R]',
          page: `/Annots[<</Subtype/FileAttachment/FS ${file(15, 'pinned.txt')}>>]`,
        }),
        6: '<</Limits[(a)(b)]/Names[(a)12 0 R(b)null]>>',
        10: file(13, 'c', '/UF<FEFF8BC14E66>/AFRelationship/Data'),
        11: file(14, 'd'),
        12: file(16, 'a'),
        13: ['/Type/EmbeddedFile/Subtype/text#2Fplain/Filter/FlateDecode', deflateSync('c')],
        14: ['', 'd'],
        15: ['', 'e'],
        16: ['', 'a'],
      }),
    );
    expect(attachments.map(({ bytes, ...rest }) => ({ ...rest, bytes: text(bytes) }))).toEqual([
      { name: 'a', bytes: 'a' },
      { name: '证书', mediaType: 'text/plain', relationship: 'Data', bytes: 'c' },
      { name: 'd', bytes: 'd' },
      { name: 'pinned.txt', bytes: 'e' },
    ]);
  });

  /** A file with a signature value of these digits, and the range it says it covers, moved by `shift`. */
  function signed(digits: string, { shift = 0, contents: value = `<${digits}>` } = {}): Uint8Array {
    const blank = '[0 00000 00000 00000]';
    const bytes = text(
      write({
        ...onePage(contents(say('signed')), { catalog: '/AcroForm<</SigFlags 3/Fields[6 0 R]>>' }),
        6: '<</T(group)/FT/Sig/Kids[7 0 R<</T(empty)>>]>>',
        7: '<</T(seal)/Parent 6 0 R/V 8 0 R>>',
        8: `<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange${blank}/Contents${value}/M(D:20261123000000+08'00')/Reason<FEFF9881>/Name(x)>>`,
      }),
    );
    const from = bytes.indexOf(value, bytes.indexOf('/ByteRange')) + shift;
    const to = from + value.length;
    const range = `[0 ${[from, to, bytes.length - to].map((one) => String(one).padStart(5, '0')).join(' ')}]`;
    return latin(bytes.replace(blank, range));
  }

  it('finds signatures through the form’s fields, with the bytes that stand in their place', () => {
    const bytes = signed('30820100abCD0000');
    const [first, ...more] = readPdf(bytes).signatures;
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      field: 'group.seal',
      subFilter: 'ETSI.CAdES.detached',
      time: "D:20261123000000+08'00'",
      reason: '颁',
      name: 'x',
    });
    expect(Buffer.from(first?.contents as Uint8Array).toString('hex')).toBe('30820100abcd0000');
    const [a, b, c, d] = (first as NonNullable<typeof first>).byteRange as [number, number, number, number];
    expect(text(bytes.subarray(a + b, c))).toBe('<30820100abCD0000>');
    expect(c + d).toBe(bytes.length);
  });

  it('says of a value that it is not what stands in its place', () => {
    const misplaced = (file: Uint8Array) => readPdf(file).signatures.map((one) => one.misplaced);
    expect(misplaced(signed('3082'))).toEqual([false]);
    expect(misplaced(signed('3082', { shift: 1 }))).toEqual([true]);
    expect(misplaced(signed('3082', { shift: -20 }))).toEqual([true]);
    expect(misplaced(signed('3082', { contents: '(0\\202)' }))).toEqual([true]);
    expect(
      refusal(latin(text(signed('3082')).replace(/\/ByteRange\[[^\]]*\]/, (range) => `/Byterange${range.slice(10)}`))),
    ).toEqual({ code: 'pdf_malformed' });
    // The value that the field leads to is another one than the range points to.
    const twice = text(signed('3082')).replace('/Name(x)', '/Name<31>');
    expect(misplaced(latin(twice))).toEqual([false]);
    expect(
      misplaced(
        latin(
          twice.replace(/\/ByteRange\[0 \d+ \d+ (\d+)\]/, (_, rest: string) => {
            const at = twice.indexOf('<31>');
            return `/ByteRange[0 ${[at, at + 4].map((one) => String(one).padStart(5, '0')).join(' ')} ${rest.replace(/\d/g, '0')}]`;
          }),
        ),
      ),
    ).toEqual([true]);
  });

  it('reads the document’s own words in their encodings', () => {
    const info = (words: string) =>
      readPdf(write({ ...onePage(contents('')), 9: `<<${words}>>` }, '/Root 1 0 R/Info 9 0 R')).info;
    expect(info('/Title<FEFF8BC14E66D86DDD4E>/Author<FFFEC18B664E>/Keywords<EFBBBFE8AF81>')).toEqual({
      title: '证书\u{2b54e}',
      author: '证书',
      keywords: '证',
    });
    expect(info('/Title(caf\\351 \\200)/Author<FEFFD86D>')).toEqual({ title: 'café •', author: '\ufffd' });
  });
});
