/**
 * The province's own: `luzheng appoint` (the root appoints a centre's key, also without a network, or names the
 * service's key) and `luzheng calendar` (the working days of a year).
 */

import { readFileSync } from 'node:fs';
import { readKeyFile, writeKeyFile } from '../../../keys/make.ts';
import { type Announcement, BUILT_IN, checkDays, readDays } from '../../core/calendar.ts';
import { CENTRE_CODE, HERE, PROVINCE_CODE } from '../../core/province.ts';
import type { Stored } from '../../core/shapes/procedure-shapes.ts';
import { unverified } from '../../core/statement.ts';
import { type Answer, Caller } from '../../sdk/call.ts';
import { certifyCentre, nameServiceKey, type TrustFile } from '../../sdk/file-organization.ts';
import { announceYear, appointCentre, type Speaker } from '../../sdk/sign.ts';
import { type Command, fromHere, type Input, KEY, KEY_HELP, readPublic, SERVER } from '../command.ts';
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
    const { kid, jwk, own } = await readPublic(path);
    if (kid === root.kid) throw rootKeyUsed();
    const statement = await appointCentre(
      root,
      { code, name: input.need('name'), jwk },
      { lifetime: input.whole('days', 1095) * 86_400 },
    );
    const certificate = await certifyCentre(root, statement);
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
        server === undefined ? `尚未提交 / not submitted: ${statement}` : `已提交 / submitted       ${server}`,
        ...(own ? [] : [`证书 / certificate\n${certificate}`]),
      ],
      { subject, thumbprint: kid, statement, certificate, handed_in: server ?? null },
    );
  },
};

type Days = Pick<Announcement, 'year' | 'holidays' | 'workdays' | 'source'>;

/** What is announced: of the options, or of a JSON file with the same members. */
function daysOf(input: Input): Days {
  const from = input.text('from');
  const given = from === undefined ? {} : (JSON.parse(readFileSync(fromHere(from), 'utf8')) as Partial<Days>);
  const year = input.whole('year', given.year ?? 0);
  if (year < 2000 || year > 2999) throw usage('--year 应为四位年份，如 2027', '--year takes a year, e.g. 2027');
  const days = (part: 'holidays' | 'workdays') =>
    readDays(input.text(part) ?? (given[part] ?? []).join(' '), year, part);
  const holidays = days('holidays');
  if (holidays.length === 0) throw usage('缺少 --holidays', '--holidays is missing');
  const read = {
    year,
    holidays,
    workdays: days('workdays'),
    source: input.text('source') ?? given.source ?? input.need('source'),
  };
  checkDays(read);
  return read;
}

/** The years that count, as the service says of itself: the newest announcement of each. */
async function list(input: Input): Promise<void> {
  const { calendars = [] } = await new Caller(input.origin()).get<TrustFile>('/.well-known/trust.json');
  const years = new Map<number, { source: string; holidays: number; workdays: number; announced: boolean }>();
  for (const { year, source, holidays, workdays } of BUILT_IN)
    years.set(year, { source, holidays: holidays.size, workdays: workdays.size, announced: false });
  const announced = calendars.map((token) => unverified<Announcement>(token).claims).sort((a, b) => a.iat - b.iat);
  for (const { year, source, holidays, workdays } of announced)
    years.set(year, { source, holidays: holidays.length, workdays: workdays.length, announced: true });
  const sorted = [...years].sort(([a], [b]) => a - b).map(([year, one]) => ({ year, ...one }));
  input.answer(
    sorted.map(
      ({ year, source, holidays, workdays, announced: own }) =>
        `${year}  ${source}（放假 ${holidays} 天，调休上班 ${workdays} 天${own ? '，省中心公布' : '，程序内置'}） / ${holidays} holidays, ${workdays} worked weekend days, ${own ? 'announced' : 'built in'}`,
    ),
    { years: sorted },
  );
}

export const calendar: Command = {
  takes: '',
  about: "省中心公布一年的节假日安排；不带 --year 则列出 / the province announces a year's working days, or lists them",
  help: `${KEY_HELP}
  --year N         年份，如 2027 / the year
  --holidays DAYS  放假日，如 2027-01-01,2027-10-01..2027-10-07（可含周末，最多 40 天） / free days, weekends may be among them, 40 at most
  --workdays DAYS  调休上班的周六、周日 / Saturdays and Sundays that are worked
  --source TEXT    依据，如 国办发明电〔2026〕N号 / what it rests on
  --from FILE      或用 JSON 给出全部 / or all of it as JSON: {year, holidays, workdays, source}
  同一年份再次公布即为更正：只会延长进行中的公示，不会缩短 / a second announcement of a year corrects it: notices that run become longer, never shorter`,
  options: {
    ...KEY,
    year: { type: 'string' },
    holidays: { type: 'string' },
    workdays: { type: 'string' },
    source: { type: 'string' },
    from: { type: 'string' },
  },
  async run(input) {
    if (input.text('year') === undefined && input.text('from') === undefined) return list(input);
    const days = daysOf(input);
    const { identity, caller } = await input.caller();
    const statement = await announceYear(identity, days);
    const { jti } = await caller.post<Answer<typeof Stored>>('/v1/calendars', { statement });
    input.answer(
      [
        `已公布 / announced       ${days.year} 年：放假 ${days.holidays.length} 天，调休上班 ${days.workdays.length} 天 / ${days.holidays.length} holidays, ${days.workdays.length} worked weekend days`,
        `依据 / source            ${days.source}`,
      ],
      { ...days, jti, statement },
    );
  },
};
