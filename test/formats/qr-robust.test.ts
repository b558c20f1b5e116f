/**
 * The QR code as a camera meets it: the lower half of the page, where the code is, in 23 poor renderings, each read by
 * two independent readers, zbar and ZXing. What they read equals the seal's address to the last digit, or it does not
 * count. Most renderings begin at 150 dpi, where a module is 5.4 pixels wide (version 8) or 4.5 (version 11).
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { A4 } from '../../src/formats/pdf/drawing.ts';
import { qrMatrix } from '../../src/formats/qr.ts';
import { CURRENT } from '../../templates/index.ts';
import { findImageMagick } from '../programs.ts';
import { bundle, fonts, hasTool, longest, ordinary } from './fixtures-pdf.ts';

const run = promisify(execFile);

interface Way {
  dpi: number;
  /** Operators of ImageMagick; none for the page as it is. */
  edit: readonly string[];
  file?: string;
}

const at150 = (...edit: string[]): Way => ({ dpi: 150, edit });
/** One channel's noise: three would be averaged. The seed makes it the same every time. */
const noise = (kind: string, strength: number) => [
  '-colorspace',
  'sRGB',
  '-seed',
  '1',
  '-attenuate',
  String(strength),
  '+noise',
  kind,
  '-channel',
  'G',
  '-separate',
  '+channel',
];
const each = <Value extends number>(
  values: readonly Value[],
  name: (value: Value) => string,
  way: (value: Value) => Way,
): [string, Way][] => values.map((value) => [name(value), way(value)]);

/** Half of A4 at 150 dpi is 1241 × 877 pixels. That itself is not among them: most of them begin with it. */
const WAYS: readonly [string, Way][] = [
  ...each(
    [72, 96, 120, 200, 300],
    (dpi) => `${dpi} dpi`,
    (dpi) => ({ dpi, edit: [] }),
  ),
  ...each(
    [3, 7, 15, 45, 90, 180],
    (angle) => `turned by ${angle}°`,
    (angle) => at150('-background', 'white', '-rotate', String(angle)),
  ),
  ...each(
    [1, 1.5, 2],
    (sigma) => `blurred, σ ${sigma} px`,
    (sigma) => at150('-blur', `0x${sigma}`),
  ),
  ...each(
    [50, 30, 10],
    (quality) => `JPEG quality ${quality}`,
    (quality) => ({ ...at150('-quality', String(quality)), file: 'jpg' }),
  ),
  ['Gaussian noise, σ 8 %', at150(...noise('Gaussian', 1))],
  ['impulse noise, 2 % of pixels', at150(...noise('Impulse', 0.2))],
  ['halved and doubled', at150('-resize', '50%', '-resize', '200%')],
  [
    'seen from an angle',
    at150(
      '-virtual-pixel',
      'white',
      '-distort',
      'Perspective',
      '0,0 90,60 1240,0 1150,0 1240,877 1240,877 0,877 0,830',
    ),
  ],
  [
    'pale in uneven light',
    at150(
      '(',
      '-size',
      '1250x880',
      'gradient:white-gray40',
      ')',
      '-compose',
      'multiply',
      '-composite',
      '+level',
      '20%,75%',
    ),
  ],
  ['photocopied', at150('-blur', '0x0.7', '-threshold', '55%', ...noise('Impulse', 0.05))],
];

const READERS: Record<string, (image: string) => [string, string[]]> = {
  zbar: (image) => ['zbarimg', ['-q', '--raw', '-Sdisable', '-Sqr.enable', image]],
  zxing: (image) => ['ZXingReader', ['-1', '-format', 'QRCode', '-bytes', image]],
};

/** Both readers end with an error when they find nothing: that is nothing read. */
const readWith = (reader: [string, string[]]): Promise<string> =>
  run(...reader).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );

const folder = mkdtempSync(join(tmpdir(), 'luzheng-qr-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The readers that failed, by way; two ways at a time. */
async function failures(name: string, text: string, pdf: Uint8Array, magick: string): Promise<Map<string, string[]>> {
  const path = join(folder, name);
  writeFileSync(`${path}.pdf`, pdf);
  for (const dpi of new Set(WAYS.map(([, way]) => way.dpi))) {
    const middle = Math.floor((A4.height / 2 / 25.4) * dpi);
    await run('pdftoppm', [
      '-gray',
      '-r',
      String(dpi),
      '-y',
      String(middle),
      '-singlefile',
      `${path}.pdf`,
      `${path}-${dpi}`,
    ]);
  }
  const failed = new Map<string, string[]>();
  const rest = [...WAYS.entries()];
  const work = async (): Promise<void> => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const [index, [way, { dpi, edit, file = 'pgm' }]] = next;
      const image = edit.length === 0 ? `${path}-${dpi}.pgm` : `${path}-way${index}.${file}`;
      if (edit.length > 0) await run(magick, [`${path}-${dpi}.pgm`, ...edit, image]);
      for (const [reader, call] of Object.entries(READERS)) {
        if ((await readWith(call(image))) !== text) failed.set(way, [...(failed.get(way) ?? []), reader]);
      }
    }
  };
  await Promise.all([work(), work()]);
  return failed;
}

const magick = findImageMagick();
const equipped = hasTool('pdftoppm', 'zbarimg', 'ZXingReader') && magick !== undefined;

describe('the QR code on the page', () => {
  it('meets 23 ways to be rendered badly', () => {
    expect(new Set(WAYS.map(([name]) => name)).size).toBe(23);
  });

  // 20 are wanted of both readers, whatever the length of the seal.
  it.skipIf(!equipped).each([
    ['ordinary', ordinary, 8, 20],
    ['longest', longest, 11, 20],
  ] as const)('%s: both readers give the seal back', async (name, facts, version, least) => {
    expect(qrMatrix(facts.seal_url).version).toBe(version);
    const failed = await failures(
      name,
      facts.seal_url,
      await renderCertificate({ ...facts, template: CURRENT }, { fonts, bundle }),
      magick as string,
    );
    expect(WAYS.length - failed.size, `not read: ${JSON.stringify([...failed])}`).toBeGreaterThanOrEqual(least);
  });
});
