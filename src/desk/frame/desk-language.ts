/**
 * The switch of language on the desk's page. The page stays, because the key lives in its memory and what was typed
 * in its fields: both languages stand on it already, and the other one comes to lead where it stands.
 */
import { get } from '../../web/frame/page-script.ts';

type Language = 'zh' | 'en';
const TAGS: Record<Language, string> = { zh: 'zh-CN', en: 'en' };
/** Part of a sentence; whatever else stands between two sentences parts them (web/frame/layout.tsx). */
const INLINE = ['A', 'B', 'BR', 'CODE', 'EM', 'MARK', 'SMALL', 'SPAN', 'STRONG', 'TIME', 'WBR'];
const SWITCH = { zh: '中文', en: 'English' };

const isSecond = (node: Node): boolean => node instanceof HTMLSpanElement && node.classList.contains('en');
const inline = (node: Node): boolean =>
  node instanceof Text || (node instanceof Element && INLINE.includes(node.tagName) && !isSecond(node));

/** The nodes of a sentence that stand before its second language. */
function runBefore(second: Element): ChildNode[] {
  const run: ChildNode[] = [];
  for (let node = second.previousSibling; node && inline(node); node = node.previousSibling) run.unshift(node);
  return run;
}

/** Lets the second language of a sentence lead. */
function turn(second: HTMLElement, language: Language): void {
  const run = runBefore(second);
  if (run.every(({ textContent }) => (textContent ?? '').trim() === '')) return;
  const behind = document.createElement('span');
  behind.lang = TAGS[language === 'zh' ? 'en' : 'zh'];
  behind.className = 'en';
  const [only] = run;
  // A language that already had a span of its own needs no second one.
  const whole = run.length === 1 && only instanceof HTMLSpanElement && only.lang !== '' ? [...only.childNodes] : run;
  second.before(...second.childNodes);
  behind.append(...whole);
  if (whole !== run) (only as ChildNode).remove();
  second.replaceWith(behind);
}

/**
 * `中文 <span lang="en">English</span>` and `<span lang="en">English</span> <span lang="zh-CN">中文</span>`: one behind the
 * other in one line.
 */
function turnAside(aside: HTMLElement, language: Language): void {
  const chinese = language === 'en' ? aside.previousSibling : aside.nextElementSibling;
  if (language === 'en' && chinese instanceof Text && chinese.data.trim() !== '') {
    const span = document.createElement('span');
    span.lang = TAGS.zh;
    span.textContent = chinese.data.trim();
    chinese.data = chinese.data.replace(/\S(?:.*\S)?\s*$/s, '');
    aside.after(' ', span);
  } else if (
    language === 'zh' &&
    chinese instanceof HTMLSpanElement &&
    chinese.lang.startsWith('zh') &&
    !isSecond(chinese)
  ) {
    aside.before(...chinese.childNodes, ' ');
    chinese.remove();
  }
}

/** Lets a language lead below an element. */
function lead(root: HTMLElement, language: Language): void {
  const tag = language === 'en' ? 'en' : 'zh';
  const seconds = [...root.querySelectorAll<HTMLElement>(`span.en[lang^="${tag}"]`)];
  const asides = [...root.querySelectorAll<HTMLElement>('span[lang="en"]:not(.en)')].filter(
    (aside) => !aside.closest('span.en'),
  );
  for (const aside of asides) turnAside(aside, language);
  for (const second of seconds) turn(second, language);
}

/** What is copied later has to lead with the same language. */
const whole = (): HTMLElement[] => [
  document.body,
  ...[...document.querySelectorAll('template')].map(({ content }) => content as unknown as HTMLElement),
];

/**
 * Sets the reader's language here and, by its cookie, on the pages to come. @throws where the service cannot be reached
 */
export async function switchLanguage(form: HTMLFormElement, language: Language): Promise<void> {
  // The answer leads back to the page that stays here.
  await fetch(form.action, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ to: language, back: '/desk' }).toString(),
  });
  document.documentElement.lang = TAGS[language];
  for (const root of whole()) lead(root, language);
  const button = form.querySelector<HTMLButtonElement>('button');
  const other = language === 'zh' ? 'en' : 'zh';
  if (button) [button.value, button.lang, button.textContent] = [other, TAGS[other], SWITCH[other]];
}

/** Whether the view that is shown has fields of its own, which another drawing would empty. */
export const hasFields = (): boolean =>
  [...get('view').querySelectorAll<HTMLInputElement>('input, textarea, select')].some(
    (field) => field.type !== 'search' || field.value !== '',
  );
