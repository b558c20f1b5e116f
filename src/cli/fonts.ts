/**
 * `npm run fonts`: fallback fonts for the Chinese characters that the packages' fonts lack (CJK Extensions B–H
 * and others) from fonts that lie on this machine, and puts them with their licences into templates/fonts. Each
 * character is taken from the first font that draws it; the files are cut to what static assets take. Usage: `npm run
 * fonts` for Debian's fonts-babelstone-han and fonts-hanazono, or `npm run fonts -- a.ttf b.ttf`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Font, openFont, readTables, shows, writeFont } from '../formats/font/font.ts';
import { sliceFont } from '../formats/font/font-slice.ts';
import { type FontFile, FURTHER, LARGEST_ASSET, PACKAGED } from './build.ts';

/** Mainland shapes first. */
const DEBIAN: readonly FontFile[] = [
  {
    path: '/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf',
    licence: '/usr/share/doc/fonts-babelstone-han/copyright',
  },
  { path: '/usr/share/fonts/truetype/hanazono/HanaMinA.ttf', licence: '/usr/share/doc/fonts-hanazono/copyright' },
  { path: '/usr/share/fonts/truetype/hanazono/HanaMinB.ttf', licence: '/usr/share/doc/fonts-hanazono/copyright' },
];

/** What this command made before: only that is replaced. */
const MADE = /^han-\d-[\w-]+-\d+\.(ttf|LICENSE_FONT)$/;

/** Ideographs in names: 〇, Extension A, the first block, compatibility, and planes 2 and 3. By range: Unicode grows. */
const RANGES = [
  [0x3007, 0x3007],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2fffd],
  [0x30000, 0x3fffd],
] as const;

/** Glyphs a cut at most, so that its components find room beside them (a TrueType font has 65,535). */
const MOST_GLYPHS = 20_000;

const open = (path: string): Font => openFont(new Uint8Array(readFileSync(path)));

function* ideographs(): Generator<number> {
  for (const [first, last] of RANGES) for (let codePoint = first; codePoint <= last; codePoint++) yield codePoint;
}

/**
 * A character map of format 12 (OpenType § cmap): a group for each run of code points whose glyphs follow each other.
 */
function characterMap(gidByCodePoint: ReadonlyMap<number, number>): Uint8Array {
  const groups: [start: number, end: number, gid: number][] = [];
  for (const [codePoint, gid] of [...gidByCodePoint].sort(([a], [b]) => a - b)) {
    const last = groups.at(-1);
    if (last && codePoint === last[1] + 1 && gid === last[2] + codePoint - last[0]) last[1] = codePoint;
    else groups.push([codePoint, codePoint, gid]);
  }
  const view = new DataView(new ArrayBuffer(28 + 12 * groups.length));
  view.setUint16(2, 1);
  view.setUint16(4, 3);
  view.setUint16(6, 10);
  view.setUint32(8, 12);
  view.setUint16(12, 12);
  view.setUint32(16, 16 + 12 * groups.length);
  view.setUint32(24, groups.length);
  groups.forEach((group, at) => group.forEach((value, part) => view.setUint32(28 + 12 * at + 4 * part, value)));
  return new Uint8Array(view.buffer);
}

/** A name table with the PostScript name alone (name ID 6, Windows, UTF-16). */
function nameTable(name: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(18 + 2 * name.length));
  [0, 1, 18, 3, 1, 0x409, 6, 2 * name.length, 0].forEach((value, at) => view.setUint16(2 * at, value));
  for (let at = 0; at < name.length; at++) view.setUint16(18 + 2 * at, name.charCodeAt(at));
  return new Uint8Array(view.buffer);
}

/** A font of some characters that can be opened again: the cut, its character map and its name. */
export function cutFont(font: Font, codePoints: readonly number[]): Uint8Array<ArrayBuffer> {
  const { bytes, gidByCodePoint } = sliceFont(font, codePoints);
  const tables = [...readTables(new DataView(bytes.buffer))].map(([tag, { at, length }]) => [
    tag,
    bytes.subarray(at, at + length),
  ]);
  return writeFont({
    ...Object.fromEntries(tables),
    cmap: characterMap(gidByCodePoint),
    name: nameTable(font.postScriptName),
  });
}

/** Cuts a font into files that each fit the assets. */
function filesOf(font: Font, codePoints: readonly number[]): Uint8Array[] {
  const bytes = codePoints.length <= MOST_GLYPHS ? cutFont(font, codePoints) : undefined;
  if (bytes && bytes.length <= LARGEST_ASSET) return [bytes];
  const middle = Math.ceil(codePoints.length / 2);
  return [...filesOf(font, codePoints.slice(0, middle)), ...filesOf(font, codePoints.slice(middle))];
}

/** Makes the fallback fonts in a folder. @returns one line for each source */
export function makeFallbacks(sources: readonly FontFile[], folder: string): string[] {
  const drawn = new Set<number>();
  const packaged = PACKAGED.map(({ path }) => open(path));
  for (const codePoint of ideographs()) if (packaged.some((font) => shows(font, codePoint))) drawn.add(codePoint);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (MADE.test(name)) rmSync(join(folder, name));
  return sources.map(({ path, licence }, order) => {
    const font = open(path);
    const wanted = [...ideographs()].filter((codePoint) => !drawn.has(codePoint) && shows(font, codePoint));
    for (const codePoint of wanted) drawn.add(codePoint);
    const files = wanted.length === 0 ? [] : filesOf(font, wanted);
    files.forEach((bytes, part) => {
      const name = `han-${order + 1}-${basename(path, '.ttf')}-${part + 1}`;
      writeFileSync(join(folder, `${name}.ttf`), bytes);
      if (licence !== undefined) writeFileSync(join(folder, `${name}.LICENSE_FONT`), readFileSync(licence));
    });
    const size = files.reduce((sum, bytes) => sum + bytes.length, 0);
    return `${basename(path)}: ${wanted.length} characters, ${(size / 1_000_000).toFixed(1)} MB in ${files.length} files`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2).map((path): FontFile => ({ path, licence: undefined }));
  // Either of Debian's packages will do; both have more characters.
  const sources = given.length > 0 ? given : DEBIAN.filter(({ path }) => existsSync(path));
  if (sources.length === 0) {
    console.error(
      'No font was found to make them from. On Debian: apt-get install fonts-babelstone-han fonts-hanazono',
    );
    process.exitCode = 1;
  } else for (const line of makeFallbacks(sources, FURTHER)) console.log(line);
}
