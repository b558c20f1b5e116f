/** What the desk says of its frame, forms and tables, and of what was done. Words in braces are filled in. */
import type { Words } from '../../base/words.ts';
import { CHOOSE, MISSING } from '../../core/field-words.ts';
import type { StepName } from '../../core/procedure/steps.ts';

/** How a download ended. */
export const ENDS = {
  saved: { zh: '已保存 {count} 张证书：{name}', en: 'Saved {count} {count|certificate|certificates}: {name}' },
  saved_parts: {
    zh: '已交给浏览器保存：{count} 张证书，共 {parts} 个压缩包。请在浏览器的下载列表中确认。',
    en: 'Handed to the browser: {count} {count|certificate|certificates} in {parts} {parts|archive|archives}. See its list of downloads.',
  },
} satisfies Record<string, Words>;

export const BATCH_WORDS = {
  issuing: { zh: '正在核对并颁发', en: 'Checking and issuing' },
  issued: { zh: '已颁发 {count} 张证书。', en: '{count} {count|certificate was|certificates were} issued.' },
  downloading: { zh: '正在下载', en: 'Downloading' },
  downloading_parts: {
    zh: '正在下载（共 {parts} 个压缩包；浏览器询问时，请允许下载多个文件）',
    en: 'Downloading {parts} {parts|archive|archives, one after another; allow several files when the browser asks}',
  },
  approving: { zh: '正在逐行核对并签署审核', en: 'Checking every row and approving' },
  approved: {
    zh: '已核对 {count} 行并签署审核。',
    en: '{count} {count|row was|rows were} checked, and the approval was signed.',
  },
  photos_unseen: {
    zh: '名单中有 {photos} 张照片，其中 {unseen} 张没有看过。仍要签署审核？审核声明将写明有 {unseen} 张未查看。',
    en: 'Of the {photos} {photos|photo|photos} in this list {unseen} {unseen|was|were} not looked at. Sign the approval all the same? It will say that {unseen} {unseen|was|were} not seen.',
  },
  uploading: { zh: '正在核对并上传', en: 'Checking and uploading' },
} satisfies Record<string, Words>;

/** Of the photos beside the rows of a batch. */
export const PHOTO_WORDS = {
  waiting: { zh: '尚未显示', en: 'not shown yet' },
  none: { zh: '无', en: 'none' },
  of_row: { zh: '名单第 {row} 条的照片', en: 'Photo of entry {row}' },
  differs: {
    zh: '照片与上传时的摘要不符，不能签署审核',
    en: 'Not the photo that was uploaded: its digest differs. Nothing can be signed',
  },
  failed: { zh: '照片没有载入', en: 'The photo did not load' },
  again: { zh: '重新载入', en: 'Load again' },
} satisfies Record<string, Words>;

/** What is done with a certificate: named, asked before it is signed, and on the button. */
export const CHANGE_WORDS = {
  suspend: {
    title: { zh: '暂停', en: 'Suspend' },
    button: { zh: '签名并暂停', en: 'Sign and suspend' },
    confirm: { zh: '暂停证书 {number}？理由：{reason}', en: 'Suspend certificate {number}? Reason: {reason}' },
  },
  reinstate: {
    title: { zh: '恢复', en: 'Reinstate' },
    button: { zh: '签名并恢复', en: 'Sign and reinstate' },
    confirm: { zh: '恢复证书 {number}？理由：{reason}', en: 'Reinstate certificate {number}? Reason: {reason}' },
  },
  revoke: {
    title: { zh: '撤销', en: 'Revoke' },
    button: { zh: '签名并撤销', en: 'Sign and revoke' },
    confirm: {
      zh: '撤销证书 {number}？理由：{reason}。撤销后不能恢复。',
      en: 'Revoke certificate {number}? Reason: {reason}. This cannot be taken back.',
    },
  },
} satisfies Record<string, Record<'title' | 'button' | 'confirm', Words>>;

