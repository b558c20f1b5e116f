/**
 * `npm run demo`: the whole life of a file of results against the real Worker with fresh state, through the HTTP API
 * alone, with keys made for this run. Bad rows are listed on stderr, one line each; then nothing is issued or written.
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shanghaiDay } from '../base/day.ts';
import { usccCheckCharacter } from '../core/number.ts';
import type { CheckedRow, RawRow } from '../core/rows/row.ts';
import { checkRows, readRows, readScope } from '../core/rows/rows.ts';
import type { ScopeEntry } from '../core/schema.ts';
import type { Case, ResultsBatch } from '../core/shapes/procedure-shapes.ts';
import { unverified } from '../core/statement.ts';
import {
  issueBatch,
  photosFor,
  readBatch,
  requireSameRows,
  type Seen,
  sendApproval,
  submitList,
} from '../sdk/batch.ts';
import { type Answer, asApplicant, CallError, newCase, takeStep } from '../sdk/call.ts';
import type { TrustFile } from '../sdk/file-organization.ts';
import { certifyRoot } from '../sdk/file-organization.ts';
import { type Identity, type KeyPair, makeKey } from '../sdk/sign.ts';
import { readFonts } from './build.ts';
import { fromHere } from './command.ts';
import { freePort, type LocalService, onAbandoned, startLocal } from './local.ts';
import { sampleApplication, samplePlan, sampleResults } from './sample-forms.ts';
import { collect, writeWhole } from './save-certificates.ts';
import { readArchive } from './subjects.ts';
import { Clock, err, explain, Failure, out, showing, usage } from './talk.ts';
import { newSecret, settingsFor, withDemoClock } from './worker-bundle.ts';
import {
  type Act,
  actorsOf,
  announceMissing,
  demonstrationDays,
  deriveScope,
  enrolOrganization,
  foundProvince,
  type Moments,
  momentsFor,
} from './world.ts';

const USAGE = `用法 / usage: npm run demo -- --candidates FILE [--scope FILE] [--photos ZIP|DIR] --out DIR [--pdf N|all]
  --candidates  名单：.xlsx 或 CSV（UTF-8、GBK、GB18030），表头中英文均可
                the candidates, a .xlsx workbook or CSV, with English or Chinese headers
  --scope       备案范围，.xlsx 或 CSV：occupation_code,occupation_name,job_types,levels（列表用 ; 分隔）；缺省时取名单中的职业、工种、等级
                the filing's scope; without it the occupations, jobs and levels of the file are filed
  --photos      照片 ZIP 或文件夹，以证件号码命名 / photos named by document number
  --out         输出目录 / where the results go
  --pdf         为前 N 张（默认 10）或全部证书生成 PDF 和核验包 / PDFs and bundles of the first N certificates, or all
例 / example: npm run demo -- --candidates src/cli/samples/candidates.csv --scope src/cli/samples/scope.csv --out /tmp/demo
退出码 / exit codes: 0 完成 done, 1 名单有误或被拒绝 refused, 2 参数有误 usage`;

const CODE = 'S000037000001';
const NAME = '济南示范职业培训学校';
const CAPACITY = 1_000_000;

export interface Arguments {
  candidates: Uint8Array<ArrayBuffer>;
  scope: Uint8Array | undefined;
  photos: Uint8Array<ArrayBuffer> | undefined;
  out: string;
  pdf: number;
}

/** An input as the person means it: from where they typed, else from the package's folder. */
const given = (path: string): string => (existsSync(fromHere(path)) ? fromHere(path) : path);

