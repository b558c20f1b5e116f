/** The document in other people's tools: qpdf, poppler and zbar read it, and Chromium sets the same ink. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderCertificate } from '../../src/core/paper/document.ts';
import type { DocumentFacts } from '../../src/core/paper/template.ts';
import { A4, MM, measure } from '../../src/formats/pdf/drawing.ts';
import * as layout from '../../templates/v1/layout.ts';
import { bundle, cases, FONT_PATH, fonts, hasTool, longest, ordinary, readPdf } from '../formats/fixtures-pdf.ts';
import { findBrowser } from '../programs.ts';

const render = (facts: DocumentFacts) => renderCertificate(facts, { fonts, bundle });

/** A certificate's texts, as drawn, without the breaks that wrapping made. */
const flow = (texts: string[]) => texts.join('').replaceAll(' ', '');

describe('other people’s tools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'luzheng-pdf-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  const run = (tool: string, ...args: string[]) =>
    execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
  const file = async (name: string, facts: DocumentFacts) => {
    writeFileSync(path(name), await render(facts));
    return path(name);
  };

  it.skipIf(!hasTool('qpdf'))('qpdf finds no fault', async () => {
    for (const [name, facts] of cases)
      expect(run('qpdf', '--check', await file(`q-${name}.pdf`, facts))).toContain(
        'No syntax or stream encoding errors',
      );
  });

  it.skipIf(!hasTool('pdftotext'))('pdftotext reads every value', async () => {
    for (const [name, facts] of cases) {
      const text = flow([run('pdftotext', '-raw', await file(`t-${name}.pdf`, facts), '-').replaceAll('\n', '')]);
      for (const value of [
        facts.name,
        facts.id_number,
        facts.occupation.name,
        facts.job,
        facts.number,
        facts.organization.name,
        facts.trust_root,
      ])
        expect(text).toContain(value);
    }
  });

  it.skipIf(!hasTool('pdfdetach'))('pdfdetach takes the bundle out', async () => {
    run('pdfdetach', '-save', '1', '-o', path('out.json'), await file('d.pdf', ordinary));
    expect(readFileSync(path('out.json')).equals(Buffer.from(bundle))).toBe(true);
  });

  it.skipIf(!hasTool('pdftoppm', 'zbarimg'))('zbarimg reads the QR code at 150 dpi', async () => {
    for (const [name, facts] of cases) {
      run('pdftoppm', '-r', '150', '-png', '-singlefile', await file(`z-${name}.pdf`, facts), path(`z-${name}`));
      expect(run('zbarimg', '--raw', '-q', path(`z-${name}.png`)).trim()).toBe(facts.seal_url);
    }
  });

  it.skipIf(!hasTool('pdftoppm') || findBrowser() === undefined)(
    'the ink equals that of Chromium setting the same text in the same font',
    async () => {
      const { shown } = await readPdf(await render(longest));
      const height = A4.height * MM;
      // Chromium rounds advances to whole pixels, so each character is given its place.
      const texts = shown.flatMap(({ text, x, y, size, tracking, colour }) =>
        Array.from(text, (character, i) => {
          const before =
            measure(fonts, `${[...text].slice(0, i).join('')} `, size, tracking) - measure(fonts, ' ', size);
          return `<text fill="rgb(${colour.map((part) => `${part}%`).join(' ')})" x="${x + before}" y="${height - y}" font-size="${size}">${character}</text>`;
        }),
      );
      writeFileSync(
        path('chromium.html'),
        `<!doctype html><meta charset="utf-8"><style>@font-face{font-family:N;src:url("file://${FONT_PATH}")}@page{size:${A4.width}mm ${A4.height}mm;margin:0}body{margin:0}svg{display:block}text{font-family:N;font-kerning:none;font-variant-ligatures:none;white-space:pre}</style><svg width="${A4.width}mm" height="${A4.height - 0.5}mm" viewBox="0 0 ${A4.width * MM} ${(A4.height - 0.5) * MM}">${texts.join('')}</svg>`,
      );
      run(
        findBrowser() as string,
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--no-pdf-header-footer',
        '--virtual-time-budget=10000',
        `--user-data-dir=${path('profile')}`,
        `--print-to-pdf=${path('chromium.pdf')}`,
        path('chromium.html'),
      );
      const grey = (pdf: string, name: string) => {
        run('pdftoppm', '-r', '288', '-gray', '-singlefile', pdf, path(name));
        return readPgm(readFileSync(path(`${name}.pgm`)));
      };
      const [ours, theirs] = [grey(await file('ours.pdf', longest), 'ours'), grey(path('chromium.pdf'), 'theirs')];
      // Values only: the title is emboldened. Ink is what is darker than any ornament.
      const box = {
        left: layout.VALUE_LEFT - 1,
        right: layout.RIGHT,
        top: layout.ROWS_TOP,
        bottom: layout.ROWS_TOP + 7 * layout.ROW,
      };
      let [ink, missing, extra] = [0, 0, 0];
      for (let y = Math.ceil(box.top * MM * 4); y < box.bottom * MM * 4; y++) {
        for (let x = Math.ceil(box.left * MM * 4); x < box.right * MM * 4; x++) {
          if (x / MM / 4 > layout.PHOTO.x - 5 && y / MM / 4 < layout.ROWS_TOP + 3 * layout.ROW) continue;
          const [a, b] = [ours, theirs].map(({ width, data }) => data[y * width + x] as number) as [number, number];
          if (b < 80) ink++;
          if (b < 80 && darkest(ours, x, y) > 120) missing++;
          if (a < 80 && darkest(theirs, x, y) > 120) extra++;
        }
      }
      expect(ink).toBeGreaterThan(5000);
      expect(missing / ink).toBeLessThan(0.004);
      expect(extra / ink).toBeLessThan(0.004);
    },
    60_000,
  );
});

interface Grey {
  width: number;
  height: number;
  data: Uint8Array;
}

/** The darkest of a pixel and its neighbours: the two programs round a glyph's place to different fractions of a pixel. */
function darkest({ width, data }: Grey, x: number, y: number): number {
  let value = 255;
  for (const dy of [-1, 0, 1])
    for (const dx of [-1, 0, 1]) value = Math.min(value, data[(y + dy) * width + x + dx] as number);
  return value;
}

function readPgm(bytes: Buffer): Grey {
  const [, width, height] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(
    bytes.subarray(0, 40).toString('latin1'),
  ) as RegExpExecArray;
  return {
    width: Number(width),
    height: Number(height),
    data: bytes.subarray(bytes.length - Number(width) * Number(height)),
  };
}
