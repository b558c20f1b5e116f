/**
 * Photos for tests, none of anybody: a gradient as JPEG in its kinds, and PNGs that are drawn here. Any part of them can
 * be changed, because JPEG data is never decoded by what is tested, and PNG checksums are made again.
 */
import { zlibSync } from 'fflate';
import { concat, encodeUtf8 } from '../../src/base/bytes.ts';
import { crc32 } from '../../src/formats/inflate.ts';

const decode = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** 150 × 210 pixels each. */
export const SAMPLES = {
  baseline: decode(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCADSAJYDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAIE/8QAFRABAQAAAAAAAAAAAAAAAAAAABH/xAAXAQEBAQEAAAAAAAAAAAAAAAAAAQIE/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AwQioR3uRMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMFQBcIqEZaTCKhATCKhATCKhATCKhATCKhATCKhATCKhATCKhATBUAVCKhEVMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMFQBUIqEZVMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMFQBUIqERUwioQEwioQEwioQEwioQEwioQEwioQEwioQEwioQEwVAFQi4RlUQi4QEQi4QEQi4QEQi4QEQi4QEQi4QEQi4QEQi4QEQXAFQioRFTCKhATCKhATCKhATCKhATCKhATCKhATCKhATCKhATBUAVCKhGVTCKhATCKhATCKhATCKhATCKhATCKhATCKhATCKhATBUAVCKhEVMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMFQBUIqEZVMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMFQBcIqERpMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMFQBUIqEZVMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMIqEBMFQBUIqERUwioQEwioQEwioQEwioQEwioQEwioQEwioQEwioQEwVAFAIAAAAAAAAAAAAAAAAAAP/9k=',
  ),
  progressive: decode(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wgARCADSAJYDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAECBP/EABYBAQEBAAAAAAAAAAAAAAAAAAABA//aAAwDAQACEAMQAAAB51b4xRFEURRFEURRFEUaVLFEURRFEURRFEURRVLFEURRFEURRFEURRVRFEURRFEURRFEURRVSxRFEURRFEURRFEUVURRFEURRFEURRFEUVSxRFEURRFEURRFEUVURRFEURRFEURRFEUVUsURRFEURRFEURRFFVEURRFEURRFEURRFGlLFEURRFEURRFEURRVSxRFEURRFEURRFEUVURRFEURRFEURRFEUUAAAAAAAAAH/8QAFBABAAAAAAAAAAAAAAAAAAAAkP/aAAgBAQABBQIAf//EABQRAQAAAAAAAAAAAAAAAAAAAHD/2gAIAQMBAT8BDP/EABQRAQAAAAAAAAAAAAAAAAAAAHD/2gAIAQIBAT8BDP/EABQQAQAAAAAAAAAAAAAAAAAAAJD/2gAIAQEABj8CAH//xAAUEAEAAAAAAAAAAAAAAAAAAACQ/9oACAEBAAE/IQB//9oADAMBAAIAAwAAABD/AP8A/wD/AP8A/wD/APDDDDDDDDDDAAAAAAAAAABBBBBBBBBBCCCCCCCCCCPPPPPPPPPP88888888889999999999++++++++++//AP8A/wD/AP8A/wD/AAQQQQQQQQQQAAAAAAAAAAwwwwwwwwwwQQQQQQQQQf/EABQRAQAAAAAAAAAAAAAAAAAAAHD/2gAIAQMBAT8QDP/EABQRAQAAAAAAAAAAAAAAAAAAAHD/2gAIAQIBAT8QDP/EABYQAQEBAAAAAAAAAAAAAAAAABEAQP/aAAgBAQABPxAiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIjJ//Z',
  ),
  grey: decode(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/wAALCADSAJYBAREA/8QAFwABAQEBAAAAAAAAAAAAAAAAAAIBBP/EABUQAQEAAAAAAAAAAAAAAAAAAAAR/9oACAEBAAA/AOGEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQioQhCEIQhCEIQhCEIqEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQioQhCEIQhCEIQhCEIqEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQi4QhCEIQhCEIQhCEIqEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQioQhCEIQhCEIQhCEIqEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQioQhCEIQhCEIQhCEIqEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQioQhCEIQhCEIQhCEIqEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQioQhCEIQhCEIQhCEIuEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQioQhCEIQhCEIQhCEIqEIQhCEIQhCEIQhCKhCEIQhCEIQhCEIQjQAAAAAH//2Q==',
  ),
  cmyk: decode(
    '/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1hpCeo6utq2eAvMm6pseZqKuk/9sAQwEcHh4oIyhOKytOpG5dbqSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk/8AAFAgA0gCWBAEiAAIRAQMRAQQiAP/EABgAAQEBAQEAAAAAAAAAAAAAAAACAQME/8QAFRABAQAAAAAAAAAAAAAAAAAAABH/xAAYAQEBAQEBAAAAAAAAAAAAAAAAAQIEBf/EABURAQEAAAAAAAAAAAAAAAAAAAAR/9oADgQBAAIRAxEEAAA/AOVKmledHa9QCqVNKQAFUqaUgAKpU0pAAVSppSAAqlTSkABVKmlIACqVNKQAFUqaUgAKomhAATSppWoy0BVKmlIACqVNKQAFUqaUgAKpU0pAAVSppSAAqlTSkABVKmlIACqVNKQAFUTQgAJpU0rUZaAqlTSkABVKmlIACqVNKQAFUqaUgAKpU0pAAVSppSAAqlTSkABVKmlIACqJoQAGUqaVqI0aKpU0pBg0VSppSDBoqlTSkGDRVKmlIMGiqVNKQYNFUqaUgwaKpU0pBg0VSppSDBoqiaEGDRNKylaQGjaVlKDBo2lZSgwaNpWUoMGjaVlKDBo2lZSgwaNpWUoMGjaVlKDBo2lZSgwaNoygMGiaVNKrINFUqaUGDRVKmlBg0VSppQYNFUqaUGDRVKmlBg0VSppQYNFUqaUGDRVKmlBg0VRNAYNGUqaVpAaKpU0oMGiqVNKDBoqlTSgwaKpU0oMGiqVNKDBoqlTSgwaKpU0oMGiqVNKDBoqiaAwaME0rSA0UJpQYNFCaUGDRQmlBg0UJpQYNFCaUGDRQmlBg0UJpQYNFCaUGDRQmgMGjKVNKqA0VSppQYNFUqaUGDRVKmlBg0VSppQYNFUqaUGDRVKmlBg0VSppQYNFUqaUGDRVE0Bg0YMpWmWgNGUoADRlKAA0ZSgANGUoADRlKAA0ZSgANGUoADRlKAA0ZQABgCo2EVCAAJhFQgACYRUIAAmEVCAAJhFQgACYRUIAAmEVCAAJhFQgACYRUIAAmCoNGjSKhFQjBoCYRUIwaAmEVCMGgJhFQjBoCYRUIwaAmEVCMGgJhFQjBoCYRUIwaAmEVCMGgJgqANFFQi4Rg0BEIuEYNARCLhGDQEQi4Rg0BEIuEYNARCLhGDQEQi4Rg0BEIuEYNARCLhGDQEQXAAEaAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA//2Q==',
  ),
};

