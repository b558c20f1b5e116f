/**
 * Organizations on file as data, with the signed statement of their rules; and what they and centres do with
 * certificates.
 */
import * as v from 'valibot';
import { Refusal } from '../base/refusal.ts';
import { normalizeNumber, parseOrganizationCode } from '../core/number.ts';
import { StatusChanged } from '../core/shapes/certificate-shapes.ts';
import { OrganizationData, OrganizationList, StatementBody } from '../core/shapes/procedure-shapes.ts';
import { cached, chosenType } from '../http/answers.ts';
import { LIMITS } from '../http/body.ts';
import { factory } from '../http/context.ts';
import { answer, json, ok, operation, PDF, upTo } from '../http/operation.ts';
import { renderFor } from '../service/download.ts';
import { lookUp } from '../service/lookup.ts';
import { centreNames } from '../service/on-file.ts';
import { type Filed, filingsOf, listOrganizations, matchesOrganization } from '../service/organizations.ts';
import { publishedIndex, publishedOf } from '../service/procedure/standing.ts';
import { requireReach } from '../service/reach.ts';
import { changeStatus } from '../service/status-events.ts';
import { insertDownload } from '../storage/certificate-store.ts';
import { NUMBER, TOKEN } from './openapi-examples.ts';
import { ALL, OF_NUMBERS, OF_STATEMENTS, OF_WITHDRAWALS, statementSchema } from './operation-parts.ts';

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

export const organizationRoutes = factory
  .createApp()
  .get(
    '/v1/certificates/:number{[^/]+\\.pdf}',
    operation({
      tag: '评价机构',
      summary: '本机构证书的 PDF / PDF of an own certificate',
      roles: ['organization'],
      answers: ok('PDF', { 'application/pdf': { schema: PDF } }),
      problems: [
        ...OF_NUMBERS,
        'not_acceptable',
        'certificate_not_found',
        'out_of_reach',
        'register_differs',
        'photo_differs',
        ...OF_WITHDRAWALS,
      ],
    }),
    async (c) => {
      const { service, caller } = c.var;
      const type = chosenType(c, ['application/pdf']);
      const found = await lookUp(service, c.req.param('number').slice(0, -'.pdf'.length), ['name', 'identifier']);
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
    },
  )
  .post(
    '/v1/certificates/:number/status',
    operation({
      tag: '评价机构',
      summary: '暂停、恢复、撤销证书 / suspend, reinstate, revoke',
      roles: ALL,
      description: `\`statement\` is a \`status+jwt\`; its payload: #/components/schemas/${statementSchema('status+jwt')}.`,
      body: upTo(LIMITS.statement, json(StatementBody, { statement: TOKEN })),
      answers: {
        201: {
          description: '已生效 / in force',
          content: json(StatusChanged, {
            number: NUMBER,
            state: 'suspended',
            seq: 1,
            digest: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
          }),
        },
      },
      problems: [
        ...OF_STATEMENTS,
        ...OF_NUMBERS,
        'certificate_not_found',
        'out_of_reach',
        'issuer_not_caller',
        'audience_wrong',
        'organization_differs',
        'number_differs',
        'status_final',
        'status_out_of_order',
        'status_no_change',
        'rank_too_low',
        'client_withdrawn',
      ],
    }),
    async (c) => {
      const { statement } = c.req.valid('json');
      return answer(c, await changeStatus(c.var.service, c.var.caller, c.req.param('number'), statement), 201);
    },
  )
  .get(
    '/v1/organizations',
    operation({
      tag: '公开数据',
      open: true,
      summary: '备案机构：职业、等级、有效期、是否暂停 / organizations on file, as data',
      query: { q: v.pipe(v.string(), v.metadata({ maxLength: LONGEST_QUERY })) },
      description: `按签名的备案声明列出，\`q\` 为名称、编码或职业 / what signed filings say; \`q\` is a name, a code or an occupation. \`state\` is the filing's; \`suspended\` stops plans, uploads and orders, not what was issued.`,
      answers: {
        200: { description: '备案机构，按编码排列 / in the order of their codes', content: json(OrganizationList) },
      },
    }),
    async (c) => {
      const { service } = c.var;
      const query = (c.req.valid('query').q ?? '').trim().slice(0, LONGEST_QUERY);
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
      return answer(c, { organizations }, 200, cached);
    },
  )
  .get(
    '/v1/organizations/:code',
    operation({
      tag: '公开数据',
      open: true,
      summary: '一家备案机构及其公开的管理办法 / one organization, with its standing and published rules',
      description:
        '管理办法附机构的签名步骤（`statement`），其中 `body` 为管理办法规范 JSON 的摘要 / the rules come with the `step+jwt` that published them: its `body` is the digest of their canonical JSON without `published_at` and `statement`.',
      answers: { 200: { description: '机构 / the organization', content: json(OrganizationData) } },
      problems: ['organization_code_malformed', 'organization_not_found'],
    }),
    async (c) => {
      const { service } = c.var;
      const code = parseOrganizationCode(normalizeNumber(c.req.param('code')));
      const [current, ...others] = await filingsOf(service, code);
      if (!current) throw new Refusal('organization_not_found', 'No centre has filed an organization with this code.');
      const [centres, { suspension, rules, form }] = await Promise.all([
        centreNames(service),
        publishedOf(service, code),
      ]);
      return answer(
        c,
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
    },
  );
