/**
 * How the command verifies: what can be checked under the root that the caller named is checked on this machine, by the
 * Worker's own verification; what the public interface does not give (approval and order of a bare number) is the
 * service's word and marked so. The status comes from signed status lists, fetched or kept from before.
 */

import { readFileSync } from 'node:fs';
import { isRefusal } from '../base/refusal.ts';
import type { Evidence } from '../core/bundle.ts';
import {
  type CredentialFacts,
  credentialKid,
  STATUS_PURPOSES,
  splitCredential,
  withDisclosures,
} from '../core/credential.ts';
import { type Directory, openDirectory } from '../core/directory.ts';
import { type Check, type Report, type Verdict, verdictOf, withoutSeal } from '../core/report.ts';
import { readSeal, sealKid } from '../core/seal.ts';
import { readSnapshot, type Snapshot, takeSnapshot } from '../core/snapshot.ts';
import { Memo, unverified } from '../core/statement.ts';
import { openStatusList, type StatusList } from '../core/status-list.ts';
import { type Verification, verify, verifyUnder } from '../core/verify.ts';
import { CallError, type Caller, FOREIGN } from '../sdk/call.ts';
import type { TrustFile } from '../sdk/file-organization.ts';
import { now } from '../sdk/sign.ts';
import { claimedNumber, type Subject } from './subjects.ts';
import { Failure } from './talk.ts';

/** Who checked: this machine, or the service whose word it is. */
type By = 'here' | 'service';
export type SignedCheck = Check & { by?: By };

export interface Examination extends Omit<Report, 'checks' | 'credential'> {
  number: string | undefined;
  checks: SignedCheck[];
  /** What the reader should know besides. */
  notes: ('root_not_presented' | 'not_in_register' | 'service_disagrees')[];
}

export interface Circumstances {
  /** Thumbprints that the caller trusts. */
  roots: readonly string[];
  /** Undefined offline. */
  service: Caller | undefined;
  /** From --trust, or fetched. */
  trust: TrustFile | undefined;
}

/**
 * The filings that name the key, newest first, else the newest of all, so that the answer says why; an unverified
 * choice of what is then verified.
 */
function filingsNaming(trust: TrustFile | undefined, names: (kid: string) => boolean): string[] {
  const holds = (token: string) => {
    try {
      return unverified<{ issuing_jwks: { keys: { kid: string }[] } }>(token).claims.issuing_jwks.keys.some(({ kid }) =>
        names(kid),
      );
    } catch {
      return false;
    }
  };
  const all = trust?.filings ?? [];
  const naming = all.filter(holds).reverse();
  return naming.length > 0 ? naming : all.slice(-1);
}

export class Examiner {
  readonly #at: Circumstances;
  readonly #memo = new Memo();
  readonly #lists = new Map<string, Promise<StatusList | undefined>>();
  #kept: Promise<StatusList[]> | undefined;

  constructor(at: Circumstances) {
    this.#at = at;
  }

