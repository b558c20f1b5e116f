/**
 * The certificate on paper. pdf-lib's own subsetting lost Chinese glyphs while every tool said the file was sound, so
 * the tests go to the ink: each drawn glyph number leads, in the font inside the PDF, to the outline of the intended
 * character; and where chromium and poppler are installed, the pixels equal those of Chromium's own rendering.
 */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { PDFArray, PDFDict, type PDFHexString, PDFName, type PDFRawStream, type PDFString } from 'pdf-lib';
import { describe, expect, it } from 'vitest';
import { BUNDLE_MEDIA_TYPE } from '../../src/core/bundle.ts';
import { checkPrintable, renderCertificate } from '../../src/core/paper/document.ts';
import type { DocumentFacts } from '../../src/core/paper/template.ts';
import { advance, glyphOf, openFont, outlineOf } from '../../src/formats/font/font.ts';
import { A4, fit, MM, measure, wrap } from '../../src/formats/pdf/drawing.ts';
import { qrMatrix } from '../../src/formats/qr.ts';
import * as layout from '../../templates/v1/layout.ts';
import { QR as QR_V2 } from '../../templates/v2/layout.ts';
import { bundle, cases, font, fonts, longest, ordinary, readPdf, sameOutline, v2 } from '../formats/fixtures-pdf.ts';

const render = (facts: DocumentFacts) => renderCertificate(facts, { fonts, bundle });

/** A certificate's texts, as drawn, without the breaks that wrapping made. */
const flow = (texts: string[]) => texts.join('').replaceAll(' ', '');

