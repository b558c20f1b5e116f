/**
 * The pages of filed organizations (备案机构): the list with its search, and one organization with what it may issue and
 * what it has published.
 */
import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import { LEVELS, type Level, levelName, levelWords } from '../../core/number.ts';
import type { Filing } from '../../core/schema.ts';
import { Both, En, Fact, Layout, Pager } from '../frame/layout.tsx';
import type { CentreNames } from '../frame/report-view.tsx';
import { NATURE_WORDS, type PublishedView, RulesCard, SuspensionCard, WithdrawalCard } from './published.tsx';

/** A filing as src/service/organizations.ts gives it. */
export interface FiledView {
  code: string;
  filing: Filing;
  state: 'in_force' | 'not_yet' | 'expired' | 'withdrawn' | 'lapsed' | 'replaced';
  withdrawal: { since: number; by: string; reason: string | null } | undefined;
  from: string;
  until: string;
}

const STATES: Record<FiledView['state'], Words> = {
  in_force: { zh: '备案有效', en: 'Filing in force' },
  not_yet: { zh: '备案尚未生效', en: 'Filing not in force yet' },
  expired: { zh: '备案已到期', en: 'Filing expired' },
  withdrawn: { zh: '备案已撤回', en: 'Filing withdrawn' },
  lapsed: { zh: '备案已失效', en: 'Filing no longer in force' },
  replaced: { zh: '备案已被后来的备案取代', en: 'Replaced by a later filing' },
};
const SUSPENDED: Words = { zh: '暂停评价', en: 'Suspended' };
const KINDS: Record<string, Words> = {
  Y: { zh: '用人单位', en: 'Employer' },
  S: { zh: '社会培训评价组织', en: 'Training and assessment organization' },
};

/** A suspension leaves the filing in force, and is what matters first. */
const State: FC<{ state: FiledView['state']; suspended: boolean }> = ({ state, suspended }) => (
  <p class={`state ${state === 'in_force' && !suspended ? 'good' : 'warn'}`}>
    <Both words={suspended && state === 'in_force' ? SUSPENDED : STATES[state]} />
  </p>
);

/** Levels of one occupation in a run: `五级/初级工 至 三级/高级工`, or one by one. */
function levelsWords(levels: readonly Level[]): Words {
  const ordered = LEVELS.filter((level) => levels.includes(level));
  const [first, last] = [ordered[0] as Level, ordered.at(-1) as Level];
  const english = (level: Level) => levelWords(level).english;
  if (ordered.length > 2 && first - last === ordered.length - 1)
    return { zh: `${levelName(first)} 至 ${levelName(last)}`, en: `${english(first)} to ${english(last)}` };
  return { zh: ordered.map(levelName).join('、'), en: ordered.map(english).join(', ') };
}

interface ListProps {
  host: string;
  /** As typed. */
  query: string;
  /** Of this page. */
  filed: FiledView[];
  /** Of all pages. */
  total: number;
  page: number;
  pages: number;
  centres: CentreNames;
  /** Codes. */
  suspended: ReadonlySet<string>;
}

const pageAddress = (query: string, page: number): string =>
  `/organizations?${new URLSearchParams({ ...(query === '' ? {} : { q: query }), page: String(page) }).toString()}`;

/** Occupations named in the list before it says “and more”. */
const SHOWN = 4;

const Item: FC<{ filed: FiledView; centres: CentreNames; suspended: boolean }> = ({
  filed: { code, filing, state, from, until },
  centres,
  suspended,
}) => {
  const names = [...new Set(filing.scope.map(({ name }) => name))];
  return (
    <li class="card">
      <h2>
        <a href={`/organizations/${code}`}>{filing.name}</a>
      </h2>
      <State state={state} suspended={suspended} />
      <p>
        {names.slice(0, SHOWN).join('、')}
        {names.length > SHOWN ? ` … (${names.length})` : ''}
      </p>
      <p class="hint">
        <span class="number">{code}</span>
        <br />
        {centres.get(filing.iss) ?? filing.iss}
        <br />
        <time datetime={from}>{from}</time> – <time datetime={until}>{until}</time>
      </p>
    </li>
  );
};

export const OrganizationsPage: FC<ListProps> = ({ host, query, filed, total, page, pages, centres, suspended }) => (
  <Layout title={{ zh: '备案机构', en: 'Organizations' }} host={host} listed>
    <section class="lead">
      <h1>
        备案机构<En>Organizations on file</En>
      </h1>
      <p>
        可以颁发职业技能等级证书的评价机构，由省、市鉴定指导中心备案并签名。
        <En>
          Organizations that may issue certificates, each filed and signed for by the centre of the province or its
          city.
        </En>
      </p>
    </section>
    <form method="get" action="/organizations" class="card filter" role="search">
      <div class="field">
        <label for="q">
          机构名称、编码或职业<En>Name, code or occupation</En>
        </label>
        <input id="q" name="q" type="search" value={query} maxlength={100} autocomplete="off" enterkeyhint="search" />
      </div>
      <button type="submit">
        查找<En>Find</En>
      </button>
    </form>
    <p role="status">
      {query === '' ? `共 ${total} 家` : `找到 ${total} 家`}
      <En>{query === '' ? `${total} in all` : `${total} found`}</En>
    </p>
    <ul class="organizations">
      {filed.map((one) => (
        <Item filed={one} centres={centres} suspended={suspended.has(one.code)} />
      ))}
    </ul>
    {total === 0 ? (
      <section class="card">
        <p>
          没有找到。请换一种写法，或只输入名称中的几个字。证书上的机构不在此列，并不说明证书有问题，请先核验证书。
          <En>
            Nothing was found. Try another spelling, or a few characters of the name. That an organization is not listed
            says nothing against a certificate: verify the certificate itself.
          </En>
        </p>
      </section>
    ) : null}
    <Pager page={page} pages={pages} address={(at) => pageAddress(query, at)} />
  </Layout>
);

