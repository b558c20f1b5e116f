/**
 * Owns what centres put on file: centres' and the service's keys (by the province's root), organizations'
 * filings and client keys, issuing keys. Each arrives as a signed statement and is stored as its text.
 * It refuses statements that would not verify later, by someone else than the caller, or about an
 * organization that another centre has filed; and filings whose texts could not be printed or sealed.
 */

import { Refusal, unlessRefused } from '../base/refusal.ts';
import { type Directory, openCentre } from '../core/directory.ts';
import { checkClient, codeOf, openClient, openFiling, standingFiling } from '../core/filing.ts';
import { checkUscc } from '../core/identity.ts';
import { parseOrganizationCode } from '../core/number.ts';
import { MAX_TEXT_BYTES, NO_JOB } from '../core/rows/row.ts';
import { nameFlaw } from '../core/rows/row-values.ts';
import type { Filing, PublicJwk } from '../core/schema.ts';
import { checkTimes, claimedType, type Statement, thumbprint } from '../core/statement.ts';
import { requireGlyphs } from '../formats/font/font.ts';
import type { D1PreparedStatement } from '../storage/bindings.ts';
import { prepareMend } from '../storage/certificate-store.ts';
import { guardHolder, guardKeys, isCodeTaken, prepareHoldFiled, selectLastReleasedKey } from '../storage/code-store.ts';
import {
  type Follows,
  insertStatement,
  selectAbout,
  selectIssuingKeys,
  selectStatement,
} from '../storage/statement-store.ts';
import { codeTaken, holderOf, requireHolder } from './codes.ts';
import { listedKeys } from './issuing-keys.ts';
import { directoryOf } from './lookup.ts';
import type { Service } from './service.ts';

/** Who calls: from the access token, proved by DPoP. */
export interface Caller {
  /** `applicant`: a key that nobody has named yet, speaking for itself. */
  role: 'applicant' | 'organization' | 'city' | 'province';
  /** `org:<code>`, `centre:<code>` or `key:<thumbprint>` */
  subject: string;
  jkt: string;
  /** The key that the access token names: it signed the proof, and signs the caller's steps. */
  key: PublicJwk;
  /** The access token, by which the caller is judged again when it writes. */
  token: string;
  /** Row of the client statement, for organizations. */
  client?: number;
}

type StatementClaims = { iss: string; sub: string; jti: string; iat: number; exp: number };

/**
 * Stores an opened statement, with `effects` in the same transaction; the same text again is no error.
 * @param follows of a filing: what the newest one before it must be
 * Refuses `statement_repeated`, `out_of_reach`.
 */
export async function storeStatement(
  service: Service,
  statement: { typ: string; kid: string; token: string },
  claims: StatementClaims,
  jkt: string | null,
  effects: readonly D1PreparedStatement[] = [],
  follows?: Follows,
): Promise<boolean> {
  const { typ, kid: signer, token } = statement;
  const { iss, sub, jti, iat, exp } = claims;
  const fresh = await insertStatement(
    service.db,
    { typ, iss, sub, jti, signer, jkt, iat, exp, token },
    service.now(),
    effects,
    follows,
  );
  const stored = fresh ? undefined : await selectStatement(service.db, iss, jti);
  if (!fresh && !stored) throw filedElsewhere(await filedBy(service, codeOf(sub)));
  if (stored && stored.token !== token) {
    throw new Refusal('statement_repeated', 'This issuer already made another statement with the same jti.', {
      part: `${typ}:jti`,
    });
  }
  return fresh;
}

