/** What the desk says of objections, filings and draws while they are worked on. Words in braces are filled in. */
import type { Words } from '../../base/words.ts';
import type { HEADINGS, NATURES, PLEDGES, PURPOSES } from '../../core/procedure/application.ts';

export const OBJECTION_DESK = {
  ticked: { zh: '已勾选 {count} / {all} 件', en: '{count} of {all} ticked' },
  none_ticked: { zh: '请至少勾选一件异议', en: 'Tick one objection or more' },
  sure: {
    zh: '用同一答复签名处理 {count} 件异议？每件单独签名，不能撤销。',
    en: 'Answer {count} {count|objection|objections} with this reason? Each is signed on its own, and cannot be taken back.',
  },
  working: { zh: '正在逐件签名答复', en: 'Signing the answers one by one' },
  answered: { zh: '已答复', en: 'answered' },
  moved: { zh: '已有变化，没有签名', en: 'moved on: not signed' },
  done: { zh: '已答复 {count} 件异议。', en: '{count} {count|objection was|objections were} answered.' },
  some: {
    zh: '已答复 {count} 件；另有 {moved} 件在打开之后有了变化，没有签名。',
    en: '{count} {count|was|were} answered; {moved} {moved|has|have} moved on since you opened them and {moved|was|were} not signed.',
  },
  stopped: {
    zh: '已停止：已答复 {count} 件，其余没有签名。填写的内容还在，可以继续。',
    en: 'Stopped: {count} {count|was|were} answered, the others were not signed. What you typed is still there: go on when you like.',
  },
} satisfies Record<string, Words>;

export const FILING_WORDS = {
  code: { zh: '机构编码', en: 'Code' },
  name: { zh: '机构名称', en: 'Name' },
  uscc: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  route: { zh: '备案途径', en: 'Route' },
  by_city: { zh: '市级备案', en: 'filed by the city' },
  by_province: { zh: '省级备案', en: 'filed by the province' },
  scope: { zh: '职业', en: 'Occupations' },
  counted: {
    zh: '{count} 个职业，{jobs} 个工种/方向',
    en: '{count} {count|occupation|occupations}, {jobs} {jobs|job|jobs}',
  },
  annual_capacity: { zh: '年度评价规模', en: 'Certificates a year' },
  pass_mark: { zh: '合格线', en: 'Pass mark' },
  until: { zh: '有效期至', en: 'Until' },
  first: { zh: '此编码此前没有备案。', en: 'Nothing was filed under this code before.' },
  same: { zh: '内容与此前的备案相同。', en: 'The terms are those of the filing before.' },
  changes: { zh: '与此前备案的不同：', en: 'What is different from the filing before:' },
  take_over: {
    zh: '{code} 已由{centre}备案，名称为“{name}”。签署后即由本中心接管：该中心登记的密钥随即失效，待审核的批次须退回重新上传。请先核对机构编码。',
    en: '{centre} has filed {code} as “{name}”. Your signature takes the organization over: keys which that centre named stop, and waiting batches are returned and uploaded again. Check the code first.',
  },
  filed: { zh: '已重新备案。', en: 'Filed again.' },
} satisfies Record<string, Words>;

export const DRAW_DESK = {
  ticked: { zh: '已勾选 {count} / {all} 个场次', en: '{count} of {all} {all|session|sessions} ticked' },
  none_ticked: { zh: '请至少勾选一个场次', en: 'Tick one session or more' },
  inspectors_missing: { zh: '请填写督导员名单', en: 'Enter the inspectors' },
  inspector_line: { zh: '第 {row} 行 {field}：{message}', en: 'Line {row}, {field}: {message}' },
  saved: { zh: '种子文件已交给浏览器保存，请妥善保管。', en: 'The seed file was handed to the browser: keep it safe.' },
  have_seed: { zh: '本浏览器保存有这次抽取的种子。', en: 'This browser keeps the seed of this draw.' },
  no_seed: {
    zh: '本浏览器没有这次抽取的种子，请选择锁定名单时保存的种子文件。',
    en: 'This browser does not have the seed of this draw: choose the seed file that was saved when the lists were fixed.',
  },
  file_seed: {
    zh: '已从文件读取种子，与承诺值一致。',
    en: 'The seed was read from the file; it is the one committed to.',
  },
  no_seed_fault: { zh: '没有种子，请选择种子文件', en: 'There is no seed: choose the seed file' },
  value_wrong: {
    zh: '号码不符合该彩种，请逐个核对',
    en: 'These are no numbers of this lottery; compare them one by one',
  },
  here: { zh: '本机计算的结果（未公布）', en: 'Computed here, not published' },
  computed: { zh: '已在本机计算，没有公布。', en: 'Computed here; nothing was published.' },
} satisfies Record<string, Words>;

/** Columns of the list of inspectors. */
export const INSPECTOR_FIELDS: Record<string, Words> = {
  id: { zh: '编号', en: 'id' },
  name: { zh: '姓名', en: 'name' },
  unit: { zh: '单位', en: 'unit' },
  avoids: { zh: '回避机构', en: 'organizations to avoid' },
  row: { zh: '整行', en: 'the line' },
};

