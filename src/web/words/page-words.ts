/**
 * Sentences that pages and command share: parts of numbers, faults of forms, reasons, media, faults of PDFs. Not
 * found is never called anything but not found.
 */

import type { Words } from '../../base/words.ts';
import { ID_TYPE_NAMES, type IdType } from '../../core/person.ts';
import { HERE } from '../../core/province.ts';

export const ID_TYPES: Record<IdType, Words> = {
  resident_id: { zh: ID_TYPE_NAMES.resident_id, en: 'Resident identity card' },
  residence_permit: {
    zh: ID_TYPE_NAMES.residence_permit,
    en: 'Residence permit for Hong Kong, Macao and Taiwan residents',
  },
  hk_macao_permit: {
    zh: ID_TYPE_NAMES.hk_macao_permit,
    en: 'Mainland travel permit for Hong Kong and Macao residents',
  },
  taiwan_permit: { zh: ID_TYPE_NAMES.taiwan_permit, en: 'Mainland travel permit for Taiwan residents' },
  passport: { zh: ID_TYPE_NAMES.passport, en: 'Passport' },
  foreign_permanent_resident: {
    zh: ID_TYPE_NAMES.foreign_permanent_resident,
    en: 'Foreign permanent resident identity card',
  },
};

export const REASONS: Record<string, Words> = {
  issued_in_error: { zh: '颁发有误', en: 'issued in error' },
  fraud: { zh: '弄虚作假', en: 'fraud' },
  result_annulled: { zh: '成绩被取消', en: 'the result was annulled' },
  holder_request: { zh: '持证人申请', en: 'at the holder’s request' },
  under_investigation: { zh: '正在核查', en: 'under investigation' },
  cleared: { zh: '核查无误', en: 'cleared' },
  other: { zh: '其他原因', en: 'other reasons' },
};

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

/** What happened to a certificate, and when. */
export const ACTIONS: Record<string, Words> = {
  suspend: { zh: '暂停', en: 'Suspended' },
  reinstate: { zh: '恢复', en: 'Reinstated' },
  revoke: { zh: '撤销', en: 'Revoked' },
};

export const MEDIA: Record<string, string> = {
  'application/pdf': 'PDF',
  copy: '加注副本 stamped copy',
  'application/vnd.luzheng.bundle+json': '核验包 bundle',
  'application/vc+sd-jwt': '凭证 credential',
};
export const BY: Record<string, Words> = {
  holder: { zh: '持证人', en: 'holder' },
  organization: { zh: '评价机构', en: 'organization' },
  centre: { zh: '鉴定指导中心', en: 'centre' },
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
