/** Words of staff lists: what each row's verdict means, for the page and the command. */
import type { Words } from '../../base/words.ts';
import type { BulkAnswer, BulkVerdict, StaffRow } from '../../core/bulk-list.ts';
import { levelName } from '../../core/number.ts';
import { FAULTS, numberWords } from './refusal-words.ts';
import { VERDICTS } from './report-words.ts';

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

const NOT_FOUND: Words = {
  zh: '请逐位核对编号；没有查到不说明证书有问题',
  en: 'Check each digit; that says nothing against the certificate',
};
const NO_NUMBER: Words = { zh: '这一行没有证书编号', en: 'This row has no certificate number' };
const UNREADABLE: Words = { zh: '这一行无法读取', en: 'This row cannot be read' };

export const nameWords = ({ name, code }: BulkAnswer): Words =>
  NAME_WORDS[name ?? (code === 'second_factor_locked' ? 'locked' : 'none')];

/** What is to be said of a row besides. */
export function remarkOf({ verdict, code, part, length, replaced_by }: BulkAnswer): Words | undefined {
  if (verdict === 'not_found') return NOT_FOUND;
  if (verdict === 'unreadable' && code === 'number_missing') return NO_NUMBER;
  if (verdict === 'unreadable')
    return (code === 'number_malformed' ? numberWords(part, length) : FAULTS[code ?? '']) ?? UNREADABLE;
  return replaced_by === undefined ? undefined : { zh: `新证书 ${replaced_by}`, en: `replaced by ${replaced_by}` };
}

/** Whether a row needs a second look. */
export const isClear = ({ verdict, name, code }: BulkAnswer): boolean =>
  verdict === 'valid' && name !== 'no_match' && code === undefined;

const said = ({ zh, en }: Words): string => `${zh} ${en}`;
const HEADER = [
  '行号 Row',
  '证书编号 Certificate',
  '姓名（所填）Name as given',
  '结论 Verdict',
  '姓名核对 Name',
  '职业 Occupation',
  '工种 Job',
  '等级 Level',
  '评价机构 Organization',
  '发证日期 Issued',
  '说明 Remark',
];
/** In characters. */
export const RESULT_WIDTHS = [8, 26, 16, 20, 20, 16, 12, 18, 28, 12, 40];

/** The whole result as cells, header first. @param answers of the list's request: row n of it is `rows[n - 1]` */
export function resultTable(rows: readonly StaffRow[], answers: readonly BulkAnswer[]): string[][] {
  const line = (answer: BulkAnswer): string[] => {
    const asked = rows[answer.row - 1];
    const remark = remarkOf(answer);
    const { occupation = '', job = '', level, organization = '', issued_on = '' } = answer;
    return [
      String(asked?.row ?? answer.row),
      answer.number ?? asked?.number ?? '',
      asked?.name ?? '',
      said(BULK_WORDS[answer.verdict]),
      said(nameWords(answer)),
      occupation,
      job,
      level === undefined ? '' : levelName(level),
      organization,
      issued_on,
      remark ? said(remark) : '',
    ];
  };
  return [HEADER, ...answers.map(line)];
}

/** Why a list cannot be read, or was not checked. */
export const LIST_FAULTS: Record<string, Words> = {
  csv_columns_missing: {
    zh: '没有找到证书编号一列：请加上表头“证书编号”',
    en: 'No column of certificate numbers was found: give it the header 证书编号 or “number”',
  },
  csv_column_repeated: { zh: '名单中有两列同名', en: 'The list has two columns of the same name' },
  csv_quotes_malformed: { zh: '名单中的引号不配对', en: 'The list has a quotation mark that is not closed' },
  csv_not_utf8: {
    zh: '文件的文字编码无法识别，请另存为 .xlsx 或“CSV UTF-8”',
    en: 'The encoding of the file is not known: save it as .xlsx or “CSV UTF-8”',
  },
  table_format_unsupported: {
    zh: '不支持的文件格式，请另存为 .xlsx 或“CSV UTF-8”',
    en: 'Files of this form are not read: save it as .xlsx or “CSV UTF-8”',
  },
  xlsx_malformed: { zh: '工作簿文件已损坏，请重新另存为 .xlsx', en: 'The workbook is damaged: save it as .xlsx again' },
  xlsx_too_large: { zh: '工作簿过大，请只保留名单', en: 'The workbook is too large: keep the list alone' },
  table_too_large: {
    zh: '文件过大，不像名单，请只保留名单',
    en: 'The file is larger than any list: keep the list alone',
  },
  csv_header_unclear: { zh: '表头须只有一行，放在名单最上面', en: 'The list needs one header row, above all others' },
  xlsx_encrypted: { zh: '工作簿设有密码，请取消密码', en: 'The workbook has a password: save it without one' },
  xlsx_macros: {
    zh: '工作簿含有宏，请另存为不含宏的 .xlsx',
    en: 'The workbook has macros: save it as .xlsx without them',
  },
  xlsx_external: {
    zh: '工作簿链接了其他文件，请把名单粘贴为数值到新工作簿',
    en: 'The workbook links to other files: paste the list as values into a new one',
  },
  xlsx_sheets: { zh: '工作簿中有多张名单，请每个文件只放一张', en: 'Several sheets are lists: keep one a file' },
  xlsx_hidden_rows: {
    zh: '名单中有隐藏或被筛选掉的行，请先显示全部行',
    en: 'The list has hidden or filtered rows: show all rows first',
  },
  xlsx_merged_cells: { zh: '名单中有合并单元格，请取消合并', en: 'The list has merged cells: unmerge them' },
  bulk_empty: { zh: '名单是空的', en: 'The list is empty' },
  bulk_too_many: {
    zh: '名单过长：任何人一次最多 100 行，有批量密钥最多 10,000 行',
    en: 'The list is too long: 100 rows for anyone, 10,000 with a bulk key',
  },
  batch_too_large: { zh: '名单过长：一次最多 10,000 行', en: 'The list is too long: at most 10,000 rows at once' },
  body_too_large: { zh: '名单内容过大', en: 'The list is too large' },
  bulk_key_unknown: { zh: '批量密钥不正确，请核对', en: 'This is no bulk key of this service' },
  bulk_key_ended: {
    zh: '批量密钥已到期或已被撤销，请向发放的鉴定指导中心申请新的',
    en: 'The bulk key has ended; ask the centre that gave it for another',
  },
  bulk_quota_exceeded: {
    zh: '已超过批量密钥当日的额度，请明天再试',
    en: 'That is more than is left of the key’s quota today',
  },
  too_many_requests: {
    zh: '请求过于频繁，请一分钟后再试',
    en: 'Too many requests from your address; try again in a minute',
  },
  broke_off: {
    zh: '核验中断，没有得到回执，结果不完整，请重试',
    en: 'The check broke off before the receipt; the results are not whole. Try again',
  },
  cancelled: { zh: '已取消，结果不完整', en: 'Cancelled; the results are not whole' },
  unexpected: { zh: '出错了，请稍后再试', en: 'Something went wrong; try again in a moment' },
};
