/**
 * The desk in the browser: sign-in by a key, and which view is shown (its address is the hash). Views are HTML that
 * the server writes for whoever signs the request.
 */
import { shanghaiDay } from '../../base/day.ts';
import { filled, type Words } from '../../base/words.ts';
import { type Caller, isCallError } from '../../sdk/call.ts';
import type { KeyOfFile } from '../../sdk/sign.ts';
import { both, get, make, one } from '../../web/frame/page-script.ts';
import { bringCertificate, showCertificate } from '../keys/key-script.ts';
import { SHELL } from '../words/desk-words.ts';
import { TROUBLES } from '../words/trouble-words.ts';
import {
  callerFor,
  endOf,
  forgetKey,
  KEY_FILE_BYTES,
  type Kept,
  keepKey,
  keptKeys,
  makeKey,
  nothingKept,
  readKey,
  type Signer,
  strongest,
  Trouble,
} from './desk-call.ts';
import { hasFields, switchLanguage } from './desk-language.ts';
import { actionNamed, begin, type Desk, enliven, fail, isWorking, progress, say, stopWork } from './desk-script.ts';
import { clickRow, tendDraft } from './form-parts.ts';
import { submitStep } from './step-forms.ts';

const origin = (): string => get('desk').dataset.origin as string;

const callAs = (signer: Signer): Caller => callerFor(signer, origin());

let desk: Desk | undefined;
/** Counts views, so that a slow one does not come after a later one. */
let turn = 0;

const viewOf = (hash: string): string => (hash.startsWith('#/') && hash.length > 2 ? hash.slice(2) : 'home');

function nameTab(): void {
  document.title = `${get('view').querySelector('h1')?.firstChild?.textContent ?? one(SHELL.desk)} · ${one(SHELL.name)}`;
}

/** Shows the view that the address names. */
async function show(): Promise<void> {
  if (!desk) return;
  const mine = ++turn;
  const path = viewOf(location.hash);
  const view = get('view');
  view.setAttribute('aria-busy', 'true');
  const bar = get<HTMLProgressElement>('loading');
  bar.removeAttribute('value');
  bar.hidden = false;
  try {
    const html = await (await desk.caller.take('GET', `/desk/view/${path}`)).text();
    if (mine !== turn || !desk) return;
    view.innerHTML = html;
    // A form takes nothing until it lives: its table may wait for the plan, and a button pressed before would do
    // nothing.
    const forms = [...view.querySelectorAll<HTMLFormElement>('form[data-step]')];
    for (const form of forms) form.inert = true;
    await enliven(desk, view);
    if (mine !== turn || !desk) return;
    for (const form of forms) if (form.dataset.draft !== undefined) tendDraft(form, desk);
    for (const form of forms) form.inert = false;
    nameTab();
    view.querySelector<HTMLElement>('h1')?.focus();
    scrollTo(0, 0);
  } catch (error) {
    if (mine !== turn) return;
    // The address may be of who signed before: an applicant that was named since, or somebody else at this machine.
    if (isCallError(error, 'role_wrong') && path !== 'home') {
      history.replaceState(null, '', '#/home');
      return await show();
    }
    if (isCallError(error) && error.problem.status === 404)
      view.replaceChildren(
        make(
          'section',
          { class: 'card' },
          make('h1', { tabindex: '-1' }, both(SHELL.no_view)),
          make('p', {}, make('a', { href: '#/home' }, both(SHELL.home))),
        ),
      );
    fail(error);
  } finally {
    if (mine === turn) {
      view.removeAttribute('aria-busy');
      bar.hidden = true;
    }
  }
}

/** Takes away what was said before the next act. A long work keeps its words: it may wait for an answer to them. */
const sayNothing = (): void => {
  if (!isWorking()) say();
};

/**
 * Goes to a view; one that is shown already is loaded again. No `hashchange` follows, which would take away what is
 * said after it.
 */
