/**
 * Owns the five skill levels (职业技能等级) and their official names.
 * The digit is the one at position 16 of a certificate number (人社鉴发〔2019〕2号): 5 is the lowest, 1 the highest.
 */
export type Level = 1 | 2 | 3 | 4 | 5;

export const LEVELS: readonly Level[] = [5, 4, 3, 2, 1];

const NAMES: Record<Level, { rank: string; title: string; english: string }> = {
  5: { rank: '五级', title: '初级工', english: 'Level 5 / Elementary' },
  4: { rank: '四级', title: '中级工', english: 'Level 4 / Intermediate' },
  3: { rank: '三级', title: '高级工', english: 'Level 3 / Advanced' },
  2: { rank: '二级', title: '技师', english: 'Level 2 / Technician' },
  1: { rank: '一级', title: '高级技师', english: 'Level 1 / Senior Technician' },
};

export const isLevel = (value: unknown): value is Level =>
  typeof value === 'number' && (LEVELS as readonly number[]).includes(value);

/** `三级/高级工`: how a certificate prints the level. */
export const levelName = (level: Level): string => `${NAMES[level].rank}/${NAMES[level].title}`;

/** `{ rank: '三级', title: '高级工', english: 'Level 3 / Advanced' }` */
export const levelWords = (level: Level): { rank: string; title: string; english: string } => NAMES[level];
