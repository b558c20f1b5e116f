/** Routes of batches: lists, progress, rows with their photos, issuing, certificates one by one and as an archive. */
import type { Context } from 'hono';
import * as v from 'valibot';
import { pageOf, readPlace } from '../base/bounded.ts';
import { Refusal } from '../base/refusal.ts';
import { counted } from '../base/words.ts';
import { photoType } from '../core/rows/row-photos.ts';
import {
  Batch,
  BatchCertificates,
  BatchList,
  BatchRows,
  IssueBody,
  IssueProgress,
} from '../core/shapes/batch-shapes.ts';
import { chosenType } from '../http/answers.ts';
import { LIMITS } from '../http/body.ts';
import { type AppEnv, factory } from '../http/context.ts';
import { answer, file, json, ok, operation, TEXT, upTo } from '../http/operation.ts';
import { openZip } from '../service/download.ts';
import { CALL_SECONDS, issueBatch } from '../service/issue.ts';
import { batchView, photoOfRow, readCertificates, readRows } from '../service/open-batch.ts';
import { selectBatchesOf } from '../storage/batch-store.ts';
import { selectOrder } from '../storage/numbering.ts';
import { TOKEN } from './openapi-examples.ts';
import {
  AFTER,
  ALL,
  OF_APPROVALS,
  OF_BATCHES,
  OF_STATEMENTS,
  openedBatch,
  statementSchema,
  wholeOf,
} from './operation-parts.ts';

/** Batches in one answer. */
const PAGE = 200;

/** Rows and certificates in one answer: 2 to 3 MB. */
const ROWS = 2_000;
const CERTIFICATES = 1_000;

/** `?after=`: the position of the last line that was read; the first page without. */
function firstPosition(after: string | undefined): number {
  if (after === undefined || after === '') return 0;
  if (!/^\d{1,6}$/.test(after))
    throw new Refusal('body_malformed', 'The query parameter after is what the page before named as next.', {
      part: 'after',
    });
  return Number(after) + 1;
}

const WHOLE = 'is a whole number';

/** Certificates in one archive, unless less is asked for. */
const MOST = 10_000;

/** A page out of one line more, which says whether the list goes on. */
function rowsPage<T extends { position: number }>(
  found: readonly T[],
  size: number,
): { lines: T[]; next: string | null } {
  const lines = found.slice(0, size);
  return { lines, next: found.length > size ? String(lines.at(-1)?.position) : null };
}

/** `b….zip`, or for a part `b….00201-00400.zip`, with places counted from 1 as people do. */
function fileName(batch: string, from: number, to: number, count: number): string {
  const place = (n: number) => String(n).padStart(String(count).length, '0');
  return from === 0 && to === count ? `${batch}.zip` : `${batch}.${place(from + 1)}-${place(to)}.zip`;
}

/** Answers with `limit` certificates of an issued batch, or as many as there are, from position `from`. */
async function certificatesZip(
  c: Context<AppEnv>,
  { from, limit }: { from: number; limit: number },
): Promise<Response> {
  const { service, caller } = c.var;
  const type = chosenType(c, ['application/zip']);
  const { batch } = c.var.batch;
  const { id } = batch;
  const order = await selectOrder(service.db, id);
  if (batch.state !== 'issued' || !order)
    throw new Refusal(
      'batch_not_issued',
      `The batch is ${batch.state}; its certificates are there when it is issued.`,
      { state: batch.state },
    );
  const to = Math.min(batch.count, from + limit);
  if (from >= to)
    throw new Refusal(
      'range_outside',
      `The batch has ${counted(batch.count, 'certificate')}; positions are counted from 0.`,
      { count: batch.count },
    );
  const headers = {
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${fileName(id, from, to, batch.count)}"`,
    'Cache-Control': 'private, no-store',
    'Last-Modified': new Date(order.issued_at * 1000).toUTCString(),
    'X-Certificates': String(to - from),
  };
  // Nobody fetched anything by asking for the head alone.
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  return c.body(await openZip(service, { batch: id, from, to }, caller.subject), 200, headers);
}

