/**
 * How a refusal leaves over HTTP: RFC 9457 problems with a stable `code`, a Chinese title and an English detail. The
 * one place that knows which status a code has. Of an unexpected error nothing is said but that it happened.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Refusal } from '../base/refusal.ts';
import { RowsRefused } from '../service/upload.ts';

/** code → status and Chinese title. A test holds that every code thrown by the Worker stands here. */
export const PROBLEMS: Record<string, readonly [status: number, title: string]> = {
  // What was sent cannot be read
  number_malformed: [400, '证书编号格式不正确'],
  number_old_qualification: [400, '这是职业资格证书编号，本平台不收录'],
  number_special_grade: [400, '这是特级技师证书编号的形式，本平台不颁发'],
  name_damaged: [400, '姓名中的汉字变成了问号或乱码，请以 UTF-8 编码重新发送；未作比对'],
  name_lookalike: [400, '姓名中有部首或兼容字符，请改用规范的汉字；未作比对'],
  organization_code_malformed: [400, '机构编码格式不正确'],
  json_malformed: [400, '请求内容不是有效的 JSON'],
  json_too_deep: [400, 'JSON 嵌套层数过多'],
  body_malformed: [400, '请求内容缺少字段或字段类型不正确'],
  body_unreadable: [400, '请求内容不完整，或传输编码（chunked）不正确'],
  utf8_malformed: [400, '请求内容不是 UTF-8 编码'],
  base64url_malformed: [400, '不是规范的 base64url'],
  day_malformed: [400, '日期格式不正确'],
  search_too_little: [400, '请填写证书编号，或姓名和证件号码'],
  statement_malformed: [400, '签名声明格式不正确'],
  claims_malformed: [400, '签名声明的内容不正确'],
  algorithm_not_allowed: [400, '不允许的签名算法'],
  type_wrong: [400, '签名声明的类型不正确'],
  header_not_allowed: [400, '签名声明含有不允许的头部参数'],
  key_malformed: [400, '公钥不正确'],
  credential_malformed: [400, '凭证格式不正确'],
  seal_url_malformed: [400, '不是本平台证书二维码的内容'],
  seal_malformed: [400, '二维码中的签名数据不正确'],
  seal_format_unknown: [400, '二维码格式版本未知'],
  certificate_malformed: [400, '证书链格式不正确'],
  certificate_not_supported: [400, '证书使用了不支持的算法或扩展'],
  certificate_chain_broken: [400, '证书链不完整或签名不符'],
  certificate_usage_wrong: [400, '该证书不能用于签署文件'],
  bundle_malformed: [400, '证书核验包格式不正确'],
  pdf_malformed: [400, '无法读取这份 PDF，文件可能已损坏'],
  pdf_encrypted: [400, 'PDF 已加密，无法核验'],
  pdf_active: [400, 'PDF 含有脚本或其他可执行内容，证书中不应有这些内容'],
  csv_not_utf8: [400, '文件的文字编码无法识别或已损坏，请另存为 .xlsx 或“CSV UTF-8”'],
  csv_columns_missing: [400, '文件缺少必需的列'],
  csv_column_repeated: [400, '文件中有重复的列'],
  csv_quotes_malformed: [400, '文件中的引号不配对'],
  csv_header_unclear: [400, '表头须只有一行，放在名单最上面：不能重复、不能分两行、上面不能有数据行'],
  xlsx_malformed: [400, '工作簿文件已损坏，请用 Excel 或 WPS 重新另存为 .xlsx'],
  candidates_malformed: [400, '考生名单格式不正确'],
  batch_empty: [400, '名单为空'],
  multipart_malformed: [400, '表单（multipart/form-data）格式不正确或不完整'],
  multipart_field_unexpected: [400, '表单只能有 rows（名单）和 photos（照片压缩包）两项，各一次'],
  archive_malformed: [400, '照片压缩包已损坏，或不是普通的 ZIP 文件，请重新压缩'],
  archive_encrypted: [400, '照片压缩包已加密，请取消密码后重新压缩'],
  archive_method: [400, '照片压缩包的压缩方式不受支持，请用普通 ZIP 方式重新压缩'],
  archive_empty: [400, '照片压缩包中没有照片'],
  idempotency_key_malformed: [400, 'Idempotency-Key 格式不正确'],
  document_without_bundle: [400, '这个 PDF 内没有可核验的签名材料'],
  purpose_malformed: [400, '用途应为一行文字，不超过 40 个字'],
  expiry_malformed: [400, '副本的截止日期应为今天起一年以内的日期（YYYY-MM-DD）'],
  reason_missing: [400, '请说明原因'],
  step_unknown: [400, '没有这样的步骤'],
  case_id_malformed: [400, '新业务的编号应为 8 至 64 位字母、数字、- 或 _，其中至少有一个数字'],
  step_body_malformed: [400, '填写的内容有误，请按提示修改'],
  draw_impossible: [400, '按所列名单无法抽取，请核对场次和督导员'],
  seed_differs: [400, '种子与抽取前公布的承诺值不符'],
  public_value_malformed: [400, '开奖号码不符合该彩种，请逐个核对'],
  step_body_differs: [400, '提交的内容与签名不符，请重新签名提交'],
  file_type_unsupported: [415, '附件只支持 PDF、JPEG 和 PNG'],
  objection_row_unknown: [400, '名单中没有这一行'],
  bulk_empty: [400, '名单中没有要核验的行'],
  bulk_key_expiry_wrong: [400, '批量密钥的截止日期应为今天起三年以内'],
  // Who calls
  authorization_missing: [401, '需要用密钥证明身份'],
  authorization_malformed: [401, '身份声明格式不正确'],
  proof_wrong: [401, '身份证明（DPoP）无效'],
  proof_replayed: [401, '身份证明已被使用过'],
  bulk_key_unknown: [401, '不是本平台的批量密钥'],
  bulk_key_ended: [401, '批量密钥已到期或已被撤销'],
  client_unknown: [401, '此客户端密钥未登记'],
  cross_site: [403, '这份表单不是从本站网页提交的，未保存任何内容'],
  human_check_required: [403, '您所在网络不相符的查询较多，请先通过人机验证'],
  human_check_failed: [403, '未能通过人机验证，请返回刷新页面后重试'],
  role_wrong: [403, '您的角色无权进行此操作'],
  out_of_reach: [403, '不在您的管辖范围内'],
  issuer_not_caller: [403, '只能提交自己签名的声明'],
  key_not_callers: [403, '所写公钥不是本次签名的密钥'],
  step_stale: [403, '签名时间过久或时钟不准，请校准时间后重新提交'],
  // Statements that do not hold
  signature_wrong: [403, '签名无效'],
  key_unknown: [403, '签名密钥未经授权'],
  authority_missing: [403, '签名密钥不属于所称的中心'],
  statement_not_yet_valid: [403, '声明尚未生效'],
  statement_expired: [403, '声明已过期'],
  tier_wrong: [403, '审核层级不正确'],
  approver_wrong: [403, '不是该机构的备案中心'],
  city_approval_missing: [403, '缺少市级审核'],
  city_approval_late: [403, '市级审核晚于省级审核'],
  approver_same_key: [403, '市级和省级审核须用两把不同的密钥签名'],
  audience_wrong: [403, '声明不是为本平台作出的'],
  organization_differs: [403, '声明属于其他机构'],
  batch_differs: [403, '声明属于其他批次'],
  root_differs: [403, '声明与名单内容不符'],
  count_differs: [403, '声明与名单人数不符'],
  approval_differs: [403, '颁发指令所指的审核不符'],
  approval_before_upload: [403, '审核早于上传，请校准签名电脑的时钟后重新审核'],
  order_before_approval: [403, '颁发指令早于审核'],
  client_of_other_organization: [403, '密钥属于其他机构'],
  client_not_by_filing_centre: [403, '密钥不是由备案中心登记的'],
  route_wrong: [403, '备案途径与签名中心不符'],
  service_key_unknown: [403, '声明中的密钥不是本平台的密钥'],
  centre_withdrawn: [403, '中心的密钥已被撤回'],
  service_withdrawn: [403, '平台的密钥已被撤回'],
  filing_withdrawn: [403, '机构的备案已被撤回'],
  client_withdrawn: [403, '客户端密钥已被撤回'],
  root_key_used: [403, '省级根密钥只用于任命、撤回和公共日志，不能用于其他业务'],
  client_reported: [403, '机构已将此密钥报失'],
  approval_withdrawn: [403, '审核已被撤回'],
  withdrawal_not_yours: [403, '只能撤回本中心签发的声明和密钥'],
  withdrawal_backdated: [403, '撤回的生效时间早于其作出时间'],
  rank_too_low: [403, '由中心作出的暂停，只有该中心或其上级可以恢复、撤销'],
  // What is not there
  not_found: [404, '没有这个地址'],
  certificate_not_found: [404, '本平台没有查到此编号的证书'],
  no_match: [404, '没有查到相符的证书'],
  centre_unknown: [404, '没有这个中心，或不归该中心办理'],
  case_not_found: [404, '没有这项业务'],
  draw_not_found: [404, '没有这次抽取'],
  file_not_found: [404, '没有这个附件'],
  notice_not_found: [404, '没有这项公示'],
  objection_not_found: [404, '没有查到此查询码的异议，请逐位核对'],
  batch_not_found: [404, '没有这个批次'],
  photo_not_found: [404, '此行没有照片'],
  organization_not_found: [404, '没有这个机构'],
  bulk_key_not_found: [404, '没有这把批量密钥'],
  key_not_found: [404, '没有这把颁发密钥'],
  status_list_not_found: [404, '没有这个状态列表'],
  withdrawal_target_unknown: [404, '没有要撤回的声明或密钥'],
  method_not_allowed: [405, '此地址不支持该请求方法'],
  not_acceptable: [406, '无法提供所要求的格式'],
  // What conflicts with what is stored
  statement_repeated: [409, '声明编号已被使用'],
  code_taken: [409, '机构编码已属于另一家单位'],
  organization_not_filed: [409, '机构没有有效备案'],
  issuing_key_missing: [409, '备案中没有本平台保管的颁发密钥'],
  issuing_key_withdrawn: [409, '颁发密钥已被撤回，请生成新密钥并重新备案'],
  issuing_key_unknown: [409, '备案中的颁发密钥不是本平台生成的'],
  certificate_key_differs: [409, '证书中的公钥不是该颁发密钥'],
  certificate_not_valid: [409, '证书已过期，或生效时间过远'],
  keys_exhausted: [409, '颁发密钥数量已达上限'],
  batch_not_issued: [409, '该批次尚未颁发完毕'],
  step_not_now: [409, '当前状态下不能进行此步骤'],
  step_out_of_order: [409, '该业务已有新的进展，请刷新后再操作'],
  draw_session_unknown: [409, '所列场次与已报送的考核计划不符，或已开考'],
  draw_open: [409, '有场次已在另一次尚未公布种子的抽取中，请先公布或作废那一次'],
  public_source_late: [409, '开奖日须晚于今天、早于第一个考试日'],
  public_value_early: [409, '还没有到开奖日'],
  session_not_drawn: [409, '该场次未被抽中'],
  inspector_not_drawn: [409, '该督导员未被抽派到此场次'],
  finding_too_early: [409, '考试日之前不能填写检查结果'],
  finding_missing: [409, '还没有检查结果'],
  file_differs: [409, '保存的附件与登记不符，请联系平台'],
  objections_full: [409, '这项公示尚未处理的异议已达上限，暂不能在此提出，请书面向评价机构或其备案中心提出'],
  notice_over: [409, '公示已结束，不能再在此提出异议'],
  application_open: [409, '已有一项申请尚未办结'],
  applications_full: [409, '收到的申报已达上限，请稍后再试，或书面向中心申报'],
  filing_unknown: [409, '本中心没有提交过这份备案声明'],
  selection_reason_missing: [409, '核准的职业、等级少于申报内容，须说明理由'],
  filing_replaced: [409, '该机构已有更新的备案，或备案已被撤回；请按最新的备案核准'],
  filing_differs_from_application: [409, '备案与申请不符，或超出申请的范围'],
  client_statement_unknown: [409, '本中心没有提交过这份密钥声明'],
  client_names_other_key: [409, '密钥声明中的公钥不是申请人的公钥'],
  endorsement_missing: [409, '须先由机构现有设备确认'],
  organization_suspended: [409, '机构已被暂停评价'],
  // Plans and results
  plan_too_late: [409, '考核计划须提前 5 个工作日报送'],
  plan_under_way: [409, '考试已经开始，考核计划不能再变更'],
  plan_not_filed: [409, '考核计划未报送，或已被退回、取消'],
  plan_differs: [409, '结果属于另一份考核计划'],
  exam_not_over: [409, '考试尚未结束'],
  results_exist: [409, '该考核计划的结果已在公示或已上传'],
  results_uploaded: [409, '结果已上传审核，被退回后方可更正或撤回'],
  notice_running: [409, '公示期未满'],
  objection_open: [409, '有异议尚未处理，或异议成立后未更正结果'],
  notice_required: [409, '结果须先公示，再从公示上传'],
  batch_not_uploaded: [409, '该批次的结果尚未上传'],
  calendar_not_covered: [422, '该年份的节假日安排尚未公布，请联系省中心'],
  calendar_day_wrong: [422, '节假日安排中有一天不正确'],
  calendar_year_over: [422, '该年份已经过去，不能再公布节假日安排'],
  calendar_year_far: [422, '年份过远，请核对'],
  plan_refused: [422, '考核计划中有错误，未保存任何内容'],
  results_refused: [422, '结果中有错误，或与考生名册不符，未保存任何内容'],
  batch_closed: [409, '该批次已不能再操作'],
  batch_already_ordered: [409, '该批次已用另一审核颁发'],
  approval_used: [409, '该审核已被使用'],
  filed_by_other_centre: [409, '上传之后，机构已改由另一中心备案，本批次不能审核和颁发，须退回后重新上传'],
  already_certified: [409, '批次中有人已取得同职业同等级的有效证书'],
  replaces_not_live: [409, '被替换的证书已失效'],
  replaces_suspended: [409, '要替换的证书已被中心暂停，须由该中心或其上级在暂停之后审核本批次'],
  serials_exhausted: [409, '证书序列号已用完'],
  status_final: [409, '证书已撤销或已被替换，不能再变更'],
  status_out_of_order: [409, '状态声明的顺序不正确'],
  status_no_change: [409, '证书已处于该状态'],
  number_differs: [409, '声明的是另一张证书'],
  register_differs: [409, '登记数据与签名不符，请联系平台'],
  ciphertext_wrong: [409, '登记数据与签名不符，请联系平台'],
  photo_differs: [409, '保存的照片缺失，或不是审核时的照片，请联系平台'],
  files_too_many: [413, '附件总量过大'],
  bulk_too_many: [413, '一次核验的行数过多'],
  json_too_large: [413, '请求内容项数过多'],
  body_too_large: [413, '请求内容过大'],
  pdf_too_large: [413, 'PDF 过大或过于复杂，不是证书文件'],
  batch_too_large: [413, '一个批次最多 10,000 人'],
  archive_too_many: [413, '照片压缩包中最多 10,000 个文件，请拆分批次'],
  archive_too_large: [413, '照片压缩包内容过大，请拆分批次'],
  table_too_large: [413, '文件过大，不像名单，请只保留名单'],
  xlsx_too_large: [413, '工作簿过大，请只保留名单'],
  media_type_not_supported: [415, '不支持的内容类型'],
  encoding_not_supported: [415, '请求内容不能压缩'],
  range_outside: [416, '超出批次的证书范围'],
  table_format_unsupported: [415, '不支持的文件格式，请用 Excel 或 WPS 另存为 .xlsx 或“CSV UTF-8”'],
  // What could be read but must be corrected
  rows_refused: [422, '名单中有错误，未保存任何内容'],
  xlsx_encrypted: [422, '工作簿设有密码，请取消密码后再上传'],
  xlsx_macros: [422, '工作簿含有宏，请另存为不含宏的 .xlsx'],
  xlsx_external: [422, '工作簿链接了其他文件或数据源，请将名单复制并“选择性粘贴”为数值到新工作簿'],
  xlsx_sheets: [422, '工作簿中有多张名单，请每个文件只放一张'],
  xlsx_hidden_rows: [422, '名单中有隐藏或被筛选掉的行，请显示全部行并删除不属于名单的行'],
  xlsx_merged_cells: [422, '名单中有合并单元格，请取消合并并逐行填写'],
  capacity_exceeded: [422, '超过备案的年度评价规模'],
  idempotency_key_reused: [422, 'Idempotency-Key 已用于其他文件'],
  glyph_missing: [422, '证书字体缺少某个字符'],
  text_too_long: [422, '文字过长，无法排印'],
  scope_text_too_long: [422, '职业或工种名称过长'],
  scope_malformed: [422, '备案范围不正确'],
  uscc_wrong: [422, '统一社会信用代码不正确'],
  seal_too_large: [422, '二维码内容过长'],
  seal_text_too_long: [422, '二维码内容过长'],
  seal_key_out_of_range: [409, '颁发密钥编号超出范围'],
  seal_date_out_of_range: [409, '颁发日期超出范围'],
  // Who asks too often
  too_many_requests: [429, '请求过于频繁，请稍后再试'],
  bulk_quota_exceeded: [429, '已超过批量密钥当日的额度'],
  applications_too_often: [429, '今天从您所在网络提交的申报和附件过多，请明天再试，或书面向中心申报'],
  objections_too_often: [429, '今天从您所在网络对这项公示提出的异议过多，请明天再试，或书面向评价机构或其备案中心提出'],
  pair_locked: [429, '与这个姓名和证件号码相近的查询不相符的次数过多，已暂停核对；请加填证书编号'],
  second_factor_locked: [429, '不相符的查询次数过多，请稍后再试；编号、姓名、证件号码未填全的，填全后可能仍可核对'],
  unexpected: [500, '服务暂时出错，请稍后再试'],
};