function readArguments(argv: string[]): Arguments | undefined {
  const { values } = parseArgs({
    args: argv,
    options: {
      candidates: { type: 'string' },
      scope: { type: 'string' },
      photos: { type: 'string' },
      out: { type: 'string' },
      pdf: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  if (!values.candidates) throw usage('缺少 --candidates', '--candidates FILE is missing');
  if (!values.out) throw usage('缺少 --out', '--out DIR is missing');
  if (!/^(all|\d{1,5})$/.test(values.pdf)) throw usage('--pdf 应为数字或 all', '--pdf takes a number or all');
  return {
    candidates: new Uint8Array(readFileSync(given(values.candidates))),
    scope: values.scope === undefined ? undefined : readFileSync(given(values.scope)),
    photos: values.photos === undefined ? undefined : readArchive(given(values.photos)),
    out: fromHere(values.out),
    pdf: values.pdf === 'all' ? Infinity : Number(values.pdf),
  };
}

/** Earlier results in the same folder would be taken for this run's. Only files that this script writes are removed. */
function clear(folder: string): void {
  for (const name of ['certificates.jsonl', 'jwks.json', 'trust.json', 'root.txt', 'ca.pem', 'approval.jwt'])
    rmSync(join(folder, name), { force: true });
  for (const [sub, pattern] of [
    ['pdf', /^[YS]\d{21}\.pdf$/],
    ['bundle', /^[YS]\d{21}\.json$/],
  ] as const) {
    mkdirSync(join(folder, sub), { recursive: true });
    for (const name of readdirSync(join(folder, sub))) if (pattern.test(name)) rmSync(join(folder, sub, name));
  }
}

/** Application, selection and filing: the applicant's own key becomes the organization's first. */
async function enrol(
  as: Act,
  city: Identity,
  scope: ScopeEntry[],
  moments: Pick<Moments, 'apply' | 'select'>,
): Promise<Identity> {
  const pair = await makeKey();
  const uscc = organizationUscc();
  const applicant = await asApplicant(pair, moments.apply);
  const application = newCase('application');
  await takeStep(
    as(applicant, moments.apply),
    application,
    'application.submit',
    sampleApplication({ name: NAME, uscc, centre: city.subject, key: pair.jwk, scope, capacity: CAPACITY }),
  );
  const centre = as(city, moments.select);
  const { client, jti, filing } = await enrolOrganization(
    centre,
    { code: CODE, name: NAME, uscc, scope, annual_capacity: CAPACITY },
    { iat: moments.select },
    pair,
  );
  await takeStep(centre, application, 'application.select', {
    organization: CODE,
    filing: jtiOf(filing),
    client: jti,
  });
  return client;
}

const jtiOf = (token: string): string => unverified<{ jti: string }>(token).claims.jti;

/** From the plan over exam and notice to the upload, each step on its own day. @returns the batch */
async function procedure(
  as: Act,
  { city, province, client }: Record<'city' | 'province' | 'client', Identity>,
  rows: CheckedRow[],
  moments: Moments,
  photos: Uint8Array<ArrayBuffer> | undefined,
  clock: Clock,
): Promise<string> {
  const [plan, results] = [newCase('plan'), newCase('results')];
  await takeStep(as(client, moments.plan), plan, 'plan.file', samplePlan('职业技能等级认定考核计划（演示）', rows));
  for (const centre of [city, province]) await takeStep(as(centre, moments.plan + 3600), plan, 'plan.receive', {});
  clock.done(
    '报送考核计划',
    'plan filed with both centres',
    `${shanghaiDay(moments.plan)}, ${rows.length} 人 candidates`,
  );
  await takeStep(as(client, moments.publish), results, 'results.publish', sampleResults(plan, rows));
  const { due } = await as(client, moments.publish).get<Answer<typeof Case>>(`/v1/cases/${results}`);
  clock.done('考试结束，结果公示', 'exams over, results on notice', `${shanghaiDay(moments.publish)} – ${due}`);
  const { id, root, count } = await as(client, moments.upload).json<Answer<typeof ResultsBatch>>(
    'POST',
    `/v1/results/${results}/batch`,
    photos ? { body: photos, type: 'application/zip' } : { body: {} },
  );
  await takeStep(as(client, moments.upload), results, 'results.upload', { batch: id, root, count });
  return id;
}

async function life(
  service: LocalService,
  root: KeyPair,
  input: Arguments,
  rows: RawRow[],
  scope: ScopeEntry[],
  clock: Clock,
): Promise<void> {
  const { origin } = service;
  const present = Math.floor(Date.now() / 1000);
  const as = actorsOf(origin);
  // The procedure's own days, where the file's exams leave room for them: bad rows are told by the upload itself.
  const checked = checkRows(rows, { scope, pass_mark: 60, today: shanghaiDay(present), missingGlyphs: () => [] });
  const moments =
    checked.faults.length === 0
      ? momentsFor(
          checked.rows.map((row) => row.exam_date),
          demonstrationDays(present - 350 * 86_400, present),
          present,
        )
      : undefined;
  const begin = moments?.apply ?? present;
  const { province, city } = await foundProvince(root, (who) => as(who, begin), { iat: begin - 3600 });
  await announceMissing(province, as(province, begin), begin, present);
  clock.done('任命省、市中心', 'centres appointed');

  const client = await enrol(as, city, scope, moments ?? { apply: present, select: present });
  const source = input.scope
    ? ''
    : '（未给出 --scope，按名单中的职业、工种、等级备案 / no --scope: filed as the file asks）';
  clock.done(
    '申报、遴选、备案',
    'organization applied, selected and filed',
    `${CODE} ${NAME}, ${scope.length} 个职业 occupations${source}`,
  );
  if (!moments && checked.faults.length === 0)
    out(
      '           考试日期距今不足以完成公示，或不在已公布的工作日历内：略去计划和公示，直接上传 / the exams leave no room for the notice, or lie outside the known calendar: uploaded without plan and notice',
    );

  const batch = moments
    ? {
        id: await procedure(as, { city, province, client }, checked.rows, moments, input.photos, clock),
        ignored_columns: readRows(input.candidates).ignored,
      }
    : await submitList(as(client), input.candidates, { photos: input.photos });
  const read = (who: Identity, what: string): Promise<Seen> =>
    showing(what, (progress) => readBatch(as(who), batch.id, { progress }));
  const seen = await read(client, '核对名单 reading rows');
  const photos = await photosFor(rows, input.photos);
  requireSameRows(rows, seen, photos);
  clock.done(
    '上传',
    'uploaded',
    `${seen.ref.count} 人 rows, ${photos.size === 0 ? '' : `${photos.size} 张照片 photos, `}root ${seen.ref.root}`,
  );
  if (batch.ignored_columns?.length)
    out(`           未使用的列 / columns not used: ${batch.ignored_columns.join(', ')}`);

  await sendApproval(as(city), await read(city, '市级核对 city reads'));
  clock.done('市级审核', 'the city approved, root recomputed');
  const approval = await sendApproval(as(province), await read(province, '省级核对 province reads'));
  clock.done('省级审核', 'the province approved, root recomputed');

  const { issued } = await showing('颁发 issuing', (progress) => issueBatch(as(client), seen, { approval, progress }));
  clock.done('指令与颁发', 'ordered and issued', `${issued} 张 certificates`);

  clear(input.out);
  const files = await collect({
    origin,
    client,
    batch: batch.id,
    approval,
    root,
    folder: input.out,
    pdf: input.pdf,
    expectedRoot: seen.ref.root,
  });
  const trust = await as().get<TrustFile>('/.well-known/trust.json');
  writeWhole(join(input.out, 'jwks.json'), JSON.stringify(await as().get('/.well-known/jwks.json'), null, 1));
  writeWhole(join(input.out, 'trust.json'), JSON.stringify(trust, null, 1));
  writeWhole(join(input.out, 'root.txt'), `${root.kid}\n`);
  writeWhole(join(input.out, 'ca.pem'), await certifyRoot(root));
  writeWhole(join(input.out, 'approval.jwt'), `${approval}\n`);
  clock.done(
    '下载与自查',
    'downloaded and checked',
    `${files.certificates} 张凭证 credentials（签名与根全部复核 every signature, and the root from all of them）, ${files.pdfs} 份 PDF 与核验包 PDFs and bundles`,
  );
  out();
  out(`第一张 / the first      ${files.first}`);
  out(`根密钥指纹 / root       ${root.kid}`);
  out(`输出 / written to       ${input.out}`);
}

const organizationUscc = (): string => `52370100MJD370001${usccCheckCharacter('52370100MJD370001')}`;

async function main(): Promise<number> {
  let starting: Promise<LocalService> | undefined;
  let folder: string | undefined;
  const end = async () => {
    await starting?.then(
      (service) => service.stop(),
      () => undefined,
    );
    starting = undefined;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    folder = undefined;
  };
  let interrupted = false;
  const interrupt = (code: number) => {
    if (interrupted) return;
    interrupted = true;
    err('已中断 / interrupted');
    void end().finally(() => process.exit(code));
  };
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => interrupt(code));
  }
  onAbandoned(() => interrupt(143));
  try {
    const input = readArguments(process.argv.slice(2));
    if (!input) {
      out(USAGE);
      return 0;
    }
    const { rows } = readRows(input.candidates);
    const scope = input.scope ? readScope(new Uint8Array(input.scope)) : deriveScope(rows, readFonts());
    mkdirSync(input.out, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'luzheng-demo-'));
    const clock = new Clock();
    const [port, root] = await Promise.all([freePort(), makeKey()]);
    const settings = withDemoClock(settingsFor(`http://localhost:${port}`, root, newSecret()));
    starting = startLocal({
      ...settings,
      unbraked: true,
      port,
      persist: join(folder, 'state'),
      log: join(folder, 'server.log'),
    });
    const service = await starting;
    clock.done('启动全新的服务', 'a fresh service started', service.origin);
    await life(service, root, input, rows, scope, clock);
    out(`总计 / total            ${clock.total()} s`);
    return 0;
  } catch (error) {
    // Calls fail because the service was stopped: the signal ends this.
    if (interrupted) return new Promise(() => undefined);
    const { exit, lines } = explain(error);
    for (const line of lines) err(line);
    await starting?.then(
      (service) => service.stop(),
      () => undefined,
    );
    // The service's own account of what went wrong, before it is deleted.
    if (error instanceof CallError && error.problem.status >= 500 && folder !== undefined)
      err(readFileSync(join(folder, 'server.log'), 'utf8').slice(-2000));
    if (exit === 2 && (error instanceof Failure || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')))
      err(`\n${USAGE}`);
    else if (folder !== undefined)
      err('未颁发任何证书或已中止 / stopped; if rows were listed above, nothing was issued.');
    return exit;
  } finally {
    await end();
  }
}

process.exitCode = await main();
process.exit();
