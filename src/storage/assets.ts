/** The static files that came with the deployment: the fonts, the browser code with its versions, and the style. */

import type { FontSet } from '../formats/font/font.ts';
import { openFont } from '../formats/font/font.ts';
import type { Assets } from './database.ts';

/** Where `npm run build` puts the fonts, and their names, in the order in which they are asked for a character. */
const FONTS_PATH = '/fonts/';
export const FONT_LIST = 'fonts.json';
/** File name → version, of the pages' files. */
export const VERSIONS = 'versions.json';
/** Part of the style → its text and the SHA-256 of that (base64), as a policy names it. */
export const STYLES = 'styles.json';

/** The host in the address is ignored by the assets binding. */
async function read(assets: Assets, path: string): Promise<Response> {
  const response = await assets.fetch(new URL(path, 'https://assets.invalid'));
  if (!response.ok) throw new Error(`${path} is not among the assets (${response.status}); run npm run build.`);
  return response;
}

export type Versions = Readonly<Record<string, string>>;

/** Versions of the files that the pages load. */
export const loadVersions = async (assets: Assets): Promise<Versions> =>
  (await (await read(assets, `/${VERSIONS}`)).json()) as Versions;

export type Styles = Readonly<Record<string, { css: string; sha256: string }>>;

/** The parts of the style, which pages hold in themselves. */
export const loadStyles = async (assets: Assets): Promise<Styles> =>
  (await (await read(assets, `/${STYLES}`)).json()) as Styles;

/** Reads all fonts. @throws Refusal `font_unusable` */
export async function loadFonts(assets: Assets): Promise<FontSet> {
  const names = (await (await read(assets, FONTS_PATH + FONT_LIST)).json()) as string[];
  const open = async (name: string) =>
    openFont(new Uint8Array(await (await read(assets, FONTS_PATH + name)).arrayBuffer()));
  const [first, ...others] = await Promise.all(names.map(open));
  if (!first) throw new Error(`${FONT_LIST} names no font.`);
  return [first, ...others];
}
