/** What anyone needs to check without this service: keys, statements, the context, status lists. Kept for 60 s. */
import * as v from 'valibot';
import { Refusal } from '../base/refusal.ts';
import { CONTEXT, STATUS_LISTS } from '../core/credential.ts';
import { parseOrganizationCode } from '../core/number.ts';
import { DidDocument, Health, Jwks, StatusLists, Trust } from '../core/shapes/certificate-shapes.ts';
import { cached, keptAnswer } from '../http/answers.ts';
import { factory } from '../http/context.ts';
import { answer, json, ok, operation, TEXT } from '../http/operation.ts';
import { keyDiffers, listedKeys, type NamedJwk } from '../service/issuing-keys.ts';
import { statusList } from '../service/status-events.ts';
import { ping } from '../storage/database.ts';
import { selectIssuingKeys, selectTokens } from '../storage/statement-store.ts';
import { selectLastStatusList } from '../storage/status-store.ts';
import { TOKEN } from './openapi-examples.ts';

const ANY_OBJECT = v.looseObject({});

/** A did:web document (W3C DID 1.0) for some keys. */
function didDocument(did: string, keys: readonly NamedJwk[]) {
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
    id: did,
    verificationMethod: keys.map((jwk) => ({
      id: jwk.kid,
      type: 'JsonWebKey' as const,
      controller: did,
      publicKeyJwk: jwk,
    })),
    assertionMethod: keys.map((jwk) => jwk.kid),
  };
}

/** What is about one person or one batch of people, and what is no page, is no business of search engines. */
const ROBOTS = ['User-agent: *', ...['/c/', '/notices/', '/desk', '/v1/'].map((path) => `Disallow: ${path}`), ''].join(
  '\n',
);

export const wellKnownRoutes = factory
  .createApp()
  .get(
    '/robots.txt',
    operation({
      tag: '网页',
      summary: '搜索引擎不得收录哪些网页 / what search engines leave out',
      answers: ok('robots.txt', { 'text/plain': { schema: TEXT } }),
    }),
    (c) => c.text(ROBOTS, 200, cached),
  )
  .get(
    '/.well-known/jwks.json',
    operation({
      tag: '公开数据',
      open: true,
      summary: '全部颁发公钥 / all issuing keys',
      answers: ok('JWK Set', json(Jwks)),
    }),
    async (c) => {
      const { service } = c.var;
      const own = await service.vault.service();
      const issuing = await selectIssuingKeys(service.db);
      const keys = [
        ...listedKeys(issuing),
        { ...own.public, kid: own.kid, alg: 'ES256' as const, use: 'sig' as const },
      ];
      return answer(c, { keys }, 200, cached);
    },
  )
  .get(
    '/.well-known/did.json',
    operation({
      tag: '公开数据',
      open: true,
      summary: '平台的 DID 文档 / did:web document of the service',
      answers: ok('DID document', json(DidDocument)),
    }),
    async (c) => {
      const own = await c.var.service.vault.service();
      return answer(c, didDocument(own.kid.split('#')[0] as string, [{ ...own.public, kid: own.kid }]), 200, cached);
    },
  )
  .get(
    '/orgs/:code/did.json',
    operation({
      tag: '公开数据',
      open: true,
      summary: '机构的 DID 文档 / did:web document of an organization',
      answers: ok('DID document', json(DidDocument)),
      problems: ['organization_code_malformed', 'organization_not_found', 'register_differs'],
    }),
    async (c) => {
      const stored = await selectIssuingKeys(c.var.service.db, parseOrganizationCode(c.req.param('code')));
      if (stored.length === 0)
        throw new Refusal('organization_not_found', 'No organization with this code has an issuing key here.');
      const keys = listedKeys(stored);
      const last = keys.at(-1);
      if (!last) throw keyDiffers();
      return answer(c, didDocument(last.kid.split('#')[0] as string, keys), 200, cached);
    },
  )
  .get(
    '/.well-known/trust.json',
    operation({
      tag: '公开数据',
      open: true,
      summary: '中心、备案、密钥声明 / statements of centres, filings, keys',
      answers: ok('statements', json(Trust)),
    }),
    (c) =>
      keptAnswer(c, { name: 'trust' }, 'application/json', async () => {
        const { db, config } = c.var.service;
        const [centres, services, filings, clients, withdrawals, calendars] = await Promise.all(
          ['centre+jwt', 'service+jwt', 'filing+jwt', 'client+jwt', 'withdrawal+jwt', 'calendar+jwt'].map((typ) =>
            selectTokens(db, typ),
          ),
        );
        // Roots are a convenience: nobody should trust one whose thumbprint they did not get elsewhere.
        return JSON.stringify({
          version: 1,
          origin: config.origin,
          hosts: config.hosts,
          roots: config.rootJwks,
          centres,
          services,
          filings,
          clients,
          withdrawals,
          calendars,
        });
      }),
  )
  .get(
    '/contexts/v1.jsonld',
    operation({
      tag: '公开数据',
      open: true,
      summary: 'JSON-LD 语境 / JSON-LD context',
      answers: ok('context', { 'application/ld+json': { schema: ANY_OBJECT } }),
    }),
    (c) => c.body(JSON.stringify(CONTEXT), 200, { ...cached, 'Content-Type': 'application/ld+json' }),
  )
  .get(
    '/v1/status',
    operation({
      tag: '公开数据',
      open: true,
      summary: '全部状态列表的名称，新的在前 / names of all status lists, the newest first',
      answers: ok('names', json(StatusLists, { lists: ['revocation-1', 'suspension-1', 'inactive-1'] })),
    }),
    async (c) => {
      const last = await selectLastStatusList(c.var.service.db);
      const lists = Array.from({ length: last }, (_, i) => STATUS_LISTS.map((name) => `${name}-${last - i}`)).flat();
      return answer(c, { lists }, 200, cached);
    },
  )
  .get(
    '/v1/status/:list',
    operation({
      tag: '公开数据',
      open: true,
      summary: '状态列表 / Bitstring Status List credential',
      answers: ok('vc+jwt', { 'application/vc+jwt': { schema: TEXT, example: TOKEN } }),
      problems: ['status_list_not_found'],
    }),
    (c) => {
      const { service } = c.var;
      const list = c.req.param('list');
      // Signed again each minute, which says until when it is known.
      return keptAnswer(c, { name: 'status', list, minute: Math.floor(service.now() / 60) }, 'application/vc+jwt', () =>
        statusList(service, list),
      );
    },
  )
  .get(
    '/healthz',
    operation({
      tag: '服务',
      summary: '是否在工作 / whether it works',
      answers: ok('ok', json(Health, { status: 'ok' })),
    }),
    async (c) => {
      await ping(c.var.service.db);
      return answer(c, { status: 'ok' }, 200, { 'Cache-Control': 'no-store' });
    },
  );
