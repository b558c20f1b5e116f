/** The reader of PDF on files made by hand: tables, revisions, pages, attachments and signature fields. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import {
  contents,
  join,
  latin,
  onePage,
  page,
  refusal,
  say,
  startOf,
  text,
  texts,
  update,
  write,
  writeCompressed,
} from './pdf-read-kit.ts';

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
