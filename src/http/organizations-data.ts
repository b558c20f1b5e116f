/**
 * Owns filed organizations as data (开放数据): the list, and one with its filing, standing and published rules, for
 * programs. It says what the pages say, with the signed statement of the rules beside them.
 * It refuses codes that are no codes, and organizations that nobody filed.
 */
import { normalizeNumber, parseOrganizationCode } from '../life/number.ts';
import { Refusal } from '../life/refusal.ts';
import { centreNames, type Filed, filingsOf, listOrganizations, matchesOrganization } from '../organizations.ts';
import { publishedIndex, publishedOf } from '../procedure/published.ts';
import { factory } from './env.ts';

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
