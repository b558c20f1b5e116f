/**
 * What refusals say to people, by their codes: parts of numbers, faults of forms and of PDFs in both languages, and the
 * Chinese of those whose facts say more than a title can. Not found is never called anything but not found.
 */
import type { Words } from '../../base/words.ts';
import { knownLabel } from '../../core/field-words.ts';
import { HERE } from '../../core/province.ts';
import { ROLE_WORDS } from './case-words.ts';

/** Where each part of a number stands (DOMAIN § 1), and what it must be. */
export const NUMBER_PARTS: Record<string, { from: number; to: number } & Words> = {
  length: {
    from: 0,
    to: 0,
    zh: '位数不对：证书编号共 22 位，为 1 个字母加 21 位数字',
    en: 'Wrong length: a certificate number has 22 characters, one letter and 21 digits',
  },
  category: {
    from: 0,
    to: 1,
    zh: '第 1 位（机构类别）应为 Y（用人单位）或 S（社会培训评价组织）',
    en: 'Position 1 (category) must be Y (employer) or S (training organization)',
  },
  body: { from: 1, to: 5, zh: '第 2–5 位（评价机构代码）应为数字', en: 'Positions 2–5 (body code) must be digits' },
  province: {
    from: 5,
    to: 7,
    zh: `第 6–7 位（省级代码）应为 ${HERE.code}；本平台只收录在${HERE.name}备案的机构颁发的证书`,
    en: `Positions 6–7 (province) must be ${HERE.code}: only certificates of organizations filed in ${HERE.english} are held here`,
  },
  sequence: {
    from: 7,
    to: 13,
    zh: '第 8–13 位（机构序列码）应为数字',
    en: 'Positions 8–13 (body sequence) must be digits',
  },
  year: {
    from: 13,
    to: 15,
    zh: '第 14–15 位（发证年份）应为数字',
    en: 'Positions 14–15 (year of issue) must be digits',
  },
  level: {
    from: 15,
    to: 16,
    zh: '第 16 位（技能等级）应为 1 至 5',
    en: 'Position 16 (level) must be a digit from 1 to 5',
  },
  serial: {
    from: 16,
    to: 22,
    zh: '第 17–22 位（序列号）应为 000001 至 999999',
    en: 'Positions 17–22 (serial) must be digits from 000001 to 999999',
  },
};

/** What is wrong with a number. @param length how many characters it has, where that is what is wrong */
export function numberWords(part = 'length', length?: unknown): Words | undefined {
  const words = NUMBER_PARTS[part];
  return words === undefined || length === undefined
    ? words
    : { zh: `${words.zh}，这里是 ${length} 位`, en: `${words.en}; this one has ${length}` };
}

/** Numbers of other kinds of certificate, and faults of the forms, by code. */
export const FAULTS: Record<string, Words> = {
  number_old_qualification: {
    zh: '16 位编号是国家职业资格证书的编号，本平台不收录此类证书',
    en: 'A number of 16 digits belongs to a national vocational qualification certificate, which this service does not hold',
  },
  number_special_grade: {
    zh: '两个字母加 20 位数字是特级技师证书编号的形式，本平台不颁发此类证书',
    en: 'Two letters and 20 digits is the form of special-grade technicians’ numbers; such certificates are not issued here',
  },
  seal_url_malformed: {
    zh: '这个网址不是证书二维码的内容',
    en: 'This address is not the content of a certificate’s QR code',
  },
  host_unknown: {
    zh: '这个网址属于其他网站，不是本平台的地址：无法在这里核对，也请勿在该网站填写个人信息',
    en: 'This address belongs to another website, not to this service. It cannot be checked here; do not enter personal data there',
  },
  number_not_in_text: {
    zh: '这段文字里没有找到证书编号：编号为 1 个字母加 21 位数字',
    en: 'No certificate number was found in this text: a number is one letter and 21 digits',
  },
  one_number_only: {
    zh: '这里有多个编号；与姓名或证件号码一起核对时，请只填一个',
    en: 'There are several numbers here; together with a name or document number, enter one',
  },
  name_damaged: {
    zh: '姓名中的汉字变成了问号或乱码，请重新输入；未作比对',
    en: 'The name has question marks or damaged characters where its own were; enter it again. Nothing was compared',
  },
  name_lookalike: {
    zh: '姓名中有部首或兼容字符，请改用规范的汉字；未作比对',
    en: 'The name has a radical or compatibility character; write the ordinary one. Nothing was compared',
  },
  too_long: { zh: '内容过长', en: 'This is too long' },
  number_missing: {
    zh: '请填写证书编号，或同时填写姓名和证件号码',
    en: 'Enter the certificate number, or both name and document number',
  },
  purpose_missing: { zh: '请填写副本的用途', en: 'Say what the copy is for' },
  purpose_malformed: { zh: '用途应为一行文字，不超过 40 个字', en: 'The purpose is one line of at most 40 characters' },
  expires_on_missing: { zh: '请选择副本的截止日期', en: 'Choose the last day of the copy' },
  expiry_malformed: { zh: '截止日期应在今天起一年以内', en: 'The last day lies between today and a year from now' },
  glyph_missing: { zh: '含有无法打印的字符', en: 'This has a character that cannot be printed' },
  name_missing: { zh: '请填写姓名', en: 'Enter the name' },
  id_number_missing: { zh: '请填写证件号码', en: 'Enter the document number' },
  holder_differs: {
    zh: '所填姓名和证件号码与此证书登记的不一致，请逐字核对后再试',
    en: 'Name and document number are not those registered for this certificate. Check each character and try again',
  },
  pair_locked: {
    zh: '与这个姓名和证件号码相近的查询，不相符的次数过多，已暂停核对；这不说明所填有误。请加填证书编号，即可照常核对',
    en: 'Too many entries with this name and document did not match, so these two alone are not compared for now; that says nothing about yours. Add the certificate number, and they are compared as usual',
  },
  no_match: {
    zh: '没有查到与所填内容相符的证书。这并不说明证书有问题，请逐字核对后再试',
    en: 'No certificate matches what was entered. That says nothing against a certificate: check each character and try again',
  },
};

