/**
 * `luzheng apply` and `luzheng select`: a body asks a centre to be selected (申报), and the centre files it: issuing key,
 * filing, certificate, the applicant's key, and the step that says so.
 */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseOrganizationCode } from '../../core/number.ts';
import type { Application } from '../../core/procedure/application.ts';
import { readBody } from '../../core/procedure/bodies.ts';
import type { AttachedFile } from '../../core/procedure/body-shapes.ts';
import { type CaseView, newestBody, openCase } from '../../core/procedure/read-case.ts';
import { filingDifferences, filingFrom, grantsOf, isNarrower, scopeFrom } from '../../core/procedure/selection.ts';
import { readAbout } from '../../core/procedure/steps.ts';
import { readScope } from '../../core/rows/rows.ts';
import type { Filing } from '../../core/schema.ts';
import type { KeptFile } from '../../core/shapes/procedure-shapes.ts';
import { type Answer, Caller, newCase, newSalt, takeStep } from '../../sdk/call.ts';
import {
  certifyNewestKey,
  requireNotFiledElsewhere,
  sendClient,
  sendFilingClaims,
} from '../../sdk/file-organization.ts';
import { now } from '../../sdk/sign.ts';
import { type Command, fromHere, type Input, KEY, KEY_HELP, speakerOf } from '../command.ts';
import { Failure, usage } from '../talk.ts';
import { readJsonFile } from './luzheng-case.ts';

const DAY = 86_400;

/** Hands files in, in their order. @returns how a step names them */
export async function handIn(caller: Caller, paths: readonly string[]): Promise<AttachedFile[]> {
  const files: AttachedFile[] = [];
  for (const path of paths) {
    const kept = await caller.json<Answer<typeof KeptFile>>('POST', '/v1/files', {
      body: new Uint8Array(readFileSync(fromHere(path))),
      type: 'application/octet-stream',
    });
    files.push({ name: basename(path), ...kept });
  }
  return files;
}

/** What an application has attached as it stands: who amends a sentence does not mean to take the licence away. */
async function attached(caller: Caller, about: string): Promise<AttachedFile[]> {
  const shown = await caller.get<CaseView>(`/v1/cases/${about}`);
  await openCase(about, shown.steps, shown);
  return newestBody<Application>(shown, 'application.submit', 'application.amend').files;
}

function requireApplication(about: string): string {
  if (readAbout(about).kind !== 'application')
    throw usage(`${about} 应形如 application:…`, `${about} is to be a case like application:…`);
  return about;
}

export const apply: Command = {
  takes: 'FORM',
  about: '申报：申请备案、变更或延续 / apply to be filed, or for a change or an extension',
  help: `${KEY_HELP}
  FORM             申报表（JSON）/ the form, JSON: {purpose, centre, annual_capacity, form, work_plan}
                   key、salt、files 由本命令填写 / key, salt and files are filled in here
  --file FILE      证明材料（PDF、JPEG、PNG），可多次 / an attachment; several may be given
  --amend ABOUT    修改已提交的申报；不带 --file 时证明材料照旧 / amend an application; without --file its attachments stay
  新机构用 luzheng keys make 生成的密钥即可，无须先登记 / a new body uses a key from luzheng keys make, named by nobody yet`,
  options: { ...KEY, file: { type: 'string', multiple: true }, amend: { type: 'string' } },
  async run(input) {
    const amended = input.text('amend');
    const about = amended === undefined ? newCase('application') : requireApplication(amended);
    const form = readJsonFile(input.word(0));
    const { identity, caller } = await speakerOf(input);
    const { kty, crv, x, y } = identity.jwk;
    const step = amended === undefined ? 'application.submit' : 'application.amend';
    const whole = { ...form, salt: newSalt(), key: { kty, crv, x, y } };
    readBody(step, { ...whole, files: [] });
    const paths = input.texts('file');
    const files =
      paths.length === 0 && amended !== undefined ? await attached(caller, about) : await handIn(caller, paths);
    const done = await takeStep(caller, about, step, readBody(step, { ...whole, files }));
    input.answer(
      [
        `已申报 / applied        ${about}（第 ${done.seq} 步 step）`,
        `密钥 / key              ${identity.kid}`,
        `证明材料 / files        ${files.length}`,
        `查看进度 / follow       luzheng case ${about}`,
      ],
      { ...done, thumbprint: identity.kid, files: files.length },
    );
  },
};

function yearsOf(input: Input): number {
  const years = input.whole('years', 1);
  if (years < 1 || years > 3) throw usage('--years 为 1 至 3', '--years is 1 to 3');
  return years;
}