describe.each(cases)('the %s certificate', (_name, facts) => {
  it('shows every required text', async () => {
    const { shown } = await readPdf(await render(facts));
    const page = flow(shown.map(({ text }) => text));
    const fixed = [
      '职业技能等级证书',
      'Vocational Skill Level Certificate',
      '姓名',
      'Name',
      '证件类型',
      '证件号码',
      '职业名称',
      '工种/职业方向',
      '职业技能等级',
      '证书编号',
      '评价机构名称',
      '发证日期',
      '未附照片',
      'No photo',
      'http://jndj.osta.org.cn',
      'http://pjjg.osta.org.cn',
      '2026年11月23日',
      '本证书由经人力资源社会保障部门备案的评价机构颁发，表明持证人通过本机构组织的职业技能等级认定，具备该职业（工种）相应技能等级水平。',
    ];
    const values = [
      facts.name,
      facts.id_type_name,
      facts.id_number,
      facts.occupation.name,
      facts.job,
      facts.number,
      facts.organization.name,
      facts.level === 3 ? '三级/高级工' : '一级/高级技师',
      facts.query_url,
      facts.trust_root,
    ];
    for (const text of [...fixed, ...values]) expect(page).toContain(text.replaceAll(' ', ''));
  });

  it('draws, for every character, the outline and the width of that character', async () => {
    const { shown, programs, widths } = await readPdf(await render(facts));
    let compared = 0;
    for (const { cid, codePoint, font: resource } of shown.flatMap(({ glyphs }) => glyphs)) {
      const program = withoutMap(programs[resource] as Uint8Array);
      const original = outlineOf(font, glyphOf(font, codePoint));
      const drawn = program.outline(cid);
      expect(Math.abs((widths[resource]?.get(cid) ?? 1000) - 1000 * advance(fonts, codePoint))).toBeLessThanOrEqual(2);
      expect(sameOutline(drawn, original, font.unitsPerEm)).toBe(true);
      expect(original.length > 0 || codePoint === 0x20).toBe(true);
      compared++;
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('keeps every text inside the frame and at 8 pt or more, values at 12 pt where they fit', async () => {
    const { shown } = await readPdf(await render(facts));
    for (const { text: whole, x, y, size, tracking } of shown) {
      // A space behind a text shows nothing.
      const text = whole.trimEnd();
      expect(size).toBeGreaterThanOrEqual(8);
      expect(x).toBeGreaterThanOrEqual(layout.LEFT * MM - 0.01);
      expect(x + measure(fonts, text, size, tracking)).toBeLessThanOrEqual(layout.RIGHT * MM + 0.01);
      expect(y).toBeGreaterThan(20 * MM);
      expect(y).toBeLessThan((A4.height - 20) * MM);
    }
    for (const text of [facts.number, facts.id_number, facts.job])
      expect(shown.find((line) => line.text === text)?.size).toBe(12);
  });

  it('never lets two lines of text touch', async () => {
    const boxes = (await readPdf(await render(facts))).shown.map(({ text, x, y, size, tracking }) => ({
      text,
      left: x,
      right: x + measure(fonts, text.trimEnd(), size, tracking),
      bottom: y - 0.14 * size,
      top: y + 0.86 * size,
    }));
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.top <= b.bottom || b.top <= a.bottom;
        expect(apart, `${a.text} | ${b.text}`).toBe(true);
      }
    }
  });

  it('draws the QR code module by module, over 25 mm, with its quiet zone', async () => {
    const { layers } = await readPdf(await render(facts));
    const drawing = /q 0 0 0 rg ([\d.]+) 0 0 -[\d.]+ ([\d.]+) ([\d.]+) cm\n((?:\d+ \d+ \d+ \d+ re\n)+)f Q/.exec(
      layers[1] as string,
    ) as RegExpExecArray;
    const qr = qrMatrix(facts.seal_url);
    const painted = new Uint8Array(qr.size * qr.size);
    for (const [, x, y, width, height] of (drawing[4] as string).matchAll(/(\d+) (\d+) (\d+) (\d+) re/g)) {
      for (let row = 0; row < Number(height); row++)
        for (let column = 0; column < Number(width); column++) {
          const at = (Number(y) + row) * qr.size + Number(x) + column;
          painted[at] = (painted[at] as number) + 1;
        }
    }
    expect(Buffer.from(painted).equals(Buffer.from(qr.modules))).toBe(true);
    const module = Number(drawing[1]) / MM;
    expect(module * qr.size).toBeGreaterThan(25);
    expect(module * (qr.size + 8)).toBeCloseTo((facts.template === 'v1' ? layout.QR : QR_V2).side, 3);
  });

  it('gives the same bytes again', async () => {
    expect(Buffer.from(await render(facts)).equals(Buffer.from(await render(structuredClone(facts))))).toBe(true);
    const fresh = await renderCertificate(facts, { fonts: [openFont(font.bytes)], bundle });
    expect(Buffer.from(fresh).equals(Buffer.from(await render(facts)))).toBe(true);
  });
});

describe('the file', () => {
  it('carries the bundle, byte for byte, as associated data', async () => {
    const { document } = await readPdf(await render(ordinary));
    const files = document.catalog
      .lookup(PDFName.of('Names'), PDFDict)
      .lookup(PDFName.of('EmbeddedFiles'), PDFDict)
      .lookup(PDFName.of('Names'), PDFArray);
    expect((files.lookup(0) as PDFString).decodeText()).toBe(`${ordinary.number}.bundle.json`);
    const spec = files.lookup(1, PDFDict);
    expect(document.catalog.lookup(PDFName.of('AF'), PDFArray).lookup(0)).toBe(spec);
    expect(spec.lookup(PDFName.of('AFRelationship'))).toBe(PDFName.of('Data'));
    const stream = spec.lookup(PDFName.of('EF'), PDFDict).lookup(PDFName.of('F')) as PDFRawStream;
    expect(stream.dict.lookup(PDFName.of('Subtype'), PDFName).decodeText()).toBe(BUNDLE_MEDIA_TYPE);
    expect(Buffer.from(inflateSync(stream.getContents())).equals(Buffer.from(bundle))).toBe(true);
  });

  it('says its language, title, author and the day of issue, and no other time', async () => {
    const bytes = await render(ordinary);
    const { document } = await readPdf(bytes);
    expect(document.getTitle()).toBe(`职业技能等级证书 ${ordinary.number}`);
    expect(document.getAuthor()).toBe(ordinary.organization.name);
    expect(document.getProducer()).toBe('luzheng');
    expect(document.getCreationDate()).toEqual(new Date('2026-11-23T00:00:00+08:00'));
    expect((document.catalog.lookup(PDFName.of('Lang')) as PDFString | PDFHexString).decodeText()).toBe('zh-CN');
    const dates = Buffer.from(bytes).toString('latin1').match(/D:\d+/g) as string[];
    expect(new Set(dates)).toEqual(new Set(['D:20261123000000']));
    expect(document.getPageCount()).toBe(1);
  });

  it('is small: 40 KB without photo for an ordinary certificate with this bundle', async () => {
    expect((await render(ordinary)).length).toBeLessThan(40_000);
    expect((await render(longest)).length).toBeLessThan(64_000);
    expect((await render(v2(ordinary))).length).toBeLessThan(40_000);
    expect((await render(v2(longest))).length).toBeLessThan(64_000);
  });

  it('changes with every fact', async () => {
    const id = async (facts: DocumentFacts) =>
      createHash('sha256')
        .update(await render(facts))
        .digest('hex');
    const first = await id(ordinary);
    for (const change of [
      { exam_date: '2026-11-02' },
      { name: '欧阳海' },
      { trust_root: 'A' },
      { level: 4 as const },
    ]) {
      expect(await id({ ...ordinary, ...change })).not.toBe(first);
    }
  });

  /** Template v1 is frozen once a certificate was issued with it: a change here belongs into templates/v2. */
  it('draws template v1 as it was', async () => {
    const { layers } = await readPdf(await render(ordinary));
    expect(layers.map(digestOf)).toEqual(FROZEN);
  });

  it('draws its copies and photographs as they were', async () => {
    const facts: DocumentFacts = {
      ...ordinary,
      photo: true,
      copy: { purpose: '申请技能提升补贴', stamped_on: '2026-11-24', expires_on: '2026-12-31' },
    };
    const photo = { kind: 'png', width: 1, height: 1, components: 1, data: Uint8Array.of(0) } as const;
    const { layers } = await readPdf(await renderCertificate(facts, { fonts, bundle, photo }));
    expect(layers.map(digestOf)).toEqual(FROZEN_COPY);
  });
});
const digestOf = (layer: string) => createHash('sha256').update(layer).digest('hex');
const FROZEN_COPY = [
  'e8c3f0f607a0886019cd7098c5f76b192de2d58f14e405aa3d11258bfa2e0e35',
  '44f0f4c886f5c5db4495c94fafd33d1b9845532b3784cebcaff4f7944ef47bde',
  '1825b61287a70548d57f0eacd8ac90339e3683d81716b4f1f8be66b396e1911d',
];
const FROZEN = [
  'd1001f1b171bd81f59a417ed6490a666d9a87136e4af8a0278456dc05b3bd445',
  'fc78b41ab9ed3cae02f543c7e0e56f6f585681873151705e7eddc6ef54aae1d8',
];

describe('refusals', () => {
  it.each([
    ['a name with an emoji', { name: '王\u{1f600}' }, 'glyph_missing', { code_point: 'U+1F600' }],
    ['a rare character that the font lacks', { name: '\u{2a6d7}三' }, 'glyph_missing', { code_point: 'U+2A6D7' }],
    [
      'a line break',
      { organization: { ...ordinary.organization, name: '甲\n乙' } },
      'glyph_missing',
      { code_point: 'U+000A' },
    ],
    ['a zero-width mark', { job: '焊\u200b工' }, 'glyph_missing', { code_point: 'U+200B' }],
    [
      'an organization of 200 characters',
      { organization: { ...ordinary.organization, name: '学'.repeat(200) } },
      'text_too_long',
      { part: 'organization' },
    ],
    ['a name of 100 characters', { name: '王'.repeat(100) }, 'text_too_long', { part: 'name' }],
    ['an empty job', { job: '' }, 'text_empty', { part: 'job' }],
    ['a blank name', { name: '\u3000' }, 'text_empty', { part: 'name' }],
  ])('%s, before issuing and when rendering', async (_what, change, code, facts) => {
    const bad = { ...ordinary, ...change };
    await expect(render(bad)).rejects.toMatchObject({ name: 'Refusal', code, facts });
    expect(() => checkPrintable(fonts, bad)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    [{ number: 'S0000370000012630000' }, 'number_malformed'],
    [{ issued_on: '2026-02-30' }, 'day_malformed'],
    [{ seal_url: '' }, 'qr_unusable'],
  ])('%j', async (change, code) => {
    await expect(render({ ...ordinary, ...change })).rejects.toMatchObject({ name: 'Refusal', code });
  });

  it('accepts what fits', () => {
    for (const facts of [
      ordinary,
      longest,
      { ...ordinary, name: '龑'.repeat(50), occupation: { code: '6-31-01-03', name: 'W'.repeat(40) } },
    ])
      checkPrintable(fonts, facts);
  });
});

describe('lines', () => {
  const place = { part: 'x', width: 120, height: 30, sizes: [12, 10, 8], leading: 1.25 };

  it('breaks names at their dots, words at spaces, and keeps closing marks with what they close', () => {
    expect(fit(fonts, '阿卜杜热合曼·买买提依明', place).lines).toEqual(['阿卜杜热合曼·', '买买提依明']);
    expect(wrap(fonts, 'Vocational Skill Level', 12, 70)).toEqual(['Vocational', 'Skill Level']);
    expect(wrap(fonts, '一二三四五六七八九，十', 12, 108)).toEqual(['一二三四五六七八', '九，十']);
    expect(wrap(fonts, '一二三四五六七八（九）', 12, 108)).toEqual(['一二三四五六七八', '（九）']);
  });

  it('leaves no orphan and goes down in size only when it must', () => {
    expect(fit(fonts, '一二三四五六七八九十甲', place)).toMatchObject({
      size: 12,
      lines: ['一二三四五六', '七八九十甲'],
    });
    expect(fit(fonts, '一'.repeat(24), place)).toMatchObject({ size: 10 });
    expect(() => fit(fonts, '一'.repeat(60), place)).toThrow(expect.objectContaining({ code: 'text_too_long' }));
  });

  it('breaks a word that is longer than its line', () => {
    const lines = wrap(fonts, 'A'.repeat(30), 12, 60);
    expect(lines.join('')).toBe('A'.repeat(30));
    expect(lines.every((line) => measure(fonts, line, 12) <= 60)).toBe(true);
  });
});

/** Outlines of an embedded program, read from its own loca and glyf: a reader that shares nothing with the slicer. */
function withoutMap(bytes: Uint8Array): { outline(gid: number): Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at: Record<string, number> = {};
  for (let i = 0; i < view.getUint16(4); i++)
    at[String.fromCharCode(...bytes.subarray(12 + 16 * i, 16 + 16 * i))] = view.getUint32(20 + 16 * i);
  const [loca, glyf] = [at.loca as number, at.glyf as number];
  return {
    outline: (gid) => bytes.subarray(glyf + view.getUint32(loca + 4 * gid), glyf + view.getUint32(loca + 4 * gid + 4)),
  };
}