const Scope: FC<{ filing: Filing }> = ({ filing }) => (
  <section class="card">
    <h2>
      可颁发的职业和等级<En>What it may issue</En>
    </h2>
    <ul class="scope">
      {filing.scope.map(({ code, name, jobs, levels, edition }) => (
        <li>
          <b>{name}</b> <small>{code}</small>
          {jobs.length === 0 ? null : <p>{jobs.join('、')}</p>}
          <p>
            <Both words={levelsWords(levels)} />
          </p>
          <p class="hint">
            国家职业分类大典 {edition} 年版 <span lang="en">National classification of {edition}</span>
          </p>
        </li>
      ))}
    </ul>
  </section>
);

/** Of an older filing: that it was withdrawn, and why. */
const Ended: FC<{ since: number; by: string; reason: string | null; centres: CentreNames }> = ({
  since,
  by,
  reason,
  centres,
}) => (
  <>
    <p class="hint">
      <Both
        words={{
          zh: `${shanghaiDay(since)} 起由${centres.get(by) ?? by}撤回`,
          en: `Withdrawn by ${centres.get(by) ?? by} from ${shanghaiDay(since)}`,
        }}
      />
    </p>
    {reason === null ? null : (
      <p class="prose" lang="zh-CN">
        {reason}
      </p>
    )}
  </>
);

export const OrganizationPage: FC<{
  host: string;
  filings: [FiledView, ...FiledView[]];
  centres: CentreNames;
  published: PublishedView;
}> = ({ host, filings: [current, ...others], centres, published: { suspension, rules, form } }) => {
  const { code, filing, state, withdrawal, from, until } = current;
  return (
    <Layout title={{ zh: filing.name, en: `${filing.name} (${code})` }} host={host} listed>
      <section class="card">
        <h1>{filing.name}</h1>
        <State state={state} suspended={suspension !== undefined} />
        <dl class="facts">
          <Fact label={{ zh: '机构编码', en: 'Code' }}>
            <span class="number">{code}</span>
            <small class="note">
              它颁发的证书编号都以此开头<En>The numbers of its certificates begin with it</En>
            </small>
          </Fact>
          <Fact label={{ zh: '机构类别', en: 'Kind' }}>
            <Both words={KINDS[code.slice(0, 1)] as Words} />
          </Fact>
          <Fact label={{ zh: '统一社会信用代码', en: 'Unified social credit code' }}>
            <span class="number">{filing.uscc}</span>
          </Fact>
          {form === undefined ? null : (
            <>
              <Fact label={{ zh: '机构性质', en: 'Nature' }}>
                <Both words={NATURE_WORDS[form.nature]} />
              </Fact>
              <Fact label={{ zh: '地址', en: 'Address' }}>{form.address}</Fact>
            </>
          )}
          <Fact label={{ zh: '备案中心', en: 'Filed by' }}>{centres.get(filing.iss) ?? filing.iss}</Fact>
          <Fact label={{ zh: '审核途径', en: 'Results approved by' }}>
            <Both
              words={
                filing.route === 'city'
                  ? { zh: '市级和省级中心', en: 'The city’s and the province’s centre' }
                  : { zh: '省级中心', en: 'The province’s centre' }
              }
            />
          </Fact>
          <Fact label={{ zh: '有效期', en: 'In force' }}>
            <time datetime={from}>{from}</time> – <time datetime={until}>{until}</time>
          </Fact>
          <Fact label={{ zh: '年度评价规模', en: 'Capacity a year' }}>
            {filing.annual_capacity.toLocaleString('en-US')}
          </Fact>
        </dl>
        {state === 'in_force' ? null : (
          <p class="hint">
            备案有效期内颁发的证书不受影响，请以证书的核验结论为准。
            <En>Certificates issued while it was in force are not affected: the verdict on the certificate counts.</En>
          </p>
        )}
      </section>
      {withdrawal === undefined ? null : <WithdrawalCard withdrawal={withdrawal} centres={centres} />}
      {suspension === undefined ? null : <SuspensionCard suspension={suspension} centres={centres} />}
      <Scope filing={filing} />
      <RulesCard rules={rules} />
      {others.length === 0 ? null : (
        <section class="card">
          <h2>
            其他备案<En>Other filings</En>
          </h2>
          <ul>
            {others.map((one) => (
              <li>
                {one.from} – {one.until}，{centres.get(one.filing.iss) ?? one.filing.iss}
                {one.withdrawal === undefined ? null : <Ended {...one.withdrawal} centres={centres} />}
              </li>
            ))}
          </ul>
        </section>
      )}
      <details class="card">
        <summary>
          <h2>
            颁发密钥<En>Issuing keys</En>
          </h2>
        </summary>
        <p>
          证书和二维码由以下密钥签名，由本平台代为保管：技术上的来源证明，不是法定的可靠电子签名。
          <En>
            Certificates and QR codes are signed with these keys, kept by this service for the organization: technical
            proof of origin, not a licensed electronic signature.
          </En>
        </p>
        <ul>
          {filing.issuing_jwks.keys.map(({ kid }) => (
            <li>
              <code>{kid}</code>
            </li>
          ))}
        </ul>
        <p>
          <a href={`/orgs/${code}/did.json`}>
            公钥 <span lang="en">Public keys (DID document)</span>
          </a>
        </p>
      </details>
      <p>
        <a href="/organizations">
          全部备案机构<En>All organizations</En>
        </a>
      </p>
    </Layout>
  );
};
