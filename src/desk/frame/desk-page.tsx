/**
 * The one page of the desk: sign-in by a key, the menu of each role, and the frame in which shell.ts shows the views.
 */
import type { FC } from 'hono/jsx';
import { LANGUAGE_TAGS, type Words } from '../../base/words.ts';
import { languageOf } from '../../http/answers.ts';
import { allow, factory } from '../../http/context.ts';
import { onError } from '../../http/problems.ts';
import { Both, En, inLanguage, Layout, Lead, leadWithEnglish, ReaderContext } from '../../web/frame/layout.tsx';
import { answerProblem, hostOf, kept, page } from '../../web/frame/problem-pages.tsx';
import { batchViews } from '../batches/batch-views.tsx';
import { calendarViews } from '../calendar/calendar-views.tsx';
import { certificateViews } from '../certificates/certificate-views.tsx';
import { trailViews } from '../certificates/trail-views.tsx';
import { drawViews } from '../draws/draw-views.tsx';
import { applicationViews } from '../filings/application-views.tsx';
import { organizationViews } from '../filings/organization-views.tsx';
import { rulesViews } from '../filings/rules-views.tsx';
import { homeViews } from '../home/home-views.tsx';
import { deviceViews } from '../keys/device-views.tsx';
import { lossViews } from '../keys/lost-keys.tsx';
import { withdrawalViews } from '../keys/withdraw-views.tsx';
import { objectionViews } from '../objections/objection-views.tsx';
import { planViews } from '../plans/plan-views.tsx';
import { resultViews } from '../results/result-views.tsx';
import { findView, type View } from './views.ts';

const KeyFile: FC = () => (
  <section class="card">
    <h2>
      选择密钥文件<En>Choose your key file</En>
    </h2>
    <p>
      密钥文件只在您的浏览器里读取，用来签名：不会上传，也不会保存。关闭或刷新本页后须重新选择。
      <En>
        The key file is read by your browser alone, to sign: it is neither uploaded nor stored. After closing or
        reloading this page, choose it again.
      </En>
    </p>
    <div class="drop">
      <label for="key-file">
        密钥文件<En>Key file</En>
      </label>
      <input id="key-file" type="file" accept=".json,application/json" aria-describedby="key-hint" />
      <p class="hint" id="key-hint">
        luzheng keys make 生成的 JSON 文件，也可以把文件拖到本页
        <En>The JSON file that luzheng keys make wrote; or drop it anywhere on this page</En>
      </p>
    </div>
  </section>
);

const OwnKey: FC = () => (
  <section class="card">
    <h2>
      在本浏览器建立密钥<En>Make a key in this browser</En>
    </h2>
    <p>
      密钥在本浏览器里生成，任何人都取不出来，包括本平台。首次申报、新设备都从这里开始。
      <En>
        The key is made in this browser and cannot be taken out of it, not even by this service. First applications and
        new devices begin here.
      </En>
    </p>
    <ul class="hint">
      <li>
        备份：密钥没有副本；请为机构登记第二台设备，作为备份。
        <En>Backup: there is no copy of it. Have a second device named for the organization instead.</En>
      </li>
      <li>
        第二台设备：在那台设备上另建密钥，提交设备登记，由机构确认、中心登记。
        <En>
          Second device: make a key there and request it to be named; the organization endorses it, the centre names it.
        </En>
      </li>
      <li>
        遗失：立即通知中心撤回这把密钥，再用新设备登记。清除浏览器数据也会删除密钥。
        <En>
          Loss: tell the centre at once, which withdraws the key; then register a new device. Clearing the browser’s
          data deletes the key too.
        </En>
      </li>
    </ul>
    <p class="buttons">
      <button type="button" id="new-key">
        建立密钥<En>Make a key</En>
      </button>
    </p>
  </section>
);

