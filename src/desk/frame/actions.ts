/**
 * What buttons and parts of views do. `<button data-action="name">` calls the function that stands here under its
 * name; `onShow` attaches functions to parts of a view (tables, file fields) each time that one is shown.
 */
import type { Words } from '../../base/words.ts';
import type { Caller } from '../../sdk/call.ts';
import type { Speaker } from '../../sdk/sign.ts';

/** Who signs: a key of this browser or of a file. */
export interface Signer extends Speaker {
  key: CryptoKey;
}

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
