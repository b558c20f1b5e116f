/** Reports a line of the register that a list leaves out because it was altered: which one, and nothing of what it says. */
export const reportDamaged = (table: 'cases' | 'issuing_keys', id: string): void =>
  console.error(JSON.stringify({ event: 'line_left_out', table, id }));
