/**
 * The pages on which the browser checks by itself, also without a network: /check takes a certificate's PDF
 * (checker.entry.tsx), /scan its QR code by camera, picture or typed text (scan.entry.tsx). Nothing is uploaded.
 */
import type { FC } from 'hono/jsx';
import { factory } from '../../http/context.ts';
import { En, Layout, Lead } from '../frame/layout.tsx';
import { answerProblem, hostOf, kept, page } from '../frame/problem-pages.tsx';

const CheckPage: FC<{ host: string; roots: readonly string[] }> = ({ host, roots }) => (
  <Layout
    title={{ zh: '核验证书文件', en: 'Check a certificate’s PDF' }}
    host={host}
    script="check.js"
    work="checker.js"
    listed
  >
    <Lead
      title={{ zh: '核验证书 PDF', en: 'Check a certificate’s PDF' }}
      text={{
        zh: '文件由您的浏览器读取和核对，不会上传。打开过一次之后，断网也能核对，并说明状态信息截至何时；联网时另按编号查询证书的当前状态。',
        en: 'Your browser reads and checks the file; it is not uploaded. Once you were here it works without a network, and says how old its knowledge of the status is; with one, the certificate’s present status is looked up by its number.',
      }}
    />
    <section class="card" id="check" data-roots={roots.join(' ')}>
      <label for="file" class="drop" id="drop">
        <b>
          选择证书 PDF（或核验包、凭证），或把文件拖到这里
          <En>Choose a certificate’s PDF, bundle or credential, or drop it here</En>
        </b>
        <input type="file" id="file" accept="application/pdf,.pdf,application/json,.json,.sd-jwt" />
      </label>
      <noscript>
        <p class="notice">
          核对文件需要启用 JavaScript。也可以用证书编号<a href="/">查询</a>。
          <En>Checking a file needs JavaScript. You can also look the number up.</En>
        </p>
      </noscript>
    </section>
    <div id="answer" aria-live="polite"></div>
  </Layout>
);

const ScanPage: FC<{ host: string; hosts: readonly string[]; roots: readonly string[] }> = ({ host, hosts, roots }) => (
  <Layout title={{ zh: '扫描证书二维码', en: 'Scan a certificate’s QR code' }} host={host} script="scan.js" listed>
    <Lead
      title={{ zh: '扫描证书二维码', en: 'Scan a certificate’s QR code' }}
      text={{
        zh: '图像只在您的手机上识别，不会上传。不是本网站的二维码会被指出，不会被打开。',
        en: 'The picture is read on your phone and not uploaded. Codes of other sites are named, never opened.',
      }}
    />
    <noscript>
      <section class="notice">
        <p>
          本页扫描需要启用 JavaScript。也可以用手机自带的相机扫描二维码，它会直接打开证书页面；或用证书编号
          <a href="/">查询</a>。
          <En>
            Scanning here needs JavaScript. Your phone’s own camera opens the certificate’s page from the code as well;
            or look the number up.
          </En>
        </p>
      </section>
    </noscript>
    <section class="card scan" id="scan" data-roots={roots.join(' ')} data-hosts={hosts.join(' ')}>
      <div class="view">
        <video id="video" muted playsinline aria-label="相机画面 / the camera’s picture"></video>
      </div>
      <p class="hint aim">
        把证书上的整个二维码放进画面，靠近、对正<En>Bring the whole code into the picture, close and straight</En>
      </p>
      <div class="buttons" data-script hidden>
        <button type="button" id="start">
          打开相机扫描<En>Scan with the camera</En>
        </button>
        <button type="button" id="stop" class="second">
          停止<En>Stop</En>
        </button>
        <button type="button" id="again" class="second" hidden>
          联网后重新查询<En>Look again online</En>
        </button>
        <button type="button" id="torch" class="second" aria-pressed="false" hidden>
          手电筒<En>Torch</En>
        </button>
      </div>
    </section>
    <div id="answer" aria-live="polite"></div>
    <section class="card" data-script hidden>
      <label for="picture">
        没有相机权限？选择或拍摄二维码图片<En>No camera here? Choose or take a picture of the code</En>
      </label>
      <input type="file" id="picture" accept="image/*" />
      <form id="by-hand">
        <label for="typed">
          二维码内容或证书编号<En>What the code says, or the number</En>
        </label>
        <input id="typed" autocomplete="off" autocapitalize="characters" spellcheck={false} maxlength={2000} />
        <button type="submit" class="second">
          核对<En>Check</En>
        </button>
      </form>
    </section>
  </Layout>
);

export const checkRoutes = factory
  .createApp()
  .get('/check', (c) => page(c, 200, <CheckPage host={hostOf(c)} roots={c.var.service.config.trustRoot} />, kept))
  .get('/scan', (c) => {
    const { origin, hosts, trustRoot } = c.var.service.config;
    return page(c, 200, <ScanPage host={new URL(origin).host} hosts={hosts} roots={trustRoot} />, kept);
  });

checkRoutes.onError((error, c) => answerProblem(c, error));
