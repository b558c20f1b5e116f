/**
 * Parts of a draw's page: what was drawn and found, the lists, what all that proves, and how to compute it again.
 * What stays to be believed or looked up is named.
 */
import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import { shanghaiClock, toTimestamp } from '../../base/day.ts';
import type { Drawn } from '../../core/procedure/draw.ts';
import { type DrawRecord, drawnLines, sameSession } from '../../core/procedure/draw-record.ts';
import { DRAW_RULE } from '../../core/procedure/draw-seed.ts';
import { Both, En } from '../frame/layout.tsx';
import type { CentreNames } from '../frame/report-view.tsx';
import { DRAW_STATES, FINDING_WORDS } from '../words/draw-words.ts';

/** What somebody signed about a drawn session: its kind, its words, who and when. */
const Said: FC<PropsWithChildren<{ summary: string; signed: Child }>> = ({ summary, signed, children }) => (
  <div class="said">
    <p>{children}</p>
    <p>{summary}</p>
    <p class="hint">{signed}</p>
  </div>
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
        <Said
          summary={summary}
          signed={
            <>
              {who(by)}，{at(instant)}
            </>
          }
        >
          <span class={`state ${finding === 'no_problem' ? 'good' : 'warn'}`}>
            <Both words={FINDING_WORDS[finding]} />
          </span>
        </Said>
      ))}
      {follows.map(({ summary, at: instant, by }) => (
        <Said
          summary={summary}
          signed={
            <>
              {who(by)}，{at(instant)}
            </>
          }
        >
          <b>
            整改情况 <span lang="en">Follow-up</span>
          </b>
        </Said>
      ))}
    </>
  );
};

export const Results: FC<{ record: DrawRecord; centres: CentreNames }> = ({ record, centres }) => {
  const { drawn } = record;
  if (drawn === undefined) return null;
  const lines = drawnLines(drawn);
  return (
    <section class="card" id="drawn">
      <h2>
        抽取结果和检查情况<En>What was drawn, and what was found</En>
      </h2>
      <ol class="drawn">
        {drawn.map((session, place) => (
          <li data-drawn={lines[place]}>
            <h3>{session.name}</h3>
            <p>
              <time datetime={session.date}>{session.date}</time> {session.label}
            </p>
            <p>
              督导员 <span lang="en">Inspectors</span>：
              {session.inspectors.map(({ name, unit }) => `${name}（${unit}）`).join('、')}
            </p>
            <Findings record={record} session={session} centres={centres} />
          </li>
        ))}
      </ol>
    </section>
  );
};

