/** What the fake camera of a Chromium sees: grey pictures as raw video (YUV4MPEG2), made of a QR code or of a printed page. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { qrMatrix } from '../../src/formats/qr.ts';
import { png } from '../formats/fixtures-photo.ts';

export interface Picture {
  width: number;
  height: number;
  /** One byte a pixel. */
  grey: Uint8Array;
}

/** A code with its quiet zone. */
export function drawCode(text: string, scale: number): Picture {
  const code = qrMatrix(text);
  const side = (code.size + 8) * scale;
  const grey = new Uint8Array(side * side).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [column, row] = [Math.floor(x / scale) - 4, Math.floor(y / scale) - 4];
      if (column >= 0 && row >= 0 && column < code.size && row < code.size && code.dark(column, row))
        grey[y * side + x] = 0;
    }
  }
  return { width: side, height: side, grey };
}

/** The lower half of a PDF's page, where the code is, as poppler draws it. */
export function drawPage(pdf: Uint8Array, dpi: number): Picture {
  const pgm = execFileSync(
    'pdftoppm',
    ['-gray', '-r', String(dpi), '-y', String(Math.floor((297 / 2 / 25.4) * dpi)), '-singlefile', '-'],
    { input: pdf, maxBuffer: 50_000_000 },
  );
  const [head, width, height] = /^P5\s(\d+)\s(\d+)\s255\s/.exec(pgm.subarray(0, 40).toString('latin1')) as unknown as [
    string,
    string,
    string,
  ];
  return { width: Number(width), height: Number(height), grey: Uint8Array.from(pgm.subarray(head.length)) };
}

/** The picture as a file that people have. */
export function toPng({ width, height, grey }: Picture): Buffer {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(grey.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.from(png({ width, height, colour: 0, data: deflateSync(rows) }));
}

/** Writes a short film of 1280 × 720 with the picture in it; the camera shows it again and again. */
export function film(path: string, { width, height, grey }: Picture): void {
  const [wide, high] = [1280, 720];
  const luma = Buffer.alloc(wide * high, 200);
  const [left, top] = [Math.max(0, (wide - width) >> 1), Math.max(0, (high - height) >> 1)];
  for (let y = 0; y < Math.min(height, high); y++)
    luma.set(grey.subarray(y * width, y * width + Math.min(width, wide)), (top + y) * wide + left);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((wide * high) / 2, 128)]);
  writeFileSync(
    path,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${wide} H${high} F10:1 Ip A1:1 C420jpeg\n`), frame, frame, frame]),
  );
}
