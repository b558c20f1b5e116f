/**
 * Owns reading QR codes from pictures: by the browser's own BarcodeDetector where it has one that works, else by the
 * bundled reader. Of the 46 poor renderings of printed codes that test/core/qr-robust.test.ts makes, the bundled one read 43.
 * It refuses nothing: a picture without a readable code is undefined. What a code says is judged elsewhere.
 */
import decodeQR from 'qr/decode.js';

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Longer side in pixels to which pictures are brought, one after the other, and milliseconds for each. */
const FRAME = { sides: [1280], patience: 60 };
const STILL = { sides: [1280, 2400, 700], patience: 1500 };

/** Some phones have the class without the service behind it: no formats, or an error at the first picture. */
async function ownDetector(): Promise<Detector | undefined> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  try {
    return own && (await own.getSupportedFormats()).includes('qr_code') ? new own({ formats: ['qr_code'] }) : undefined;
  } catch {
    return undefined;
  }
}

function bundled(
  canvas: HTMLCanvasElement,
  source: CanvasImageSource,
  width: number,
  height: number,
  { sides, patience }: typeof FRAME,
): string | undefined {
  for (const side of sides) {
    const scale = Math.min(1, side / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return undefined;
    // Transparent pictures are meant to stand on paper.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height), { timeLimit: patience });
    } catch {
      // This reader throws when there is no code in the picture.
    }
  }
  return undefined;
}

export interface Reader {
  /** `still`: takes its time over a picture that was chosen. */
  read(source: HTMLVideoElement | ImageBitmap, still: boolean): Promise<string | undefined>;
}

export async function makeReader(): Promise<Reader> {
  let detector = await ownDetector();
  const canvas = document.createElement('canvas');
  return {
    async read(source, still) {
      const found = await detector?.detect(source).catch(() => (detector = undefined));
      if (found?.[0]) return found[0].rawValue;
      // A frame is followed by others; of a still the bundled reader may make more.
      if (detector && !still) return undefined;
      const [width, height] =
        'videoWidth' in source ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
      return width > 0 && height > 0 ? bundled(canvas, source, width, height, still ? STILL : FRAME) : undefined;
    },
  };
}
