/**
 * What verdicts and checks mean, in sentences, and the words of a certificate's report: kinds of document, what
 * happened to it and why, what was downloaded. A key that the service manages is never called more than technical proof
 * of origin.
 */
import { shanghaiClock } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import { ID_TYPE_NAMES, type IdType } from '../../core/person.ts';
import type { Check, CheckId, Verdict } from '../../core/report.ts';
import { FAULTS } from './refusal-words.ts';

/** The word on the banner and the sentence that says what it means for the reader. */
export const VERDICTS: Record<Verdict, { word: Words; sentence: Words }> = {
  valid: {
    word: { zh: '有效', en: 'Valid' },
    sentence: {
      zh: '此证书有效：所列签名均已核对无误，至今未被暂停、撤销或替换。',
      en: 'This certificate is valid: the signatures listed below hold, and it has not been suspended, revoked or replaced.',
    },
  },
  incomplete: {
    word: { zh: '尚不能确认', en: 'Not yet confirmed' },
    sentence: {
      zh: '没有发现不符之处，但有必要的核对未能完成，暂时不能确认此证书有效。',
      en: 'Nothing contradicts this certificate, but a necessary check could not be completed, so it cannot be confirmed as valid yet.',
    },
  },
  suspended: {
    word: { zh: '已暂停', en: 'Suspended' },
    sentence: {
      zh: '此证书已被暂停，暂停期间不能作为有效证书使用。',
      en: 'This certificate is suspended and is not in force while the suspension lasts.',
    },
  },
  revoked: {
    word: { zh: '已撤销', en: 'Revoked' },
    sentence: { zh: '此证书已被撤销，不再有效。', en: 'This certificate has been revoked and is no longer valid.' },
  },
  replaced: {
    word: { zh: '已被替换', en: 'Replaced' },
    sentence: {
      zh: '此证书已由更正后的新证书替换，请以新证书为准。',
      en: 'This certificate has been replaced by a corrected one; rely on the new certificate.',
    },
  },
  invalid: {
    word: { zh: '核验未通过', en: 'Not valid' },
    sentence: {
      zh: '此证书的核验未通过，不能作为有效证书使用；未通过的项目见下。',
      en: 'This certificate did not pass verification and cannot be relied on; the check that failed is named below.',
    },
  },
};

/** What each check means when it has passed. */
export const CHECK_WORDS: Record<CheckId, { name: Words; passed: Words }> = {
  number: {
    name: { zh: '编号', en: 'Number' },
    passed: { zh: '编号符合编码规则，与签名内容一致', en: 'The number is well formed and is the signed one' },
  },
  signature: {
    name: { zh: '签名', en: 'Signature' },
    passed: {
      zh: '证书由该机构的颁发密钥签名，内容未被改动',
      en: 'Signed with the organization’s issuing key; nothing was altered',
    },
  },
  filing: {
    name: { zh: '备案', en: 'Filing' },
    passed: {
      zh: '机构已备案，该职业和等级在备案范围内',
      en: 'The organization is filed, for this occupation and level',
    },
  },
  approval: {
    name: { zh: '审核', en: 'Approval' },
    passed: { zh: '这一条成绩经鉴定指导中心审核签名', en: 'This very result was approved and signed by the centres' },
  },
  order: {
    name: { zh: '颁发', en: 'Order' },
    passed: { zh: '由该机构自己签名指令颁发', en: 'Issued on the organization’s own signed order' },
  },
  log: {
    name: { zh: '公开日志', en: 'Public log' },
    passed: { zh: '已收入公开日志', en: 'Recorded in the public log' },
  },
  document: {
    name: { zh: '证书文件', en: 'Document' },
    passed: {
      zh: '文件各项内容与签名一致，机构对文件的签名完好',
      en: 'Every field of the file is what was signed, and the organization’s signature on the file holds',
    },
  },
  status: {
    name: { zh: '状态', en: 'Status' },
    passed: { zh: '未被暂停、撤销或替换', en: 'Not suspended, revoked or replaced' },
  },
};

/** Why something was not checked. */
const NOT_CHECKED: Record<string, Words> = {
  log_not_kept: {
    zh: '尚未建立公开日志，不能排除平台对同一结果重复编号',
    en: 'No public log is kept yet, so it cannot be excluded that the service numbered a result twice',
  },
  no_document: {
    zh: '未核对您手中的纸质证书或文件，请与本页内容逐项对照',
    en: 'The paper or file in your hands was not checked; compare it with what is shown here',
  },
  document_unsigned: {
    zh: '文件各项文字与签名一致，但文件本身没有机构签名，照片等内容无法确认',
    en: 'The texts are what was signed, but the file itself carries no signature, so its pictures cannot be confirmed',
  },
  document_incomplete: {
    zh: '核验包缺少姓名或证件号码，无法与版面比较',
    en: 'The bundle lacks the name or document number, so the page cannot be compared',
  },
  status_not_at_hand: {
    zh: '未能联网，不知道证书之后是否被暂停、撤销或替换',
    en: 'Without a network it is not known whether the certificate was suspended, revoked or replaced since',
  },
  issuing_key_not_established: {
    zh: '没有找到备案了这把签名密钥的机构，不能确认签名，请勿据此采信',
    en: 'No filing at hand names the key that signed it, so the signature is not confirmed; do not rely on it',
  },
  seal_unread: {
    zh: '网址 # 之后不是二维码的签名数据，没有核对二维码；其余各项按编号查得',
    en: 'What stands after # is not the signed data of a QR code, so the code was not checked; the rest was looked up by number',
  },
  certificate_not_found: {
    zh: '本平台没有收录此编号，状态无从得知；这不说明证书是假的',
    en: 'This register holds no certificate with this number, so its status is not known; that does not mean that it is false',
  },
  seal_alone: {
    zh: '二维码中不含这一项，联网查询才能核对',
    en: 'The QR code alone does not show this; it takes a look-up online',
  },
  successor_being_signed: {
    zh: '更正后的证书正在签发，请稍后再查',
    en: 'The corrected certificate is being signed; look again in a moment',
  },
};
const NOT_AT_HAND: Words = { zh: '缺少核对所需的材料', en: 'What is needed for this check is not at hand' };
const NOT_REACHED: Words = { zh: '前面的核对未通过，未再继续', en: 'Not reached, because an earlier check failed' };

