/**
 * Owns the route of a batch's certificates as one archive: which stretch, what it is called, and that it is whole.
 * It refuses a batch that is not issued to its end, and a stretch that lies outside of it.
 */
import type { Context } from 'hono';
import { counted } from '../life/counted.ts';
import { Refusal } from '../life/refusal.ts';
import { selectOrder } from '../storage/numbering.ts';
import { openBatch } from '../submit.ts';
import { openZip } from '../zip.ts';
import { chosenType } from './accept.ts';
import type { AppEnv } from './env.ts';

/** `b….zip`, or for a part `b….00201-00400.zip`, with places counted from 1 as people do. */
function fileName(batch: string, from: number, to: number, count: number): string {
  const place = (n: number) => String(n).padStart(String(count).length, '0');
  return from === 0 && to === count ? `${batch}.zip` : `${batch}.${place(from + 1)}-${place(to)}.zip`;
}

/** Answers with `limit` certificates of an issued batch, or as many as there are, from position `from`. */
export async function certificatesZip(
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
