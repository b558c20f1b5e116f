/**
 * Owns the sentences of the desk: what went wrong and what to do about it, how a download ended, the states of a
 * batch. Words in braces are filled in by the browser.
 */
import type { Words } from './words.ts';

/** By code: those of src/client/key.ts and call.ts. */
export const TROUBLES: Record<string, Words> = {
  key_unreadable: {
    zh: '这不是密钥文件，或者文件不完整。请选择由 luzheng keys make 生成的 JSON 文件。',
    en: 'This is no key file, or it is incomplete. Choose the JSON file that luzheng keys make wrote.',
  },
  key_unnamed: {
    zh: '这把密钥还没有授权声明。请把公钥交给备案中心，由中心执行 luzheng client 登记，再选择登记后的密钥文件。',
    en: 'The key has no statement yet. Give its public part to the centre that filed you; after luzheng client, choose the file with the statement.',
  },
  key_of_centre: {
    zh: '这是鉴定指导中心的密钥。本页供评价机构使用，中心请用 luzheng 命令。',
    en: 'This is a centre’s key. This page is for organizations; centres use the luzheng command.',
  },
  key_expired: {
    zh: '授权声明已于 {day} 到期。请备案中心重新执行 luzheng client，再选择新的密钥文件。',
    en: 'The statement about this key expired on {day}. Ask the centre to run luzheng client again, then choose the new file.',
  },
  insecure: {
    zh: '浏览器只在 https 网址下提供签名功能，请用 https 打开本页。',
    en: 'Browsers sign on https addresses only: open this page by https.',
  },
  client_unknown: {
    zh: '这把密钥没有在本平台登记，或登记已被更换。请备案中心执行 luzheng client 登记。',
    en: 'This key is not registered here, or was replaced. Ask the centre to run luzheng client.',
  },
  organization_not_filed: {
    zh: '机构没有有效的备案。请联系备案中心。',
    en: 'The organization has no filing in force. Ask the centre.',
  },
  role_wrong: { zh: '这把密钥无权进行此操作。', en: 'This key may not do that.' },
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
  refused: { zh: '请求未被接受：{title}（{code}）', en: 'The service refused: {detail} ({code})' },
};

/** How a download ended. */
export const ENDS: Record<string, Words> = {
  saved: { zh: '已保存 {count} 张证书：{name}', en: 'Saved {count} certificates: {name}' },
  saved_parts: {
    zh: '已交给浏览器保存：{count} 张证书，共 {parts} 个压缩包。请在浏览器的下载列表中确认。',
    en: 'Handed to the browser: {count} certificates in {parts} archives. See its list of downloads.',
  },
  cancelled: { zh: '已取消，未完成的文件没有保存。', en: 'Cancelled; what was not finished was not saved.' },
  forgotten: { zh: '密钥已从本页清除。', en: 'This page forgot the key.' },
};

export const STATES: Record<string, Words> = {
  submitted: { zh: '待审核', en: 'waiting for approval' },
  city_approved: { zh: '市级已审核，待省级审核', en: 'approved by the city, waiting for the province' },
  approved: { zh: '已审核，待颁发', en: 'approved, not issued yet' },
  returned: { zh: '已退回', en: 'returned' },
  issuing: { zh: '颁发中', en: 'being issued' },
  issued: { zh: '已颁发', en: 'issued' },
};
