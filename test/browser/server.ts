/**
 * The real Worker on a free port of this machine, and what a test has on it, all made through the HTTP API: a school with
 * some certificates, people whom no other file knows, and where its desk shows all of a centre's, a city of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startLocal } from '../../src/cli/local.ts';
import { ELECTRICIAN, sampleRow } from '../../src/cli/sample-forms.ts';
import { newSecret, settingsFor, withDemoClock } from '../../src/cli/worker-bundle.ts';
import { actorsOf, enrolOrganization, foundProvince, makeCentre } from '../../src/cli/world.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';
import { centreName } from '../../src/core/province.ts';
import { issueBatch, readBatch, sendApproval } from '../../src/sdk/batch.ts';
import type { Caller } from '../../src/sdk/call.ts';
import { filedBefore } from '../../src/sdk/file-organization.ts';
import { changeStatus, type Identity, type KeyPair, makeKey, now, readKey } from '../../src/sdk/sign.ts';
import { AT } from './browser.ts';

/** A key with its statement as it is handed from process to process. */
type Kept = Pick<Identity, 'subject' | 'token' | 'private'> & { certificate?: string | undefined };

/** A served Worker with the centres that all its files share. */
export interface Served {
  origin: string;
  root: KeyPair['private'];
  province: Kept;
  city: Kept;
}

export interface Person {
  name: string;
  id_number: string;
}
export interface Shown extends Person {
  number: string;
  seal_url: string;
}
export interface Batch {
  id: string;
  shown: Shown[];
}

export interface TestServer {
  origin: string;
  /** Thumbprint of the root. */
  root: string;
  /** The root's key, to appoint with. */
  anchor: KeyPair;
  province: Identity;
  city: Identity;
  /** As pages name it. */
  cityName: string;
  school: Identity;
  /** Of the school: the first of the codes that only this file uses. */
  code: string;
  /** One of them, up to the 99th. */
  codeOf(n: number): string;
  /** Who calls, in the server's own time unless another moment is given. */
  as(who?: Identity, moment?: number): Caller;
  /** Somebody whom this file alone knows, another one for each n up to 999. */
  person(name: string, n: number): Person;
  /** From rows to certificates, of the school. */
  certify(people: readonly (Person & { replaces?: string })[]): Promise<Batch>;
  /** Valid; then replaced by `corrected`; revoked; suspended. */
  valid: Shown;
  long: Shown;
  replaced: Shown;
  corrected: Shown;
  revoked: Shown;
  suspended: Shown;
  /** A certificate's PDF, as the organization downloads it. */
  pdf(of: Shown): Promise<Buffer>;
}

/** The row of a passed exam. */
export const rowOf = (person: Person & { replaces?: string }, level = 3) => sampleRow(0, { ...person, level });

/** Seconds before `at` at which the city was appointed and the school was filed. */
const SINCE = 90 * 86_400;
const YEAR = 365 * 86_400;

const kept = ({ subject, token, certificate, private: secret }: Identity): Kept => ({
  subject,
  token,
  certificate,
  private: secret,
});
const restored = async ({ private: secret, certificate, ...rest }: Kept): Promise<Identity> => ({
  ...(await readKey(secret)),
  ...rest,
  ...(certificate === undefined ? {} : { certificate }),
});

/**
 * Serves a Worker whose requests may name their moment, with the province and its first city.
 * @param unbraked without rate limits, for files that ask beside each other from one address
 */
