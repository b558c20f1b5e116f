/**
 * Owns what anyone needs to check without us: keys, statements, the context, status lists.
 * Everything here is public and may be kept for 60 s.
 */

import { Refusal } from '../base/refusal.ts';
import { CONTEXT } from '../core/credential.ts';
import { parseOrganizationCode } from '../core/number.ts';
import { cached, keptAnswer } from '../http/caching.ts';
import { factory } from '../http/context.ts';
import { keyDiffers, listedKeys } from '../service/issuing-keys.ts';
import { statusList } from '../service/status-events.ts';
import { selectIssuingKeys, selectTokens } from '../storage/statement-store.ts';

/** A did:web document (W3C DID 1.0) for some keys. */
function didDocument(did: string, keys: readonly { kid: string }[]) {
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
    id: did,
    verificationMethod: keys.map((jwk) => ({ id: jwk.kid, type: 'JsonWebKey', controller: did, publicKeyJwk: jwk })),
    assertionMethod: keys.map((jwk) => jwk.kid),
  };
}

/** What is about one person or one batch of people, and what is no page, is no business of search engines. */
const ROBOTS = ['User-agent: *', ...['/c/', '/notices/', '/desk', '/v1/'].map((path) => `Disallow: ${path}`), ''].join(
  '\n',
);

export const wellKnownRoutes = factory
  .createApp()
  .get('/robots.txt', (c) => c.text(ROBOTS, 200, cached))
  .get('/.well-known/jwks.json', async (c) => {
    const { service } = c.var;
    const own = await service.vault.service();
    const issuing = await selectIssuingKeys(service.db);
    const keys = [...listedKeys(issuing), { ...own.public, kid: own.kid, alg: 'ES256', use: 'sig' }];
    return c.json({ keys }, 200, cached);
  })
  .get('/.well-known/did.json', async (c) => {
    const own = await c.var.service.vault.service();
    return c.json(didDocument(own.kid.split('#')[0] as string, [{ ...own.public, kid: own.kid }]), 200, cached);
  })
  .get('/orgs/:code/did.json', async (c) => {
    const stored = await selectIssuingKeys(c.var.service.db, parseOrganizationCode(c.req.param('code')));
    if (stored.length === 0)
      throw new Refusal('organization_not_found', 'No organization with this code has an issuing key here.');
    const keys = listedKeys(stored);
    const last = keys.at(-1);
    if (!last) throw keyDiffers();
    return c.json(didDocument(last.kid.split('#')[0] as string, keys), 200, cached);
  })
  .get('/.well-known/trust.json', (c) =>
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
  .get('/contexts/v1.jsonld', (c) =>
    c.body(JSON.stringify(CONTEXT), 200, { ...cached, 'Content-Type': 'application/ld+json' }),
  )
  .get('/v1/status/:list', (c) => {
    const { service } = c.var;
    const list = c.req.param('list');
    // Signed anew each minute, which says until when it is known.
    return keptAnswer(c, { name: 'status', list, minute: Math.floor(service.now() / 60) }, 'application/vc+jwt', () =>
      statusList(service, list),
    );
  });
