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
import { readFacts } from '../core/approved-rows.ts';
import { withDisclosures } from '../core/credential.ts';
import { photoDigestOf, readDisclosures } from '../core/disclose.ts';
import { photoType } from '../core/photo.ts';
import { sealUrl } from '../core/seal.ts';
import { chosenType } from '../http/accept.ts';
import { LIMITS, readJson, STEP_BODY } from '../http/body.ts';
import { type AppEnv, allow, factory } from '../http/context.ts';
import { acceptApproval } from '../service/approve.ts';
import { openZip } from '../service/batch-archive.ts';
import type { Caller } from '../service/caller.ts';
import { CALL_SECONDS, issueBatch } from '../service/issue.ts';
import { directoryOf } from '../service/on-file.ts';
import { batchView, openBatch, type RowSecret, rowPlace } from '../service/open-batch.ts';
import { readPhoto } from '../service/photo-packs.ts';
import { requireNotice } from '../service/procedure/batch-return.ts';
import { takeStep } from '../service/procedure/take-step.ts';
import { requireReach } from '../service/reach.ts';
import type { Service } from '../service/service.ts';
import { submitBatch } from '../service/upload.ts';
import { type BatchRow, selectBatch, selectBatchesOf, selectHeld, selectRows } from '../storage/batch-store.ts';
import { selectBatchCertificates } from '../storage/certificate-store.ts';
import { countSigned, selectOrder } from '../storage/numbering.ts';
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

const progressOf = async (service: Service, batch: BatchRow) =>
  batchView(service, batch, batch.state === 'issued' ? batch.count : await countSigned(service.db, batch.id));

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
  .use('/v1/batches/:id/*', allow('organization', 'city', 'province'), async (c, next) => {
    const batch = await selectBatch(c.var.service.db, c.req.param('id') as string);
    if (!batch) throw new Refusal('batch_not_found', 'There is no such batch.');
    await requireReach(c.var.service, c.var.caller, batch.organization);
    await next();
  })
  .get('/v1/batches/:id', async (c) => {
    const { batch } = await openBatch(c.var.service, c.req.param('id'));
    return c.json(await progressOf(c.var.service, batch));
  })
  .get('/v1/batches/:id/rows', async (c) => {
    const { service } = c.var;
    const { batch, filing_token } = await openBatch(service, c.req.param('id'));
    const from = firstPosition(c.req.query('after'));
    const { lines, next } = rowsPage(await selectRows(service.db, batch.id, from, ROWS + 1), ROWS);
    // What others have issued is for the reviewing centres alone.
    const held = c.var.caller.role === 'organization' ? [] : await selectHeld(service.db, batch.id, from, ROWS);
    const numbers = new Map(held.map(({ position, number }) => [position, number]));
    const rows = await Promise.all(
      lines.map(async ({ position, row, facts, sealed }) => {
        const { disclosures, scores } = (await service.vault.openRow(
          rowPlace(batch.id, position),
          sealed,
        )) as RowSecret;
        const number = numbers.get(position);
        return {
          row,
          position,
          ...readFacts(facts),
          disclosures,
          photo: photoDigestOf(disclosures) !== null,
          score_theory: scores[0],
          score_practice: scores[1],
          ...(number === undefined ? {} : { held: number }),
        };
      }),
    );
    return c.json({ id: batch.id, count: batch.count, root: batch.root, filing: filing_token, rows, next });
  })
  .get('/v1/batches/:id/rows/:position/photo', async (c) => {
    const { service } = c.var;
    const none = () => new Refusal('photo_not_found', 'The batch has no such row, or the row has no photo.');
    const [batch, position] = [c.req.param('id'), c.req.param('position')];
    if (!/^\d{1,6}$/.test(position)) throw none();
    const [row] = await selectRows(service.db, batch, Number(position), 1);
    if (row?.position !== Number(position)) throw none();
    const { disclosures } = (await service.vault.openRow(rowPlace(batch, row.position), row.sealed)) as RowSecret;
    const { photo_digest } = readDisclosures(disclosures, readFacts(row.facts).sd).holder;
    if (!photo_digest) throw none();
    const photo = await readPhoto(service, { batch, position: row.position }, photo_digest);
    return c.body(photo, 200, { 'Content-Type': photoType(photo), 'Cache-Control': 'private, no-store' });
  })
  .post('/v1/batches/:id/issue', only('organization'), async (c) => {
    const { service } = c.var;
    const tokens = await readJson(c, LIMITS.statement, ISSUE);
    const id = c.req.param('id');
    const done = await issueBatch(service, id, tokens, service.now() + CALL_SECONDS);
    return c.json({ id, ...done }, done.state === 'issued' ? 200 : 202);
  })
  .get('/v1/batches/:id/certificates', async (c) => {
    const { service } = c.var;
    const { batch } = await openBatch(service, c.req.param('id'));
    const ordered = await selectOrder(service.db, batch.id);
    const { lines, next } = rowsPage(
      await selectBatchCertificates(service.db, batch.id, firstPosition(c.req.query('after')), CERTIFICATES + 1),
      CERTIFICATES,
    );
    const origin = ordered
      ? (await service.memo.open(ordered.approval, 'approval+jwt', (await directoryOf(service)).findCentre)).payload.aud
      : service.config.origin;
    const certificates = await Promise.all(
      lines.map(async ({ number, row, position, credential, seal, sealed, state }) => {
        const { disclosures } = (await service.vault.openRow(rowPlace(batch.id, position), sealed)) as RowSecret;
        return {
          row,
          number,
          state,
          credential: withDisclosures(credential, disclosures),
          seal_url: sealUrl(origin, number, seal),
        };
      }),
    );
    return c.json({ id: batch.id, state: batch.state, count: batch.count, certificates, next });
  })
  .get('/v1/batches/:id/certificates.zip', (c) => certificatesZip(c, c.req.param('id'), stretch(c.req.query())))
  .post('/v1/batches/:id/approvals', centresOnly, async (c) => {
    const { approval } = await readJson(c, LIMITS.statement, APPROVAL);
    const { id, state } = await acceptApproval(c.var.service, c.var.caller, c.req.param('id'), approval);
    return c.json({ id, state }, 201);
  })
  .post('/v1/batches/:id/return', centresOnly, async (c) => {
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
  id: string,
  { from, limit }: { from: number; limit: number },
): Promise<Response> {
  const { service, caller } = c.var;
  const type = chosenType(c, ['application/zip']);
  const { batch } = await openBatch(service, id);
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
