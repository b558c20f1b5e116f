/** What the root and the centres put on file: the service's own key, organizations, their issuing and client keys. */
import { Refusal } from '../base/refusal.ts';
import { type PublicJwk, thumbprint } from '../core/keys.ts';
import { certify, certifyIssuingKey, type Issuer, rootName, routeOf } from '../core/paper/x509-certificates.ts';
import { takesOver } from '../core/procedure/selection.ts';
import { PROVINCE_CENTRE } from '../core/province.ts';
import type { Centre, Filing, ScopeEntry } from '../core/schema.ts';
import type { Jwks, Trust } from '../core/shapes/certificate-shapes.ts';
import type {
  ChainBody,
  ChainStored,
  Me,
  OrganizationData,
  StatementBody,
  Stored,
} from '../core/shapes/procedure-shapes.ts';
import type { NamedPublicKey } from '../core/shapes/shape-parts.ts';
import { signStatement, unverified } from '../core/statement.ts';
import { toPem } from '../formats/pades/x509.ts';
import { type Answer, type Caller, type Given, isCallError } from './call.ts';
import { fileOrganization, nameClient, nameService, now, type Signatory, type Times } from './sign.ts';

export type NamedJwk = Answer<typeof NamedPublicKey>;

/** GET /.well-known/trust.json: everything that is published about who may sign; as it is, or as it was kept. */
export interface TrustFile extends Omit<Answer<typeof Trust>, 'version' | 'calendars'> {
  calendars?: string[];
  /** Of one that was kept: when it was taken, and the status lists of that moment. */
  kept_at?: string | undefined;
  status_lists?: string[];
}

export const trustOf = (caller: Caller): Promise<TrustFile> => caller.get<TrustFile>('/.well-known/trust.json');

const publishedKeys = async (caller: Caller): Promise<NamedJwk[]> =>
  (await caller.get<Answer<typeof Jwks>>('/.well-known/jwks.json')).keys;

/**
 * The root names the service's own key, unless it did so before; the province sends it.
 * @returns whether it was new
 * @throws Refusal `service_key_missing`
 */
export async function nameServiceKey(root: Signatory, province: Caller, times: Times = {}): Promise<boolean> {
  const [keys, trust] = await Promise.all([publishedKeys(province), trustOf(province)]);
  const own = keys.find(({ kid }) => !kid.includes(':orgs:'));
  if (!own) throw new Refusal('service_key_missing', 'the service publishes no key of its own');
  const kid = await thumbprint(own);
  for (const token of trust.services)
    if ((await thumbprint(unverified<{ cnf: { jwk: PublicJwk } }>(token).claims.cnf.jwk)) === kid) return false;
  await province.post<Answer<typeof Stored>, Given<typeof StatementBody>>('/v1/centres', {
    statement: await nameService(root, { kty: 'EC', crv: 'P-256', x: own.x, y: own.y }, province.origin, times),
  });
  return true;
}

export interface FilingInput {
  code: string;
  name: string;
  uscc: string;
  scope: ScopeEntry[];
  annual_capacity: number;
  pass_mark?: number;
}

/** The issuing keys of an organization, the newest last. */
export const issuingKeys = async (caller: Caller, code: string): Promise<NamedJwk[]> =>
  (await publishedKeys(caller)).filter(({ kid }) => kid.includes(`#${code}-`));

/** The same; the service makes a first one where there is none, and a further one where it is wanted. */
async function issuingKeysFor(caller: Caller, code: string, newKey: boolean): Promise<NamedJwk[]> {
  const keys = await issuingKeys(caller, code);
  if (keys.length === 0 || newKey) keys.push(await caller.post<NamedJwk>(`/v1/organizations/${code}/keys`, {}));
  return keys;
}

/**
 * A centre files an organization; issuing keys made before stay named.
 * @param newKey whether a further issuing key is made
 * @returns the `filing+jwt`
 */
export async function sendFiling(
  caller: Caller,
  input: FilingInput,
  newKey = false,
  times: Times = {},
): Promise<string> {
  const centre = caller.speaker;
  const filing = await fileOrganization(
    centre,
    {
      ...input,
      route: centre.subject === PROVINCE_CENTRE ? 'province' : 'city',
      issuing_jwks: { keys: await issuingKeysFor(caller, input.code, newKey) },
    },
    times,
  );
  await caller.post<Answer<typeof Stored>, Given<typeof StatementBody>>('/v1/filings', { statement: filing });
  return filing;
}

/** A centre signs the claims of a filing, with the issuing keys that there are now, and sends them. */
export async function sendFilingClaims(
  caller: Caller,
  claims: Omit<Filing, 'issuing_jwks'>,
): Promise<{ filing: string; claims: Filing }> {
  const { key, kid } = caller.speaker;
  const keys = await issuingKeysFor(caller, claims.sub.slice('org:'.length), false);
  const whole: Filing = { ...claims, issuing_jwks: { keys } };
  const filing = await signStatement('filing+jwt', whole, key, kid);
  await caller.post<Answer<typeof Stored>, Given<typeof StatementBody>>('/v1/filings', { statement: filing });
  return { filing, claims: whole };
}

