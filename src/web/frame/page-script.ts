/**
 * What the scripts of pages share: words put on the page as text, files that are chosen or dropped, and the larger
 * half of a page, which is fetched when somebody is about to use it.
 */
import type { Words } from '../../base/words.ts';
import { TABLE_LIMITS, tableTooLarge } from '../../formats/table/table-rows.ts';

const english = (): boolean => document.documentElement.lang.startsWith('en');

const span = (lang: string, text: string, second: boolean): HTMLElement => {
  const element = document.createElement('span');
  element.lang = lang;
  if (second) element.className = 'en';
  element.textContent = text;
  return element;
};

/** Both languages, the reader's first. */
export function both({ zh, en }: Words): DocumentFragment {
  const content = document.createDocumentFragment();
  if (english()) content.append(span('en', en, false), span('zh-CN', zh, true));
  else content.append(zh, span('en', en, true));
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

// How pages take files: chosen in `#file`, or dropped anywhere while `#drop` says so; and lists, up to the size of one.

/** The bytes of a chosen list; what is larger than any list is not read. @throws Refusal `table_too_large` */
export async function bytesOfList(file: File): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > TABLE_LIMITS.bytes) throw tableTooLarge('bytes');
  return new Uint8Array(await file.arrayBuffer());
}

export function takeFiles(take: (file: File) => void): void {
  const input = document.getElementById('file') as HTMLInputElement;
  const drop = document.getElementById('drop') as HTMLElement;
  const first = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file) take(file);
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
  // Whoever uses it later is told that it did not come.
  const warm = (): void => void fetchWork().catch((error: unknown) => console.info(error));
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