/** Refuses what the service would refuse once the filing is made. */
function requireWithin(filing: Filing, asked: Application, reason: string | undefined): void {
  const [first] = filingDifferences(filing, asked);
  if (first)
    throw new Failure(
      1,
      `核准的内容超出申报：${first.part} ${first.occupation ?? ''} ${first.job ?? ''} ${first.level ?? ''}`.trim(),
      'what is granted goes beyond what was applied for',
      'filing_differs_from_application',
    );
  if (isNarrower(filing, asked) && reason === undefined)
    throw usage(
      '核准的职业、等级少于申报：请以 --reason 说明理由',
      'less is granted than was applied for: say why with --reason',
    );
}

export const select: Command = {
  takes: 'APPLICATION',
  about: '中心遴选并备案 / a centre selects an applicant and files it',
  help: `${KEY_HELP}
  --organization CODE   机构编码，由中心编定 / the code that the centre assigns
  --capacity N          年度评价规模，不超过所申请 / certificates a year, at most what was applied for
  --pass-mark N         合格线，默认 60 / pass mark
  --years N             备案有效期，1 至 3 年，默认 1 / years that the filing holds
  --scope FILE          少于申报时：核准的范围（CSV 或 .xlsx，同 luzheng file）/ less than applied for: the scope that is granted
  --reason TEXT         少于申报的理由，此时必填 / why it is less; needed then
  --take-over           接管另一中心备案的机构（仅省中心）/ take over what another centre has filed; the province alone
  --note TEXT           说明 / a note
  范围默认按申报表；密钥、备案、证书、登记一次完成 / scope as applied for unless given; key, filing, certificate and naming in one go`,
  options: {
    ...KEY,
    organization: { type: 'string' },
    capacity: { type: 'string' },
    'pass-mark': { type: 'string' },
    years: { type: 'string' },
    scope: { type: 'string' },
    'take-over': { type: 'boolean' },
    reason: { type: 'string' },
    note: { type: 'string' },
  },
  async run(input) {
    const about = requireApplication(input.word(0));
    const code = parseOrganizationCode(input.need('organization'));
    const { identity, caller, origin } = await input.caller();
    const shown = await caller.get<CaseView>(`/v1/cases/${about}`);
    await openCase(about, shown.steps, shown);
    // Nothing is filed that this centre could not select afterwards.
    if (!shown.allowed.includes('application.select') || shown.centre !== identity.subject)
      throw new Failure(
        1,
        `此申报（${shown.state}）不由本中心遴选或现在不能遴选`,
        `this application (${shown.state}) is not this centre's to select, or not now`,
        'step_not_now',
      );
    const asked = newestBody<Application>(shown, 'application.submit', 'application.amend');
    if (asked.organization !== undefined && asked.organization !== code)
      throw usage(`申报的机构编码是 ${asked.organization}`, `the application is about ${asked.organization}`);
    const scope =
      input.text('scope') === undefined
        ? scopeFrom(asked.form.occupations)
        : readScope(new Uint8Array(readFileSync(input.path('scope'))));
    const terms = {
      code,
      centre: identity.subject,
      scope,
      annual_capacity: input.whole('capacity', asked.annual_capacity),
      pass_mark: input.whole('pass-mark', 60),
      iat: now(),
      exp: now() + yearsOf(input) * 365 * DAY,
      jti: crypto.randomUUID(),
    };
    const reason = input.text('reason');
    // Before anything is made or submitted.
    requireWithin(filingFrom(asked, { ...terms, keys: [] }), asked, reason);
    if (!input.flag('take-over')) await requireNotFiledElsewhere(identity.subject, new Caller(origin), code);
    const { filing, claims } = await sendFilingClaims(caller, filingFrom(asked, { ...terms, keys: [] }));
    const certified = await certifyNewestKey(caller, claims);
    const { client, jti } = await sendClient(caller, code, asked.key, { iat: terms.iat });
    const note = input.text('note');
    const done = await takeStep(caller, about, 'application.select', {
      organization: code,
      filing: claims.jti,
      client: jti,
      ...(note === undefined ? {} : { note }),
      ...(reason === undefined ? {} : { reason }),
    });
    const left = grantsOf(claims, asked).filter(({ asked: levels, granted }) => granted.length < levels.length);
    input.answer(
      [
        `已遴选并备案 / selected ${code} ${claims.name}，${claims.scope.length} 个职业 occupations`,
        `年度规模 / capacity     ${claims.annual_capacity}`,
        ...left.map(
          ({ code: occupation, name, job, asked: levels, granted }) =>
            `未核准 / not granted    ${occupation} ${name} ${job} ${levels.filter((level) => !granted.includes(level)).join('、')}`,
        ),
        `PDF 签名 / PDF signature  ${certified ? '颁发密钥已获证书 the issuing key is certified' : '本中心密钥没有证书 this centre has no certificate'}`,
        `声明 / statement        ${client}`,
      ],
      { ...done, organization: code, filing, client, certified, narrower: left.length > 0 },
    );
  },
};
