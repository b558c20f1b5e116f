/**
 * What is wrong with a field, in words: its label and what is expected there, in Chinese and English. Some schemas say
 * it themselves (`中文 / English`); the rest is here, so that nobody reads valibot's messages.
 */
import type * as v from 'valibot';
import { together, type Words } from '../base/words.ts';

// For the bundler, so that pages which use no labels do not carry them.
/* @__NO_SIDE_EFFECTS__ */
const w = (zh: string, en: string): Words => ({ zh, en });

export const MISSING = w('请填写', 'Fill this in');
export const CHOOSE = w('请选择或勾选', 'Choose or tick this');

const NAME = w('姓名', 'Name');
const OCCUPATION_CODE = w('职业编码', 'Occupation code');
const LEVEL = w('等级', 'Level');
const FILE = w('附件', 'Attached file');
const TITLE = w('标题', 'Title');
const TEXT = w('正文', 'Text');
const KEY = w('公钥', 'Public key');

/**
 * By the end of a path, without places in lists: the longest that fits counts. A test holds that each field of a step
 * has one.
 */
const LABELS: Readonly<Record<string, Words>> = {
  body: w('内容', 'Content'),
  // Calls
  statement: w('签名声明', 'Signed statement'),
  approval: w('审核声明', 'Approval'),
  order: w('颁发指令', 'Order'),
  credential: w('凭证', 'Credential'),
  seal: w('二维码内容', 'Text of the QR code'),
  bundle: w('核验包', 'Bundle'),
  candidates: w('考生名单', 'List of candidates'),
  certificate: w('证书', 'Certificate'),
  number: w('证书编号', 'Certificate number'),
  id_number: w('证件号码', 'Document number'),
  copy: w('副本', 'Copy'),
  expires_on: w('截止日期', 'Last day'),
  quota_per_day: w('每日额度', 'Rows a day'),
  reasons: w('原因', 'Reasons'),
  // Of many steps
  salt: w('随机数', 'Random value'),
  key: KEY,
  'key.kty': KEY,
  'key.crv': KEY,
  'key.x': KEY,
  'key.y': KEY,
  'key.kid': KEY,
  'key.alg': KEY,
  'key.use': KEY,
  centre: w('办理中心', 'Centre'),
  organization: w('机构编码', 'Organization code'),
  client: w('密钥声明', 'Statement about the key'),
  filing: w('备案声明', 'Filing'),
  reason: w('理由', 'Reason'),
  note: w('说明', 'Note'),
  name: NAME,
  title: TITLE,
  text: TEXT,
  row: w('行号', 'Row'),
  files: FILE,
  'files.name': w('附件名称', 'Name of the file'),
  'files.size': FILE,
  'files.type': w('附件类型', 'Kind of file'),
  'files.sha256': FILE,
  sha256: FILE,
  summary: w('概要', 'Summary'),
  details: w('详情', 'Details'),
  code: w('查询码', 'Code'),
  batch: w('批次', 'Batch'),
  root: w('名单根摘要', 'Root of the rows'),
  count: w('人数', 'Rows'),
  plan: w('考核计划', 'Plan'),
  results: w('结果公示', 'Results'),
  // Applications
  purpose: w('申请事项', 'What is asked for'),
  'copy.purpose': w('用途', 'Purpose'),
  annual_capacity: w('年度评价规模', 'Candidates a year'),
  form: w('基本情况表', 'Form'),
  'form.name': w('单位名称', 'Name of the body'),
  address: w('地址', 'Address'),
  uscc: w('统一社会信用代码', 'Unified social credit code'),
  registrar: w('注册登记机构', 'Registered with'),
  nature: w('机构性质', 'Kind of body'),
  legal_representative: w('法定代表人', 'Legal representative'),
  registered_capital: w('注册资金', 'Registered capital'),
  contact: w('联系人或联系方式', 'Contact'),
  position: w('职务', 'Position'),
  phone: w('电话', 'Telephone'),
  email: w('电子邮箱', 'E-mail'),
  occupations: w('职业（工种）', 'Occupations'),
  'occupations.name': w('职业名称', 'Occupation'),
  'occupations.job': w('工种', 'Job'),
  'occupations.code': OCCUPATION_CODE,
  standard: w('职业标准或评价规范', 'Standard'),
  experience: w('评价经历', 'Experience'),
  assessed: w('已评价人数', 'Assessed so far'),
  levels: LEVEL,
  strengths: w('组织和专业优势', 'Strengths'),
  premises: w('场地设备', 'Premises and equipment'),
  'form.staff': w('专职人员和考评人员', 'Staff'),
  pledges: w('诚信承诺', 'Pledges'),
  truthful: w('承诺材料真实', 'Pledge that all is true'),
  public_benefit: w('承诺坚持公益', 'Pledge of public benefit'),
  supervision: w('承诺接受监督', 'Pledge to accept supervision'),
  signed_by: w('法定代表人（签字）', 'Signed by'),
  work_plan: w('工作方案', 'Work plan'),
  overall: w('总体规划', 'Overall plan'),
  'work_plan.organization': w('组织机构及职责', 'Organization'),
  'work_plan.occupations': w('职业、等级和申报条件', 'Occupations and conditions'),
  process: w('评价流程', 'Process'),
  content: w('评价内容及方式', 'Content and method'),
  safeguards: w('保障措施', 'Safeguards'),
  other: w('其他', 'Other'),
  // Devices, standing, rules
  label: w('名称', 'Label'),
  holder: w('持有人', 'Holder'),
  why: w('申请原因', 'Why'),
  until: w('截止日期', 'Until'),
  version: w('版本', 'Version'),
  exam: w('考务管理办法', 'Rules of exams'),
  quality: w('质量管理办法', 'Rules of quality'),
  certificates: w('证书管理办法', 'Rules of certificates'),
  fees: w('收费标准', 'Fees'),
  // Plans and results
  sessions: w('场次', 'Sessions'),
  id: w('编号', 'Identifier'),
  kind: w('考试类别', 'Kind of exam'),
  occupation_code: OCCUPATION_CODE,
  occupation_name: w('职业名称', 'Occupation'),
  job_type: w('工种', 'Job'),
  date: w('日期', 'Day'),
  starts: w('开始时间', 'Starts'),
  ends: w('结束时间', 'Ends'),
  venue: w('地点', 'Venue'),
  room: w('考场', 'Room'),
  staff: w('考务人员', 'Staff'),
  role: w('职责', 'Role'),
  'staff.certificate': w('证书编号', 'Certificate'),
  roster: w('考生名册', 'Roster'),
  rows: w('结果名单', 'Results'),
  id_type: w('证件类型', 'Document'),
  level: LEVEL,
  exam_date: w('考试日期', 'Exam day'),
  score_theory: w('理论成绩', 'Theory'),
  score_practice: w('实操成绩', 'Practice'),
  replaces: w('原证书编号', 'Certificate to be replaced'),
  working_days: w('公示工作日数', 'Working days of the notice'),
  grounds: w('异议内容', 'What is wrong'),
  'objection.contact': w('联系方式', 'Contact'),
  // Draws
  session: w('场次', 'Session'),
  'sessions.name': w('机构名称', 'Organization'),
  'sessions.label': w('场次名称', 'Label of the session'),
  inspectors: w('督导员', 'Inspectors'),
  unit: w('单位', 'Unit'),
  avoids: w('回避机构', 'Organizations to avoid'),
  pick: w('抽取场次数', 'Sessions to draw'),
  per_session: w('每场督导员人数', 'Inspectors a session'),
  commitment: w('承诺值', 'Commitment'),
  seed: w('种子', 'Seed'),
  public_source: w('开奖信息', 'Lottery'),
  lottery: w('彩种', 'Lottery'),
  issue: w('期号', 'Issue'),
  public_value: w('开奖号码', 'Numbers drawn'),
  finding: w('检查结论', 'Finding'),
};

