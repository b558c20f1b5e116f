/**
 * Owns fetching the larger half of a page when it is needed: at the first sign that somebody is about to use the page, so
 * that who only reads does not load it. Its address, with its version, stands at the page's script as `data-work`; the
 * service worker keeps it with the page.
 * It refuses to fail in silence: while it comes, and when it does not come, the page says so.
 */
import type { Words } from '../../base/words.ts';

const COMING: Words = { zh: '正在载入核验程序…', en: 'Loading what checks …' };
const MISSING: Words = {
  zh: '核验程序没有载入，请检查网络后重试',
  en: 'What checks could not be loaded. See whether there is a network, and try again',
};

/** A sentence in both languages, the reader's first, without the components that are still to come. */
function sentence(words: Words, role: 'status' | 'alert'): HTMLElement {
  const tags: ['zh-CN' | 'en', string][] = [
    ['zh-CN', words.zh],
    ['en', words.en],
  ];
  const [first, second] = (document.documentElement.lang === 'en' ? tags.reverse() : tags).map(([lang, text]) => {
    const span = document.createElement('span');
    [span.lang, span.textContent] = [lang, text];
    return span;
  }) as [HTMLElement, HTMLElement];
  second.className = 'en';
  const [box, line] = [document.createElement('section'), document.createElement('p')];
  box.className = 'notice';
  box.setAttribute('role', role);
  line.append(first, second);
  box.append(line);
  return box;
}

/**
 * Fetches the work of this page once, when `use` is first called or a finger, a key or a file comes near.
 * @param near what somebody who uses the page touches @param place where the page speaks
 * @returns hands the work to `use`, in the order of the calls; `silently`: nobody waits for it
 */
export function later<Work>(
  near: HTMLElement,
  place: HTMLElement,
): (use: (work: Work) => unknown, silently?: boolean) => void {
  const address = document.querySelector<HTMLScriptElement>('script[data-work]')?.dataset.work ?? '';
  let coming: Promise<Work> | undefined;
  let here = false;
  const fetchWork = (): Promise<Work> => {
    coming ??= (import(address) as Promise<Work>).then(
      (work) => {
        here = true;
        return work;
      },
      (error: unknown) => {
        coming = undefined;
        throw error;
      },
    );
    return coming;
  };
  const warm = (): void => void fetchWork().catch(() => undefined);
  for (const type of ['pointerdown', 'focusin']) near.addEventListener(type, warm, { once: true });
  addEventListener('dragenter', warm, { once: true });
  return (use, silently = false) => {
    const wait = here || silently ? undefined : sentence(COMING, 'status');
    // Beside the place: what stands there is an answer.
    if (wait) place.before(wait);
    fetchWork().then(
      (work) => {
        wait?.remove();
        return use(work);
      },
      (error: unknown) => {
        console.error(error);
        wait?.remove();
        if (!silently) place.replaceChildren(sentence(MISSING, 'alert'));
      },
    );
  };
}
