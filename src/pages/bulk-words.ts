/**
 * Owns the words of a checked list, for the page, the files that it saves and the command: verdicts, names, and why a row has
 * none. Not found is never called anything but not found, and of a name it is said only whether it is the certificate's.
 */
import type { BulkAnswer, BulkVerdict } from '../life/bulk.ts';
import { levelName } from '../life/level.ts';
import type { StaffRow } from '../life/staff-list.ts';
import { FAULTS, NUMBER_PARTS, VERDICTS, type Words } from './words.ts';

export const BULK_WORDS: Record<BulkVerdict, Words> = {
  valid: VERDICTS.valid.word,
  incomplete: VERDICTS.incomplete.word,
  suspended: VERDICTS.suspended.word,
  revoked: VERDICTS.revoked.word,
  replaced: VERDICTS.replaced.word,
  invalid: VERDICTS.invalid.word,
  not_found: { zh: '没有查到', en: 'Not found' },
  unreadable: { zh: '无法识别', en: 'Unreadable' },
};

export const NAME_WORDS: Record<'match' | 'no_match' | 'locked' | 'none', Words> = {
  match: { zh: '相符', en: 'matches' },
  no_match: { zh: '不相符', en: 'does not match' },
  locked: { zh: '不相符次数过多，一小时内暂不比对', en: 'not compared: too many that did not match within the hour' },
  none: { zh: '未比对', en: 'not compared' },
};

const NOT_FOUND: Words = { zh: '请逐位核对编号；没有查到不说明证书有问题', en: 'Check each digit; that says nothing against the certificate' };
const UNREADABLE: Words = { zh: '这一行无法读取', en: 'This row cannot be read' };

export const nameWords = ({ name, code }: BulkAnswer): Words => NAME_WORDS[name ?? (code === 'second_factor_locked' ? 'locked' : 'none')];

/** What is to be said of a row besides. */
export function remarkOf({ verdict, code, part, replaced_by }: BulkAnswer): Words | undefined {
  if (verdict === 'not_found') return NOT_FOUND;
  if (verdict === 'unreadable') return (code === 'number_malformed' ? NUMBER_PARTS[part ?? 'length'] : FAULTS[code ?? '']) ?? UNREADABLE;
  return replaced_by === undefined ? undefined : { zh: `新证书 ${replaced_by}`, en: `replaced by ${replaced_by}` };
}

/** Whether a row needs a second look. */
export const isClear = ({ verdict, name, code }: BulkAnswer): boolean => verdict === 'valid' && name !== 'no_match' && code === undefined;

const said = ({ zh, en }: Words): string => `${zh} ${en}`;
const HEADER = ['行号 Row', '证书编号 Certificate', '姓名（所填）Name as given', '结论 Verdict', '姓名核对 Name', '职业 Occupation', '工种 Job', '等级 Level', '评价机构 Organization', '发证日期 Issued', '说明 Remark'];
/** In characters. */
export const RESULT_WIDTHS = [8, 26, 16, 20, 20, 16, 12, 18, 28, 12, 40];

/** The whole result as cells, header first. @param answers of the list's request: row n of it is `rows[n - 1]` */
export function resultTable(rows: readonly StaffRow[], answers: readonly BulkAnswer[]): string[][] {
  const line = (answer: BulkAnswer): string[] => {
    const asked = rows[answer.row - 1];
    const remark = remarkOf(answer);
    const { occupation = '', job = '', level, organization = '', issued_on = '' } = answer;
    return [String(asked?.row ?? answer.row), answer.number ?? asked?.number ?? '', asked?.name ?? '', said(BULK_WORDS[answer.verdict]), said(nameWords(answer)), occupation, job, level === undefined ? '' : levelName(level), organization, issued_on, remark ? said(remark) : ''];
  };
  return [HEADER, ...answers.map(line)];
}