/** Takes a `centre+jwt` or the `service+jwt`, signed by the province's root. @returns whether it is new */
export async function acceptRootStatement(service: Service, token: string): Promise<{ jti: string; fresh: boolean }> {
  const directory = await directoryOf(service);
  if (claimedType(token) === 'service+jwt') {
    const statement = await service.memo.open(token, 'service+jwt', directory.findRoot);
    checkTimes('service+jwt', statement.payload, service.now());
    const jkt = await thumbprint(statement.payload.cnf.jwk);
    directory.requireWorkingKey(jkt, 'service+jwt:cnf');
    directory.withdrawals.require('service_withdrawn', 'service+jwt', service.now(), statement.payload, {
      kid: jkt,
      iss: statement.payload.iss,
    });
    if (jkt !== (await thumbprint((await service.vault.service()).public))) {
      throw new Refusal(
        'service_key_unknown',
        'The statement names another key than the one this service signs with.',
        { part: 'service+jwt:cnf' },
      );
    }
    const { sub = 'service', ...claims } = statement.payload;
    return { jti: claims.jti, fresh: await storeStatement(service, statement, { ...claims, sub }, jkt) };
  }
  const statement = await openCentre(token, directory);
  checkTimes('centre+jwt', statement.payload, service.now());
  const { payload } = statement;
  const jkt = await thumbprint(payload.cnf.jwk);
  directory.requireCentre(payload, jkt, service.now());
  await service.memo.key(payload.cnf.jwk); // refuses points that are not on the curve
  // A key that is named anew, after its statement was withdrawn, may have signed events that count again: the sweep sees to them.
  const again =
    directory.withdrawals.all.length > 0 &&
    directory.findCentre(jkt) !== undefined &&
    !(await selectStatement(service.db, payload.iss, payload.jti));
  const effects = again ? [prepareMend(service.db, 0, payload, token)] : [];
  return { jti: payload.jti, fresh: await storeStatement(service, statement, payload, jkt, effects) };
}

/**
 * The filing in force (life/authority.ts, standingFiling).
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
async function openFiled(service: Service, organization: string): Promise<{ id: number; filing: Filing }[]> {
  const directory = await directoryOf(service);
  const filed: { id: number; filing: Filing }[] = [];
  for (const { id, token } of await selectAbout(service.db, 'filing+jwt', `org:${organization}`)) {
    const statement = await unlessRefused(service.memo.open(token, 'filing+jwt', directory.findCentre));
    if (statement) filed.push({ id, filing: statement.payload });
  }
  return filed;
}

/** Who filed an organization last, if anyone did. */
export const filedBy = async (service: Service, organization: string): Promise<string | undefined> =>
  (await openFiled(service, organization))[0]?.filing.iss;

/** An organization reaches itself, a city what it filed, the province everything. Refuses `out_of_reach`. */
export async function requireReach(
  service: Service,
  caller: Pick<Caller, 'role' | 'subject'>,
  organization: string,
): Promise<void> {
  if (caller.role === 'province' || (caller.role === 'organization' && caller.subject === `org:${organization}`))
    return;
  const by = caller.role === 'city' ? await filedBy(service, organization) : undefined;
  if (by === undefined) throw new Refusal('out_of_reach', 'This belongs to an organization outside your reach.');
  if (by !== caller.subject) throw filedElsewhere(by);
}

/**
 * A centre may begin with an organization that nobody filed yet or whose code was released, and go on with its own. Where
 * another filed it since and that filing was withdrawn, whoever filed the code for its holder before takes it up again.
 * @returns what the next filing must follow when it is stored; undefined: anything
 */
async function requireOwnOrNew(service: Service, caller: Caller, organization: string): Promise<Follows | undefined> {
  if (caller.role === 'province') return undefined;
  const centre = caller.subject;
  const holder = await holderOf(service, organization);
  if (holder === null)
    return { centre, after: (await selectAbout(service.db, 'filing+jwt', `org:${organization}`))[0]?.id };
  const [newest, ...older] = await openFiled(service, organization);
  if (!newest || newest.filing.iss === centre) return { centre };
  const { withdrawals } = await directoryOf(service);
  const ended = withdrawals.endOfStatement(newest.filing) <= service.now();
  if (ended && older.some(({ filing: { iss, uscc } }) => iss === centre && uscc === holder))
    return { centre, after: newest.id };
  throw filedElsewhere(newest.filing.iss);
}

