/**
 * What the certificate page says of the digits of a QR code. The server never sees the digits: it lays out all
 * answers as templates, and certificate.entry.ts shows the one that is true.
 */
import type { Child, FC } from 'hono/jsx';
import { En } from '../frame/layout.tsx';

interface SealProps {
  number: string;
  /** Thumbprints of the trusted root keys. */
  roots: readonly string[];
  /** The signed part of the register's certificate; absent when the register has none. */
  credential?: string | undefined;
}

const Answer: FC<{ state: string; kind: string; role?: 'alert' | 'status'; children?: Child }> = ({
  state,
  kind,
  role = 'status',
  children,
}) => (
  <template data-seal={state}>
    <div class={`seal ${kind}`} role={role}>
      {children}
    </div>
  </template>
);

/** A place that the browser fills with text. */
const Fill: FC<{ name: string; children?: Child }> = ({ name, children }) => <b data-fill={name}>{children}</b>;

const Contents: FC = () => (
  <dl class="facts">
    <div>
      <dt>
        姓名<En>Name</En>
      </dt>
      <dd>
        <Fill name="name">（二维码内未写全名）</Fill>
      </dd>
    </div>
    <div>
      <dt>
        职业<En>Occupation</En>
      </dt>
      <dd>
        <Fill name="occupation">（以摘要写入）</Fill>
      </dd>
    </div>
    <div>
      <dt>
        发证日期<En>Issued on</En>
      </dt>
      <dd>
        <Fill name="issued_on"></Fill>
      </dd>
    </div>
  </dl>
);

const Code: FC = () => (
  <p>
    <code data-fill="code"></code>
  </p>
);

export const SealCheck: FC<SealProps> = ({ number, roots, credential }) => (
  <>
    <section
      id="seal"
      aria-live="polite"
      data-number={number}
      data-roots={roots.join(' ')}
      {...(credential === undefined ? {} : { 'data-credential': credential })}
    ></section>
    <Answer state="checking" kind="neutral">
      <p>
        正在核对二维码中的签名…<En>Checking the signature in the QR code…</En>
      </p>
    </Answer>
    <Answer state="genuine" kind="good">
      <h2>
        二维码签名真实<En>The QR code’s signature is genuine</En>
      </h2>
      <p>
        您的浏览器核对了二维码中的签名：它由颁发机构的密钥签署，与登记内容一致。请与纸面上的姓名对照；证书是否有效，以下方结论为准。
        <En>
          Your browser checked the code: it was signed with the issuing organization’s key and agrees with the register.
          Compare the name with the paper; whether the certificate is in force is said below.
        </En>
      </p>
      <Contents />
    </Answer>
    <Answer state="unlisted" kind="warn" role="alert">
      <h2>
        二维码签名真实，但登记中没有此编号
        <En>The QR code’s signature is genuine, but the register does not hold this number</En>
      </h2>
      <p>
        不能据此确认证书有效，请向颁发机构核实。
        <En>This does not confirm the certificate; ask the issuing organization.</En>
      </p>
      <Contents />
    </Answer>
    <Answer state="differs" kind="bad" role="alert">
      <h2>
        二维码与登记内容不一致<En>The QR code and the register differ</En>
      </h2>
      <p>
        二维码中的签名有效，但内容与登记的证书不同，请勿采信，并请向颁发机构核实。
        <En>
          The code carries a valid signature but says something else than the registered certificate. Do not rely on it;
          ask the issuing organization.
        </En>
      </p>
      <p>
        <code data-fill="part"></code>
      </p>
      <Contents />
    </Answer>
    <Answer state="failed" kind="bad" role="alert">
      <h2>
        二维码签名验证不通过，请勿采信此二维码<En>The QR code’s signature does not verify. Do not rely on this code</En>
      </h2>
      <p>
        二维码中的数据没有备案机构的有效签名：可能被改动过、扫描有误，或不是本平台证书上的二维码。
        {credential === undefined ? null : '下方只是该编号的登记情况，不能证明您手中的证书就是这一张。'}
        <En>
          The data in the code carry no valid signature of a filed organization: they were altered, scanned wrongly, or
          come from something else than a certificate of this service.
          {credential === undefined
            ? ''
            : ' Below is only what the register holds under this number; it does not show that the certificate in your hands is that one.'}
        </En>
      </p>
      <Code />
    </Answer>
    <Answer state="unread" kind="warn" role="alert">
      <h2>
        没有核对二维码中的签名<En>The signature in the QR code was not checked</En>
      </h2>
      <p>
        网址 # 之后不是二维码的签名数据，可能在转发时被微信、QQ 等替换，也可能二维码本来就没有签名。 请用本站
        <a href="/scan">扫描</a>证书上的二维码；在那之前，不能据此确认手中的证书。
        <En>
          What stands after # in the address is not the signed data of a QR code: an app may have replaced it when the
          address was passed on, or the code never had any. Scan the code on the certificate here; until then this does
          not confirm the certificate in your hands.
        </En>
      </p>
    </Answer>
    <Answer state="unknown" kind="warn">
      <h2>
        未能核对二维码中的签名<En>The QR code’s signature could not be checked</En>
      </h2>
      <p>
        浏览器或网络不支持本次核对，可刷新重试，或换一个浏览器打开。
        <En>The browser or the network prevented the check. Reload the page, or open it in another browser.</En>
      </p>
      <Code />
    </Answer>
    <noscript>
      <p class="seal neutral">
        浏览器未启用 JavaScript：以下结论按编号查得，二维码中的签名没有核对。
        <En>JavaScript is off: what follows was looked up by number; the signature in a QR code was not checked.</En>
      </p>
    </noscript>
  </>
);
