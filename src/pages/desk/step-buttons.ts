/**
 * Owns what buttons say that take a step: what will be done, where the record of a case (step-words.ts) says what was done.
 * It refuses to leave out a step: a fresh one needs its words here too.
 */
import type { StepName } from '../../life/procedure/steps.ts';
import type { Words } from '../words.ts';

export const STEP_BUTTONS: Record<StepName, Words> = {
  'application.submit': { zh: '提交申报', en: 'Hand in the application' },
  'application.amend': { zh: '提交修改', en: 'Hand in the changes' },
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
  'results.correct': { zh: '更正并重新公示', en: 'Correct and publish anew' },
  'results.withdraw': { zh: '撤回结果', en: 'Withdraw the results' },
  'results.upload': { zh: '上传结果', en: 'Upload the results' },
  'objection.raise': { zh: '提出异议', en: 'Object' },
  'objection.uphold': { zh: '异议成立', en: 'Uphold the objection' },
  'objection.reject': { zh: '异议不成立', en: 'Reject the objection' },
  'objection.reopen': { zh: '重新处理', en: 'Open it again' },
  'draw.commit': { zh: '锁定名单', en: 'Fix the lists' },
  'draw.reveal': { zh: '公布种子', en: 'Publish the seed' },
  'draw.abandon': { zh: '作废抽取', en: 'Give the draw up' },
  'draw.finding': { zh: '提交检查结果', en: 'Hand in the finding' },
  'draw.follow': { zh: '提交整改情况', en: 'Hand in the follow-up' },
  'draw.close': { zh: '办结', en: 'Close the inspections' },
  'batch.return': { zh: '退回批次', en: 'Return the batch' },
};
