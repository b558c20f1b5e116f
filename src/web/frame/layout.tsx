/**
 * The frame of every page: head, header with the switch of language, footer, and how two languages stand together.
 * The style stands in the page, so that nothing has to be fetched before the first words can be read. No inline
 * scripts, no `style` attributes, nothing from another host: the policy of page-response.tsx forbids them.
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
        {/* Under the header's no-referrer a browser would not even tell this service that a form stood here (http/origin.ts). */}
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
