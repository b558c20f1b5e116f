/**
 * Owns one value of Exif (a TIFF file inside a picture): the orientation, by which some programs turn a picture and
 * print does not. It refuses nothing: Exif that cannot be read turns no picture.
 */

const ORIENTATION = 0x0112;
const SHORT = 3;

/** The orientation that a TIFF structure gives: 1 is upright, 2–8 turned or mirrored; 1 when it gives none. */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;
  const start = view.getUint32(4, little);
  if (start + 2 > tiff.length) return 1;
  const entries = view.getUint16(start, little);
  for (let i = 0, at = start + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
