/** Statistics as open data (CC BY 4.0): JSON and CSV. A year without anything is an empty list. */
import * as v from 'valibot';
import { toTimestamp } from '../base/day.ts';
import { LEVELS } from '../core/number.ts';
import { Statistics as StatisticsShape } from '../core/shapes/public-shapes.ts';
import { type Line, SMALL, type Statistics } from '../core/statistics-year.ts';
import { writeCsv } from '../formats/table/table.ts';
import { cached } from '../http/answers.ts';
import { factory } from '../http/context.ts';
import { answer, json, operation, TEXT } from '../http/operation.ts';
import { readStatistics, type StatisticsAnswer } from '../service/public-statistics.ts';

const licensed = {
  ...cached,
  Link: '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
};

/** Anything but a year asks for all of them. */
const YEAR = {
  year: v.pipe(
    v.string(),
    v.transform((text) => (/^\d{4}$/.test(text) ? text : undefined)),
    v.metadata({ pattern: '^\\d{4}$', description: '不填则为全部年度 / every year where none is given' }),
  ),
};

/** What is published, and by which rules. */
const openData = ({ counted_at, years, statistics }: StatisticsAnswer) => ({
  counted_at: toTimestamp(counted_at),
  licence: 'CC-BY-4.0' as const,
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

/** An example. */
const STATISTICS = {
  counted_at: '2026-11-24T01:00:00Z',
  licence: 'CC-BY-4.0',
  small_below: 5,
  years: ['2026'],
  statistics: [
    {
      year: '2026',
      certificates: {
        total: 204,
        by_occupation: [
          { key: '6-31-01-03', name: '电工', count: 181 },
          { key: '6-18-02-04', name: '焊工', count: 'withheld' },
          { key: '6-18-01-01', name: '车工', count: '<5' },
        ],
        by_level: LEVELS.map((level) => ({ key: String(level), name: String(level), count: level === 3 ? 204 : 0 })),
        by_centre: null,
        by_month: null,
      },
      pass_rates: { overall: { attended: 250, passed: 204, rate: 81.6 }, by_centre: [] },
      exam_to_issue: { median_days: 24 },
    },
  ],
};
export const statisticsData = factory
  .createApp()
  .get(
    '/v1/statistics',
    operation({
      tag: '公开数据',
      open: true,
      summary: '统计数据 / statistics as open data',
      query: YEAR,
      answers: { 200: { description: '按年 / by year', content: json(StatisticsShape, STATISTICS) } },
    }),
    async (c) => answer(c, openData(await readStatistics(c.var.service, c.req.valid('query').year)), 200, licensed),
  )
  .get(
    '/v1/statistics.csv',
    operation({
      tag: '公开数据',
      open: true,
      summary: '统计数据 CSV / statistics as CSV',
      description: 'year, table, key, name, measure, value',
      query: YEAR,
      answers: { 200: { description: 'CSV', content: { 'text/csv': { schema: TEXT } } } },
    }),
    async (c) => {
      const { statistics } = await readStatistics(c.var.service, c.req.valid('query').year);
      const rows = [['year', 'table', 'key', 'name', 'measure', 'value'], ...statistics.flatMap(csvRows)];
      return c.body(writeCsv(rows), 200, {
        ...licensed,
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="statistics.csv"',
      });
    },
  );
