/** Settings of a local deployment: what the Worker is told of the root, and its secrets. */
import { randomBytes } from 'node:crypto';
import type { PublicJwk } from '../core/keys.ts';

/** Address before a local Worker: where `/healthz` was held, it answers from then on. */
export const OPEN = '/cdn-cgi/handler/open';

export const newSecret = (): string => randomBytes(32).toString('base64url');

/** The same settings for a service whose requests bring their own time (localhost alone). */
export const withDemoClock = <S extends { vars: Record<string, string> }>(settings: S): S => ({
  ...settings,
  vars: { ...settings.vars, DEMO_CLOCK: 'on' },
});

/** Bindings for a root key and an origin. */
export function settingsFor(
  origin: string,
  root: { kid: string; jwk: PublicJwk },
  masterSecret: string,
  formerHosts: readonly string[] = [],
) {
  const { kty, crv, x, y } = root.jwk;
  return {
    vars: {
      PUBLIC_ORIGIN: origin,
      TRUST_ROOT: root.kid,
      TRUST_ROOT_JWKS: JSON.stringify([{ kty, crv, x, y }]),
      FORMER_HOSTS: formerHosts.join(' '),
    },
    secrets: { MASTER_SECRET: masterSecret },
  };
}
