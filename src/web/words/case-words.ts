/**
 * Names of kinds of case, steps, states and roles, of notices and objections, and what buttons say that take a step.
 */

import { counted, type Words } from '../../base/words.ts';
import type { NoticeState } from '../../core/procedure/notice.ts';
import type { Kind, StepName } from '../../core/procedure/steps.ts';

/** Names of the kinds of case. */
export const KIND_WORDS: Record<Kind, Words> = {
  application: { zh: '申报', en: 'Application' },
  device: { zh: '设备登记', en: 'Device' },
  loss: { zh: '设备报失', en: 'Lost key' },
  standing: { zh: '评价资格', en: 'Standing' },
  rules: { zh: '管理办法', en: 'Rules' },
  plan: { zh: '考核计划', en: 'Plan' },
  results: { zh: '结果公示', en: 'Results' },
  objection: { zh: '异议', en: 'Objection' },
  draw: { zh: '双随机抽查', en: 'Inspection draw' },
  batch: { zh: '批次', en: 'Batch' },
};

/** What each step is called. */
export const STEP_WORDS: Record<StepName, Words> = {
  'application.submit': { zh: '提交申报', en: 'Application' },
  'application.amend': { zh: '修改申报', en: 'Amended application' },
  'application.return': { zh: '退回修改', en: 'Returned' },
  'application.decline': { zh: '不予选定', en: 'Declined' },
  'application.clear': { zh: '清理', en: 'Cleared' },
  'application.select': { zh: '遴选确定', en: 'Selected' },
  'application.withdraw': { zh: '撤回申报', en: 'Withdrawn' },
  'device.request': { zh: '请求登记设备', en: 'Request to name a device' },
  'device.endorse': { zh: '机构确认设备', en: 'Endorsed by the organization' },
  'device.grant': { zh: '中心登记设备', en: 'Named by the centre' },
  'device.refuse': { zh: '拒绝登记', en: 'Refused' },
  'loss.report': { zh: '报失', en: 'Reported lost' },
  'loss.close': { zh: '办结报失', en: 'Settled' },
  'standing.suspend': { zh: '暂停评价', en: 'Suspended' },
  'standing.resume': { zh: '恢复评价', en: 'Resumed' },
  'rules.publish': { zh: '公布管理办法', en: 'Rules published' },
  'plan.file': { zh: '报送计划', en: 'Filed' },
  'plan.amend': { zh: '修改计划', en: 'Amended' },
  'plan.receive': { zh: '中心已接收', en: 'Received by a centre' },
  'plan.return': { zh: '退回修改', en: 'Returned' },
  'plan.cancel': { zh: '取消计划', en: 'Cancelled' },
  'results.publish': { zh: '公示结果', en: 'Published' },
  'results.correct': { zh: '更正并重新公示', en: 'Corrected' },
  'results.withdraw': { zh: '撤回结果', en: 'Withdrawn' },
  'results.upload': { zh: '上传结果', en: 'Uploaded' },
  'objection.raise': { zh: '提出异议', en: 'Objection raised' },
  'objection.uphold': { zh: '异议成立', en: 'Upheld' },
  'objection.reject': { zh: '异议不成立', en: 'Rejected' },
  'objection.reopen': { zh: '重新处理', en: 'Opened again' },
  'draw.commit': { zh: '锁定名单', en: 'Lists fixed' },
  'draw.reveal': { zh: '公布种子', en: 'Seed published' },
  'draw.abandon': { zh: '作废抽取', en: 'Given up' },
  'draw.finding': { zh: '检查结果', en: 'Finding' },
  'draw.follow': { zh: '整改情况', en: 'Follow-up' },
  'draw.close': { zh: '办结', en: 'Closed' },
  'batch.return': { zh: '退回批次', en: 'Batch returned' },
};

