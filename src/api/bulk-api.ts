/**
 * Owns the routes of checking lists: the check itself, open to anyone for short lists and to a bulk key for long ones, and the
 * keys, which centres give and end. The answer is streamed; when it breaks off there is no receipt, and so it cannot pass for whole.
 * It refuses lists that are too long, before anything is looked up, and every row counts: against the caller's brake, or the key's day.
 */
import type { Context } from 'hono';
import * as v from 'valibot';
import { toTimestamp } from '../base/day.ts';
import { countRows, KEYED_ROWS, LARGEST_QUOTA, NDJSON_TYPES, OPEN_ROWS } from '../core/bulk-list.ts';
import { chosenType } from '../http/accept.ts';
import { LIMITS, readBytes, readJson, requireType } from '../http/body.ts';
import { type AppEnv, allow, factory } from '../http/context.ts';
import { announce, spend } from '../http/rate-limit.ts';
import { answerBulk } from '../service/bulk-check.ts';
import { endBulkKey, listBulkKeys, makeBulkKey, readBulkKey, spendRows } from '../service/bulk-keys.ts';
import type { BulkKeyRow } from '../storage/bulk-key-store.ts';

const ASKED = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100), v.regex(/^[^\p{C}<>]+$/u)),
  quota_per_day: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST_QUOTA))),
  expires_on: v.string(),
});

const centres = allow('city', 'province');

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
  announce(c, 'lookup');
  // Before the key is looked up: wrong keys are braked as well.
  await spend(c, 'lookup');
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
  .post('/v1/verify/bulk', checkList)
  .post('/v1/bulk-keys', centres, async (c) => {
    const { key, ...row } = await makeBulkKey(c.var.service, c.var.caller, await readJson(c, LIMITS.small, ASKED));
    return c.json({ ...shown(row), key }, 201);
  })
  .get('/v1/bulk-keys', centres, async (c) => {
    const keys = await listBulkKeys(c.var.service, c.var.caller);
    return c.json({ keys: keys.map(({ used_today, ...row }) => ({ ...shown(row), used_today })) });
  })
  .delete('/v1/bulk-keys/:key', centres, async (c) =>
    c.json(shown(await endBulkKey(c.var.service, c.var.caller, c.req.param('key')))),
  );
