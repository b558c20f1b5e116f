/**
 * Owns the routes of batches: upload and issue by organizations, approval and return by centres, progress,
 * rows with their photos and certificates for both.
 * It refuses what lies outside the caller's reach before it says anything about it.
 */
import type { Context, MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { pageOf, readPlace } from '../base/paging.ts';
import { Refusal } from '../base/refusal.ts';
import { counted } from '../base/text.ts';
import { photoType } from '../core/photo.ts';
import { chosenType } from '../http/accept.ts';
import { LIMITS, readJson, STEP_BODY } from '../http/body.ts';
import { type AppEnv, allow, factory } from '../http/context.ts';
import { acceptApproval } from '../service/approve.ts';
import { openZip } from '../service/batch-archive.ts';
import { photoOfRow, readCertificates, readRows } from '../service/batch-rows.ts';
import type { Caller } from '../service/caller.ts';
import { CALL_SECONDS, issueBatch } from '../service/issue.ts';
import { batchView, findReached, reachBatch } from '../service/open-batch.ts';
import { requireNotice } from '../service/procedure/batch-return.ts';
import { takeStep } from '../service/procedure/take-step.ts';
import { submitBatch } from '../service/upload.ts';
import { selectBatchesOf } from '../storage/batch-store.ts';
import { selectOrder } from '../storage/numbering.ts';
import { readIntake } from './upload-body.ts';

/** Batches in one answer. */
const PAGE = 200;

/** Rows and certificates in one answer: 2 to 3 MB. */
const ROWS = 2_000;
const CERTIFICATES = 1_000;

const ISSUE = v.object({ approval: v.string(), order: v.string() });

const APPROVAL = v.object({ approval: v.string() });

/** Roles within a route whose caller is known already. */
const only =
  (...roles: Caller['role'][]): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    if (!roles.includes(c.var.caller.role))
      throw new Refusal('role_wrong', `This is for: ${roles.join(', ')}.`, { allowed: roles });
    await next();
  };
const centresOnly = only('city', 'province');

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

/** Refuses who does not reach the batch that the address names: of one whose filing is damaged, too, which can be returned. */
const reached: MiddlewareHandler<AppEnv> = async (c, next) => {
  await findReached(c.var.service, c.var.caller, c.req.param('id') as string);
  await next();
};

/** Opens the batch that the address names, if the caller reaches it. */
const opened: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set('batch', await reachBatch(c.var.service, c.var.caller, c.req.param('id') as string));
  await next();
};

/** `?after=`: the position of the last line that was read; the first page without. */
function firstPosition(after: string | undefined): number {
  if (after === undefined || after === '') return 0;
  if (!/^\d{1,6}$/.test(after))
    throw new Refusal('body_malformed', 'The query parameter after is what the page before named as next.', {
      part: 'after',
    });
  return Number(after) + 1;
}

/** A page out of one line more, which says whether the list goes on. */
function rowsPage<T extends { position: number }>(
  found: readonly T[],
  size: number,
): { lines: T[]; next: string | null } {
  const lines = found.slice(0, size);
  return { lines, next: found.length > size ? String(lines.at(-1)?.position) : null };
}

/** `?from=&limit=`: a stretch of a batch; all of it without. */
function stretch(query: Record<string, string>): { from: number; limit: number } {
  const whole = (name: string, fallback: number) => {
    const value = query[name];
    if (value === undefined) return fallback;
    if (!/^\d{1,6}$/.test(value))
      throw new Refusal('body_malformed', `The query parameter ${name} is a whole number.`, { part: name });
    return Number(value);
  };
  return { from: whole('from', 0), limit: whole('limit', 10_000) };
}

