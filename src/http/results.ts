/**
 * Owns the routes from published results to their batch, and the empty tables to fill in: roster and results, for Excel,
 * WPS and everything else that reads CSV.
 * It refuses bodies that are no archive of photos, and templates that do not exist.
 */
import * as v from 'valibot';
import { sha256, toBase64url } from '../life/bytes.ts';
import { TEMPLATES, type TemplateName, template } from '../life/procedure/templates.ts';
import { Refusal } from '../life/refusal.ts';
import { XLSX_TYPE } from '../life/row-file.ts';
import { photosOfArchive } from '../life/row-photos.ts';
import { makeBatch } from '../procedure/results-batch.ts';
import { LIMITS, parseJson, readBytes, readShape, requireType } from './body.ts';
import { factory } from './env.ts';
import { allow } from './guard.ts';

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
