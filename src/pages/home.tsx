/** Owns the home page: what this is, the search form, and what a search found. */
import type { FC } from 'hono/jsx';
import type { Report } from '../life/report.ts';
import { SearchForm, type FieldFaults, type Typed } from './form.tsx';
import { Both, En, Layout } from './layout.tsx';
import { Facts, VerdictBanner, type CentreNames } from './report.tsx';
import type { Words } from './words.ts';

export interface HomeProps {
  host: string;
  typed?: Typed;
  faults?: FieldFaults;
  /** What is wrong with the whole search rather than one field. */
  notice?: Words;
  results?: { reports: Report[]; centres: CentreNames };
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
      <En>{reports.length === 1 ? '1 certificate found' : `${reports.length} certificates found`}</En>
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
      </article>
    ))}
  </section>
);

export const HomePage: FC<HomeProps> = ({ host, typed, faults, notice, results }) => (
  <Layout title={results ? '查询结果' : '证书查验'} host={host} script="home.js" listed={!results && !faults}>
    {results ? (
      <Results {...results} />
    ) : (
      <section class="lead">
        <h1>
          查验职业技能等级证书<En>Verify a vocational skill level certificate</En>
        </h1>
        {faults || notice ? null : (
          <p>
            在这里可以免费查验山东省备案的评价机构颁发的职业技能等级证书。每次查询都当场核对机构和鉴定指导中心的数字签名，不只是查一行数据。
            <En>
              Check, free of charge, certificates issued by assessment organizations filed in Shandong. Every answer verifies the digital signatures of the organization and
              the centres on the spot, instead of only reading a row of a database.
            </En>
          </p>
        )}
      </section>
    )}
    {notice ? (
      <section class="notice" role="alert">
        <p>
          <Both words={notice} />
        </p>
      </section>
    ) : null}
    <SearchForm typed={typed} faults={faults} again={results !== undefined} />
    <section class="card plain">
      <p>
        <a href="/scan">
          有纸质证书？扫描二维码核对<En>Have it on paper? Scan its QR code</En>
        </a>
      </p>
      <p>
        <a href="/check">
          有证书 PDF？在浏览器里核验文件，不上传<En>Have the PDF? Check the file in your browser; it is not uploaded</En>
        </a>
      </p>
    </section>
  </Layout>
);
