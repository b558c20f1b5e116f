/**
 * What the scripts of pages share: words put on the page as text, files that are chosen or dropped, and the larger
 * half of a page, which is fetched when somebody is about to use it.
 */
import type { Words } from '../../base/words.ts';
import { TABLE_LIMITS, tableTooLarge } from '../../formats/table/table-rows.ts';

/** The element of an id that the page is known to have. */
export const get = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

const english = (): boolean => document.documentElement.lang === 'en';

const span = (lang: string, text: string, rest?: { className: 'en' }): HTMLElement =>
  Object.assign(document.createElement('span'), { lang, textContent: text }, rest);
const SECOND = { className: 'en' } as const;

/** Both languages, the reader's first. */
export function both({ zh, en }: Words): DocumentFragment {
  const content = document.createDocumentFragment();
  content.append(...(english() ? [span('en', en), span('zh-CN', zh, SECOND)] : [zh, span('en', en, SECOND)]));
  return content;
}

/** One of them, where there is no room for two: names of files, labels read aloud. */
export const one = ({ zh, en }: Words): string => (english() ? en : zh);

/** Offers bytes as a download. */
export function download(name: string, type: string, ...bytes: BlobPart[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(bytes, { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Makes an element with text or children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// How pages take files: chosen in a field, or dropped anywhere while `#drop` says so; and lists, up to the size of one.

/** The bytes of a chosen list; what is larger than any list is not read. @throws Refusal `table_too_large` */
export async function bytesOfList(file: File): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > TABLE_LIMITS.bytes) throw tableTooLarge('bytes');
  return new Uint8Array(await file.arrayBuffer());
}

export function takeFiles(take: (file: File) => void, chooser = 'file'): void {
  const input = get<HTMLInputElement>(chooser);
  const drop = get('drop');
  const first = (files: FileList | null | undefined): void => {
    if (files?.[0]) take(files[0]);
  };
  input.addEventListener('change', () => first(input.files));
  for (const type of ['dragenter', 'dragover']) {
    addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  for (const type of ['dragleave', 'drop']) addEventListener(type, () => drop.classList.remove('over'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    first(event.dataTransfer?.files);
  });
}

const COMING: Words = { zh: '正在载入核验程序…', en: 'Loading what checks …' };
const MISSING: Words = {
  zh: '核验程序没有载入，请检查网络后重试',
  en: 'What checks could not be loaded. See whether there is a network, and try again',
};

/** Without `make`: the first half of a page is as small as it can be. */
function sentence(words: Words, role: 'status' | 'alert'): HTMLElement {
  const box = document.createElement('section');
  const line = document.createElement('p');
  box.className = 'notice';
  box.setAttribute('role', role);
  line.append(both(words));
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
    coming ??= import(address) as Promise<Work>;
    coming.then(
      () => (here = true),
      () => (coming = undefined),
    );
    return coming;
  };
  // Whoever uses it later is told that it did not come.
  const warm = (): void => void fetchWork().catch((error: unknown) => console.info(error));
  for (const type of ['pointerdown', 'focusin']) near.addEventListener(type, warm, { once: true });
  addEventListener('dragenter', warm, { once: true });
  return (use, silently = false) => {
    const wait = here || silently ? undefined : sentence(COMING, 'status');
    // Beside the place: what stands there is an answer.
    if (wait) place.before(wait);
    fetchWork()
      .finally(() => wait?.remove())
      .then(use, (error: unknown) => {
        console.error(error);
        if (!silently) place.replaceChildren(sentence(MISSING, 'alert'));
      });
  };
}
