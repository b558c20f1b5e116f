/** From published results to their batch; and the empty tables of rosters and results that are filled in before. */

import * as v from 'valibot';
import { encodeUtf8, sha256, toBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { TEMPLATES, type TemplateName, template } from '../core/procedure/name-lists.ts';
import { type GivenPhoto, photosOfArchive, photosOfRows } from '../core/rows/row-photos.ts';
import { type RawRow, readCandidates, readRows as readTable, XLSX_TYPE } from '../core/rows/rows.ts';
import { BatchCreated, CandidatesBody, UploadForm } from '../core/shapes/batch-shapes.ts';
import { NoPhotos, ResultsBatch } from '../core/shapes/procedure-shapes.ts';
import { LIMITS, type Part, parseJson, readShape, type Sent } from '../http/body.ts';
import { factory } from '../http/context.ts';
import { answer, BINARY, file, json, operation, sentBody, TEXT, upTo } from '../http/operation.ts';
import { requireNotice } from '../service/decide-batch.ts';
import { makeBatch } from '../service/procedure/result-steps.ts';
import { submitBatch } from '../service/upload.ts';
import { CANDIDATE, CSV, ROW_PROBLEM } from './openapi-examples.ts';
import { OF_ARCHIVES } from './operation-parts.ts';

const TYPES = { csv: 'text/csv; charset=utf-8', xlsx: XLSX_TYPE } as const;

const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => toBase64url(await sha256(bytes));

export const resultRoutes = factory
  .createApp()
  .post(
    '/v1/results/:about/batch',
    operation({
      tag: '评价流程',
      summary: '由公示期满、无异议的结果生成批次 / make the batch of results whose notice has run',
      roles: ['organization'],
      description:
        '只取合格的行，不再上传名单；可附照片 ZIP（同 POST /v1/batches）。同一结果、同一照片得到同一批次。随后以 results.upload 一步上传 / the rows of those who passed, as published; photos as a ZIP archive, or `{}` without. The same results and photos give the same batch. The step `results.upload` then hands it to the centres.',
      body: {
        ...upTo(
          LIMITS.photos,
          { 'application/zip': { schema: BINARY } },
          'Make the photos smaller: one inch is 295 × 413 pixels.',
        ),
        ...upTo(LIMITS.small, json(NoPhotos, {})),
      },
      answers: {
        201: { description: '已生成 / made', content: json(ResultsBatch) },
        200: { description: '此前已生成 / made before', content: json(ResultsBatch) },
      },
      problems: [
        'case_not_found',
        'out_of_reach',
        'step_not_now',
        'step_out_of_order',
        'notice_running',
        'objection_open',
        'calendar_not_covered',
        'batch_empty',
        'rows_refused',
        'capacity_exceeded',
        'organization_not_filed',
        'organization_suspended',
        ...OF_ARCHIVES,
      ],
    }),
    async (c) => {
      const { type, bytes } = sentBody(c);
      const photos =
        type === 'application/zip'
          ? { given: photosOfArchive(bytes), digest: await digestOf(bytes) }
          : { given: [], digest: '' };
      const results = c.req.param('about');
      const { batch, fresh } = await makeBatch(c.var.service, c.var.caller, results, photos);
      const { id, count, root, state } = batch;
      return answer(c, { id, count, root, state, results }, fresh ? 201 : 200, { Location: `/v1/batches/${id}` });
    },
  )
  .get(
    '/v1/templates/:template',
    operation({
      tag: '公开数据',
      open: true,
      summary: '空白表：考生名册、考核结果 / empty tables: roster and results',
      description: '`roster.csv`, `roster.xlsx`, `results.csv`, `results.xlsx`',
      answers: {
        200: {
          description: '表格 / a table',
          content: {
            'text/csv': { schema: TEXT },
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: BINARY },
          },
        },
      },
      problems: ['not_found'],
    }),
    (c) => {
      const [, name, form] = /^([a-z]+)\.(csv|xlsx)$/.exec(c.req.param('template')) ?? [];
      if (name === undefined || !Object.hasOwn(TEMPLATES, name))
        throw new Refusal(
          'not_found',
          `There are the templates ${Object.keys(TEMPLATES).join(', ')}, as .csv and .xlsx.`,
        );
      const bytes = template(name as TemplateName, form as 'csv' | 'xlsx');
      return c.body(bytes, 200, {
        'Content-Type': TYPES[form as 'csv' | 'xlsx'],
        'Content-Disposition': `attachment; filename="${name}.${form}"`,
        'Cache-Control': 'public, max-age=3600',
      });
    },
  );

// The upload of results: candidate rows, from a file or as JSON, and photos, from an archive or inside the candidates.
// Only the form is judged here; what is too large is told how to come instead.

interface Intake {
  rows: RawRow[];
  /** Columns of the file that were not used. */
  ignored: string[];
  photos: GivenPhoto[];
  /** Digest of what was sent, whatever the boundary of a form: tells whether an Idempotency-Key comes with the same. */
  digest: string;
}

/** What may be uploaded: a file of rows, or a form of it and an archive of photos. */
const UPLOAD = {
  ...upTo(
    LIMITS.batch,
    {
      ...json(CandidatesBody, { candidates: [CANDIDATE] }),
      'text/csv': { schema: TEXT, example: CSV },
      ...file(XLSX_TYPE),
    },
    `Send photos as multipart/form-data, up to ${LIMITS.photos} bytes, or split the batch.`,
  ),
  ...upTo(
    LIMITS.photos,
    { 'multipart/form-data': { schema: UploadForm } },
    'Split the batch, or make the photos smaller: one inch is 295 × 413 pixels.',
  ),
};

type Rows = Pick<Intake, 'rows' | 'ignored' | 'photos'>;

