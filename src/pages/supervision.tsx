/**
 * Owns the public pages of supervision (双随机、一公开): the list of draws, and one draw with its lists, commitment, seed,
 * drawn sessions, findings in short, and how anybody computes it again. The page's script does so by itself.
 * It refuses nothing: a draw that was given up stays on its page with the reason.
 */
import type { FC } from 'hono/jsx';
import { shanghaiDay, toTimestamp } from '../life/calendar.ts';
import { sameSession, type DrawRecord } from '../life/procedure/draw-record.ts';
import { DRAW_RULE, type Drawn } from '../life/procedure/drawing.ts';
import { DRAW_STATES, FINDING_WORDS } from './draw-words.ts';
import { Both, En, Layout } from './layout.tsx';
import type { CentreNames } from './report.tsx';
import { shanghaiClock, type Words } from './words.ts';

/** A draw as lists show it (src/http/draws.tsx). */
export interface DrawLine {
  id: string;
  about: string;
  state: string;
  centre: string;
  title: string;
  sessions: number;
  inspectors: number;
  pick: number;
  per_session: number;
  commitment: string;
  public_source: string | null;
  found: number;
  serious: number;
  /** Earliest day of the sessions. */
  first_day: string | null;
  created_at: number;
  updated_at: number;
}

export const DrawState: FC<{ state: string }> = ({ state }) => (
  <span class={`state ${state === 'drawn' || state === 'closed' ? 'good' : 'warn'}`}>
    <Both words={DRAW_STATES[state] ?? { zh: state, en: state }} />
  </span>
);

const at = (instant: number) => <time datetime={toTimestamp(instant)}>{shanghaiClock(toTimestamp(instant))}</time>;

const Line: FC<{ words: Words; children?: unknown }> = ({ words, children }) => (
  <div>
    <dt>
      <Both words={words} />
    </dt>
    <dd>{children as never}</dd>
  </div>
);

export const DrawsPage: FC<{ host: string; draws: DrawLine[]; centres: CentreNames }> = ({ host, draws, centres }) => (
  <Layout title={{ zh: '督导检查', en: 'Supervision' }} host={host} styles={['notices']} listed>
    <section class="lead">
      <h1>
        督导检查：双随机、一公开<En>Supervision: drawn at random, published</En>
      </h1>
      <p>
        中心先公布可抽场次、督导员名单和种子的承诺值，之后再公布种子。被检查的场次和检查人员由名单和种子算出，任何人都可以重新计算。
        <En>A centre first publishes the sessions, the inspectors and a commitment to a seed; the seed follows later. Sessions and inspectors are computed from them, and anybody can compute them again.</En>
      </p>
    </section>
    {draws.length === 0 ? (
      <section class="card">
        <p>
          还没有抽取记录。<En>Nothing has been drawn yet.</En>
        </p>
      </section>
    ) : (
      <ul class="organizations">
        {draws.map(({ id, title, state, centre, sessions, pick, found, serious, created_at }) => (
          <li class="card">
            <h2>
              <a href={`/supervision/${id}`}>{title}</a>
            </h2>
            <p>
              <DrawState state={state} />
            </p>
            <p>
              {`${sessions} 个场次中抽取 ${pick} 个，已有检查结果 ${found} 个，其中严重问题 ${serious} 个`}
              <En>{`${pick} of ${sessions} sessions; ${found} with a finding, ${serious} of them serious`}</En>
            </p>
            <p class="hint">
              {centres.get(centre) ?? centre}
              <br />
              {at(created_at)}
            </p>
          </li>
        ))}
      </ul>
    )}
  </Layout>
);

