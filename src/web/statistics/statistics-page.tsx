/**
 * The page of statistics: one year in figures, charts with their tables, and where to get the open data. Of a small
 * count it says only that it is small.
 */

import type { Context } from 'hono';
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { type Level, levelWords } from '../../core/number.ts';
import type { Line, Published, Rate, Statistics } from '../../core/statistics-year.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { readStatistics } from '../../service/public-statistics.ts';
import { Both, En, inLanguage, Layout, Lead } from '../frame/layout.tsx';
import { answerProblem, hostOf, kept, page } from '../frame/problem-pages.tsx';
import { type Bar, Bars, MonthLine, Numbers } from './chart.tsx';

const number = (value: number): string => value.toLocaleString('en-US');
const shown = (count: Published): string =>
  count === 'withheld' ? inLanguage({ zh: '不公布', en: 'withheld' }) : count === '<5' ? '<5' : number(count);

const percent = (rate: Rate | null): string =>
  rate === null ? inLanguage({ zh: '不公布', en: 'withheld' }) : `${rate.rate} %`;

const COUNT: Words = { zh: '证书数', en: 'Certificates' };

/** Charts that the page has of certificates: where they are, what they are called, and how a line of them is. */
const TABLES: {
  id: 'by_occupation' | 'by_level' | 'by_centre';
  title: Words;
  head: Words;
  chinese: boolean;
  label: (line: Line) => string;
}[] = [
  {
    id: 'by_occupation',
    title: { zh: '按职业', en: 'By occupation' },
    head: { zh: '职业', en: 'Occupation' },
    chinese: true,
    label: ({ name }) => name,
  },
  {
    id: 'by_level',
    title: { zh: '按等级', en: 'By level' },
    head: { zh: '等级', en: 'Level' },
    chinese: false,
    label: ({ key, name }) => inLanguage({ zh: name, en: levelWords(Number(key) as Level).english }),
  },
  {
    id: 'by_centre',
    title: { zh: '按备案中心所在地', en: 'By the centre that filed the organization' },
    head: { zh: '备案中心', en: 'Centre' },
    chinese: true,
    label: ({ name }) => name,
  },
];
/** Bars that a phone can take in; the table has all lines. */
const BARS = 15;

const barOf = (line: Line, label: string): Bar => ({
  key: line.key,
  label,
  value: typeof line.count === 'number' ? line.count : null,
  text: shown(line.count),
});

const Withheld: FC = () => (
  <p>
    数量过少，为避免识别个人，不公布明细。<En>There are too few to show more without somebody being found in them.</En>
  </p>
);

const describe = (year: string, what: Words, bars: readonly Bar[]): Words => {
  const said = bars.map(({ label, text }) => `${label} ${text}`).join('；');
  return {
    zh: `${year} 年证书数，${what.zh}：${said}`,
    en: `Certificates of ${year}, ${what.en.toLowerCase()}: ${said}`,
  };
};

const Tables: FC<{ year: string; certificates: Statistics['certificates'] }> = ({ year, certificates }) => (
  <>
    {TABLES.map(({ id, title, head, chinese, label }) => {
      const lines = certificates[id];
      const bars = (lines ?? []).map((line) => barOf(line, label(line)));
      return (
        <section class="card">
          <h2>
            <Both words={title} />
          </h2>
          {lines === null ? (
            <Withheld />
          ) : (
            <>
              <Bars
                id={id}
                title={title}
                desc={describe(year, title, bars.slice(0, BARS))}
                bars={bars.slice(0, BARS)}
                chinese={chinese}
              />
              <Numbers
                caption={title}
                heads={[head, COUNT]}
                rows={bars.map(({ key, label: name, text }) => [
                  id === 'by_occupation' ? `${name} ${key}` : name,
                  text,
                ])}
              />
            </>
          )}
        </section>
      );
    })}
  </>
);

const MONTHS: Words = { zh: '按月', en: 'By month' };

const Months: FC<{ year: string; lines: Line[] | null }> = ({ year, lines }) => {
  const points = (lines ?? []).map((line) => barOf(line, String(Number(line.key.slice(5)))));
  return (
    <section class="card">
      <h2>
        <Both words={MONTHS} />
      </h2>
      {lines === null ? (
        <Withheld />
      ) : (
        <>
          <MonthLine
            id="by_month"
            title={MONTHS}
            desc={describe(
              year,
              MONTHS,
              points.map((point) => ({ ...point, label: point.key })),
            )}
            points={points}
          />
          <Numbers
            caption={MONTHS}
            heads={[{ zh: '月份', en: 'Month' }, COUNT]}
            rows={points.map(({ key, text }) => [key, text])}
          />
        </>
      )}
    </section>
  );
};

const RATES: Words = { zh: '合格率', en: 'Pass rates' };

