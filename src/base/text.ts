/** Marks that nobody sees and that copying leaves in texts: zero-width ones, directional ones, soft hyphens, a BOM. */
export const withoutMarks = (text: string): string => text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');

/** Hyphens, dashes and the minus sign, for a class of a regular expression with the flag u. */
export const DASHES = '\\p{Pd}\\u2212';

/** The form that goes with a number. */
export const formOf = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** The number with its form: `1 fault`, `2 faults`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${formOf(count, one, many)}`;