const Findings: FC<{ record: DrawRecord; session: Drawn; centres: CentreNames }> = ({ record, session, centres }) => {
  const findings = record.findings.filter((one) => sameSession(one, session));
  const follows = record.follow_ups.filter((one) => sameSession(one, session));
  const who = (by: string) => (by === `org:${session.organization}` ? session.name : (centres.get(by) ?? by));
  return (
    <>
      {findings.length === 0 ? (
        <p class="hint">
          尚无检查结果<En>No finding yet</En>
        </p>
      ) : null}
      {findings.map(({ finding, summary, at: instant, by }) => (
        <div>
          <p>
            <span class={`state ${finding === 'no_problem' ? 'good' : 'warn'}`}>
              <Both words={FINDING_WORDS[finding]} />
            </span>
          </p>
          <p>{summary}</p>
          <p class="hint">
            {who(by)}，{at(instant)}
          </p>
        </div>
      ))}
      {follows.map(({ summary, at: instant, by }) => (
        <div>
          <p>
            <b>
              整改情况 <span lang="en">Follow-up</span>
            </b>
          </p>
          <p>{summary}</p>
          <p class="hint">
            {who(by)}，{at(instant)}
          </p>
        </div>
      ))}
    </>
  );
};

const Results: FC<{ record: DrawRecord; centres: CentreNames }> = ({ record, centres }) =>
  record.drawn === undefined ? null : (
    <section class="card" id="drawn">
      <h2>
        抽取结果和检查情况<En>What was drawn, and what was found</En>
      </h2>
      <ol class="drawn">
        {record.drawn.map((session) => (
          <li data-drawn={`${session.plan}/${session.session}: ${session.inspectors.map(({ id }) => id).join(' ')}`}>
            <h3>{session.name}</h3>
            <p>
              <time datetime={session.date}>{session.date}</time> {session.label}
            </p>
            <p>
              督导员 <span lang="en">Inspectors</span>：{session.inspectors.map(({ name, unit }) => `${name}（${unit}）`).join('、')}
            </p>
            <Findings record={record} session={session} centres={centres} />
          </li>
        ))}
      </ol>
    </section>
  );

const Lists: FC<{ record: DrawRecord }> = ({ record: { committed: { body } } }) => (
  <>
    <details class="card">
      <summary>
        <h2>
          可抽场次（{body.sessions.length}）<En>Sessions drawn from</En>
        </h2>
      </summary>
      <ul class="scope">
        {body.sessions.map(({ plan, session, name, date, label }) => (
          <li>
            <b>{name}</b>
            <p>
              <time datetime={date}>{date}</time> {label}
            </p>
            <p class="hint">
              <code>
                {plan}/{session}
              </code>
            </p>
          </li>
        ))}
      </ul>
    </details>
    <details class="card">
      <summary>
        <h2>
          督导员名单（{body.inspectors.length}）<En>Inspectors drawn from</En>
        </h2>
      </summary>
      <ul class="scope">
        {body.inspectors.map(({ id, name, unit, avoids = [] }) => (
          <li>
            <b>{name}</b> <code>{id}</code>
            <p>{unit}</p>
            {avoids.length === 0 ? null : (
              <p class="hint">
                回避 <span lang="en">must not inspect</span>：{avoids.join('、')}
              </p>
            )}
          </li>
        ))}
      </ul>
    </details>
  </>
);

const HowTo: FC<{ id: string }> = ({ id }) => (
  <section class="card" id="recompute">
    <h2>
      怎样重新计算<En>How to compute it again</En>
    </h2>
    <p id="check" role="status" data-draw={id}>
      打开 JavaScript 时，本页会在您的浏览器里自动重新计算并在此处说明是否一致；也可以用下面的方法自行计算。
      <En>With JavaScript this page computes the draw again in your browser and says here whether it agrees; or compute it yourself as follows.</En>
    </p>
    <ul class="checks" id="checks"></ul>
    <ol class="prose">
      <li>
        承诺值是种子（32 字节）的 SHA-256，base64url。<En>The commitment is SHA-256 of the seed’s 32 bytes, in base64url.</En>
      </li>
      <li>
        编号的排序值是 SHA-256(种子 ‖ 公开值 ‖ 00 ‖ 标签 ‖ 00 ‖ 编号)，文字用 UTF-8，没有公开值时为空。按字节比较，小的在前。
        <En>The rank of an identifier is SHA-256(seed ‖ public value ‖ 00 ‖ label ‖ 00 ‖ identifier), texts in UTF-8, the public value empty where none was announced. Ranks compare as bytes; the smallest comes first.</En>
      </li>
      <li>
        场次：编号为“计划/场次”，标签 <code>{DRAW_RULE} session</code>，取排序值最小的若干个。
        <En>Sessions: identifier “plan/session”, label as above; as many of the lowest ranks as are to be drawn.</En>
      </li>
      <li>
        督导员：按抽中次序逐场选派，除去须回避的；先选当天场次最少的，再选总场次最少的，再选“督导员编号/已派总场次”、标签 <code>{DRAW_RULE} inspector</code> 的排序值最小的。
        <En>Inspectors: session by session in that order, leaving out those who must not go; first whoever has fewest sessions that day, then fewest in all, then the lowest rank of “inspector/sessions so far” under the inspectors’ label.</En>
      </li>
    </ol>
    <p>
      <a href={`/v1/draws/${id}`}>
        全部数据 <span lang="en">All data (JSON)</span>
      </a>
    </p>
  </section>
);