export const PROBLEM_TYPE = 'application/problem+json';

/**
 * What a client must know to authenticate (RFC 6750 §3, RFC 9449 §7.1). An error is told to those alone who showed
 * something of the scheme: others did not know, or speak another one (RFC 6750 §3.1).
 */
function challenge(c: Context, code: string): string {
  const bearer = code.startsWith('bulk_key');
  const scheme = bearer ? 'Bearer' : 'DPoP';
  const [said = ''] = (c.req.header('authorization') ?? '').split(' ', 1);
  const error =
    !bearer && (code.startsWith('proof') || c.req.header('dpop') === undefined)
      ? 'invalid_dpop_proof'
      : 'invalid_token';
  const told = said.toLowerCase() === scheme.toLowerCase() ? [`error="${error}"`] : [];
  return `${scheme} ${[...told, ...(bearer ? [] : ['algs="ES256"'])].join(', ')}`.trim();
}

/** Answers with a problem. `status` overrides the table where the place decides (401 while a caller is checked). */
export function problem(c: Context, refusal: Refusal, status?: number): Response {
  const [known, title] = PROBLEMS[refusal.code] ?? [422, '请求未被接受'];
  const code = (status ?? known) as ContentfulStatusCode;
  const headers: Record<string, string> = { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' };
  if (code === 401) headers['WWW-Authenticate'] = challenge(c, refusal.code);
  const { part, ...facts } = refusal.facts;
  // On the context, so that a page made of this problem says it too.
  if (typeof facts.retry_after === 'number') c.header('Retry-After', String(facts.retry_after));
  const body = {
    type: `urn:luzheng:problem:${refusal.code}`,
    title,
    status: code,
    detail: refusal.message,
    code: refusal.code,
    ...(part === undefined ? {} : { part }),
    ...facts,
    ...(refusal instanceof RowsRefused ? { errors: refusal.faults } : {}),
  };
  return c.body(JSON.stringify(body), code, headers);
}

/** The last resort: refusals become problems, everything else a 500 that says nothing of the inside. */
export function onError(error: Error, c: Context): Response {
  if (error instanceof Refusal) return problem(c, error);
  console.error(
    JSON.stringify({
      event: 'unexpected_error',
      name: error.name,
      message: error.message,
      stack: error.stack,
      method: c.req.method,
      route: c.req.routePath,
    }),
  );
  return problem(
    c,
    new Refusal('unexpected', 'Something went wrong on our side; nothing was lost. Try again in a moment.'),
  );
}
