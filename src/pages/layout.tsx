/**
 * Owns the frame of every page: head, header, footer, and how two languages stand together (Chinese first,
 * English beneath, each with its `lang`).
 * It refuses inline scripts and styles and anything from another host; the policy in http/pages.tsx holds it to that.
 */
import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import type { Words } from './words.ts';

/** A seal of its own, not an emblem of the state (DOMAIN § 2: no department takes part in issuing). */
const ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='6' fill='%230b3d6b'/%3E%3Cpath d='M8 17l6 6L25 10' fill='none' stroke='white' stroke-width='4'/%3E%3C/svg%3E";

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
  title: string;
  /** Host of the service, e.g. `lz.example.cn`. */
  host: string;
  /** Browser code of this page, a name in `/assets`. */
  script?: string;
  /** Whether search engines may list the page: only the home page, never a certificate. */
  listed?: boolean;
  children?: Child;
}

export const Layout: FC<LayoutProps> = ({ title, host, script, listed = false, children }) => (
  <html lang="zh-CN">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      {listed ? null : <meta name="robots" content="noindex" />}
      <meta name="format-detection" content="telephone=no" />
      <title>{`${title} · 鲁证`}</title>
      <meta name="theme-color" content="#0b3d6b" />
      <link rel="icon" href={ICON} />
      <link rel="apple-touch-icon" href="/assets/icon-192.png" />
      <link rel="manifest" href="/manifest.webmanifest" />
      <link rel="stylesheet" href="/assets/style.css" />
      {script ? <script type="module" src={`/assets/${script}`}></script> : null}
    </head>
    <body>
      <a class="skip" href="#main">
        跳到正文 <span lang="en">Skip to content</span>
      </a>
      <header>
        <a href="/">
          <b>鲁证</b>
          <span>
            职业技能等级证书查验
            <En>Vocational skill certificates, verified</En>
          </span>
        </a>
      </header>
      <main id="main" tabindex={-1}>
        {children}
      </main>
      <footer>
        <p>
          <a href="/desk">
            机构工作台 <span lang="en">Desk for organizations</span>
          </a>
        </p>
        <p>
          查验免费，无需注册。请认准网址 <strong>{host}</strong>，不要在其他网址填写个人信息。
          <En>
            Free, no registration. Make sure that the address is <strong>{host}</strong>.
          </En>
        </p>
        <p>
          在线页面的结论以信任本网站为前提。不必信任本网站的核对方法：用证书文件内附的核验包和省级根密钥指纹离线核验。
          <En>A page online is only as trustworthy as its host. To check without trusting it, verify the bundle inside the certificate’s PDF offline, under the root key’s thumbprint.</En>
        </p>
      </footer>
    </body>
  </html>
);