export const DrawPage: FC<{ host: string; record: DrawRecord; centres: CentreNames }> = ({ host, record, centres }) => {
  const { about, state, committed, revealed, closed, abandoned } = record;
  const { title, sessions, inspectors, pick, per_session, commitment, public_source } = committed.body;
  const named = (by: string) => centres.get(by) ?? by;
  return (
    <Layout title={{ zh: title, en: `Supervision: ${title}` }} host={host} styles={['notices']} script="draw.js" listed>
      <section class="card">
        <h1>{title}</h1>
        <p>
          <DrawState state={state} />
        </p>
        {abandoned ? (
          <div class="notice">
            <p>
              <Both words={{ zh: `${named(abandoned.by)}于 ${shanghaiDay(abandoned.at)} 作废了这次抽取，原因：${abandoned.body.reason}`, en: 'The centre gave this draw up. It stays here with the reason, so that nobody draws again and again until it suits.' }} />
            </p>
          </div>
        ) : null}
        <dl class="facts">
          <Line words={{ zh: '组织抽取', en: 'Drawn by' }}>{named(committed.by)}</Line>
          <Line words={{ zh: '名单锁定', en: 'Lists fixed' }}>{at(committed.at)}</Line>
          <Line words={{ zh: '抽取规模', en: 'To be drawn' }}>
            {`${sessions.length} 个场次中抽 ${pick} 个，每场 ${per_session} 人（共 ${inspectors.length} 人）`}
            <En>{`${pick} of ${sessions.length} sessions, ${per_session} of ${inspectors.length} inspectors each`}</En>
          </Line>
          <Line words={{ zh: '承诺值', en: 'Commitment' }}>
            <code class="token">{commitment}</code>
          </Line>
          <Line words={{ zh: '公开值来源', en: 'Public value' }}>
            {public_source ?? (
              <>
                未约定
                <small class="note">
                  组织抽取的中心在锁定名单时已能算出结果
                  <En>None: the centre could compute the outcome when it fixed the lists</En>
                </small>
              </>
            )}
          </Line>
          {revealed ? (
            <>
              <Line words={{ zh: '种子公布', en: 'Seed published' }}>{at(revealed.at)}</Line>
              <Line words={{ zh: '种子', en: 'Seed' }}>
                <code class="token">{revealed.body.seed}</code>
              </Line>
              {revealed.body.public_value === undefined ? null : (
                <Line words={{ zh: '公开值', en: 'Its value' }}>
                  {revealed.body.public_value}
                  <small class="note">
                    请与上述来源核对<En>Compare it with the source above</En>
                  </small>
                </Line>
              )}
            </>
          ) : null}
          {closed ? (
            <Line words={{ zh: '办结', en: 'Closed' }}>
              {at(closed.at)}
              <small class="note">{closed.body.summary}</small>
            </Line>
          ) : null}
        </dl>
        {state === 'committed' ? (
          <p class="hint">
            种子可以在检查之后公布，以免事先走漏；名单和承诺值自锁定起不能更改。
            <En>The seed may be published after the inspections, so that nobody is warned; lists and commitment cannot change any more.</En>
          </p>
        ) : null}
      </section>
      <Results record={record} centres={centres} />
      <HowTo id={about.slice('draw:'.length)} />
      <Lists record={record} />
      <p>
        <a href="/supervision">
          全部抽取<En>All draws</En>
        </a>
      </p>
    </Layout>
  );
};
