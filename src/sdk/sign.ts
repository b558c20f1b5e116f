/** Keys, the statements that people sign with them on their own machines, and key files as callers need them. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import { Refusal } from '../base/refusal.ts';
import type { Announcement } from '../core/calendar.ts';
import { type PublicJwk, type SigningKey, thumbprint } from '../core/keys.ts';
import { PROVINCE_CENTRE, PROVINCE_CODE } from '../core/province.ts';
import type { Approval, Filing } from '../core/schema.ts';
import { signStatement, unverified } from '../core/statement.ts';
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

/** Takes a private JWK from a key file, so that it cannot be taken out again. @throws TypeError, DOMException */
export async function readKey(jwk: JWK): Promise<KeyPair> {
  // Whole, so that what it says of its own use counts.
  const key = await crypto.subtle.importKey('jwk', jwk as JsonWebKey, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
  ]);
  const { x, y } = jwk as { x: string; y: string };
  const open: PublicJwk = { kty: 'EC', crv: 'P-256', x, y };
  return { kid: await thumbprint(open), jwk: open, key, private: jwk };
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

// Key files (keys/make.ts writes them).

export interface KeyFile {
  /** For people. */
  name?: string;
  /** `centre:3701`, `org:S000037000001`; absent where nobody has named the key yet. */
  subject?: string;
  /** Origin of the service. */
  server?: string;
  /** The statement that names the key. */
  token?: string;
  /** PEM of the X.509 certificate of a root's or a centre's key. Under it PDF signatures are checked; all else works without. */
  certificate?: string;
  private?: JWK;
  /** Of a key that lies elsewhere: the key, the program that signs with it and its arguments, and what that takes. */
  public?: PublicJwk;
  signer?: readonly string[];
  digest?: boolean;
  ask?: string;
}

/** A key file as a caller needs it, in Node and in the browser. */
export type KeyOfFile = Omit<KeyPair, 'private'> & Pick<KeyFile, 'subject' | 'token' | 'server' | 'certificate'>;

const malformed = (): Refusal => new Refusal('key_file_malformed', 'This is no key file with a private P-256 key.');

/** @throws Refusal `key_file_malformed`, `key_on_card` (its program runs with the command alone) */
export async function readKeyText(text: string): Promise<KeyOfFile> {
  let file: KeyFile;
  let pair: KeyPair;
  try {
    file = JSON.parse(text) as KeyFile;
    if (file.private === undefined && Array.isArray(file.signer))
      throw new Refusal('key_on_card', 'The key lies on a card: its program signs with the command alone.');
    pair = await readKey(file.private as JWK);
  } catch (error) {
    throw error instanceof Refusal ? error : malformed();
  }
  const { kid, jwk, key } = pair;
  const given = (name: 'subject' | 'token' | 'server' | 'certificate') =>
    typeof file[name] === 'string' ? { [name]: file[name] } : {};
  const read: KeyOfFile = { key, jwk, kid, ...given('certificate'), ...given('server') };
  const { subject, token } = file;
  if (typeof subject !== 'string' || typeof token !== 'string') return read;
  requireAbout(token, jwk);
  return { ...read, subject, token };
}

/** A statement that is about another key, or has no end, is none of this key. */
function requireAbout(token: string, { x, y }: PublicJwk): void {
  let claims: { exp?: unknown; cnf?: { jwk?: { x?: unknown; y?: unknown } } };
  try {
    claims = unverified<typeof claims>(token).claims;
  } catch {
    throw malformed();
  }
  if (typeof claims.exp !== 'number' || claims.cnf?.jwk?.x !== x || claims.cnf.jwk.y !== y) throw malformed();
}

/** A key file as a caller of the service that it names. @throws Refusal as readKeyText, `key_unnamed` */
export async function readCaller(text: string): Promise<Speaker & { server: string }> {
  const { subject, token, server, ...key } = await readKeyText(text);
  if (subject === undefined || token === undefined || server === undefined)
    throw new Refusal('key_unnamed', 'The key file names no service or no statement: a centre names the key first.');
  return { ...key, subject, token, server };
}
