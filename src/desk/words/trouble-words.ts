/** What went wrong at the desk and what to do about it, by code. Words in braces are filled in. */
import type { Words } from '../../base/words.ts';

/** By code: those of `Trouble` and `troubleOf` in src/desk/frame/desk-call.ts. */
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
