/** Keys, and the statements that people sign with them on their own machines. */
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Announcement } from '../core/calendar.ts';
import type { PublicJwk, SigningKey } from '../core/keys.ts';
import { PROVINCE_CENTRE, PROVINCE_CODE } from '../core/province.ts';
import type { Approval, Filing } from '../core/schema.ts';
import { signStatement } from '../core/statement.ts';
import type { Event } from '../core/status.ts';
import type { Withdrawal } from '../core/withdrawal.ts';

/** A key that signs, with its names. `kid` is the RFC 7638 thumbprint. */
export interface Signatory {
  kid: string;
  jwk: PublicJwk;
  key: SigningKey;
  /** The private JWK, for keeping in a key file; a key on a card has none. */
  private?: JWK;
}

/** A key that was made, or lies, on this machine. */
export interface KeyPair extends Signatory {
  key: CryptoKey;
  private: JWK;
}

/** The statement that says whose a key is. */
export interface Named {
  /** `centre+jwt` or `client+jwt`. */
  token: string;
  /** `centre:3700`, `org:S000037000001` */
  subject: string;
  /** PEM of a centre's X.509 certificate, by which it certifies issuing keys; keys appointed without one have none. */
  certificate?: string;
}

/** A key with its statement: what a caller needs. */
export interface Speaker extends Signatory, Named {}

/** The same with a key that was made, or lies, on this machine. */
export interface Identity extends KeyPair, Named {}

/** Seconds since 1970. */
export const now = (): number => Math.floor(Date.now() / 1000);

const DAY = 86_400;
const YEAR = 365 * DAY;
const newId = (): string => crypto.randomUUID();

export async function makeKey(): Promise<KeyPair> {
  return readKey(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey));
}

/** Takes a private JWK from a key file. */
export async function readKey(jwk: JWK): Promise<KeyPair> {
  const { x, y } = jwk as { x: string; y: string };
  const open: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  return {
    kid: await calculateJwkThumbprint(open as JWK),
    jwk: open,
    key: (await importJWK(jwk, 'ES256')) as CryptoKey,
    private: jwk,
  };
}

export interface Times {
  iat?: number | undefined;
  /** Seconds that the statement is valid. */
  lifetime?: number | undefined;
}

const life = ({ iat = now(), lifetime = YEAR }: Times, jti = newId()) => ({ iat, exp: iat + lifetime, jti });

/** The province's root appoints a centre's key. */
export function appointCentre(
  root: Signatory,
  centre: { code: string; name: string; jwk: PublicJwk },
  times: Times = {},
): Promise<string> {
  const tier = centre.code === PROVINCE_CODE ? 'province' : 'city';
  return signStatement(
    'centre+jwt',
    {
      iss: PROVINCE_CENTRE,
      sub: `centre:${centre.code}`,
      name: centre.name,
      tier,
      cnf: { jwk: centre.jwk },
      ...life({ lifetime: 3 * YEAR, ...times }),
    },
    root.key,
    root.kid,
  );
}

/** The province's root names the service's own key. */
export function nameService(root: Signatory, jwk: PublicJwk, origin: string, times: Times = {}): Promise<string> {
  return signStatement(
    'service+jwt',
    { iss: PROVINCE_CENTRE, sub: origin, cnf: { jwk }, ...life({ lifetime: 3 * YEAR, ...times }) },
    root.key,
    root.kid,
  );
}

/** A centre files an organization (备案). */
export function fileOrganization(
  centre: Speaker,
  filing: Pick<Filing, 'name' | 'uscc' | 'route' | 'scope' | 'annual_capacity' | 'issuing_jwks'> & {
    code: string;
    pass_mark?: number;
  },
  times: Times = {},
): Promise<string> {
  const { code, pass_mark = 60, ...rest } = filing;
  const { iat, exp, jti } = life(times);
  const city = filing.route === 'city' ? { city: centre.subject } : {};
  return signStatement(
    'filing+jwt',
    { iss: centre.subject, sub: `org:${code}`, ...rest, ...city, pass_mark, iat, nbf: iat, exp, jti },
    centre.key,
    centre.kid,
  );
}