/** @param centre `centre:3702`: who has filed it, which the list of organizations says to everybody */
const filedElsewhere = (centre: string | undefined) =>
  new Refusal(
    'out_of_reach',
    `Another centre${centre === undefined ? '' : `, ${centre},`} has filed this organization: that centre or the province does what is to be done, and returns batches that were uploaded before; the organization uploads those again.`,
    centre === undefined ? {} : { centre },
  );

/** The centre that has filed an organization since, if it is not the one of this filing. */
export async function filedSince(
  service: Service,
  { sub, iss }: Pick<Filing, 'sub' | 'iss'>,
): Promise<string | undefined> {
  const current = await unlessRefused(currentFiling(service, await directoryOf(service), codeOf(sub)));
  return current && current.filing.iss !== iss ? current.filing.iss : undefined;
}

/** Refuses what waits under the filing of a centre after another has filed the organization (`filed_by_other_centre`): no key orders it. */
export async function requireSameCentre(service: Service, filing: Filing): Promise<void> {
  const centre = await filedSince(service, filing);
  if (centre === undefined) return;
  throw new Refusal(
    'filed_by_other_centre',
    `The batch was uploaded under a filing of ${filing.iss}, and ${centre} has filed the organization since, so it can be neither approved nor issued. ${centre} or the province returns it; then the organization uploads it again.`,
    { centre },
  );
}

/** Centres hand in what they signed. */
export function requireIssuer(caller: Caller, iss: string, typ: string): void {
  if (iss !== caller.subject)
    throw new Refusal('issuer_not_caller', 'A centre hands in its own statements only.', { part: `${typ}:iss` });
}

/** Makes the next issuing key of an organization. @returns its public half, to be named in the filing */
export async function makeIssuingKey(service: Service, caller: Caller, organization: string) {
  parseOrganizationCode(organization);
  await requireOwnOrNew(service, caller, organization);
  return service.vault.makeIssuingKey(organization);
}

/** Takes a filing (备案) from the centre that signed it. */
export async function acceptFiling(
  service: Service,
  caller: Caller,
  token: string,
): Promise<{ jti: string; fresh: boolean }> {
  const directory = await directoryOf(service);
  const opened = await service.memo.open(token, 'filing+jwt', directory.findCentre);
  const { payload } = opened;
  requireIssuer(caller, payload.iss, 'filing+jwt');
  // A filing may be handed in before it begins; it is used only from then on.
  await openFiling(token, directory, Math.max(service.now(), payload.nbf ?? 0));
  const organization = parseOrganizationCode(codeOf(payload.sub));
  const follows = await requireOwnOrNew(service, caller, organization);
  await checkFilingTexts(service, payload);
  for (const jwk of payload.issuing_jwks.keys)
    directory.requireWorkingKey(await thumbprint(jwk), 'filing+jwt:issuing_jwks');
  const keys = guardKeys(service.db, organization, await selectLastReleasedKey(service.db, organization));
  await checkIssuingKeys(service, organization, payload);
  await requireHolder(service, organization, payload.uscc);
  return { jti: payload.jti, fresh: await storeFiling(service, opened, organization, follows, keys) };
}

/**
 * Stores a filing and holds its code, in one transaction: of two at once that give one code to two bodies, or of two
 * centres that file one body for the first time, one wins and the other is told.
 */
async function storeFiling(
  service: Service,
  statement: Statement<'filing+jwt'>,
  organization: string,
  follows: Follows | undefined,
  keys: D1PreparedStatement,
): Promise<boolean> {
  const { payload } = statement;
  try {
    return await storeStatement(
      service,
      statement,
      payload,
      null,
      [keys, prepareHoldFiled(service.db, organization, payload.uscc, payload)],
      follows,
    );
  } catch (error) {
    if (!isCodeTaken(error)) throw error;
    throw await codeTaken(service, organization, await holderOf(service, organization));
  }
}