export const CHANGED = {
  suspend: { zh: '证书已暂停。', en: 'The certificate is suspended.' },
  reinstate: { zh: '证书已恢复。', en: 'The certificate is reinstated.' },
  revoke: { zh: '证书已撤销。', en: 'The certificate is revoked.' },
} satisfies Record<string, Words>;

/** Of a centre's key: its X.509 certificate. */
export const CERTIFICATE_WORDS = {
  present: {
    zh: 'X.509 证书至 {day}：备案时一并认证颁发密钥，证书 PDF 带电子签名。',
    en: 'X.509 certificate until {day}: filings certify issuing keys, so that PDFs are signed.',
  },
  expired: {
    zh: 'X.509 证书已于 {day} 到期：此后备案的颁发密钥得不到证书，证书 PDF 不带电子签名。请省级根用 luzheng appoint 重新任命，再在这里选择新证书。',
    en: 'The X.509 certificate ended on {day}: issuing keys that you file get none, and their PDFs carry no signature. Let the root appoint this centre again (luzheng appoint), then choose the new certificate here.',
  },
  missing: {
    zh: '这把密钥没有 X.509 证书：备案的颁发密钥得不到证书，证书 PDF 不带电子签名。任命（luzheng appoint）时打印的证书可在这里选择；没有时请省级根重新任命。',
    en: 'This key has no X.509 certificate: issuing keys that you file get none, and their PDFs carry no signature. Choose the one that luzheng appoint printed; if there is none, let the root appoint this centre again.',
  },
  damaged: {
    zh: '密钥文件中的 X.509 证书无法读取，或不是这把密钥的：备案的颁发密钥得不到证书，证书 PDF 不带电子签名。请选择 luzheng appoint 打印的证书。',
    en: 'The X.509 certificate in the key file cannot be read, or is of another key: issuing keys that you file get none, and their PDFs carry no signature. Choose the one that luzheng appoint printed.',
  },
  taken: { zh: '证书已读入。', en: 'The certificate was read.' },
  unsigned: {
    zh: '已备案并选定，但本中心密钥没有有效的 X.509 证书，该机构的证书 PDF 将不带电子签名。取得证书后，在机构的页面认证颁发密钥即可补上。',
    en: 'Filed and selected; but this centre’s key has no X.509 certificate in force, so that PDFs will carry no signature. Once you have one, certify the issuing key on the organization’s view.',
  },
  certified: {
    zh: '颁发密钥已认证，证书 PDF 将带电子签名。',
    en: 'The issuing key is certified: PDFs will be signed.',
  },
} satisfies Record<string, Words>;

/** Columns of rosters and results. */
export const FIELD_WORDS: Record<string, Words> = {
  name: { zh: '姓名', en: 'Name' },
  id_type: { zh: '证件类型', en: 'Document' },
  id_number: { zh: '证件号码', en: 'Document number' },
  occupation_code: { zh: '职业编码', en: 'Code' },
  occupation_name: { zh: '职业名称', en: 'Occupation' },
  job_type: { zh: '工种', en: 'Job' },
  level: { zh: '等级', en: 'Level' },
  sessions: { zh: '场次', en: 'Sessions' },
  score_theory: { zh: '理论成绩', en: 'Theory' },
  score_practice: { zh: '实操成绩', en: 'Practice' },
  exam_date: { zh: '考试日期', en: 'Day' },
  replaces: { zh: '原证书编号', en: 'Replaces' },
};

export const TABLE_WORDS = {
  row: { zh: '行', en: 'Row' },
  remove: { zh: '删除', en: 'Remove' },
  edit: { zh: '修改', en: 'Edit' },
  done: { zh: '完成', en: 'Done' },
  act: { zh: '操作', en: 'Actions' },
  find: { zh: '查找（姓名、证件号码或行号）', en: 'Find by name, document number or row' },
  nobody: { zh: '没有符合的行', en: 'No row fits' },
  more: { zh: '再显示 100 行', en: 'Show 100 more' },
  caption: { zh: '有错误的行在前，可直接修改', en: 'Rows with faults stand first; correct them in place' },
  read: { zh: '已读取 {count} 行。', en: '{count} {count|row was|rows were} read.' },
  ignored: {
    zh: '已读取 {count} 行；未用到的列：{columns}',
    en: '{count} {count|row was|rows were} read; columns that are not used: {columns}',
  },
  wrong: { zh: '共 {count} 行，{faults} 处错误', en: '{count} {count|row|rows}, {faults} {faults|fault|faults}' },
  right: { zh: '共 {count} 行，没有发现错误', en: '{count} {count|row|rows}, no faults found' },
  hidden: { zh: '另有 {count} 行未显示', en: '{count} more {count|row is|rows are} not shown' },
} satisfies Record<string, Words>;

