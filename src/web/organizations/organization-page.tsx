/**
 * The page of a filed organization (备案机构): what it may issue, a suspension or a withdrawal with its reason, and the
 * four documents that it publishes. One that has published nothing says so.
 */
import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import { LEVELS, type Level, levelName, levelWords } from '../../core/number.ts';
import type { Application, Rules } from '../../core/procedure/application.ts';
import type { Filing } from '../../core/schema.ts';
import { Both, En, Fact, Layout, Para } from '../frame/layout.tsx';
import type { CentreNames } from '../frame/report-view.tsx';

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
export const State: FC<{ state: FiledView['state']; suspended: boolean }> = ({ state, suspended }) => (
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
          <Para words={levelsWords(levels)} />
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

/** As src/service/procedure/standing.ts gives it. */
interface PublishedView {
  suspension: { reason: string; until: string | null; since: number; by: string } | undefined;
  rules: { rules: Rules; published_at: number } | undefined;
  form: { nature: Application['form']['nature']; address: string } | undefined;
}

/** 机构性质 of annex 1. */
const NATURE_WORDS: Record<Application['form']['nature'], Words> = {
  enterprise: { zh: '企业', en: 'Enterprise' },
  association: { zh: '行业协会', en: 'Industry association' },
  university: { zh: '高等院校', en: 'University or college' },
  technical_school: { zh: '技工院校', en: 'Technical school' },
  training_school: { zh: '民办职业培训机构', en: 'Private vocational training institution' },
};

const DOCUMENTS: [key: 'exam' | 'quality' | 'certificates' | 'fees', words: Words][] = [
  ['exam', { zh: '考务管理', en: 'Exam affairs' }],
  ['quality', { zh: '质量管理', en: 'Quality' }],
  ['certificates', { zh: '证书管理', en: 'Certificates' }],
  ['fees', { zh: '收费标准', en: 'Fees' }],
];

const SuspensionCard: FC<{ suspension: NonNullable<PublishedView['suspension']>; centres: CentreNames }> = ({
  suspension: { reason, until, since, by },
  centres,
}) => {
  const day = shanghaiDay(since);
  return (
    <section class="card notice" aria-labelledby="suspension">
      <h2 id="suspension">
        暂停评价<En>Suspended</En>
      </h2>
      <p class="prose" lang="zh-CN">
        {reason}
      </p>
      <p>
        {centres.get(by) ?? by} · 自 <time datetime={day}>{day}</time> 起
        {until === null ? null : (
          <>
            {' '}
            · 预计至 <time datetime={until}>{until}</time>
          </>
        )}
        <En>{until === null ? `Since ${day}` : `Since ${day}, expected until ${until}`}</En>
      </p>
      <p class="hint">
        暂停期间不得组织考核、上传结果和颁发证书；此前颁发的证书不受影响。
        <En>
          While suspended it holds no exams, uploads nothing and issues nothing. Certificates issued before are not
          affected.
        </En>
      </p>
    </section>
  );
};

/** Why a filing does not count any more, by whom it was withdrawn, and from when. */
const WithdrawalCard: FC<{
  withdrawal: { since: number; by: string; reason: string | null };
  centres: CentreNames;
}> = ({ withdrawal: { since, by, reason }, centres }) => {
  const day = shanghaiDay(since);
  return (
    <section class="card notice" aria-labelledby="withdrawal">
      <h2 id="withdrawal">
        撤回备案<En>Filing withdrawn</En>
      </h2>
      {reason === null ? (
        <p>
          撤回声明没有写明原因。<En>The withdrawal gives no reason.</En>
        </p>
      ) : (
        <p class="prose" lang="zh-CN">
          {reason}
        </p>
      )}
      <p>
        {centres.get(by) ?? by} · 自 <time datetime={day}>{day}</time> 起不再有效
        <En>{`No longer in force from ${day}`}</En>
      </p>
    </section>
  );
};

const RulesCard: FC<{ rules: PublishedView['rules'] }> = ({ rules }) => (
  <section class="card" aria-labelledby="rules">
    <h2 id="rules">
      公开的管理办法<En>Published rules</En>
    </h2>
    {rules === undefined ? (
      <p>
        该机构尚未在本平台公开管理办法和收费标准。
        <En>The organization has not published its rules and fees here yet.</En>
      </p>
    ) : (
      <>
        <p class="hint">
          版本 {rules.rules.version}，
          <time datetime={shanghaiDay(rules.published_at)}>{shanghaiDay(rules.published_at)}</time> 由机构签名公开
          <En>{`Version ${rules.rules.version}, published and signed by the organization on ${shanghaiDay(rules.published_at)}`}</En>
        </p>
        {DOCUMENTS.map(([key, words]) => (
          <details>
            <summary>
              <h3>
                <Both words={words} />
              </h3>
            </summary>
            <h4 lang="zh-CN">{rules.rules[key].title}</h4>
            <p class="prose" lang="zh-CN">
              {rules.rules[key].text}
            </p>
          </details>
        ))}
      </>
    )}
  </section>
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
