/**
 * The home page: what this is, the search form and the other ways to check, and what a search found. Several numbers
 * become links.
 */

import type { Context } from 'hono';
import type { FC } from 'hono/jsx';
import { isRefusal } from '../../base/refusal.ts';
import { counted, type Words } from '../../base/words.ts';
import { readPasted, writeFragment } from '../../core/address.ts';
import { HERE } from '../../core/province.ts';
import type { Report } from '../../core/report.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { askerOf, rateLimit } from '../../http/rate-limit.ts';
import { search } from '../../service/lookup.ts';
import { centreNames } from '../../service/on-file.ts';
import { certificateRoutes } from '../certificate/certificate-page.tsx';
import {
  type FieldFaults,
  faultsOf,
  nameFault,
  numberFault,
  readForm,
  SearchForm,
  some,
  type Typed,
} from '../frame/form.tsx';
import { Both, En, Layout, Lead, Para } from '../frame/layout.tsx';
import { answerProblem, hostOf, kept, noStore, page } from '../frame/problem-pages.tsx';
import { type CentreNames, Checks, Facts, NumberText, VerdictBanner } from '../frame/report-view.tsx';
import { FAULTS } from '../words/refusal-words.ts';

interface HomeProps {
  host: string;
  typed?: Typed;
  faults?: FieldFaults;
  /** What is wrong with the whole search rather than one field. */
  notice?: Words;
  results?: { reports: Report[]; centres: CentreNames };
  /** Numbers in what was pasted, where there were several, and what looked like numbers but are none. */
  several?: { numbers: string[]; others: string[] };
}

const PROVED: Record<string, Words> = {
  number: { zh: '证书编号', en: 'certificate number' },
  name: { zh: '姓名', en: 'name' },
  id_number: { zh: '证件号码', en: 'document number' },
};

/** What the searcher's entries were compared with. */
const Compared: FC<{ proved: readonly string[] }> = ({ proved }) => (
  <p>
    与登记一致的所填内容：{proved.map((one) => PROVED[one]?.zh ?? one).join('、')}
    <En>What you entered agrees with the register: {proved.map((one) => PROVED[one]?.en ?? one).join(', ')}</En>
  </p>
);

const Results: FC<{ reports: Report[]; centres: CentreNames }> = ({ reports, centres }) => (
  <section aria-labelledby="results">
    <h1 id="results">
      查询结果：{reports.length} 张证书
      <En>{counted(reports.length, 'certificate')} found</En>
    </h1>
    {reports.map((report) => (
      <article class="result">
        <VerdictBanner report={report} heading="h2" />
        <div class="card">
          <Compared proved={report.proved ?? []} />
          {report.certificate ? <Facts certificate={report.certificate} centres={centres} /> : null}
          {report.certificate ? (
            <p>
              <a class="next" href={`/c/${report.certificate.number}`}>
                核对明细与下载<En>Details of the checks, and download</En>
              </a>
            </p>
          ) : null}
        </div>
        {reports.length === 1 ? <Checks report={report} /> : null}
      </article>
    ))}
  </section>
);

const Several: FC<{ numbers: string[]; others: string[] }> = ({ numbers, others }) => (
  <section class="card">
    <h1>
      找到 {numbers.length} 个编号，请选择
      <En>{numbers.length} numbers found; choose one</En>
    </h1>
    <ul class="links">
      {numbers.map((number) => (
        <li>
          <a href={`/c/${number}`}>
            <NumberText number={number} />
          </a>
        </li>
      ))}
    </ul>
    {others.length === 0 ? null : (
      <>
        <p>
          以下内容不是证书编号，没有查询：<En>These are not certificate numbers and were not looked up:</En>
        </p>
        <ul>
          {others.map((one) => (
            <li>
              <span class="number">{one.slice(0, 40)}</span>
            </li>
          ))}
        </ul>
      </>
    )}
    <p class="hint">
      要核对整份名单，请用<a href="/bulk">批量核验</a>。<En>For a whole list, use the bulk check.</En>
    </p>
  </section>
);

const WAYS: { href: string; title: Words; text: Words }[] = [
  {
    href: '/scan',
    title: { zh: '扫二维码', en: 'Scan a QR code' },
    text: { zh: '用摄像头或图片，并认出仿冒网址', en: 'By camera or from a picture; imitations are recognized' },
  },
  {
    href: '/check',
    title: { zh: '核验 PDF', en: 'Check a PDF' },
    text: { zh: '文件留在您的浏览器里，不上传', en: 'The file stays in your browser' },
  },
  {
    href: '/bulk',
    title: { zh: '批量核验', en: 'Check a list' },
    text: { zh: '整份名单一次核对', en: 'A whole list of staff at once' },
  },
  {
    href: '/organizations',
    title: { zh: '备案机构', en: 'Organizations' },
    text: { zh: '谁可以发证，发哪些职业和等级', en: 'Who may issue, for which occupations and levels' },
  },
  {
    href: '/docs',
    title: { zh: '接口文档', en: 'For developers' },
    text: { zh: '免费接口，以及不依赖本站的核对方法', en: 'The free API, and how to verify without us' },
  },
];

