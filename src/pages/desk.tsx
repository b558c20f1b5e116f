/**
 * Owns the desk of organizations (评价机构): choose the key file, see the batches, save a batch's certificates. The
 * server lays out the page and every sentence; src/client/desk.entry.ts fills in and shows.
 * It refuses to ask for anything that would have to be sent: the key stays in the browser.
 */
import type { FC } from 'hono/jsx';
import { ENDS, STATES, TROUBLES } from './desk-words.ts';
import { Both, En, Layout } from './layout.tsx';
import type { Words } from './words.ts';

/** A sentence whose `{names}` the browser fills in. */
const Blanks: FC<{ text: string }> = ({ text }) => <>{text.split(/\{(\w+)\}/).map((part, at) => (at % 2 === 0 ? part : <b data-fill={part}></b>))}</>;

const Say: FC<{ code: string; words: Words; kind: 'notice' | 'verdict valid' | 'seal neutral' }> = ({ code, words, kind }) => (
  <template data-say={code}>
    <div class={kind} role={kind === 'notice' ? 'alert' : 'status'}>
      <p>
        <Blanks text={words.zh} />
        <En>
          <Blanks text={words.en} />
        </En>
      </p>
    </div>
  </template>
);

const KeyCard: FC = () => (
  <section class="card" id="choose">
    <h2>
      选择密钥文件<En>Choose your key file</En>
    </h2>
    <p>
      密钥文件只在您的浏览器里读取，用来为每次请求签名：不会上传，也不会保存。关闭或刷新本页后须重新选择。
      <En>The key file is read by your browser alone, to sign each request: it is neither uploaded nor stored. After closing or reloading this page, choose it again.</En>
    </p>
    <div class="drop">
      <label for="key-file">
        密钥文件<En>Key file</En>
      </label>
      <input id="key-file" type="file" accept=".json,application/json" aria-describedby="key-hint" />
      <p class="hint" id="key-hint">
        也可以把文件拖到本页<En>Or drop the file anywhere on this page</En>
      </p>
    </div>
    <p class="hint">
      即 luzheng keys make 生成、由备案中心用 luzheng client 登记过的 JSON 文件。
      <En>The JSON file that luzheng keys make wrote and your centre named with luzheng client.</En>
    </p>
  </section>
);

const Work: FC = () => (
  <section class="card" id="work" hidden aria-labelledby="work-title">
    <h2 id="work-title" tabindex={-1}>
      正在下载<En>Downloading</En>
    </h2>
    <p class="hint">
      批次 <span lang="en">Batch</span> <code data-fill="id"></code>
    </p>
    <progress id="bar" max="1" value="0" aria-labelledby="work-title"></progress>
    <p>
      <b data-fill="done">0</b> / <span data-fill="count"></span> 张 <span lang="en">certificates</span>
    </p>
    <p class="hint" id="in-parts" hidden>
      每 200 张存为一个压缩包，现在是第 <b data-fill="part"></b> 个，共 <span data-fill="parts"></span> 个。浏览器询问是否允许下载多个文件时，请选择允许。
      <En>Saved as archives of 200, one after another. When the browser asks whether several files may be downloaded, allow it.</En>
    </p>
    <p class="buttons">
      <button type="button" id="go-on" hidden>
        继续<En>Go on</En>
      </button>
      <button type="button" id="cancel" class="second">
        取消<En>Cancel</En>
      </button>
    </p>
  </section>
);

const BatchTemplate: FC = () => (
  <template id="batch">
    <li>
      <p>
        <b data-fill="day"></b> 上传 · <span data-fill="count"></span> 人 · <b data-fill="state"></b>
        <En>
          uploaded with <span data-fill="count"></span> rows; <span data-fill="state_en"></span>
        </En>
      </p>
      <p class="hint">
        批次 <span lang="en">Batch</span> <code data-fill="id"></code>
      </p>
      <div class="get" hidden>
        <p class="from" hidden>
          <label>
            从第几个压缩包开始（共 <span data-fill="parts"></span> 个，每个 200 张）
            <En>
              Begin with archive number (of <span data-fill="parts"></span>)
            </En>
            <input type="number" min="1" value="1" inputmode="numeric" />
          </label>
        </p>
        <button type="button">
          下载证书 ZIP<En>Download</En>
        </button>
      </div>
    </li>
  </template>
);

/** @param origin what the service calls itself: proofs name it, whatever the address bar says */
export const DeskPage: FC<{ host: string; origin: string }> = ({ host, origin }) => (
  <Layout title={{ zh: '机构工作台', en: 'Desk for organizations' }} host={host} script="desk.js">
    <section class="lead">
      <h1>
        机构工作台<En>Desk for organizations</En>
      </h1>
      <p>
        评价机构在这里查看本机构的批次，下载整批证书的 PDF。上传、颁发等其他操作请用 luzheng 命令。
        <En>Organizations see their batches here, and download the PDFs of a whole batch. For everything else there is the luzheng command.</En>
      </p>
    </section>
    <noscript>
      <p class="notice">
        本页需要 JavaScript：签名在浏览器里完成。也可以用命令 luzheng download --batch 下载。
        <En>This page needs JavaScript, because the browser signs. Or use the command luzheng download --batch.</En>
      </p>
    </noscript>
    <section id="say"></section>
    <KeyCard />
    <section class="card" id="who" hidden data-origin={origin}>
      <p>
        机构 <span lang="en">Organization</span> <b data-fill="organization"></b>
      </p>
      <p class="hint">
        授权至 <span data-fill="until"></span> <span lang="en">authorized until then</span>
      </p>
      <p class="buttons">
        <button type="button" id="reload" class="second">
          刷新批次<En>Refresh</En>
        </button>
        <button type="button" id="forget" class="second">
          清除密钥<En>Forget key</En>
        </button>
      </p>
    </section>
    <Work />
    <section class="card" id="batches" hidden aria-labelledby="batches-title">
      <h2 id="batches-title" tabindex={-1}>
        批次<En>Batches</En>
      </h2>
      <p id="none" hidden>
        还没有批次。<En>There are no batches yet.</En>
      </p>
      <ul class="batches"></ul>
    </section>
    <BatchTemplate />
    {Object.entries(TROUBLES).map(([code, words]) => (
      <Say code={code} words={words} kind="notice" />
    ))}
    {Object.entries(ENDS).map(([code, words]) => (
      <Say code={code} words={words} kind={code.startsWith('saved') ? 'verdict valid' : 'seal neutral'} />
    ))}
    {Object.entries(STATES).map(([state, { zh, en }]) => (
      <template data-state={state} data-zh={zh} data-en={en}></template>
    ))}
  </Layout>
);