/** A centre names a client key of an organization. @returns the `client+jwt` and its `jti` */
export async function sendClient(
  caller: Caller,
  code: string,
  jwk: PublicJwk,
  times: Times = {},
): Promise<{ client: string; jti: string }> {
  const { kty, crv, x, y } = jwk;
  const client = await nameClient(caller.speaker, code, { kty, crv, x, y }, times);
  await caller.post<Answer<typeof Stored>, Given<typeof StatementBody>>('/v1/clients', { statement: client });
  return { client, jti: unverified<{ jti: string }>(client).claims.jti };
}

/** What is on file under a code, as the public reads it; undefined where nothing is. */
export async function filedBefore(anyone: Caller, code: string): Promise<Answer<typeof OrganizationData> | undefined> {
  try {
    return await anyone.get<Answer<typeof OrganizationData>>(`/v1/organizations/${code}`);
  } catch (error) {
    if (isCallError(error, 'organization_not_found')) return undefined;
    throw error;
  }
}

/**
 * Refuses to take an organization over from another centre unawares, before anything is made or signed.
 * @param anyone asks without a key: a card would be asked for a signature
 * @throws Refusal `filed_by_other_centre`
 */
export async function requireNotFiledElsewhere(centre: string, anyone: Caller, code: string): Promise<void> {
  const before = await filedBefore(anyone, code);
  if (!before || !takesOver(before, centre)) return;
  throw new Refusal(
    'filed_by_other_centre',
    `${before.centre_name} (${before.centre}) has filed ${code} as “${before.name}”; nothing was signed.`,
    {
      centre: before.centre,
      centre_name: before.centre_name,
      name: before.name,
      organization: code,
      may_take_over: centre === PROVINCE_CENTRE,
    },
  );
}

/** A statement that names the caller's key. */
export type Naming = Answer<typeof Me>['statements'][number];

/** Statements in force that name the caller's key, those that end last first. @param typs `client+jwt`, `centre+jwt` */
export async function namingsOf(caller: Caller, typs: readonly string[], margin = 0): Promise<Naming[]> {
  const { statements } = await caller.get<Answer<typeof Me>>('/v1/me');
  return statements
    .filter(({ typ, exp }) => typs.includes(typ) && exp > caller.now() + margin)
    .sort((a, b) => b.exp - a.exp);
}

// The X.509 certificates that people make on their own machines. Each says what a signed statement says, for as long:
// the root's own, a centre's by its `centre+jwt`, an issuing key's by the `filing+jwt`. All are PEM.

/** The root's statements are under a thumbprint and have no end; its certificate needs one. */
const ROOT_LIFETIME = 20 * 365 * 86_400;

const newSerial = () => crypto.getRandomValues(new Uint8Array(16));
const rootIssuer = ({ kid, key, jwk }: Signatory): Issuer => ({ key, jwk, name: rootName(kid) });

/** The root certifies itself. @returns PEM */
export async function certifyRoot(root: Signatory): Promise<string> {
  const from = now();
  return toPem(
    'CERTIFICATE',
    await certify({ name: '', jwk: root.jwk }, rootIssuer(root), {
      role: 'root',
      from,
      until: from + ROOT_LIFETIME,
      serial: newSerial(),
    }),
  );
}

/** The root certifies the centre that it appoints by this statement. @returns PEM */
export async function certifyCentre(root: Signatory, appointment: string): Promise<string> {
  const { name, cnf, iat, exp } = unverified<Centre>(appointment).claims;
  return toPem(
    'CERTIFICATE',
    await certify({ name, jwk: cnf.jwk }, rootIssuer(root), {
      role: 'centre',
      from: iat,
      until: exp,
      serial: newSerial(),
    }),
  );
}

/**
 * A centre certifies the newest issuing key of a filing and sends the chain.
 * @param filing the `filing+jwt` that this very centre has signed, or its claims
 * @returns false when the centre has no certificate itself: then PDFs of this key stay unsigned
 */
export async function certifyNewestKey(caller: Caller, filing: string | Filing): Promise<boolean> {
  const claims = typeof filing === 'string' ? unverified<Filing>(filing).claims : filing;
  const { certificate, ...centre } = caller.speaker;
  const newest = claims.issuing_jwks.keys.at(-1);
  if (certificate === undefined || newest === undefined) return false;
  await caller.post<Answer<typeof ChainStored>, Given<typeof ChainBody>>(`${routeOf(newest.kid)}/certificate`, {
    certificate: await certifyIssuingKey({ ...centre, certificate }, claims, newest, newSerial()),
  });
  return true;
}
