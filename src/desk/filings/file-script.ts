/**
 * Owns what a centre signs at its desk about who may assess: the filing of a selected application with the statement that
 * names the applicant's key and the certificate of the issuing key, and the statement that names a device; and attached files, opened.
 * A filing is read in words before it is signed (filing-review.ts).
 * It refuses to sign when the case has moved on since it was shown, a filing that goes beyond what was applied for, and one
 * that grants less without a reason.
 */

import type { Words } from '../../base/words.ts';
import type { PublicJwk } from '../../core/keys.ts';
import { parseOrganizationCode } from '../../core/number.ts';
import type { Application, DeviceRequest } from '../../core/procedure/application.ts';
import { filingDifferences, filingFrom, isNarrower, scopeFrom } from '../../core/procedure/selection.ts';
import { PROVINCE_CENTRE } from '../../core/province.ts';
import type { Client, Filing } from '../../core/schema.ts';
import { signStatement } from '../../core/statement.ts';
import { type Desk, register } from '../frame/actions.ts';
import { Trouble } from '../frame/key-file.ts';
import { download } from '../frame/list-filter.ts';
import { sendStep } from '../frame/step-forms.ts';
import { DONE, FORM_WORDS } from '../words/desk-words.ts';
import { FILING_WORDS } from '../words/form-words.ts';
import { certifyFiling } from './centre-certificate-script.ts';
import { reviewFiling } from './filing-review-script.ts';

const YEAR = 365 * 86_400;
const seconds = (): number => Math.floor(Date.now() / 1000);

interface CaseAnswer {
  seq: number;
  last: string;
  steps: { step: string; body: unknown }[];
}

/** The case as it was shown: what is decided upon is what was read. */
async function shownCase({ call }: Desk, button: HTMLElement): Promise<CaseAnswer & { about: string }> {
  const about = button.dataset.about as string;
  const answer = (await (await call(`/v1/cases/${about}`)).json()) as CaseAnswer;
  if (answer.last !== button.dataset.last) throw new Trouble('moved');
  return { ...answer, about };
}

/** Names a key of an organization. @returns the statement's jti */
async function nameKey({ call, signer }: Desk, code: string, { kty, crv, x, y }: PublicJwk): Promise<string> {
  const iat = seconds();
  const claims: Client = {
    iss: signer.subject,
    sub: `org:${code}`,
    cnf: { jwk: { kty, crv, x, y } },
    iat,
    exp: iat + YEAR,
    jti: crypto.randomUUID(),
  };
  await call('/v1/clients', { json: { statement: await signStatement('client+jwt', claims, signer.key, signer.kid) } });
  return claims.jti;
}

type Keys = Filing['issuing_jwks']['keys'];

/** The organization's issuing keys, the newest last; a first one is made where there is none. */
async function issuingKeys({ call }: Desk, code: string): Promise<Keys> {
  const { keys } = (await (await call('/.well-known/jwks.json')).json()) as { keys: Keys };
  const own = keys.filter(({ kid }) => kid.includes(`#${code}-`));
  if (own.length > 0) return own;
  return [(await (await call(`/v1/organizations/${code}/keys`, { json: {} })).json()) as Keys[number]];
}

const field = (id: string): string => (document.querySelector<HTMLInputElement>(`#${id}`)?.value ?? '').trim();

/** What was ticked of what was applied for. @throws Trouble `nothing_granted` */
function grantedOf({ form }: Application): Application['form']['occupations'] {
  const boxes = [...document.querySelectorAll('#select-scope [data-grant]')].map((set) =>
    [...set.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => Number(value)),
  );
  const lines = form.occupations
    .map((line, at) => ({ ...line, levels: line.levels.filter((level) => boxes[at]?.includes(level)) }))
    .filter(({ levels }) => levels.length > 0);
  if (lines.length > 0) return lines;
  document.querySelector<HTMLElement>('#select-scope input')?.focus();
  throw new Trouble('nothing_granted');
}

