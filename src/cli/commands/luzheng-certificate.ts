/**
 * Owns `luzheng certificate`: a centre brings a certification authority's certificate for an organization's issuing key,
 * in place of its own. The request comes from the service, which alone has the private half.
 */
import { readFileSync } from 'node:fs';
import { parseOrganizationCode } from '../../core/number.ts';
import { routeOf } from '../../core/paper/x509-certificates.ts';
import type { Caller } from '../../sdk/call.ts';
import { issuingKeys } from '../../sdk/file-organization.ts';
import { writeWhole } from '../collect.ts';
import { type Command, KEY, KEY_HELP } from '../command.ts';
import { Failure, usage } from '../talk.ts';

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
  submit --chain FILE   登记证书链（PEM，叶证书在前）/ hand in the chain, the key's own certificate first`,
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
    const stored = await caller.post<{ name: string; serial: string; not_after: number }>(
      `${routeOf(kid)}/certificate`,
      { certificate: readFileSync(input.path('chain'), 'utf8') },
    );
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