/** Faults of whose photo it is; all others with `photo_` are of the picture. */
export const MATCHING_FAULTS = [
  'photo_name',
  'photo_encoding',
  'photo_without_row',
  'photo_ambiguous',
  'photo_repeated',
];

/** A JPEG segment. */
export const segment = (marker: number, data: Uint8Array): Uint8Array<ArrayBuffer> =>
  concat(Uint8Array.of(0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255), data);

/** Puts bytes behind SOI. */
export const behindStart = (jpeg: Uint8Array, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  concat(jpeg.subarray(0, 2), ...parts, jpeg.subarray(2));

/** Where the segment of a marker begins. */
export function placeOf(jpeg: Uint8Array, ...markers: number[]): number {
  for (let at = 2; at < jpeg.length; at += 2 + (((jpeg[at + 2] as number) << 8) | (jpeg[at + 3] as number)))
    if (markers.includes(jpeg[at + 1] as number)) return at;
  throw new Error('no such segment');
}

/** Comments that make a file longer by a number of bytes, and different by a text. */
function comments(bytes: number, text: string): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let left = bytes; left > 0; left -= 60_000) {
    const data = new Uint8Array(Math.max(Math.min(left, 60_000) - 4, text.length));
    // Not all alike, so that archives do not shrink.
    for (let i = 0; i < data.length; i++) data[i] = (i * i * 31 + i * 7 + (i >> 7) * 13) & 255;
    data.set(encodeUtf8(text));
    parts.push(segment(0xfe, data));
  }
  return parts;
}

