/**
 * What a browser finds out by itself about a bundle, a credential or a QR code: the server's own verification core
 * under the root thumbprints that came with the page. An online page trusts its host all the same: host and keys
 * could lie together, which only an offline check under a thumbprint from elsewhere excludes.
 */
import { dayNumber } from '../../base/day.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { Evidence } from '../../core/bundle.ts';
import { credentialKid, splitCredential } from '../../core/credential.ts';
import { type Directory, openCentre, openDirectory } from '../../core/directory.ts';
import type { Brought } from '../../core/file-kind.ts';
import type { PublicJwk } from '../../core/keys.ts';
import type { Report } from '../../core/report.ts';
import { readSeal, type SealFacts, sealKid } from '../../core/seal.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { Memo, unverified } from '../../core/statement.ts';
import { openStatusList } from '../../core/status-list.ts';
import { type Verification, verify, verifyUnder } from '../../core/verify.ts';
import type { CentreNames } from '../frame/report-view.tsx';

export type Judged = Brought | { kind: 'seal'; number: string; digits: string };

export interface Ground {
  /** Trusted root thumbprints, from the page. */
  thumbprints: readonly string[];
  snapshot: Snapshot | undefined;
  /** NumericDate. */
  now: number;
}

/** The evidence, and for what brings no filing those that name its key. */
async function evidenceOf(
  judged: Judged,
  snapshot: Snapshot | undefined,
  directory: Directory,
): Promise<{ evidence: Evidence; filings: string[] }> {
  if (judged.kind === 'bundle') return { evidence: judged.opened.evidence, filings: [] };
  const { number, digits } = judged.kind === 'seal' ? judged : { number: undefined, digits: '' };
  const evidence: Evidence =
    judged.kind === 'seal'
      ? { asked: number, seal: { number: judged.number, digits } }
      : { credential: judged.credential, seal: judged.seal };
  const kid =
    judged.kind === 'seal'
      ? sealKid(readSeal(judged.number, digits).facts)
      : (credentialKid(splitCredential(judged.credential).jws).split('#')[1] ?? '');
  const filings = snapshot ? await filingsNaming(kid, snapshot, directory) : [];
  return { evidence, filings: filings.reverse() };
}

/** The lists of the certificate in question; others need not be opened. */
async function listsFor({ facts }: Verification, { status_lists, services }: Snapshot, directory: Directory) {
  if (!facts) return [];
  const opened = await Promise.all(status_lists.map((token) => openStatusList(token, services, directory)));
  return opened.filter((one) => one !== undefined && one.list === facts.status.list) as NonNullable<
    (typeof opened)[number]
  >[];
}

/** What the root calls the centres. */
async function namesOf(centres: readonly string[], directory: Directory): Promise<CentreNames> {
  const names = new Map<string, string>();
  for (const token of centres) {
    try {
      const { payload } = await openCentre(token, directory);
      names.set(payload.sub, payload.name);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return names;
}

export interface Judgement {
  report: Report;
  centres: CentreNames;
}

/**
 * @throws Refusal where it cannot be read at all: `seal_malformed`, `credential_malformed`, `statement_malformed`, …
 */
export async function judge(judged: Judged, { thumbprints, snapshot, now }: Ground): Promise<Judgement> {
  const bundle = judged.kind === 'bundle' ? judged.opened : undefined;
  const roots = [...(bundle?.bundle.roots ?? []), ...(snapshot?.roots ?? [])];
  const centres = [...new Set([...(bundle?.centres ?? []), ...(snapshot?.centres ?? [])])];
  const withdrawals = [...new Set([...(bundle?.withdrawals ?? []), ...(snapshot?.withdrawals ?? [])])];
  const directory = await openDirectory({ thumbprints, roots }, centres, new Memo(), withdrawals);
  const asked = await evidenceOf(judged, snapshot, directory);
  const { found, evidence } = await verifyUnder(asked.filings, asked.evidence, directory, now);
  const { report } =
    snapshot && found.facts
      ? await verify({ ...evidence, lists: await listsFor(found, snapshot, directory) }, directory, now)
      : found;
  return { report, centres: await namesOf(centres, directory) };
}

/** The parts of `/.well-known/trust.json` that a seal needs. */
export interface TrustList {
  roots: PublicJwk[];
  centres: string[];
  filings: string[];
  withdrawals: string[];
}

export interface SealQuestion {
  number: string;
  digits: string;
  /** Trusted root thumbprints, from the page. */
  thumbprints: readonly string[];
  trust: TrustList;
  /** The register's certificate of this number, where the page has one. */
  credential?: string | undefined;
  /** NumericDate. */
  now: number;
}

export type SealAnswer =
  | { state: 'genuine' | 'unlisted'; facts: SealFacts }
  | { state: 'differs'; facts: SealFacts; part: string }
  | { state: 'failed' | 'unknown'; code: string };

const DAY = 86_400;
const SHANGHAI = 8 * 3600;

/** The filings of an organization that name a key. The subject is read first only to skip those of others. */
async function filingsNaming(kid: string, trust: Pick<TrustList, 'filings'>, directory: Directory): Promise<string[]> {
  const found: string[] = [];
  for (const token of trust.filings) {
    try {
      if (unverified(token).claims.sub !== `org:${kid.slice(0, 13)}`) continue;
      const { payload } = await directory.memo.open(token, 'filing+jwt', directory.findCentre);
      if (payload.issuing_jwks.keys.some((key) => key.kid.split('#')[1] === kid)) found.push(token);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return found;
}

/** Checks the digits, then compares them with what the register says. */
export async function checkSeal({
  number,
  digits,
  thumbprints,
  trust,
  credential,
  now,
}: SealQuestion): Promise<SealAnswer> {
  const directory = await openDirectory(
    { thumbprints, roots: trust.roots },
    trust.centres,
    new Memo(),
    trust.withdrawals,
  );
  if (!directory.anchored) return { state: 'unknown', code: 'root_not_at_hand' };
  let facts: SealFacts;
  try {
    ({ facts } = readSeal(number, digits));
  } catch (error) {
    if (isRefusal(error)) return { state: 'failed', code: error.code };
    throw error;
  }
  const filings = await filingsNaming(sealKid(facts), trust, directory);
  // A filing is judged when the certificate was issued: one that ran out since does not undo it.
  const at = Math.min(now, (dayNumber(facts.issued_on) + 1) * DAY - SHANGHAI - 1);
  let code = 'key_unknown';
  for (const filing of filings) {
    const seal = { number, digits };
    const { report } = await verify({ asked: number, seal, filing }, directory, at);
    const failed = report.checks.find((check) => check.result === 'fail');
    if (failed) {
      code = failed.code ?? failed.id;
      continue;
    }
    if (credential === undefined) return { state: 'unlisted', facts };
    const both = await verify({ asked: number, credential, seal, filing }, directory, at);
    const signature = both.report.checks.find((check) => check.id === 'signature');
    if (signature?.result === 'pass') return { state: 'genuine', facts };
    return { state: 'differs', facts, part: signature?.part ?? signature?.code ?? 'credential' };
  }
  return { state: 'failed', code };
}