const Ways: FC = () => (
  <nav class="ways" aria-labelledby="ways">
    <h2 id="ways">
      其他方式<En>Other ways</En>
    </h2>
    <ul>
      {WAYS.map(({ href, title, text }) => (
        <li>
          <a href={href}>
            <Both words={title} />
          </a>
          <p class="hint">
            <Both words={text} />
          </p>
        </li>
      ))}
    </ul>
  </nav>
);

const Welcome: FC<{ brief: boolean }> = ({ brief }) => (
  <Lead
    title={{ zh: '查验职业技能等级证书', en: 'Verify a vocational skill level certificate' }}
    text={
      brief
        ? undefined
        : {
            zh: `免费查验${HERE.name}备案的评价机构颁发的证书。每次查询都当场核对机构和鉴定指导中心的数字签名。`,
            en: `Free, for certificates of organizations filed in ${HERE.english}. Every answer checks the signatures of the organization and the centres on the spot.`,
          }
    }
  />
);

const HomePage: FC<HomeProps> = ({ host, typed, faults, notice, results, several }) => {
  const found = results !== undefined || several !== undefined;
  return (
    <Layout
      title={found ? { zh: '查询结果', en: 'Search results' } : { zh: '证书查验', en: 'Verify a certificate' }}
      host={host}
      script="home.js"
      listed={!found && !faults}
    >
      {results ? (
        <Results {...results} />
      ) : several ? (
        <Several {...several} />
      ) : (
        <Welcome brief={faults !== undefined || notice !== undefined} />
      )}
      {notice ? (
        <section class="notice" role="alert">
          <Para words={notice} />
        </section>
      ) : null}
      <SearchForm typed={typed} faults={faults} again={found} />
      {found ? null : <Ways />}
    </Layout>
  );
};

// The search never says why it found nothing.

export const pageRoutes = factory
  .createApp()
  .get('/', (c) => page(c, 200, <HomePage host={hostOf(c)} />, kept))
  .post('/search', rateLimit('search'), searchPage)
  .route('/', certificateRoutes);

pageRoutes.onError((error, c) => answerProblem(c, error));

const refuse = (c: Context<AppEnv>, status: number, typed: Typed, faults: FieldFaults, notice?: Words) =>
  page(c, status, <HomePage host={hostOf(c)} typed={typed} faults={faults} {...(notice ? { notice } : {})} />);

async function searchPage(c: Context<AppEnv>): Promise<Response> {
  const { service } = c.var;
  const typed = await readForm(c);
  const { name, id_number } = typed;
  const alone = name === undefined && id_number === undefined;
  const faults = faultsOf(
    typed,
    alone && typed.number === undefined ? ['number'] : typed.number === undefined ? ['name', 'id_number'] : [],
  );
  if (some(faults)) return refuse(c, 400, typed, faults);
  try {
    const pasted =
      typed.number === undefined ? undefined : readPasted(typed.number, (host) => service.config.hosts.includes(host));
    if (pasted?.kind === 'nothing') return refuse(c, 400, typed, { number: FAULTS.number_not_in_text as Words });
    if (pasted?.kind === 'several') {
      if (!alone) return refuse(c, 400, typed, { number: FAULTS.one_number_only as Words });
      return page(c, 200, <HomePage host={hostOf(c)} typed={{}} several={pasted} />);
    }
    if (pasted && alone) {
      // The digits of an address stay behind the #, where its page checks them.
      const fragment = pasted.kind === 'address' ? writeFragment(pasted) : '';
      return c.body(null, 303, { ...noStore, Location: `/c/${pasted.number}${fragment}` });
    }
    const number = pasted?.number;
    const reports = await search(service, { number, name, id_number }, await askerOf(c, true));
    return page(
      c,
      200,
      <HomePage host={hostOf(c)} typed={{}} results={{ reports, centres: await centreNames(service) }} />,
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === 'no_match') return refuse(c, 404, typed, {}, FAULTS.no_match);
    if (error.code === 'pair_locked') {
      c.header('Retry-After', String(error.facts.retry_after));
      return refuse(c, 429, typed, { number: FAULTS.pair_locked as Words });
    }
    const wrongName = nameFault(error);
    if (wrongName) return refuse(c, 400, typed, { name: wrongName });
    const fault = numberFault(error);
    if (!fault) throw error;
    return refuse(c, 400, typed, { number: fault });
  }
}
