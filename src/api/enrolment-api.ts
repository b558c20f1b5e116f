/**
 * Owns the routes of the centres (省、市职业技能鉴定指导中心): appointing, filing, issuing keys and
 * their X.509 certificates, client keys, withdrawals.
 */

import type { Context } from 'hono';
import * as v from 'valibot';
import { LIMITS, readJson, STATEMENT_BODY } from '../http/body.ts';
import { type AppEnv, allow, factory } from '../http/context.ts';
import { acceptClient, acceptFiling, acceptRootStatement } from '../service/enrol.ts';
import { acceptChain, makeIssuingKey, requestFor } from '../service/issuing-keys.ts';
import { acceptWithdrawal } from '../service/withdraw.ts';
import { acceptAnnouncement } from '../service/working-days.ts';

const centres = allow('city', 'province');

const CHAIN = v.object({ certificate: v.string() });

/** Answers a stored statement: 201 the first time, 200 when the very same was handed in before. */
const stored = (c: Context<AppEnv>, { jti, fresh }: { jti: string; fresh: boolean }) =>
  c.json({ jti }, fresh ? 201 : 200);

export const centreRoutes = factory
  .createApp()
  .post('/v1/centres', allow('province'), async (c) => {
    const { statement } = await readJson(c, LIMITS.statement, STATEMENT_BODY);
    return stored(c, await acceptRootStatement(c.var.service, statement));
  })
  .post('/v1/organizations/:code/keys', centres, async (c) => {
    return c.json(await makeIssuingKey(c.var.service, c.var.caller, c.req.param('code')), 201);
  })
  .get('/v1/organizations/:code/keys/:n/request', centres, async (c) => {
    const pem = await requestFor(c.var.service, c.var.caller, c.req.param('code'), c.req.param('n'));
    return c.body(pem, 200, { 'Content-Type': 'application/pkcs10' });
  })
  .post('/v1/organizations/:code/keys/:n/certificate', centres, async (c) => {
    const { certificate } = await readJson(c, LIMITS.chain, CHAIN);
    return c.json(
      await acceptChain(c.var.service, c.var.caller, c.req.param('code'), c.req.param('n'), certificate),
      201,
    );
  })
  .post('/v1/filings', centres, async (c) => {
    const { statement } = await readJson(c, LIMITS.statement, STATEMENT_BODY);
    return stored(c, await acceptFiling(c.var.service, c.var.caller, statement));
  })
  .post('/v1/clients', centres, async (c) => {
    const { statement } = await readJson(c, LIMITS.statement, STATEMENT_BODY);
    return stored(c, await acceptClient(c.var.service, c.var.caller, statement));
  })
  .post('/v1/calendars', allow('province'), async (c) => {
    const { statement } = await readJson(c, LIMITS.statement, STATEMENT_BODY);
    return stored(c, await acceptAnnouncement(c.var.service, c.var.caller, statement));
  })
  .post('/v1/withdrawals', centres, async (c) => {
    const { statement } = await readJson(c, LIMITS.statement, STATEMENT_BODY);
    return stored(c, await acceptWithdrawal(c.var.service, c.var.caller, statement));
  });
