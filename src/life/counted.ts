/** Owns the English forms of what is counted: one row, two rows. It refuses nothing. */

/** The form that goes with a number. */
export const formOf = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** The number with its form: `1 fault`, `2 faults`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${formOf(count, one, many)}`;
