/** Owns what the desk says of draws while they are fixed and revealed. Words in braces are filled in by the browser. */
import type { Words } from '../words.ts';

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
