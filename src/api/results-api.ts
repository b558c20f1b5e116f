/** From published results to their batch; and the empty tables of rosters and results that are filled in before. */
import { sha256, toBase64url } from '../base/bytes.ts';
import { Refusal } from '../base/refusal.ts';
import { TEMPLATES, type TemplateName, template } from '../core/procedure/roster-tables.ts';
import { XLSX_TYPE } from '../core/rows/row-file.ts';
import { photosOfArchive } from '../core/rows/row-photos.ts';
import { NoPhotos, ResultsBatch } from '../core/shapes/procedure-shapes.ts';
import { LIMITS, parseJson, readBytes, readShape, requireType } from '../http/body.ts';
import { factory } from '../http/context.ts';
import { BINARY, json, operation, TEXT } from '../http/operation.ts';
import { makeBatch } from '../service/procedure/result-steps.ts';
import { OF_ARCHIVES } from './operation-parts.ts';

const ZIP_TYPE = 'application/zip';

const TYPES = { csv: 'text/csv; charset=utf-8', xlsx: XLSX_TYPE } as const;

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
      body: { 'application/zip': { schema: BINARY }, ...json(NoPhotos, {}) },
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
      const type = requireType(c, [ZIP_TYPE, 'application/json']);
      const zipped = type === ZIP_TYPE;
      const bytes = await (zipped
        ? readBytes(c, LIMITS.photos, 'Make the photos smaller: one inch is 295 × 413 pixels.')
        : readBytes(c, LIMITS.small));
      if (!zipped) readShape(parseJson(bytes), NoPhotos);
      const photos = zipped
        ? { given: photosOfArchive(bytes), digest: toBase64url(await sha256(bytes)) }
        : { given: [], digest: '' };
      const { batch, fresh } = await makeBatch(c.var.service, c.var.caller, c.req.param('about'), photos);
      const { id, count, root, state, results } = batch;
      return c.json({ id, count, root, state, results }, fresh ? 201 : 200, { Location: `/v1/batches/${id}` });
    },
  )
  .get(
    '/v1/templates/:template',
    operation({
      tag: '公开数据',
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
