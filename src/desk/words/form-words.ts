/** What the desk says of objections, filings and draws while they are worked on. Words in braces are filled in. */
import type { Words } from '../../base/words.ts';

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
