/**
 * The demonstration that a first `npm start` puts into an empty register, through the HTTP API. Every step asks first
 * whether it was done, so that a start that was interrupted goes on where it stopped. All people are invented.
 */
import { shanghaiDay } from '../base/day.ts';
import type { WorkingDays } from '../core/calendar.ts';
import { usccCheckCharacter } from '../core/number.ts';
import { residentCheckCharacter } from '../core/person.ts';
import type { Report } from '../core/report.ts';
import { checkRows, readCandidates } from '../core/rows/rows.ts';
import type { ScopeEntry } from '../core/schema.ts';
import { unverified } from '../core/statement.ts';
import { type BatchView, issueBatch, readBatch, type Submitted, sendApproval } from '../sdk/batch.ts';
import type { Caller } from '../sdk/call.ts';
import { certificatesOf, type HolderOf } from '../sdk/fetch-certificates.ts';
import { certifyNewestKey, nameServiceKey, sendFiling, type TrustFile } from '../sdk/file-organization.ts';
import { changeStatus, now, type Speaker } from '../sdk/sign.ts';
import { BACKDATED, CITY_SCHOOL, type DevKeys, PROVINCE_SCHOOL } from './dev.ts';
import { ELECTRICIAN, WELDER } from './sample-forms.ts';
import { seedProcedure, throughNotice } from './seed-procedure.ts';
import { showing } from './talk.ts';
import { type Act, actorsOf, announceMissing, demonstrationDays } from './world.ts';

export interface Seeded {
  /** A valid certificate, with what its holder types to download it. */
  valid: string;
  holder: HolderOf;
  revoked: string;
}

const SCOPE: ScopeEntry[] = [
  ELECTRICIAN,
  WELDER,
  { code: '4-10-01-05', name: '养老护理员', edition: '2022', jobs: [], levels: [5, 4, 3] },
];

type Work = [code: string, name: string, job: string];
const resident = (head: string): string => head + residentCheckCharacter(head);
const row = (name: string, id: [type: string, number: string], work: Work, level: string) => ({
  name,
  id_type: id[0],
  id_number: id[1],
  occupation_code: work[0],
  occupation_name: work[1],
  job_type: work[2],
  level,
  score_theory: 82,
  score_practice: 88.5,
  exam_date: '2026-10-17',
});
const ELECTRIC_WORK: Work = [ELECTRICIAN.code, ELECTRICIAN.name, '--'];
const ARC_WELDING: Work = [WELDER.code, WELDER.name, '电焊工'];
const CARE: Work = ['4-10-01-05', '养老护理员', '--'];

/** The first row's certificate is shown, the last row's is revoked. */
const ROWS: Record<string, Record<string, unknown>[]> = {
  [CITY_SCHOOL]: [
    row('欧阳建国', ['居民身份证', resident('37010219850412311')], ELECTRIC_WORK, '三级/高级工'),
    row('李𬭎', ['居民身份证', resident('37010319920830452')], ARC_WELDING, '四级/中级工'),
    row('阿卜杜热合曼·买买提', ['居民身份证', resident('65310119880115217')], ARC_WELDING, '五级/初级工'),
    row('王小萌', ['居民身份证', resident('37011219951203622')], CARE, '五级/初级工'),
  ],
  [PROVINCE_SCHOOL]: [
    row('张䶮', ['居民身份证', resident('37060219790623711')], ELECTRIC_WORK, '二级/技师'),
    row('MARIA GARCIA', ['护照', 'PX4081726'], CARE, '四级/中级工'),
    row('刘㛃', ['居民身份证', resident('37020319900909124')], ELECTRIC_WORK, '四级/中级工'),
  ],
};

/** Files an organization and names its client key, unless that was done; certifies its issuing key each time, which does no harm. */
async function enrol(caller: Caller, client: Speaker, code: string, name: string, uscc: string): Promise<void> {
  const { filings } = await caller.get<TrustFile>('/.well-known/trust.json');
  const inForce = filings.findLast((token) => {
    const { sub, exp } = unverified<{ sub: string; exp: number }>(token).claims;
    return sub === client.subject && exp > Date.now() / 1000 + 86_400;
  });
  const filing =
    inForce ??
    (await sendFiling(
      caller,
      { code, name, uscc: uscc + usccCheckCharacter(uscc), scope: SCOPE, annual_capacity: 10_000 },
      false,
      { iat: now() - BACKDATED + 1 },
    ));
  await certifyNewestKey(caller, filing);
  await caller.post('/v1/clients', { statement: client.token });
}

