/**
 * Owns what organizations (评价机构) and centres do with certificates that are issued: PDFs and status events.
 * It refuses what lies outside the caller's reach.
 */

import { requireReach } from '../enrol.ts';
import { changeStatus } from '../events.ts';
import { Refusal } from '../life/refusal.ts';
import { lookUp } from '../register.ts';
import { renderFor } from '../render.ts';
import { insertDownload } from '../storage/certificates.ts';
import { chosenType } from './accept.ts';
import { LIMITS, readJson, STATEMENT_BODY } from './body.ts';
import { factory } from './env.ts';
import { allow } from './guard.ts';

export const organizationRoutes = factory
  .createApp()
  .get('/v1/certificates/:file{[^/]+\\.pdf}', allow('organization'), async (c) => {
    const { service, caller } = c.var;
    const type = chosenType(c, ['application/pdf']);
    const found = await lookUp(service, c.req.param('file').slice(0, -'.pdf'.length), ['name', 'identifier']);
    if (!found) throw new Refusal('certificate_not_found', 'This register holds no certificate with this number.');
    await requireReach(service, caller, found.row.organization);
    const pdf = await renderFor(service, found);
    // Nobody fetched anything by asking for the head alone.
    if (c.req.method !== 'HEAD')
      await insertDownload(service.db, found.row.number, type, caller.subject, service.now());
    return c.body(new Uint8Array(pdf), 200, {
      'Content-Type': type,
      'Content-Disposition': `attachment; filename="${found.row.number}.pdf"`,
    });
  })
  .post('/v1/certificates/:number/status', allow('organization', 'city', 'province'), async (c) => {
    const { statement } = await readJson(c, LIMITS.statement, STATEMENT_BODY);
    return c.json(await changeStatus(c.var.service, c.var.caller, c.req.param('number'), statement), 201);
  });
