/**
 * Routes of checking lists: the check itself, open to anyone for short lists and to a bulk key for long ones, and the
 * keys. The answer is streamed; when it breaks off there is no receipt, and so it cannot pass for whole. Every row
 * counts: against the caller's rate limit, or the key's day.
 */
import type { Context } from 'hono';
import * as v from 'valibot';
import { toTimestamp } from '../base/day.ts';
import { countRows, KEYED_ROWS, NDJSON_TYPES, OPEN_ROWS } from '../core/bulk-list.ts';
import { BulkKey, BulkKeyBody, BulkKeyMade, BulkKeys } from '../core/shapes/batch-shapes.ts';
import { chosenType } from '../http/answers.ts';
import { LIMITS, readBytes, requireType } from '../http/body.ts';
import { type AppEnv, factory } from '../http/context.ts';
import { answer, json, type Media, ok, operation, upTo } from '../http/operation.ts';
import { spend } from '../http/rate-limit.ts';
import { answerBulk, endBulkKey, listBulkKeys, makeBulkKey, readBulkKey, spendRows } from '../service/bulk-check.ts';
import type { BulkKeyRow } from '../storage/limit-store.ts';
import { HOLDER, NUMBER } from './openapi-examples.ts';
import { CENTRES, refTo, statementSchema } from './operation-parts.ts';

/** One JSON value a line, under each of the names of such lists. */
const ndjson = (name: string, example?: string): Media => {
  const schema = v.pipe(v.string(), v.metadata({ contentMediaType: 'application/json', contentSchema: refTo(name) }));
  return Object.fromEntries(
    NDJSON_TYPES.map((type) => [type, { schema, ...(example === undefined ? {} : { example }) }]),
  );
};

const shown = ({ created_at, revoked_at, ...row }: BulkKeyRow) => ({
  ...row,
  created_at: toTimestamp(created_at),
  ...(revoked_at === null ? {} : { revoked_at: toTimestamp(revoked_at) }),
});

/** The answers as they are made: the next stretch is looked up when the one before was taken. */
function streamOf(answers: AsyncGenerator<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await answers.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        console.error(
          JSON.stringify({
            event: 'bulk_broke_off',
            name: error instanceof Error ? error.name : 'unknown',
            message: error instanceof Error ? error.message : '',
          }),
        );
        controller.error(error);
      }
    },
    async cancel() {
      await answers.return(undefined);
    },
  });
}

async function checkList(c: Context<AppEnv>) {
  const { service } = c.var;
  const sent = requireType(c, NDJSON_TYPES);
  const type = chosenType(
    c,
    NDJSON_TYPES.toSorted((a, b) => Number(b === sent) - Number(a === sent)),
  );
  const authorization = c.req.header('authorization');
  const key = authorization === undefined ? undefined : await readBulkKey(service, authorization);
  const request = await readBytes(c, key ? LIMITS.bulk : LIMITS.bulkOpen);
  const rows = countRows(request, key ? KEYED_ROWS : OPEN_ROWS);
  await (key ? spendRows(service, key, rows) : spend(c, 'lookup', rows - 1));
  return c.body(streamOf(answerBulk(service, request, rows, key?.id)), 200, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
  });
}

export const bulkRoutes = factory
  .createApp()
  .post(
    '/v1/verify/bulk',
    operation({
      tag: '查询核验',
      rateLimit: 'lookup',
      summary: '批量核验名单 / check a list',
      description: `每行一个 JSON 对象，按原顺序逐行答复，最后一行是签名回执。任何人一次最多 100 行；持批量密钥（Authorization: Bearer）最多 10,000 行，计入当日额度。回执：#/components/schemas/${statementSchema('receipt+jwt')}。

One JSON object a line, answered line by line in the same order; the last line is a signed receipt. Anyone: at most 100 rows, each counted as a look-up. With a bulk key (Authorization: Bearer): at most 10,000, counted against the key's day.`,
      headers: { Authorization: v.pipe(v.string(), v.regex(/^Bearer lzb_[A-Za-z0-9_-]{43}$/)) },
      body: ndjson('BulkRow', `{"number":"${NUMBER}","name":"${HOLDER.name}"}\n`),
      answers: ok(
        '每行一个 BulkLine；类型按 Accept，否则同所发 / one BulkLine a line; its type by Accept, else that of the request',
        ndjson('BulkLine'),
      ),
      problems: [
        'not_acceptable',
        'bulk_empty',
        'bulk_too_many',
        'bulk_key_unknown',
        'bulk_key_ended',
        'bulk_quota_exceeded',
      ],
    }),
    checkList,
  )
  .post(
    '/v1/bulk-keys',
    operation({
      tag: '鉴定指导中心',
      summary: '发给用人单位一把批量密钥 / give an employer a bulk key',
      description: '密钥只在此答复中出现一次 / the key stands in this answer and nowhere else.',
      roles: CENTRES,
      body: upTo(
        LIMITS.small,
        json(BulkKeyBody, { name: '济南某制造有限公司', quota_per_day: 10_000, expires_on: '2027-11-24' }),
      ),
      answers: { 201: { description: '已生成 / made', content: json(BulkKeyMade) } },
      problems: ['day_malformed', 'bulk_key_expiry_wrong'],
    }),
    async (c) => {
      const { key, ...row } = await makeBulkKey(c.var.service, c.var.caller, c.req.valid('json'));
      return answer(c, { ...shown(row), key }, 201);
    },
  )
  .get(
    '/v1/bulk-keys',
    operation({
      tag: '鉴定指导中心',
      summary: '发出的批量密钥 / bulk keys that were given',
      roles: CENTRES,
      answers: ok('最近 1000 把；省中心可见全部 / the newest 1000; the province sees all', json(BulkKeys)),
    }),
    async (c) => {
      const keys = await listBulkKeys(c.var.service, c.var.caller);
      return answer(c, { keys: keys.map(({ used_today, ...row }) => ({ ...shown(row), used_today })) });
    },
  )
  .delete(
    '/v1/bulk-keys/:key',
    operation({
      tag: '鉴定指导中心',
      summary: '撤销批量密钥，立即生效 / end a bulk key, at once',
      roles: CENTRES,
      answers: ok('已撤销 / ended', json(BulkKey)),
      problems: ['bulk_key_not_found', 'out_of_reach'],
    }),
    async (c) => answer(c, shown(await endBulkKey(c.var.service, c.var.caller, c.req.param('key')))),
  );
