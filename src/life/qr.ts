/**
 * Owns the QR code of a certificate as a matrix of modules; drawing it is the template's.
 * The text up to and including `#` goes in byte mode and the digits behind it in numeric mode (3⅓ bits each), level M:
 * that is what keeps the code small enough to scan from paper.
 * Imported from the core of `qrcode`, which knows no canvas, PNG or file system, so one module serves Worker, browser and Node.
 * It refuses texts that are not ASCII and texts that no QR code holds (`qr_unusable`).
 */
import { create, type QrSegment, type QrSymbol } from 'qrcode/lib/core/qrcode.js';
import { bestMask } from './pdf-qr-mask.ts';
import { Refusal } from './refusal.ts';

export interface QrMatrix {
  /** Modules along one side, without the quiet zone. */
  size: number;
  /** 1–40. */
  version: number;
  /** Row by row, 1 is dark. */
  modules: Uint8Array;
  dark(x: number, y: number): boolean;
}

/** The library says in a plain Error that a text is too long, and throws nothing else. */
function createCode(segments: QrSegment[], length: number): QrSymbol {
  try {
    return create(segments, { errorCorrectionLevel: 'M', maskPattern: 0 });
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    throw new Refusal('qr_unusable', 'The text is too long for a QR code.', { length });
  }
}

/** @throws Refusal `qr_unusable` */
export function qrMatrix(url: string): QrMatrix {
  if (!/^[\x21-\x7e]+$/.test(url))
    throw new Refusal('qr_unusable', 'The text of a QR code is printable ASCII without spaces.');
  const parts = /^([^#]*#)(\d+)$/.exec(url);
  const segments: QrSegment[] = parts
    ? [
        { data: parts[1] as string, mode: 'byte' },
        { data: parts[2] as string, mode: 'numeric' },
      ]
    : [{ data: url, mode: 'byte' }];
  const { modules, version } = createCode(segments, url.length);
  const { size } = modules;
  const best = bestMask(modules);
  return { size, version, modules: best, dark: (x, y) => best[y * size + x] === 1 };
}