export async function serveWorker(unbraked = false): Promise<{ served: Served; stop(): Promise<void> }> {
  const persist = mkdtempSync(join(tmpdir(), 'luzheng-browser-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const root = await makeKey();
  const settings = withDemoClock(settingsFor(origin, root, newSecret()));
  const service = await startLocal({ port, persist, ...settings, unbraked, unswept: true, log: join(persist, 'log') });
  // In force both today and at the moment of those who count days.
  const today = now();
  const { province, city } = await foundProvince(root, actorsOf(origin), {
    iat: Math.min(today, AT) - SINCE,
    lifetime: Math.abs(today - AT) + 3 * YEAR,
  });
  return {
    served: { origin, root: root.private, province: kept(province), city: kept(city) },
    async stop() {
      await service.stop();
      rmSync(persist, { recursive: true, force: true });
    },
  };
}

export interface Own {
  /** Code of a city of this file alone; the files that have none share the first city. */
  city?: string;
  /** Of the school, for those that share a city. */
  number?: number;
  /** NumericDate at which it all happens, where days matter: requests then name it (Luzheng-Clock); now if absent. */
  at?: number | undefined;
}

/** Files a school on a served Worker and issues its certificates. */
export async function openServer(served: Served, { city: own, number = 0, at }: Own): Promise<TestServer> {
  const { origin } = served;
  const before = at === undefined ? {} : { iat: at - SINCE };
  const times = at === undefined ? {} : { iat: at };
  const [root, province, first] = [
    await readKey(served.root),
    await restored(served.province),
    await restored(served.city),
  ];
  const act = actorsOf(origin);
  const as = (who?: Identity, moment = at) => act(who, moment);

  const cityName = centreName(own ?? '3701') as string;
  const city = own === undefined ? first : await makeCentre(root, own, cityName, before);
  if (own !== undefined) await as(province).post('/v1/centres', { statement: city.token });
  const area = city.subject.slice(-2);
  const two = (n: number) => String(n).padStart(2, '0');
  const codeOf = (n: number) => `S000037${own === undefined ? '00' : area}${two(number)}${two(n)}`;
  const code = codeOf(1);
  if (await filedBefore(as(), code)) throw new Error(`${code} is another file's: give this one a number of its own`);
  const { client: school } = await enrolOrganization(
    as(city),
    { code, name: '济南泉城职业培训学校', uscc: '91350100M000100Y43', scope: [ELECTRICIAN], annual_capacity: 1000 },
    before,
  );
  const asSchool = as(school);

  const person = (name: string, n: number): Person => {
    const digits = `37${area}02199001${two(number + 1)}${String(n).padStart(3, '0')}`;
    return { name, id_number: digits + residentCheckCharacter(digits) };
  };

  async function certify(people: readonly (Person & { replaces?: string })[]): Promise<Batch> {
    const { id } = await asSchool.post<{ id: string }>('/v1/batches', { candidates: people.map((one) => rowOf(one)) });
    for (const centre of [as(city), as(province)]) await sendApproval(centre, await readBatch(centre, id));
    await issueBatch(asSchool, await readBatch(asSchool, id));
    const { certificates } = await asSchool.get<{ certificates: { number: string; seal_url: string }[] }>(
      `/v1/batches/${id}/certificates`,
    );
    return {
      id,
      shown: certificates.map(({ number, seal_url }, i) => ({ ...(people[i] as Person), number, seal_url })),
    };
  }

  const [valid, long, replaced, revoked, suspended] = (
    await certify([
      person('欧阳建国', 101),
      person('阿卜杜热合曼·买买提', 102),
      person('王晓明', 103),
      person('李龑', 104),
      person('赵静', 105),
    ])
  ).shown as [Shown, Shown, Shown, Shown, Shown];
  const [corrected] = (await certify([{ ...person('王小明', 103), replaces: replaced.number }])).shown as [Shown];
  const change = async (
    number: string,
    action: 'revoke' | 'suspend',
    reason: 'issued_in_error' | 'under_investigation',
  ) =>
    asSchool.post(`/v1/certificates/${number}/status`, {
      statement: await changeStatus(school, { number, action, reason, seq: 1 }, times),
    });
  await change(revoked.number, 'revoke', 'issued_in_error');
  await change(suspended.number, 'suspend', 'under_investigation');

  return {
    origin,
    root: root.kid,
    anchor: root,
    province,
    city,
    cityName,
    school,
    code,
    codeOf,
    as,
    person,
    certify,
    valid,
    long,
    replaced,
    corrected,
    revoked,
    suspended,
    pdf: async ({ number }) =>
      Buffer.from(await (await asSchool.take('GET', `/v1/certificates/${number}.pdf`)).arrayBuffer()),
  };
}

/** A Worker of one's own, with a school. */
export async function startServer(at?: number): Promise<TestServer & { stop(): Promise<void> }> {
  const { served, stop } = await serveWorker();
  return { ...(await openServer(served, { at })), stop };
}
