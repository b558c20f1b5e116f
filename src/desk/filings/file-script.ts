/**
 * What a centre signs about who may assess: the filing of a selected application with the statement that names the
 * applicant's key, and the statement that names a device; and attached files, opened. Nothing is signed when the case
 * has moved on since it was shown, when the filing goes beyond the application, or grants less without a reason.
 */

import { shanghaiDay } from '../../base/day.ts';
import { filled, type Words } from '../../base/words.ts';
import { type Level, levelName, parseOrganizationCode } from '../../core/number.ts';
import type { Application, DeviceRequest } from '../../core/procedure/application.ts';
import { newestBody } from '../../core/procedure/read-case.ts';
import {
  type Change,
  filingChanges,
  filingDifferences,
  filingFrom,
  isNarrower,
  scopeFrom,
  type Terms,
  takesOver,
} from '../../core/procedure/selection.ts';
import { PROVINCE_CENTRE } from '../../core/province.ts';
import { NO_JOB } from '../../core/rows/row.ts';
import type { Filing } from '../../core/schema.ts';
import { sendStep } from '../../sdk/call.ts';
import { filedBefore, sendClient, sendFilingClaims } from '../../sdk/file-organization.ts';
import { now } from '../../sdk/sign.ts';
import { both, download, make } from '../../web/frame/page-script.ts';
import { shownCase, Trouble, troubleAt, typed } from '../frame/desk-call.ts';
import { type Desk, onShow, register } from '../frame/desk-script.ts';
import { certifyFiling } from '../keys/key-script.ts';
import { DONE, FORM_WORDS } from '../words/desk-words.ts';
import { FILING_WORDS } from '../words/form-words.ts';

const YEAR = 365 * 86_400;

/** What was ticked of what was applied for. @throws Trouble `nothing_granted` */
function grantedOf({ form }: Application): Application['form']['occupations'] {
  const boxes = [...document.querySelectorAll('#select-scope [data-grant]')].map((set) =>
    [...set.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => Number(value)),
  );
  const lines = form.occupations
    .map((line, at) => ({ ...line, levels: line.levels.filter((level) => boxes[at]?.includes(level)) }))
    .filter(({ levels }) => levels.length > 0);
  if (lines.length > 0) return lines;
  throw troubleAt('select-scope input', 'nothing_granted');
}

/** A whole number of a field, within bounds. @throws Trouble `number_wrong` */
function wholeOf(id: string, min: number, max: number): number {
  const value = Number(typed(id));
  if (typed(id) !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw troubleAt(id, 'number_wrong', { min: String(min), max: String(max) });
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
  const application = newestBody<Application>(await shownCase(desk, button), 'application.submit', 'application.amend');
  const code = parseOrganizationCode(typed('select-organization').toUpperCase());
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
  const reason = typed('select-reason');
  const note = typed('select-note');
  // Before anything is made or submitted.
  if (filingDifferences(claims, application).length > 0) throw new Trouble('beyond');
  if (reason === '' && isNarrower({ scope }, application)) throw troubleAt('select-reason', 'reason_needed');
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
  const shown = await shownCase(desk, button);
  const { about, seq, last } = shown;
  const { organization, key } = newestBody<DeviceRequest>(shown, 'device.request');
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

// Says in words what a filing is before a centre signs it: who is filed, under which code, for what, which other
// codes the body has, and what changes. A changed field asks for another reading; a code that belongs to another is
// rejected here.

/** What is signed once the panel was read. */
const waiting = new WeakMap<HTMLElement, () => Promise<void>>();

const levelsText = (levels: readonly Level[]): string => (levels.length === 0 ? '—' : levels.map(levelName).join('、'));
const jobText = (job: string): string => (job === NO_JOB ? '' : `（${job}）`);

function changeLine(change: Change): HTMLElement {
  if (change.part === 'scope')
    return make(
      'li',
      {},
      `${change.name}${jobText(change.job)} ${change.code}: ${levelsText(change.before)} → ${levelsText(change.after)}`,
    );
  const said = (value: string) =>
    change.part === 'route' ? both(value === 'city' ? FILING_WORDS.by_city : FILING_WORDS.by_province) : value;
  return make('li', {}, both(FILING_WORDS[change.part]), ': ', said(change.before), ' → ', said(change.after));
}

const fact = (words: Words, ...value: (Node | string)[]): HTMLElement =>
  make('div', {}, make('dt', {}, both(words)), make('dd', {}, ...value));

/**
 * Says in a panel what a filing is, beside what is on file, and keeps what signs it for the panel's button.
 * @throws CallError `code_taken`
 */
async function reviewFiling(desk: Desk, panel: HTMLElement, filing: Filing, sign: () => Promise<void>): Promise<void> {
  const code = filing.sub.slice('org:'.length);
  const html = await (await desk.caller.take('GET', `/desk/view/codes/${code}/${filing.uscc}`)).text();
  const codes = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-codes]');
  const before = await filedBefore(desk.caller, code);
  const changes = before ? filingChanges(before as Terms, filing) : [];
  const jobs = filing.scope.reduce((sum, { jobs: of }) => sum + Math.max(1, of.length), 0);
  panel
    .querySelector('[data-terms]')
    ?.replaceChildren(
      make(
        'dl',
        { class: 'facts' },
        fact(FILING_WORDS.code, make('code', {}, code)),
        fact(FILING_WORDS.name, filing.name),
        fact(FILING_WORDS.uscc, make('code', {}, filing.uscc)),
        fact(
          FILING_WORDS.route,
          both(filing.route === 'city' ? FILING_WORDS.by_city : FILING_WORDS.by_province),
          ` ${panel.dataset.centre ?? filing.iss}`,
        ),
        fact(
          FILING_WORDS.scope,
          both(filled(FILING_WORDS.counted, { count: new Set(filing.scope.map(({ code: one }) => one)).size, jobs })),
        ),
        fact(FILING_WORDS.annual_capacity, String(filing.annual_capacity)),
        fact(FILING_WORDS.pass_mark, String(filing.pass_mark)),
        fact(FILING_WORDS.until, shanghaiDay(filing.exp - 1)),
      ),
      ...(codes ? [document.importNode(codes, true)] : []),
      ...(before && takesOver(before, filing.iss)
        ? [
            make(
              'div',
              { class: 'notice' },
              make(
                'p',
                {},
                both(filled(FILING_WORDS.take_over, { code, name: before.name, centre: before.centre_name })),
              ),
            ),
          ]
        : []),
      make(
        'p',
        {},
        both(
          before === undefined ? FILING_WORDS.first : changes.length === 0 ? FILING_WORDS.same : FILING_WORDS.changes,
        ),
      ),
      make('ul', {}, ...changes.map(changeLine)),
    );
  waiting.set(panel, sign);
  panel.hidden = false;
  panel.querySelector('h3')?.focus();
}

/** What was read is not what a changed field would say. */
onShow('[data-filing-review]', (_, panel) => {
  panel.closest('section')?.addEventListener('input', () => {
    waiting.delete(panel);
    panel.hidden = true;
  });
});

register('sign-filing', async (_, button) => {
  const panel = button.closest<HTMLElement>('[data-filing-review]');
  const sign = panel && waiting.get(panel);
  if (sign) await sign();
});
