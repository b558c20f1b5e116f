/**
 * Where things stand on the certificate, version 1, and in which type and colour.
 * Millimetres from the top left corner of the sheet; type sizes in points.
 * FROZEN ONCE USED: a certificate printed again must be the same sheet. A change makes templates/v2.
 */
import type { Colour, Place } from '../../src/formats/pdf/drawing.ts';

export const INK: Colour = [0.09, 0.1, 0.13];
export const PINE: Colour = [0.07, 0.27, 0.31];
export const LABEL: Colour = [0.28, 0.38, 0.41];
export const BRONZE: Colour = [0.62, 0.49, 0.28];
export const MIST: Colour = [0.895, 0.925, 0.925];
export const HAIR: Colour = [0.66, 0.72, 0.73];
export const WHITE: Colour = [1, 1, 1];

export const TITLE_Y = 45;
export const SUBTITLE_Y = 54.4;
export const FLOURISH_Y = 61;
export const SENTENCE_Y = 73.6;
export const SENTENCE_EN_Y = 88.4;

export const LEFT = 28;
export const RIGHT = 182;
export const CENTRE = 105;

/** Fields stand in rows of one height, the first three beside the photograph; values begin at VALUE_LEFT. */
export const ROWS_TOP = 104;
export const ROW = 35 / 3;
export const VALUE_LEFT = 70;

/** The one-inch photograph, 25 × 35 mm. */
export const PHOTO_RESOURCE = 'P0';
export const PHOTO = { x: 157, y: ROWS_TOP, width: 25, height: 35 };

/** Filled-in values are 12 pt; only what would not fit otherwise is smaller, and never below 8 pt. */
const VALUE_SIZES = [12, 11, 10, 9, 8] as const;

const POINTS = 72 / 25.4;

/** The place of a row's value; rows beside the photograph are shorter. */
export function rowPlace(part: string, row: number): Place {
  const right = row < 3 ? PHOTO.x - 6 : RIGHT;
  return { part, width: (right - VALUE_LEFT) * POINTS, height: (ROW - 1.5) * POINTS, sizes: VALUE_SIZES, leading: 1.3 };
}

/** Light modules on every side of the code (ISO/IEC 18004). */
export const QUIET_ZONE = 4;
/** The QR code with its quiet zone fills this square; at the longest seal (version 11) a module is 0.71 mm. */
export const QR = { x: 28, y: 195, side: 49 };

/** Organization and day at the lower right, with room for the organization's stamp. */
export const SIGN_LEFT = 84;
export const SIGN_PLACE: Place = {
  part: 'organization',
  width: (RIGHT - SIGN_LEFT) * POINTS,
  height: 18 * POINTS,
  sizes: VALUE_SIZES,
  leading: 1.35,
};
export const SIGN_NAME = 205.5;
export const SIGN_DATE = 227.5;

/** Where a copy for one purpose says what it is for, in a colour of its own. */
export const STAMP: Colour = [0.69, 0.16, 0.13];
export const PALE_STAMP: Colour = [0.96, 0.87, 0.86];
export const COPY = { x: LEFT, y: 20.8, width: RIGHT - LEFT, height: 9.6 };

/** Small print. */
export const FOOT_TOP = 253;
export const FOOT_STEP = 4.9;
export const FOOT_RIGHT_COLUMN = 108;
export const SMALL = 8;
