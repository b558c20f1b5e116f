/**
 * Owns whose an organization code (机构编码) is: a code belongs to one 统一社会信用代码, from its first filing on. The province
 * alone releases one, by withdrawing its newest filing while nothing lies under it (storage/codes.ts).
 * It refuses to give a code to another (`code_taken`).
 */
import { isRefusal, Refusal } from '../base/refusal.ts';
import type { Filing } from '../core/schema.ts';
import {
  insertHolder,
  selectFirstUsedFiling,
  selectHolder,
  selectHolders,
  selectUsedCodes,
} from '../storage/code-store.ts';
import { selectAbout } from '../storage/statement-store.ts';
import { directoryOf } from './lookup.ts';
import type { Service } from './service.ts';

/** Codes that this province gives to social bodies and to employers (人社鉴发〔2019〕2号). */
export const CODE_PREFIXES = { S: 'S000037', Y: 'Y000037' } as const;
const LAST = 999_999;

/** The claims of a stored filing whose signature holds. */
async function readFiling(service: Service, token: string): Promise<Filing | undefined> {
  try {
    return (await service.memo.open(token, 'filing+jwt', (await directoryOf(service)).findCentre)).payload;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/**
 * The 统一社会信用代码 that holds a code: null for one that was released, undefined for one that nobody ever filed. A code
 * that was filed before holders were written down belongs to whoever first uploaded under it, else to the newest filing.
 */
export async function holderOf(service: Service, organization: string): Promise<string | null | undefined> {
  const known = await selectHolder(service.db, organization);
  if (known !== undefined) return known;
  const used = await selectFirstUsedFiling(service.db, organization);
  const filings = (await selectAbout(service.db, 'filing+jwt', `org:${organization}`)).map(({ token }) => token);
  for (const token of used === undefined ? filings : [used, ...filings]) {
    const filing = await readFiling(service, token);
    if (filing?.sub !== `org:${organization}`) continue;
    await insertHolder(service.db, organization, filing.uscc);
    return selectHolder(service.db, organization);
  }
  return undefined;
}

/** The holders of many codes. */
export async function holdersOf(
  service: Service,
  codes: Iterable<string>,
): Promise<ReadonlyMap<string, string | null | undefined>> {
  const known = await selectHolders(service.db);
  const holders = new Map<string, string | null | undefined>();
  for (const code of codes) holders.set(code, known.has(code) ? known.get(code) : await holderOf(service, code));
  return holders;
}

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