const Enter: FC = () => (
  <div id="enter" class="stack">
    <Lead
      title={{ zh: '工作台', en: 'Desk' }}
      text={{
        zh: '评价机构、申报单位和鉴定指导中心在这里办理申报、计划、公示、审核和颁发。没有密码：每一步都由您的密钥签名。',
        en: 'Organizations, applicants and centres do their work here. There are no passwords: your key signs each step.',
      }}
      heading={{ id: 'enter-title', tabindex: -1 }}
    />
    <noscript>
      <p class="notice">
        本页需要 JavaScript：签名在浏览器里完成。也可以用 luzheng 命令。
        <En>This page needs JavaScript, because the browser signs. Or use the luzheng command.</En>
      </p>
    </noscript>
    <section class="card" id="kept-box" hidden>
      <h2>
        本浏览器中的密钥<En>Keys in this browser</En>
      </h2>
      <ul class="batches" id="kept"></ul>
    </section>
    <KeyFile />
    <OwnKey />
  </div>
);

const Who: FC = () => (
  <section class="card" id="who" hidden>
    <p id="who-name"></p>
    <p class="buttons">
      <button type="button" id="renew" class="second">
        更新授权<En>Renew</En>
      </button>
      <button type="button" id="copy-key" class="second" aria-expanded="false" aria-controls="public-box">
        公钥<En>Public key</En>
      </button>
      <button type="button" id="leave" class="second">
        退出<En>Leave</En>
      </button>
    </p>
    <div id="certificate-box" hidden>
      <div id="certificate-state"></div>
      <div class="field" id="certificate-field" hidden>
        <label for="certificate-file">
          本中心的 X.509 证书（PEM）<En>X.509 certificate of this centre, PEM</En>
        </label>
        <input id="certificate-file" type="file" accept=".pem,.crt,.cer,.txt,.json" />
      </div>
    </div>
    <div id="public-box" hidden>
      <p class="hint">
        交给中心登记的公钥（不含私钥）<En>The public half, for the centre that is to name it</En>
      </p>
      <pre>
        <code id="public-key"></code>
      </pre>
    </div>
  </section>
);

