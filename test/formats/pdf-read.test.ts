/** The reader of PDF on our own certificates, on the same ones rewritten by other people's tools, and on Chromium's prints. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE_MEDIA_TYPE } from '../../src/core/bundle.ts';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { A4, MM, measure } from '../../src/formats/pdf/drawing.ts';
import { type ReadPdf, readPdf } from '../../src/formats/pdf-read/read-pdf.ts';
import * as layout from '../../templates/v1/layout.ts';
import { findBrowser } from '../programs.ts';
import { bundle, FONT_PATH, fonts, hasTool, longest, ordinary, readPdf as readDrawn } from './fixtures-pdf.ts';
import { refusal, uncompressed } from './pdf-read-kit.ts';

const cases = [
  ['ordinary', ordinary],
  ['longest', longest],
] as const;
const files: Record<string, Uint8Array> = {};
beforeAll(async () => {
  for (const [name, facts] of cases) files[name] = await renderCertificate(facts, { fonts, bundle });
});
const certificate = (name = 'ordinary') => files[name] as Uint8Array;

const glyphsOf = ({ page }: ReadPdf) =>
  page.texts.flatMap(({ glyphs, size }) => glyphs.map((glyph) => ({ ...glyph, size })));

/** The text of a field: the characters whose origin lies in a box (millimetres from the top left), line by line. */
function textIn(read: ReadPdf, left: number, top: number, right: number, bottom: number): string {
  const inside = glyphsOf(read).filter(
    ({ x, y }) =>
      x >= left * MM - 0.5 && x < right * MM && (A4.height * MM - y) / MM > top && (A4.height * MM - y) / MM < bottom,
  );
  return inside
    .sort((a, b) => b.y - a.y || a.x - b.x)
    .map((glyph) => glyph.text)
    .join('');
}

describe.each(cases)('the %s certificate', (name, facts) => {
  it('shows every value at its place', () => {
    const read = readPdf(certificate(name));
    const row = (index: number, right = layout.RIGHT) =>
      textIn(
        read,
        layout.VALUE_LEFT,
        layout.ROWS_TOP + index * layout.ROW,
        right,
        layout.ROWS_TOP + (index + 1) * layout.ROW,
      );
    const beside = layout.PHOTO.x - 5;
    expect([row(0, beside), row(1, beside), row(2, beside), row(3), row(4), row(6)]).toEqual([
      facts.name,
      facts.id_type_name,
      facts.id_number,
      facts.occupation.name,
      facts.job,
      facts.number,
    ]);
    expect(row(5)).toBe(
      facts.level === 3 ? '三级/高级工Level 3 / Advanced' : '一级/高级技师Level 1 / Senior Technician',
    );
    expect(textIn(read, layout.SIGN_LEFT, 203, layout.RIGHT, 225)).toBe(facts.organization.name);
    expect(textIn(read, layout.SIGN_LEFT, 230, layout.RIGHT, 240)).toBe('2026年11月23日 23 November 2026');
    expect(textIn(read, layout.LEFT, 266, layout.RIGHT, 270)).toBe(`信任根 Trust root${facts.trust_root}`);
  });

  it('has every glyph where the font and the layout put it', async () => {
    const { shown } = await readDrawn(certificate(name));
    const wanted = shown.flatMap(({ text, x, y, size, tracking }) =>
      Array.from(text, (character, i) => ({
        text: character,
        x: x + measure(fonts, [...text].slice(0, i).join(''), size) + i * tracking,
        y,
        size,
      })),
    );
    const found = glyphsOf(readPdf(certificate(name)));
    expect(found.map((glyph) => glyph.text).join('')).toBe(wanted.map((glyph) => glyph.text).join(''));
    for (const [i, glyph] of found.entries()) {
      for (const part of ['x', 'y', 'size'] as const)
        expect(Math.abs(glyph[part] - (wanted[i] as typeof glyph)[part])).toBeLessThan(0.5);
    }
  });

  it('carries the bundle byte for byte, one page, one revision, no signature', () => {
    const read = readPdf(certificate(name));
    expect(read.attachments).toEqual([
      {
        name: `${facts.number}.bundle.json`,
        mediaType: BUNDLE_MEDIA_TYPE,
        relationship: 'Data',
        bytes: expect.anything(),
      },
    ]);
    expect(Buffer.from(read.attachments[0]?.bytes as Uint8Array).equals(Buffer.from(bundle))).toBe(true);
    expect(read).toMatchObject({
      size: certificate(name).length,
      revisions: [certificate(name).length],
      repaired: false,
      pages: 1,
      signatures: [],
      info: { title: `职业技能等级证书 ${facts.number}`, author: facts.organization.name },
    });
    expect(read.info.keywords).toContain(facts.number);
    expect([read.page.width, read.page.height].map((side) => Math.round(side / MM))).toEqual([A4.width, A4.height]);
  });

  it('shows its ink as it is: nothing hidden, nothing over a value', () => {
    const { texts, paints, images, annotations } = readPdf(certificate(name)).page;
    expect([images, annotations]).toEqual([[], []]);
    for (const text of texts)
      expect([text.mode === 0 || text.size === 31, text.veiled, text.depth, text.artifact]).toEqual([
        true,
        undefined,
        0,
        false,
      ]);
    const value = texts.find(({ text }) => text.startsWith([...facts.name][0] as string)) as (typeof texts)[number];
    expect(value.colour).toEqual(layout.INK);
    expect(
      paints
        .filter(
          ({ left, right, bottom, top }) =>
            left < value.endX && right > value.x && bottom < value.y + value.size && top > value.y,
        )
        .every(({ order }) => order < value.order),
    ).toBe(true);
    // The border's waves are as long as the sheet on every side; what shows of them ends at their clip.
    for (const { left, right, bottom, top } of paints)
      expect(left > 0 && bottom > 0 && right < A4.width * MM && top < A4.height * MM).toBe(true);
  });
});

