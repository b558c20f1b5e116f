/**
 * What can be wrong with a candidate row: a closed list of codes, each with its sentence, Chinese first. Clients and
 * tests compare the codes. No personal data: a placeholder is filled with a row number, a limit, a code point with its
 * character or the text of the filing, never with more of a name or an ID number.
 */

import { filled, together, type Words } from '../../base/words.ts';

export interface Fault {
  /**
   * The file's own row number, as a spreadsheet shows it; in JSON the first candidate is row 1. 0 for a photo that is
   * nobody's.
   */
  row: number;
  /** A column of FIELDS, `replaces`, `photo`, or `row` for the whole row. */
  field: string;
  code: FaultCode;
  /** `中文 / English` */
  message: string;
  /** Of photos: the file's name in the archive, an ID number as a rule. For the uploader's eyes, never for a log. */
  file?: string;
}

export const FAULTS = {
  // The row and the cell
  row_cells: {
    zh: '本行单元格数与表头不符（表头 {expected} 列，本行 {found} 列）',
    en: 'The row has {found} cells where the header has {expected}.',
  },
  field_unknown: { zh: '没有这个字段', en: 'There is no such field.' },
  value_missing: { zh: '此项必填', en: 'A value is required.' },
  value_too_long: { zh: '此项超过 {most} 个字符', en: 'The value has more than {most} characters.' },
  value_type: { zh: '此项须为文本', en: 'The value must be text.' },
  cell_formula: {
    zh: '此单元格是公式，其结果可能变化，请复制后“选择性粘贴”为数值',
    en: 'The cell is a formula, whose result may change; copy it and paste values only.',
  },
  cell_error: { zh: '此单元格是错误值（如 #N/A、#REF!）', en: 'The cell holds an error such as #N/A or #REF!.' },
  formula: {
    zh: '单元格以 = + - @ 开头，像是公式，请改为文本',
    en: 'The cell begins with = + - or @ like a formula; store it as text.',
  },
  glyph_missing: {
    zh: '证书字体缺少字符 {points}，无法打印，请联系平台补充字体',
    en: 'The certificate font has no glyph for {points}; ask the service to add a font that has it.',
  },

  // Names
  name_blank: { zh: '姓名为空', en: 'The name is empty.' },
  name_too_long: { zh: '姓名超过 50 个字符', en: 'The name has more than 50 characters.' },
  name_control: { zh: '姓名含换行或控制字符', en: 'The name contains a line break or a control character.' },
  name_invisible: {
    zh: '姓名含不可见字符（零宽或双向控制字符）',
    en: 'The name contains an invisible character (zero-width or bidirectional mark).',
  },
  name_private_use: {
    zh: '姓名含造字区字符，请改用正式编码的汉字',
    en: 'The name contains a private-use character; use the encoded one.',
  },
  name_replacement: { zh: '姓名含乱码', en: 'The name contains damaged characters.' },
  name_question_mark: {
    zh: '姓名含问号，可能是编码转换时丢失的汉字',
    en: 'The name contains a question mark, often a character lost in conversion.',
  },
  name_lookalike: {
    zh: '姓名含部首或兼容字符 {found}，请改用 {proper}',
    en: 'The name has the radical or compatibility character {found}; write {proper}.',
  },
  name_emoji: { zh: '姓名含表情符号', en: 'The name contains an emoji.' },
  name_digit: { zh: '姓名含数字', en: 'The name contains a digit.' },
  name_angle_bracket: { zh: '姓名含尖括号', en: 'The name contains an angle bracket.' },
  name_dot: {
    zh: '间隔号“·”不能在首尾、不能连用，也不能写成句点',
    en: 'The dot of a name stands between two parts, once, and is written U+00B7.',
  },
  name_space: { zh: '汉字之间或间隔号旁边有空格', en: 'There is a space between Chinese characters or beside a dot.' },
  name_stacked_marks: { zh: '姓名含叠加的组合符号', en: 'The name contains stacked combining marks.' },
  name_character: { zh: '姓名含不允许的字符', en: 'The name contains a character that names do not have.' },

  // Identity
  id_type_unknown: { zh: '证件类型无法识别', en: 'The document type is not known.' },
  id_type_differs: {
    zh: '证件号码与证件类型不符：81/82/83 开头为港澳台居民居住证，9 开头为外国人永久居留身份证',
    en: 'The number belongs to another document type: 81/82/83 begin a residence permit, 9 a foreign permanent resident card.',
  },
  id_number_float: {
    zh: '证件号码被表格软件存成了数值，末几位已丢失，请设为文本后重新录入',
    en: 'The ID number was stored as a number and lost its last digits; set the column to text and enter it again.',
  },
  id_number_15_digits: {
    zh: '15 位旧号码已停用，请填 18 位公民身份号码',
    en: 'Numbers of 15 digits are out of use; give the 18-digit number.',
  },
  id_number_length: { zh: '证件号码不是 18 位', en: 'The ID number does not have 18 characters.' },
  id_number_characters: {
    zh: '证件号码前 17 位须为数字，末位为数字或 X',
    en: 'The ID number must be 17 digits and a digit or X.',
  },
  id_number_region: {
    zh: '证件号码前两位不是省级代码',
    en: 'The first two digits of the ID number are not a province.',
  },
  id_number_birth_date: { zh: '证件号码中的出生日期不存在', en: 'The birth date in the ID number does not exist.' },
  id_number_check_digit: { zh: '证件号码校验位不符', en: 'The check digit of the ID number does not match.' },
  hk_macao_permit_malformed: {
    zh: '港澳居民来往内地通行证号码应为 H 或 M 加 8 或 10 位数字',
    en: 'A permit of Hong Kong and Macao residents is H or M and 8 or 10 digits.',
  },
  taiwan_permit_malformed: {
    zh: '台湾居民来往大陆通行证号码应为 8 或 10 位数字',
    en: 'A permit of Taiwan residents is 8 or 10 digits.',
  },
  passport_malformed: {
    zh: '护照号码应为 5 至 17 位字母或数字',
    en: 'A passport number is 5 to 17 letters and digits.',
  },
  foreign_card_malformed: {
    zh: '外国人永久居留身份证号码应为 3 位字母加 12 位数字，或 9 开头的 18 位号码',
    en: 'A foreign permanent resident card is 3 letters and 12 digits, or 18 characters beginning with 9.',
  },
  id_with_two_names: {
    zh: '同一证件号码与第 {first} 行的姓名不同',
    en: 'The same ID number has another name in row {first}.',
  },
  person_repeated: {
    zh: '同一人同一职业、工种、等级已在第 {first} 行',
    en: 'The same person, occupation, job and level already stand in row {first}.',
  },

  // Occupation, job, level
  occupation_code_malformed: {
    zh: '职业编码应写作 6-31-01-03 的形式',
    en: 'An occupation code is written like 6-31-01-03.',
  },
  occupation_not_filed: { zh: '该职业不在备案范围内', en: 'The occupation is not in the filing.' },
  occupation_name_differs: {
    zh: '职业名称与备案不一致，备案为“{filed}”',
    en: 'The occupation name differs from the filing, which says “{filed}”.',
  },
  occupation_name_too_long: { zh: '职业名称超过 85 字节', en: 'The occupation name is longer than 85 bytes in UTF-8.' },
  job_not_filed: {
    zh: '该工种/职业方向不在备案范围内；职业分工种时不能为“--”',
    en: 'The job is not in the filing; “--” is only for occupations without jobs.',
  },
  job_too_long: { zh: '工种/职业方向超过 85 字节', en: 'The job is longer than 85 bytes in UTF-8.' },
  level_unknown: {
    zh: '等级无法识别，请填 1–5 或“三级/高级工”',
    en: 'The level is not known; write 1–5 or 三级/高级工.',
  },
  level_contradictory: {
    zh: '等级前后矛盾，如“三级/初级工”',
    en: 'The two halves of the level contradict each other.',
  },
  level_not_filed: { zh: '该等级不在备案范围内', en: 'The level is not in the filing.' },

  // Scores
  score_blank: { zh: '成绩为空', en: 'The score is empty.' },
  score_absent: { zh: '缺考不能颁发证书', en: 'Absent is not a pass.' },
  score_not_number: { zh: '成绩不是数字', en: 'The score is not a number.' },
  score_decimals: { zh: '成绩最多两位小数', en: 'A score has at most two decimal places.' },
  score_range: { zh: '成绩不在 0–100 之间', en: 'The score is not between 0 and 100.' },
  score_below_pass: { zh: '成绩低于合格线 {pass}', en: 'The score is below the pass mark {pass}.' },

  // Exam date
  exam_date_unreadable: {
    zh: '考试日期无法识别，请写作 2026-11-01',
    en: 'The exam date cannot be read; write 2026-11-01.',
  },
  exam_date_serial: {
    zh: '考试日期是表格软件的序列号，请设为文本 2026-11-01',
    en: 'The exam date is a spreadsheet serial number; write 2026-11-01 as text.',
  },
  exam_date_two_digit_year: { zh: '考试日期的年份须为四位', en: 'The year of the exam date needs four digits.' },
  exam_date_ambiguous: {
    zh: '考试日期须年在前，如 2026-11-01；月日在前有歧义',
    en: 'Write the year first, 2026-11-01: day and month cannot be told apart.',
  },
  exam_date_not_real: { zh: '考试日期不存在', en: 'The exam date does not exist.' },
  exam_date_future: { zh: '考试日期晚于今天', en: 'The exam date lies in the future.' },
  exam_date_too_early: {
    zh: '考试日期早于 {first}，当时尚无职业技能等级认定',
    en: 'The exam date is before {first}, when these certificates did not exist yet.',
  },
  under_16: { zh: '考试当日未满 16 周岁', en: 'The candidate was younger than 16 on the exam day.' },

  // Photos
  photo_name: {
    zh: '文件名应为证件号码加 .jpg、.jpeg、.jfif 或 .png',
    en: 'The file name must be the document number and .jpg, .jpeg, .jfif or .png.',
  },
  photo_encoding: { zh: '照片须为图片文件的 base64 编码', en: 'The photo must be the image file in base64.' },
  photo_without_row: {
    zh: '照片文件名不是名单中任何人的证件号码',
    en: 'The name of the photo is no document number of this batch.',
  },
  photo_ambiguous: {
    zh: '名单中有两种证件使用此号码，无法判断照片属于谁',
    en: 'Two kinds of document in this batch have this number; whose photo it is cannot be told.',
  },
  photo_repeated: {
    zh: '同一人有两张不同的照片，请只保留一张',
    en: 'There are two different photos of this person; keep one.',
  },
  photo_size: {
    zh: '照片文件应为 {least} KB 至 {most} KB，此文件为 {found} KB',
    en: 'A photo file has {least} KB to {most} KB; this one has {found} KB.',
  },
  photo_type: {
    zh: '照片须为普通 JPEG 或 PNG（每通道 8 位，非隔行），请另存为 JPEG',
    en: 'The photo must be an ordinary JPEG or PNG (8 bits a channel, not interlaced); save it as JPEG.',
  },
  photo_colour: {
    zh: '照片为 CMYK 印刷色，请转为 RGB 后另存为 JPEG',
    en: 'The photo is in CMYK; convert it to RGB and save it as JPEG.',
  },
  photo_transparent: {
    zh: '照片含透明通道，请加白色背景后另存为 JPEG',
    en: 'The photo has transparency; put it on a white ground and save it as JPEG.',
  },
  photo_turned: {
    zh: '照片仅靠旋转标记（Exif）显示为正，打印时方向会错，请旋转后另存',
    en: 'The photo is upright only by an Exif mark, which print ignores; turn it and save it again.',
  },
  photo_damaged: {
    zh: '照片文件已损坏、不完整或附有其他数据，请重新导出',
    en: 'The photo file is damaged, incomplete or followed by other data; export it again.',
  },
  photo_dimensions: {
    zh: '照片应为 150×210 至 1000×1400 像素，此照片为 {width}×{height}；请用一寸白底照，建议 295×413',
    en: 'A photo has 150×210 to 1000×1400 pixels; this one has {width}×{height}. Use a one-inch portrait on white, best 295×413.',
  },
  photo_ratio: {
    zh: '照片宽高比应为 25:35（一寸竖版），此照片为 {width}×{height}；建议 295×413 像素，白底',
    en: 'A photo is 25:35 (one-inch portrait); this one is {width}×{height}. Best are 295×413 pixels on white.',
  },

  // Replacement
  replaces_malformed: {
    zh: '被替换的证书编号不符合编码规则',
    en: 'The certificate number to be replaced is malformed.',
  },
  replaces_repeated: {
    zh: '同一证书编号已在第 {first} 行被替换',
    en: 'Row {first} already replaces the same certificate.',
  },
} as const satisfies Record<string, Words>;

export type FaultCode = keyof typeof FAULTS;

/** Builds a fault; `facts` fill the placeholders of both sentences. */
export function fault(row: number, field: string, code: FaultCode, facts: Record<string, string | number> = {}): Fault {
  return { row, field, code, message: together(filled(FAULTS[code], facts)) };
}
