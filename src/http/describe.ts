/** Owns `GET /openapi.json`: the description of every route, with this service's own address. */
import { factory } from './env.ts';
import { describeApi } from './openapi.ts';

export const describeRoutes = factory
  .createApp()
  .get('/openapi.json', (c) =>
    c.json(describeApi(c.var.service.config.origin), 200, { 'Cache-Control': 'public, max-age=60' }),
  );