const rowsOfJson = ({ candidates }: v.InferOutput<typeof CandidatesBody>): Rows => ({
  ...photosOfRows(readCandidates(candidates)),
  ignored: [],
});

/** The one place where the bytes of a file of rows become rows. */
const rowsOfFile = (bytes: Uint8Array): Rows => ({ ...readTable(bytes), photos: [] });

/** A form's file of rows is JSON when it says so or begins like it. */
const isJson = ({ type, bytes }: Part): boolean =>
  type === 'application/json' || /^(?:\u00ef\u00bb\u00bf)?\s*[{[]/.test(String.fromCharCode(...bytes.subarray(0, 64)));

async function formIntake(form: ReadonlyMap<'rows' | 'photos', Part>): Promise<Intake> {
  const [rows, archive] = [form.get('rows'), form.get('photos')];
  if (!rows)
    throw new Refusal('body_malformed', 'The form has no field rows with the file of candidates.', { part: 'rows' });
  if (rows.bytes.length > LIMITS.batch)
    throw new Refusal(
      'body_too_large',
      `The file of candidates has more than ${LIMITS.batch} bytes; split the batch.`,
      { limit: LIMITS.batch },
    );
  const read = isJson(rows) ? rowsOfJson(readShape(parseJson(rows.bytes), CandidatesBody)) : rowsOfFile(rows.bytes);
  const digest = await digestOf(
    encodeUtf8(`rows ${await digestOf(rows.bytes)} photos ${archive ? await digestOf(archive.bytes) : ''}`),
  );
  return { ...read, photos: [...read.photos, ...(archive ? photosOfArchive(archive.bytes) : [])], digest };
}

/** The rows and photos of an upload. */
async function intakeOf(sent: Sent<typeof UPLOAD>): Promise<Intake> {
  if ('form' in sent) return formIntake(sent.form);
  const read = 'json' in sent ? rowsOfJson(sent.json) : rowsOfFile(sent.bytes);
  return { ...read, digest: await digestOf(sent.bytes) };
}

/** A String of structured fields (RFC 9651 §3.3.3) with its parameters, which say nothing here. */
const QUOTED = /^"((?:[!#-[\]-~]|\\["\\])*)"(?: *;[^"]*)*$/;

/** The key of draft-ietf-httpapi-idempotency-key-header, which is quoted, or the same key bare. */
function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = header.startsWith('"') ? QUOTED.exec(header)?.[1]?.replace(/\\(.)/g, '$1') : header;
  if (key === undefined || !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refusal(
      'idempotency_key_malformed',
      'An Idempotency-Key has 1 to 200 visible ASCII characters, quoted or bare.',
    );
  return key;
}

/** Before the body is read. */
const mayUpload = factory.createMiddleware(async (c, next) => {
  requireNotice(c.var.service, null);
  readIdempotencyKey(c.req.header('idempotency-key'));
  await next();
});

export const uploadRoutes = factory.createApp().post(
  '/v1/batches',
  operation({
    tag: '评价机构',
    summary: '上传一批合格结果 / upload a batch of passed results',
    roles: ['organization'],
    before: mayUpload,
    description:
      'CSV 为 UTF-8、GBK/GB18030 或带 BOM 的 UTF-16；也可用 .xlsx 工作簿；以文件内容为准。有任何错误则不保存，并一次列出全部错误 / CSV in UTF-8, GBK/GB18030 or UTF-16 with BOM, or a .xlsx workbook: the content decides. Nothing is stored if any row is bad, and every fault of every row is listed.',
    headers: {
      'Idempotency-Key': v.pipe(
        v.string(),
        v.regex(/^[!-~]{1,202}$/),
        v.metadata({
          description:
            '`"key"`（draft-ietf-httpapi-idempotency-key-header）或不加引号 / quoted as in the draft, or bare: the same key',
        }),
      ),
    },
    body: UPLOAD,
    answers: {
      201: {
        description: '已保存；相同 Idempotency-Key 得到同一批次 / stored; the same Idempotency-Key gets the same batch',
        content: json(BatchCreated, {
          id: 'b5f0c9a1e2d3b4c5d6e7f809',
          count: 1,
          root: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
          state: 'submitted',
        }),
        headers: { Location: TEXT, 'Idempotent-Replayed': TEXT },
      },
    },
    problems: [
      'rows_refused',
      'notice_required',
      'capacity_exceeded',
      'organization_not_filed',
      'organization_suspended',
      'idempotency_key_malformed',
      'idempotency_key_reused',
      'batch_empty',
      'batch_too_large',
      'candidates_malformed',
      'csv_not_utf8',
      'csv_columns_missing',
      'csv_column_repeated',
      'csv_quotes_malformed',
      'csv_header_unclear',
      'table_format_unsupported',
      'table_too_large',
      'xlsx_malformed',
      'xlsx_too_large',
      'xlsx_encrypted',
      'xlsx_macros',
      'xlsx_external',
      'xlsx_sheets',
      'xlsx_hidden_rows',
      'xlsx_merged_cells',
      'multipart_malformed',
      'multipart_field_unexpected',
      ...OF_ARCHIVES,
    ],
    problemExample: ROW_PROBLEM,
  }),
  async (c) => {
    const key = readIdempotencyKey(c.req.header('idempotency-key'));
    const { ignored, ...intake } = await intakeOf(sentBody(c));
    const { batch, fresh } = await submitBatch(c.var.service, c.var.caller, intake, key);
    const { id, count, root, state } = batch;
    // A repeated key gets the answer that the first call got.
    return answer(c, { id, count, root, state, ...(ignored.length > 0 ? { ignored_columns: ignored } : {}) }, 201, {
      Location: `/v1/batches/${id}`,
      ...(fresh ? {} : { 'Idempotent-Replayed': 'true' }),
    });
  },
);