const Rates: FC<{ year: string; rates: Statistics['pass_rates'] }> = ({ year, rates: { overall, by_centre } }) => {
  const bars = by_centre.map(
    ({ key, name, rate }): Bar => ({ key, label: name, value: rate?.rate ?? null, text: percent(rate) }),
  );
  const said = bars.map(({ label, text }) => `${label} ${text}`).join('；');
  return (
    <section class="card">
      <h2>
        <Both words={RATES} />
      </h2>
      <p class="hint">
        公示期满的结果中，合格人数占参加考核人数的比例；缺考不计。
        <En>Of results whose notice is over: those who passed among those who sat the exam.</En>
      </p>
      {by_centre.length === 0 ? (
        <p>
          还没有公示期满的结果。<En>No notice of results is over yet.</En>
        </p>
      ) : (
        <>
          <Bars
            id="rates"
            title={RATES}
            desc={{ zh: `${year} 年合格率：${said}`, en: `Pass rates of ${year}: ${said}` }}
            bars={bars}
            chinese
            most={100}
          />
          <Numbers
            caption={RATES}
            heads={[{ zh: '备案中心', en: 'Centre' }, { zh: '参加', en: 'Sat' }, { zh: '合格', en: 'Passed' }, RATES]}
            rows={[...by_centre, { name: inLanguage({ zh: '合计', en: 'All' }), rate: overall }].map(
              ({ name, rate }) => [
                name,
                rate ? number(rate.attended) : '–',
                rate ? number(rate.passed) : '–',
                percent(rate),
              ],
            )}
          />
        </>
      )}
    </section>
  );
};

const Figure: FC<{ value: string; words: Words }> = ({ value, words }) => (
  <li class="card">
    <b>{value}</b>
    <span>
      <Both words={words} />
    </span>
  </li>
);

const Years: FC<{ years: readonly string[]; year: string }> = ({ years, year }) => (
  <form method="get" action="/statistics" class="card filter">
    <div class="field">
      <label for="statistics-year">
        年度<En>Year</En>
      </label>
      <select id="statistics-year" name="year">
        {years.map((one) => (
          <option value={one} selected={one === year}>
            {one}
          </option>
        ))}
      </select>
    </div>
    <button type="submit" class="second">
      查看<En>Show</En>
    </button>
  </form>
);

const OpenData: FC<{ year: string | undefined }> = ({ year }) => (
  <section class="card">
    <h2>
      开放数据<En>Open data</En>
    </h2>
    <ul class="links">
      <li>
        <a href="/v1/statistics.csv">CSV</a>
      </li>
      <li>
        <a href={year === undefined ? '/v1/statistics' : `/v1/statistics?year=${year}`}>JSON</a>
      </li>
    </ul>
    <p>
      数据可自由使用，须注明来源（知识共享 署名 4.0）。每十分钟最多重新统计一次。
      <En>
        Free to use with the source named (Creative Commons Attribution 4.0). Counted again at most every ten minutes.
      </En>
    </p>
    <p class="hint">
      已撤销、已替换的证书不计。1 至 4 显示为“&lt;5”；能由合计推算出来的其他数字不公布。各年分别统计，不设跨年合计。
      <En>
        Revoked and replaced certificates do not count. Counts of 1 to 4 are shown as “&lt;5”; others from which they
        could be told are withheld. Each year stands for itself, and no total spans years.
      </En>
    </p>
  </section>
);

export const StatisticsPage: FC<{ host: string; years: readonly string[]; statistics: Statistics | undefined }> = ({
  host,
  years,
  statistics,
}) => (
  <Layout title={{ zh: '统计数据', en: 'Statistics' }} host={host} styles={['charts']} listed>
    <Lead
      title={{ zh: '统计数据', en: 'Statistics' }}
      text={{
        zh: '职业技能等级证书的颁发数量、合格率和办理时间。',
        en: 'Certificates issued, pass rates, and the time from exam to certificate.',
      }}
    />
    {statistics === undefined ? (
      <section class="card">
        <p>
          还没有颁发证书。<En>No certificate has been issued yet.</En>
        </p>
      </section>
    ) : (
      <>
        <Years years={years} year={statistics.year} />
        <ul class="figures">
          <Figure
            value={shown(statistics.certificates.total)}
            words={{ zh: `${statistics.year} 年颁发的证书`, en: `certificates issued in ${statistics.year}` }}
          />
          <Figure
            value={statistics.pass_rates.overall === null ? '–' : percent(statistics.pass_rates.overall)}
            words={{ zh: '合格率', en: 'passed, of those who sat the exam' }}
          />
          <Figure
            value={statistics.exam_to_issue.median_days === null ? '–' : String(statistics.exam_to_issue.median_days)}
            words={{ zh: '从考试到发证的天数（中位数）', en: 'days from exam to certificate (median)' }}
          />
        </ul>
        <Tables year={statistics.year} certificates={statistics.certificates} />
        <Months year={statistics.year} lines={statistics.certificates.by_month} />
        <Rates year={statistics.year} rates={statistics.pass_rates} />
      </>
    )}
    <OpenData year={statistics?.year} />
  </Layout>
);

// The page of statistics; a year without anything is the newest year.

type C = Context<AppEnv>;

const yearOf = (c: C): string | undefined =>
  /^\d{4}$/.test(c.req.query('year') ?? '') ? c.req.query('year') : undefined;

export const statisticsRoutes = factory.createApp().get('/statistics', async (c) => {
  const { years, statistics } = await readStatistics(c.var.service);
  const asked = statistics.find(({ year }) => year === yearOf(c)) ?? statistics[0];
  return page(c, 200, <StatisticsPage host={hostOf(c)} years={years} statistics={asked} />, kept);
});

statisticsRoutes.onError((error, c) => answerProblem(c, error));
