/**
 * Who counts in the register now: the centres with all withdrawals, the holder of each organization code, and the
 * filing that is in force. Everything is read from verified statements.
 */
import { Refusal, unlessRefused } from '../base/refusal.ts';
import { type Directory, openCentre, openDirectory } from '../core/directory.ts';
import { codeOf, standingFiling } from '../core/filing.ts';
import { codePrefixes } from '../core/province.ts';
import type { Filing } from '../core/schema.ts';
import {
  insertHolder,
  selectFirstUsedFiling,
  selectHolder,
  selectHolders,
  selectUsedCodes,
} from '../storage/code-store.ts';
import { selectAbout, selectRevision, selectTokens } from '../storage/statement-store.ts';
import type { Service } from './service.ts';

/**
 * The directory of all centres and withdrawals as the register holds them now; opened once for each revision.
 * `revision`: the one that a look-up has just read.
 */
export async function directoryOf(service: Service, revision?: number): Promise<Directory> {
  const current = String(revision ?? (await selectRevision(service.db)));
  return service.directories.once(current, async () => {
    const [centres, withdrawals] = await Promise.all([
      selectTokens(service.db, 'centre+jwt'),
      selectTokens(service.db, 'withdrawal+jwt'),
    ]);
    return openDirectory(anchorOf(service), centres, service.memo, withdrawals);
  });
}

export const anchorOf = (service: Service) => ({
  thumbprints: service.config.trustRoot,
  roots: service.config.rootJwks,
});

/** Names of the centres by `centre:3701`, from their verified statements. */
export async function centreNames(service: Service): Promise<ReadonlyMap<string, string>> {
  const tokens = await selectTokens(service.db, 'centre+jwt');
  const directory = await openDirectory(anchorOf(service), tokens, service.memo);
  const names = new Map<string, string>();
  for (const token of tokens) {
    const statement = await unlessRefused(openCentre(token, directory));
    if (statement) names.set(statement.payload.sub, statement.payload.name);
  }
  return names;
}

/**
 * The 统一社会信用代码 that holds a code: null for one that was released, undefined for one that nobody ever filed. A code that
 * was filed before holders were written down belongs to whoever first uploaded under it, else to the newest filing.
 */
export async function holderOf(service: Service, organization: string): Promise<string | null | undefined> {
  const known = await selectHolder(service.db, organization);
  if (known !== undefined) return known;
  const used = await selectFirstUsedFiling(service.db, organization);
  const filings = (await selectAbout(service.db, 'filing+jwt', `org:${organization}`)).map(({ token }) => token);
  const { findCentre } = await directoryOf(service);
  for (const token of used === undefined ? filings : [used, ...filings]) {
    const statement = await unlessRefused(service.memo.open(token, 'filing+jwt', findCentre));
    if (statement?.payload.sub !== `org:${organization}`) continue;
    await insertHolder(service.db, organization, statement.payload.uscc);
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

/**
 * The filing in force (standingFiling in core/filing.ts).
 * Refuses `organization_not_filed`, `filing_withdrawn`, `centre_withdrawn`.
 */
export async function currentFiling(
  service: Service,
  directory: Directory,
  organization: string,
): Promise<{ id: number; filing: Filing }> {
  const stored = await selectAbout(service.db, 'filing+jwt', `org:${organization}`);
  const standing = await standingFiling(
    stored.map(({ token }) => token),
    directory,
    service.now(),
    `org:${organization}`,
    await holderOf(service, organization),
  );
  if (!standing)
    throw new Refusal('organization_not_filed', 'The organization has no filing that is in force.', { organization });
  if ('refusal' in standing) throw standing.refusal;
  return { id: (stored[standing.place] as (typeof stored)[number]).id, filing: standing.filing };
}

/** The filings of an organization whose signatures hold, the newest first. */
export async function openFiled(
  service: Service,
  organization: string,
  directory: Directory,
): Promise<{ id: number; filing: Filing }[]> {
  const filed: { id: number; filing: Filing }[] = [];
  for (const { id, token } of await selectAbout(service.db, 'filing+jwt', `org:${organization}`)) {
    const statement = await unlessRefused(service.memo.open(token, 'filing+jwt', directory.findCentre));
    if (statement) filed.push({ id, filing: statement.payload });
  }
  return filed;
}

/** Who filed an organization last, if anyone did. */
export const filedBy = async (
  service: Service,
  organization: string,
  directory?: Directory,
): Promise<string | undefined> =>
  (await openFiled(service, organization, directory ?? (await directoryOf(service))))[0]?.filing.iss;

/** The centre that has filed an organization since, if it is not the one of this filing. */
export async function filedSince(
  service: Service,
  directory: Directory,
  { sub, iss }: Pick<Filing, 'sub' | 'iss'>,
): Promise<string | undefined> {
  const current = await unlessRefused(currentFiling(service, directory, codeOf(sub)));
  return current && current.filing.iss !== iss ? current.filing.iss : undefined;
}

/**
 * Refuses what waits under the filing of a centre after another has filed the organization (`filed_by_other_centre`):
 * no key orders it.
 */
export async function requireSameCentre(service: Service, directory: Directory, filing: Filing): Promise<void> {
  const centre = await filedSince(service, directory, filing);
  if (centre === undefined) return;
  throw new Refusal(
    'filed_by_other_centre',
    `The batch was uploaded under a filing of ${filing.iss}, and ${centre} has filed the organization since, so it can be neither approved nor issued. ${centre} or the province returns it; then the organization uploads it again.`,
    { centre },
  );
}

// Which organization code (机构编码) a body may get: a code belongs to one 统一社会信用代码, from its first filing on. Only the
// province releases one, by withdrawing its newest filing while nothing lies under it (storage/code-store.ts).

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
