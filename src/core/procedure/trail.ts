/**
 * The check of an audit trail: from a certificate back to the plan of its exam, each signed text with who, when and by
 * which key, verified or not. The same for the service, the browser and the command. Nothing is thrown about what is
 * wrong: each entry and each link says so by its code. What was left out (bodies about other people) is `not_checked`,
 * never a pass.
 */

import * as v from 'valibot';
import { encodeUtf8, sha256Short, toBase64url } from '../../base/bytes.ts';
import { isRefusal } from '../../base/refusal.ts';
import { openAnnouncements } from '../calendar.ts';
import { splitCredential } from '../credential.ts';
import type { Directory } from '../directory.ts';
import { type PublicJwk, publicJwk } from '../keys.ts';
import type { Report } from '../report.ts';
import type { Payload } from '../schema.ts';
import { unverified } from '../statement.ts';
import { readHistory } from '../status.ts';
import { verify } from '../verify.ts';
import { verifyCase } from './read-case.ts';
import type { Kind } from './steps.ts';
import type { TrailCase, TrailFile } from './trail-links.ts';
import { type Link, type LinkedCase, linksOf, openSignedStep } from './trail-links.ts';

export interface TrailEntry {
  /** A kind of case, or what the text is. */
  group: Kind | 'certificate' | 'order' | 'approval' | 'filing' | 'client' | 'centre' | 'calendar' | 'status';
  /** The case of a step. */
  about?: string;
  /** Name of the step, the action of an event, or the `typ`. */
  what: string;
  /** Who signed, as the text says. */
  by: string;
  /** When it was signed, and when the register received it; NumericDate. */
  at: number;
  received_at?: number;
  /** The signing key. */
  kid: string;
  /** SHA-256 of what was signed. */
  digest: string;
  token: string;
  result: 'pass' | 'fail';
  code?: string;
  part?: string;
  /** Of steps: whether what was said is at hand and is what was signed. */
  body?: 'same' | 'not_at_hand';
}

export interface TrailReport {
  number: string;
  /** Everything that was at hand holds. */
  holds: boolean;
  /** Nothing was missing, back to the plan. */
  complete: boolean;
  certificate: Report;
  /** From the certificate back. */
  entries: TrailEntry[];
  /** What happened to it afterwards. */
  forward: TrailEntry[];
  links: Link[];
}

interface Claims {
  iss?: string;
  iat?: number;
  step?: string;
  city?: string;
  action?: string;
  cnf?: { jwk?: PublicJwk };
}

/** What a text says of itself, before it is known whether that holds. */
function claimed(group: TrailEntry['group'], what: string, token: string): Omit<TrailEntry, 'result'> {
  const { header, claims } = unverified<Claims>(token);
  const { iss = '', iat = 0 } = claims;
  return {
    group,
    what,
    by: iss,
    at: iat,
    kid: (header.kid as string | undefined) ?? '',
    digest: toBase64url(sha256Short(encodeUtf8(token.split('~')[0] as string))),
    token,
  };
}

const failed = (error: unknown): Pick<TrailEntry, 'result' | 'code' | 'part'> => {
  if (!isRefusal(error)) throw error;
  const { part } = error.facts;
  return { result: 'fail', code: error.code, ...(part === undefined ? {} : { part }) };
};

interface ReadCase extends LinkedCase {
  entries: TrailEntry[];
}

const broughtKeys = ({ steps }: TrailCase): PublicJwk[] =>
  steps.flatMap(({ body }) => {
    const read = v.safeParse(v.object({ key: publicJwk }), body);
    return read.success ? [read.output.key] : [];
  });

/** Verifies one case. A step that does not hold is told as an entry, and those behind it with it. */
async function readCase(one: TrailCase, trail: TrailFile, directory: Directory): Promise<ReadCase> {
  const { about } = one;
  const applicants = broughtKeys(one);
  const outcomes = new Map<number, Pick<TrailEntry, 'result' | 'code' | 'part'> & { digest?: string }>();
  const { kind, steps } = await verifyCase(
    about,
    one.steps,
    (token) => openSignedStep(token, trail.statements, directory, applicants),
    {
      audience: trail.origin,
      partial: true,
      refused: (refusal, at, digest) =>
        outcomes.set(at, { ...failed(refusal), ...(digest === undefined ? {} : { digest }) }),
    },
  );
  const digests = new Map(steps.map(({ given, digest }) => [given, digest]));
  const entries = one.steps.map((step, at): TrailEntry => {
    const { token, body, received_at } = step;
    const entry = { ...claimed(kind, unverified<Claims>(token).claims.step ?? '', token), about, received_at };
    const digest = digests.get(step);
    return digest === undefined
      ? { ...entry, result: 'fail', ...outcomes.get(at) }
      : { ...entry, digest, result: 'pass', body: body === undefined ? 'not_at_hand' : 'same' };
  });
  return { about, kind, entries, steps: steps.map(({ payload, given }) => ({ step: payload, body: given.body })) };
}

const GROUPS: readonly TrailEntry['group'][] = [
  'certificate',
  'order',
  'approval',
  'batch',
  'results',
  'objection',
  'plan',
  'draw',
  'standing',
  'application',
  'device',
  'loss',
  'client',
  'filing',
  'calendar',
  'centre',
];

