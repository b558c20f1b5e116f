/**
 * The page that checks a certificate's PDF, which the browser reads and sends nowhere; checker.entry.tsx does the
 * work.
 */
import type { FC } from 'hono/jsx';
import { factory } from '../../http/context.ts';
import { En, Layout } from '../frame/layout.tsx';
import { hostOf, kept, page } from '../frame/problem-pages.tsx';

const CheckPage: FC<{ host: string; roots: readonly string[] }> = ({ host, roots }) => (
  <Layout
    title={{ zh: '核验证书文件', en: 'Check a certificate’s PDF' }}
    host={host}
    script="check.js"
    work="checker.js"
    listed
  >
    <section class="lead">
      <h1>
        核验证书 PDF<En>Check a certificate’s PDF</En>
      </h1>
      <p>
        文件由您的浏览器读取和核对，不会上传。打开过一次之后，断网也能核对，并说明状态信息截至何时；联网时另按编号查询证书的当前状态。
        <En>
          Your browser reads and checks the file; it is not uploaded. Once you were here it works without a network, and
          says how old its knowledge of the status is; with one, the certificate’s present status is looked up by its
          number.
        </En>
      </p>
    </section>
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

export const checkRoutes = factory
  .createApp()
  .get('/check', (c) => page(c, 200, <CheckPage host={hostOf(c)} roots={c.var.service.config.trustRoot} />, kept));
