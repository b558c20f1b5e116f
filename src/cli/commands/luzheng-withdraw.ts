/**
 * `luzheng status` (suspend, reinstate, revoke a certificate) and `luzheng withdraw` (end a statement or a key; without
 * a target it lists what is published). The root may sign without a network: then the statement is printed.
 */

import { readKeyFile } from '../../../keys/make.ts';
import { shanghaiClock } from '../../base/day.ts';
import { type PublicJwk, thumbprint } from '../../core/keys.ts';
import { parseNumber } from '../../core/number.ts';
import { CENTRE_OR_CODE, HERE, PROVINCE_CENTRE, PROVINCE_CODE } from '../../core/province.ts';
import type { Report } from '../../core/report.ts';
import { ACTIONS, type Filing, REASONS } from '../../core/schema.ts';
import type { StatusChanged } from '../../core/shapes/certificate-shapes.ts';
import { unverified } from '../../core/statement.ts';
import type { Event } from '../../core/status.ts';
import { endOf, targetIssuer, type Withdrawal } from '../../core/withdrawal.ts';
import { type Answer, Caller } from '../../sdk/call.ts';
import type { TrustFile } from '../../sdk/file-organization.ts';
import { changeStatus, withdraw } from '../../sdk/sign.ts';
import { REASONS as REASON_WORDS } from '../../web/words/report-words.ts';
import { type Command, type Input, KEY, KEY_HELP } from '../command.ts';
import { usage } from '../talk.ts';

function oneOf<T extends string>(value: string, words: readonly T[], name: string): T {
  if (!(words as readonly string[]).includes(value))
    throw usage(`${name} 应为 ${words.join('、')} 之一`, `${name} is one of ${words.join(', ')}`);
  return value as T;
}

export const status: Command = {
  takes: 'NUMBER revoke|suspend|reinstate',
  about: '撤销、暂停、恢复证书 / revoke, suspend, reinstate',
  help: `${KEY_HELP}
  --reason CODE    理由 / one of:
${REASONS.map((code) => `                   ${code.padEnd(20)} ${REASON_WORDS[code]?.zh} / ${REASON_WORDS[code]?.en}`).join('\n')}
  撤销不可恢复；由中心暂停的，只有该中心或其上级可以恢复、撤销
  A revocation is final. What a centre has suspended, only that centre or a higher one reinstates or revokes.`,
  options: { ...KEY, reason: { type: 'string' } },
  async run(input) {
    const number = parseNumber(input.word(0)).text;
    const action: Event['action'] = oneOf(input.word(1), ACTIONS, '操作 / the action');
    const reason = oneOf(input.need('reason'), REASONS, '--reason');
    const { identity, caller } = await input.caller();
    // Each event names the one before; the service refuses it if another came in between.
    const { status: last } = await caller.get<Report>(`/v1/certificates/${number}`);
    const place = last ? { seq: last.seq + 1, prev: last.digest } : { seq: 1 };
    const statement = await changeStatus(identity, { number, action, reason, ...place });
    const done = await caller.post<Answer<typeof StatusChanged>>(`/v1/certificates/${number}/status`, { statement });
    input.answer([`${number}  ${done.state}`], { ...done, number });
  },
};

const clock = (instant: number): string => shanghaiClock(new Date(instant * 1000).toISOString());

