/**
 * The sweep that seals what earlier versions kept in plain text (storage/migrations/0015_sealed.sql, 0011_returned.sql): each row is changed
 * from what was read to its sealed form, or left for the next sweep where somebody changed it meanwhile.
 */

import {
  deleteUnsealed,
  replaceFacts,
  replaceIdempotencyKey,
  replaceName,
  replaceReason,
  selectUnsealed,
  type Unsealed,
} from '../storage/unsealed-rows.ts';
import { attempt } from './attempt.ts';
import { sealName } from './bulk-keys.ts';
import { sealFacts } from './procedure/body-at-rest.ts';
import { sealReason } from './procedure/return-reason.ts';
import type { Service } from './service.ts';
import { idempotencyDigest } from './upload.ts';

/** Rows in one sweep. */
const AT_ONCE = 200;

export async function sweepUnsealed(service: Service): Promise<void> {
  for (const row of await selectUnsealed(service.db, AT_ONCE)) {
    await attempt('unsealed', { kind: row.kind, id: row.id }, async () => {
      await sealOne(service, row);
      await deleteUnsealed(service.db, row.kind, row.id);
    });
  }
}

async function sealOne(service: Service, { kind, id, owner, value }: Unsealed): Promise<void> {
  if (value === null) return;
  if (kind === 'bulk_key') return replaceName(service.db, id, value, await sealName(service, id, value));
  if (kind === 'returned') return replaceReason(service.db, id, value, await sealReason(service, id, value));
  if (kind === 'batch')
    return replaceIdempotencyKey(service.db, id, value, await idempotencyDigest(service, owner, value));
  const { title, name, ...open } = JSON.parse(value) as Record<string, unknown>;
  const secret = { ...(title === undefined ? {} : { title }), ...(name === undefined ? {} : { name }) };
  if (open.sealed !== undefined || Object.keys(secret).length === 0) return;
  await replaceFacts(service.db, id, value, JSON.stringify({ ...open, ...(await sealFacts(service, id, secret)) }));
}
