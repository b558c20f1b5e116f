/**
 * Who may call what: every route that is not public × everyone who might call it, each cell asked of the real
 * Worker. A route that openapi.json guards and that has no row here fails, and so does a row without a route.
 */
import { beforeAll, expect, test } from 'vitest';
import { describeApi } from '../../src/api/openapi.ts';
import { OPERATIONS } from '../../src/app.ts';
import { toBase64url } from '../../src/base/bytes.ts';
import { shanghaiDay } from '../../src/base/day.ts';
import type { Identity } from '../../src/sdk/sign.ts';
import { drawOne } from '../draw-kit.ts';
import { jpeg } from '../formats/fixtures-photo.ts';
import {
  as,
  candidate,
  candidates,
  certify,
  fileWith,
  foundProvince,
  makeCentre,
  ORIGIN,
  type Province,
  submit,
} from '../kit.ts';
import { publish, resultRows } from '../notice-kit.ts';
import { makeApplicant } from '../procedure-kit.ts';
import { callAs, snapshot } from './forge.ts';

/**
 * Rows: what is asked for, on behalf of an organization filed by the city. Columns: who asks.
 *   none   401 authorization_missing    role   403 role_wrong    reach  403 out_of_reach
 * Otherwise the status, with the code of what is wrong with the request itself where the caller passed:
 * `x` stands for a statement that cannot be read, `-` for a reason not given.
 */
const TABLE = `
  route                                   body       nobody  own                          other  city                     other city               province  applicant
  POST /v1/centres                        statement  none    role                         role   role                     role                     400:statement_malformed  role
  POST /v1/organizations/{code}/keys      none       none    role                         role   201                      reach                    201  role
  GET /v1/organizations/{code}/keys/{n}/request  none  none  role                       role   200                      reach                    200  role
  POST /v1/organizations/{code}/keys/{n}/certificate  chain  none  role                  role   400:certificate_malformed  reach                  400:certificate_malformed  role
  POST /v1/filings                        statement  none    role                         role   400:statement_malformed  400:statement_malformed  400:statement_malformed  role
  POST /v1/clients                        statement  none    role                         role   400:statement_malformed  400:statement_malformed  400:statement_malformed  role
  POST /v1/calendars                      statement  none    role                         role   role                     role                     400:statement_malformed  role
  POST /v1/withdrawals                    statement  none    role                         role   400:statement_malformed  400:statement_malformed  400:statement_malformed  role
  POST /v1/bulk-keys                      bulkKey    none    role                         role   400:day_malformed        400:day_malformed        400:day_malformed  role
  GET /v1/bulk-keys                       none       none    role                         role   200                      200                      200  role
  DELETE /v1/bulk-keys/{key}              none       none    role                         role   200                      reach                    200  role
  POST /v1/batches                        empty      none    400:batch_empty              400:batch_empty  role           role                     role  role
  GET /v1/batches                         none       none    200                          200    role                     role                     role  role
  GET /v1/batches/{id}                    none       none    200                          reach  200                      reach                    200  role
  GET /v1/batches/{id}/rows               none       none    200                          reach  200                      reach                    200  role
  GET /v1/batches/{id}/rows/{position}/photo  none   none    200                          reach  200                      reach                    200  role
  GET /v1/batches/{id}/certificates       none       none    200                          reach  200                      reach                    200  role
  GET /v1/batches/{id}/certificates.zip   none       none    409:batch_not_issued         reach  409:batch_not_issued     reach                    409:batch_not_issued  role
  POST /v1/batches/{id}/approvals         approval   none    role                         reach  400:statement_malformed  reach                    400:statement_malformed  role
  POST /v1/batches/{id}/return            step       none    role                         reach  400:statement_malformed  reach                    400:statement_malformed  role
  POST /v1/batches/{id}/issue             order      none    400:statement_malformed      reach  role                     reach                    role  role
  GET /desk/view/{path}                   none       none    200                          200    200                      200                      200  200
  GET /v1/sessions                        none       none    role                         role   200                      200                      200  role
  GET /v1/draws/{draw}/findings           none       none    200                          200    200                      200                      200  role
  GET /v1/draws/{draw}/files/{digest}     none       none    200                          404:file_not_found  200        404:file_not_found       200  role
  GET /v1/reviews                         none       none    role                         role   200                      200                      200  role
  GET /v1/certificates/{number}/trail     none       none    200                          reach  200                      reach                    200  role
  GET /v1/certificates/{number}.pdf       none       none    200                          reach  role                     role                     role  role
  POST /v1/certificates/{number}/status   statement  none    400:statement_malformed      reach  400:statement_malformed  reach                    400:statement_malformed  role
  POST /v1/steps                          step       none    400:statement_malformed      400:statement_malformed  400:statement_malformed  400:statement_malformed  400:statement_malformed  400:statement_malformed
  GET /v1/cases                           none       none    200                          200    200                      200                      200  200
  GET /v1/cases/{about}                   none       none    200                          reach  200                      reach                    200  reach
  POST /v1/files                          file       none    201                          201    201                      201                      201  201
  GET /v1/cases/{about}/files/{sha256}    none       none    200                          reach  200                      reach                    200  reach
  POST /v1/results/{about}/batch          bare       none    409:notice_running           reach  role                     role                     role  role
  GET /v1/me                              none       none    200                          200    200                      200                      200  200
`;

