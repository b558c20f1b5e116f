/**
 * Owns `luzheng appoint`: the province's root appoints a centre's key, or names the service's own key. The root may
 * be used on a machine without a network: then the statement is written out, and somebody else hands it in.
 */

import { readKeyFile, writeKeyFile } from '../../../keys/make.ts';
import { CENTRE_CODE, HERE, PROVINCE_CODE } from '../../core/province.ts';
import { Caller } from '../../sdk/call.ts';
import { certifyCentre } from '../../sdk/certify.ts';
import { nameServiceKey } from '../../sdk/file-organization.ts';
import { appointCentre, type Speaker } from '../../sdk/sign.ts';
import { type Command, fromHere, readPublic, SERVER } from '../command.ts';
import { rootKeyUsed, usage } from '../talk.ts';

export const appoint: Command = {
  takes: '',
  about: "省级根任命中心密钥 / the root appoints a centre's key",
  help: `  --root FILE        省级根密钥文件 / the root's key file
  --centre CODE      ${PROVINCE_CODE} 省中心，${HERE.code}xx 市中心 / the centre
  --name TEXT        中心全称 / its full name
  --key FILE         中心的密钥文件（声明和证书写回其中）或公钥 JWK / the centre's key file, which receives statement and certificate, or its public JWK
  --by FILE          省中心密钥文件：立即提交；任命 ${PROVINCE_CODE} 时用它自己 / hand it in with the province's key; ${PROVINCE_CODE} does so itself
  --service          改为：为服务自己的公钥签名 / instead: name the service's own key (with --by)
  --offline          任命 ${PROVINCE_CODE} 时不提交 / do not hand ${PROVINCE_CODE}'s in
  --days N           有效天数，默认 1095 / days of validity
  --server ORIGIN    服务地址 / the service
  不带 --by 且非 ${PROVINCE_CODE} 时只打印声明，不联网 / without --by the statement is only printed`,
  options: {
    root: { type: 'string' },
    centre: { type: 'string' },
    name: { type: 'string' },
    key: { type: 'string' },
    by: { type: 'string' },
    service: { type: 'boolean' },
    offline: { type: 'boolean' },
    days: { type: 'string' },
    ...SERVER,
  },
  async run(input) {
    const { pair: root } = await readKeyFile(input.path('root'));
    if (input.flag('service')) {
      const { caller, origin } = await input.caller('by');
      const fresh = await nameServiceKey(root, caller);
      return input.answer(
        [fresh ? `已为 ${origin} 的公钥签名 / the service's key is named` : '服务公钥此前已签名 / it was named before'],
        { server: origin, fresh },
      );
    }
    const code = input.need('centre');
    if (!CENTRE_CODE.test(code))
      throw usage(`--centre 应为 ${PROVINCE_CODE} 或 ${HERE.code}xx`, `--centre is ${PROVINCE_CODE} or ${HERE.code}xx`);
    const path = input.path('key');
    const { kid, jwk } = await readPublic(path);
    if (kid === root.kid) throw rootKeyUsed();
    const statement = await appointCentre(
      root,
      { code, name: input.need('name'), jwk },
      { lifetime: input.whole('days', 1095) * 86_400 },
    );
    const certificate = await certifyCentre(root, statement);
    const own = await readKeyFile(path).catch(() => undefined);
    const subject = `centre:${code}`;
    const by = input.text('by');
    const server =
      by === undefined
        ? code === PROVINCE_CODE && own && !input.flag('offline')
          ? input.origin(own.file.server)
          : undefined
        : (await input.caller('by')).origin;
    if (own)
      writeKeyFile(path, {
        ...own.file,
        name: input.need('name'),
        subject,
        token: statement,
        certificate,
        ...(server === undefined ? {} : { server }),
      });
    if (server !== undefined) {
      const caller =
        by === undefined
          ? new Caller(server, {
              ...(own as NonNullable<typeof own>).pair,
              subject,
              token: statement,
            } satisfies Speaker)
          : (await input.caller('by')).caller;
      await caller.post('/v1/centres', { statement });
    }
    input.answer(
      [
        `已任命 / appointed      ${subject} ${input.need('name')}（${kid}）`,
        ...(own ? [`声明与证书写入 / written to  ${fromHere(input.need('key'))}`] : []),
        server === undefined ? `尚未提交 / not handed in: ${statement}` : `已提交 / handed in       ${server}`,
        ...(own ? [] : [`证书 / certificate\n${certificate}`]),
      ],
      { subject, thumbprint: kid, statement, certificate, handed_in: server ?? null },
    );
  },
};