export const Lists: FC<{ record: DrawRecord }> = ({
  record: {
    committed: { body },
  },
}) => (
  <>
    <details class="card">
      <summary>
        <h2>
          可抽场次（{body.sessions.length}）<En>Sessions drawn from ({body.sessions.length})</En>
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
          督导员名单（{body.inspectors.length}）<En>Inspectors drawn from ({body.inspectors.length})</En>
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

export const Proves: FC = () => (
  <section class="card" id="proves">
    <h2>
      能证明什么，不能证明什么<En>What this proves, and what it does not</En>
    </h2>
    <ul class="prose">
      <li>
        名单、规模和承诺值由中心签名，锁定后未改动；种子就是当时承诺的那一个。
        <En>
          Lists, numbers and commitment are signed by the centre and did not change; the seed is the one committed to.
        </En>
      </li>
      <li>
        开奖号码在锁定名单之后才产生，写法唯一：锁定名单时，包括中心在内无人能知道或挑选结果，开奖之后也改不了。
        <En>
          The lottery was drawn after the lists were fixed, and its numbers are written in one way only: when the lists
          were fixed nobody, the centre included, could know or choose the outcome, and nobody can change it afterwards.
        </En>
      </li>
      <li>
        开奖号码须自行核对：查该期公告，看号码是否相同、开奖是否晚于名单锁定。锁定时间出自中心的签名和平台的记录。
        <En>
          The numbers are for you to look up: whether the issue says the same, and was drawn after the lists were fixed.
          When they were fixed is what the centre signed and this service noted.
        </En>
      </li>
      <li>
        不能证明名单齐全、检查属实：名单全部公开，供核对；检查结果只公开摘要，其签名由中心和被检查机构核对。中心在开奖后最先知道结果；作废或迟迟不公布种子的抽取都留在网上，种子公布之前同一场次不能另抽。
        <En>
          It does not prove that the lists are complete or the findings true: the lists are here to be compared; of
          findings only summaries are, whose signatures the centre and the inspected can check. After the lottery the
          centre knows the outcome first; draws that it gives up or leaves open stay public, and until a seed is
          published its sessions cannot be drawn from again.
        </En>
      </li>
    </ul>
  </section>
);

/** @param roots thumbprints that the page's script trusts */
export const HowTo: FC<{ id: string; state: string; roots: readonly string[] }> = ({ id, state, roots }) => (
  <section class="card" id="recompute">
    <h2>
      重新计算<En>Computed again</En>
    </h2>
    <p id="check" role="status" data-draw={id} data-state={state} data-roots={roots.join(' ')}>
      打开 JavaScript 时，本页会在您的浏览器里自动核对签名、重新计算，并在此处说明是否一致；也可以用下面的方法自行计算。
      <En>
        With JavaScript this page checks the signatures and computes the draw again in your browser, and says here
        whether it agrees; or do it yourself as follows.
      </En>
    </p>
    <ul class="checks" id="checks"></ul>
    <details>
      <summary>
        怎样自行计算<En>How to do it yourself</En>
      </summary>
      <ol class="prose">
        <li>
          承诺值是种子（32 字节）的 SHA-256，base64url。
          <En>The commitment is SHA-256 of the seed’s 32 bytes, in base64url.</En>
        </li>
        <li>
          公开值是开奖号码：主号升序，再特别号升序，每个两位数，以一个空格分隔。
          <En>
            The public value is the numbers drawn: the main ones ascending, then the special ones ascending, two digits
            each, one space between.
          </En>
        </li>
        <li>
          编号的排序值是 SHA-256(种子 ‖ 公开值 ‖ 00 ‖ 标签 ‖ 00 ‖ 编号)，文字用 UTF-8。按字节比较，小的在前。
          <En>
            The rank of an identifier is SHA-256(seed ‖ public value ‖ 00 ‖ label ‖ 00 ‖ identifier), texts in UTF-8.
            Ranks compare as bytes; the smallest comes first.
          </En>
        </li>
        <li>
          场次：编号为“计划/场次”，标签 <code>{DRAW_RULE} session</code>，取排序值最小的若干个。
          <En>Sessions: identifier “plan/session”, label as above; as many of the lowest ranks as are to be drawn.</En>
        </li>
        <li>
          督导员：按抽中次序逐场选派，除去须回避的；先选当天场次最少的，再选总场次最少的，再选“督导员编号/已派总场次”、标签{' '}
          <code>{DRAW_RULE} inspector</code> 的排序值最小的。
          <En>
            Inspectors: session by session in that order, leaving out those who must not go; first whoever has fewest
            sessions that day, then fewest in all, then the lowest rank of “inspector/sessions so far” under the
            inspectors’ label.
          </En>
        </li>
      </ol>
      <p>
        不依赖本站：保存全部数据，用 <code>luzheng draw verify</code> 和省级根指纹离线核对。
        <En>
          Without this site: save all data and check it offline with <code>luzheng draw verify</code> and the root’s
          thumbprint.
        </En>
      </p>
    </details>
    <p>
      <a href={`/v1/draws/${id}`}>
        全部数据 <span lang="en">All data (JSON)</span>
      </a>
    </p>
  </section>
);

export const DrawState: FC<{ state: string }> = ({ state }) => (
  <span class={`state ${state === 'drawn' || state === 'closed' ? 'good' : 'warn'}`}>
    <Both words={DRAW_STATES[state] ?? { zh: state, en: state }} />
  </span>
);

export const at = (instant: number) => (
  <time datetime={toTimestamp(instant)}>{shanghaiClock(toTimestamp(instant))}</time>
);
