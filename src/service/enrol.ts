/**
 * Takes the statements that put somebody on file: centres' and the service's keys (signed by the province's root),
 * organizations' filings and client keys (signed by centres). Each is judged as anybody will judge it later, then
 * stored as its text, in one transaction with what follows from it: a crash before leaves nothing, after it everything.
 */
import { Refusal } from '../base/refusal.ts';
import { openCentre } from '../core/directory.ts';
import { checkClient, codeOf, openClient, openFiling } from '../core/filing.ts';
import { thumbprint } from '../core/keys.ts';
import { checkUscc, parseOrganizationCode } from '../core/number.ts';
import { MAX_TEXT_BYTES, NO_JOB } from '../core/rows/row.ts';
import { nameFlaw } from '../core/rows/row-values.ts';
import type { Filing } from '../core/schema.ts';
import { checkTimes, type Statement, unverified } from '../core/statement.ts';
import { requireGlyphs } from '../formats/font/font.ts';
import { guardHolder, guardKeys, isCodeTaken, prepareHoldFiled, selectLastReleasedKey } from '../storage/code-store.ts';
import type { D1PreparedStatement } from '../storage/database.ts';
import { type Follows, insertStatement, selectIssuingKeys, selectStatement } from '../storage/statement-store.ts';
import { prepareMend } from '../storage/status-store.ts';
import { listedKeys } from './issuing-keys.ts';
import { codeTaken, currentFiling, directoryOf, filedBy, holderOf, requireHolder } from './on-file.ts';
import type { Caller } from './reach.ts';
import { filedElsewhere, requireOwnOrNew } from './reach.ts';
import type { Service } from './service.ts';

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
  if (unverified(token).header.typ === 'service+jwt') {
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
  // A key that is named again, after its statement was withdrawn, may have signed events that count again: the sweep
  // sees to them.
  const again =
    directory.withdrawals.all.length > 0 &&
    directory.findCentre(jkt) !== undefined &&
    !(await selectStatement(service.db, payload.iss, payload.jti));
  const effects = again ? [prepareMend(service.db, 0, payload, token)] : [];
  return { jti: payload.jti, fresh: await storeStatement(service, statement, payload, jkt, effects) };
}

/** Centres submit what they signed. */
export function requireIssuer(caller: Caller, iss: string, typ: string): void {
  if (iss !== caller.subject)
    throw new Refusal('issuer_not_caller', 'A centre submits its own statements only.', { part: `${typ}:iss` });
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
  // A filing may be submitted before it begins; it is used only from then on.
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