async function checkFilingTexts(service: Service, filing: Filing): Promise<void> {
  const uscc = checkUscc(filing.uscc);
  if ('fault' in uscc)
    throw new Refusal('uscc_wrong', 'The unified social credit code (统一社会信用代码) has a wrong check character.', {
      part: 'filing+jwt:uscc',
    });
  const fonts = await service.fonts();
  if (filing.name !== filing.name.trim() || /\p{Cc}/u.test(filing.name))
    throw new Refusal('claims_malformed', 'The name of the organization has spaces around it or control characters.', {
      part: 'filing+jwt:name',
    });
  requireGlyphs(fonts, filing.name);
  const seen = new Set<string>();
  for (const { code, name, edition, jobs } of filing.scope) {
    for (const text of [name, ...jobs]) {
      if (new TextEncoder().encode(text).length > MAX_TEXT_BYTES)
        throw new Refusal(
          'scope_text_too_long',
          `Names of occupations and jobs have at most ${MAX_TEXT_BYTES} bytes in UTF-8.`,
          { part: 'filing+jwt:scope', occupation: code },
        );
      if (text !== text.trim() || /\p{Cc}/u.test(text))
        throw new Refusal('claims_malformed', 'A name in the scope has spaces around it or control characters.', {
          part: 'filing+jwt:scope',
          occupation: code,
        });
      // A job may be none; an occupation is something. An upload would refuse what is refused here.
      const flaw = nameFlaw(text);
      if (flaw === 'formula' || (flaw === 'none' && text === name))
        throw new Refusal(
          'scope_malformed',
          `No occupation or job is called “${text}”: a name in a table does not begin with = + - @, and is not empty.`,
          { part: 'filing+jwt:scope', occupation: code },
        );
      requireGlyphs(fonts, text);
    }
    // Levels may differ by job: an occupation stands in several entries then, but none of its jobs twice.
    for (const job of jobs.length === 0 ? [NO_JOB] : jobs) {
      const key = JSON.stringify([code, name, edition, job]);
      if (seen.has(key))
        throw new Refusal('claims_malformed', 'An occupation or a job of it stands twice in the scope.', {
          part: 'filing+jwt:scope',
          occupation: code,
        });
      seen.add(key);
    }
  }
}

async function checkIssuingKeys(service: Service, organization: string, filing: Filing): Promise<void> {
  const made = listedKeys(await selectIssuingKeys(service.db, organization));
  for (const { kid, x, y } of filing.issuing_jwks.keys) {
    const jwk = made.find((key) => key.kid === kid);
    if (!jwk || jwk.x !== x || jwk.y !== y) {
      throw new Refusal(
        'issuing_key_unknown',
        'The filing names an issuing key that this service did not make; make one with POST /v1/organizations/{code}/keys.',
        { part: 'filing+jwt:issuing_jwks' },
      );
    }
  }
}

/** Takes a client statement: one key that may act for an organization. */
export async function acceptClient(
  service: Service,
  caller: Caller,
  token: string,
): Promise<{ jti: string; fresh: boolean }> {
  const directory = await directoryOf(service);
  const opened = await service.memo.open(token, 'client+jwt', directory.findCentre);
  const { payload } = opened;
  requireIssuer(caller, payload.iss, 'client+jwt');
  const organization = codeOf(payload.sub);
  const { filing } = await currentFiling(service, directory, organization);
  checkClient(payload, filing);
  await openClient(token, directory, filing, service.now());
  await service.memo.key(payload.cnf.jwk); // refuses points that are not on the curve
  const holder = guardHolder(service.db, organization, filing.uscc);
  return {
    jti: payload.jti,
    fresh: await storeStatement(service, opened, payload, await thumbprint(payload.cnf.jwk), [holder]),
  };
}
