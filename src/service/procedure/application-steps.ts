/**
 * Steps of applications (申报): a body that nobody has filed asks a centre to be selected, or a filed one asks for a
 * change or an extension of its filing; the centre returns, declines or selects. To select is to name a filing that the
 * centre has signed and submitted before, and the client statement that makes the applicant's own key the
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
import { type CaseRow, lossOf, selectCase, selectLastStep, selectOpenCase } from '../../storage/case-store.ts';
import { guardNewestFiling } from '../../storage/code-store.ts';
import { prepareCleared } from '../../storage/object-store.ts';
import { selectClientsOf, selectNewestWithdrawal, selectStatement } from '../../storage/statement-store.ts';
import { centreNames, currentFiling, directoryOf, filedBy, requireHolder } from '../on-file.ts';
import { requireOwn } from '../reach.ts';
import type { Service } from '../service.ts';
import type { Taken, Taking } from './add-step.ts';
import { nameFiles, requireRoom } from './case-files.ts';
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
async function requireOwnKey(caller: Taking['caller'], key: Application['key']): Promise<void> {
  if ((await thumbprint(key)) !== caller.jkt)
    throw new Refusal('key_not_callers', 'The key that is named must be the one that signs this step.', {
      part: 'key',
    });
}

/** A step of an application (申报). */
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
      'This centre has submitted no filing with this jti: POST /v1/filings comes first.',
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

/** Refuses a client statement that was not submitted, or that names another key than the one that asked. */
async function requireClient(
  service: Service,
  directory: Taking['directory'],
  given: { centre: string; filing: Filing; jti: string; key: Application['key']; now: number },
): Promise<void> {
  const { centre, filing, jti, key, now } = given;
  const stored = await selectStatement(service.db, centre, jti);
  if (!stored || unverified(stored.token).header.typ !== 'client+jwt')
    throw new Refusal(
      'client_statement_unknown',
      'This centre has submitted no client statement with this jti: POST /v1/clients comes first.',
      { part: 'client' },
    );
  const { payload } = await openClient(stored.token, directory, filing, Math.max(now, filing.nbf ?? 0));
  if ((await thumbprint(payload.cnf.jwk)) !== (await thumbprint(key)))
    throw new Refusal('client_names_other_key', 'The client statement names another key than the one that asked.', {
      part: 'client',
    });
}

// Steps of devices (设备登记) and of lost keys (设备报失). A new key asks to speak for a filed organization, one of its present
// keys endorses it, and the centre that filed names it by a client statement. Who has lost every device asks without an
// endorsement; the centre then makes sure by other means who it is, and ends the old keys.

/** What a device asks for. */
async function deviceOf(service: Service, about: string): Promise<Body<'device.request'>> {
  const row = await selectLastStep(service.db, about, ['device.request']);
  if (!row) throw new Refusal('register_differs', 'The case does not begin with a request.', { part: 'step' });
  return readStored<'device.request'>(service, row);
}

/** A step of a request to name a further key of an organization. */
export async function takeDevice(taking: Taking): Promise<Taken> {
  const { service, directory, caller, about, step, body, current, now } = taking;
  if (step === 'device.request') return takeRequest(taking);
  if (step !== 'device.grant') return {};
  const asked = await deviceOf(service, about);
  // The code was released since: whoever has it now did not ask for this device.
  if (current?.organization !== asked.organization)
    throw new Refusal('organization_not_filed', 'The code that this device asked for was released since.', {
      organization: asked.organization,
    });
  if (asked.why !== 'loss' && current?.state !== 'endorsed') {
    throw new Refusal(
      'endorsement_missing',
      "One of the organization's present keys endorses the new one first; without any, the device asks again as a loss.",
      { why: asked.why },
    );
  }
  const { filing } = await currentFiling(service, directory, asked.organization);
  await requireClient(service, directory, {
    centre: caller.subject,
    filing,
    jti: (body as Body<'device.grant'>).client,
    key: asked.key,
    now,
  });
  return {};
}

async function takeRequest({ service, caller, about, body }: Taking): Promise<Taken> {
  const { organization, key, why } = body as Body<'device.request'>;
  await requireOwnKey(caller, key);
  const centre = await filedBy(service, organization);
  if (centre === undefined)
    throw new Refusal('organization_not_filed', 'No centre has filed an organization with this code.', {
      organization,
    });
  const open = await selectOpenCase(service.db, 'device', caller.subject, ['requested', 'endorsed']);
  if (open !== undefined && open !== about)
    throw new Refusal('application_open', 'This key has asked before and is not answered yet.', { about: open });
  if (open === undefined) await requireRoom(service, true);
  // The thumbprint is what people compare over the telephone; label and holder stay in the body.
  return { organization, centre, facts: { why, key: await thumbprint(key) } };
}

// Lost keys: an organization says by any of its keys, the lost one too, that one of them is lost. From then on the
// service takes nothing of that key; ending it for good is the withdrawal of the centre, which is asked for it. A
// centre closes the case: after the withdrawal, or because the device was found; then the key works again unless it was
// withdrawn.

/** A step of a report that a key was lost. */
export async function takeLoss({ service, caller, id, step }: Taking): Promise<Taken> {
  // Nothing of its line changes.
  if (step === 'loss.close') return {};
  const organization = caller.subject.slice('org:'.length);
  const key = id.slice(organization.length + 1);
  const named = (await selectClientsOf(service.db, caller.subject)).some(({ jkt }) => jkt === key);
  if (!named || lossOf(organization, key) !== `loss:${id}`)
    throw new Refusal('client_unknown', 'This is no key of the organization.', { part: 'about' });
  const centre = await filedBy(service, organization);
  if (centre === undefined)
    throw new Refusal('organization_not_filed', 'No centre has filed the organization.', { organization });
  return { organization, centre, facts: { key } };
}

export interface ClientKey {
  jkt: string;
  state: 'active' | 'expired' | 'withdrawn' | 'reported';
  until: number;
  loss: { seq: number; last: string } | undefined;
}

/** The keys that speak or spoke for an organization, those in force first, each by the newest statement about it. */
export async function keysOf(service: Service, organization: string): Promise<ClientKey[]> {
  const { withdrawals } = await directoryOf(service);
  const now = service.now();
  const newest = new Map<string, { iss: string; jti: string; jkt: string; exp: number }>();
  for (const one of await selectClientsOf(service.db, `org:${organization}`))
    if (!newest.has(one.jkt)) newest.set(one.jkt, one);
  const keys = await Promise.all(
    [...newest.values()].map(async ({ iss, jti, jkt, exp }): Promise<ClientKey> => {
      const row = await selectCase(service.db, lossOf(organization, jkt));
      const isWithdrawn = Math.min(withdrawals.endOfStatement({ iss, jti }), withdrawals.endOfKey(jkt, iss)) <= now;
      return {
        jkt,
        until: exp,
        state: isWithdrawn ? 'withdrawn' : exp <= now ? 'expired' : row?.state === 'reported' ? 'reported' : 'active',
        loss: row ? { seq: row.seq, last: row.last } : undefined,
      };
    }),
  );
  return keys.sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'));
}