/** Why lists cannot be drawn from, by the part of the refusal; `{organization}` stands in its facts. */
export const IMPOSSIBLE: Record<string, Words> = {
  pick: { zh: '抽取场次数多于勾选的场次', en: 'More are to be drawn than were ticked' },
  sessions: { zh: '有场次重复', en: 'A session stands there twice' },
  inspectors: { zh: '督导员编号有重复，或人数不够', en: 'An inspector stands there twice, or there are too few' },
  organization: {
    zh: '除去须回避的，可派往 {organization} 的督导员不够',
    en: 'Too few inspectors may go to {organization}',
  },
  'public_source.date': {
    zh: '开奖日须晚于今天、早于第一个勾选的考试日',
    en: 'The day must be after today and before the first ticked session',
  },
};

// Words of annex 1 (基本情况表) and annex 2 (工作方案), as the notice has them.

export const NATURE_WORDS: Record<(typeof NATURES)[number], Words> = {
  enterprise: { zh: '企业', en: 'Enterprise' },
  association: { zh: '行业协会', en: 'Industry association' },
  university: { zh: '高等院校', en: 'University or college' },
  technical_school: { zh: '技工院校', en: 'Technical school' },
  training_school: { zh: '民办职业培训机构', en: 'Private training school' },
};

export const PURPOSE_WORDS: Record<(typeof PURPOSES)[number], Words> = {
  new: { zh: '首次申报', en: 'First application' },
  change: { zh: '变更备案', en: 'Change of the filing' },
  extend: { zh: '延续备案', en: 'Extension of the filing' },
};

export const HEADING_WORDS: Record<(typeof HEADINGS)[number], Words> = {
  overall: { zh: '一、总体规划、工作计划', en: '1. Overall planning and work plan' },
  organization: { zh: '二、组织机构及职责', en: '2. Organization and duties' },
  occupations: {
    zh: '三、开展评价的职业（工种）、等级、申报条件、依据的标准及题库资源',
    en: '3. Occupations, levels, conditions of application, standards and question banks',
  },
  process: { zh: '四、评价流程及考核工作规则', en: '4. Process of assessment and rules of examination' },
  content: { zh: '五、评价内容及方式', en: '5. Content and methods' },
  safeguards: { zh: '六、开展评价工作的各项保障', en: '6. Safeguards' },
  other: { zh: '七、其他', en: '7. Other' },
};

export const PLEDGE_WORDS: Record<(typeof PLEDGES)[number], Words> = {
  truthful: { zh: '申报材料真实有效，如有虚假，自愿退出申报。', en: 'What is submitted is true; if not, we withdraw.' },
  public_benefit: {
    zh: '自愿把社会效益放在首位，不以人才评价为营利目的。',
    en: 'The public good comes first; assessment is not for profit.',
  },
  supervision: {
    zh: '自愿接受人力资源社会保障部门监管和公众监督。',
    en: 'We accept supervision by the authorities and by the public.',
  },
};

type FieldWords = readonly [name: string, words: Words, hint?: Words];

/** The lines of annex 1, 一、基本信息, in its order. */
export const BASIC_FIELDS: readonly (FieldWords | 'nature')[] = [
  ['name', { zh: '单位名称', en: 'Name of the body' }],
  ['address', { zh: '地址', en: 'Address' }],
  [
    'uscc',
    { zh: '统一社会信用代码', en: 'Unified social credit code' },
    { zh: '18 位，逐位核对', en: '18 characters' },
  ],
  ['registrar', { zh: '注册登记机构', en: 'Registered with' }],
  'nature',
  ['legal_representative', { zh: '法定代表人', en: 'Legal representative' }],
  [
    'registered_capital',
    { zh: '注册资金', en: 'Registered capital' },
    { zh: '如：500 万元', en: 'e.g. CNY 5 million' },
  ],
  ['contact', { zh: '联系人', en: 'Contact' }],
  ['position', { zh: '职务', en: 'Position' }],
  ['phone', { zh: '联系电话', en: 'Telephone' }],
  ['email', { zh: '电子邮箱', en: 'E-mail' }],
];

/** 三、四、五 of annex 1, with its notes. */
export const LONG_FIELDS: readonly FieldWords[] = [
  [
    'strengths',
    { zh: '三、组织优势、专业优势等情况', en: '3. Strengths of the body and its field' },
    {
      zh: '可包括培训考核评价经验，参与标准、规范、教材、竞赛标准编制的情况',
      en: 'May include experience in training and assessment, and work on standards, textbooks and competitions',
    },
  ],
  [
    'premises',
    { zh: '四、场地设备等情况', en: '4. Premises and equipment' },
    { zh: '权属证明材料请作为附件上传', en: 'Attach proof of ownership or lease' },
  ],
  [
    'staff',
    { zh: '五、专职人员和考评人员等情况', en: '5. Full-time staff and assessors' },
    {
      zh: '社保材料、劳务合同或聘书等请作为附件上传',
      en: 'Attach proof of social insurance, contracts or letters of appointment',
    },
  ],
];

/** Columns of 二、拟开展职业技能等级认定的职业（工种）及评价规范情况. */
export const OCCUPATION_FIELDS: readonly (readonly [
  name: string,
  words: Words,
  optional?: boolean,
  number?: boolean,
])[] = [
  ['name', { zh: '职业（工种）', en: 'Occupation' }],
  ['job', { zh: '工种/职业方向', en: 'Job' }, true],
  ['code', { zh: '职业编码', en: 'Code, like 6-31-01-03' }],
  ['standard', { zh: '有无职业标准或评价规范', en: 'Standard or assessment rules, or 无' }],
  ['experience', { zh: '评价经历时', en: 'Experience' }],
  ['assessed', { zh: '已评价人数', en: 'People assessed so far' }, false, true],
];
