/**
 * The line that says what happened or what is wrong, the bar of a short work, and the panel of a long one with its
 * progress and its end. One long work at a time.
 */
import { filled, type Words } from '../../base/words.ts';
import { both, make } from '../../web/frame/page-script.ts';
import { TROUBLES } from '../words/trouble-words.ts';
import type { Work } from './actions.ts';
import { Trouble, troubleOf } from './desk-call.ts';

export const get = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

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
