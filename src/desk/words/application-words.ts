/** Words of annex 1 (基本情况表) and annex 2 (工作方案), as the notice has them. */
import type { Words } from '../../base/words.ts';
import type { HEADINGS, NATURES, PLEDGES, PURPOSES } from '../../core/procedure/application.ts';

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
  truthful: { zh: '申报材料真实有效，如有虚假，自愿退出申报。', en: 'What is handed in is true; if not, we withdraw.' },
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