export const batchRoutes = factory
  .createApp()
  .post('/v1/batches', allow('organization'), async (c) => {
    requireNotice(c.var.service, null);
    const key = readIdempotencyKey(c.req.header('idempotency-key'));
    const { ignored, ...intake } = await readIntake(c);
    const { batch, fresh } = await submitBatch(c.var.service, c.var.caller, intake, key);
    const { id, count, root, state } = batch;
    // A repeated key gets the answer that the first call got.
    return c.json({ id, count, root, state, ...(ignored.length > 0 ? { ignored_columns: ignored } : {}) }, 201, {
      Location: `/v1/batches/${id}`,
      ...(fresh ? {} : { 'Idempotent-Replayed': 'true' }),
    });
  })
  .get('/v1/batches', allow('organization'), async (c) => {
    const { lines, next } = pageOf(
      await selectBatchesOf(c.var.service.db, c.var.caller.subject.slice(4), PAGE + 1, readPlace(c.req.query('after'))),
      PAGE,
      ({ id, created_at }) => ({ first: 0, at: created_at, id }),
    );
    return c.json({
      batches: lines.map(({ id, count, root, state, created_at }) => ({ id, count, root, state, created_at })),
      next,
    });
  })
  .use('/v1/batches/:id/*', allow('organization', 'city', 'province'))
  .get('/v1/batches/:id', opened, async (c) => c.json(await batchView(c.var.service, c.var.batch)))
  .get('/v1/batches/:id/rows', opened, async (c) => {
    const { service, caller } = c.var;
    const { batch, filing_token } = c.var.batch;
    const from = firstPosition(c.req.query('after'));
    const { lines: rows, next } = rowsPage(await readRows(service, caller, c.var.batch, from, ROWS + 1), ROWS);
    return c.json({ id: batch.id, count: batch.count, root: batch.root, filing: filing_token, rows, next });
  })
  .get('/v1/batches/:id/rows/:position/photo', opened, async (c) => {
    const position = c.req.param('position');
    const photo = /^\d{1,6}$/.test(position)
      ? await photoOfRow(c.var.service, c.var.batch, Number(position))
      : undefined;
    if (!photo) throw new Refusal('photo_not_found', 'The batch has no such row, or the row has no photo.');
    return c.body(photo, 200, { 'Content-Type': photoType(photo), 'Cache-Control': 'private, no-store' });
  })
  .post('/v1/batches/:id/issue', opened, only('organization'), async (c) => {
    const { service, batch } = c.var;
    const tokens = await readJson(c, LIMITS.statement, ISSUE);
    const done = await issueBatch(service, batch, tokens, service.now() + CALL_SECONDS);
    return c.json({ id: c.req.param('id'), ...done }, done.state === 'issued' ? 200 : 202);
  })
  .get('/v1/batches/:id/certificates', opened, async (c) => {
    const { id, state, count } = c.var.batch.batch;
    const from = firstPosition(c.req.query('after'));
    const { lines, next } = rowsPage(
      await readCertificates(c.var.service, c.var.batch, from, CERTIFICATES + 1),
      CERTIFICATES,
    );
    return c.json({ id, state, count, certificates: lines.map(({ position: _, ...line }) => line), next });
  })
  .get('/v1/batches/:id/certificates.zip', opened, (c) => certificatesZip(c, stretch(c.req.query())))
  .post('/v1/batches/:id/approvals', opened, centresOnly, async (c) => {
    const { approval } = await readJson(c, LIMITS.statement, APPROVAL);
    const { id, state } = await acceptApproval(c.var.service, c.var.caller, c.var.batch, approval);
    return c.json({ id, state }, 201);
  })
  .post('/v1/batches/:id/return', reached, centresOnly, async (c) => {
    // An address for the step of the batch's own case, not another way to return it.
    const { statement, body } = await readJson(c, LIMITS.statement, STEP_BODY);
    const id = c.req.param('id');
    const { state, fresh } = await takeStep(c.var.service, c.var.caller, statement, body, `batch:${id}`);
    return c.json({ id, state }, fresh ? 201 : 200);
  });

// Owns the route of a batch's certificates as one archive: which stretch, what it is called, and that it is whole.
// It refuses a batch that is not issued to its end, and a stretch that lies outside of it.

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
