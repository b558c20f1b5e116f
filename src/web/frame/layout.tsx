/**
 * The frame of every page: head, header with the switch of language, footer, and how two languages stand together.
 * The style stands in the page, so that nothing has to be fetched before the first words can be read. No inline
 * scripts, no `style` attributes, nothing from another host: the policy of problem-pages.tsx forbids them.
 */
import { raw } from 'hono/html';
import { type Child, createContext, type FC, type PropsWithChildren, useContext } from 'hono/jsx';
import { LANGUAGE_TAGS, type Language, type Words } from '../../base/words.ts';

/** A seal of its own, not an emblem of the state (DOMAIN § 2: no department takes part in issuing). */
const ICON =
  "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2032%2032'%3E%3Crect%20width='32'%20height='32'%20rx='6'%20fill='%230b3d6b'/%3E%3Cpath%20d='M8%2017l6%206L25%2010'%20fill='none'%20stroke='white'%20stroke-width='4'/%3E%3C/svg%3E";

export const En: FC<PropsWithChildren> = ({ children }) => (
  <span lang="en" class="en">
    {children}
  </span>
);

/** One thing said twice. */
export const Both: FC<{ words: Words }> = ({ words }) => (
  <>
    {words.zh}
    <En>{words.en}</En>
  </>
);

/** A paragraph said twice. */
export const Para: FC<{ words: Words }> = ({ words }) => (
  <p>
    <Both words={words} />
  </p>
);

interface LayoutProps {
  /** In both languages; a title without Words stays as it is in both. It holds nothing of a person: chats show it. */
  title: Words | string;
  /** Host of the service, e.g. `lz.example.cn`. */
  host: string;
  /** Browser code of this page, a name in `/assets`. */
  script?: string;
  /** The larger half of that code, which it fetches when it is needed. */
  work?: string;
  /** Parts of the style (src/web/style) that the page needs besides the base. */
  styles?: readonly ('charts' | 'desk' | 'docs' | 'draws' | 'list' | 'notices')[];
  /** Whether search engines may list the page: never a certificate. */
  listed?: boolean;
  children?: Child;
}

const NAME: Words = { zh: '鲁证 · 职业技能等级证书查验', en: 'Luzheng · vocational skill certificates, verified' };
const ABOUT: Words = {
  zh: '打开后当场核对签名和当前状态，免费，无需注册。',
  en: 'Opens with signatures and present status checked on the spot. Free, no registration.',
};
const PAGES: Words = { zh: '本站页面', en: 'Pages of this site' };

/** A form, so that it works without JavaScript; what it answers with is the same page. */
const LanguageSwitch: FC = () => {
  const { language, path } = useContext(ReaderContext);
  return (
    <form method="post" action="/language" id="language">
      <input type="hidden" name="back" value={path} />
      {language === 'zh' ? (
        <button type="submit" name="to" value="en" lang="en">
          English
        </button>
      ) : (
        <button type="submit" name="to" value="zh" lang="zh-CN">
          中文
        </button>
      )}
    </form>
  );
};

interface LeadProps {
  title: Words;
  /** The first paragraph, what it is about; whatever else is said stands in the children. */
  text?: Words | undefined;
  /** Of the heading itself, where scripts have to find it or to put the focus there. */
  heading?: { id?: string; tabindex: number };
  children?: unknown;
}

/** How a page begins: its heading, and what it is about. */
export const Lead: FC<LeadProps> = ({ title, text, heading, children }) => (
  <section class="lead">
    <h1 {...heading}>
      <Both words={title} />
    </h1>
    {text ? <Para words={text} /> : null}
    {children as never}
  </section>
);

/** One fact of a list (dl): its name and what it is. */
export const Fact: FC<{ label: Words; children?: unknown }> = ({ label, children }) => (
  <div>
    <dt>
      <Both words={label} />
    </dt>
    <dd>{children as never}</dd>
  </div>
);

/** The head of a table: what each of its columns is called. */
export const Heads: FC<{ columns: readonly Words[] }> = ({ columns }) => (
  <thead>
    <tr>
      {columns.map((words) => (
        <th scope="col">
          <Both words={words} />
        </th>
      ))}
    </tr>
  </thead>
);

/** The way from page to page of a list that has several. */
export const Pager: FC<{ page: number; pages: number; address(page: number): string }> = ({ page, pages, address }) =>
  pages < 2 ? null : (
    <nav class="pager" aria-label={inLanguage({ zh: '翻页', en: 'Pages of the list' })}>
      {page > 1 ? (
        <a href={address(page - 1)} rel="prev">
          上一页 <span lang="en">Previous</span>
        </a>
      ) : null}
      <span>
        {page} / {pages}
      </span>
      {page < pages ? (
        <a href={address(page + 1)} rel="next">
          下一页 <span lang="en">Next</span>
        </a>
      ) : null}
    </nav>
  );

