/**
 * The page that explains the API to people: how to begin, what a verdict means, errors and limits, how to verify
 * without this service, and every operation, which comes as a prop.
 */
import type { Child, FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { KEYED_ROWS, OPEN_ROWS } from '../../core/bulk-list.ts';
import { CHECKS, type Verdict } from '../../core/report.ts';
import { Both, En, Layout, Lead } from '../frame/layout.tsx';
import { CHECK_WORDS, VERDICTS } from '../words/report-words.ts';

interface DocOperation {
  method: string;
  path: string;
  summary: Words;
  /** Who may call; anyone if empty. */
  roles: readonly string[];
  takes: string[];
  answers: { status: string; types: string[] }[];
  problems: readonly string[];
  /** For curl. */
  commands: string[];
  /** An address to open in the browser. */
  open?: string;
}
export interface DocGroup {
  title: Words;
  operations: DocOperation[];
}

interface DocsProps {
  host: string;
  origin: string;
  roots: readonly string[];
  groups: DocGroup[];
  /** Entries that may be wrong in an hour, and with parts of a document number in 24 hours and 30 days. */
  guesses: { hour: number; day: number; month: number };
  rates: Partial<Record<'lookup' | 'search' | 'verify', { quota: number; window: number }>>;
  /** Bytes. */
  limits: Record<'small' | 'statement' | 'bundle' | 'document' | 'batch' | 'photos', number>;
}

const ROLES: Record<string, Words> = {
  organization: { zh: '评价机构', en: 'organization' },
  city: { zh: '市级中心', en: 'city’s centre' },
  province: { zh: '省级中心', en: 'province’s centre' },
};

const Code: FC<{ text: string }> = ({ text }) => (
  <pre>
    <code>{text}</code>
  </pre>
);

const Section: FC<{ id: string; title: Words; children?: Child }> = ({ id, title, children }) => (
  <section class="card" aria-labelledby={id}>
    <h2 id={id}>
      <Both words={title} />
    </h2>
    {children}
  </section>
);

/** Operations of one subject; the page opens the first, which is for everybody. */
const Group: FC<{ id: string; title: Words; open: boolean; children?: Child }> = ({ id, title, open, children }) => (
  <section class="card" aria-labelledby={id}>
    <details open={open}>
      <summary>
        <h2 id={id}>
          <Both words={title} />
        </h2>
      </summary>
      {children}
    </details>
  </section>
);

const Terms: FC<{ rows: [term: string, words: Words][] }> = ({ rows }) => (
  <dl class="facts terms">
    {rows.map(([term, words]) => (
      <div>
        <dt>
          <code>{term}</code>
        </dt>
        <dd>
          <Both words={words} />
        </dd>
      </div>
    ))}
  </dl>
);

const OperationItem: FC<DocOperation> = ({
  method,
  path,
  summary,
  roles,
  takes,
  answers,
  problems,
  commands,
  open,
}) => (
  <details class="operation">
    <summary>
      <code>
        <b>{method}</b> {path}
      </code>
      <span class="about">
        <Both words={summary} />
      </span>
    </summary>
    {roles.length === 0 ? null : (
      <p>
        需要密钥（DPoP）：{roles.map((role) => ROLES[role]?.zh ?? role).join('、')}。请用 luzheng 命令调用。
        <En>
          Needs a key (DPoP): {roles.map((role) => ROLES[role]?.en ?? role).join(', ')}. Call it by the luzheng command.
        </En>
      </p>
    )}
    {commands.map((text) => (
      <Code text={text} />
    ))}
    {open === undefined ? null : (
      <p>
        <a href={open}>
          在浏览器里打开 <span lang="en">Open in the browser</span>
        </a>
      </p>
    )}
    <dl class="hint">
      {takes.length === 0 ? null : (
        <div>
          <dt>
            请求 <span lang="en">Takes</span>
          </dt>
          <dd>{takes.join(', ')}</dd>
        </div>
      )}
      <div>
        <dt>
          回答 <span lang="en">Answers</span>
        </dt>
        <dd>{answers.map(({ status, types }) => `${status} ${types.join(', ')}`.trim()).join('; ')}</dd>
      </div>
      {problems.length === 0 ? null : (
        <div>
          <dt>
            错误 <span lang="en">Problems</span>
          </dt>
          <dd>{problems.join(', ')}</dd>
        </div>
      )}
    </dl>
  </details>
);

const kilobytes = (bytes: number): string =>
  bytes >= 1_000_000 ? `${Math.round(bytes / 100_000) / 10} MB` : `${Math.round(bytes / 1000)} KB`;

export const DocsPage: FC<DocsProps> = ({ host, origin, roots, groups, rates, guesses, limits }) => {
  const operations = groups.flatMap((group) => group.operations);
  const begin = ['GET /v1/certificates/{number}', 'POST /v1/certificates/search', 'POST /v1/verify']
    .map((route) => operations.find(({ method, path }) => `${method} ${path}` === route))
    .filter((one) => one !== undefined);
  return (
    <Layout title={{ zh: '接口文档', en: 'API documentation' }} host={host} styles={['docs']} listed>
      <Lead title={{ zh: '接口文档', en: 'API documentation' }}>
        <p>
          查询和核验的接口免费，无需注册，数据为 UTF-8 的 JSON。机器可读的完整说明：
          <a href="/openapi.json">openapi.json</a>（OpenAPI 3.1）。
          <En>
            Look-up and verification are free and need no registration; data are JSON in UTF-8. The complete description
            for machines is openapi.json (OpenAPI 3.1).
          </En>
        </p>
      </Lead>
      <Section id="begin" title={{ zh: '从这里开始', en: 'Begin here' }}>
        {begin.map(({ summary, commands }) => (
          <>
            <h3>
              <Both words={summary} />
            </h3>
            <Code text={commands[0] as string} />
          </>
        ))}
        <p class="hint">
          示例中的编号和人是虚构的，在本站可能查不到。姓名和证件号码只放在请求正文里，不要写进网址。
          <En>
            The number and the person in the examples are made up and may not be found here. Names and document numbers
            go into bodies only, never into addresses.
          </En>
        </p>
      </Section>
      <Section id="verdicts" title={{ zh: '结论的含义', en: 'What a verdict means' }}>
        <Terms
          rows={[
            ...(Object.keys(VERDICTS) as Verdict[]).map((verdict): [string, Words] => [
              verdict,
              VERDICTS[verdict].sentence,
            ]),
            [
              '404',
              {
                zh: '本平台没有登记此编号。可能输错，也可能由其他平台颁发；不说明证书有问题。',
                en: 'This register does not hold the number. It may be mistyped, or issued elsewhere: that says nothing against a certificate.',
              },
            ],
          ]}
        />
        <p>
          每份报告逐项列出核对了什么（checks），首个未通过的项目决定结论。
          <En>Every report lists what was checked (checks), in this order. The first that fails decides.</En>
        </p>
        <Terms rows={CHECKS.map((id) => [id, CHECK_WORDS[id].passed])} />
      </Section>
      <Section id="errors" title={{ zh: '错误', en: 'Errors' }}>
        <p>
          错误为 RFC 9457 的 application/problem+json，其中的 code 不会改变，请按它判断；title 是中文说明，detail
          是英文说明。
          <En>
            Errors are RFC 9457 problems. Their code never changes: decide by it. title says it in Chinese, detail in
            English.
          </En>
        </p>
        <Code
          text={
            '{"type": "urn:luzheng:problem:number_malformed", "status": 400, "code": "number_malformed",\n "part": "level", "title": "证书编号格式不正确", "detail": "Position 16 (level) must be …"}'
          }
        />
      </Section>
      <Section id="limits" title={{ zh: '限制', en: 'Limits' }}>
        <ul>
          <li>
            查询请求不超过 {kilobytes(limits.small)}，核验的凭证或核验包 {kilobytes(limits.bundle)}，PDF{' '}
            {kilobytes(limits.document)}，名单 {kilobytes(limits.batch)}，含照片 {kilobytes(limits.photos)}。
            <En>
              At most {kilobytes(limits.small)} for a look-up, {kilobytes(limits.bundle)} for a credential or bundle,{' '}
              {kilobytes(limits.document)} for a PDF, {kilobytes(limits.batch)} for a list, {kilobytes(limits.photos)}{' '}
              with photos.
            </En>
          </li>
          {rates.lookup && rates.search && rates.verify ? (
            <li>
              每个网络地址：查询 {rates.lookup.quota} 次 / {rates.lookup.window} 秒，按个人信息查询和下载{' '}
              {rates.search.quota} 次 / {rates.search.window} 秒，核验 {rates.verify.quota} 次 / {rates.verify.window}{' '}
              秒；超过则为 429，Retry-After 为须等待的秒数。
              <En>
                For each network address: {rates.lookup.quota} look-ups in {rates.lookup.window} s, {rates.search.quota}{' '}
                searches and downloads in {rates.search.window} s, {rates.verify.quota} verifications in{' '}
                {rates.verify.window} s; beyond that 429, with the seconds to wait in Retry-After.
              </En>
            </li>
          ) : null}
          <li>
            同一编号或证件号码一小时内 {guesses.hour} 次不相符，该项比对关闭到这一小时结束（429
            second_factor_locked）；仅凭编号查询不受影响。
            <En>
              {guesses.hour} entries that do not match, at one number or document, close that comparison until the hour
              ends (429 second_factor_locked); looking up by number alone goes on.
            </En>
          </li>
          <li>
            同一证件号码的前段、生日或末四位，配姓名、配编号、三项都填，各24 小时内 {guesses.day} 次、30 天内{' '}
            {guesses.month} 次不相符即关闭比对；姓名加证件号码的（429
            pair_locked），加填证书编号仍可核对；编号加证件号码的，加填姓名仍可核对。
            <En>
              The same beginning of a document number, birthday or last four characters bears, with a name, with
              numbers, and with both, {guesses.day} entries each that do not match in 24 hours and {guesses.month} in 30
              days. Where name and document are closed (429 pair_locked), they are still compared together with the
              certificate number; number and document, together with the name.
            </En>
          </li>
          <li>
            批量核验一次 {OPEN_ROWS} 行；持批量密钥 {KEYED_ROWS} 行。
            <En>
              Lists: {OPEN_ROWS} rows at once, {KEYED_ROWS} with a bulk key.
            </En>
          </li>
          <li>
            报告和查询结果不缓存。公钥、备案、状态列表可缓存 60 秒，支持 ETag 和 If-None-Match。
            <En>
              Reports and searches are never cached. Keys, filings and status lists may be kept for 60 seconds; they
              have an ETag for If-None-Match.
            </En>
          </li>
          <li>
            仅凭编号只显示姓名首字。
            <En>By number alone only the first character of the name is shown.</En>
          </li>
        </ul>
      </Section>
      <Section id="alone" title={{ zh: '不依赖本站的核对', en: 'Verifying without us' }}>
        <p>
          唯一需要信任的是省级根密钥的指纹。它印在证书上，请从本站以外的途径确认：
          <En>
            The only thing to trust is the thumbprint of the province’s root key. It is printed on certificates; confirm
            it by a way that does not lead through this site:
          </En>
        </p>
        <p>
          {roots.map((root) => (
            <code>{root}</code>
          ))}
        </p>
        <p>
          证书 PDF 内附核验包：凭证、备案、审核、颁发指令和全部签名。取出后可离线核对；当前状态另由签名的状态列表给出。
          <En>
            The PDF carries a bundle: credential, filing, approvals, order, and every signature. Taken out, it verifies
            offline; the present status comes from signed status lists.
          </En>
        </p>
        <Code
          text={`pdfdetach -saveall certificate.pdf\nluzheng verify bundle.json --root ${roots[0] ?? 'THUMBPRINT'} --offline`}
        />
        <p class="hint">
          凭证是 W3C 可验证凭证（SD-JWT，ES256），任何 JOSE 库都能验证签名；公钥见{' '}
          <a href="/.well-known/jwks.json">jwks.json</a>，全部备案声明见{' '}
          <a href="/.well-known/trust.json">trust.json</a>。
          <En>
            Credentials are W3C Verifiable Credentials (SD-JWT, ES256): any JOSE library verifies the signature. Keys
            are in jwks.json, all filings in trust.json, at {origin}/.well-known/.
          </En>
        </p>
      </Section>
      {groups.map(({ title, operations: listed }, i) => (
        <Group id={`group-${i}`} title={title} open={i === 0}>
          {listed.map((operation) => (
            <OperationItem {...operation} />
          ))}
        </Group>
      ))}
    </Layout>
  );
};
