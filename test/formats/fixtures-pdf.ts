/**
 * Owns what the tests of the document share: the font, two certificates (an ordinary one and the longest), a reader
 * of the produced PDF that goes from the drawn glyph numbers back, and a small made-up font with composite glyphs.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { PDFArray, PDFDict, PDFDocument, PDFName, PDFNumber, type PDFObject, PDFRawStream } from 'pdf-lib';
import type { DocumentFacts } from '../../src/core/paper/template.ts';
import type { FontSet } from '../../src/formats/font/font.ts';
import { type Font, openFont, writeFont } from '../../src/formats/font/font.ts';

export const FONT_PATH = createRequire(import.meta.url).resolve(
  '@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf',
);
export const font: Font = openFont(readFileSync(FONT_PATH));
export const fonts: FontSet = [font];

const number = 'S000037000001263000001';
export const ordinary: DocumentFacts = {
  template: 'v1',
  number,
  organization: { code: 'S000037000001', name: '济南市鲁匠职业培训学校' },
  occupation: { code: '6-31-01-03', name: '电工' },
  job: '--',
  level: 3,
  issued_on: '2026-11-23',
  exam_date: '2026-11-01',
  name: '欧阳海燕',
  id_type_name: '居民身份证',
  id_number: '11010519491231002X',
  seal_url: `https://luzheng.cn/c/${number}#${'1738495061'.repeat(25)}`,
  query_url: 'https://luzheng.cn',
  trust_root: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
};

/** 50 code points of name with rare characters, 30 of occupation, 60 of organization. */
export const longest: DocumentFacts = {
  ...ordinary,
  organization: {
    code: 'S000037000001',
    name: '山东省鲁西南职业技能教育培训评价认定中心有限责任公司（中华人民共和国第一冶金建设集团公司济南高新技术产业开发区第二分公司）'.slice(
      0,
      60,
    ),
  },
  occupation: { code: '6-31-01-03', name: '城市轨道交通信号设备维护检修与应急处置综合运行调度工程技术员' },
  job: '轨道交通通信信号设备制造装配调试维护工',
  level: 1,
  name: [...'阿卜杜热合曼·买买提·𬭎䶮㛃龑𫖯𬱖·阿不都克里木江·迪丽热巴古丽·买合木提艾力·麦麦提图尔荪江·帕提古']
    .slice(0, 50)
    .join(''),
  id_type_name: '港澳居民来往内地通行证',
  id_number: 'H12345678901234',
  seal_url: `https://luzheng.cn/c/${number}#${'1738495061'.repeat(44)}`,
};