/** A centre names a client key of an organization. */
export function nameClient(centre: Speaker, code: string, jwk: PublicJwk, times: Times = {}): Promise<string> {
  return signStatement(
    'client+jwt',
    { iss: centre.subject, sub: `org:${code}`, cnf: { jwk }, ...life(times) },
    centre.key,
    centre.kid,
  );
}

/** What an approval or an order is about. */
export interface BatchRef {
  organization: string;
  /** Origin of the service. */
  aud: string;
  batch: string;
  /** Recomputed from the rows by whoever signs. */
  root: string;
  count: number;
}

/** A centre approves a batch; the province passes the city's token along. */
export function approveBatch(
  centre: Speaker,
  ref: BatchRef,
  city?: string,
  { photos_unseen, ...times }: Times & Pick<Approval, 'photos_unseen'> = {},
): Promise<string> {
  const { iat, exp, jti } = life({ lifetime: 30 * DAY, ...times });
  const { organization, aud, batch, root, count } = ref;
  const claims: Approval = {
    iss: centre.subject,
    sub: `org:${organization}`,
    aud,
    batch,
    root,
    count,
    iat,
    nbf: iat,
    exp,
    jti,
    ...(city === undefined ? {} : { city }),
    ...(photos_unseen === undefined ? {} : { photos_unseen }),
  };
  return signStatement('approval+jwt', claims, centre.key, centre.kid);
}

/** The organization orders a batch to be issued. `approval`: the province's `jti`. */
export function orderBatch(
  client: Speaker,
  ref: BatchRef,
  approval: string,
  times: { iat?: number } = {},
): Promise<string> {
  const { aud, batch, root } = ref;
  return signStatement(
    'issue+jwt',
    { iss: client.subject, sub: client.subject, aud, batch, root, approval, iat: times.iat ?? now(), jti: newId() },
    client.key,
    client.kid,
  );
}

/** Suspends, reinstates or revokes a certificate. `prev`: digest of the event before; `aud`: origin of the service. */
export function changeStatus(
  by: Speaker,
  change: Pick<Event, 'number' | 'action' | 'reason' | 'seq' | 'prev' | 'aud'>,
  times: { iat?: number } = {},
): Promise<string> {
  return signStatement(
    'status+jwt',
    { iss: by.subject, ...change, iat: times.iat ?? now(), jti: newId() },
    by.key,
    by.kid,
  );
}

/** The province's centre announces the working days of a year (节假日安排). */
export function announceYear(
  province: Speaker,
  days: Pick<Announcement, 'year' | 'holidays' | 'workdays' | 'source'>,
  times: { iat?: number } = {},
): Promise<string> {
  return signStatement(
    'calendar+jwt',
    { iss: PROVINCE_CENTRE, ...days, iat: times.iat ?? now(), jti: newId() },
    province.key,
    province.kid,
  );
}

/** Ends a statement or a key; at once, if `effective` is absent. The root signs with `subject` centre:3700, as it does for centres. */
export function withdraw(
  by: Pick<Signatory, 'kid' | 'key'> & { subject: string },
  target: Withdrawal['target'],
  {
    effective,
    compromised_since,
    reason,
  }: { effective?: number | undefined; compromised_since?: number | undefined; reason?: string | undefined } = {},
  { iat = now() }: { iat?: number } = {},
): Promise<string> {
  const claims = {
    iss: by.subject,
    target,
    effective: effective ?? iat,
    ...(compromised_since === undefined ? {} : { compromised_since }),
    ...(reason === undefined ? {} : { reason }),
    iat,
    jti: newId(),
  };
  return signStatement('withdrawal+jwt', claims, by.key, by.kid);
}
