/**
 * Owns the routes of reviewers: batches within a centre's reach, and the audit trail of a certificate for its
 * organization and its centres.
 * It refuses what lies outside the caller's reach before it says anything about it.
 */

import { readPlace } from '../base/paging.ts';
import { Refusal } from '../base/refusal.ts';
import { parseNumber } from '../core/number.ts';
import { checkTrail } from '../core/procedure/trail.ts';
import { ORGANIZATION_CODE } from '../core/province.ts';
import { oneOf } from '../http/body.ts';
import { allow, factory } from '../http/context.ts';
import { directoryOf } from '../service/on-file.ts';
import { trailOf } from '../service/procedure/collect-trail.ts';
import { pageReviews } from '../service/procedure/reviews.ts';
import { requireReach } from '../service/reach.ts';

/** Batches in one answer. */
const PAGE = 200;

export const reviewRoutes = factory
  .createApp()
  .get('/v1/reviews', allow('city', 'province'), async (c) => {
    const state = oneOf(c.req.query('state'), /^(submitted|city_approved|approved|returned|issuing|issued)$/, 'state');
    const missing = oneOf(c.req.query('missing'), /^(city|province)$/, 'missing') as 'city' | 'province' | undefined;
    const organization = oneOf(c.req.query('organization'), ORGANIZATION_CODE, 'organization');
    const before = oneOf(c.req.query('before'), /^\d{1,12}$/, 'before');
    const after = readPlace(c.req.query('after'));
    const { lines, next } = await pageReviews(
      c.var.service,
      c.var.caller,
      { state, missing, organization, before: before === undefined ? undefined : Number(before), after },
      PAGE,
    );
    return c.json({ reviews: lines, next });
  })
  .get('/v1/certificates/:number/trail', allow('organization', 'city', 'province'), async (c) => {
    const { service, caller } = c.var;
    const { text, organization } = parseNumber(c.req.param('number'));
    const people = oneOf(c.req.query('people'), /^(all|none)$/, 'people') === 'all';
    await requireReach(service, caller, organization);
    const trail = await trailOf(service, text, people);
    if (!trail) throw new Refusal('certificate_not_found', 'This register holds no certificate with this number.');
    const report = await checkTrail(trail, await directoryOf(service), service.now());
    return c.json({ trail, report });
  });