describe('the same certificate after other people’s tools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-read-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  const run = (tool: string, ...args: string[]): Uint8Array => {
    writeFileSync(path('in.pdf'), certificate());
    execFileSync(tool, args, { cwd: folder, stdio: 'ignore' });
    return new Uint8Array(readFileSync(path('out.pdf')));
  };
  const expectSame = (bytes: Uint8Array, within = 0.001) => {
    const [read, original] = [readPdf(bytes), readPdf(certificate())];
    const [found, wanted] = [glyphsOf(read), glyphsOf(original)];
    expect(found.map((glyph) => glyph.text).join('')).toBe(wanted.map((glyph) => glyph.text).join(''));
    for (const [i, { x, y }] of found.entries())
      expect(Math.hypot(x - (wanted[i]?.x as number), y - (wanted[i]?.y as number))).toBeLessThan(within);
    expect(read.repaired).toBe(false);
    return read;
  };
  const withBundle = (read: ReadPdf) =>
    expect(Buffer.from(read.attachments[0]?.bytes as Uint8Array).equals(Buffer.from(bundle))).toBe(true);

  const QPDF: [string, string[]][] = [
    ['as text', ['--qdf']],
    ['without object streams', ['--object-streams=disable']],
    ['linearized', ['--linearize']],
    ['linearized, classic', ['--linearize', '--object-streams=disable']],
    ['compressed again', ['--recompress-flate', '--object-streams=generate']],
  ];
  it.skipIf(!hasTool('qpdf')).each(QPDF)('qpdf: %s', (_what, options) => {
    const bytes = run('qpdf', ...options, 'in.pdf', 'out.pdf');
    const read = expectSame(bytes);
    withBundle(read);
    expect(read.revisions).toEqual([bytes.length]);
  });

  it.skipIf(!hasTool('qpdf')).each([
    ['a password', ['--encrypt', 'u', 'o', '256', '--']],
    ['none', ['--encrypt', '', 'o', '128', '--use-aes=y', '--']],
  ])('qpdf: encrypted with %s', (_what, options) => {
    expect(refusal(run('qpdf', ...options, 'in.pdf', 'out.pdf'))).toEqual({ code: 'pdf_encrypted' });
  });

  it.skipIf(!hasTool('gs'))('ghostscript, which writes every glyph again', () => {
    expectSame(run('gs', '-q', '-dBATCH', '-dNOPAUSE', '-sDEVICE=pdfwrite', '-sOutputFile=out.pdf', 'in.pdf'), 0.3);
  });

  it.skipIf(!hasTool('pdftocairo'))('cairo, which sorts nothing out of its place', () => {
    const found = readPdf(run('pdftocairo', '-pdf', 'in.pdf', 'out.pdf'));
    expect(textIn(found, layout.VALUE_LEFT, layout.ROWS_TOP, layout.PHOTO.x - 5, layout.ROWS_TOP + layout.ROW)).toBe(
      ordinary.name,
    );
  });

  it.each([true, false])('pdf-lib, object streams: %s', async (useObjectStreams) => {
    const document = await PDFDocument.load(certificate(), { updateMetadata: false });
    withBundle(expectSame(await document.save({ useObjectStreams })));
    withBundle(expectSame(await uncompressed(certificate())));
  });

  it('pdf-lib writing over it: what was added is found, at its place and above what was there', async () => {
    const document = await PDFDocument.load(certificate(), { updateMetadata: false });
    const helvetica = await document.embedFont(StandardFonts.Helvetica);
    const page = document.getPage(0);
    page.drawRectangle({ x: 190, y: 455, width: 130, height: 16, opacity: 1 });
    page.drawText('370102199001011234', { x: 198.4, y: 460.1, size: 12, font: helvetica });
    page.drawText('(back) \\ slash é', { x: 20, y: 20, size: 8, font: helvetica });
    const read = readPdf(await document.save());
    const [added, other] = read.page.texts.slice(-2);
    expect(added).toMatchObject({
      text: '370102199001011234',
      font: 'Helvetica',
      size: 12,
      x: expect.closeTo(198.4),
      y: expect.closeTo(460.1),
      endX: expect.closeTo(198.4 + 18 * 0.556 * 12),
    });
    expect(other?.text).toBe('(back) \\ slash é');
    const original = read.page.texts.find(({ text }) => text.startsWith('110105')) as { order: number };
    const cover = read.page.paints.find(
      ({ left, top }) => Math.abs(left - 190) < 0.01 && Math.abs(top - 471) < 0.01,
    ) as { order: number };
    expect(original.order < cover.order && cover.order < (added as { order: number }).order).toBe(true);
  });

  it.skipIf(findBrowser() === undefined)('Chromium’s print of a Chinese page', () => {
    writeFileSync(
      path('page.html'),
      `<!doctype html><meta charset="utf-8"><style>@font-face{font-family:N;src:url("file://${FONT_PATH}")}body{font-family:N}</style><h1>职业技能等级证书</h1><p>姓名 欧阳海燕 ABC</p><p><a href="https://luzheng.cn">查询</a></p>`,
    );
    const bytes = run(
      findBrowser() as string,
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-pdf-header-footer',
      '--virtual-time-budget=10000',
      `--user-data-dir=${path('profile')}`,
      '--print-to-pdf=out.pdf',
      'page.html',
    );
    const read = readPdf(bytes);
    expect(
      glyphsOf(read)
        .map((glyph) => glyph.text)
        .join('')
        .replaceAll(' ', ''),
    ).toBe('职业技能等级证书姓名欧阳海燕ABC查询');
    expect(read.page.texts.every(({ mcid }) => mcid !== undefined)).toBe(true);
    expect(read.page.annotations.map(({ subtype }) => subtype)).toEqual(['Link']);
  });
});