/** A whole number of a field, within bounds. @throws Trouble `number_wrong` */
function wholeOf(id: string, min: number, max: number): number {
  const value = Number(field(id));
  if (field(id) !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  document.querySelector<HTMLElement>(`#${id}`)?.focus();
  throw new Trouble('number_wrong', { min: String(min), max: String(max) });
}

/** The panel of the card that a button stands in. */
const panelOf = (button: HTMLElement): HTMLElement =>
  button.closest('section')?.querySelector('[data-filing-review]') as HTMLElement;

/** Signs a filing with the issuing keys that there are now, hands it in, and certifies the newest of them. @returns what is to be said of that */
async function handInFiling(desk: Desk, claims: Filing): Promise<Words | undefined> {
  const { signer, call } = desk;
  const filing: Filing = { ...claims, issuing_jwks: { keys: await issuingKeys(desk, codeOf(claims)) } };
  await call('/v1/filings', { json: { statement: await signStatement('filing+jwt', filing, signer.key, signer.kid) } });
  return certifyFiling(desk, filing);
}

const codeOf = ({ sub }: Filing): string => sub.slice('org:'.length);

/** The same for years from now on: between reading and signing time passes. */
const fromNow = (claims: Filing, years: number): Filing => {
  const iat = seconds();
  return { ...claims, iat, nbf: iat, exp: iat + years * YEAR };
};

register('review-selection', async (desk, button) => {
  const { signer } = desk;
  const { steps } = await shownCase(desk, button);
  const application = steps.findLast(({ step }) => step === 'application.submit' || step === 'application.amend')
    ?.body as Application;
  const code = parseOrganizationCode(field('select-organization').toUpperCase());
  const terms = {
    code,
    centre: signer.subject,
    annual_capacity: wholeOf('select-capacity', 1, application.annual_capacity),
    pass_mark: wholeOf('select-pass-mark', 60, 100),
  };
  const years = wholeOf('select-years', 1, 3);
  const scope = scopeFrom(grantedOf(application));
  const claims = fromNow(
    filingFrom(application, { ...terms, scope, keys: [], iat: 0, exp: 0, jti: crypto.randomUUID() }),
    years,
  );
  const reason = field('select-reason');
  const note = field('select-note');
  // Before anything is made or handed in.
  if (filingDifferences(claims, application).length > 0) throw new Trouble('beyond');
  if (reason === '' && isNarrower({ scope }, application)) {
    document.querySelector<HTMLElement>('#select-reason')?.focus();
    throw new Trouble('reason_needed');
  }
  await reviewFiling(desk, panelOf(button), claims, async () => {
    const { about, seq, last } = await shownCase(desk, button);
    const lacking = await handInFiling(desk, fromNow(claims, years));
    const client = await nameKey(desk, code, application.key);
    await sendStep(desk, {
      about,
      step: 'application.select',
      seq,
      last,
      body: {
        organization: code,
        filing: claims.jti,
        client,
        ...(note === '' ? {} : { note }),
        ...(reason === '' ? {} : { reason }),
      },
    });
    desk.go(`#/applications/${about}`);
    desk.say(lacking ?? DONE['application.select'] ?? FORM_WORDS.done, lacking ? 'notice' : 'done');
  });
});

register('review-again', async (desk, button) => {
  const centre = desk.signer.subject;
  const { code, ...terms } = JSON.parse(button.dataset.again as string) as Omit<Filing, 'sub'> & { code: string };
  const years = wholeOf('again-years', 1, 3);
  const route =
    centre === PROVINCE_CENTRE ? ({ route: 'province' } as const) : ({ route: 'city', city: centre } as const);
  const claims = fromNow(
    {
      ...terms,
      ...route,
      iss: centre,
      sub: `org:${code}`,
      issuing_jwks: { keys: [] },
      iat: 0,
      exp: 0,
      jti: crypto.randomUUID(),
    },
    years,
  );
  await reviewFiling(desk, panelOf(button), claims, async () => {
    const lacking = await handInFiling(desk, fromNow(claims, years));
    desk.go(`#/organizations/${code}`);
    desk.say(lacking ?? FILING_WORDS.filed, lacking ? 'notice' : 'done');
  });
});

register('grant-device', async (desk, button) => {
  const { about, seq, last, steps } = await shownCase(desk, button);
  const request = steps.find(({ step }) => step === 'device.request') as (typeof steps)[number];
  const { organization, key } = request.body as DeviceRequest;
  const client = await nameKey(desk, organization, key);
  await sendStep(desk, { about, step: 'device.grant', seq, last, body: { client } });
  desk.go(`#/devices/${about}`);
  desk.say(DONE['device.grant'] ?? FORM_WORDS.done);
});

register('open-file', async ({ call }, button) => {
  const { about = '', sha256 = '', name = 'file', from = `/v1/cases/${about}/files/${sha256}` } = button.dataset;
  const answer = await call(from);
  download(name, answer.headers.get('Content-Type') ?? 'application/octet-stream', await answer.arrayBuffer());
});