function go(hash: string): void {
  say();
  if (location.hash !== hash) history.pushState(null, '', hash);
  void show();
}

function described(signer: Signer): Words {
  const { subject, token } = signer;
  const until = shanghaiDay(endOf(token));
  const who = subject.slice(subject.indexOf(':') + 1);
  if (subject.startsWith('org:')) return filled(SHELL.organization, { who, until });
  if (subject.startsWith('centre:')) return filled(SHELL.centre, { who, until });
  return filled(SHELL.applicant, { who: who.slice(0, 8) });
}

async function enter(signer: Signer): Promise<void> {
  const caller = callAs(signer);
  // Whether the service takes this key is known before anything changes on the page.
  await caller.get('/v1/me');
  desk = { caller, signer, say, fail, go, progress, begin };
  get('who-name').replaceChildren(both(described(signer)));
  showCertificate(signer);
  get('enter').hidden = true;
  get('who').hidden = false;
  document.body.classList.add('working');
  say();
  await show();
}

/** Uses a key with the strongest statement about it. */
async function use(pair: KeyOfFile, made?: number): Promise<void> {
  say();
  try {
    // Before it signs anything, were it only its own access token.
    if ((get('desk').dataset.roots ?? '').split(' ').includes(pair.kid)) throw new Trouble('root_key');
    const expired =
      pair.token !== undefined && endOf(pair.token) <= Date.now() / 1000 ? shanghaiDay(endOf(pair.token)) : undefined;
    const signer = await strongest(pair, callAs);
    if (made !== undefined && signer.token !== pair.token) await keepKey({ ...signer, made });
    await enter(signer);
    if (expired !== undefined && signer.subject.startsWith('key:') && pair.subject !== signer.subject)
      say(filled(TROUBLES.key_expired as Words, { day: expired }), 'notice');
  } catch (error) {
    fail(error);
  }
}

function leave(): void {
  stopWork();
  desk = undefined;
  turn++;
  get('view').replaceChildren();
  get('who').hidden = true;
  get('enter').hidden = false;
  document.body.classList.remove('working');
  say(SHELL.left);
  void listKept();
  get('enter-title').focus();
}

async function chooseFile(file: File | undefined): Promise<void> {
  if (!file || desk) return;
  try {
    if (file.size > KEY_FILE_BYTES) throw new Trouble('key_unreadable');
    await use(await readKey(await file.text()));
  } catch (error) {
    fail(error);
  } finally {
    // The same file can be chosen again.
    get<HTMLInputElement>('key-file').value = '';
  }
}

/** The keys that this browser keeps, each to be used or forgotten. */
async function listKept(): Promise<void> {
  const list = get('kept');
  let keys: Kept[] = [];
  try {
    keys = await keptKeys();
  } catch (error) {
    fail(error);
  }
  get('kept-box').hidden = keys.length === 0;
  list.replaceChildren(
    ...keys.map((kept) => {
      const words = described(kept);
      const enterKey = make('button', { type: 'button' }, both(SHELL.use));
      const forget = make(
        'button',
        { type: 'button', class: 'second', 'aria-label': `${one(SHELL.forget)}: ${one(words)}` },
        both(SHELL.forget),
      );
      enterKey.addEventListener('click', () => void use(kept, kept.made));
      forget.addEventListener('click', () => {
        if (confirm(one(SHELL.forget_sure)))
          void forgetKey(kept.kid)
            .then(listKept, fail)
            .then(() => get('enter-title').focus());
      });
      return make(
        'li',
        {},
        make('p', {}, both(words)),
        make('p', { class: 'hint' }, make('code', {}, kept.kid)),
        make('p', { class: 'buttons' }, enterKey, forget),
      );
    }),
  );
}

async function newKey(): Promise<void> {
  try {
    if (!globalThis.crypto?.subtle) throw new Trouble('insecure');
    const kept = await makeKey();
    await use(kept, kept.made);
    if (desk) say(SHELL.made);
  } catch (error) {
    fail(error);
  }
}