/** The frame of the desk. */
export const SHELL = {
  desk: { zh: '工作台', en: 'Desk' },
  name: { zh: '鲁证', en: 'Luzheng' },
  home: { zh: '回到首页', en: 'To the first view' },
  no_view: { zh: '没有这个页面', en: 'There is no such view' },
  organization: { zh: '机构 {who} · 授权至 {until}', en: 'Organization {who}, authorized until {until}' },
  centre: { zh: '鉴定指导中心 {who} · 授权至 {until}', en: 'Centre {who}, appointed until {until}' },
  applicant: { zh: '尚未登记的密钥 {who}…', en: 'A key that nobody has named yet, {who}…' },
  use: { zh: '使用', en: 'Use' },
  forget: { zh: '移除', en: 'Remove' },
  forget_sure: { zh: '移除后，这把密钥无法恢复。确定移除？', en: 'A removed key cannot be brought back. Remove it?' },
  left: { zh: '已退出，本页不再持有密钥。', en: 'You left; this page holds no key any more.' },
  made: {
    zh: '密钥已建立并保存在本浏览器。现在可以提交申报或设备登记。',
    en: 'The key was made and is kept in this browser. You can apply now, or ask for it to be named as a device.',
  },
} satisfies Record<string, Words>;

export const FORM_WORDS = {
  missing: MISSING,
  choose: CHOOSE,
  wrong: { zh: '填写不正确（{message}）', en: 'This is wrong ({message})' },
  faults: { zh: '有 {count} 处需要修改，尚未提交', en: '{count} {count|place|places} to correct; nothing was sent' },
  refused: {
    zh: '服务发现 {count} 处问题，没有保存',
    en: 'The service found {count} {count|fault|faults}; nothing was stored',
  },
  rows: { zh: '名单中有 {count} 处错误', en: '{count} {count|fault|faults} in the rows of the list' },
  done: { zh: '已签名并提交。', en: 'Signed and submitted.' },
  restored: { zh: '已恢复本机保存的草稿。', en: 'The draft kept on this machine was brought back.' },
  no_room: { zh: '本机空间不足，草稿没有保存。', en: 'There is no room on this machine: the draft was not kept.' },
} satisfies Record<string, Words>;

export const LIST_WORDS = {
  count: { zh: '显示 {shown} / 共 {all} 条', en: '{shown} of {all} shown' },
  so_far: { zh: '显示 {shown} / 已载入 {all} 条，还有更多', en: '{shown} shown of {all} so far; there are more' },
} satisfies Record<string, Words>;

export const WITHDRAW_WORDS = {
  filing: {
    zh: '确定撤回机构 {code} 的这份备案？撤回不能取消。',
    en: 'Withdraw this filing of {code}? It cannot be taken back.',
  },
  client: {
    zh: '确定撤回机构 {code} 的这把密钥？撤回不能取消。',
    en: 'Withdraw this key of {code}? It cannot be taken back.',
  },
  done: { zh: '已撤回，撤回声明已公布。', en: 'It was withdrawn; the withdrawal is public.' },
} satisfies Record<string, Words>;

export const CALENDAR_WORDS = {
  confirm: {
    zh: '{year} 年放假 {count} 天：{holidays}；调休上班：{workdays}。依据：{source}。签名公布？',
    en: '{year}: {count} free days: {holidays}; worked weekend days: {workdays}. By: {source}. Sign and announce?',
  },
  done: { zh: '{year} 年的节假日安排已公布。', en: 'The working days of {year} are announced.' },
} satisfies Record<string, Words>;