const Footer: FC<{ host: string }> = ({ host }) => (
  <footer>
    <nav aria-label={inLanguage(PAGES)}>
      <ul>
        <li>
          <a href="/organizations">
            备案机构 <span lang="en">Organizations</span>
          </a>
        </li>
        <li>
          <a href="/supervision">
            督导检查 <span lang="en">Supervision</span>
          </a>
        </li>
        <li>
          <a href="/notices">
            结果公示 <span lang="en">Notices of results</span>
          </a>
        </li>
        <li>
          <a href="/statistics">
            统计数据 <span lang="en">Statistics</span>
          </a>
        </li>
        <li>
          <a href="/docs">
            接口文档 <span lang="en">API documentation</span>
          </a>
        </li>
        <li>
          <a href="/desk">
            工作台 <span lang="en">Desk</span>
          </a>
        </li>
      </ul>
    </nav>
    <p>
      查验免费，无需注册。请认准网址 <strong>{host}</strong>，不要在其他网址填写个人信息。
      <En>
        Free, no registration. Make sure that the address is <strong>{host}</strong>.
      </En>
    </p>
    <p>
      在线页面的结论以信任本网站为前提。不必信任本网站的核对方法：用证书文件内附的核验包和省级根密钥指纹离线核验。
      <En>
        A page online is only as trustworthy as its host. To check without trusting it, verify the bundle inside the
        certificate’s PDF offline, under the root key’s thumbprint.
      </En>
    </p>
  </footer>
);

export const Layout: FC<LayoutProps> = ({ title, host, script, work, styles = [], listed = false, children }) => {
  const { language, versions = {}, styles: parts = {} } = useContext(ReaderContext);
  const asset = (name: string) => `/assets/${name}${versions[name] === undefined ? '' : `?v=${versions[name]}`}`;
  return (
    <html lang={LANGUAGE_TAGS[language]}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {/* Under the header's no-referrer a browser would not even tell this service that a form stood here (http/cross-site.ts). */}
        <meta name="referrer" content="same-origin" />
        {listed ? null : <meta name="robots" content="noindex" />}
        <meta name="format-detection" content="telephone=no" />
        <title>{`${typeof title === 'string' ? title : title[language]} · ${language === 'zh' ? '鲁证' : 'Luzheng'}`}</title>
        <meta property="og:title" content={inLanguage(NAME)} />
        <meta property="og:description" content={inLanguage(ABOUT)} />
        <meta name="theme-color" content="#0b3d6b" />
        <link rel="icon" href={ICON} />
        <link rel="apple-touch-icon" href="/assets/icon-192.png" />
        <link rel="manifest" href="/manifest.webmanifest" />
        {['base', ...styles].map((part) => (
          <style>{raw(parts[part]?.css ?? '')}</style>
        ))}
        {script ? <script type="module" src={asset(script)} data-work={work && asset(work)}></script> : null}
      </head>
      <body>
        <a class="skip" href="#main">
          跳到正文 <span lang="en">Skip to content</span>
        </a>
        <header>
          <div>
            <a href="/">
              <b lang="zh-CN">鲁证</b>
              <span>
                职业技能等级证书查验
                <En>Vocational skill certificates, verified</En>
              </span>
            </a>
            <LanguageSwitch />
          </div>
        </header>
        <main id="main" tabindex={-1}>
          {children}
        </main>
        <Footer host={host} />
      </body>
    </html>
  );
};

export interface Reader {
  language: Language;
  /** Path and query of the page, where the switch leads back to. */
  path: string;
  /** Versions of the files in `/assets`. */
  versions?: Readonly<Record<string, string>>;
  /** The style, by part. */
  styles?: Readonly<Record<string, { css: string }>>;
}

export const ReaderContext = createContext<Reader>({ language: 'zh', path: '/' });

/** Where only one language fits (title, aria-label, placeholder): the reader's. Call it while a component renders. */
export const inLanguage = (words: Words): string => words[useContext(ReaderContext).language];

// Lets English lead on a finished page. Components write `中文<En>English</En>`; for readers of English the page's text
// is rearranged, so that sight and screen readers alike meet English first: the English loses its span, and the
// Chinese before it moves behind it into the span of the second language. Chinese without English (names, mostly)
// gets its `lang`. It reads only what hono/jsx wrote: every tag closed, every `<` and `>` of a text escaped.

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
