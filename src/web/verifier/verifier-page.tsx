/**
 * The body of the single-file verifier: under which root it checks, how old its knowledge is, what it cannot know,
 * and the places to bring something.
 */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { En } from '../frame/layout.tsx';

export interface VerifierProps {
  roots: readonly string[];
  /** Of the snapshot inside: its service, when it was kept (words), and how long ago. */
  kept: { origin: string; at: string; ago: Words } | undefined;
}

export const VerifierPage: FC<VerifierProps> = ({ roots, kept }) => (
  <>
    <header>
      <a href="#main">
        <b>鲁证</b>
        <span>
          职业技能等级证书离线核验
          <En>Vocational skill certificates, verified offline</En>
        </span>
      </a>
    </header>
    <main id="main" tabindex={-1}>
      <section class="lead">
        <h1>
          离线核验证书<En>Verify certificates offline</En>
        </h1>
        <p>
          这个文件自带全部核验程序，不联网，不上传任何内容；不必信任任何网站。
          <En>This file carries all it needs. It uses no network, sends nothing, and trusts no website.</En>
        </p>
      </section>
      <section class={kept ? 'card' : 'notice'}>
        <h2>
          依据什么核验<En>What it checks against</En>
        </h2>
        <p>
          省级根密钥指纹：请与证书上印的、或省鉴定指导中心公布的逐字对照。
          <En>
            Thumbprint of the province’s root key: compare it with the one printed on the certificate, or published by
            the province’s centre.
          </En>
        </p>
        {roots.map((root) => (
          <p>
            <code>{root}</code>
          </p>
        ))}
        {kept ? (
          <p id="kept">
            内置 {kept.origin} 的信任列表和状态列表，截至 {kept.at}（{kept.ago.zh}
            ）；此后新备案的机构和撤销的证书无从得知。
            <En>
              It carries the trust and status lists of {kept.origin} as of {kept.at} ({kept.ago.en}); organizations
              filed and certificates revoked since are unknown.
            </En>
          </p>
        ) : (
          <p id="kept">
            没有内置信任列表：只能核对带核验包的 PDF 和核验包本身，证书的状态和二维码无法核对。
            <En>
              It carries no trust list: only PDFs with a bundle and bundles can be checked, and neither the status nor
              QR codes.
            </En>
          </p>
        )}
      </section>
      <section class="card">
        <label for="file" class="drop" id="drop">
          <b>
            选择证书 PDF、核验包、凭证，或二维码图片；也可拖到这里
            <En>Choose a certificate’s PDF, bundle or credential, or a picture of its QR code; or drop it here</En>
          </b>
          <input type="file" id="file" accept="application/pdf,.pdf,application/json,.json,.sd-jwt,image/*" />
        </label>
        <form id="by-hand">
          <label for="typed">
            二维码内容（可用扫码枪输入）<En>What the QR code says (a hand scanner can type it)</En>
          </label>
          <input id="typed" autocomplete="off" spellcheck={false} maxlength={2000} />
          <button type="submit" class="second">
            核对<En>Check</En>
          </button>
        </form>
      </section>
      <div id="answer" aria-live="polite"></div>
    </main>
  </>
);
