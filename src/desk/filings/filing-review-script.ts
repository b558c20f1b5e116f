/**
 * Says in words what a filing is before a centre signs it: who is filed, under which code, for what, which other
 * codes the body has, and what changes. A changed field asks for another reading; a code that belongs to another is
 * rejected here.
 */
import { shanghaiDay } from '../../base/day.ts';
import { filled, type Words } from '../../base/words.ts';
import { type Level, levelName } from '../../core/number.ts';
import { type Change, filingChanges, type OnFile, type Terms, takesOver } from '../../core/procedure/selection.ts';
import { NO_JOB } from '../../core/rows/row.ts';
import type { Filing } from '../../core/schema.ts';
import { filedBefore } from '../../sdk/file-organization.ts';
import { both, make } from '../../web/frame/page-script.ts';
import { type Desk, onShow, register } from '../frame/actions.ts';
import { FILING_WORDS } from '../words/form-words.ts';

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
export async function reviewFiling(
  desk: Desk,
  panel: HTMLElement,
  filing: Filing,
  sign: () => Promise<void>,
): Promise<void> {
  const code = filing.sub.slice('org:'.length);
  const html = await (await desk.caller.take('GET', `/desk/view/codes/${code}/${filing.uscc}`)).text();
  const codes = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-codes]');
  const before = await filedBefore<Terms & OnFile>(desk.caller, code);
  const changes = before ? filingChanges(before, filing) : [];
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
