/**
 * Owns `luzheng apply` and `luzheng select`: a body asks a centre to be selected (申报), and the centre selects it: issuing
 * key, filing, certificate, the applicant's key named, and the step that says so.
 * It refuses forms outside their schema, before anything is handed in, and applications whose chain does not hold.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseOrganizationCode } from '../../life/number.ts';
import type { Application } from '../../life/procedure/application.ts';
import { readBody } from '../../life/procedure/bodies.ts';
import { filingFrom } from '../../life/procedure/filing.ts';
import { readAbout } from '../../life/procedure/steps.ts';
import type { AttachedFile } from '../../life/procedure/text.ts';
import { signStatement } from '../../life/statement.ts';
import type { CaseView } from '../../procedure/read.ts';
import type { Caller } from '../caller.ts';
import { handInCertificate } from '../certify.ts';
import { fromHere, KEY, KEY_HELP, type Command } from '../command.ts';
import { nameClient, now } from '../sign.ts';
import { speakerOf } from '../speaker.ts';
import { newCase, newSalt, takeStep } from '../stepper.ts';
import { issuingKeys, peek } from '../steps.ts';
import { Failure, usage } from '../talk.ts';
import { readJsonFile, requireChain } from './case.ts';

const DAY = 86_400;

/** Hands files in, in their order. @returns how a step names them */
export async function handIn(caller: Caller, paths: readonly string[]): Promise<AttachedFile[]> {
  const files: AttachedFile[] = [];
  for (const path of paths) {
    const kept = await caller.json<Omit<AttachedFile, 'name'>>('POST', '/v1/files', { body: new Uint8Array(readFileSync(fromHere(path))), type: 'application/octet-stream' });
    files.push({ name: basename(path), ...kept });
  }
  return files;
}

function requireApplication(about: string): string {
  if (readAbout(about).kind !== 'application') throw usage(`${about} 应形如 application:…`, `${about} is to be a case like application:…`);
  return about;
}

export const apply: Command = {
  takes: 'FORM',
  about: '申报：申请备案、变更或延续 / apply to be filed, or for a change or an extension',
  help: `${KEY_HELP}
  FORM             申报表（JSON）/ the form, JSON: {purpose, centre, annual_capacity, form, work_plan}
                   key、salt、files 由本命令填写 / key, salt and files are filled in here
  --file FILE      证明材料（PDF、JPEG、PNG），可多次 / an attachment; several may be given
  --amend ABOUT    修改已提交的申报 / amend an application
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
    const files = await handIn(caller, input.texts('file'));
    const done = await takeStep(identity, caller, about, step, readBody(step, { ...whole, files }));
    input.answer([`已申报 / applied        ${about}（第 ${done.seq} 步 step）`, `密钥 / key              ${identity.kid}`, `证明材料 / files        ${files.length}`, `查看进度 / follow       luzheng case ${about}`], { ...done, thumbprint: identity.kid, files: files.length });
  },
};

export const select: Command = {
  takes: 'APPLICATION',
  about: '中心遴选并备案 / a centre selects an applicant and files it',
  help: `${KEY_HELP}
  --organization CODE   机构编码，由中心编定 / the code that the centre assigns
  --capacity N          年度评价规模，不超过所申请 / certificates a year, at most what was applied for
  --pass-mark N         合格线，默认 60 / pass mark
  --note TEXT           说明 / a note
  范围按申报表；密钥、备案、证书、登记一次完成 / scope as applied for; key, filing, certificate and naming in one go`,
  options: { ...KEY, organization: { type: 'string' }, capacity: { type: 'string' }, 'pass-mark': { type: 'string' }, note: { type: 'string' } },
  async run(input) {
    const about = requireApplication(input.word(0));
    const code = parseOrganizationCode(input.need('organization'));
    const { identity, caller } = await input.caller();
    const shown = await caller.get<CaseView>(`/v1/cases/${about}`);
    await requireChain(shown);
    // Nothing is filed that this centre could not select afterwards.
    if (!shown.allowed.includes('application.select') || shown.centre !== identity.subject) throw new Failure(1, `此申报（${shown.state}）不由本中心遴选或现在不能遴选`, `this application (${shown.state}) is not this centre's to select, or not now`, 'step_not_now');
    const asked = shown.steps.findLast(({ step }) => step === 'application.submit' || step === 'application.amend')?.body as Application;
    if (asked.organization !== undefined && asked.organization !== code) throw usage(`申报的机构编码是 ${asked.organization}`, `the application is about ${asked.organization}`);
    const keys = await issuingKeys(caller, code);
    if (keys.length === 0) keys.push(await caller.post<(typeof keys)[number]>(`/v1/organizations/${code}/keys`, {}));
    const iat = now();
    const claims = filingFrom(asked, { code, centre: identity.subject, keys, annual_capacity: input.whole('capacity', asked.annual_capacity), pass_mark: input.whole('pass-mark', 60), iat, exp: iat + 365 * DAY, jti: crypto.randomUUID() });
    const filing = await signStatement('filing+jwt', claims, identity.key, identity.kid);
    await caller.post('/v1/filings', { statement: filing });
    const certified = await handInCertificate(identity, caller, filing);
    const client = await nameClient(identity, code, asked.key, { iat });
    await caller.post('/v1/clients', { statement: client });
    const note = input.text('note');
    const done = await takeStep(identity, caller, about, 'application.select', { organization: code, filing: claims.jti, client: peek<{ jti: string }>(client).jti, ...(note === undefined ? {} : { note }) });
    input.answer(
      [`已遴选并备案 / selected ${code} ${claims.name}，${claims.scope.length} 个职业 occupations`, `年度规模 / capacity     ${claims.annual_capacity}`, `PDF 签名 / PDF signature  ${certified ? '颁发密钥已获证书 the issuing key is certified' : '本中心密钥没有证书 this centre has no certificate'}`, `声明 / statement        ${client}`],
      { ...done, organization: code, filing, client, certified },
    );
  },
};
