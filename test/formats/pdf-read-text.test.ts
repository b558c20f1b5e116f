/** The reader of PDF on what a page shows: places, colours and fonts of texts, areas, images, annotations. */
import { describe, expect, it } from 'vitest';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import { contents, onePage, page, type Source, write } from './pdf-read-kit.ts';

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
