/** Marks that nobody sees and that copying leaves in texts: zero-width ones, directional ones, soft hyphens, a BOM. */
export const withoutMarks = (text: string): string => text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');

/** Hyphens, dashes and the minus sign, for a class of a regular expression with the flag u. */
export const DASHES = '\\p{Pd}\\u2212';