  async examine(subject: Subject): Promise<Examination> {
    if (subject.kind === 'broken') {
      const { code, part } = subject;
      return {
        number: undefined,
        verdict: 'invalid',
        checks: [{ id: 'signature', result: 'fail', code, part, by: 'here' }],
        certificate: null,
        notes: [],
        checked_at: new Date().toISOString(),
      };
    }
    const number = claimedNumber(subject);
    const answer = await this.#ask(subject, this.#isForeign(subject) ? undefined : number);
    const { evidence: gathered, filings, centres, presented, withdrawals } = this.#gather(subject, answer.report);
    const directory = await openDirectory(
      { thumbprints: this.#at.roots, roots: presented },
      centres,
      this.#memo,
      withdrawals,
    );
    const { found, evidence } = await verifyUnder(filings, gathered, directory, now());
    let here = found;
    if (here.facts)
      here = await verify({ ...evidence, lists: await this.#listsFor(here.facts, directory) }, directory, now());
    const merged = this.#merge(
      number,
      here,
      answer,
      presented.length === 0 || (await this.#isUnderRoot(subject, here, directory)),
    );
    return subject.kind === 'url' && subject.unread ? withoutSeal(merged) : merged;
  }

  /** The address of another website, of which this service has nothing to say. */
  #isForeign(subject: Subject): boolean {
    return subject.kind === 'url' && this.#at.trust?.hosts.includes(subject.host) === false;
  }

  /**
   * What the service says. Disclosures stay on this machine.
   * @throws CallError `certificate_not_found` of a bare number, of which nothing else can be checked
   */
  async #ask(subject: Subject, number: string | undefined): Promise<{ report: Report | undefined; missing: boolean }> {
    const { service } = this.#at;
    if (!service || number === undefined) return { report: undefined, missing: false };
    try {
      const report =
        subject.kind === 'credential'
          ? await service.post<Report>('/v1/verify', {
              credential: withDisclosures(splitCredential(subject.credential).jws, []),
            })
          : await service.get<Report>(`/v1/certificates/${encodeURIComponent(number)}`);
      return { report, missing: false };
    } catch (error) {
      if (error instanceof CallError && error.problem.code === 'certificate_not_found') {
        if (subject.kind === 'number' || (subject.kind === 'url' && subject.digits === undefined)) throw error;
        return { report: undefined, missing: true };
      }
      // The number is malformed or the credential unreadable: the check here says so better.
      if (error instanceof CallError && error.problem.status === 400 && error.problem.code !== FOREIGN)
        return { report: undefined, missing: false };
      if (isRefusal(error)) return { report: undefined, missing: false };
      throw error;
    }
  }

  #gather(
    subject: Exclude<Subject, { kind: 'broken' }>,
    answer: Report | undefined,
  ): {
    evidence: Evidence;
    filings: string[];
    centres: string[];
    presented: TrustFile['roots'];
    withdrawals: string[];
  } {
    const { trust } = this.#at;
    const centres = trust?.centres ?? [];
    const roots = trust?.roots ?? [];
    const withdrawals = trust?.withdrawals ?? [];
    if (subject.kind === 'bundle') {
      const { evidence, bundle, centres: given, withdrawals: known } = subject.opened;
      return {
        evidence,
        filings: [],
        centres: [...given, ...centres],
        presented: [...bundle.roots, ...roots],
        withdrawals: [...known, ...withdrawals],
      };
    }
    const credential = subject.kind === 'credential' ? subject.credential : answer?.credential;
    const seal =
      subject.kind === 'credential'
        ? subject.seal
        : subject.kind === 'url' && subject.digits !== undefined
          ? { number: subject.number, digits: subject.digits }
          : undefined;
    const filings = credential === undefined && !seal ? [] : filingsNaming(trust, namesKeyOf(credential, seal));
    const evidence: Evidence = {
      ...(subject.kind === 'credential' ? {} : { asked: subject.number }),
      ...(subject.kind === 'url' && trust ? { host_known: !this.#isForeign(subject) } : {}),
      ...(credential === undefined ? {} : { credential }),
      ...(seal ? { seal } : {}),
    };
    return { evidence, filings, centres, presented: roots, withdrawals };
  }

  /** Whether a trusted root was at hand; where a key is unknown, among those that the bundle itself names. */
  async #isUnderRoot(subject: Subject, { report }: Verification, directory: Directory): Promise<boolean> {
    const roots = subject.kind === 'bundle' ? subject.opened.bundle.roots : [];
    if (roots.length === 0 || !report.checks.some(({ code }) => code === 'key_unknown')) return directory.anchored;
    const thumbprints = await Promise.all(roots.map((root) => this.#memo.thumbprint(root)));
    return thumbprints.some((one) => this.#at.roots.includes(one));
  }

  /** The lists of a certificate: fetched, else kept. */
  async #listsFor({ status: { list } }: CredentialFacts, directory: Directory): Promise<StatusList[]> {
    const fetched = await Promise.all(
      STATUS_PURPOSES.map((purpose) => {
        const name = `${purpose}-${list}`;
        if (!this.#lists.has(name)) this.#lists.set(name, this.#list(name, directory));
        return this.#lists.get(name);
      }),
    );
    this.#kept ??= this.#open(this.#at.trust?.status_lists ?? [], directory);
    return [...fetched.filter((one) => one !== undefined), ...(await this.#kept)];
  }

  async #open(tokens: readonly string[], directory: Directory): Promise<StatusList[]> {
    const services = this.#at.trust?.services ?? [];
    const opened = await Promise.all(tokens.map((token) => openStatusList(token, services, directory)));
    return opened.filter((one) => one !== undefined);
  }

  async #list(name: string, directory: Directory): Promise<StatusList | undefined> {
    const { service } = this.#at;
    if (!service) return undefined;
    try {
      const token = (await (await service.take('GET', `/v1/status/${name}`)).text()).trim();
      return (await this.#open([token], directory))[0];
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return undefined;
    }
  }

  #merge(
    number: string | undefined,
    here: Verification,
    { report: said, missing }: { report: Report | undefined; missing: boolean },
    rooted: boolean,
  ): Examination {
    const { report } = here;
    const failed = report.checks.some(({ id, result }) => result === 'fail' && id !== 'status');
    const notes: Examination['notes'] = [
      ...(rooted ? [] : ['root_not_presented' as const]),
      ...(missing ? ['not_in_register' as const] : []),
    ];
    const checks = report.checks.map((check): SignedCheck => {
      const theirs = said?.checks.find(({ id }) => id === check.id);
      if (check.id === 'status' && !failed) return statusOf(check, theirs, missing);
      // Once something failed here, the service's word adds nothing.
      if (
        failed ||
        check.result !== 'not_checked' ||
        !theirs ||
        theirs.result === 'not_checked' ||
        theirs.result === 'not_reached'
      )
        return { ...check, by: 'here' };
      return { ...theirs, by: 'service' };
    });
    // Signatures hold here and the register contradicts itself there: that is not this certificate's fault, nor its
    // proof.
    if (said?.verdict === 'invalid' && !failed && checks.every(({ result }) => result !== 'fail')) {
      notes.push('service_disagrees');
      const at = checks.findIndex(({ id }) => id === 'status');
      checks[at] = { id: 'status', result: 'not_checked', code: 'service_disagrees', by: 'service' };
    }
    const verdict: Verdict = verdictOf(checks);
    const fate = failed ? undefined : said?.status;
    const next = failed ? undefined : said?.replaced_by;
    return {
      number: number ?? report.certificate?.number,
      verdict,
      checks,
      certificate: report.certificate,
      notes,
      ...(fate ? { status: fate } : {}),
      ...(next === undefined ? {} : { replaced_by: next }),
      ...(report.copy ? { copy: report.copy } : {}),
      checked_at: report.checked_at,
    };
  }
}

/**
 * The worse of what the signed lists and the service say; the service knows a replaced certificate from a revoked one.
 */
function statusOf(here: Check, theirs: Check | undefined, missing: boolean): SignedCheck {
  if (here.result === 'fail')
    return {
      ...here,
      ...(here.code === 'revoked' && theirs?.code === 'replaced' ? { code: 'replaced' } : {}),
      by: 'here',
    };
  if (missing) return { id: 'status', result: 'not_checked', code: 'certificate_not_found', by: 'service' };
  if (theirs?.result === 'fail') return { ...theirs, by: 'service' };
  if (here.result === 'pass' || !theirs || theirs.result !== 'pass') return { ...here, by: 'here' };
  return { ...theirs, by: 'service' };
}

/** Whether a kid is the one that signed; what cannot be read names none, and the check itself says why. */
function namesKeyOf(
  credential: string | undefined,
  seal: { number: string; digits: string } | undefined,
): (kid: string) => boolean {
  try {
    if (credential !== undefined) {
      const wanted = credentialKid(splitCredential(credential).jws);
      return (kid) => kid === wanted;
    }
    if (seal) {
      const wanted = sealKid(readSeal(seal.number, seal.digits).facts);
      return (kid) => kid.split('#')[1] === wanted;
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return () => false;
}

/** @throws Failure when the service gives no trust list */
export async function fetchSnapshot(service: Caller): Promise<Snapshot> {
  const ask = async (path: string): Promise<string | undefined> => {
    try {
      return await (await service.take('GET', path)).text();
    } catch (error) {
      if (error instanceof CallError && error.problem.status === 404 && error.problem.code !== FOREIGN)
        return undefined;
      throw error;
    }
  };
  const taken = readSnapshot(await takeSnapshot(ask, Number.POSITIVE_INFINITY, now()));
  if (!taken)
    throw new Failure(1, `${service.origin} 没有给出信任列表`, 'the service gives no trust list', 'trust_missing');
  return taken;
}

/** A file of `luzheng trust`, or a plain trust.json. @throws Failure when it is neither */
export function readSnapshotFile(path: string): Snapshot {
  let kept: Snapshot | undefined;
  try {
    kept = readSnapshot(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (kept === undefined) throw new Failure(2, `${path} 不是 trust.json`, 'it is not a trust.json', 'unreadable');
  return kept;
}
