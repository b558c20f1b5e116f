/**
 * Requests and answers about batches: uploads, rows, approvals, issuing; and about lists to be checked with their
 * keys.
 */
import * as v from 'valibot';
import { BULK_VERDICTS, LARGEST_QUOTA, QUOTA } from '../bulk-list.ts';
import { FIELDS, OPTIONAL_FIELDS } from '../rows/row.ts';
import {
  BATCH_STATES,
  centre,
  code,
  day,
  digest,
  digestOf,
  JWS_PATTERN,
  jws,
  jwsOf,
  level,
  next,
  nullableText,
  number,
  oneOf,
  STATES,
  said,
  sdJwt,
  seconds,
  TIERS,
  text,
  time,
  whole,
} from './shape-parts.ts';

const progress = {
  count: whole('人数 / rows'),
  root: digestOf('RFC 9162 tree hash over the rows: what centres approve'),
  state: oneOf('批次状态 / state', BATCH_STATES),
};

const cell = v.union([v.string(), v.number()]);
export const Candidate = said(
  v.object({
    ...(Object.fromEntries(FIELDS.map((field) => [field, cell])) as Record<(typeof FIELDS)[number], typeof cell>),
    ...(Object.fromEntries(OPTIONAL_FIELDS.map((field) => [field, v.optional(nullableText)])) as Record<
      (typeof OPTIONAL_FIELDS)[number],
      v.OptionalSchema<typeof nullableText, undefined>
    >),
    photo: v.optional(
      said(
        nullableText,
        '一寸照（JPEG 或 PNG）的 base64，可为 data: URL / portrait in base64 or base64url, or as a data: URL',
      ),
    ),
  }),
  '一名成绩合格的考生 / one candidate who passed. Texts as text: a document number given as a number loses digits.',
);
/** The candidates are judged row by row, so that every fault of every row is told. */
export const CandidatesBody = v.object({
  candidates: v.pipe(
    v.array(v.unknown()),
    v.metadata({ items: { $ref: '#/components/schemas/Candidate' }, minItems: 1, maxItems: 10_000 }),
  ),
  plan: v.optional(said(v.pipe(v.string(), v.maxLength(100)), '评价计划 / plan')),
});
export const UploadForm = said(
  v.strictObject({
    rows: said(
      v.unknown(),
      '名单：CSV 或 XLSX 文件，或 {"candidates": […]} 的 JSON / the candidates: a CSV or XLSX file, or JSON as in CandidatesBody; at most 12 MB',
    ),
    photos: v.optional(
      text(
        '照片 ZIP：每人一个 JPEG 或 PNG，以证件号码命名 / a ZIP archive with one JPEG or PNG a person, named by document number, in any folder',
        { contentMediaType: 'application/zip' },
      ),
    ),
  }),
  '一寸白底照，宽高比 25:35，150×210 至 1000×1400 像素，1–200 KB / one-inch portraits on white, 25:35, 150×210 to 1000×1400 pixels, 1–200 KB. At most 48 MB in all.',
);
export const BatchCreated = v.strictObject({
  id: text('批次号 / batch id'),
  ...progress,
  ignored_columns: v.optional(v.array(text('column of the CSV file that was not read'))),
});
export const BatchList = v.object({
  batches: v.array(v.object({ id: text('batch id'), ...progress, created_at: seconds('uploaded') })),
  next,
});
export const Batch = v.strictObject({
  id: text('batch id'),
  organization: code,
  ...progress,
  created_at: seconds('uploaded'),
  issued: whole('已签发数 / certificates signed so far'),
  approvals: v.array(
    v.object({
      tier: oneOf('tier', TIERS),
      iss: centre,
      jti: text('id'),
      approval: jws,
      received_at: seconds('received'),
    }),
  ),
  returned_reason: v.optional(text('退回原因 / why it was returned')),
  filed_since: v.optional(
    said(
      centre,
      '上传之后备案此机构的另一中心：须退回并重新上传 / another centre has filed the organization since: it is returned and uploaded again',
    ),
  ),
  procedure: oneOf('是否经过计划和公示 / whether plan and notice came before it', ['none', 'notice']),
  results: v.optional(text('所依据的公示结果 / the results it was made of')),
  plan: v.optional(text('考核计划 / their plan')),
});
export const BatchRows = v.object({
  id: text('batch id'),
  count: whole('rows of the batch'),
  root: digest,
  filing: jws,
  rows: v.array(
    v.object({
      row: whole("the file's own row number"),
      position: whole('index of the leaf, from 0'),
      occupation: v.object({
        code: text('职业编码 / occupation code', { pattern: '^\\d-\\d{2}-\\d{2}-\\d{2}$' }),
        name: text('职业名称 / occupation'),
        edition: text('国家职业分类大典版本 / edition of the classification'),
      }),
      job: text('job'),
      level,
      exam_date: day('exam day'),
      masked_name: text('masked name'),
      replaces: v.optional(number),
      v: v.literal(1),
      sd: v.array(digest),
      disclosures: v.array(text('SD-JWT disclosure')),
      photo: said(
        v.boolean(),
        '是否有照片，其摘要在 disclosures 中 / whether there is a photo; its digest stands in the disclosures',
      ),
      score_theory: v.number(),
      score_practice: v.number(),
      held: v.optional(
        said(
          number,
          '此人已持有的同职业、工种、等级的有效证书，只告知审核中心：须退回 / the certificate in force that this person already holds, told to the reviewing centres alone: return the batch',
        ),
      ),
    }),
  ),
  next,
});
export const BatchCertificates = v.object({
  id: text('batch id'),
  state: progress.state,
  count: progress.count,
  certificates: v.array(
    v.object({
      row: whole("the file's own row number"),
      number,
      state: oneOf('state', STATES),
      credential: sdJwt,
      seal_url: text('text of the QR code', { format: 'uri' }),
    }),
  ),
  next,
});