export const batchRoutes = factory
  .createApp()
  .get(
    '/v1/batches',
    operation({
      tag: '评价机构',
      summary: '本机构的批次 / own batches',
      roles: ['organization'],
      query: { after: AFTER },
      answers: ok('至多 200 批，最新的在前 / at most 200, the newest first', json(BatchList)),
      problems: ['body_malformed'],
    }),
    async (c) => {
      const { lines, next } = pageOf(
        await selectBatchesOf(
          c.var.service.db,
          c.var.caller.subject.slice(4),
          PAGE + 1,
          readPlace(c.req.valid('query').after),
        ),
        PAGE,
        ({ id, created_at }) => ({ first: 0, at: created_at, id }),
      );
      return answer(c, {
        batches: lines.map(({ id, count, root, state, created_at }) => ({ id, count, root, state, created_at })),
        next,
      });
    },
  )
  .get(
    '/v1/batches/:id',
    openedBatch,
    operation({
      tag: '评价机构',
      summary: '批次状态与进度 / state and progress',
      roles: ALL,
      answers: ok('batch', json(Batch)),
      problems: OF_BATCHES,
    }),
    async (c) => answer(c, await batchView(c.var.service, c.var.batch)),
  )
  .get(
    '/v1/batches/:id/rows',
    openedBatch,
    operation({
      tag: '评价机构',
      summary: '批次各行及披露，供重算根 / rows with disclosures, to recompute the root',
      roles: ALL,
      query: { after: AFTER },
      answers: ok('至多 2000 行 / at most 2000 rows', json(BatchRows)),
      problems: [...OF_BATCHES, 'body_malformed', 'ciphertext_wrong'],
    }),
    async (c) => {
      const { service, caller } = c.var;
      const { batch, filing_token } = c.var.batch;
      const from = firstPosition(c.req.valid('query').after);
      const { lines: rows, next } = rowsPage(await readRows(service, caller, c.var.batch, from, ROWS + 1), ROWS);
      return answer(c, { id: batch.id, count: batch.count, root: batch.root, filing: filing_token, rows, next });
    },
  )
  .get(
    '/v1/batches/:id/rows/:position/photo',
    openedBatch,
    operation({
      tag: '评价机构',
      summary: '某行的照片，与上传的文件逐字节相同 / photo of a row, the very file that was uploaded',
      description: 'Its SHA-256 stands in the row’s disclosures as `photo_digest`: compare it.',
      roles: ALL,
      answers: ok('照片 / photo', file('image/jpeg', 'image/png')),
      problems: [...OF_BATCHES, 'photo_not_found', 'photo_differs', 'ciphertext_wrong'],
    }),
    async (c) => {
      const position = c.req.param('position');
      const photo = /^\d{1,6}$/.test(position)
        ? await photoOfRow(c.var.service, c.var.batch, Number(position))
        : undefined;
      if (!photo) throw new Refusal('photo_not_found', 'The batch has no such row, or the row has no photo.');
      return c.body(photo, 200, { 'Content-Type': photoType(photo), 'Cache-Control': 'private, no-store' });
    },
  )
  .post(
    '/v1/batches/:id/issue',
    openedBatch,
    operation({
      tag: '评价机构',
      summary: '颁发一批证书 / issue a batch',
      description: `\`order\` is an \`issue+jwt\`: #/components/schemas/${statementSchema('issue+jwt')}. Repeating the call goes on where it stopped.`,
      roles: ['organization'],
      body: upTo(LIMITS.statement, json(IssueBody, { approval: TOKEN, order: TOKEN })),
      answers: {
        200: {
          description: '已全部颁发 / done',
          content: json(IssueProgress, { id: 'b5f0c9a1e2d3b4c5d6e7f809', state: 'issued', count: 1, issued: 1 }),
        },
        202: { description: '仍在签发，请重复调用 / still signing: repeat the call', content: json(IssueProgress) },
      },
      problems: [
        ...OF_BATCHES,
        ...OF_STATEMENTS,
        ...OF_APPROVALS,
        'approval_differs',
        'order_before_approval',
        'approval_used',
        'batch_not_uploaded',
        'notice_required',
        'batch_already_ordered',
        'batch_closed',
        'filed_by_other_centre',
        'capacity_exceeded',
        'serials_exhausted',
        'already_certified',
        'replaces_not_live',
        'replaces_suspended',
        'issuing_key_missing',
        'issuing_key_withdrawn',
        'filing_withdrawn',
        'approval_withdrawn',
        'client_withdrawn',
        'organization_suspended',
      ],
    }),
    async (c) => {
      const { service, batch } = c.var;
      const tokens = c.req.valid('json');
      const done = await issueBatch(service, batch, tokens, service.now() + CALL_SECONDS);
      return answer(c, { id: c.req.param('id'), ...done }, done.state === 'issued' ? 200 : 202);
    },
  )
  .get(
    '/v1/batches/:id/certificates',
    openedBatch,
    operation({
      tag: '评价机构',
      summary: '批次的证书 / certificates of a batch',
      roles: ALL,
      query: { after: AFTER },
      answers: ok('至多 1000 张，按行的次序 / at most 1000, in row order', json(BatchCertificates)),
      problems: [...OF_BATCHES, 'body_malformed', 'ciphertext_wrong'],
    }),
    async (c) => {
      const { id, state, count } = c.var.batch.batch;
      const from = firstPosition(c.req.valid('query').after);
      const { lines, next } = rowsPage(
        await readCertificates(c.var.service, c.var.batch, from, CERTIFICATES + 1),
        CERTIFICATES,
      );
      return answer(c, { id, state, count, certificates: lines.map(({ position: _, ...line }) => line), next });
    },
  )
  .get(
    '/v1/batches/:id/certificates.zip',
    openedBatch,
    operation({
      tag: '评价机构',
      summary: '打包下载批次的证书 PDF / all PDFs of a batch, in one archive',
      roles: ALL,
      noEmpty: true,
      query: { from: wholeOf(6, { default: 0 }, WHOLE), limit: wholeOf(6, { default: MOST }, WHOLE) },
      description: `按名单顺序逐张核验、排印并即时发送，每张为 \`<证书编号>.pdf\`，不论其状态；每张都记为一次下载。大批次请用 \`from\` 和 \`limit\` 分段下载，每段不超过 500 张，中断后从缺的一张继续。途中出错则传输中断，不会给出看似完整的文件。

Verified, drawn and sent one by one in the order of the batch, each as \`<number>.pdf\`, whatever its status; each counts as a download. Take large batches in parts of at most 500 by \`from\` and \`limit\`, and go on from the first that is missing. If one cannot be given the transfer breaks off: what arrived has no directory and does not pass for whole.`,
      answers: {
        200: {
          description:
            'ZIP；未压缩，大小在每个文件之前 / stored, with sizes before each file; X-Certificates: how many; Last-Modified: when they were issued',
          content: file('application/zip'),
          headers: {
            'Content-Disposition': TEXT,
            'Last-Modified': TEXT,
            'X-Certificates': v.pipe(v.number(), v.integer(), v.minValue(1)),
          },
        },
      },
      problems: [
        ...OF_BATCHES,
        'not_acceptable',
        'body_malformed',
        'batch_not_issued',
        'range_outside',
        'ciphertext_wrong',
      ],
    }),
    (c) => {
      const { from = 0, limit = MOST } = c.req.valid('query');
      return certificatesZip(c, { from, limit });
    },
  );
