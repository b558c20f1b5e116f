/**
 * How the scripts speak: Chinese first, then English; results on stdout, progress and errors on stderr; and what an
 * error becomes at the end. Exit codes: 0 done, 1 refused or not valid, 2 wrong usage or cannot tell, 130 Ctrl-C.
 */
import { KeyFileError } from '../../keys/make.ts';
import { isRefusal, type Refusal } from '../base/refusal.ts';
import { counted, together } from '../base/words.ts';
import { labelOf } from '../core/field-words.ts';
import { CallError, CutOff, cutBy, FOREIGN, type Problem } from '../sdk/call.ts';
import { refusalWords } from '../web/words/refusal-words.ts';
import { SignerError } from './external-signer.ts';

/** An end with a reason that people can act on. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: number;
  /** For --json. */
  readonly code: string;
  constructor(exit: number, zh: string, en: string, code = exit === 2 ? 'usage' : 'failed') {
    super(`${zh} / ${en}`);
    this.exit = exit;
    this.code = code;
  }
}

/** Wrong arguments. */
export const usage = (zh: string, en: string): Failure => new Failure(2, zh, en);

// A reader that left (`| head`) is no reason to stop half way.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

export const out = (line = ''): void => void process.stdout.write(`${line}\n`);
export const err = (line = ''): void => void process.stderr.write(`${line}\n`);