const signed = (description: string) => said(v.string(), description, { pattern: JWS_PATTERN });
export const ApprovalBody = v.object({
  approval: signed('approval+jwt; the province’s carries the city’s as `city` by route city'),
});
export const BatchMoved = v.strictObject({ id: text('batch id'), state: progress.state });
export const IssueBody = v.object({
  approval: signed("the province's approval+jwt"),
  order: signed('issue+jwt, signed by a client key of the organization'),
});
export const IssueProgress = v.strictObject({
  id: text('batch id'),
  state: progress.state,
  count: progress.count,
  issued: whole('certificates signed so far'),
});

/** As core/bulk-list.ts reads a line. */
export const BulkRow = said(
  v.object({
    number: text('证书编号 / number', { maxLength: 200 }),
    name: v.optional(text('姓名，用于比对 / name to be compared', { maxLength: 200 })),
  }),
  '一行一个 / one a line',
);
export const BulkAnswer = v.strictObject({
  row: whole('请求中的行号，从 1 开始 / line of the request, from 1', { minimum: 1 }),
  number: said(nullableText, '证书编号 / number as understood'),
  verdict: oneOf('结论；没有查到不等于假证 / verdict; not found does not mean false', BULK_VERDICTS),
  name: v.optional(oneOf('姓名是否相符 / whether the name is the certificate’s', ['match', 'no_match'])),
  code: v.optional(text('原因 / why')),
  part: v.optional(text('which part')),
  length: v.optional(whole('编号的位数，位数不对时给出 / characters of the number, where that is what is wrong')),
  organization: v.optional(text('评价机构 / organization')),
  occupation: v.optional(text('职业 / occupation')),
  job: v.optional(text('工种 / job')),
  level: v.optional(level),
  issued_on: v.optional(day('颁发日期 / day of issue')),
  replaced_by: v.optional(number),
});
export const BulkLine = v.union([
  BulkAnswer,
  v.strictObject({ receipt: jwsOf('最后一行：回执 / the last line: a receipt+jwt') }),
]);

export const BulkKeyBody = v.object({
  name: said(
    v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100), v.regex(/^[^\p{C}<>]+$/u)),
    '用人单位 / employer',
  ),
  quota_per_day: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(LARGEST_QUOTA),
      v.metadata({ description: '每日行数 / rows a day', default: QUOTA }),
    ),
  ),
  expires_on: day('最后一天 / last day'),
});
const bulkKey = {
  id: text('密钥编号 / id of the key', { pattern: '^k[0-9a-f]{16}$' }),
  name: text('用人单位 / employer'),
  issued_by: centre,
  quota_per_day: whole('每日行数 / rows a day'),
  expires_on: day('最后一天 / last day'),
  created_at: time('made'),
  revoked_at: v.optional(time('ended')),
};
export const BulkKey = v.strictObject(bulkKey);
export const BulkKeyMade = v.strictObject({
  ...bulkKey,
  key: text('密钥，只显示这一次 / the key, shown this once', { pattern: '^lzb_[A-Za-z0-9_-]{43}$' }),
});
export const BulkKeys = v.strictObject({
  keys: v.array(
    v.strictObject({ ...bulkKey, used_today: whole('今日已用行数 / rows asked for today', { minimum: 0 }) }),
  ),
});
