/**
 * Owns how people read what happened to a certificate: every status event, who signed it and why, first to last; and
 * that a corrected certificate took its place.
 * It refuses to leave out events that lost their effect: the chain is shown whole.
 */
import type { FC } from 'hono/jsx';
import { shanghaiClock } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import type { PastAction, Report } from '../../core/report.ts';
import { Both, En } from '../frame/layout.tsx';
import { ACTIONS, REASONS } from '../words/page-words.ts';

const TIERS: Record<PastAction['tier'], Words> = {
  organization: { zh: '颁发机构', en: 'the issuing organization' },
  city: { zh: '市级中心', en: 'the city’s centre' },
  province: { zh: '省级中心', en: 'the province’s centre' },
};

const Event: FC<{ event: PastAction }> = ({ event: { action, reason, at, by_name, tier, counts } }) => {
  const what = ACTIONS[action] ?? { zh: action, en: action };
  const why = REASONS[reason] ?? { zh: reason, en: reason };
  return (
    <li>
      <time datetime={at}>{shanghaiClock(at)}</time>　{what.zh}：{why.zh}。{by_name}（{TIERS[tier].zh}）签名
      <En>
        {what.en}: {why.en}. Signed by {TIERS[tier].en}
      </En>
      {counts ? null : (
        <p class="note">
          签名所用的密钥当时已失效，此项不产生效力<En>The key that signed this had ended by then: it has no effect</En>
        </p>
      )}
    </li>
  );
};

/** Nothing, where nothing ever happened. */
export const StatusHistory: FC<{ report: Report }> = ({ report: { status } }) =>
  status ? (
    <section class="card" id="history">
      <h2>
        <Both words={{ zh: '状态变更记录', en: 'History of its status' }} />
      </h2>
      <ol>
        {status.history.map((event) => (
          <Event event={event} />
        ))}
      </ol>
      <p class="hint">
        时间为北京时间。每一项都由签名人用密钥签名，并与前一项相连，不能从中抽去。
        <En>
          Times are UTC+8. Each entry is signed and names the one before it, so none can be taken out of the middle.
        </En>
      </p>
    </section>
  ) : null;
