/**
 * Steps of applications (申报): a body that nobody has filed asks a centre to be selected, or a filed one asks for a
 * change or an extension of its filing; the centre returns, declines or selects. To select is to name a filing that the
 * centre has signed and handed in before, and the client statement that makes the applicant's own key the
 * organization's first.
 */

import { Refusal } from '../../base/refusal.ts';
import { codeOf, openClient, openFiling } from '../../core/filing.ts';
import { thumbprint } from '../../core/keys.ts';
import { parseOrganizationCode } from '../../core/number.ts';
import type { Application } from '../../core/procedure/application.ts';
import type { Body } from '../../core/procedure/bodies.ts';
import { filingDifferences, isNarrower } from '../../core/procedure/selection.ts';
import { PROVINCE_CENTRE } from '../../core/province.ts';
import type { Filing } from '../../core/schema.ts';
import { unverified } from '../../core/statement.ts';
import { prepareCleared } from '../../storage/attachment-store.ts';
import { type CaseRow, selectLastStep, selectOpenCase } from '../../storage/case-store.ts';
import { guardNewestFiling } from '../../storage/code-store.ts';
import { selectNewestWithdrawal, selectStatement } from '../../storage/statement-store.ts';
import { centreNames, directoryOf, filedBy } from '../on-file.ts';
import { requireHolder } from '../organization-codes.ts';
import { requireOwn } from '../reach.ts';
import type { Service } from '../service.ts';
import type { Taken, Taking } from './add-step.ts';
import { requireRoom } from './applicant-limits.ts';
import { nameFiles } from './case-files.ts';
import { readStored, requireFacts } from './stored-cases.ts';

const ASKING = ['application.submit', 'application.amend'] as const;

/** What an application says now. */
export async function applicationOf(service: Service, about: string): Promise<Application> {
  const row = await selectLastStep(service.db, about, ASKING);
  if (!row)
    throw new Refusal('register_differs', 'The application does not begin with what was applied for.', {
      part: 'step',
    });
  return readStored<'application.submit'>(service, row);
}

/** Refuses a key that is not the caller's own: who asks must hold what is to be named. */
export async function requireOwnKey(caller: Taking['caller'], key: Application['key']): Promise<void> {
  if ((await thumbprint(key)) !== caller.jkt)
    throw new Refusal('key_not_callers', 'The key that is named must be the one that signs this step.', {
      part: 'key',
    });
}

export async function takeApplication(taking: Taking): Promise<Taken> {
  switch (taking.step) {
    case 'application.submit':
    case 'application.amend':
      return takeAsking(taking);
    case 'application.select':
      return takeSelection(taking);
    case 'application.withdraw':
      requireOwner(taking);
      return {};
    case 'application.clear':
      return { effects: taking.current ? [prepareCleared(taking.service.db, taking.current.owner, taking.about)] : [] };
    default:
      // Returned or declined: by the responsible centre alone, which reach.ts asked.
      return {};
  }
}

function requireOwner({ current, caller }: Taking): void {
  if (current) requireOwn(caller, current.owner, 'An application is amended and withdrawn by whoever made it.');
}

async function takeAsking(taking: Taking): Promise<Taken> {
  const { service, caller, about, current, body } = taking;
  requireOwner(taking);
  const asked = body as Application;
  await requireOwnKey(caller, asked.key);
  if (!(await centreNames(service)).has(asked.centre))
    throw new Refusal('centre_unknown', 'No such centre has been appointed.', { part: 'centre' });
  const organization = caller.role === 'organization' ? await ownFiling(service, caller.subject, asked) : null;
  if (organization === null && asked.purpose !== 'new')
    throw new Refusal('role_wrong', 'A change or an extension is asked for with a key of the organization.', {
      allowed: ['organization'],
    });
  const open = await selectOpenCase(service.db, 'application', caller.subject, ['submitted', 'returned']);
  if (open !== undefined && open !== about)
    throw new Refusal(
      'application_open',
      'Another application of yours is not decided yet; amend or withdraw that one.',
      { about: open },
    );
  if (caller.role === 'applicant') await requireRoom(service, current === undefined);
  const effects = await nameFiles(service, caller.subject, about, asked.files);
  const { form, purpose } = asked;
  return {
    organization,
    centre: asked.centre,
    facts: { purpose, nature: form.nature, occupations: form.occupations.length },
    secret: { name: form.name },
    effects,
  };
}