/** Names of a dotted path, without the places in lists. */
const namesOf = (path: string): string[] => path.split('.').filter((part) => part !== '' && !/^\d+$/.test(part));

/** The label of a field; undefined where nobody gave it one. */
export function knownLabel(path: string): Words | undefined {
  const names = namesOf(path);
  for (let from = 0; from < names.length; from++) {
    const name = names.slice(from).join('.');
    if (Object.hasOwn(LABELS, name)) return LABELS[name];
  }
  return undefined;
}

/** The label of a field for people, with its place where it stands in a list. */
export function labelOf(path: string): Words {
  const [last = 'body'] = namesOf(path).slice(-1);
  const label = knownLabel(path) ?? w(`“${last.slice(0, 40)}”一项`, `The field “${last.slice(0, 40)}”`);
  const places = [...path.matchAll(/(?:^|\.)(\d+)(?=\.|$)/g)].map(([, place]) => Number(place) + 1);
  return places.length === 0
    ? label
    : w(`${label.zh}（第 ${places.join('-')} 项）`, `${label.en} (entry ${places.join('-')})`);
}

type Issue = v.BaseIssue<unknown>;

const listed = (options: unknown): string[] =>
  Array.isArray(options) ? options.filter((one): one is string => typeof one === 'string') : [];

