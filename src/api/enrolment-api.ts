/** Routes of the centres: appointing, filing, issuing keys and their X.509 certificates, client keys, withdrawals. */
import type { StatementType } from '../core/schema.ts';
import { ChainBody, ChainStored } from '../core/shapes/procedure-shapes.ts';
import { NamedPublicKey } from '../core/shapes/shape-parts.ts';
import { LIMITS } from '../http/body.ts';
import { factory } from '../http/context.ts';
import { type Answering, answer, json, ok, operation, TEXT, upTo } from '../http/operation.ts';
import { acceptClient, acceptFiling, acceptRootStatement } from '../service/enrol.ts';
import { acceptChain, makeIssuingKey, requestFor } from '../service/issuing-keys.ts';
import { acceptWithdrawal } from '../service/withdraw.ts';
import { acceptAnnouncement } from '../service/working-days.ts';
import { CENTRES, OF_STORED, statementSchema, storing } from './operation-parts.ts';

const OF_KEYS = ['organization_code_malformed', 'out_of_reach', 'key_not_found', 'register_differs'] as const;

/** `statement` is a `typ`. */
const words = (typ: StatementType, also = '') =>
  `\`statement\` is a \`${typ}\`${also}; its payload: #/components/schemas/${statementSchema(typ)}.`;

/** Answers a stored statement: 201 the first time, 200 when the very same was sent before. */
const stored = (c: Answering<Record<200 | 201, { jti: string }>>, { jti, fresh }: { jti: string; fresh: boolean }) =>
  answer(c, { jti }, fresh ? 201 : 200);

export const enrolmentRoutes = factory
  .createApp()
  .post(
    '/v1/centres',
    operation(
      storing({
        summary: '登记中心或平台密钥 / appoint a centre, or name the service’s key',
        roles: ['province'],
        description: words('centre+jwt', ' or a `service+jwt`, signed by the root'),
        problems: [...OF_STORED, 'service_key_unknown', 'service_withdrawn'],
      }),
    ),
    async (c) => stored(c, await acceptRootStatement(c.var.service, c.req.valid('json').statement)),
  )
  .post(
    '/v1/organizations/:code/keys',
    operation({
      tag: '鉴定指导中心',
      summary: '生成机构的下一把颁发密钥 / make the next issuing key of an organization',
      roles: CENTRES,
      answers: {
        201: { description: '公钥，写入备案 / public half, to be named in the filing', content: json(NamedPublicKey) },
      },
      problems: ['organization_code_malformed', 'out_of_reach', 'keys_exhausted'],
    }),
    async (c) => answer(c, await makeIssuingKey(c.var.service, c.var.caller, c.req.param('code')), 201),
  )
  .get(
    '/v1/organizations/:code/keys/:n/request',
    operation({
      tag: '鉴定指导中心',
      summary: '颁发密钥的证书请求 / request for a certificate of an issuing key (PKCS#10, PEM)',
      roles: CENTRES,
      answers: ok('交给电子认证机构 / for a certification authority', { 'application/pkcs10': { schema: TEXT } }),
      problems: [...OF_KEYS, 'organization_not_filed'],
    }),
    async (c) => {
      const pem = await requestFor(c.var.service, c.var.caller, c.req.param('code'), c.req.param('n'));
      return c.body(pem, 200, { 'Content-Type': 'application/pkcs10' });
    },
  )
  .post(
    '/v1/organizations/:code/keys/:n/certificate',
    operation({
      tag: '鉴定指导中心',
      summary: '登记颁发密钥的证书链 / submit the certificate chain of an issuing key',
      description:
        'PDF 由有效的、最新登记的证书签名；没有证书则不签名 / PDFs are signed under the newest chain that is valid; without one they are not signed.',
      roles: CENTRES,
      body: upTo(LIMITS.chain, json(ChainBody)),
      answers: { 201: { description: '已保存 / stored', content: json(ChainStored) } },
      problems: [
        ...OF_KEYS,
        'certificate_malformed',
        'certificate_not_supported',
        'certificate_key_differs',
        'certificate_chain_broken',
        'certificate_usage_wrong',
        'certificate_not_valid',
      ],
    }),
    async (c) => {
      const { code, n } = c.req.param();
      const { certificate } = c.req.valid('json');
      return answer(c, await acceptChain(c.var.service, c.var.caller, code, n, certificate), 201);
    },
  )
  .post(
    '/v1/filings',
    operation(
      storing({
        summary: '登记机构备案 / file an organization',
        roles: CENTRES,
        description: words('filing+jwt'),
        problems: [
          ...OF_STORED,
          'route_wrong',
          'filing_withdrawn',
          'out_of_reach',
          'code_taken',
          'uscc_wrong',
          'glyph_missing',
          'scope_text_too_long',
          'scope_malformed',
          'issuing_key_unknown',
          'organization_code_malformed',
        ],
      }),
    ),
    async (c) => stored(c, await acceptFiling(c.var.service, c.var.caller, c.req.valid('json').statement)),
  )
  .post(
    '/v1/clients',
    operation(
      storing({
        summary: '登记机构客户端密钥 / name a client key of an organization',
        roles: CENTRES,
        description: words('client+jwt'),
        problems: [
          ...OF_STORED,
          'organization_not_filed',
          'client_of_other_organization',
          'client_not_by_filing_centre',
          'client_withdrawn',
          'filing_withdrawn',
        ],
      }),
    ),
    async (c) => stored(c, await acceptClient(c.var.service, c.var.caller, c.req.valid('json').statement)),
  )
  .post(
    '/v1/calendars',
    operation(
      storing({
        summary: '公布一年的节假日安排 / announce the working days of a year',
        roles: ['province'],
        description: words('calendar+jwt'),
        problems: [
          ...OF_STORED,
          'calendar_day_wrong',
          'calendar_year_over',
          'calendar_year_far',
          'day_malformed',
          'statement_expired',
          'issuer_not_caller',
          'centre_withdrawn',
        ],
      }),
    ),
    async (c) => stored(c, await acceptAnnouncement(c.var.service, c.var.caller, c.req.valid('json').statement)),
  )
  .post(
    '/v1/withdrawals',
    operation(
      storing({
        summary:
          '撤回备案、密钥、任命或未用的审核 / withdraw a filing, a key, an appointment, or an approval not used yet',
        roles: CENTRES,
        description: words(
          'withdrawal+jwt',
          ', signed by the caller, or by the root and submitted by any centre; in force at once, and published in /.well-known/trust.json',
        ),
        problems: [...OF_STORED, 'withdrawal_not_yours', 'withdrawal_target_unknown', 'withdrawal_backdated'],
      }),
    ),
    async (c) => stored(c, await acceptWithdrawal(c.var.service, c.var.caller, c.req.valid('json').statement)),
  );
