/**
 * How a report is read by people: one plain verdict, the facts that signatures vouch for, what was checked and what
 * was not, and every status event, those that lost their effect among them.
 */
import type { FC } from 'hono/jsx';
import { shanghaiClock } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import { levelWords } from '../../core/number.ts';
import type { IdType } from '../../core/person.ts';
import type { CertificateView, Check, CopyView, PastAction, Report } from '../../core/report.ts';
import { ACTIONS, CHECK_WORDS, checkSentence, ID_TYPES, REASONS, VERDICTS } from '../words/report-words.ts';
import { Both, En, Fact, Para } from './layout.tsx';

/** Names of the centres, by `centre:3701`. */
export type CentreNames = ReadonlyMap<string, string>;

/** A number in its parts; the parts are elements, so that copying gives the plain number. */
export const NumberText: FC<{ number: string }> = ({ number }) => (
  <span class="number">
    {[
      number.slice(0, 1),
      number.slice(1, 5),
      number.slice(5, 13),
      number.slice(13, 15),
      number.slice(15, 16),
      number.slice(16),
    ].map((part) => (
      <span>{part}</span>
    ))}
  </span>
);

const MARKS = { valid: '✓', incomplete: '?', suspended: '!', revoked: '✕', replaced: '→', invalid: '✕' } as const;

export const VerdictBanner: FC<{ report: Report; heading?: 'h1' | 'h2' }> = ({ report, heading: Heading = 'h1' }) => {
  const { word, sentence } = VERDICTS[report.verdict];
  // The last event explains a verdict only where it is the verdict's reason.
  const fate =
    report.verdict === 'suspended' || report.verdict === 'revoked'
      ? (report.status?.history.findLast(({ counts }) => counts) ?? report.status)
      : undefined;
  return (
    <section class={`verdict ${report.verdict}`}>
      <span class="mark" aria-hidden="true">
        {MARKS[report.verdict]}
      </span>
      <Heading>
        <Both words={word} />
      </Heading>
      <p class="sentence">
        <Both words={sentence} />
      </p>
      {fate ? (
        <p>
          {ACTIONS[fate.action]?.zh}时间：{shanghaiClock(fate.at)}（北京时间），原因：
          {REASONS[fate.reason]?.zh ?? fate.reason}
          <En>
            {ACTIONS[fate.action]?.en} on {shanghaiClock(fate.at)} (UTC+8), reason:{' '}
            {REASONS[fate.reason]?.en ?? fate.reason}
          </En>
        </p>
      ) : null}
      <p>
        {report.certificate ? `颁发于 ${report.certificate.issued_on}，` : ''}核对于 {shanghaiClock(report.checked_at)}
        （北京时间）
        <En>
          {report.certificate ? `Issued on ${report.certificate.issued_on}; checked` : 'Checked'} on{' '}
          {shanghaiClock(report.checked_at)} (UTC+8)
        </En>
      </p>
      {report.replaced_by === undefined ? null : (
        <p>
          <a class="next" href={`/c/${report.replaced_by}`}>
            查看新证书<En>Open the new certificate</En>
          </a>
        </p>
      )}
    </section>
  );
};

const Day: FC<{ day: string }> = ({ day }) => <time datetime={day}>{day}</time>;

/** Who is responsible, each with the day: filed, approved, issued. */
const Responsible: FC<{ certificate: CertificateView; centres: CentreNames }> = ({ certificate, centres }) => {
  const { organization, issued_on, filed_by, filed_on, approved_by, city_approved_on, approved_on } = certificate;
  const name = (centre: string) => centres.get(centre) ?? centre;
  return (
    <>
      <Fact label={{ zh: '颁发', en: 'Issued by' }}>
        <a href={`/organizations/${organization.code}`}>{organization.name || organization.code}</a>{' '}
        <small>{organization.code}</small>
        <p>
          <Day day={issued_on} />
        </p>
      </Fact>
      {approved_by === undefined ? null : (
        <Fact label={{ zh: '审核', en: 'Approved by' }}>
          {approved_by.map((centre, i) => {
            const day = i === approved_by.length - 1 ? approved_on : city_approved_on;
            return (
              <p>
                {name(centre)} {day === undefined ? null : <Day day={day} />}
              </p>
            );
          })}
        </Fact>
      )}
      {filed_by === undefined ? null : (
        <Fact label={{ zh: '备案', en: 'Filed by' }}>
          <p>{name(filed_by)}</p>
          {filed_on === undefined ? null : (
            <p>
              自 <Day day={filed_on} /> 起
              <En>
                since <Day day={filed_on} />
              </En>
            </p>
          )}
        </Fact>
      )}
    </>
  );
};