/** States of cases; the same word means the same in every kind but where named. */
export const CASE_STATES: Record<string, Words> = {
  submitted: { zh: '待审核', en: 'waiting for review' },
  returned: { zh: '已退回', en: 'returned' },
  declined: { zh: '未选定', en: 'declined' },
  cleared: { zh: '已清理', en: 'cleared' },
  selected: { zh: '已选定', en: 'selected' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
  superseded: { zh: '已被后来的备案取代', en: 'replaced by a later filing' },
  requested: { zh: '待机构确认', en: 'waiting for the organization' },
  endorsed: { zh: '待中心登记', en: 'waiting for the centre' },
  granted: { zh: '已登记', en: 'named' },
  refused: { zh: '已拒绝', en: 'refused' },
  reported: { zh: '已报失，停用', en: 'reported lost, stopped' },
  active: { zh: '正常', en: 'active' },
  expired: { zh: '已到期', en: 'expired' },
  suspended: { zh: '暂停', en: 'suspended' },
  published: { zh: '已公布', en: 'published' },
  filed: { zh: '已报送', en: 'filed' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  notice: { zh: '公示中', en: 'notice running' },
  uploaded: { zh: '已上传', en: 'uploaded' },
  open: { zh: '待处理', en: 'open' },
  upheld: { zh: '成立', en: 'upheld' },
  rejected: { zh: '不成立', en: 'rejected' },
  committed: { zh: '名单已锁定', en: 'lists fixed' },
  drawn: { zh: '已抽取', en: 'drawn' },
  abandoned: { zh: '已作废', en: 'given up' },
  closed: { zh: '已办结', en: 'closed' },
};

/** States of a batch. */
export const BATCH_STATES: Record<string, Words> = {
  submitted: { zh: '待审核', en: 'waiting for approval' },
  city_approved: { zh: '市级已审核，待省级审核', en: 'approved by the city, waiting for the province' },
  approved: { zh: '已审核，待颁发', en: 'approved, not issued yet' },
  returned: { zh: '已退回', en: 'returned' },
  issuing: { zh: '颁发中', en: 'being issued' },
  issued: { zh: '已颁发', en: 'issued' },
};

export const ROLE_WORDS: Record<string, Words> = {
  applicant: { zh: '申报单位', en: 'applicant' },
  organization: { zh: '评价机构', en: 'organization' },
  city: { zh: '市中心', en: 'city centre' },
  province: { zh: '省中心', en: 'province' },
  service: { zh: '平台（代公众）', en: 'service, for a member of the public' },
};

/** What buttons say that take a step: what will be done, where the record of a case says what was done. */
export const STEP_BUTTONS: Record<StepName, Words> = {
  'application.submit': { zh: '提交申报', en: 'Submit the application' },
  'application.amend': { zh: '提交修改', en: 'Submit the changes' },
  'application.return': { zh: '退回修改', en: 'Return it to be amended' },
  'application.decline': { zh: '不予选定', en: 'Decline the application' },
  'application.clear': { zh: '清理并删除附件', en: 'Clear it and delete its files' },
  'application.select': { zh: '遴选确定', en: 'Select the applicant' },
  'application.withdraw': { zh: '撤回申报', en: 'Withdraw the application' },
  'device.request': { zh: '请求登记', en: 'Ask for this device to be named' },
  'device.endorse': { zh: '确认设备', en: 'Endorse this device' },
  'device.grant': { zh: '登记设备', en: 'Name this device' },
  'device.refuse': { zh: '拒绝登记', en: 'Refuse this device' },
  'loss.report': { zh: '报失并停用', en: 'Report it lost and stop it' },
  'loss.close': { zh: '办结报失', en: 'Settle the loss' },
  'standing.suspend': { zh: '暂停评价', en: 'Suspend the organization' },
  'standing.resume': { zh: '恢复评价', en: 'Let it resume' },
  'rules.publish': { zh: '公布管理办法', en: 'Publish the rules' },
  'plan.file': { zh: '报送计划', en: 'File the plan' },
  'plan.amend': { zh: '提交修改', en: 'File the amended plan' },
  'plan.receive': { zh: '登记接收', en: 'Receive the plan' },
  'plan.return': { zh: '退回修改', en: 'Return the plan' },
  'plan.cancel': { zh: '取消计划', en: 'Cancel the plan' },
  'results.publish': { zh: '公示结果', en: 'Publish the results' },
  'results.correct': { zh: '更正并重新公示', en: 'Correct and publish again' },
  'results.withdraw': { zh: '撤回结果', en: 'Withdraw the results' },
  'results.upload': { zh: '上传结果', en: 'Upload the results' },
  'objection.raise': { zh: '提出异议', en: 'Object' },
  'objection.uphold': { zh: '异议成立', en: 'Uphold the objection' },
  'objection.reject': { zh: '异议不成立', en: 'Reject the objection' },
  'objection.reopen': { zh: '重新处理', en: 'Open it again' },
  'draw.commit': { zh: '锁定名单', en: 'Fix the lists' },
  'draw.reveal': { zh: '公布种子', en: 'Publish the seed' },
  'draw.abandon': { zh: '作废抽取', en: 'Give the draw up' },
  'draw.finding': { zh: '提交检查结果', en: 'Submit the finding' },
  'draw.follow': { zh: '提交整改情况', en: 'Submit the follow-up' },
  'draw.close': { zh: '办结', en: 'Close the inspections' },
  'batch.return': { zh: '退回批次', en: 'Return the batch' },
};

export const NOTICE_WORDS: Record<NoticeState, Words> = {
  running: { zh: '公示中', en: 'On notice' },
  over: { zh: '公示期满', en: 'Notice over' },
  uploaded: { zh: '已上传', en: 'Uploaded for approval' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
};

export const OBJECTION_WORDS: Record<'open' | 'upheld' | 'rejected' | 'reopened', Words> = {
  open: { zh: '处理中', en: 'Open' },
  upheld: { zh: '异议成立', en: 'Upheld' },
  rejected: { zh: '异议不成立', en: 'Rejected' },
  reopened: { zh: '由中心重新打开', en: 'Opened again by the centre' },
};

export const correctedWords = (day: string): Words => ({
  zh: `已更正，自 ${day} 起重新公示`,
  en: `Corrected; on notice again since ${day}`,
});

/** How the counts of a notice are said in one line. */
export const countWords = ({
  candidates,
  passed,
  failed,
  absent,
}: {
  candidates: number;
  passed: number;
  failed: number;
  absent: number;
}): Words => ({
  zh: `应考 ${candidates} 人，合格 ${passed} 人，不合格 ${failed} 人，缺考 ${absent} 人`,
  en: `${counted(candidates, 'candidate')}: ${passed} passed, ${failed} failed, ${absent} absent`,
});
