/** Names of kinds of case, steps, states and roles, of notices and objections, and what buttons say that take a step. */

import { counted, type Words } from '../../base/words.ts';
import { knownLabel } from '../../core/field-words.ts';
import type { NoticeState } from '../../core/procedure/notice.ts';
import type { Kind, StepName } from '../../core/procedure/steps.ts';
import { NUMBER_PARTS, numberWords } from './page-words.ts';

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

// The Chinese of refusals whose facts say more than a title can: the free code, the day, the column. Without the
// facts that its sentence needs a refusal has none, and its title stands.

type Facts = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Columns as the templates call them. */
const columnName = (name: string): string =>
  name === 'job_types' ? '工种' : name === 'number' ? '证书编号' : (knownLabel(name)?.zh ?? name);

const DAY_FAULTS: Readonly<Record<string, string>> = {
  unreadable: '不是日期，请写成 10-01、2027-10-01 或 10-01..10-07',
  other_year: '不在所公布的年份内',
  repeated: '重复出现',
  not_weekend: '不是周六或周日，本来就是工作日',
};

/** Parts of an organization code stand where they stand in a certificate number; its length is its own. */
const codePart = (part: string | undefined): string | undefined =>
  part === 'length' ? '机构编码共 13 位，如 S000037000001' : part === undefined ? undefined : NUMBER_PARTS[part]?.zh;

const WORDS: Readonly<Record<string, (facts: Facts) => string | undefined>> = {
  number_malformed: ({ part, length }) => numberWords(text(part), length)?.zh,
  organization_code_malformed({ part }) {
    const why = codePart(text(part));
    return why && `机构编码格式不正确：${why}`;
  },
  code_taken({ organization, free }) {
    const code = text(organization);
    return (
      code &&
      `机构编码 ${code} 已属于另一家单位${text(free) === undefined ? '' : `，请用未使用的编码，如 ${text(free)}`}；只有省中心可以收回编码`
    );
  },
  calendar_day_wrong({ day, part, fault }) {
    const [which, why] = [text(part)?.endsWith('workdays') ? '调休上班日' : '放假日', DAY_FAULTS[text(fault) ?? '']];
    return text(day) && why && `${which}“${text(day)}”${why}`;
  },
  uscc_wrong: () => '统一社会信用代码的校验码不符，请逐位核对',
  batch_closed({ state }) {
    if (state === 'returned') return '该批次已被退回，请修改后作为新批次重新上传';
    return state === 'issuing' || state === 'issued' ? '该批次已下达颁发指令，不能再审核、退回' : undefined;
  },
  csv_columns_missing({ columns }) {
    const missing = texts(columns).map(columnName);
    return missing.length === 0 ? undefined : `文件缺少必需的列：${missing.join('、')}`;
  },
  role_wrong({ allowed }) {
    const who = texts(allowed).flatMap((role) => ROLE_WORDS[role]?.zh ?? []);
    return who.length === 0 ? undefined : `您的角色无权进行此操作，须由${who.join('或')}办理`;
  },
  out_of_reach: ({ centre }) =>
    text(centre) &&
    `该机构已由另一中心（${text(centre)}）备案，由该中心或省中心办理；此前上传的批次由其退回，机构重新上传`,
  filed_by_other_centre: ({ centre }) =>
    text(centre) &&
    `上传之后，机构已改由另一中心（${text(centre)}）备案，本批次不能审核和颁发；请该中心或省中心退回，机构重新上传`,
};

/** What a refusal says in Chinese, filled from its facts; undefined where its title says it all. */
export const refusalWords = (code: string, facts: Facts): string | undefined =>
  Object.hasOwn(WORDS, code) ? WORDS[code]?.(facts) : undefined;
