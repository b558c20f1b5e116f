/**
 * A QR code as a matrix of modules, and its dark modules as rectangles for a path.
 * The text up to and including `#` goes in byte mode and the digits behind it in numeric mode (3⅓ bits each), level M:
 * that keeps the code small enough to scan from paper. Imported from the core of `qrcode`, which knows no canvas, PNG
 * or file system, so one module serves Worker, browser and Node.
 */
import { create, type QrSegment, type QrSymbol } from 'qrcode/lib/core/qrcode.js';
import { Refusal } from '../base/refusal.ts';
import { underBestMask } from './qr-mask.ts';

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
function createCode(segments: QrSegment[], length: number, maskPattern: number): QrSymbol {
  try {
    return create(segments, { errorCorrectionLevel: 'M', maskPattern });
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
  const code = createCode(segments, url.length, 0);
  const { size } = code.modules;
  const modules = underBestMask(size, (mask) =>
    mask === 0 ? code.modules.data : createCode(segments, url.length, mask).modules.data,
  );
  return { size, version: code.version, modules, dark: (x, y) => modules[y * size + x] === 1 };
}

// Every dark module lies in exactly one rectangle and no edge crosses light: painted as one path, no rasterizer
// leaves a hairline between two modules or draws one beside them. (Overlaps under the even-odd rule need a quarter
// fewer bytes, but pdfium and Ghostscript show edges that should cancel.)
// The unit is a module, from the top left corner of the code, y downwards.

interface Group {
  width: number;
  height: number;
  /** x, y, x, y … */
  places: number[];
}

/**
 * Runs of a row, each as far down as the rows below have it whole. Together stands what has one shape and the same
 * last digit of y, in reading order.
 */
function groups(size: number, left: Uint8Array): Group[] {
  const found = new Map<number, Group>();
  for (let y = 0, row = 0; y < size; y++, row += size) {
    for (let x = 0; x < size; x++) {
      if (left[row + x] === 0) continue;
      let end = x + 1;
      while (end < size && left[row + end] === 1) end++;
      let height = 1;
      for (let below = row + size; below < left.length; below += size, height++) {
        let reach = x;
        while (reach < end && left[below + reach] === 1) reach++;
        // A run wider on both sides would be left in two pieces: it stays whole for a rectangle of its own.
        if (reach < end || (x > 0 && left[below + x - 1] === 1 && end < size && left[below + end] === 1)) break;
        left.fill(0, below + x, below + end);
      }
      const width = end - x;
      const key = (height * size + width) * 10 + (y % 10);
      const group = found.get(key);
      if (group === undefined) found.set(key, { width, height, places: [x, y] });
      else group.places.push(x, y);
      x = end;
    }
  }
  return [...found.values()];
}

/**
 * Path operators `x y width height re`, one a line, to be filled at once (`f`) after a `cm` that makes a module the
 * unit and turns y downwards. Rectangles of one shape stand together: most of a line is found in the line before, and
 * DEFLATE needs a tenth less than in reading order.
 */
export function darkRectangles({ size, modules }: Pick<QrMatrix, 'size' | 'modules'>): string {
  const ordered = groups(size, Uint8Array.from(modules)).sort((a, b) => a.height - b.height || a.width - b.width);
  let path = '';
  for (const { width, height, places } of ordered) {
    const shape = ` ${width} ${height} re\n`;
    for (let i = 0; i < places.length; i += 2) path += `${places[i] as number} ${places[i + 1] as number}${shape}`;
  }
  return path;
}
