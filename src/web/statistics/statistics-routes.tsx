/** Statistics of a year, as a page, as JSON and as CSV. */
import type { Context } from 'hono';
import { toTimestamp } from '../../base/day.ts';
import { type Line, SMALL, type Statistics } from '../../core/statistics-year.ts';
import { writeCsv } from '../../formats/table/table-write.ts';
import { type AppEnv, factory } from '../../http/context.ts';
import { readStatistics, type StatisticsAnswer } from '../../service/public-statistics.ts';
import { answerProblem, hostOf, kept, page } from '../frame/page-response.tsx';
import { StatisticsPage } from './statistics-page.tsx';

type C = Context<AppEnv>;

const LICENCE = 'CC-BY-4.0';
const cached = {
  'Cache-Control': 'public, max-age=60',
  Link: '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
};

const yearOf = (c: C): string | undefined =>
  /^\d{4}$/.test(c.req.query('year') ?? '') ? c.req.query('year') : undefined;

/** What is published, and by which rules. */
const openData = ({ counted_at, years, statistics }: StatisticsAnswer) => ({
  counted_at: toTimestamp(counted_at),
  licence: LICENCE,
  small_below: SMALL,
  years,
  statistics,
});

const TABLES = ['by_occupation', 'by_level', 'by_centre', 'by_month'] as const;

function csvRows({ year, certificates, pass_rates, exam_to_issue }: Statistics): string[][] {
  const counts = (table: string, lines: Line[] | null): string[][] =>
    (lines ?? [{ key: '', name: '', count: 'withheld' as const }]).map(({ key, name, count }) => [
      year,
      table,
      key,
      name,
      'certificates',
      String(count),
    ]);
  const rates = [{ key: '', name: '', rate: pass_rates.overall }, ...pass_rates.by_centre].flatMap(
    ({ key, name, rate }) =>
      (['attended', 'passed', 'rate'] as const).map((measure) => [
        year,
        key === '' ? 'total' : 'by_centre',
        key,
        name,
        measure,
        rate === null ? 'withheld' : String(rate[measure]),
      ]),
  );
  const { median_days } = exam_to_issue;
  return [
    [year, 'total', '', '', 'certificates', String(certificates.total)],
    ...TABLES.flatMap((table) => counts(table, certificates[table])),
    ...(pass_rates.by_centre.length === 0 ? [] : rates),
    [year, 'total', '', '', 'median_days', median_days === null ? 'withheld' : String(median_days)],
  ];
}

export const statisticsRoutes = factory
  .createApp()
  .get('/statistics', async (c) => {
    const { years, statistics } = await readStatistics(c.var.service);
    const asked = statistics.find(({ year }) => year === yearOf(c)) ?? statistics[0];
    return page(c, 200, <StatisticsPage host={hostOf(c)} years={years} statistics={asked} />, kept);
  })
  .get('/v1/statistics', async (c) => c.json(openData(await readStatistics(c.var.service, yearOf(c))), 200, cached))
  .get('/v1/statistics.csv', async (c) => {
    const { statistics } = await readStatistics(c.var.service, yearOf(c));
    const rows = [['year', 'table', 'key', 'name', 'measure', 'value'], ...statistics.flatMap(csvRows)];
    return c.body(writeCsv(rows), 200, {
      ...cached,
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="statistics.csv"',
    });
  });

statisticsRoutes.onError((error, c) => answerProblem(c, error));
