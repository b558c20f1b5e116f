/** The fonts of a deployment: those of the packages with their licences, and fallbacks made of fonts on the machine. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ASSETS, buildAssets, fontFiles, PACKAGED } from '../../src/cli/build.ts';
import { makeFallbacks } from '../../src/cli/fonts.ts';
import { renderCertificate } from '../../src/core/paper/document.ts';
import { type FontSet, fontFor, glyphOf, missingGlyphs, openFont, outlineOf } from '../../src/formats/font/font.ts';
import { sliceFont } from '../../src/formats/font/font-slice.ts';
import { FONT_LIST } from '../../src/storage/database.ts';
import { bundle, composedFont, font, longest, ordinary, sameOutline } from '../formats/fixtures-pdf.ts';

const folder = mkdtempSync(join(tmpdir(), 'luzheng-fonts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const open = (path: string) => openFont(new Uint8Array(readFileSync(path)));
const packaged = PACKAGED.map(({ path }) => open(path)) as unknown as FontSet;

test('the fonts that come along show Latin Extended; the Chinese one goes first', () => {
  const letters =
    'ĀāĂăĄąĆćČčĎďĐđĒēĘęĚěĞğĢģĪīİıĶķĹĺĻļŁłŃńŅņŇňÑñŐőŒœŔŕŘřŚśŞşŠšȘșŢţŤťȚțŪūŮůŰűŴŵŶŷŸŹźŻżŽžƠơƯưẠạẾếỄễỊịỘộỮữỲỳỸỹ';
  expect(missingGlyphs([font], letters).length).toBeGreaterThan(30);
  expect(missingGlyphs(packaged, letters)).toEqual([]);
  expect([fontFor(packaged, 0x4e2d), fontFor(packaged, 0x41), fontFor(packaged, 0x10c)]).toEqual([
    packaged[0],
    packaged[0],
    packaged[1],
  ]);
  const files = fontFiles();
  expect([files[0], files.at(-1)]).toEqual(PACKAGED);
});

test('certificates of before keep their bytes beside it', async () => {
  for (const facts of [ordinary, longest]) {
    const [before, now] = [
      await renderCertificate(facts, { fonts: [font], bundle }),
      await renderCertificate(facts, { fonts: packaged, bundle }),
    ];
    expect(Buffer.from(now).equals(Buffer.from(before))).toBe(true);
  }
});

test('cutting a letter made of parts leaves the font as it was, also where its bytes are a Buffer', () => {
  const path = PACKAGED[1]?.path as string;
  const shared = openFont(readFileSync(path));
  const whole = open(path);
  for (let time = 0; time < 2; time++) {
    expect(Buffer.from(sliceFont({ ...shared, cut: new Map() }, [0x10c]).bytes)).toEqual(
      Buffer.from(sliceFont(whole, [0x10c]).bytes),
    );
  }
  expect(Buffer.from(shared.bytes).equals(readFileSync(path))).toBe(true);
});

test('the build copies them with their licences', async () => {
  await buildAssets();
  const names = readdirSync(join(ASSETS, 'fonts'));
  const listed = JSON.parse(readFileSync(join(ASSETS, 'fonts', FONT_LIST), 'utf8')) as string[];
  expect(listed).toEqual(fontFiles().map(({ path }) => basename(path)));
  for (const { path } of PACKAGED) {
    expect(names).toContain(basename(path));
    expect(readFileSync(join(ASSETS, 'fonts', basename(path).replace('.ttf', '.LICENSE_FONT')), 'utf8')).toContain(
      'SIL OPEN FONT LICENSE',
    );
  }
}, 120_000);

test('fallbacks hold what the packages lack, each character once, and are made again in place of those before', () => {
  // Five glyphs from U+F902 on: of them the packages' fonts show some, perhaps all or none.
  const first = Array.from({ length: 0xfaff - 0xf900 }, (_, at) => 0xf900 + at).find(
    (start) =>
      [0, 1, 2, 3, 4].filter((at) => missingGlyphs(packaged, String.fromCodePoint(start + at)).length > 0).length > 2,
  ) as number;
  const [one, two, licence] = [join(folder, 'One.ttf'), join(folder, 'Two.ttf'), join(folder, 'copyright')];
  writeFileSync(one, composedFont(false, first));
  writeFileSync(two, composedFont(false, first));
  writeFileSync(licence, 'for everybody');
  const out = join(folder, 'out');
  for (let time = 0; time < 2; time++) {
    const [made, none] = makeFallbacks(
      [
        { path: one, licence },
        { path: two, licence },
      ],
      out,
    );
    expect([made, none]).toEqual([
      expect.stringMatching(/^One\.ttf: [345] characters/),
      expect.stringMatching(/^Two\.ttf: 0 characters/),
    ]);
    expect(
      readdirSync(out)
        .sort()
        .filter((name) => name !== 'own.ttf'),
    ).toEqual(['han-1-One-1.LICENSE_FONT', 'han-1-One-1.ttf']);
    writeFileSync(join(out, 'own.ttf'), 'of the deployer');
  }
  expect(readdirSync(out)).toContain('own.ttf');
  const [source, cut] = [open(one), open(join(out, 'han-1-One-1.ttf'))];
  for (let codePoint = first; codePoint < first + 5; codePoint++) {
    const lacking = missingGlyphs(packaged, String.fromCodePoint(codePoint)).length > 0;
    expect(glyphOf(cut, codePoint) > 0).toBe(lacking);
    if (lacking)
      expect(
        sameOutline(
          outlineOf(cut, glyphOf(cut, codePoint)),
          outlineOf(source, glyphOf(source, codePoint)),
          source.unitsPerEm,
        ),
      ).toBe(true);
  }
});