export interface Drawn {
  width?: number;
  height?: number;
  /** Bytes of the file, about. */
  size?: number;
  /** Makes it another picture's file. */
  text?: string;
}

/** A good JPEG. */
export function jpeg(
  { width = 295, height = 413, size = 2000, text = '' }: Drawn = {},
  sample: Uint8Array = SAMPLES.baseline,
): Uint8Array<ArrayBuffer> {
  const whole = behindStart(sample, ...comments(size - sample.length, text));
  const frame = placeOf(whole, 0xc0, 0xc2);
  whole.set([height >> 8, height & 255, width >> 8, width & 255], frame + 5);
  return whole;
}

/** A JPEG whose Exif gives an orientation, in either byte order. */
export function turned(orientation: number, little = true): Uint8Array<ArrayBuffer> {
  const tiff = new DataView(new ArrayBuffer(26));
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  tiff.setUint16(8, 1, little);
  tiff.setUint16(10, 0x0112, little);
  tiff.setUint16(12, 3, little);
  tiff.setUint32(14, 1, little);
  tiff.setUint16(18, orientation, little);
  return behindStart(jpeg(), segment(0xe1, concat(encodeUtf8('Exif\0\0'), new Uint8Array(tiff.buffer))));
}

export function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const named = concat(encodeUtf8(type), data);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, data.length);
  frame.setUint32(4, crc32(named));
  return concat(new Uint8Array(frame.buffer, 0, 4), named, new Uint8Array(frame.buffer, 4, 4));
}

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export interface DrawnPng {
  width?: number;
  height?: number;
  /** 0 grey, 2 RGB, 3 palette, 4 and 6 with alpha. */
  colour?: number;
  depth?: number;
  interlace?: number;
  /** In place of what belongs there. */
  data?: Uint8Array;
  /** Chunks before the pixels. */
  before?: Uint8Array[];
  /** IDAT chunks that the pixels are cut into. */
  cut?: number;
  palette?: number;
  filter?: number;
}

/** The pixels of a PNG before compression: noise in few bits, rows under a filter. */
export function pixels(
  width: number,
  height: number,
  components: number,
  filter = 0,
  colours = 4,
): Uint8Array<ArrayBuffer> {
  const stride = 1 + width * components;
  const raw = new Uint8Array(height * stride);
  let state = 1;
  for (let at = 0; at < raw.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    raw[at] = at % stride === 0 ? filter : (state >>> 20) % colours;
  }
  return raw;
}

export function png({
  width = 150,
  height = 210,
  colour = 2,
  depth = 8,
  interlace = 0,
  data,
  before = [],
  cut = 1,
  palette = 4,
  filter = 0,
}: DrawnPng = {}): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  for (const [i, value] of [depth, colour, 0, 0, interlace].entries()) header.setUint8(8 + i, value);
  const deflated =
    data ?? zlibSync(pixels(width, height, { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1, filter), { level: 1 });
  const step = Math.ceil(deflated.length / cut);
  return concat(
    PNG_SIGNATURE,
    chunk('IHDR', new Uint8Array(header.buffer)),
    ...(colour === 3 && palette > 0 ? [chunk('PLTE', new Uint8Array(3 * palette))] : []),
    ...before,
    ...Array.from({ length: cut }, (_, i) => chunk('IDAT', deflated.subarray(i * step, (i + 1) * step))),
    chunk('IEND', new Uint8Array()),
  );
}