const BODIES: Record<string, unknown> = {
  none: undefined,
  statement: { statement: 'x' },
  approval: { approval: 'x' },
  order: { approval: 'x', order: 'x' },
  bare: {},
  empty: { candidates: [] },
  chain: { certificate: 'x' },
  step: { statement: 'x', body: {} },
  file: jpeg(),
  bulkKey: { name: '用人单位', expires_on: 'x' },
};
const WORDS: Record<string, string> = {
  none: '401:authorization_missing',
  role: '403:role_wrong',
  reach: '403:out_of_reach',
};
const ASKERS = ['nobody', 'own', 'other', 'city', 'otherCity', 'province', 'applicant'] as const;
type Asker = (typeof ASKERS)[number];

const rows = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [method, path, body, ...cells] = line.trim().split(/\s+/) as [string, string, string, ...string[]];
    return {
      route: `${method} ${path.replace('{digest}', '{sha256}')}`,
      method,
      path,
      body: BODIES[body],
      cells: cells.map((cell) => WORDS[cell] ?? cell),
    };
  });

let world: Province;
const askers = {} as Record<Asker, Identity | undefined>;
const names: Record<string, string> = {};

beforeAll(async () => {
  world = await foundProvince();
  const otherCity = await makeCentre(world.root, '3702', '青岛市职业技能鉴定指导中心');
  await as(world.province).post('/v1/centres', { statement: otherCity.token });
  const school = await fileWith(world.city, 'S000037000001');
  const plant = await fileWith(world.province, 'Y000037000002', { name: '山东重工集团' });
  const { certificates } = await certify(world, school, candidates(1));
  const batch = await submit(school, [candidate(10, { photo: toBase64url(jpeg()) }), candidate(11)]);
  const { id: key } = await as(world.city).post<{ id: string }>('/v1/bulk-keys', {
    name: '用人单位',
    expires_on: shanghaiDay(Date.now() / 1000),
  });
  Object.assign(askers, {
    nobody: undefined,
    own: school.client,
    other: plant.client,
    city: world.city,
    otherCity,
    province: world.province,
    applicant: await makeApplicant(),
  });
  const about = `results:${await publish(school, { rows: resultRows('2026-11-01', ['欧阳建国']), from: '2026-11-02', until: '2099-12-31' })}`;
  const { sha256 } = await as(school.client).json<{ sha256: string }>('POST', '/v1/files', {
    body: jpeg(),
    type: 'image/jpeg',
  });
  const drawn = await drawOne(world.city, school, '济南泉城职业培训学校');
  Object.assign(names, {
    path: 'home',
    draw: drawn.draw,
    digest: drawn.sha256,
    about,
    sha256,
    code: school.code,
    n: '1',
    id: batch.id,
    position: '0',
    key,
    number: certificates[0]?.number,
  });
});

const fill = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] as string);

for (const { route, method, path, body, cells } of rows) {
  test.each(ASKERS.map((asker, i) => [asker, cells[i] as string] as const))(
    `${route} asked by %s: %s`,
    async (asker, expected) => {
      const before = await snapshot();
      const { status, code, response } = await callAs(askers[asker], method, fill(path), body);
      expect(code === undefined ? String(status) : `${status}:${code}`).toBe(expected);
      expect(response.headers.get('Cache-Control')).toMatch(/^(?:private, )?no-store$/);
      if (status >= 400) expect(await snapshot()).toEqual(before);
    },
  );
}

test('every row has a cell for everyone who might ask', () => {
  expect(rows.filter(({ cells }) => cells.length !== ASKERS.length).map(({ route }) => route)).toEqual([]);
});

test('the table has every guarded route, and no other', () => {
  const guarded = Object.entries(describeApi(ORIGIN, OPERATIONS).paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) =>
      (operation as { security?: unknown[] }).security?.length ? [`${method.toUpperCase()} ${path}`] : [],
    ),
  );
  expect(rows.map((row) => row.route).sort()).toEqual(guarded.sort());
});

test('public routes answer anybody, and ask for nothing', async () => {
  for (const path of [
    '/healthz',
    '/openapi.json',
    '/.well-known/jwks.json',
    '/.well-known/did.json',
    '/.well-known/trust.json',
    '/contexts/v1.jsonld',
    `/orgs/${names.code}/did.json`,
    '/v1/status/revocation-1',
    `/v1/certificates/${names.number}`,
  ]) {
    expect([path, (await callAs(undefined, 'GET', path)).status]).toEqual([path, 200]);
  }
});
