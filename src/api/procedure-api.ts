/**
 * Owns the routes of the procedure: one that takes steps, lists of cases and one case whole, attached files, and what a
 * key is known as. What each step asks stands in src/service/procedure/.
 * It refuses what lies outside the caller's reach, and brakes those whom nobody knows yet.
 */

import type { Context } from 'hono';
import * as v from 'valibot';
import { fromBase64url, sha256, toBase64url } from '../base/bytes.ts';
import { shanghaiDay } from '../base/day.ts';
import { readPlace } from '../base/paging.ts';
import { Refusal } from '../base/refusal.ts';
import { TEMPLATES, type TemplateName, template } from '../core/procedure/roster-tables.ts';
import { KINDS, readAbout } from '../core/procedure/steps.ts';
import { ORGANIZATION_CODE } from '../core/province.ts';
import { XLSX_TYPE } from '../core/rows/row-file.ts';
import { photosOfArchive } from '../core/rows/row-photos.ts';
import { LIMITS, parseJson, readBytes, readJson, readShape, requireType, STEP_BODY } from '../http/body.ts';
import { type AppEnv, allow, factory } from '../http/context.ts';
import { announce, senderOf, siteOf, spend } from '../http/rate-limit.ts';
import { admitFile, admitStep, type Sender, SITE_TIMES } from '../service/procedure/applicant-limits.ts';
import { keepFile, readFile } from '../service/procedure/case-files.ts';
import { makeBatch } from '../service/procedure/result-steps.ts';
import { pageCases, viewCase } from '../service/procedure/stored-cases.ts';
import { takeStep } from '../service/procedure/take-step.ts';
import { reachCase } from '../service/reach.ts';
import { selectSteps } from '../storage/case-store.ts';
import { selectNaming } from '../storage/statement-store.ts';

const everybody = allow('applicant', 'organization', 'city', 'province');

/** Cases in one answer. */
const PAGE = 100;

/** A key that nobody has named is anybody's: such calls are counted like searches. */
const brakeApplicants = factory.createMiddleware(async (c, next) => {
  if (c.var.caller.role === 'applicant') {
    announce(c, 'search');
    await spend(c, 'search');
  }
  await next();
});

/** Who sent a call of a key that nobody has named: its network and its site on this day. */
async function strangerOf(c: Context<AppEnv>): Promise<Sender[]> {
  const matter = `stranger|${shanghaiDay(c.var.service.now())}`;
  const [line, site] = [await senderOf(c, matter), await siteOf(c, matter)];
  return [
    ...(line === undefined ? [] : [{ id: line, times: 1 }]),
    ...(site === undefined ? [] : [{ id: site, times: SITE_TIMES }]),
  ];
}

const query = (value: string | undefined, pattern: RegExp, part: string): string | undefined => {
  if (value === undefined || value === '') return undefined;
  if (!pattern.test(value)) throw new Refusal('body_malformed', `The query parameter ${part} is malformed.`, { part });
  return value;
};

export const procedureRoutes = factory
  .createApp()
  .post('/v1/steps', everybody, brakeApplicants, async (c) => {
    const { statement, body } = await readJson(c, LIMITS.step, STEP_BODY);
    if (c.var.caller.role === 'applicant') await admitStep(c.var.service, await strangerOf(c));
    const { fresh, ...answer } = await takeStep(c.var.service, c.var.caller, statement, body);
    return c.json(answer, fresh ? 201 : 200);
  })
  .get('/v1/cases', everybody, async (c) => {
    const kind = query(c.req.query('kind'), new RegExp(`^(${KINDS.join('|')})$`), 'kind');
    const state = query(c.req.query('state'), /^[a-z]{1,20}$/, 'state');
    const organization = query(c.req.query('organization'), ORGANIZATION_CODE, 'organization');
    const parent = query(c.req.query('parent'), /^[a-z]{1,12}:[A-Za-z0-9_-]{8,64}$/, 'parent');
    const before = query(c.req.query('before'), /^\d{1,12}$/, 'before');
    const after = readPlace(c.req.query('after'));
    const { lines, next } = await pageCases(
      c.var.service,
      c.var.caller,
      { kind, state, organization, parent, before: before === undefined ? undefined : Number(before), after },
      PAGE,
    );
    return c.json({ cases: lines, next });
  })
  .get('/v1/cases/:about', everybody, async (c) =>
    c.json(await viewCase(c.var.service, c.var.caller, c.req.param('about'))),
  )
  .post('/v1/files', everybody, brakeApplicants, async (c) => {
    const bytes = await readBytes(c, LIMITS.file);
    const { service, caller } = c.var;
    const senders = caller.role === 'applicant' ? await strangerOf(c) : undefined;
    return c.json(
      await keepFile(service, caller.subject, bytes, senders && ((size) => admitFile(service, senders, size))),
      201,
    );
  })
  .get('/v1/cases/:about/files/:sha256', everybody, async (c) => {
    const { service, caller } = c.var;
    const { about, sha256 } = c.req.param();
    readAbout(about);
    await reachCase(service, caller, about);
    if (fromBase64url(sha256).length !== 32)
      throw new Refusal('file_not_found', 'There is no such file.', { part: 'files' });
    // Whoever signed one of the case's steps may have handed the file in.
    for (const owner of new Set((await selectSteps(service.db, about)).map(({ iss }) => iss))) {
      const found = await readFile(service, owner, sha256).catch((error: unknown) => {
        if (error instanceof Refusal && error.code === 'file_not_found') return undefined;
        throw error;
      });
      if (found)
        return c.body(found.bytes, 200, {
          'Content-Type': found.type,
          'Content-Disposition': 'attachment',
          'Cache-Control': 'private, no-store',
        });
    }
    throw new Refusal('file_not_found', 'There is no such file.', { part: 'files' });
  })
  .get('/v1/me', everybody, async (c) => {
    const { service, caller } = c.var;
    const { role, subject, jkt } = caller;
    // What others say of this key: after enrolment a browser finds its access token here.
    const statements = await selectNaming(service.db, jkt);
    return c.json({ role, subject, jkt, statements });
  });

// Owns the routes from published results to their batch, and the empty tables to fill in: roster and results, for Excel,
// WPS and everything else that reads CSV.
// It refuses bodies that are no archive of photos, and templates that do not exist.

const ZIP_TYPE = 'application/zip';

const TYPES = { csv: 'text/csv; charset=utf-8', xlsx: XLSX_TYPE } as const;

export const resultRoutes = factory
  .createApp()
  .post('/v1/results/:about/batch', allow('organization'), async (c) => {
    const type = requireType(c, [ZIP_TYPE, 'application/json']);
    const zipped = type === ZIP_TYPE;
    const bytes = await (zipped
      ? readBytes(c, LIMITS.photos, 'Make the photos smaller: one inch is 295 × 413 pixels.')
      : readBytes(c, LIMITS.small));
    if (!zipped) readShape(parseJson(bytes), v.strictObject({}));
    const photos = zipped
      ? { given: photosOfArchive(bytes), digest: toBase64url(await sha256(bytes)) }
      : { given: [], digest: '' };
    const { batch, fresh } = await makeBatch(c.var.service, c.var.caller, c.req.param('about'), photos);
    const { id, count, root, state, results } = batch;
    return c.json({ id, count, root, state, results }, fresh ? 201 : 200, { Location: `/v1/batches/${id}` });
  })
  .get('/v1/templates/:template', (c) => {
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
  });
