/**
 * What a centre puts on file about an organization: `luzheng file` (备案), `luzheng client`, and `luzheng certificate`,
 * by which a certification authority's certificate takes the place of the centre's own.
 */

import { readFileSync } from 'node:fs';
import { writeKeyFile } from '../../../keys/make.ts';
import { parseOrganizationCode } from '../../core/number.ts';
import { routeOf } from '../../core/paper/x509-certificates.ts';
import { PROVINCE_CODE } from '../../core/province.ts';
import { readScope } from '../../core/rows/rows.ts';
import type { Filing } from '../../core/schema.ts';
import type { ChainStored } from '../../core/shapes/procedure-shapes.ts';
import { unverified } from '../../core/statement.ts';
import { type Answer, Caller } from '../../sdk/call.ts';
import {
  certifyNewestKey,
  type FilingInput,
  issuingKeys,
  requireNotFiledElsewhere,
  sendClient,
  sendFiling,
} from '../../sdk/file-organization.ts';
import { type Command, fromHere, KEY, KEY_HELP, readPublic } from '../command.ts';
import { writeWhole } from '../save-certificates.ts';
import { Failure, usage } from '../talk.ts';

export const file: Command = {
  takes: '',
  about: '中心为机构备案 / a centre files an organization',
  help: `${KEY_HELP}
  --organization CODE   机构编码，如 S000037000001 / its code
  --name TEXT           机构全称 / its name
  --uscc CODE           统一社会信用代码 / unified social credit code
  --scope FILE          备案范围（CSV 或 .xlsx）：occupation_code,occupation_name,job_types,levels / the scope, CSV or .xlsx
  --capacity N          年度评价规模，默认 10000 / certificates a year
  --pass-mark N         合格线，默认 60 / pass mark
  --from FILE           或用 JSON 给出全部 / or all of it as JSON: {code, name, uscc, scope, annual_capacity, pass_mark}
  --take-over           接管另一中心备案的机构（仅省中心）/ take over what another centre has filed; the province alone
  --new-key             换新的颁发密钥（旧公钥仍公布）/ a new issuing key; the old one stays published
  --no-certificate      不为颁发密钥签发证书（另由 luzheng certificate 登记）/ do not certify the issuing key: see luzheng certificate
  途径由签名中心决定：${PROVINCE_CODE} 为省级，其余为市级 / the signing centre decides the route`,
  options: {
    ...KEY,
    organization: { type: 'string' },
    name: { type: 'string' },
    uscc: { type: 'string' },
    scope: { type: 'string' },
    capacity: { type: 'string' },
    'pass-mark': { type: 'string' },
    from: { type: 'string' },
    'take-over': { type: 'boolean' },
    'new-key': { type: 'boolean' },
    'no-certificate': { type: 'boolean' },
  },
  async run(input) {
    const { identity, caller, origin } = await input.caller();
    const from = input.text('from');
    const given: Partial<FilingInput> =
      from === undefined ? {} : (JSON.parse(readFileSync(fromHere(from), 'utf8')) as FilingInput);
    const scope =
      input.text('scope') === undefined ? given.scope : readScope(new Uint8Array(readFileSync(input.path('scope'))));
    if (!scope) throw usage('缺少 --scope', '--scope is missing');
    const code = parseOrganizationCode(given.code ?? input.need('organization'));
    if (!input.flag('take-over')) await requireNotFiledElsewhere(identity.subject, new Caller(origin), code);
    const filing = await sendFiling(
      caller,
      {
        code,
        name: given.name ?? input.need('name'),
        uscc: given.uscc ?? input.need('uscc'),
        scope,
        annual_capacity: input.whole('capacity', given.annual_capacity ?? 10_000),
        pass_mark: input.whole('pass-mark', given.pass_mark ?? 60),
      },
      input.flag('new-key'),
    );
    const certified = !input.flag('no-certificate') && (await certifyNewestKey(caller, filing));
    const { sub, name, route, issuing_jwks, exp } = unverified<Filing>(filing).claims;
    const kids = issuing_jwks.keys.map(({ kid }) => kid);
    input.answer(
      [
        `已备案 / filed          ${sub.slice(4)} ${name}（${route === 'city' ? '市级' : '省级'} route ${route}），${scope.length} 个职业 occupations`,
        `颁发密钥 / issuing key   ${kids.at(-1)}`,
        `有效至 / until          ${new Date(exp * 1000).toISOString().slice(0, 10)}`,
        certificateLine(input.flag('no-certificate'), certified),
      ],
      { organization: sub.slice(4), name, route, issuing_keys: kids, certified, statement: filing },
    );
  },
};

