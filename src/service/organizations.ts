/**
 * What the public may read of filings (备案): which organizations may issue what, filed by whom, since when and until
 * when. Every line comes from a filing whose signature and signer hold; one that ended is shown as such.
 */
import { shanghaiDay } from '../base/day.ts';
import { isRefusal } from '../base/refusal.ts';
import type { Directory } from '../core/directory.ts';
import { codeOf, openFiling, standingFiling } from '../core/filing.ts';
import { normalizeNumber } from '../core/number.ts';
import type { Filing } from '../core/schema.ts';
import type { FILING_STATES } from '../core/shapes/procedure-shapes.ts';
import { endOf } from '../core/withdrawal.ts';
import { selectAbout, selectFilings } from '../storage/statement-store.ts';
import { directoryOf, holderOf, holdersOf } from './on-file.ts';
import type { Service } from './service.ts';

/**
 * `lapsed`: the centre's key that signed it has run out or was withdrawn. `replaced`: a later filing counts in its
 * place.
 */
type FilingState = (typeof FILING_STATES)[number];

interface FilingWithdrawal {
  since: number;
  by: string;
  reason: string | null;
}

export interface Filed {
  code: string;
  filing: Filing;
  /** The signed text. */
  token: string;
  state: FilingState;
  /** Who withdrew it, from when on (NumericDate) and why, as the withdrawal says. */
  withdrawal: FilingWithdrawal | undefined;
  /** First and last day, Asia/Shanghai, `YYYY-MM-DD`. */
  from: string;
  until: string;
}

const holds = async (work: Promise<unknown>): Promise<boolean> => {
  try {
    await work;
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
};

/** What a filing is that is not the one which counts. */
async function stateOf(token: string, filing: Filing, directory: Directory, now: number): Promise<FilingState> {
  if (await holds(openFiling(token, directory, now))) return 'replaced';
  if ((filing.nbf ?? filing.iat) > now) return 'not_yet';
  if (directory.withdrawals.endOfStatement(filing) <= now) return 'withdrawn';
  return filing.exp <= now ? 'expired' : 'lapsed';
}

/**
 * Opens a filing as of the day it began; undefined for one that never held.
 * @param known its state, if it is the one that counts
 */
async function readFiling(
  service: Service,
  directory: Directory,
  token: string,
  known: FilingState | undefined,
): Promise<Filed | undefined> {
  const { memo } = service;
  let filing: Filing;
  try {
    filing = (await memo.open(token, 'filing+jwt', directory.findCentre)).payload;
    // Withdrawals aside: one that was ended is shown as such.
    await openFiling(token, directory, Math.max(filing.iat, filing.nbf ?? filing.iat), 0);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  const from = shanghaiDay(filing.nbf ?? filing.iat);
  const ended = directory.withdrawals.ofStatement(filing);
  const withdrawal = ended && { since: endOf(ended), by: ended.iss, reason: ended.reason ?? null };
  return {
    code: codeOf(filing.sub),
    filing,
    token,
    state: known ?? (await stateOf(token, filing, directory, service.now())),
    withdrawal,
    from,
    until: shanghaiDay(filing.exp - 1),
  };
}

/**
 * The filings of one organization: first the one that decides what calls are answered (standingFiling), be it in force
 * or withdrawn, then the others, the newest first.
 */
async function orderFilings(
  service: Service,
  directory: Directory,
  code: string,
  tokens: readonly string[],
  holder: string | null | undefined,
): Promise<Filed[]> {
  const standing = await standingFiling(tokens, directory, service.now(), `org:${code}`, holder);
  const state: FilingState | undefined =
    standing &&
    ('filing' in standing ? 'in_force' : standing.refusal.code === 'filing_withdrawn' ? 'withdrawn' : 'lapsed');
  const filed: Filed[] = [];
  for (const [place, token] of tokens.entries()) {
    const counts = place === standing?.place;
    const read = await readFiling(service, directory, token, counts ? state : undefined);
    if (read?.code !== code) continue;
    if (counts) filed.unshift(read);
    else filed.push(read);
  }
  return filed;
}

/** Every organization that was ever filed, with the filing that says most about it now, in the order of their codes. */
export async function listOrganizations(service: Service): Promise<Filed[]> {
  const directory = await directoryOf(service);
  const byCode = new Map<string, string[]>();
  for (const { sub, token } of await selectFilings(service.db))
    byCode.set(codeOf(sub), [...(byCode.get(codeOf(sub)) ?? []), token]);
  const holders = await holdersOf(service, byCode.keys());
  const list: Filed[] = [];
  for (const [code, tokens] of byCode) {
    const [filed] = await orderFilings(service, directory, code, tokens, holders.get(code));
    if (filed) list.push(filed);
  }
  return list.sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** What organizations are called, as they were filed last, by code. */
export const organizationNames = async (service: Service): Promise<ReadonlyMap<string, string>> =>
  new Map((await listOrganizations(service)).map(({ code, filing }) => [code, filing.name]));

/** Whether name, code or an occupation has the words asked for. */
export function matchesOrganization({ code, filing }: Filed, query: string): boolean {
  const asked = normalizeNumber(query);
  return (
    asked === '' ||
    [code, filing.name, filing.uscc, ...filing.scope.flatMap((one) => [one.code, one.name, ...one.jobs])].some((text) =>
      normalizeNumber(text).includes(asked),
    )
  );
}

/** All filings of one organization, the one that counts first; none for one that nobody filed. */
export async function filingsOf(service: Service, code: string): Promise<Filed[]> {
  const tokens = (await selectAbout(service.db, 'filing+jwt', `org:${code}`)).map(({ token }) => token);
  return orderFilings(service, await directoryOf(service), code, tokens, await holderOf(service, code));
}
