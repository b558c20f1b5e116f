/** Owns why a batch was returned, as it is stored: sealed and bound to its batch; in plain text only from earlier versions. */

import type { BatchRow } from '../../storage/batch-store.ts';
import type { Service } from '../service.ts';

const placeOf = (batch: string): string => `batch:${batch}:returned`;

export const sealReason = (service: Service, batch: string, reason: string): Promise<string> =>
  service.vault.sealRow(placeOf(batch), reason);

/** Null for a batch that was not returned. @throws Refusal `ciphertext_wrong` */
export async function reasonOf(
  service: Service,
  { id, returned_sealed, returned_reason }: Pick<BatchRow, 'id' | 'returned_sealed' | 'returned_reason'>,
): Promise<string | null> {
  return returned_sealed === null
    ? returned_reason
    : ((await service.vault.openRow(placeOf(id), returned_sealed)) as string);
}
