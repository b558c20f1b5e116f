/**
 * What the scripts of views share. `<button data-action="name">` calls the function registered under its name; `onShow`
 * attaches functions to parts of a view each time that one is shown. And how the desk speaks: the line that says what
 * happened or what is wrong, the bar of a short work, the panel of a long one, of which there is one at a time.
 */
import { filled, type Words } from '../../base/words.ts';
import type { Caller } from '../../sdk/call.ts';
import { both, get, make } from '../../web/frame/page-script.ts';
import { TROUBLES } from '../words/trouble-words.ts';
import { type Signer, Trouble, troubleOf } from './desk-call.ts';

/** A work that takes long: shown with its progress, and to be cancelled. */
export interface Work {
  signal: AbortSignal;
  progress(done: number, total: number): void;
  /** It does not get better by itself: resolves when the person goes on, rejects when not. */
  stuck(error: unknown): Promise<void>;
  end(): void;
}

export interface Desk {
  /** Calls the service, with the signer's key. */
  caller: Caller;
  signer: Signer;
  /** Says something in the line that screen readers hear. `notice`: something is wrong. */
  say(words: Words, kind?: 'done' | 'notice'): void;
  /** Says what is wrong. */
  fail(error: unknown): void;
  /** Goes to a view, `#/plans`; the one that is shown is loaded again. */
  go(hash: string): void;
  /** Progress of a short work, in the bar; `progress(0, 0)` hides it. */
  progress(done: number, total: number): void;
  /** Begins a long work; one at a time. */
  begin(title: Words): Work;
}

export type Action = (desk: Desk, element: HTMLElement) => Promise<void>;
export type Show = (desk: Desk, element: HTMLElement) => void | Promise<void>;

const actions = new Map<string, Action>();
const shows: { selector: string; show: Show }[] = [];

/** Names what a button does. */
export function register(name: string, action: Action): void {
  if (actions.has(name)) throw new Error(`two actions are called ${name}`);
  actions.set(name, action);
}

export const actionNamed = (name: string): Action | undefined => actions.get(name);

/** Gives life to the parts of views that fit a selector, each time a view is shown. */
export function onShow(selector: string, show: Show): void {
  shows.push({ selector, show });
}

/** Gives life to a view that was just shown. */
export async function enliven(desk: Desk, root: HTMLElement): Promise<void> {
  for (const { selector, show } of shows)
    for (const element of root.querySelectorAll<HTMLElement>(selector)) await show(desk, element);
}

/** The long work that runs. */
let stopping: AbortController | undefined;

export const isWorking = (): boolean => stopping !== undefined;
export const stopWork = (): void => stopping?.abort();

/** Says something, or nothing any more. `notice`: something is wrong. */
export function say(words?: Words, kind: 'done' | 'notice' = 'done'): void {
  const line =
    words && make('div', { class: kind === 'done' ? 'verdict valid said' : 'notice said' }, make('p', {}, both(words)));
  get(kind === 'done' ? 'said' : 'alerted').replaceChildren(...(line ? [line] : []));
  get(kind === 'done' ? 'alerted' : 'said').replaceChildren();
}

/** Says what is wrong and what to do about it. */
export function fail(error: unknown): void {
  const { code, words } = troubleOf(error);
  say(filled(TROUBLES[code] ?? (TROUBLES.refused as Words), words), code === 'cancelled' ? 'done' : 'notice');
}

/** Progress of a short work; `progress(0, 0)` hides it. */
export function progress(done: number, total: number): void {
  const bar = get<HTMLProgressElement>('loading');
  bar.hidden = total === 0;
  if (total === 0) return;
  bar.max = total;
  bar.value = done;
  bar.setAttribute('aria-valuetext', `${done} / ${total}`);
}

/** Begins a long work in its own panel: it goes on while other views are looked at. */
export function begin(title: Words): Work {
  if (stopping) throw new Trouble('working');
  const controller = (stopping = new AbortController());
  const bar = get<HTMLProgressElement>('bar');
  get('work-title').replaceChildren(both(title));
  bar.removeAttribute('value');
  get('work-count').textContent = '';
  get('work').hidden = false;
  get('work-title').focus();
  return {
    signal: controller.signal,
    progress(done, total) {
      bar.max = total;
      bar.value = done;
      bar.setAttribute('aria-valuetext', `${done} / ${total}`);
      get('work-count').textContent = `${done} / ${total}`;
    },
    stuck: (error) =>
      new Promise<void>((resolve, reject) => {
        const button = get<HTMLButtonElement>('go-on');
        const decide = (decision: () => void) => () => {
          button.hidden = true;
          button.onclick = null;
          say();
          decision();
        };
        fail(error);
        button.hidden = false;
        button.focus();
        button.onclick = decide(resolve);
        controller.signal.addEventListener(
          'abort',
          decide(() => reject(error)),
          { once: true },
        );
      }),
    end() {
      if (stopping !== controller) return;
      stopping = undefined;
      get('work').hidden = true;
      (document.querySelector<HTMLElement>('#view h1') ?? get('main')).focus();
    },
  };
}
