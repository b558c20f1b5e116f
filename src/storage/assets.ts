/**
 * Owns the static files that came with the deployment: the font and the browser code.
 * It refuses to go on without the font: a certificate is never drawn with another one.
 */
import type { Assets } from './bindings.ts';
import { openFont, type Font } from '../life/font.ts';

/** Where `npm run build` puts the font of templates/v1. */
export const FONT_PATH = '/fonts/NotoSerifSC_400Regular.ttf';

/** Reads the font once; the host in the address is ignored by the assets binding. */
export async function loadFont(assets: Assets): Promise<Font> {
  const response = await assets.fetch(new URL(FONT_PATH, 'https://assets.invalid'));
  if (!response.ok) throw new Error(`The font ${FONT_PATH} is not among the assets (${response.status}); run npm run build.`);
  return openFont(new Uint8Array(await response.arrayBuffer()));
}
