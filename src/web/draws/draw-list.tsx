/**
 * Owns the public list of draws (督导检查：双随机、一公开): each with its state and how much was found. One draw: draw.tsx.
 * It refuses nothing: draws that were given up stand among the others.
 */
import type { FC } from 'hono/jsx';
import { shanghaiClock, toTimestamp } from '../../base/day.ts';
import { counted } from '../../base/text.ts';
import type { PublicSource } from '../../core/procedure/draw-source.ts';
import { Both, En, Layout } from '../frame/layout.tsx';
import type { CentreNames } from '../frame/report-view.tsx';
import { DRAW_STATES } from '../words/draw-words.ts';

/** A draw as lists show it (src/web/draws/draw-routes.tsx). */
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
  public_source: PublicSource;
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

export const at = (instant: number) => (
  <time datetime={toTimestamp(instant)}>{shanghaiClock(toTimestamp(instant))}</time>
);

export const DrawsPage: FC<{ host: string; draws: DrawLine[]; centres: CentreNames }> = ({ host, draws, centres }) => (
  <Layout title={{ zh: '督导检查', en: 'Supervision' }} host={host} styles={['draws']} listed>
    <section class="lead">
      <h1>
        督导检查：双随机、一公开<En>Supervision: drawn at random, published</En>
      </h1>
      <p>
        中心先公布可抽场次、督导员名单、种子的承诺值和一期尚未开奖的彩票；开奖之后公布种子。被检查的场次和检查人员由名单、种子和开奖号码算出，任何人都可以重新计算。
        <En>
          A centre first publishes the sessions, the inspectors, a commitment to a seed and a lottery that is yet to be
          drawn; the seed follows after that. Sessions and inspectors are computed from lists, seed and the numbers
          drawn, and anybody can compute them again.
        </En>
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
