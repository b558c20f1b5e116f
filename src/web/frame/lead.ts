/**
 * Lets English lead on a finished page. Components write `中文<En>English</En>`; for readers of English the page's text
 * is rearranged, so that sight and screen readers alike meet English first: the English loses its span, and the
 * Chinese before it moves behind it into the span of the second language. Chinese without English (names, mostly)
 * gets its `lang`. It reads only what hono/jsx wrote: every tag closed, every `<` and `>` of a text escaped.
 */
/**
 * Lets English lead on a finished page. Components write `中文<En>English</En>`; for readers of English the page's text is
 * rearranged, so that sight and screen readers alike meet English first: the English loses its span, and the Chinese
 * before it moves behind it into the span of the second language. Chinese without English (names, mostly) gets its `lang`.
 * It reads only what hono/jsx wrote: every tag closed, every `<` and `>` of a text escaped.
 */
const SECOND = '<span lang="en" class="en">';
const ASIDE = '<span lang="en">';
const CHINESE = '<span lang="zh-CN">';
const VOID = new Set(['meta', 'link', 'input', 'br', 'hr', 'img', 'wbr']);
/** Part of a sentence; whatever else stands between two sentences parts them. */
const INLINE = new Set(['a', 'b', 'br', 'code', 'em', 'mark', 'small', 'span', 'strong', 'time', 'wbr']);
/** Elements that hold text alone, or none of a language; `text` and `desc` are SVG's, which holds no span. */
const TEXT_ONLY = new Set(['code', 'title', 'option', 'textarea', 'script', 'style', 'text', 'desc']);

interface Part {
  kind: 'text' | 'inline' | 'block' | 'second' | 'aside';
  html: string;
}
interface Open {
  tag: string;
  name: string;
  parts: Part[];
}

const blank = (html: string): boolean => html.trim() === '';
const markChinese = ({ kind, html }: Part): string =>
  kind === 'text' && /\p{Script=Han}/u.test(html)
    ? html.replace(/\S(?:.*\S)?/s, (text) => `${CHINESE}${text}</span>`)
    : html;

/** The content of one element with its pairs turned round. */
function arrange({ name, tag, parts }: Open): string {
  const marked = TEXT_ONLY.has(name) || tag.includes('lang="zh') ? ({ html }: Part) => html : markChinese;
  let done = '';
  let run: Part[] = [];
  const flush = (): void => {
    done += run.map(marked).join('');
    run = [];
  };
  for (const part of parts) {
    const before = run.at(-1);
    if (part.kind === 'second') {
      const chinese = run.map(({ html }) => html).join('');
      done += part.html + (blank(chinese) ? chinese : `<span lang="zh-CN" class="en">${chinese.trim()}</span>`);
      run = [];
    } else if (part.kind === 'aside' && before?.kind === 'text' && !blank(before.html)) {
      const [, start, chinese, end] = /^(\s*)(.*?)(\s*)$/s.exec(before.html) as unknown as [
        string,
        string,
        string,
        string,
      ];
      run[run.length - 1] = { kind: 'inline', html: `${start}${part.html}${end || ' '}${CHINESE}${chinese}</span>` };
    } else if (part.kind === 'block') {
      flush();
      done += part.html;
    } else run.push(part);
  }
  flush();
  return done;
}

/** Rearranges a page, or a piece of one, for readers of English. */
export function leadWithEnglish(html: string): string {
  const stack: Open[] = [{ tag: '', name: '', parts: [] }];
  for (const [token] of html.matchAll(/<[^>]*>|[^<]+/g)) {
    const top = stack.at(-1) as Open;
    const name = /^<\/?([a-z][a-z0-9]*)/i.exec(token)?.[1];
    if (name === undefined) top.parts.push({ kind: token.startsWith('<') ? 'block' : 'text', html: token });
    else if (token.startsWith('</')) {
      const closed = stack.pop() as Open;
      const inner = arrange(closed);
      const kind =
        closed.tag === SECOND ? 'second' : closed.tag === ASIDE ? 'aside' : INLINE.has(name) ? 'inline' : 'block';
      (stack.at(-1) as Open).parts.push({ kind, html: kind === 'second' ? inner : closed.tag + inner + token });
    } else if (VOID.has(name)) top.parts.push({ kind: INLINE.has(name) ? 'inline' : 'block', html: token });
    else stack.push({ tag: token, name, parts: [] });
  }
  return arrange(stack[0] as Open);
}

export async function htmlOf(content: unknown): Promise<string> {
  const text = String(await (content as Promise<string>));
  return document.documentElement.lang === 'en' ? leadWithEnglish(text) : text;
}