/** An instant as people write it: `2026-11-24`, `2026-11-24T10:00`, in Shanghai unless a zone is given. NumericDate. */
function readInstant(input: Input, name: string): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const at = parts ? Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? '+08:00'}`) / 1000 : Number.NaN;
  if (!Number.isFinite(at))
    throw usage(
      `--${name} 应为北京时间，如 2026-11-24T10:00`,
      `--${name} is a time in UTC+8, e.g. 2026-11-24T10:00, or with its zone`,
    );
  return Math.floor(at);
}

interface Listed {
  typ: string;
  iss: string;
  sub: string;
  jti: string;
  /** The key that it names. */
  kid?: string;
  until: number;
  /** NumericDate of its end, or of its key's, if it was withdrawn. */
  ended?: number;
}

type Claims = {
  iss: string;
  sub?: string;
  jti: string;
  exp: number;
  cnf?: { jwk: PublicJwk };
  issuing_jwks?: Filing['issuing_jwks'];
};

/** What trust.json publishes, as it says of itself: choosing what to withdraw needs no verification. */
async function listOf(trust: TrustFile): Promise<Listed[]> {
  const withdrawals = trust.withdrawals.map((token) => unverified<Withdrawal>(token).claims);
  const ended = (iss: string, names: { jti?: string; kid?: string | undefined }) => {
    const ends = withdrawals.flatMap((one) => {
      const hit =
        'jti' in one.target
          ? one.target.jti === names.jti && targetIssuer(one) === iss
          : one.target.kid === names.kid && [iss, PROVINCE_CENTRE].includes(one.iss);
      return hit ? [endOf(one)] : [];
    });
    return ends.length === 0 ? {} : { ended: Math.min(...ends) };
  };
  const listed: Listed[] = [];
  const issuing = new Set<string>();
  for (const [typ, tokens] of [
    ['centre', trust.centres],
    ['service', trust.services],
    ['filing', trust.filings],
    ['client', trust.clients],
  ] as const) {
    for (const token of tokens) {
      const { iss, sub = 'service', jti, exp, cnf, issuing_jwks } = unverified<Claims>(token).claims;
      const kid = cnf && (await thumbprint(cnf.jwk));
      listed.push({
        typ,
        iss,
        sub,
        jti,
        ...(kid === undefined ? {} : { kid }),
        until: exp,
        ...ended(iss, { jti, kid }),
      });
      for (const { kid: name } of issuing_jwks?.keys ?? []) {
        if (issuing.has(name)) continue;
        issuing.add(name);
        listed.push({ typ: 'issuing', iss, sub, jti: '', kid: name, until: exp, ...ended(iss, { kid: name }) });
      }
    }
  }
  return listed;
}

const WORDS: Record<string, string> = {
  centre: '中心 centre',
  service: '服务 service',
  filing: '备案 filing',
  client: '客户端 client',
  issuing: '颁发密钥 issuing key',
};

async function list(input: Input): Promise<void> {
  const code = input.text('organization');
  const all = await listOf(await new Caller(input.origin()).get<TrustFile>('/.well-known/trust.json'));
  const shown = all.filter(({ sub }) => code === undefined || sub === `org:${code}`);
  input.answer(
    shown.flatMap(({ typ, iss, sub, jti, kid, until, ended }) => [
      `${WORDS[typ]}  ${sub}（${iss}）${ended === undefined ? `至 until ${clock(until)}` : `已撤回，自 withdrawn from ${clock(ended)}`}`,
      ...(jti === '' ? [] : [`  --jti ${jti}`]),
      ...(kid === undefined ? [] : [`  --kid ${kid}`]),
    ]),
    { statements: shown },
  );
}

/** Whose statement has this jti; the signer's own unless another is named or published. */
async function issuerOf(input: Input, jti: string, signer: string, caller: Caller | undefined): Promise<string> {
  const named = input.text('of');
  if (named !== undefined) {
    if (!CENTRE_OR_CODE.test(named))
      throw usage(`--of 应为 ${PROVINCE_CODE} 或 ${HERE.code}xx`, `--of is ${PROVINCE_CODE} or ${HERE.code}xx`);
    return `centre:${named.slice(-4)}`;
  }
  const issuers = caller
    ? (await listOf(await caller.get<TrustFile>('/.well-known/trust.json')))
        .filter((one) => one.jti === jti)
        .map(({ iss }) => iss)
    : [];
  return issuers.includes(signer) ? signer : (issuers[0] ?? signer);
}

/** Hands a withdrawal in, if somebody can, and says what it means. */
async function answer(
  input: Input,
  statement: string,
  by: { caller: Caller; origin: string } | undefined,
): Promise<void> {
  await by?.caller.post('/v1/withdrawals', { statement });
  const withdrawal = unverified<Withdrawal>(statement).claims;
  const { target } = withdrawal;
  const ends = endOf(withdrawal);
  input.answer(
    [
      `${by ? '已撤回 / withdrawn' : '已签名 / signed'}   ${'jti' in target ? target.jti : target.kid}，自 ${clock(ends)}（北京时间）起不再有效 / ends at ${clock(ends)} (UTC+8)`,
      by ? `已提交 / submitted       ${by.origin}` : `尚未提交 / not submitted: ${statement}`,
    ],
    { target, ends, statement, handed_in: by?.origin ?? null },
  );
}

export const withdrawCommand: Command = {
  takes: '',
  about: '撤回备案、密钥、任命或未用的审核 / withdraw a filing, a key, an appointment, an unused approval',
  help: `${KEY_HELP}
  --root FILE      或由省级根签名；--by 的中心密钥提交，不带 --by 只打印，不联网
                   or the root signs; the centre's key of --by submits it, without --by it is only printed
  --statement JWS  或用 --key 提交已打印的声明 / or submit, with --key, a statement that was printed
  --jti ID         撤回一份声明 / end one statement
  --kid ID         撤回一把密钥：指纹，或颁发密钥的 id / end a key: its thumbprint, or an issuing key's id
  --of CENTRE      声明由哪个中心签发，默认自动查找 / whose statement; found by itself otherwise
  --effective TIME          何时起不再有效，默认立即；不能早于现在 / its end: at once, or later
  --compromised-since TIME  密钥自何时泄露：此后的签名和证书一律无效 / since when a key was stolen: nothing after it counts
  --reason TEXT             撤回原因，写入声明并公开 / why; stands in the statement, which is public
  不带 --jti、--kid 则列出可撤回的（--organization CODE 只看一家）/ without a target: lists what there is
  撤回不能取消；此前已审核并下令颁发的证书仍然有效 / final; certificates approved and ordered before stay valid`,
  options: {
    ...KEY,
    root: { type: 'string' },
    by: { type: 'string' },
    statement: { type: 'string' },
    jti: { type: 'string' },
    kid: { type: 'string' },
    of: { type: 'string' },
    organization: { type: 'string' },
    effective: { type: 'string' },
    'compromised-since': { type: 'string' },
    reason: { type: 'string' },
  },
  async run(input) {
    const [jti, kid, printed] = [input.text('jti'), input.text('kid'), input.text('statement')];
    if (printed !== undefined) return answer(input, printed, await input.caller());
    if (jti === undefined && kid === undefined) return list(input);
    if (jti !== undefined && kid !== undefined)
      throw usage('--jti 与 --kid 只能给一个', 'give --jti or --kid, not both');
    const byRoot = input.text('root') !== undefined;
    const handing = !byRoot || input.text('by') !== undefined ? await input.caller(byRoot ? 'by' : 'key') : undefined;
    const signer = byRoot
      ? { ...(await readKeyFile(input.path('root'))).pair, subject: PROVINCE_CENTRE }
      : (handing as NonNullable<typeof handing>).identity;
    const target =
      jti === undefined
        ? { kid: kid as string }
        : await issuerOf(input, jti, signer.subject, handing?.caller).then((iss) =>
            iss === signer.subject ? { jti } : { jti, iss },
          );
    const statement = await withdraw(signer, target, {
      effective: readInstant(input, 'effective'),
      compromised_since: readInstant(input, 'compromised-since'),
      reason: input.text('reason'),
    });
    return answer(input, statement, handing);
  },
};