/** The batch: through plan, notice and upload where the days allow it, else by itself; the same again at a second try. */
async function batchOf(keys: DevKeys, client: Speaker, as: Act, code: string, days: WorkingDays): Promise<string> {
  const { rows } = checkRows(readCandidates(ROWS[code]), {
    scope: SCOPE,
    pass_mark: 60,
    today: shanghaiDay(now()),
    missingGlyphs: () => [],
  });
  const centres = code === CITY_SCHOOL ? [keys.city, keys.province] : [keys.province];
  const since = unverified<{ iat: number }>(client.token).claims.iat;
  const made = await throughNotice(
    as,
    client,
    centres,
    '秋季职业技能等级认定（演示）',
    `seed-${code}`,
    rows,
    since,
    days,
    now(),
  );
  if (made !== undefined) return made;
  return (
    await as(client).json<Submitted>('POST', '/v1/batches', {
      body: { candidates: ROWS[code] },
      headers: { 'Idempotency-Key': `demonstration-1-${code}` },
    })
  ).id;
}

/** From rows to certificates. @returns the certificates by row */
async function certify(
  keys: DevKeys,
  client: Speaker,
  as: Act,
  code: string,
  days: WorkingDays,
): Promise<{ number: string; holder: HolderOf }[]> {
  const id = await batchOf(keys, client, as, code, days);
  const state = async () => as(client).get<BatchView>(`/v1/batches/${id}`);
  const has = async (tier: string) => (await state()).approvals.some((approval) => approval.tier === tier);
  if (code === CITY_SCHOOL && !(await has('city')))
    await sendApproval(as(keys.city), await readBatch(as(keys.city), id));
  if (!(await has('province'))) await sendApproval(as(keys.province), await readBatch(as(keys.province), id));
  const seen = await readBatch(as(client), id);
  if (seen.view.state !== 'issued')
    await showing('颁发 issuing', (progress) => issueBatch(as(client), seen, { progress }));
  const issued = [];
  for await (const { number } of certificatesOf(as(client), id)) {
    const person = seen.rows[issued.length] as HolderOf;
    issued.push({ number, holder: { name: person.name, id_number: person.id_number } });
  }
  return issued;
}

/** Seconds between the earliest step that the demonstration takes and now. */
const EARLIEST = 40 * 86_400;

/**
 * Puts the demonstration in, or finds it there: first the certificates that are shown.
 * @returns them, and what puts in the rest
 */
export async function seed(origin: string, keys: DevKeys): Promise<{ seeded: Seeded; fill(): Promise<void> }> {
  const as = actorsOf(origin);
  for (const { token } of [keys.province, keys.city]) await as(keys.province).post('/v1/centres', { statement: token });
  await nameServiceKey(keys.root, as(keys.province));
  const [moment, present] = [now() - EARLIEST, now()];
  await announceMissing(keys.province, as(keys.province, moment), moment, present);
  const days = demonstrationDays(moment, present);
  const client = (code: string) => keys.clients[code] as Speaker;
  await enrol(as(keys.city), client(CITY_SCHOOL), CITY_SCHOOL, '济南示范职业培训学校', '52370100MJD370001');
  const issued = await certify(keys, client(CITY_SCHOOL), as, CITY_SCHOOL, days);
  const [first, last] = [issued[0], issued.at(-1)] as { number: string; holder: HolderOf }[];
  const { number: valid, holder } = first as { number: string; holder: HolderOf };
  const { number: revoked } = last as { number: string };
  if ((await as().get<Report>(`/v1/certificates/${revoked}`)).verdict === 'valid') {
    const statement = await changeStatus(client(CITY_SCHOOL), {
      number: revoked,
      action: 'revoke',
      reason: 'issued_in_error',
      seq: 1,
    });
    await as(client(CITY_SCHOOL)).post(`/v1/certificates/${revoked}/status`, { statement });
  }
  const fill = async (): Promise<void> => {
    await enrol(
      as(keys.province),
      client(PROVINCE_SCHOOL),
      PROVINCE_SCHOOL,
      '山东示范高级技工学校',
      '12370000495570002',
    );
    await certify(keys, client(PROVINCE_SCHOOL), as, PROVINCE_SCHOOL, days);
    await seedProcedure(
      as,
      { city: keys.city, client: client(CITY_SCHOOL), scope: SCOPE, code: CITY_SCHOOL, days },
      now(),
    );
  };
  return { seeded: { valid, holder, revoked }, fill };
}