/** Asks again what others say of the key: after enrolment it speaks for more than itself. */
async function renew(): Promise<void> {
  if (!desk) return;
  const { signer } = desk;
  const kept = (await keptKeys().catch(nothingKept))?.find(({ kid }) => kid === signer.kid);
  const { key, jwk, kid, certificate } = signer;
  await use(
    {
      key,
      jwk,
      kid,
      ...(certificate === undefined ? {} : { certificate }),
      ...(signer.subject.startsWith('key:') ? {} : { subject: signer.subject, token: signer.token }),
    },
    kept?.made,
  );
}

function publicKeyText(): string {
  const { jwk, kid, subject } = (desk as Desk).signer;
  const { x, y } = jwk;
  return JSON.stringify({ subject, kid, jwk: { kty: 'EC', crv: 'P-256', x, y } }, null, 2);
}

async function click(event: MouseEvent): Promise<void> {
  const target = event.target as HTMLElement;
  const focus =
    target.closest<HTMLElement>('a[data-focus]')?.dataset.focus ?? (target.closest('a.skip') ? 'main' : undefined);
  if (focus !== undefined) {
    // The address names the view; a jump within it leaves it alone.
    event.preventDefault();
    get(focus)?.focus();
    return;
  }
  const link = target.closest<HTMLAnchorElement>('a[href^="#/"]');
  if (link && link.getAttribute('href') === location.hash) void show();
  if (!desk || clickRow(target)) return;
  const button = target.closest<HTMLButtonElement>('button[data-action]');
  const action = button && actionNamed(button.dataset.action as string);
  if (!button || !action || button.disabled) return;
  const question = button.dataset.confirm;
  if (question !== undefined && !confirm(question)) return;
  button.disabled = true;
  sayNothing();
  try {
    await action(desk, button);
  } catch (error) {
    fail(error);
  } finally {
    button.disabled = false;
  }
}

/** The other language leads from now on; the key, the view and what was typed stay. */
async function changeLanguage(form: HTMLFormElement, to: 'zh' | 'en'): Promise<void> {
  try {
    await switchLanguage(form, to);
    if (hasFields()) nameTab();
    else await show();
  } catch (error) {
    fail(error);
  }
}

/** Puts the desk to work. */
export function start(): void {
  get('key-file').addEventListener('change', (event) => void chooseFile((event.target as HTMLInputElement).files?.[0]));
  get('new-key').addEventListener('click', () => void newKey());
  get('leave').addEventListener('click', leave);
  get('renew').addEventListener('click', () => void renew());
  get('copy-key').addEventListener('click', () => {
    get('public-key').textContent = publicKeyText();
    get('public-box').hidden = !get('public-box').hidden;
    get('copy-key').setAttribute('aria-expanded', String(!get('public-box').hidden));
  });
  get('certificate-file').addEventListener('change', (event) => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (desk && file) void bringCertificate(desk.signer, file).then(() => (input.value = ''));
  });
  get('cancel').addEventListener('click', stopWork);
  document.addEventListener('click', (event) => void click(event));
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    // Forms of `data-enter` are there so that the enter key presses their button, whose click does the rest.
    if (form.dataset.enter !== undefined) return event.preventDefault();
    if (form.id === 'language' && desk) {
      event.preventDefault();
      return void changeLanguage(form, (event.submitter as HTMLButtonElement).value === 'en' ? 'en' : 'zh');
    }
    if (form.dataset.step === undefined) return;
    event.preventDefault();
    sayNothing();
    if (desk) void submitStep(form, desk);
  });
  addEventListener('hashchange', () => {
    say();
    void show();
  });
  // A file dropped beside the field would otherwise be opened in place of the page.
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    if (!desk) void chooseFile(event.dataTransfer?.files[0]);
  });
  addEventListener('beforeunload', (event) => {
    if (isWorking()) event.preventDefault();
  });
  void listKept();
}
