/** The page of statistics; a year without anything is the newest year. */
import type { Context } from 'hono';
import { type AppEnv, factory } from '../../http/context.ts';
import { readStatistics } from '../../service/public-statistics.ts';
import { answerProblem, hostOf, kept, page } from '../frame/page-response.tsx';
import { StatisticsPage } from './statistics-page.tsx';

type C = Context<AppEnv>;

const yearOf = (c: C): string | undefined =>
  /^\d{4}$/.test(c.req.query('year') ?? '') ? c.req.query('year') : undefined;

export const statisticsRoutes = factory.createApp().get('/statistics', async (c) => {
  const { years, statistics } = await readStatistics(c.var.service);
  const asked = statistics.find(({ year }) => year === yearOf(c)) ?? statistics[0];
  return page(c, 200, <StatisticsPage host={hostOf(c)} years={years} statistics={asked} />, kept);
});

statisticsRoutes.onError((error, c) => answerProblem(c, error));
