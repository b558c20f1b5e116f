/**
 * Owns the sentences of the desk: what went wrong and what to do about it, and what was done.
 * Words in braces are filled in by the browser (pages/filled.ts).
 */

import type { Words } from '../../base/words.ts';
import { CHOOSE, MISSING } from '../../core/field-words.ts';
import type { StepName } from '../../core/procedure/steps.ts';

/** By code: those of src/desk/frame/key-file.ts and call.ts. */
export const TROUBLES: Record<string, Words> = {
  key_unreadable: {
    zh: '这不是密钥文件，或者文件不完整。请选择由 luzheng keys make 生成的 JSON 文件。',
    en: 'This is no key file, or it is incomplete. Choose the JSON file that luzheng keys make wrote.',
  },
  key_on_card: {
    zh: '这把密钥在智能卡上，由本机程序签名，而浏览器不能运行程序。请用 luzheng 命令，或在本页新建一把密钥，提交设备登记。',
    en: 'This key lies on a smart card and a program signs with it, which browsers do not run. Use the luzheng command, or make a key on this page and have it named as a device.',
  },
  root_key: {
    zh: '这是省级根密钥：离线保管，只用于任命（luzheng appoint）、撤回（luzheng withdraw）和公共日志，不能在工作台使用，没有用它签名。请选择中心或机构自己的密钥，并把根密钥文件移出这台机器。',
    en: 'This is the province’s root key: kept offline, it appoints (luzheng appoint), withdraws (luzheng withdraw) and signs for the log, and does no work at the desk; nothing was signed with it. Choose the key of a centre or an organization, and take the root’s file off this machine.',
  },
  key_expired: {
    zh: '授权声明已于 {day} 到期，现在只能以申请人身份使用。请备案中心重新登记这把密钥（luzheng client 或工作台）。',
    en: 'The statement about this key expired on {day}; it speaks for itself alone now. Ask the centre to name it again (luzheng client, or the desk).',
  },
  insecure: {
    zh: '浏览器只在 https 网址下提供签名功能，请用 https 打开本页。',
    en: 'Browsers sign on https addresses only: open this page by https.',
  },
  client_unknown: {
    zh: '这把密钥没有在本平台登记，或登记已被更换。请备案中心重新登记。',
    en: 'This key is not registered here, or was replaced. Ask the centre to name it again.',
  },
  client_reported: {
    zh: '这把密钥已被本机构报失，不能使用。设备已找回的，请联系备案中心；否则请用其他密钥，或为新设备登记。',
    en: 'The organization has reported this key lost. If the device was found, ask the centre; else use another key, or have a new device named.',
  },
  client_withdrawn: {
    zh: '这把密钥已被中心撤回，不能再用。请用其他密钥，或另建密钥提交设备登记。',
    en: 'The centre has withdrawn this key for good. Use another one, or make one and have it named as a device.',
  },
  organization_not_filed: {
    zh: '机构没有有效的备案。请联系备案中心。',
    en: 'The organization has no filing in force. Ask the centre.',
  },
  code_taken: {
    zh: '机构编码 {organization} 已属于另一家单位，没有签名。下一个可用编码：{free}。',
    en: 'The code {organization} belongs to another body: nothing was signed. The next free code is {free}.',
  },
  clock: {
    zh: '本机时间不准，签名未被接受。请校准时间后重试。',
    en: 'The clock of this machine is wrong, so the signature was not accepted. Set the clock and try again.',
  },
  address: {
    zh: '打开本页的网址不是平台的正式网址，签名未被接受。请用页脚所示的网址打开。',
    en: 'This is not the address that the service calls its own, so the signature was not accepted. Open the address in the footer.',
  },
  network: {
    zh: '连不上服务，或者传输中断。请检查网络后重试；已收到的证书不用重新下载。',
    en: 'The service cannot be reached, or the transfer broke off. Check the network and try again; what came is not fetched again.',
  },
  disk: {
    zh: '文件写不进去（{code}）。请检查磁盘空间和权限，或换一个位置。',
    en: 'The file cannot be written ({code}). Check space and permission, or choose another place.',
  },
  certificate: {
    zh: '第 {place} 张证书无法给出：{title}（{code}）。没有保存；请联系平台，其余证书可用 luzheng download --batch 下载。',
    en: 'Certificate {place} cannot be given ({code}). Nothing was saved. Contact the service; luzheng download --batch fetches the others.',
  },
  not_approved: {
    zh: '批次还没有省级审核，不能颁发。',
    en: 'The province has not approved this batch yet; it cannot be issued.',
  },
  working: {
    zh: '另一项工作还在进行，请等它完成或取消它。',
    en: 'Another work is still going on: wait for it, or cancel it.',
  },
  root_differs: {
    zh: '本页由各行重新计算的根与服务给出的不一致，拒绝签名。请勿继续，并联系平台。',
    en: 'The root computed here from the rows is not the one that the service names: nothing was signed. Stop, and contact the service.',
  },
  photo_altered: {
    zh: '第 {row} 行的照片与上传时的摘要不符，没有签署审核。请联系平台。',
    en: 'The photo of row {row} is not the one that was uploaded: its digest differs. Nothing was signed; tell whoever runs the service.',
  },
  photos_unseen: {
    zh: '有 {unseen} 张照片没有看过，没有签署审核。在名单中翻到各行，照片会依次显示。',
    en: '{unseen} {unseen|photo was|photos were} not looked at, and nothing was signed. Scroll through the list: each photo appears beside its row.',
  },
  rows_differ: {
    zh: '第 {row} 行的内容与其摘要不符，拒绝签名。请勿继续，并联系平台。',
    en: 'Row {row} is not what its digests say: nothing was signed. Stop, and contact the service.',
  },
  certificate_of_another: { zh: '这份证书是另一把密钥的。', en: 'This certificate is of another key.' },
  filing_of_another: {
    zh: '这份备案不是由这把密钥签署的，没有认证。请用当时的密钥，或重新备案。',
    en: 'This key did not sign the filing: nothing was certified. Use the key that did, or file the organization again.',
  },
  certificate_unreadable: {
    zh: '这不是 PEM 证书。请选择 luzheng appoint 打印的证书文件。',
    en: 'This is no PEM certificate. Choose the file with what luzheng appoint printed.',
  },
  photo_differs: {
    zh: '服务保存的第 {row} 行照片不是您选择的文件，拒绝签名。请勿继续，并联系平台。',
    en: 'The photo that the service stored for row {row} is not the one that you chose: nothing was signed. Stop, and contact the service.',
  },
  rows_unreadable: {
    zh: '服务给出的名单与其摘要不符（{code}），拒绝签名。请勿继续，并联系平台。',
    en: 'The rows that the service gave are not what their digests say ({code}): nothing was signed. Stop, and contact the service.',
  },
  moved: {
    zh: '这件事在您打开之后有了变化，没有签名。请重新打开再决定。',
    en: 'The case has moved on since you opened it: nothing was signed. Open it again, then decide.',
  },
  beyond: {
    zh: '备案内容超出申报内容，没有签名。',
    en: 'The filing would go beyond what was applied for: nothing was signed.',
  },
  instant_wrong: { zh: '请填写完整的日期和时间，或留空。', en: 'Enter day and time, or nothing.' },
  effective_past: {
    zh: '失效时间不能早于现在；要立即撤回请留空。',
    en: 'It cannot end before now; leave it empty to withdraw at once.',
  },
  since_future: { zh: '泄露时间不能晚于现在。', en: 'A key was stolen before now, not later.' },
  nothing_granted: {
    zh: '至少勾选一个等级；全部不同意请选择“不予选定”。',
    en: 'Tick one level at least; to grant nothing, decline the application.',
  },
  reason_needed: { zh: '请写明理由，申报单位或机构可以看到。', en: 'Say why: those concerned will read it.' },
  year_wrong: { zh: '请填写四位年份，如 2027。', en: 'Enter a year, e.g. 2027.' },
  holidays_missing: { zh: '请填写放假的日子。', en: 'Enter the free days.' },
  source_missing: { zh: '请填写依据的通知。', en: 'Say what it rests on.' },
  holiday_wrong: {
    zh: '“{day}”不能作为 {year} 年的放假日：请核对日期、年份和是否重复。',
    en: '“{day}” is no free day of {year}: look at the day, its year, and whether it stands twice.',
  },
  workday_wrong: {
    zh: '“{day}”不能作为 {year} 年的调休上班日：必须是该年的周六或周日，且不重复。',
    en: '“{day}” is no worked weekend day of {year}: it is to be a Saturday or Sunday of that year, once.',
  },
  number_wrong: { zh: '请填写 {min} 至 {max} 之间的整数。', en: 'Enter a whole number from {min} to {max}.' },
  filed_since: {
    zh: '上传之后，机构已改由 {centre} 备案，本批次不能审核通过。请退回批次，由机构重新上传。',
    en: '{centre} has filed the organization since the upload: the batch cannot be approved. Return the batch, and let the organization upload it again.',
  },
  city_first: {
    zh: '该机构由市级备案，须市级中心先审核。',
    en: 'A city’s centre filed the organization and approves first.',
  },
  seed_unkept: {
    zh: '本浏览器无法保存种子（{code}），没有签名。请先点“保存种子文件”，再提交。',
    en: 'This browser cannot keep the seed ({code}): nothing was signed. Save the seed file first, then go on.',
  },
  seed_missing: { zh: '没有种子，请选择种子文件。', en: 'There is no seed: choose the seed file.' },
  seed_differs: {
    zh: '这个文件里的种子不是这次抽取承诺的种子。',
    en: 'The seed in this file is not the one that this draw committed to.',
  },
  seed_file_malformed: { zh: '这不是种子文件。', en: 'This is no seed file.' },
  public_value_malformed: {
    zh: '开奖号码不符合该彩种，请逐个核对。',
    en: 'These are no numbers of this lottery; compare them one by one.',
  },
  cancelled: { zh: '已取消，未完成的文件没有保存。', en: 'Cancelled; what was not finished was not saved.' },
  refused: { zh: '请求未被接受：{title}（{code}）', en: 'The service refused: {detail} ({code})' },
};

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
  caption: { zh: '有错误的行在前，可直接修改', en: 'Rows with faults stand first; mend them in place' },
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
  faults: { zh: '有 {count} 处需要修改，尚未提交', en: '{count} {count|place|places} to mend; nothing was sent' },
  refused: {
    zh: '服务发现 {count} 处问题，没有保存',
    en: 'The service found {count} {count|fault|faults}; nothing was stored',
  },
  rows: { zh: '名单中有 {count} 处错误', en: '{count} {count|fault|faults} in the rows of the list' },
  done: { zh: '已签名并提交。', en: 'Signed and handed in.' },
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
  kept: { zh: '已上传 {count} 个文件。', en: '{count} {count|file was|files were} handed in.' },
} satisfies Record<string, Words>;

/** Said after a step was taken; the rest say that it was. */
export const DONE: Partial<Record<StepName, Words>> = {
  'application.submit': {
    zh: '申报已签名提交，等待中心审核。',
    en: 'The application was signed and handed in; the centre will look at it.',
  },
  'application.amend': { zh: '修改后的申报已提交。', en: 'The amended application was handed in.' },
  'device.request': { zh: '设备登记请求已提交。', en: 'The request to name this device was handed in.' },
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
    en: 'The corrected results are published; the notice begins anew.',
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
