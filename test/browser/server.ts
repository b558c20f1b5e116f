/**
 * The real Worker on a free port of this machine, with a province, a city, a school and some certificates, all
 * through the HTTP API: what the browser tests look at.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { freePort, startLocal } from '../../src/cli/local.ts';
import { newSecret, settingsFor, withDemoClock } from '../../src/cli/worker-bundle.ts';
import type { PublicJwk } from '../../src/core/keys.ts';
import { residentCheckCharacter } from '../../src/core/person.ts';
import { unverified } from '../../src/core/statement.ts';
import { Caller } from '../../src/sdk/call.ts';
import { certifyCentre, certifyNewestKey, nameServiceKey } from '../../src/sdk/file-organization.ts';
import {
  appointCentre,
  approveBatch,
  type BatchRef,
  changeStatus,
  fileOrganization,
  type Identity,
  type KeyPair,
  makeKey,
  nameClient,
  orderBatch,
} from '../../src/sdk/sign.ts';

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
  school: Identity;
  city: Identity;
  province: Identity;
  /** Who calls, in the server's own time unless another moment is given. */
  as(who?: Identity, moment?: number): Caller;
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
  stop(): Promise<void>;
}

const CODE = 'S000037000001';

export function person(name: string, n: number): Person {
  const digits = `37010219900101${String(n).padStart(3, '0')}`;
  return { name, id_number: digits + residentCheckCharacter(digits) };
}

/** Lets a browser live in a moment, with the server that it asks. */
export async function atMoment(context: BrowserContext, moment: number): Promise<void> {
  await context.setExtraHTTPHeaders({ 'Luzheng-Clock': String(moment) });
  await context.clock.setFixedTime(moment * 1000);
}

const jti = (token: string): string => unverified<{ jti: string }>(token).claims.jti;

/** Seconds before `at` at which centres were appointed and the school was filed. */
const SINCE = 90 * 86_400;

/** @param at NumericDate at which it all happens, where days matter: requests then name their moment (Luzheng-Clock); now if absent */
export async function startServer(at?: number): Promise<TestServer> {
  const times = at === undefined ? {} : { iat: at };
  const before = at === undefined ? {} : { iat: at - SINCE };
  const persist = mkdtempSync(join(tmpdir(), 'luzheng-browser-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const root = await makeKey();
  const service = await startLocal({
    port,
    persist,
    ...(at === undefined
      ? settingsFor(origin, root, newSecret())
      : withDemoClock(settingsFor(origin, root, newSecret()))),
    log: join(persist, 'log'),
  });

  const as = (who?: Identity, moment = at) =>
    new Caller(origin, who, { moment: moment === undefined ? undefined : () => moment });
  const centre = async (code: string, name: string): Promise<Identity> => {
    const pair = await makeKey();
    return {
      ...pair,
      subject: `centre:${code}`,
      token: await appointCentre(root, { code, name, jwk: pair.jwk }, before),
    };
  };
  const province = await centre('3700', '山东省职业技能鉴定指导中心');
  const city = await centre('3701', '济南市职业技能鉴定指导中心');
  const [asProvince, asCity] = [as(province), as(city)];
  for (const { token } of [province, city]) await asProvince.post('/v1/centres', { statement: token });
  await nameServiceKey(root, asProvince, before);
  const jwk = await asCity.post<PublicJwk & { kid: string }>(`/v1/organizations/${CODE}/keys`, {});
  const scope = [
    { code: '6-31-01-03', name: '电工', edition: '2022', jobs: [], levels: [5, 4, 3, 2, 1] as (1 | 2 | 3 | 4 | 5)[] },
  ];
  const filing = await fileOrganization(
    city,
    {
      code: CODE,
      name: '济南泉城职业培训学校',
      uscc: '91350100M000100Y43',
      route: 'city',
      scope,
      annual_capacity: 1000,
      issuing_jwks: { keys: [jwk] },
    },
    before,
  );
  await asCity.post('/v1/filings', { statement: filing });
  await certifyNewestKey(as({ ...city, certificate: await certifyCentre(root, city.token) }), filing);
  const pair = await makeKey();
  const school: Identity = { ...pair, subject: `org:${CODE}`, token: await nameClient(city, CODE, pair.jwk, before) };
  await asCity.post('/v1/clients', { statement: school.token });
  const asSchool = as(school);

  async function certify(people: readonly (Person & { replaces?: string })[]): Promise<Batch> {
    const rows = people.map((one) => ({
      ...one,
      id_type: '居民身份证',
      occupation_code: '6-31-01-03',
      occupation_name: '电工',
      job_type: '--',
      level: 3,
      score_theory: 80,
      score_practice: 85,
      exam_date: '2026-11-01',
    }));
    const {
      id,
      root: tree,
      count,
    } = await asSchool.post<{ id: string; root: string; count: number }>('/v1/batches', { candidates: rows });
    const ref: BatchRef = { organization: CODE, aud: origin, batch: id, root: tree, count };
    const inner = await approveBatch(city, ref, undefined, times);
    await asCity.post(`/v1/batches/${id}/approvals`, { approval: inner });
    const approval = await approveBatch(province, ref, inner, times);
    await asProvince.post(`/v1/batches/${id}/approvals`, { approval });
    await asSchool.post(`/v1/batches/${id}/issue`, {
      approval,
      order: await orderBatch(school, ref, jti(approval), times),
    });
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
    as,
    school,
    city,
    province,
    certify,
    valid,
    long,
    replaced,
    corrected,
    revoked,
    suspended,
    pdf: async ({ number }) =>
      Buffer.from(await (await asSchool.take('GET', `/v1/certificates/${number}.pdf`)).arrayBuffer()),
    async stop() {
      await service.stop();
      rmSync(persist, { recursive: true, force: true });
    },
  };
}