/** Says plainly what becomes of the PDFs. */
function certificateLine(declined: boolean, certified: boolean): string {
  if (certified)
    return 'PDF 签名 / PDF signature  颁发密钥已获证书，PDF 将带电子签名 / the issuing key is certified: PDFs will be signed';
  if (declined)
    return 'PDF 签名 / PDF signature  未签发证书；登记证书链后 PDF 才带电子签名 / not certified: PDFs are signed once a chain is submitted';
  return "PDF 签名 / PDF signature  本中心密钥没有证书，PDF 将不带电子签名；请省级根用 luzheng appoint 重新任命 / this centre's key has no certificate: PDFs will not be signed. Let the root appoint it again.";
}

export const client: Command = {
  takes: '',
  about: "中心登记机构的客户端密钥 / a centre names an organization's key",
  help: `${KEY_HELP}
  --organization CODE   机构编码 / its code
  --client FILE         机构的密钥文件（声明写回其中）或公钥 JWK / its key file, which receives the statement, or its public JWK
  --days N              有效天数，默认 365 / days of validity`,
  options: { ...KEY, organization: { type: 'string' }, client: { type: 'string' }, days: { type: 'string' } },
  async run(input) {
    const { caller, origin } = await input.caller();
    const code = parseOrganizationCode(input.need('organization'));
    const path = input.path('client');
    const { kid, jwk, own } = await readPublic(path);
    const { client: token, jti } = await sendClient(caller, code, jwk, {
      lifetime: input.whole('days', 365) * 86_400,
    });
    if (own) writeKeyFile(path, { ...own.file, subject: `org:${code}`, server: origin, token });
    input.answer(
      [
        `已登记 / named          org:${code}（${kid}）`,
        `声明编号 / jti           ${jti}`,
        own ? `声明写入 / written to    ${path}` : `声明 / statement        ${token}`,
      ],
      { subject: `org:${code}`, thumbprint: kid, jti, statement: token },
    );
  },
};

/** The key that is meant: by its number, or the organization's newest. */
async function findKid(caller: Caller, code: string, number: string | undefined): Promise<string> {
  const kids = (await issuingKeys(caller, code)).map(({ kid }) => kid);
  const kid = number === undefined ? kids.at(-1) : kids.find((one) => one.endsWith(`#${code}-${number}`));
  if (kid === undefined)
    throw new Failure(
      1,
      `机构 ${code} 没有这把颁发密钥`,
      'the organization has no such issuing key; it gets its first one when it is filed',
      'key_not_found',
    );
  return kid;
}

export const certificate: Command = {
  takes: 'request|submit',
  about: "为颁发密钥使用电子认证机构的证书 / a certification authority's certificate for an issuing key",
  help: `${KEY_HELP}
  --organization CODE   机构编码 / the organization
  --number N            颁发密钥序号，默认最新 / which issuing key; the newest if left out
  request --out FILE    取证书请求（PKCS#10 PEM），交给电子认证机构 / the request, for the authority
  submit --chain FILE   登记证书链（PEM，叶证书在前）/ submit the chain, the key's own certificate first`,
  options: {
    ...KEY,
    organization: { type: 'string' },
    number: { type: 'string' },
    out: { type: 'string' },
    chain: { type: 'string' },
  },
  async run(input) {
    const what = input.word(0);
    if (what !== 'request' && what !== 'submit')
      throw usage('用法：certificate request 或 certificate submit', 'certificate request, or certificate submit');
    const { caller } = await input.caller();
    const kid = await findKid(caller, parseOrganizationCode(input.need('organization')), input.text('number'));
    if (what === 'request') {
      const path = input.path('out');
      writeWhole(path, await (await caller.take('GET', `${routeOf(kid)}/request`)).text());
      return input.answer([`证书请求 / request      ${path}`, `颁发密钥 / issuing key   ${kid}`], {
        issuing_key: kid,
        out: path,
      });
    }
    const stored = await caller.post<Answer<typeof ChainStored>>(`${routeOf(kid)}/certificate`, {
      certificate: readFileSync(input.path('chain'), 'utf8'),
    });
    const until = new Date(stored.not_after * 1000).toISOString().slice(0, 10);
    input.answer(
      [
        `已登记证书链 / stored   ${stored.name}（${stored.serial}），至 ${until} / until ${until}`,
        `颁发密钥 / issuing key   ${kid}`,
      ],
      { issuing_key: kid, ...stored },
    );
  },
};
