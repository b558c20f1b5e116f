/** What a person typed into a form of the pages, and what is wrong with it, in words beside its field. */
import type { Context } from 'hono';
import { decodeUtf8 } from '../../base/bytes.ts';
import type { Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { LIMITS, readBytes, requireType } from '../../http/body.ts';
import type { AppEnv } from '../../http/context.ts';
import { requireHuman } from '../../http/rate-limit.ts';
import { FAULTS, numberWords } from '../words/page-words.ts';
import type { FieldFaults, FieldName, Typed } from './form.tsx';

/** Longest entry of a form; an address with a seal has up to 900 digits. */
const LONGEST: Record<FieldName, number> = { number: 2000, name: 200, id_number: 200, purpose: 200, expires_on: 20 };
const FIELDS = Object.keys(LONGEST) as FieldName[];

/** Fields of a form as typed; unknown ones are dropped. */
export async function readForm(c: Context<AppEnv>): Promise<Typed & { want?: string }> {
  requireType(c, ['application/x-www-form-urlencoded']);
  const form = new URLSearchParams(decodeUtf8(await readBytes(c, LIMITS.small)));
  await requireHuman(c, form.get('cf-turnstile-response'));
  const typed: Typed & { want?: string } = {};
  for (const name of [...FIELDS, 'want'] as const) {
    const value = form.get(name)?.trim();
    if (value) typed[name] = value;
  }
  return typed;
}

/** Entries that are too long, and the blank ones among the `needed`. */
export function faultsOf(typed: Typed, needed: readonly FieldName[]): FieldFaults {
  const faults: FieldFaults = {};
  for (const name of FIELDS) {
    if ((typed[name]?.length ?? 0) > LONGEST[name]) faults[name] = FAULTS.too_long as Words;
    else if (needed.includes(name) && typed[name] === undefined) faults[name] = FAULTS[`${name}_missing`] as Words;
  }
  return faults;
}

export const some = (faults: FieldFaults): boolean => Object.keys(faults).length > 0;

/** What is wrong with a number, in words; undefined for refusals about something else. */
export function numberFault(refusal: Refusal): Words | undefined {
  if (refusal.code !== 'number_malformed') return FAULTS[refusal.code];
  return numberWords(refusal.facts.part, refusal.facts.length);
}

/** What is wrong with a name that cannot be compared, in words; undefined for refusals about something else. */
export function nameFault({ code, facts }: Refusal): Words | undefined {
  if (code === 'name_damaged') return FAULTS[code];
  if (code !== 'name_lookalike') return undefined;
  const { found, proper } = facts as { found?: string; proper?: string };
  return {
    zh: `姓名中的 ${found} 是部首或兼容字符，请改用 ${proper}；未作比对`,
    en: `The name has ${found}, a radical or compatibility character; write ${proper}. Nothing was compared`,
  };
}
