/** The pages of draws (双随机、一公开): the list and one draw, for everybody. */
import { shanghaiDay } from '../../base/day.ts';
import { publicRecord } from '../../core/procedure/draw-record.ts';
import { factory } from '../../http/context.ts';
import { centreNames } from '../../service/on-file.ts';
import { listDraws } from '../../service/procedure/draw-reading.ts';
import { findDraw, openDraw } from '../../service/procedure/draw-steps.ts';
import { answerProblem, hostOf, kept, page } from '../frame/page-response.tsx';
import { DrawPage, DrawsPage } from './draw-pages.tsx';

export const drawPages = factory
  .createApp()
  .get('/supervision', async (c) =>
    page(
      c,
      200,
      <DrawsPage host={hostOf(c)} draws={await listDraws(c.var.service)} centres={await centreNames(c.var.service)} />,
      kept,
    ),
  )
  .get('/supervision/:draw', async (c) => {
    const { service } = c.var;
    const record = publicRecord(await openDraw(service, await findDraw(service, c.req.param('draw'))));
    return page(
      c,
      200,
      <DrawPage
        host={hostOf(c)}
        record={record}
        centres={await centreNames(service)}
        roots={service.config.trustRoot}
        today={shanghaiDay(service.now())}
      />,
      kept,
    );
  });

drawPages.onError((error, c) => answerProblem(c, error));