export const bundle = new TextEncoder().encode(JSON.stringify({ v: 1, credential: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln' }));

export { hasTool } from '../programs.ts';

interface Shown {
  text: string;
  x: number;
  y: number;
  size: number;
  tracking: number;
  /** Red, green, blue in percent. */
  colour: number[];
  glyphs: { font: string; cid: number; codePoint: number }[];
}

export interface ReadPdf {
  document: PDFDocument;
  /** Embedded font programs by resource name. */
  programs: Record<string, Uint8Array>;
  /** /W of each font: glyph → width; others are the default, 1000. */
  widths: Record<string, Map<number, number>>;
  /** What each layer draws, uncompressed. */
  layers: string[];
  shown: Shown[];
}

const inflate = (object: PDFObject | undefined): Uint8Array => {
  if (!(object instanceof PDFRawStream)) throw new Error('no stream');
  return inflateSync(object.getContents());
};
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function readToUnicode(map: string): Map<number, number> {
  const codes = new Map<number, number>();
  const number = (digits: string | undefined) => Number.parseInt(digits as string, 16);
  for (const [, cid, text] of map.matchAll(/^<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>$/gm)) {
    const units = (text as string).match(/.{4}/g) as string[];
    codes.set(number(cid), String.fromCharCode(...units.map(number)).codePointAt(0) as number);
  }
  for (const [, first, last, start] of map.matchAll(/^<([0-9A-F]{4})> <([0-9A-F]{4})> <([0-9A-F]{4})>$/gm)) {
    for (let cid = number(first); cid <= number(last); cid++) codes.set(cid, number(start) + cid - number(first));
  }
  return codes;
}

function readWidths(list: PDFArray): Map<number, number> {
  const found = new Map<number, number>();
  for (let i = 0; i < list.size(); i += 2) {
    const first = list.lookup(i, PDFNumber).asNumber();
    list
      .lookup(i + 1, PDFArray)
      .asArray()
      .forEach((width, n) => found.set(first + n, (width as PDFNumber).asNumber()));
  }
  return found;
}

/** Reads a certificate the way a viewer does: content stream → CID → ToUnicode and embedded font. */
export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const page = document.getPage(0).node;
  const fonts = page.Resources()?.lookup(PDFName.of('Font'), PDFDict) as PDFDict;
  const programs: Record<string, Uint8Array> = {};
  const codes: Record<string, Map<number, number>> = {};
  const widths: Record<string, Map<number, number>> = {};
  for (const [key] of fonts.entries()) {
    const type0 = fonts.lookup(key, PDFDict);
    const cidFont = type0.lookup(PDFName.of('DescendantFonts'), PDFArray).lookup(0, PDFDict);
    const resource = key.decodeText();
    programs[resource] = inflate(cidFont.lookup(PDFName.of('FontDescriptor'), PDFDict).lookup(PDFName.of('FontFile2')));
    widths[resource] = readWidths(cidFont.lookup(PDFName.of('W'), PDFArray));
    codes[resource] = readToUnicode(latin(inflate(type0.lookup(PDFName.of('ToUnicode')))));
  }
  const contents = page.Contents() as PDFArray;
  const layers = contents.asArray().map((_, i) => latin(inflate(contents.lookup(i))));
  const shown = layers
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('BT '))
    .map((line) => {
      const place = /([\d.-]+) Tc [\d.-]+ [\d.-]+ [\d.-]+ [\d.-]+ ([\d.-]+) ([\d.-]+) Tm/.exec(line) as RegExpExecArray;
      const glyphs = [...line.matchAll(/\/(F\d) ([\d.]+) Tf <([0-9a-f]+)> Tj/g)].flatMap(([, resource, , run]) =>
        ((run as string).match(/.{4}/g) as string[]).map((digits) => {
          const cid = Number.parseInt(digits, 16);
          return { font: resource as string, cid, codePoint: codes[resource as string]?.get(cid) as number };
        }),
      );
      return {
        text: String.fromCodePoint(...glyphs.map((glyph) => glyph.codePoint)),
        tracking: Number(place[1]),
        x: Number(place[2]),
        y: Number(place[3]),
        size: Number(/ ([\d.]+) Tf/.exec(line)?.[1]),
        colour: (/^BT ([\d.]+) ([\d.]+) ([\d.]+) rg/.exec(line) as RegExpExecArray)
          .slice(1)
          .map((part) => 100 * Number(part)),
        glyphs,
      };
    });
  return { document, programs, widths, layers, shown };
}

interface Point {
  on: boolean;
  x: number;
  y: number;
  /** True for the last point of a contour. */
  end: boolean;
}

/** The points of a simple outline, read by the OpenType specification's own steps; `undefined` for a composite. */
function pointsOf(outline: Uint8Array): Point[] | undefined {
  if (outline.length === 0) return [];
  const view = new DataView(outline.buffer, outline.byteOffset, outline.byteLength);
  const contours = view.getInt16(0);
  if (contours < 0) return undefined;
  const ends = Array.from({ length: contours }, (_, i) => view.getUint16(10 + 2 * i));
  let at = 12 + 2 * contours + view.getUint16(10 + 2 * contours);
  const flags: number[] = [];
  while (flags.length < (ends.at(-1) ?? -1) + 1) {
    const flag = view.getUint8(at++);
    flags.push(flag);
    if ((flag & 8) !== 0) for (let more = view.getUint8(at++); more > 0; more--) flags.push(flag);
  }
  const axis = (short: number, same: number) => {
    let place = 0;
    return flags.map((flag) => {
      if ((flag & short) !== 0) place += (flag & same) !== 0 ? view.getUint8(at++) : -view.getUint8(at++);
      else if ((flag & same) === 0) {
        place += view.getInt16(at);
        at += 2;
      }
      return place;
    });
  };
  const xs = axis(2, 16);
  const ys = axis(4, 32);
  return flags.map((flag, i) => ({
    on: (flag & 1) === 1,
    x: xs[i] as number,
    y: ys[i] as number,
    end: ends.includes(i),
  }));
}

/** Whether `drawn` is `original` on the grid of the cut fonts: every point in its place to half a unit of 1/320 em. */
export function sameOutline(drawn: Uint8Array, original: Uint8Array, unitsPerEm: number): boolean {
  const [a, b] = [pointsOf(drawn), pointsOf(original)];
  if (a === undefined || b === undefined) return a === b;
  const scale = Math.min(1, 320 / unitsPerEm);
  return (
    a.length === b.length &&
    a.every((point, i) => {
      const other = b[i] as Point;
      return (
        point.on === other.on &&
        point.end === other.end &&
        Math.abs(point.x - other.x * scale) <= 0.5 &&
        Math.abs(point.y - other.y * scale) <= 0.5
      );
    })
  );
}

/**
 * Six glyphs: .notdef, A (simple), B (simple), Á = A + B scaled, a composite of Á, and a composite of itself. Code points
 * from `first` on (U+0041 …), cmap format 4.
 */
export function composedFont(selfReferring = false, first = 0x41): Uint8Array {
  const words = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
  const simple = (size: number) => words(1, 0, 0, size, size, 2, 0, 0x0101, 0x0100, 0, 0, size, 0, 0, 0, size);
  const part = (flags: number, gid: number, ...rest: number[]) => words(flags, gid, 0, ...rest);
  const bounds = words(0xffff, 0, 0, 200, 200);
  const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((bytes) => [...bytes]));
  const glyphs = [
    simple(50),
    simple(100),
    simple(200),
    join(bounds, part(0x0022, 1), part(0x000a, 2, 0x2000)),
    join(bounds, part(0x0002, 3)),
    join(bounds, part(0x0002, selfReferring ? 5 : 4)),
  ];
  const even = glyphs.map((glyph) => (glyph.length % 2 === 0 ? glyph : join(glyph, Uint8Array.of(0))));
  const offsets = [0];
  for (const glyph of even) offsets.push((offsets.at(-1) as number) + glyph.length);
  const head = new Uint8Array(54);
  head.set([0x5f, 0x0f, 0x3c, 0xf5], 12);
  head.set([3, 232], 18);
  const hhea = new Uint8Array(36);
  hhea.set([0, 2], 34);
  const maxp = new Uint8Array(32);
  maxp.set([0, 1, 0, 0, 0, 6]);
  const cmap = join(
    words(0, 1, 3, 1, 0, 12),
    words(4, 32, 0, 4, 0, 0, 0, first + 4, 0xffff, 0, first, 0xffff, (1 - first) & 0xffff, 1, 0, 0),
  );
  return writeFont({
    head,
    hhea,
    maxp,
    cmap,
    glyf: join(...even),
    loca: words(...offsets.map((offset) => offset / 2)),
    hmtx: words(500, 5, 600, 6, 7, 8, 9, 10),
    prep: words(0xb800, 0x018d),
  });
}

/** The same facts on template v2. */
export const v2 = (facts: DocumentFacts): DocumentFacts => ({ ...facts, template: 'v2' });
/** An ordinary and the longest certificate, on each template. */
export const cases = [
  ['ordinary', ordinary],
  ['longest', longest],
  ['ordinary v2', v2(ordinary)],
  ['longest v2', v2(longest)],
] as const;
