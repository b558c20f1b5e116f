/**
 * Every fixed word of the certificate, version 1 (contents: 人社鉴发〔2021〕1号).
 * The official wording of the body sentence was not found; SENTENCE is a working text.
 * FROZEN ONCE USED: a change makes templates/v2.
 */
export const TITLE = { zh: '职业技能等级证书', en: 'Vocational Skill Level Certificate' };

export const SENTENCE = {
  zh: '本证书由经人力资源社会保障部门备案的评价机构颁发，表明持证人通过本机构组织的职业技能等级认定，具备该职业（工种）相应技能等级水平。',
  en:
    'This certificate is issued by an assessment organization filed with the human resources and social security authorities. ' +
    'It attests that the holder has passed the vocational skill assessment held by the organization and has the level of skill ' +
    'stated below in this occupation.',
};

export const ROWS = [
  { part: 'name', zh: '姓名', en: 'Name' },
  { part: 'id_type', zh: '证件类型', en: 'Type of document' },
  { part: 'id_number', zh: '证件号码', en: 'Document number' },
  { part: 'occupation', zh: '职业名称', en: 'Occupation' },
  { part: 'job', zh: '工种/职业方向', en: 'Job or specialty' },
  { part: 'level', zh: '职业技能等级', en: 'Skill level' },
  { part: 'number', zh: '证书编号', en: 'Certificate number' },
] as const;

export const NO_PHOTO = { zh: '未附照片', en: 'No photo' };
/** What is read aloud in place of pictures. */
export const ALT = { photo: '持证人照片 Photo of the holder', seal: '验证二维码 QR code for verification' };

/** A copy for one purpose (加注). */
export const COPY = {
  zh: '副本',
  en: 'COPY',
  purpose: '仅用于 For',
  from: '加注日期 Stamped',
  until: '有效期至 Valid until',
};
export const ORGANIZATION = { zh: '评价机构名称', en: 'Assessment organization' };
export const ISSUED = { zh: '发证日期', en: 'Date of issue' };
export const SCAN = '扫码验证 Scan to verify';

export const FOOT = {
  certificates: { label: '证书查询 Certificates', address: 'http://jndj.osta.org.cn' },
  organizations: { label: '机构查询 Organizations', address: 'http://pjjg.osta.org.cn' },
  service: { label: '本证书查询 This certificate' },
  root: { label: '信任根 Trust root' },
};

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