/** Why a PDF cannot be checked at all. */
export const PDF_FAULTS: Record<string, Words> = {
  pdf_malformed: {
    zh: '这个 PDF 已损坏或不是 PDF，无法读取',
    en: 'This file is damaged or no PDF, and cannot be read',
  },
  pdf_too_large: {
    zh: '这个 PDF 过大或过于复杂，不会是证书文件',
    en: 'This PDF is too large or complicated to be a certificate',
  },
  pdf_encrypted: { zh: '这个 PDF 已加密；证书文件不加密', en: 'This PDF is encrypted; certificates are not' },
  pdf_active: {
    zh: '这个 PDF 含有脚本或动作；证书文件没有',
    en: 'This PDF contains scripts or actions; certificates have none',
  },
  document_without_bundle: {
    zh: '这个 PDF 内没有可核验的签名材料，不能据此判断真伪。请用印在上面的编号查询，或扫描二维码',
    en: 'This PDF holds no signed statements, which says nothing for or against it. Look up the number printed on it, or scan its QR code',
  },
  bundle_malformed: { zh: '这个 PDF 内的签名材料已损坏', en: 'The signed statements in this PDF are damaged' },
};

// The Chinese of refusals whose facts say more than a title can: the free code, the day, the column. Without the
// facts that its sentence needs a refusal has none, and its title stands.

type Facts = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Columns as the templates call them. */
const columnName = (name: string): string =>
  name === 'job_types' ? '工种' : name === 'number' ? '证书编号' : (knownLabel(name)?.zh ?? name);

const DAY_FAULTS: Readonly<Record<string, string>> = {
  unreadable: '不是日期，请写成 10-01、2027-10-01 或 10-01..10-07',
  other_year: '不在所公布的年份内',
  repeated: '重复出现',
  not_weekend: '不是周六或周日，本来就是工作日',
};

/** Parts of an organization code stand where they stand in a certificate number; its length is its own. */
const codePart = (part: string | undefined): string | undefined =>
  part === 'length' ? '机构编码共 13 位，如 S000037000001' : part === undefined ? undefined : NUMBER_PARTS[part]?.zh;

const WORDS: Readonly<Record<string, (facts: Facts) => string | undefined>> = {
  number_malformed: ({ part, length }) => numberWords(text(part), length)?.zh,
  organization_code_malformed({ part }) {
    const why = codePart(text(part));
    return why && `机构编码格式不正确：${why}`;
  },
  code_taken({ organization, free }) {
    const code = text(organization);
    return (
      code &&
      `机构编码 ${code} 已属于另一家单位${text(free) === undefined ? '' : `，请用未使用的编码，如 ${text(free)}`}；只有省中心可以收回编码`
    );
  },
  calendar_day_wrong({ day, part, fault }) {
    const [which, why] = [text(part)?.endsWith('workdays') ? '调休上班日' : '放假日', DAY_FAULTS[text(fault) ?? '']];
    return text(day) && why && `${which}“${text(day)}”${why}`;
  },
  uscc_wrong: () => '统一社会信用代码的校验码不符，请逐位核对',
  batch_closed({ state }) {
    if (state === 'returned') return '该批次已被退回，请修改后作为新批次重新上传';
    return state === 'issuing' || state === 'issued' ? '该批次已下达颁发指令，不能再审核、退回' : undefined;
  },
  csv_columns_missing({ columns }) {
    const missing = texts(columns).map(columnName);
    return missing.length === 0 ? undefined : `文件缺少必需的列：${missing.join('、')}`;
  },
  role_wrong({ allowed }) {
    const who = texts(allowed).flatMap((role) => ROLE_WORDS[role]?.zh ?? []);
    return who.length === 0 ? undefined : `您的角色无权进行此操作，须由${who.join('或')}办理`;
  },
  out_of_reach: ({ centre }) =>
    text(centre) &&
    `该机构已由另一中心（${text(centre)}）备案，由该中心或省中心办理；此前上传的批次由其退回，机构重新上传`,
  filed_by_other_centre: ({ centre }) =>
    text(centre) &&
    `上传之后，机构已改由另一中心（${text(centre)}）备案，本批次不能审核和颁发；请该中心或省中心退回，机构重新上传`,
};

/** What a refusal says in Chinese, filled from its facts; undefined where its title says it all. */
export const refusalWords = (code: string, facts: Facts): string | undefined =>
  Object.hasOwn(WORDS, code) ? WORDS[code]?.(facts) : undefined;