const LongWork: FC = () => (
  <section class="card" id="work" hidden aria-labelledby="work-title">
    {/* biome-ignore lint/a11y/useHeadingContent: the script writes what work it is */}
    <h2 id="work-title" tabindex={-1}></h2>
    <progress id="bar" max="1" aria-labelledby="work-title"></progress>
    <p id="work-count"></p>
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

/**
 * @param origin what the service calls itself: proofs name it, whatever the address bar says
 * @param roots thumbprints of the province's root keys, which do no work here
 */
const DeskPage: FC<{ host: string; origin: string; roots: readonly string[] }> = ({ host, origin, roots }) => (
  <Layout title={{ zh: '工作台', en: 'Desk' }} host={host} styles={['charts', 'desk']} script="desk.js">
    <div id="desk" class="stack" data-origin={origin} data-roots={roots.join(' ')}>
      <div id="alerted" role="alert"></div>
      <div id="said" role="status" aria-live="polite"></div>
      <Enter />
      <Who />
      <LongWork />
      <progress id="loading" hidden aria-label="载入 loading"></progress>
      <div id="view" class="stack"></div>
    </div>
  </Layout>
);

interface MenuEntry {
  /** Address of the view, without `#/`. */
  at: string;
  words: Words;
}

const HOME: MenuEntry = { at: 'home', words: { zh: '首页', en: 'Home' } };

const ORGANIZATION: readonly MenuEntry[] = [
  HOME,
  { at: 'plans', words: { zh: '考核计划', en: 'Plans' } },
  { at: 'results', words: { zh: '结果公示', en: 'Results' } },
  { at: 'objections', words: { zh: '异议', en: 'Objections' } },
  { at: 'batches', words: { zh: '批次', en: 'Batches' } },
  { at: 'certificates', words: { zh: '证书', en: 'Certificates' } },
  { at: 'inspections', words: { zh: '督导检查', en: 'Inspections' } },
  { at: 'rules', words: { zh: '管理办法', en: 'Rules' } },
  { at: 'devices', words: { zh: '设备', en: 'Devices' } },
  { at: 'applications', words: { zh: '备案变更', en: 'Filing' } },
];

const APPLICANT: readonly MenuEntry[] = [
  HOME,
  { at: 'apply', words: { zh: '申报', en: 'Apply' } },
  { at: 'device', words: { zh: '设备登记', en: 'Device' } },
];

const CENTRE: readonly MenuEntry[] = [
  HOME,
  { at: 'batches', words: { zh: '批次审核', en: 'Batches' } },
  { at: 'plans', words: { zh: '考核计划', en: 'Plans' } },
  { at: 'results', words: { zh: '结果公示', en: 'Results' } },
  { at: 'objections', words: { zh: '异议', en: 'Objections' } },
  { at: 'applications', words: { zh: '申报', en: 'Applications' } },
  { at: 'devices', words: { zh: '设备', en: 'Devices' } },
  { at: 'organizations', words: { zh: '机构', en: 'Organizations' } },
  { at: 'draws', words: { zh: '双随机', en: 'Draws' } },
  { at: 'trail', words: { zh: '问题回溯', en: 'Trail' } },
];

const MENUS: Record<'applicant' | 'organization' | 'city' | 'province', readonly MenuEntry[]> = {
  applicant: APPLICANT,
  organization: ORGANIZATION,
  city: CENTRE,
  province: [...CENTRE, { at: 'calendar', words: { zh: '节假日', en: 'Working days' } }],
};

/** The menu, with the view that is shown marked. */
const Menu: FC<{ role: keyof typeof MENUS; at: string }> = ({ role, at }) => {
  const [first] = at.split('/');
  return (
    <nav class="desk" aria-label={inLanguage({ zh: '工作台', en: 'Desk' })}>
      <ul>
        {MENUS[role].map(({ at: to, words }) => (
          <li>
            <a href={`#/${to}`} aria-current={to === first ? 'page' : undefined}>
              <Both words={words} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
};

// `GET /desk`, the page that anybody may open, and `GET /desk/view/…`, HTML for whoever signed the request.

const VIEWS: readonly View[] = [
  ...homeViews,
  ...applicationViews,
  ...organizationViews,
  ...withdrawalViews,
  ...rulesViews,
  ...deviceViews,
  ...lossViews,
  ...planViews,
  ...resultViews,
  ...objectionViews,
  ...batchViews,
  ...certificateViews,
  ...trailViews,
  ...drawViews,
  ...calendarViews,
];

/** For a test that no identifier can stand for one of them. */
export const viewPaths: readonly string[] = VIEWS.map(({ path }) => path);

export const deskRoutes = factory
  .createApp()
  .get('/desk', (c) =>
    page(
      c,
      200,
      <DeskPage host={hostOf(c)} origin={c.var.service.config.origin} roots={c.var.service.config.trustRoot} />,
      kept,
    ),
  )
  .get('/desk/view/:path{.+}', allow('applicant', 'organization', 'city', 'province'), async (c) => {
    const { service, caller } = c.var;
    const path = c.req.param('path');
    const { view, params } = findView(VIEWS, path, caller.role);
    const content = await view.render({ service, caller, params, now: service.now() });
    const language = languageOf(c);
    const text = String(
      <ReaderContext.Provider value={{ language, path: '/desk' }}>
        <Menu role={caller.role} at={path} />
        {content}
      </ReaderContext.Provider>,
    );
    // Opened as a page of its own it could do nothing.
    return c.html(language === 'en' ? leadWithEnglish(text) : text, 200, {
      'Cache-Control': 'no-store',
      'Content-Language': LANGUAGE_TAGS[language],
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

deskRoutes.onError((error, c) => (c.req.path.startsWith('/desk/view/') ? onError(error, c) : answerProblem(c, error)));