/** What failed, where a reader can do something with it. */
const FAILED: Record<string, Words> = {
  suspended: { zh: '证书已被暂停', en: 'The certificate is suspended' },
  revoked: { zh: '证书已被撤销', en: 'The certificate was revoked' },
  replaced: { zh: '证书已被更正后的新证书替换', en: 'The certificate was replaced by a corrected one' },
  register_differs: { zh: '登记数据与签名内容不符', en: 'The register’s data contradict the signed content' },
  document_signed_by_another: {
    zh: '文件上的签名不是颁发机构的',
    en: 'The signature on the file is not the issuing organization’s',
  },
  copy_differs: { zh: '加注属于另一张证书', en: 'The stamp belongs to another certificate' },
  key_unknown: {
    zh: '签名所用的密钥不在这里所信任的省级根之下：属于另一个根，或者没有任何有权者登记过它',
    en: 'Signed under another root than the one trusted here, or with a key that nobody entitled has named',
  },
  signature_wrong: { zh: '签名与内容不符', en: 'The signature does not match the content' },
  filing_withdrawn: {
    zh: '颁发时机构的备案已被撤回',
    en: 'The filing of the organization had been withdrawn when it was issued',
  },
  centre_withdrawn: {
    zh: '颁发时鉴定指导中心的这把密钥已被撤回',
    en: 'This key of the centre had been withdrawn when it was issued',
  },
  client_withdrawn: {
    zh: '颁发时机构的这把密钥已被撤回',
    en: 'This key of the organization had been withdrawn when it was issued',
  },
  approval_withdrawn: { zh: '颁发时审核已被撤回', en: 'The approval had been withdrawn when it was issued' },
  issuing_key_withdrawn: {
    zh: '颁发时这把颁发密钥已被撤回',
    en: 'This issuing key had been withdrawn when it was issued',
  },
};
const FAILED_OTHERWISE: Words = { zh: '未通过', en: 'Failed' };

/** The parts of a printed certificate. */
const PARTS: Record<string, Words> = {
  name: { zh: '姓名', en: 'name' },
  id_type: { zh: '证件类型', en: 'type of document' },
  id_number: { zh: '证件号码', en: 'document number' },
  occupation: { zh: '职业名称', en: 'occupation' },
  job: { zh: '工种/职业方向', en: 'job' },
  level: { zh: '技能等级', en: 'level' },
  number: { zh: '证书编号', en: 'certificate number' },
  organization: { zh: '评价机构名称', en: 'organization' },
  issued_on: { zh: '发证日期', en: 'date of issue' },
  query_url: { zh: '查询网址', en: 'query address' },
  trust_root: { zh: '信任根', en: 'trust root' },
  purpose: { zh: '副本用途', en: 'purpose of the copy' },
  expires_on: { zh: '副本期限', en: 'expiry of the copy' },
  photo: { zh: '照片', en: 'photo' },
  page: { zh: '页面', en: 'page' },
  signature: { zh: '文件签名', en: 'signature of the file' },
  file: { zh: '签名之后的文件内容', en: 'content of the file after it was signed' },
};

function alteredSentence({ parts = [], part }: Check): Words {
  const names = (parts.length > 0 ? parts : [part ?? 'file']).map((one) => PARTS[one] ?? { zh: one, en: one });
  return {
    zh: `文件被改动，与签名不符：${names.map(({ zh }) => zh).join('、')}`,
    en: `The file was altered; not what was signed: ${names.map(({ en }) => en).join(', ')}`,
  };
}

/** A status from a list that was kept; in lists a replaced certificate looks like a revoked one. */
function statusAsOf({ result, code, as_of = '' }: Check): Words {
  const time = shanghaiClock(as_of);
  if (result === 'pass')
    return {
      zh: `截至 ${time}（北京时间）未被暂停、撤销或替换`,
      en: `Not suspended, revoked or replaced as of ${time} (UTC+8)`,
    };
  if (result !== 'fail')
    return {
      zh: `截至 ${time}（北京时间）未被暂停、撤销或替换，之后的变化无从得知`,
      en: `Not suspended, revoked or replaced as of ${time} (UTC+8); what happened since is not known`,
    };
  if (code === 'suspended')
    return {
      zh: `截至 ${time}（北京时间）处于暂停状态，之后是否恢复无从得知`,
      en: `Suspended as of ${time} (UTC+8); whether it was reinstated since is not known`,
    };
  return {
    zh: `截至 ${time}（北京时间）已被撤销，或已由更正后的新证书替换`,
    en: `Revoked, or replaced by a corrected certificate, as of ${time} (UTC+8)`,
  };
}

/** The sentence for one check. */
export function checkSentence(check: Check): Words {
  if (check.as_of !== undefined) return statusAsOf(check);
  if (check.result === 'pass') return CHECK_WORDS[check.id].passed;
  if (check.result === 'not_reached') return NOT_REACHED;
  if (check.result === 'not_checked') return NOT_CHECKED[check.code ?? ''] ?? NOT_AT_HAND;
  if (check.code === 'document_altered') return alteredSentence(check);
  return FAILED[check.code ?? ''] ?? FAULTS[check.code ?? ''] ?? FAILED_OTHERWISE;
}

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
