/**
 * Certificates as pictures: each page is rendered by poppler and compared with a committed map of its ink, one character
 * for each square of 5 mm, `.` for white, then 1–9 and a–z for every further 2 % of darkness. A map is read with bare eyes
 * (border, title, photo, QR code), and what each shows is said beside it in test/vectors/pictures.json.
 * A square may differ by two steps: other versions of a renderer smooth edges otherwise, but a character that is missing,
 * moved or written over another changes more. Right glyphs are compared elsewhere, with another renderer's.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zlibSync } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import { renderCertificate } from '../../src/core/paper/document.ts';
import type { DocumentFacts } from '../../src/core/paper/template.ts';
import type { PdfImage } from '../../src/formats/pdf/pdf-file.ts';
import { bundle, fonts, hasTool, longest, ordinary } from '../formats/fixtures-pdf.ts';
import pictures from '../vectors/pictures.json' with { type: 'json' };

const [CELL_MM, CELL_PX] = [5, 20];
const STEPS = '.123456789abcdefghijklmnopqrstuvwxyz';
const STEP = 0.02;
const ALLOWED = 2;

/** A grey portrait: light above, dark below. */
const photo: PdfImage = {
  kind: 'png',
  width: 25,
  height: 35,
  components: 1,
  data: zlibSync(Uint8Array.from({ length: 35 * 26 }, (_, i) => (i % 26 === 0 ? 0 : 240 - 6 * Math.floor(i / 26)))),
};

const CASES: Record<string, { facts: DocumentFacts; photo?: PdfImage }> = {
  ordinary: { facts: ordinary },
  'minority name, photo': { facts: { ...ordinary, name: '迪丽努尔·艾合买提', job: '数控车工', photo: true }, photo },
  longest: { facts: longest },
  copy: {
    facts: { ...ordinary, copy: { purpose: '申请技能提升补贴', stamped_on: '2026-11-24', expires_on: '2026-12-31' } },
  },
  'version 2': { facts: { ...ordinary, template: 'v2' } },
  'version 2, longest copy with photo': {
    facts: {
      ...longest,
      template: 'v2',
      photo: true,
      copy: { purpose: '申请技能提升补贴', stamped_on: '2026-11-24', expires_on: '2026-12-31' },
    },
    photo,
  },
};

const folder = mkdtempSync(join(tmpdir(), 'luzheng-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

function inkMap(pdf: Uint8Array): string[] {
  const path = join(folder, 'page');
  writeFileSync(`${path}.pdf`, pdf);
  execFileSync('pdftoppm', ['-r', String((CELL_PX / CELL_MM) * 25.4), '-gray', '-singlefile', `${path}.pdf`, path], {
    stdio: 'ignore',
  });
  const file = readFileSync(`${path}.pgm`);
  const [head, width, height] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(
    file.subarray(0, 40).toString('latin1'),
  ) as unknown as [string, string, string];
  const pixels = file.subarray(head.length);
  // The last row of squares is cut by the sheet's edge: 297 mm are no whole number of them.
  return Array.from({ length: Math.floor(Number(height) / CELL_PX) }, (_, row) =>
    Array.from({ length: Math.floor(Number(width) / CELL_PX) }, (_, column) => {
      let dark = 0;
      for (let y = row * CELL_PX; y < (row + 1) * CELL_PX; y++)
        for (let x = column * CELL_PX; x < (column + 1) * CELL_PX; x++)
          dark += 255 - (pixels[y * Number(width) + x] as number);
      return STEPS[Math.min(STEPS.length - 1, Math.round(dark / CELL_PX ** 2 / 255 / STEP))] as string;
    }).join(''),
  );
}

/** Squares that differ by more than is allowed, as `row:column wanted→found`. */
const differences = (wanted: readonly string[], found: readonly string[]): string[] =>
  found.flatMap((line, row) =>
    [...line].flatMap((square, column) => {
      const other = wanted[row]?.[column] ?? '?';
      return Math.abs(STEPS.indexOf(square) - STEPS.indexOf(other)) > ALLOWED || other === '?'
        ? [`${row}:${column} ${other}→${square}`]
        : [];
    }),
  );

test('every picture is described', () => {
  expect(pictures.map(({ name }) => name)).toEqual(Object.keys(CASES));
  for (const { shows, ink } of pictures)
    expect([shows.length > 40, ink.length, ink.every((line) => line.length === 42)]).toEqual([true, 59, true]);
});

test.skipIf(!hasTool('pdftoppm')).each(Object.entries(CASES))(
  '%s: the page is the picture that was looked at',
  async (name, { facts, photo }) => {
    const wanted = pictures.find((picture) => picture.name === name)?.ink ?? [];
    const found = inkMap(await renderCertificate(facts, { fonts, bundle, photo }));
    expect(differences(wanted, found), `found:\n${found.join('\n')}\n`).toEqual([]);
  },
);

test.skipIf(!hasTool('pdftoppm'))(
  'a name that is one character short, or a job where there was none, is another picture',
  async () => {
    const ink = pictures[0]?.ink ?? [];
    for (const change of [{ name: '欧阳海' }, { job: '电焊工' }]) {
      expect(
        differences(ink, inkMap(await renderCertificate({ ...ordinary, ...change }, { fonts, bundle }))),
      ).not.toEqual([]);
    }
  },
);