/** A filed organization asks for itself, its own centre or the province's. */
async function ownFiling(
  service: Service,
  subject: string,
  { purpose, organization, centre }: Application,
): Promise<string> {
  const code = codeOf(subject);
  if (purpose === 'new' || organization !== code)
    throw new Refusal(
      'organization_differs',
      'A filed organization asks for a change or an extension of its own filing.',
      { part: 'organization' },
    );
  const by = await filedBy(service, code);
  if (by === undefined)
    throw new Refusal('organization_not_filed', 'The organization has no filing.', { organization: code });
  if (centre !== by && centre !== PROVINCE_CENTRE)
    throw new Refusal('centre_unknown', "The centre that filed you is asked, or the province's.", {
      part: 'centre',
      filed_by: by,
    });
  return code;
}

async function takeSelection({ service, caller, about, body, current, now }: Taking): Promise<Taken> {
  const { organization: given, filing: jti, client, reason } = body as Body<'application.select'>;
  const organization = parseOrganizationCode(given);
  const asked = await applicationOf(service, about);
  // Read before the withdrawals themselves: one that comes between is found by the condition.
  const newest = await selectNewestWithdrawal(service.db);
  const directory = await directoryOf(service);
  const stored = await selectStatement(service.db, caller.subject, jti);
  if (!stored || unverified(stored.token).header.typ !== 'filing+jwt')
    throw new Refusal(
      'filing_unknown',
      'This centre has handed in no filing with this jti: POST /v1/filings comes first.',
      { part: 'filing' },
    );
  const claims = (await service.memo.open(stored.token, 'filing+jwt', directory.findCentre)).payload;
  const { payload: filing } = await openFiling(stored.token, directory, Math.max(now, claims.nbf ?? 0));
  const differences =
    filing.sub === `org:${organization}` ? filingDifferences(filing, asked) : [{ part: 'organization' as const }];
  if (differences.length > 0)
    throw new Refusal(
      'filing_differs_from_application',
      'The filing is not what was applied for, or goes beyond it. Return the application for what has to be changed, or file less.',
      { part: differences[0]?.part ?? 'filing', differences: differences.slice(0, 100) },
    );
  const narrower = isNarrower(filing, asked);
  if (narrower && reason === undefined)
    throw new Refusal(
      'selection_reason_missing',
      'The filing grants less than was applied for: say why, in `reason`.',
      { part: 'reason' },
    );
  if (client !== undefined)
    await requireClient(service, directory, { centre: caller.subject, filing, jti: client, key: asked.key, now });
  await requireHolder(service, organization, filing.uscc);
  // Filed: the name is published from now on.
  const { sealed: _asked, ...open } = requireFacts('application', current as CaseRow);
  return {
    organization,
    facts: { ...open, name: filing.name, narrower },
    effects: [guardNewestFiling(service.db, organization, filing, newest)],
  };
}

/** The filing to which an application led; undefined before it is selected. */
export async function grantedOf(
  service: Service,
  steps: readonly { step: string; iss: string; body: unknown }[],
): Promise<Filing | undefined> {
  const selected = steps.findLast(({ step }) => step === 'application.select');
  const stored =
    selected && (await selectStatement(service.db, selected.iss, (selected.body as Body<'application.select'>).filing));
  if (!stored) return undefined;
  return (await service.memo.open(stored.token, 'filing+jwt', (await directoryOf(service)).findCentre)).payload;
}

/** Refuses a client statement that was not handed in, or that names another key than the one that asked. */
export async function requireClient(
  service: Service,
  directory: Taking['directory'],
  given: { centre: string; filing: Filing; jti: string; key: Application['key']; now: number },
): Promise<void> {
  const { centre, filing, jti, key, now } = given;
  const stored = await selectStatement(service.db, centre, jti);
  if (!stored || unverified(stored.token).header.typ !== 'client+jwt')
    throw new Refusal(
      'client_statement_unknown',
      'This centre has handed in no client statement with this jti: POST /v1/clients comes first.',
      { part: 'client' },
    );
  const { payload } = await openClient(stored.token, directory, filing, Math.max(now, filing.nbf ?? 0));
  if ((await thumbprint(payload.cnf.jwk)) !== (await thumbprint(key)))
    throw new Refusal('client_names_other_key', 'The client statement names another key than the one that asked.', {
      part: 'client',
    });
}
