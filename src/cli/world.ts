/** A province, its centres and organizations, made over any `fetch`: for the demonstration, benches and tests alike. */
import { centreName, PROVINCE_CODE } from '../core/province.ts';
import { Caller } from '../sdk/call.ts';
import { certifyCentre, certifyNewestKey } from '../sdk/certify.ts';
import { type FilingInput, nameServiceKey, sendClient, sendFiling } from '../sdk/file-organization.ts';
import { appointCentre, type Identity, type KeyPair, makeKey, type Speaker, type Times } from '../sdk/sign.ts';

/** Who acts at a moment (NumericDate); without one, now. */
export type Act = (who?: Speaker, moment?: number) => Caller;

/** Acts against a service whose requests may bring their own time. */
export const actorsOf =
  (origin: string): Act =>
  (who, moment) =>
    new Caller(origin, who, { moment: moment === undefined ? undefined : () => moment });

/** The root appoints a centre: its key, its statement and its certificate. Nothing is sent. */
export async function makeCentre(root: KeyPair, code: string, name: string, times: Times = {}): Promise<Identity> {
  const pair = await makeKey();
  const token = await appointCentre(root, { code, name, jwk: pair.jwk }, times);
  return { ...pair, subject: `centre:${code}`, token, certificate: await certifyCentre(root, token) };
}

/** The root appoints the province's centre and one city's, and names the service's key. */
export async function foundProvince(
  root: KeyPair,
  as: (who: Speaker) => Caller,
  times: Times = {},
): Promise<{ province: Identity; city: Identity }> {
  const make = (code: string) => makeCentre(root, code, centreName(code) as string, times);
  const [province, city] = [await make(PROVINCE_CODE), await make('3701')];
  for (const { token } of [province, city]) await as(province).post('/v1/centres', { statement: token });
  await nameServiceKey(root, as(province), times);
  return { province, city };
}

/** A centre files an organization, certifies its issuing key and names its first client key. */
export async function enrolOrganization(
  centre: Caller,
  input: FilingInput,
  times: Times = {},
  pair?: KeyPair,
): Promise<{ client: Identity; jti: string; filing: string }> {
  const own = pair ?? (await makeKey());
  const filing = await sendFiling(centre, input, false, times);
  await certifyNewestKey(centre, filing);
  const { client: token, jti } = await sendClient(centre, input.code, own.jwk, times);
  return { client: { ...own, subject: `org:${input.code}`, token }, jti, filing };
}
