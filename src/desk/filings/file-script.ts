/**
 * What a centre signs about who may assess: the filing of a selected application with the statement that names the
 * applicant's key, and the statement that names a device; and attached files, opened. Nothing is signed when the case
 * has moved on since it was shown, when the filing goes beyond the application, or grants less without a reason.
 */
import type { Words } from '../../base/words.ts';
import { parseOrganizationCode } from '../../core/number.ts';
import type { Application, DeviceRequest } from '../../core/procedure/application.ts';
import { filingDifferences, filingFrom, isNarrower, scopeFrom } from '../../core/procedure/selection.ts';
import { PROVINCE_CENTRE } from '../../core/province.ts';
import type { Filing } from '../../core/schema.ts';
import { sendClient, sendFilingClaims } from '../../sdk/file-organization.ts';
import { sendStep } from '../../sdk/send-step.ts';
import { now } from '../../sdk/sign.ts';
import { download } from '../../web/frame/page-script.ts';
import { type Desk, register } from '../frame/actions.ts';
import { Trouble } from '../frame/desk-call.ts';
import { certifyFiling } from '../keys/key-script.ts';
import { DONE, FORM_WORDS } from '../words/desk-words.ts';
import { FILING_WORDS } from '../words/form-words.ts';
import { reviewFiling } from './filing-review-script.ts';

const YEAR = 365 * 86_400;

interface CaseAnswer {
  seq: number;
  last: string;
  steps: { step: string; body: unknown }[];
}

/** The case as it was shown: what is decided upon is what was read. */
async function shownCase({ caller }: Desk, button: HTMLElement): Promise<CaseAnswer & { about: string }> {
  const about = button.dataset.about as string;
  const answer = await caller.get<CaseAnswer>(`/v1/cases/${about}`);
  if (answer.last !== button.dataset.last) throw new Trouble('moved');
  return { ...answer, about };
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

/** Signs a filing, sends it and certifies its newest issuing key. @returns what is to be said of that */
const handInFiling = async (desk: Desk, claims: Filing): Promise<Words | undefined> =>
  certifyFiling(desk, (await sendFilingClaims(desk.caller, claims)).claims);

/** The same for years from now on: between reading and signing time passes. */
const fromNow = (claims: Filing, years: number): Filing => {
  const iat = now();
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
    const { jti: client } = await sendClient(desk.caller, code, application.key);
    await sendStep(desk.caller, {
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
  const { jti: client } = await sendClient(desk.caller, organization, key);
  await sendStep(desk.caller, { about, step: 'device.grant', seq, last, body: { client } });
  desk.go(`#/devices/${about}`);
  desk.say(DONE['device.grant'] ?? FORM_WORDS.done);
});

register('open-file', async ({ caller }, button) => {
  const { about = '', sha256 = '', name = 'file', from = `/v1/cases/${about}/files/${sha256}` } = button.dataset;
  const answer = await caller.take('GET', from);
  download(name, answer.headers.get('Content-Type') ?? 'application/octet-stream', await answer.arrayBuffer());
});
