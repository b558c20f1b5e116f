/**
 * Which organization code (机构编码) a body may get: a code belongs to one 统一社会信用代码, from its first filing on. Only the
 * province releases one, by withdrawing its newest filing while nothing lies under it (storage/code-store.ts).
 */

import { Refusal } from '../base/refusal.ts';
import { codePrefixes } from '../core/province.ts';
import { selectUsedCodes } from '../storage/code-store.ts';
import { holderOf } from './on-file.ts';
import type { Service } from './service.ts';

/** Codes that this province gives to social bodies and to employers. */
export const CODE_PREFIXES = codePrefixes();

const LAST = 999_999;

/** The next free code of the province: after the last that was used, else the lowest that was not. */
export async function nextCode(service: Service, letter: keyof typeof CODE_PREFIXES): Promise<string | undefined> {
  const prefix = CODE_PREFIXES[letter];
  const used = new Set((await selectUsedCodes(service.db, prefix)).map((code) => Number(code.slice(prefix.length))));
  let next = Math.max(0, ...used) + 1;
  if (next > LAST) for (next = 1; used.has(next); next++);
  return next > LAST ? undefined : prefix + String(next).padStart(6, '0');
}

/** That a code belongs to another, with the next free one. */
export async function codeTaken(
  service: Service,
  organization: string,
  holder: string | null | undefined,
): Promise<Refusal> {
  const free = await nextCode(service, organization.startsWith('Y') ? 'Y' : 'S');
  return new Refusal(
    'code_taken',
    `The code ${organization} belongs to another body${holder ? ` (unified social credit code ${holder})` : ''}. Use a free code${free === undefined ? '' : `, for instance ${free}`}; only the province releases a code, by withdrawing its filing while nothing was uploaded or filed under it.`,
    { part: 'organization', organization, ...(free === undefined ? {} : { free }) },
  );
}

/** Refuses to give a code to another than its holder. */
export async function requireHolder(service: Service, organization: string, uscc: string): Promise<void> {
  const holder = await holderOf(service, organization);
  if (holder !== null && holder !== undefined && holder !== uscc) throw await codeTaken(service, organization, holder);
}