export const Facts: FC<{ certificate: CertificateView; centres: CentreNames }> = ({ certificate, centres }) => {
  const { holder, occupation, job, level, exam_date, replaces } = certificate;
  return (
    <dl class="facts">
      <Fact label={{ zh: '证书编号', en: 'Number' }}>
        <NumberText number={certificate.number} />
      </Fact>
      <Fact label={{ zh: '姓名', en: 'Name' }}>
        {holder.name}
        {holder.name.endsWith('**') ? (
          <small class="note">
            公开查询只显示首字<En>Only the first character is public</En>
          </small>
        ) : null}
      </Fact>
      {holder.id_number === undefined ? null : (
        <Fact label={{ zh: '证件', en: 'Document' }}>
          <p>{holder.id_number}</p>
          <small>
            <Both
              words={ID_TYPES[holder.id_type as IdType] ?? { zh: holder.id_type ?? '', en: holder.id_type ?? '' }}
            />
          </small>
        </Fact>
      )}
      <Fact label={{ zh: '职业', en: 'Occupation' }}>
        {occupation.name} <small>{occupation.code}</small>
      </Fact>
      <Fact label={{ zh: '工种/职业方向', en: 'Job or specialty' }}>{job}</Fact>
      <Fact label={{ zh: '技能等级', en: 'Skill level' }}>
        <Both words={{ zh: certificate.level_name, en: levelWords(level).english }} />
      </Fact>
      {exam_date === undefined ? null : (
        <Fact label={{ zh: '考试日期', en: 'Examined on' }}>
          <Day day={exam_date} />
        </Fact>
      )}
      <Responsible certificate={certificate} centres={centres} />
      {replaces === undefined ? null : (
        <Fact label={{ zh: '替换的旧证书', en: 'Replaces' }}>
          <a href={`/c/${replaces}`}>
            <NumberText number={replaces} />
          </a>
        </Fact>
      )}
    </dl>
  );
};

const CheckLine: FC<{ check: Check }> = ({ check }) => (
  <li class={check.result}>
    <span class="mark" aria-hidden="true">
      {check.result === 'pass' ? '✓' : check.result === 'fail' ? '✕' : '–'}
    </span>
    <div>
      <b>
        {CHECK_WORDS[check.id].name.zh} <span lang="en">{CHECK_WORDS[check.id].name.en}</span>
      </b>
      <Para words={checkSentence(check)} />
      {check.result === 'fail' ? (
        <p>
          <code>{[check.code, check.part].filter(Boolean).join(' · ')}</code>
        </p>
      ) : null}
    </div>
  </li>
);

const List: FC<{ title: Words; checks: Check[] }> = ({ title, checks }) =>
  checks.length === 0 ? null : (
    <>
      <h3>
        <Both words={title} />
      </h3>
      <ul class="checks">
        {checks.map((check) => (
          <CheckLine check={check} />
        ))}
      </ul>
    </>
  );

/** What a copy for one purpose (加注) says of itself; a copy that has run out does not touch the certificate. */
export const CopyNotice: FC<{ copy: CopyView }> = ({ copy: { purpose, stamped_on, expires_on, expired } }) => (
  <section class={expired ? 'notice copy expired' : 'notice copy'} role={expired ? 'alert' : 'status'}>
    <h2>
      <Both
        words={
          expired
            ? { zh: '这份加注副本已过期', en: 'This copy has run out' }
            : { zh: '这是一份加注副本', en: 'This is a copy for one purpose' }
        }
      />
    </h2>
    <p>
      仅用于：{purpose}；加注日期 {stamped_on}，有效期至 {expires_on}。{expired ? '副本过期不影响证书本身。' : ''}
      <En>
        For: {purpose}. Stamped on {stamped_on}, valid until {expires_on}.{' '}
        {expired ? 'The certificate itself is not touched by that.' : ''}
      </En>
    </p>
  </section>
);

export const Checks: FC<{ report: Report; by?: 'server' | 'browser' }> = ({ report, by = 'server' }) => {
  const { checks, checked_at } = report;
  return (
    <section class="card">
      <h2>
        核对了什么<En>What was checked</En>
      </h2>
      <List title={{ zh: '未通过', en: 'Failed' }} checks={checks.filter(({ result }) => result === 'fail')} />
      <List
        title={{ zh: '已核对，无误', en: 'Checked and found right' }}
        checks={checks.filter(({ result }) => result === 'pass')}
      />
      <List
        title={{ zh: '没有核对', en: 'Not checked' }}
        checks={checks.filter(({ result }) => result === 'not_checked' || result === 'not_reached')}
      />
      <p class="hint">
        核对时间 {shanghaiClock(checked_at)}（北京时间），由{by === 'server' ? '服务器' : '您的浏览器'}
        用数字签名逐项核对。
        <En>
          Checked on {shanghaiClock(checked_at)} (UTC+8) by {by === 'server' ? 'the server' : 'your browser'}, from
          digital signatures.
        </En>
      </p>
    </section>
  );
};

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