const unitOf = (input: unknown): Words => (typeof input === 'string' ? w('个字', 'characters') : w('项', 'entries'));

const BY_TYPE: Readonly<Record<string, (issue: Issue & { requirement?: unknown }) => Words>> = {
  string: () => w('应为文字', 'must be text'),
  number: () => w('应为数字', 'must be a number'),
  boolean: () => w('应为是或否', 'must be yes or no'),
  array: () => w('应为列表', 'must be a list'),
  object: () => w('应为一组内容', 'must be a group of fields'),
  strict_object: ({ expected }) =>
    expected === 'never'
      ? w('没有这一项，请删去', 'there is no such field: leave it out')
      : w('应为一组内容', 'must be a group of fields'),
  record: () => w('应为一组内容', 'must be a group of fields'),
  literal: ({ expected }) =>
    expected === 'true' ? CHOOSE : w('不是允许的值', 'is not the value that is allowed here'),
  picklist: ({ expected }) => {
    const options = listed((expected ?? '').match(/"[^"]*"/g)?.map((option) => option.slice(1, -1)));
    return options.length === 0 || options.length > 12
      ? w('应为规定的选项之一', 'must be one of the options')
      : w(`应为以下之一：${options.join('、')}`, `must be one of: ${options.join(', ')}`);
  },
  integer: () => w('应为整数', 'must be a whole number'),
  min_value: ({ requirement }) => w(`不得小于 ${String(requirement)}`, `must be at least ${String(requirement)}`),
  max_value: ({ requirement }) => w(`不得大于 ${String(requirement)}`, `must be at most ${String(requirement)}`),
  min_length: ({ requirement, input }) =>
    requirement === 1 && input === ''
      ? MISSING
      : w(
          `至少 ${String(requirement)} ${unitOf(input).zh}`,
          `must have at least ${String(requirement)} ${unitOf(input).en}`,
        ),
  max_length: ({ requirement, input }) =>
    w(
      `最多 ${String(requirement)} ${unitOf(input).zh}`,
      `must have at most ${String(requirement)} ${unitOf(input).en}`,
    ),
  regex: () => w('格式不正确', 'is not written as it should be'),
};

/** What is wrong with a value, without its label: the schema's own words, or those for what it expected. */
export function wordsOfIssue(issue: Issue): Words {
  // valibot's own begin with Invalid, and quote what was sent.
  if (!issue.message.startsWith('Invalid ') && /\p{Script=Han}/u.test(issue.message)) {
    const [zh = issue.message, en = zh] = issue.message.split(' / ');
    return { zh, en };
  }
  if (issue.received === 'undefined' && issue.kind === 'schema') return MISSING;
  return BY_TYPE[issue.type]?.(issue) ?? w('内容不正确', 'is not right');
}

/** A field's label and what is wrong with it, as one message. */
export function sentenceOf(path: string, words: Words): string {
  const label = labelOf(path);
  return together(w(`${label.zh}：${words.zh}`, `${label.en}: ${words.en}`));
}