/** Statements that name keys and bodies, each opened as of its own beginning. */
async function statementEntries(
  { statements, approval }: TrailFile,
  directory: Directory,
  used: readonly string[],
): Promise<TrailEntry[]> {
  const open = async (
    group: TrailEntry['group'],
    typ: 'centre+jwt' | 'filing+jwt' | 'client+jwt' | 'approval+jwt' | 'calendar+jwt',
    token: string,
  ): Promise<TrailEntry> => {
    const entry = claimed(group, typ, token);
    try {
      const statement = await directory.memo.open(
        token,
        typ,
        typ === 'centre+jwt' ? directory.findRoot : directory.findCentre,
      );
      if (typ !== 'centre+jwt') directory.centreAt(statement.kid, statement.payload.iss, statement.payload.iat);
      return { ...entry, digest: statement.digest, result: 'pass' };
    } catch (error) {
      return { ...entry, ...failed(error) };
    }
  };
  const city = unverified<Claims>(approval).claims.city;
  const entries = await Promise.all([
    open('approval', 'approval+jwt', approval),
    ...(city === undefined ? [] : [open('approval', 'approval+jwt', city)]),
    open('client', 'client+jwt', statements.client),
    open('filing', 'filing+jwt', statements.filing),
    ...statements.calendars.map((token) => open('calendar', 'calendar+jwt', token)),
  ]);
  const kids = new Set([...used, ...entries.map(({ kid }) => kid)]);
  // Only those centres' keys that signed something here.
  for (const token of statements.centres) {
    const entry = await open('centre', 'centre+jwt', token);
    const named = unverified<Claims>(token).claims.cnf?.jwk;
    if (named && entry.result === 'pass' && kids.has(await directory.memo.thumbprint(named))) entries.push(entry);
  }
  return entries;
}

/**
 * Checks an audit trail.
 * @param directory opened under the caller's own anchor with the trail's centres and withdrawals
 * @param now NumericDate
 */
export async function checkTrail(trail: TrailFile, directory: Directory, now: number): Promise<TrailReport> {
  const { credential, approval, order, statements, inclusion, events, successor, number } = trail;
  const stored = events.map(({ token, client }) => ({ token, client }));
  const evidence = {
    asked: number,
    credential,
    filing: statements.filing,
    client: statements.client,
    approval,
    order,
    inclusion,
    status: { events: stored, successor },
  };
  const { report, facts, disclosed } = await verify(evidence, directory, now);
  const outcome = (...ids: string[]): Pick<TrailEntry, 'result' | 'code' | 'part'> => {
    const check = report.checks.find(({ id, result }) => ids.includes(id) && result !== 'pass');
    return check
      ? {
          result: 'fail',
          ...(check.code === undefined ? {} : { code: check.code }),
          ...(check.part === undefined ? {} : { part: check.part }),
        }
      : { result: 'pass' };
  };
  const cases: ReadCase[] = [];
  for (const one of trail.cases) cases.push(await readCase(one, trail, directory));
  const steps = cases.flatMap((one) => one.entries);
  const certificate: TrailEntry = {
    ...claimed('certificate', 'vc+sd-jwt', splitCredential(credential).jws),
    by: `org:${number.slice(0, 13)}`,
    at: facts?.issued_at ?? 0,
    ...outcome('number', 'signature', 'filing', 'approval'),
  };
  const ordered: TrailEntry = {
    ...claimed('order', 'issue+jwt', order),
    by: `org:${number.slice(0, 13)}`,
    ...outcome('order'),
  };
  const entries = [
    certificate,
    ordered,
    ...(await statementEntries(
      trail,
      directory,
      steps.map(({ kid }) => kid),
    )),
    ...steps,
  ].sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || b.at - a.at);
  const links = linksOf(
    cases,
    await claimsOf(approval, directory),
    disclosed?.holder ?? {},
    await openAnnouncements(statements.calendars, directory),
  );
  const forward = await forwardOf(trail, directory);
  const status = report.checks.find(({ id }) => id === 'status');
  // A certificate that was revoked by rule is no break in its trail.
  const own = report.checks.every(
    ({ id, result, code }) =>
      result !== 'fail' ||
      (id === 'status' && code !== undefined && ['suspended', 'revoked', 'replaced'].includes(code)),
  );
  return {
    number,
    holds:
      own &&
      [...entries, ...forward].every(({ result }) => result === 'pass') &&
      links.every(({ result }) => result !== 'fail'),
    complete: links.every(({ result }) => result === 'pass') && status?.result !== 'not_checked',
    certificate: report,
    entries,
    forward,
    links,
  };
}

async function claimsOf(approval: string, directory: Directory): Promise<Payload<'approval+jwt'> | undefined> {
  try {
    return (await directory.memo.open(approval, 'approval+jwt', directory.findCentre)).payload;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}

/** Events after the issue, verified as one chain. */
async function forwardOf({ events, statements, number }: TrailFile, directory: Directory): Promise<TrailEntry[]> {
  const entries = events.map(({ token, received_at }): TrailEntry => {
    const { action = '' } = unverified<Claims>(token).claims;
    return {
      ...claimed('status', action, token),
      ...(received_at === undefined ? {} : { received_at }),
      result: 'pass',
    };
  });
  try {
    const filing = (await directory.memo.open(statements.filing, 'filing+jwt', directory.findCentre)).payload;
    const { events: past } = await readHistory(
      events.map(({ token, client }) => ({ token, client })),
      directory,
      filing,
      number,
    );
    past.forEach(({ statement, counts }, at) =>
      Object.assign(entries[at] as TrailEntry, {
        digest: statement.digest,
        ...(counts ? {} : { code: 'does_not_count' }),
      }),
    );
  } catch (error) {
    const why = failed(error);
    return entries.map((entry) => ({ ...entry, ...why }));
  }
  return entries;
}
