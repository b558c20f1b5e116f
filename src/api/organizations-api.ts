/**
 * Owns what organizations (评价机构) and centres do with certificates that are issued: PDFs and status events.
 * It refuses what lies outside the caller's reach.
 */

import { Refusal } from '../base/refusal.ts';
import { normalizeNumber, parseOrganizationCode } from '../core/number.ts';
import { chosenType } from '../http/accept.ts';
import { LIMITS, readJson, STATEMENT_BODY } from '../http/body.ts';
import { allow, factory } from '../http/context.ts';
import { renderFor } from '../service/download.ts';
import { centreNames } from '../service/on-file.ts';
import { type Filed, filingsOf, listOrganizations, matchesOrganization } from '../service/organizations.ts';
import { publishedIndex, publishedOf } from '../service/published-organization.ts';
import { requireReach } from '../service/reach.ts';
import { lookUp } from '../service/read-certificate.ts';
import { changeStatus } from '../service/status-events.ts';
import { insertDownload } from '../storage/certificate-store.ts';

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

// Owns filed organizations as data (开放数据): the list, and one with its filing, standing and published rules, for
// programs. It says what the pages say, with the signed statement of the rules beside them.
// It refuses codes that are no codes, and organizations that nobody filed.

const cached = { 'Cache-Control': 'public, max-age=60' };
const LONGEST_QUERY = 100;

/** What a filing says, in the words of the list. */
const claimsOf = ({ code, filing, state, from, until }: Filed, centres: ReadonlyMap<string, string>) => {
  const { name, uscc, route, scope, annual_capacity, pass_mark, iss } = filing;
  return {
    code,
    name,
    uscc,
    centre: iss,
    centre_name: centres.get(iss) ?? iss,
    route,
    state,
    from,
    until,
    annual_capacity,
    pass_mark,
    scope,
  };
};

const withdrawalOf = ({ withdrawal }: Filed, centres: ReadonlyMap<string, string>) =>
  withdrawal ? { ...withdrawal, by_name: centres.get(withdrawal.by) ?? withdrawal.by } : null;

export const organizationData = factory
  .createApp()
  .get('/v1/organizations', async (c) => {
    const { service } = c.var;
    const query = (c.req.query('q') ?? '').trim().slice(0, LONGEST_QUERY);
    const [all, centres, { suspended, rules }] = await Promise.all([
      listOrganizations(service),
      centreNames(service),
      publishedIndex(service),
    ]);
    const organizations = all
      .filter((one) => matchesOrganization(one, query))
      .map((one) => ({
        ...claimsOf(one, centres),
        suspended: suspended.has(one.code),
        rules_version: rules.get(one.code) ?? null,
      }));
    return c.json({ organizations }, 200, cached);
  })
  .get('/v1/organizations/:code', async (c) => {
    const { service } = c.var;
    const code = parseOrganizationCode(normalizeNumber(c.req.param('code')));
    const [current, ...others] = await filingsOf(service, code);
    if (!current) throw new Refusal('organization_not_found', 'No centre has filed an organization with this code.');
    const [centres, { suspension, rules, form }] = await Promise.all([
      centreNames(service),
      publishedOf(service, code),
    ]);
    return c.json(
      {
        ...claimsOf(current, centres),
        nature: form?.nature ?? null,
        address: form?.address ?? null,
        issuing_keys: current.filing.issuing_jwks.keys.map(({ kid }) => kid),
        withdrawal: withdrawalOf(current, centres),
        suspension: suspension ? { ...suspension, by_name: centres.get(suspension.by) ?? suspension.by } : null,
        rules: rules ? { ...rules.rules, published_at: rules.published_at, statement: rules.token } : null,
        other_filings: others.map((one) => ({
          state: one.state,
          from: one.from,
          until: one.until,
          centre: one.filing.iss,
          withdrawal: withdrawalOf(one, centres),
        })),
      },
      200,
      cached,
    );
  });