export const FILE_WORDS = {
  remove: { zh: '移除', en: 'Remove' },
  remove_named: { zh: '移除 {name}', en: 'Remove {name}' },
  kept: { zh: '已上传 {count} 个文件。', en: '{count} {count|file was|files were} submitted.' },
} satisfies Record<string, Words>;

/** Said after a step was taken; the rest say that it was. */
export const DONE: Partial<Record<StepName, Words>> = {
  'application.submit': {
    zh: '申报已签名提交，等待中心审核。',
    en: 'The application was signed and submitted; the centre will look at it.',
  },
  'application.amend': { zh: '修改后的申报已提交。', en: 'The amended application was submitted.' },
  'device.request': { zh: '设备登记请求已提交。', en: 'The request to name this device was submitted.' },
  'loss.report': {
    zh: '已报失，这把密钥即刻停用；请联系备案中心撤回。',
    en: 'Reported: the key is stopped at once. Let the centre withdraw it.',
  },
  'loss.close': { zh: '报失已办结。', en: 'The loss is settled.' },
  'rules.publish': { zh: '管理办法已公布。', en: 'The rules were published.' },
  'plan.file': { zh: '考核计划已报送。', en: 'The plan was filed.' },
  'plan.amend': { zh: '修改后的考核计划已报送。', en: 'The amended plan was filed.' },
  'plan.cancel': { zh: '考核计划已取消。', en: 'The plan was cancelled.' },
  'results.publish': { zh: '结果已开始公示。', en: 'The results are published; the notice has begun.' },
  'results.correct': {
    zh: '更正后的结果已重新公示。',
    en: 'The corrected results are published; the notice begins again.',
  },
  'results.withdraw': { zh: '结果已撤回。', en: 'The results were withdrawn.' },
  'batch.return': { zh: '批次已退回。', en: 'The batch was returned.' },
  'plan.receive': { zh: '已登记接收。', en: 'The plan was received.' },
  'plan.return': { zh: '考核计划已退回。', en: 'The plan was returned.' },
  'application.return': { zh: '申报已退回修改。', en: 'The application was returned.' },
  'application.select': {
    zh: '已备案并选定，申报单位的密钥已获授权。',
    en: 'Filed and selected; the applicant’s key is named.',
  },
  'device.grant': { zh: '设备已登记。', en: 'The device was named.' },
  'device.refuse': { zh: '已拒绝登记。', en: 'The device was refused.' },
  'standing.suspend': { zh: '已暂停评价。', en: 'The organization was suspended.' },
  'standing.resume': { zh: '已恢复评价。', en: 'The organization was resumed.' },
  'objection.uphold': {
    zh: '已答复：异议成立。请更正或撤回结果。',
    en: 'Answered: upheld. Correct or withdraw the results now.',
  },
  'objection.reject': { zh: '已答复：异议不成立。', en: 'Answered: rejected.' },
  'objection.reopen': { zh: '已要求重新处理。', en: 'The objection was opened again.' },
  'application.decline': { zh: '已决定不予选定。', en: 'The application was declined.' },
  'application.clear': { zh: '已清理，附件将被删除。', en: 'Cleared; its attachments are being deleted.' },
  'draw.commit': {
    zh: '名单已锁定并公布，种子保存在本浏览器。请再保存一份种子文件。',
    en: 'The lists are fixed and published; this browser keeps the seed. Save the seed file as well.',
  },
  'draw.reveal': { zh: '种子已公布，抽取结果见下。', en: 'The seed is published; what was drawn stands below.' },
  'draw.abandon': { zh: '抽取已作废。', en: 'The draw was given up.' },
  'draw.finding': { zh: '检查结果已公布。', en: 'The finding was published.' },
  'draw.follow': { zh: '整改情况已公布。', en: 'The follow-up was published.' },
  'draw.close': { zh: '检查已办结。', en: 'The inspections were closed.' },
  'results.upload': {
    zh: '结果已上传，等待中心审核。',
    en: 'The results were uploaded; the centres will review them.',
  },
};