/** Times each step; the line appears when the step is done. */
export class Clock {
  readonly #begin = performance.now();
  #last = performance.now();
  done(zh: string, en: string, note = ''): void {
    const time = performance.now();
    out(`${((time - this.#last) / 1000).toFixed(2).padStart(7)} s  ${zh} / ${en}${note === '' ? '' : `: ${note}`}`);
    this.#last = time;
  }
  total(): string {
    return ((performance.now() - this.#begin) / 1000).toFixed(2);
  }
}

/** Shows how far long work is: in place on a terminal, else a line every few seconds. */
export class Progress {
  readonly #what: string;
  #last = Date.now();
  #shown = false;
  constructor(what: string) {
    this.#what = what;
  }
  at(done: number, total: number): void {
    const tty = process.stderr.isTTY;
    if (Date.now() - this.#last < (tty ? 100 : 3000)) return;
    this.#last = Date.now();
    this.#shown = true;
    process.stderr.write(`${tty ? '\r' : ''}${this.#what} ${done}/${total}${tty ? '\x1b[K' : '\n'}`);
  }
  end(): void {
    if (this.#shown && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    this.#shown = false;
  }
}

/** Shows how far some long work is, while it goes on. */
export async function showing<T>(
  what: string,
  work: (progress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress(what);
  try {
    return await work((done, total) => progress.at(done, total));
  } finally {
    progress.end();
  }
}

/** `row N: field: code: message`, one line each, however the message is broken; for a photo its file's name follows. */
const rowLines = (errors: NonNullable<Problem['errors']>): string[] =>
  errors.map(
    ({ row, field, code, message, file }) =>
      `row ${row}: ${field}: ${code}: ${message.replace(/\s+/g, ' ')}${file === undefined ? '' : ` [${file.replace(/[\s\p{C}]+/gu, ' ')}]`}`,
  );

/** What a refusal tells of rows, and of the fields of a step's body: one line each. */
function faultLines(facts: object): string[] {
  const { errors, faults } = facts as { errors?: unknown; faults?: unknown };
  const rows = Array.isArray(errors) ? rowLines(errors as NonNullable<Problem['errors']>) : [];
  const fields = Array.isArray(faults)
    ? (faults as { part: string; message: string }[]).map(
        ({ part, message }) => `${part}: ${together(labelOf(part))}: ${message.replace(/\s+/g, ' ')}`,
      )
    : [];
  return [...rows, ...fields];
}

/** What to do about some refusals, where the code alone does not say. */
const HINTS: Record<string, string> = {
  certificate_not_found:
    '没有查到并不说明证书是假的：请逐位核对编号；也可能由其他平台颁发 / check each digit; it may also be of another service',
  client_unknown: '请备案中心执行 luzheng client 登记此密钥 / ask the centre that filed you to run: luzheng client',
  organization_not_filed: '请先由中心执行 luzheng file 备案 / a centre files the organization first: luzheng file',
  city_approval_missing: '须由市级中心先执行 luzheng approve / the city approves first: luzheng approve',
  authority_missing:
    "请确认密钥文件属于该中心且已由本省根任命 / check that the key file belongs to this centre and was appointed by this province's root",
  filing_withdrawn:
    '机构的备案已被撤回，须由中心重新备案：luzheng file / the filing was withdrawn; a centre files the organization again: luzheng file',
  client_not_by_filing_centre:
    '请现在备案该机构的中心执行 luzheng client 登记此密钥 / ask the centre that files the organization now to run: luzheng client',
  client_withdrawn:
    '请另生成密钥并由备案中心登记：luzheng keys make、luzheng client / make another key and let the centre name it: luzheng keys make, luzheng client',
  centre_withdrawn:
    '中心密钥已被撤回：中心用新密钥重新备案、登记机构密钥 / the key of a centre was withdrawn: with its new key the centre files and names keys again',
  issuing_key_withdrawn:
    '请中心换新的颁发密钥：luzheng file … --new-key / the centre makes a new issuing key: luzheng file … --new-key',
  bulk_too_many:
    '名单请拆分；超过 100 行需要批量密钥（--key），向鉴定指导中心申请 / split the list; for more than 100 rows ask a centre for a bulk key (--key)',
  proof_wrong: "请核对本机时间和服务地址（--server）/ check this machine's clock and the service address (--server)",
  audience_wrong: '请用服务的正式地址（--server）/ use the address that the service calls its own (--server)',
};

/** The province's root in the place of a working key. */
export const rootKeyUsed = (): Failure =>
  new Failure(
    1,
    '这是省级根密钥：只用于任命（appoint）、撤回（withdraw）和公共日志，不能办理其他业务',
    "this is the province's root key: it appoints, withdraws and signs for the log, and does no other work",
    'root_key_used',
  );

/** Chinese for what the core refuses in English, where people meet it on their own machine. */
const REFUSED: Record<string, string> = {
  number_malformed: '证书编号格式不正确',
  organization_code_malformed: '机构编码格式不正确',
  seal_url_malformed: '这个网址不是证书二维码的内容',
  csv_not_utf8: '文件的文字编码无法识别或已损坏，请另存为 .xlsx 或“CSV UTF-8（逗号分隔）”',
  csv_columns_missing: '文件缺少必需的列',
  csv_column_repeated: '文件中有重复的列',
  csv_quotes_malformed: '文件中的引号不配对',
  table_format_unsupported: '不支持的文件格式，请用 Excel 或 WPS 另存为 .xlsx 或“CSV UTF-8（逗号分隔）”',
  xlsx_malformed: '工作簿文件已损坏，请用 Excel 或 WPS 重新另存为 .xlsx',
  xlsx_too_large: '工作簿过大，请只保留名单',
  table_too_large: '文件过大，不像名单，请只保留名单',
  csv_header_unclear: '表头须只有一行，放在名单最上面',
  xlsx_encrypted: '工作簿设有密码，请取消密码',
  xlsx_macros: '工作簿含有宏，请另存为不含宏的 .xlsx',
  xlsx_external: '工作簿链接了其他文件或数据源，请将名单复制并“选择性粘贴”为数值到新工作簿',
  xlsx_sheets: '工作簿中有多张名单，请每个文件只放一张',
  xlsx_hidden_rows: '名单中有隐藏或被筛选掉的行，请显示全部行并删除不属于名单的行',
  xlsx_merged_cells: '名单中有合并单元格，请取消合并并逐行填写',
  bulk_empty: '名单中没有要核验的行',
  bulk_too_many: '一次核验的行数过多',
  case_not_found: '没有这种案卷；编号形如 plan:p0123abcd',
  step_body_malformed: '内容不符合该步骤的格式',
  step_body_differs: '内容与签名的摘要不符',
  step_out_of_order: '步骤次序不符',
  draw_malformed: '这不是抽取记录',
  draw_impossible: '按所列名单无法抽取',
  public_source_late: '开奖日须晚于今天、早于第一个考试日',
  public_value_malformed: '开奖号码不符合该彩种，请逐个核对',
  seed_file_malformed: '这不是种子文件',
  seed_differs: '种子不是这次抽取承诺的种子',
  plan_refused: '考生名册中有错误，未提交',
  results_refused: '结果名单中有错误，未提交',
  receipt_missing: '文件末行不是回执：答复中断，或不是批量核验的答复',
  receipt_answers_differ: '答复与回执不符，文件被改动过',
  receipt_request_differs: '名单与回执不符，不是当时核验的名单',
  batch_empty: '名单为空',
  batch_too_large: '一个批次最多 10,000 人，请拆分',
  archive_malformed: '照片压缩包已损坏，或不是普通的 ZIP 文件',
  archive_encrypted: '照片压缩包已加密，请取消密码',
  archive_method: '照片压缩包的压缩方式不受支持，请用普通 ZIP 方式',
  archive_empty: '照片压缩包中没有照片',
  archive_too_many: '照片压缩包中文件过多，请拆分批次',
  archive_too_large: '照片压缩包内容过大，请拆分批次',
  scope_malformed: '备案范围不正确',
  number_old_qualification: '16 位编号是国家职业资格证书的编号，本平台不收录此类证书',
  number_special_grade: '两个字母加 20 位数字是特级技师证书编号的形式，本平台不颁发此类证书',
};

/** When a lock opens again, in minutes, or in hours where that is long. */
function waitLine(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  if (minutes < 120) return `请在 ${minutes} 分钟后再试 / try again in ${counted(minutes, 'minute')}`;
  const hours = Math.ceil(minutes / 60);
  return `请在 ${hours} 小时后再试 / try again in ${counted(hours, 'hour')}`;
}

/**
 * What the caller's half (src/sdk) refuses, in the words of the command: Chinese, and English where its own sentence
 * does not name the command that helps.
 */
const BATCH_REFUSED: Record<string, (facts: Refusal['facts']) => [zh: string, en?: string]> = {
  rows_differ: ({ part, row }) =>
    part === 'list'
      ? [`服务保存的名单与文件不符（第 ${row} 行）`]
      : part === 'batch'
        ? ['批次没有名单']
        : [`第 ${row} 行的内容与其摘要不符，拒绝签名`],
  root_differs: ({ part, rows, root }) =>
    part === 'filing'
      ? ['批次所用的备案不是该机构的，拒绝签名']
      : [`由 ${rows} 行重新计算的根与服务给出的 ${root} 不符，拒绝签名`],
  photo_differs: ({ row }) => [`服务保存的照片与文件不符（第 ${row} 行）`],
  filed_by_other_centre: ({ part, centre, batch, centre_name, name, organization, may_take_over }) => {
    if (part === 'batch')
      return [
        `上传之后，机构已改由 ${centre} 备案，本批次不能审核。请退回（luzheng return ${batch}），由机构重新上传`,
        `${centre} has filed the organization since the upload: return the batch (luzheng return ${batch}), and let the organization upload it again`,
      ];
    const filed = `${organization} 已由${centre_name}（${centre}）备案，名称为“${name}”，没有签名。请核对机构编码；`;
    const en = `${centre_name} (${centre}) has filed ${organization} as “${name}”; nothing was signed. Check the code`;
    return may_take_over
      ? [
          `${filed}确要由本中心接管的，加 --take-over：该中心登记的密钥随即失效，待审核的批次须退回重新上传`,
          `${en}. To take the organization over, add --take-over: keys that centre named stop, and waiting batches are returned and uploaded again`,
        ]
      : [
          `${filed}要改由本中心备案，须先由省中心撤回该备案`,
          `${en}; for this centre to file it, the province withdraws that filing first`,
        ];
  },
  city_approval_missing: () => [
    '该机构由市级备案，须市级先审核',
    'the organization is filed by a city, whose centre approves first: luzheng approve with its key',
  ],
  batch_returned: ({ reason }) => [
    `批次已被中心退回${reason === undefined ? '' : `，原因：${reason}`}。其中的结果不能颁发；请改好名单，作为新批次重新提交（submit；经公示的结果用 upload）`,
    `a centre returned this batch${reason === undefined ? '' : `: ${reason}`}. Nothing of it can be issued: correct the list and submit it as a new batch (submit, or upload after a notice)`,
  ],
  approval_missing: ({ state }) => [`批次尚未经省级审核（状态 ${state}）`],
  service_key_missing: () => ['服务没有公布自己的公钥'],
};

/** The lines for people, and the object for --json. */
export function explain(error: unknown): { exit: number; lines: string[]; json: Record<string, unknown> } {
  if (error instanceof CallError) {
    const { problem } = error;
    const { title = '请求未被接受', detail = '', code } = problem;
    const wait = problem.retry_after;
    const lines = [
      ...faultLines(problem),
      `${refusalWords(code, { ...problem }) ?? title} / ${detail} [${code}]`,
      ...(typeof wait === 'number' ? [waitLine(wait)] : []),
    ];
    const hint = HINTS[code];
    return {
      exit: code === FOREIGN ? 2 : 1,
      lines: hint === undefined ? lines : [...lines, hint],
      json: { ...problem },
    };
  }
  if (isRefusal(error) && Object.hasOwn(BATCH_REFUSED, error.code)) {
    const [zh, en = error.message] = (BATCH_REFUSED[error.code] as (typeof BATCH_REFUSED)[string])(error.facts);
    const detail = `${zh} / ${en}`;
    return { exit: 1, lines: [detail], json: { code: error.code, detail } };
  }
  if (isRefusal(error)) {
    const { row, field } = error.facts as { row?: number; field?: string };
    const zh = refusalWords(error.code, error.facts) ?? REFUSED[error.code];
    const text = zh === undefined ? error.message : `${zh} / ${error.message}`;
    return {
      exit: 1,
      lines: [
        ...faultLines(error.facts),
        row === undefined ? `${text} [${error.code}]` : `row ${row}: ${field ?? 'row'}: ${error.code}: ${text}`,
      ],
      json: { code: error.code, detail: error.message, ...error.facts },
    };
  }
  if (error instanceof Failure)
    return { exit: error.exit, lines: [error.message], json: { code: error.code, detail: error.message } };
  if (error instanceof KeyFileError)
    return { exit: 2, lines: [error.message], json: { code: 'key_file', detail: error.message } };
  if (error instanceof SignerError)
    return { exit: 2, lines: [`${error.message} [${error.code}]`], json: { code: error.code, detail: error.message } };
  const { code, message, path } = error as NodeJS.ErrnoException & { cause?: { code?: string; message?: string } };
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  if (error instanceof TypeError && cause) {
    const why = cause.code ?? cause.message ?? message;
    if (error instanceof CutOff) {
      return {
        exit: 2,
        lines: [
          `连接中途断开（${why}），服务可能停止了：请再执行同一命令，会接着做 / the connection broke off; the service may have stopped. Give the same command again; it goes on.`,
        ],
        json: { code: 'unreachable', detail: why },
      };
    }
    if (cutBy(error) !== undefined) {
      return {
        exit: 2,
        lines: [
          `连接中途断开（${why}）：请重试；若上传总在同一处断开，多半是服务前面的代理限制了请求大小 / the connection broke off: try again; if an upload always breaks off, a proxy in front of the service probably limits its size.`,
        ],
        json: { code: 'unreachable', detail: why },
      };
    }
    return {
      exit: 2,
      lines: [
        `连不上服务（${why}）：请确认地址（--server）和服务是否已启动（npm start） / cannot reach the service; check --server and whether it runs.`,
      ],
      json: { code: 'unreachable', detail: why },
    };
  }
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST') {
    return {
      exit: 2,
      lines: [`无法读写 ${path ?? ''}（${code}） / cannot read or write this file.`],
      json: { code: 'file', detail: `${code} ${path ?? ''}` },
    };
  }
  if (code?.startsWith('ERR_PARSE_ARGS'))
    return { exit: 2, lines: [`参数有误 / wrong arguments: ${message}`], json: { code: 'usage', detail: message } };
  return {
    exit: 1,
    lines: [`意外错误 / unexpected: ${error instanceof Error ? (error.stack ?? message) : String(error)}`],
    json: { code: 'unexpected', detail: message },
  };
}
