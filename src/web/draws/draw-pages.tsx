/**
 * The public pages of draws (双随机、一公开): the list, and one draw, which its script computes again. A draw that was given
 * up stays, with its reason; one whose seed is overdue says so.
 */

import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import { counted } from '../../base/words.ts';
import { type DrawRecord, publicRecord } from '../../core/procedure/draw-record.ts';
import { factory } from '../../http/context.ts';
import { centreNames } from '../../service/on-file.ts';
import { type DrawLine, listDraws } from '../../service/procedure/draw-reading.ts';
import { findDraw, openDraw } from '../../service/procedure/draw-steps.ts';
import { Both, En, Fact, Layout, Lead, Para } from '../frame/layout.tsx';
import { answerProblem, hostOf, kept, page } from '../frame/problem-pages.tsx';
import type { CentreNames } from '../frame/report-view.tsx';
import { LOTTERY_WORDS, sourceWords } from '../words/draw-words.ts';
import { at, DrawState, HowTo, Lists, Proves, Results } from './draw-parts.tsx';

/** A draw as lists show it (src/web/draws/draw-pages.tsx). */

export const DrawsPage: FC<{ host: string; draws: DrawLine[]; centres: CentreNames }> = ({ host, draws, centres }) => (
  <Layout title={{ zh: '督导检查', en: 'Supervision' }} host={host} styles={['draws']} listed>
    <Lead
      title={{ zh: '督导检查：双随机、一公开', en: 'Supervision: drawn at random, published' }}
      text={{
        zh: '中心先公布可抽场次、督导员名单、种子的承诺值和一期尚未开奖的彩票；开奖之后公布种子。被检查的场次和检查人员由名单、种子和开奖号码算出，任何人都可以重新计算。',
        en: 'A centre first publishes the sessions, the inspectors, a commitment to a seed and a lottery that is yet to be drawn; the seed follows after that. Sessions and inspectors are computed from lists, seed and the numbers drawn, and anybody can compute them again.',
      }}
    />
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
              <En>{`${pick} of ${counted(sessions, 'session')}; ${found} with a finding, ${serious} of them serious`}</En>
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

interface Props {
  host: string;
  record: DrawRecord;
  centres: CentreNames;
  /** Thumbprints that this service trusts. */
  roots: readonly string[];
  /** Shanghai day. */
  today: string;
}

/** What a reader must know before all else. */
const Warnings: FC<Pick<Props, 'record' | 'centres' | 'today'>> = ({
  record: { state, committed, abandoned },
  centres,
  today,
}) => {
  const { sessions, public_source } = committed.body;
  if (abandoned) {
    return (
      <div class="notice">
        <Para
          words={{
            zh: `${centres.get(abandoned.by) ?? abandoned.by}于 ${shanghaiDay(abandoned.at)} 作废了这次抽取，原因：${abandoned.body.reason}`,
            en: 'The centre gave this draw up. It stays here with the reason, so that nobody draws again and again until it suits.',
          }}
        />
        {shanghaiDay(abandoned.at) >= public_source.date ? (
          <Para
            words={{
              zh: '作废时已到开奖日，中心可能已经知道结果。',
              en: 'The lottery’s day had come by then: the centre may have known the outcome.',
            }}
          />
        ) : null}
      </div>
    );
  }
  if (state !== 'committed') return null;
  if (sessions.every(({ date }) => date < today)) {
    return (
      <div class="notice">
        <Para
          words={{
            zh: '可抽场次均已结束，种子仍未公布。',
            en: 'All sessions are over, and the seed has still not been published.',
          }}
        />
      </div>
    );
  }
  return (
    <p class="hint">
      种子可以在检查之后公布，以免事先走漏；名单和承诺值自锁定起不能更改。
      <En>
        The seed may be published after the inspections, so that nobody is warned; lists and commitment cannot change
        any more.
      </En>
    </p>
  );
};

const Facts: FC<Pick<Props, 'record' | 'centres'>> = ({ record: { committed, revealed, closed }, centres }) => {
  const { sessions, inspectors, pick, per_session, commitment, public_source } = committed.body;
  return (
    <dl class="facts">
      <Fact label={{ zh: '组织抽取', en: 'Drawn by' }}>{centres.get(committed.by) ?? committed.by}</Fact>
      <Fact label={{ zh: '名单锁定', en: 'Lists fixed' }}>{at(committed.at)}</Fact>
      <Fact label={{ zh: '抽取规模', en: 'To be drawn' }}>
        {`${sessions.length} 个场次中抽 ${pick} 个，每场 ${per_session} 人（共 ${inspectors.length} 人）`}
        <En>{`${pick} of ${counted(sessions.length, 'session')}, ${per_session} of ${counted(inspectors.length, 'inspector')} each`}</En>
      </Fact>
      <Fact label={{ zh: '承诺值', en: 'Commitment' }}>
        <code class="token">{commitment}</code>
      </Fact>
      <Fact label={{ zh: '公开值', en: 'Public value' }}>
        <Both words={sourceWords(public_source)} />
        {revealed ? (
          <>
            <code class="token">{revealed.body.public_value}</code>
            <small class="note">
              请与<a href={LOTTERY_WORDS[public_source.lottery].site}>该期公告</a>核对
              <En>Compare it with what that issue says</En>
            </small>
          </>
        ) : null}
      </Fact>
      {revealed ? (
        <>
          <Fact label={{ zh: '种子公布', en: 'Seed published' }}>{at(revealed.at)}</Fact>
          <Fact label={{ zh: '种子', en: 'Seed' }}>
            <code class="token">{revealed.body.seed}</code>
          </Fact>
        </>
      ) : null}
      {closed ? (
        <Fact label={{ zh: '办结', en: 'Closed' }}>
          {at(closed.at)}
          <small class="note">{closed.body.summary}</small>
        </Fact>
      ) : null}
    </dl>
  );
};

export const DrawPage: FC<Props> = ({ host, record, centres, roots, today }) => {
  const { title } = record.committed.body;
  return (
    <Layout title={{ zh: title, en: `Supervision: ${title}` }} host={host} styles={['draws']} script="draw.js" listed>
      <section class="card">
        <h1>{title}</h1>
        <p>
          <DrawState state={record.state} />
        </p>
        <Warnings record={record} centres={centres} today={today} />
        <Facts record={record} centres={centres} />
      </section>
      <Results record={record} centres={centres} />
      <HowTo id={record.about.slice('draw:'.length)} state={record.state} roots={roots} />
      <Proves />
      <Lists record={record} />
      <p>
        <a href="/supervision">
          全部抽取<En>All draws</En>
        </a>
      </p>
    </Layout>
  );
};

// The pages of draws (双随机、一公开): the list and one draw, for everybody.

export const drawPages = factory
  .createApp()
  .get('/supervision', async (c) =>
    page(
      c,
      200,
      <DrawsPage host={hostOf(c)} draws={await listDraws(c.var.service)} centres={await centreNames(c.var.service)} />,
      kept,
    ),
  )
  .get('/supervision/:draw', async (c) => {
    const { service } = c.var;
    const record = publicRecord(await openDraw(service, await findDraw(service, c.req.param('draw'))));
    return page(
      c,
      200,
      <DrawPage
        host={hostOf(c)}
        record={record}
        centres={await centreNames(service)}
        roots={service.config.trustRoot}
        today={shanghaiDay(service.now())}
      />,
      kept,
    );
  });

drawPages.onError((error, c) => answerProblem(c, error));
