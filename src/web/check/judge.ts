/**
 * Owns what a browser finds out by itself about a bundle, a credential or a QR code: the server's own verification core,
 * under the root thumbprints that came with the page, with the statements that were brought and those of a snapshot.
 * It refuses to call an old status the present one: see statusByLists in life/verify-status.ts.
 */

import { isRefusal } from '../../base/refusal.ts';
import type { Evidence } from '../../core/bundle.ts';
import { credentialKid, splitCredential } from '../../core/credential.ts';
import { type Directory, openCentre, openDirectory } from '../../core/directory.ts';
import type { Brought } from '../../core/file-kind.ts';
import type { Report } from '../../core/report.ts';
import { readSeal, sealKid } from '../../core/seal.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { Memo } from '../../core/statement.ts';
import { openStatusList } from '../../core/status-list.ts';
import { type Verification, verify, verifyUnder } from '../../core/verify.ts';
import { filingsNaming } from '../certificate/check-seal.ts';
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

/** @throws Refusal where it cannot be read at all: `seal_malformed`, `credential_malformed`, `statement_malformed`, … */
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
