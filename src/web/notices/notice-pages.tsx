/**
 * The pages of notices of results (结果公示): the list, and one notice with those who passed under masked names. Never
 * who failed or was absent, and no names of withdrawn or long past notices.
 */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { counted } from '../../base/words.ts';
import { levelWords } from '../../core/number.ts';
import { MOST_OPEN, NOTICE_STATES, type NoticeRow, type NoticeState, SHOWN_DAYS } from '../../core/procedure/notice.ts';
import { Both, En, Fact, Heads, inLanguage, Layout, Lead, Pager, Para } from '../frame/layout.tsx';
import { correctedWords, countWords, NOTICE_WORDS } from '../words/case-words.ts';
import { type ObjectionFaults, ObjectionForm, type ObjectionTyped } from './objection-pages.tsx';

/** A notice as src/service/procedure/notices.ts gives it. */
interface NoticeLineView {
  id: string;
  state: NoticeState;
  organization: { code: string; name: string };
  title: string;
  occupations: readonly string[];
  counts: { candidates: number; passed: number; failed: number; absent: number };
  from: string;
  until: string;
  corrected_on: string | null;
}
export interface NoticeView extends NoticeLineView {
  exam_days: readonly string[];
  objections: { raised: number; open: number; upheld: number; rejected: number };
  rows: readonly NoticeRow[] | null;
}

const Day: FC<{ day: string }> = ({ day }) => <time datetime={day}>{day}</time>;

const State: FC<{ notice: NoticeLineView }> = ({ notice: { state, corrected_on } }) => (
  <>
    <p class={`state ${state === 'withdrawn' ? 'warn' : 'good'}`}>
      <Both words={NOTICE_WORDS[state]} />
    </p>
    {corrected_on === null || state === 'withdrawn' ? null : (
      <p class="state warn">
        <Both words={correctedWords(corrected_on)} />
      </p>
    )}
  </>
);

interface NoticesQuery {
  organization: string;
  occupation: string;
  state: string;
}

const addressOf = (query: NoticesQuery, page: number): string =>
  `/notices?${new URLSearchParams([...Object.entries(query).filter(([, value]) => value !== ''), ['page', String(page)]]).toString()}`;

const TextFilter: FC<{ name: 'organization' | 'occupation'; label: Words; value: string }> = ({
  name,
  label,
  value,
}) => (
  <div class="field">
    <label for={`notices-${name}`}>
      <Both words={label} />
    </label>
    <input id={`notices-${name}`} name={name} type="text" value={value} maxlength={100} autocomplete="off" />
  </div>
);

const Filter: FC<{ query: NoticesQuery }> = ({ query }) => (
  <form method="get" action="/notices" class="card filter" role="search">
    <TextFilter
      name="organization"
      label={{ zh: '机构名称或编码', en: 'Organization, by name or code' }}
      value={query.organization}
    />
    <TextFilter name="occupation" label={{ zh: '职业', en: 'Occupation' }} value={query.occupation} />
    <div class="field">
      <label for="notices-state">
        状态<En>State</En>
      </label>
      <select id="notices-state" name="state">
        <option value="">{inLanguage({ zh: '全部', en: 'All' })}</option>
        {NOTICE_STATES.map((state) => (
          <option value={state} selected={state === query.state}>
            {inLanguage(NOTICE_WORDS[state])}
          </option>
        ))}
      </select>
    </div>
    <button type="submit">
      查找<En>Find</En>
    </button>
  </form>
);

const Item: FC<{ notice: NoticeLineView }> = ({ notice }) => (
  <li class="card">
    <h2>
      <a href={`/notices/${notice.id}`}>{notice.title}</a>
    </h2>
    <State notice={notice} />
    <p>{notice.organization.name}</p>
    <p>{notice.occupations.join('、')}</p>
    <p class="hint">
      <Day day={notice.from} /> – <Day day={notice.until} />
    </p>
    <p class="hint">
      <Both words={countWords(notice.counts)} />
    </p>
  </li>
);

interface ListProps {
  host: string;
  query: NoticesQuery;
  notices: readonly NoticeLineView[];
  total: number;
  page: number;
  pages: number;
}

export const NoticesPage: FC<ListProps> = ({ host, query, notices, total, page, pages }) => (
  <Layout title={{ zh: '结果公示', en: 'Notices of results' }} host={host} styles={['notices']} listed>
    <Lead
      title={{ zh: '结果公示', en: 'Notices of results' }}
      text={{
        zh: '评价机构对认定结果公示不少于 5 个工作日，任何人都可以提出异议；异议处理完毕前，结果不能上传审核。',
        en: 'Organizations publish results for at least five working days. Anyone may object; results are not uploaded for approval before every objection is decided.',
      }}
    >
      <p>
        <a href="/notices/objections">
          凭查询码查看异议的处理结果<En>Follow an objection by its code</En>
        </a>
      </p>
    </Lead>
    <Filter query={query} />
    <p role="status">
      {`共 ${total} 项公示`}
      <En>{counted(total, 'notice')}</En>
    </p>
    <ul class="organizations">
      {notices.map((notice) => (
        <Item notice={notice} />
      ))}
    </ul>
    {total === 0 ? (
      <section class="card">
        <p>
          没有相符的公示。<En>No notice fits.</En>
        </p>
      </section>
    ) : null}
    <Pager page={page} pages={pages} address={(at) => addressOf(query, at)} />
    <p class="hint">
      <a href="/notices/feed.xml">
        订阅（Atom） <span lang="en">Atom feed</span>
      </a>
    </p>
  </Layout>
);

const HEADS: readonly Words[] = [
  { zh: '行号', en: 'Row' },
  { zh: '姓名', en: 'Name' },
  { zh: '职业（工种）', en: 'Occupation' },
  { zh: '等级', en: 'Level' },
  { zh: '考试日期', en: 'Exam day' },
];

const Rows: FC<{ rows: readonly NoticeRow[] }> = ({ rows }) => (
  <table class="noticed">
    <Heads columns={HEADS} />
    <tbody>
      {rows.map(({ row, name, occupation, job, level, level_name, exam_date }) => (
        <tr>
          <td class="number">{row}</td>
          <td>{name}</td>
          <td>
            {occupation.name}
            {job === '--' ? '' : `（${job}）`} <small>{occupation.code}</small>
          </td>
          <td>
            {level_name}
            <En>{levelWords(level).english}</En>
          </td>
          <td>
            <Day day={exam_date} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const NoRows: FC<{ state: NoticeState }> = ({ state }) =>
  state === 'withdrawn' ? (
    <p>
      评价机构已撤回这次结果，名单不再显示。
      <En>The organization withdrew these results; the list is shown no longer.</En>
    </p>
  ) : (
    <p>
      公示结束已超过 {SHOWN_DAYS} 日，为保护个人信息，名单不再显示。
      <En>
        The notice ended more than {SHOWN_DAYS} days ago. To protect those concerned, the list is shown no longer.
      </En>
    </p>
  );

interface NoticeProps {
  host: string;
  notice: NoticeView;
  /** Of the rows. */
  page: number;
  pages: number;
  typed?: ObjectionTyped;
  faults?: ObjectionFaults;
  /** Why nothing of it was kept. */
  refused?: Words;
}

const MARKED: Words = { zh: '请修改标出的各项，再提交一次', en: 'Correct what is marked and send it again' };

/** Said first, because the form stands below a list that may be long. */
const NotSent: FC<{ words: Words }> = ({ words }) => (
  <div class="notice" role="alert">
    <p>
      <b>
        异议没有提交<En>The objection was not sent</En>
      </b>
    </p>
    <Para words={words} />
    <p>
      <a href="#objection">
        所填内容在下面的表单里<En>What you wrote is in the form below</En>
      </a>
    </p>
  </div>
);

export const NoticePage: FC<NoticeProps> = ({ host, notice, page, pages, typed, faults, refused }) => {
  const { id, state, title, organization, occupations, counts, exam_days, from, until, objections, rows } = notice;
  return (
    <Layout title={{ zh: `${title} · 结果公示`, en: `${title} · notice of results` }} host={host} styles={['notices']}>
      {refused || faults ? <NotSent words={refused ?? MARKED} /> : null}
      <section class="card">
        <h1>{title}</h1>
        <State notice={notice} />
        <dl class="facts">
          <Fact label={{ zh: '评价机构', en: 'Organization' }}>
            <a href={`/organizations/${organization.code}`}>{organization.name}</a>
          </Fact>
          <Fact label={{ zh: '职业', en: 'Occupations' }}>{occupations.join('、')}</Fact>
          <Fact label={{ zh: '考试日期', en: 'Exam days' }}>{exam_days.join('、')}</Fact>
          <Fact label={{ zh: '公示期', en: 'On notice' }}>
            <Day day={from} /> – <Day day={until} />
          </Fact>
          <Fact label={{ zh: '人数', en: 'Counts' }}>
            <Both words={countWords(counts)} />
          </Fact>
          <Fact label={{ zh: '异议', en: 'Objections' }}>
            <Both
              words={{
                zh: `共 ${objections.raised} 件：处理中 ${objections.open}，成立 ${objections.upheld}，不成立 ${objections.rejected}`,
                en: `${objections.raised} raised: ${objections.open} open, ${objections.upheld} upheld, ${objections.rejected} rejected`,
              }}
            />
          </Fact>
        </dl>
        {objections.open > 0 ? (
          <p class="hint">
            <Both
              words={{
                zh: '含对同一考核计划此前公示、后已撤回的结果提出的异议；没有处理完，结果不能上传审核。',
                en: 'Objections to earlier results of the same plan that were withdrawn are counted as well. Before all are decided the results are not uploaded for approval.',
              }}
            />
          </p>
        ) : null}
      </section>
      <section class="card">
        <h2>
          合格人员<En>Those who passed</En>
        </h2>
        {rows === null ? (
          <NoRows state={state} />
        ) : (
          <>
            <p class="hint">
              姓名只显示第一个字。不合格和缺考的人员不列名。
              <En>Names are shown by their first character. Those who failed or were absent are not listed.</En>
            </p>
            {rows.length === 0 ? (
              <p>
                无人合格。<En>Nobody passed.</En>
              </p>
            ) : (
              <Rows rows={rows} />
            )}
            <Pager page={page} pages={pages} address={(at) => `/notices/${id}?page=${at}`} />
          </>
        )}
      </section>
      {state === 'running' ? (
        <ObjectionForm
          id={id}
          until={until}
          typed={typed}
          faults={faults}
          refused={refused !== undefined}
          full={objections.open >= MOST_OPEN}
          organization={organization}
        />
      ) : (
        <section class="card">
          <h2>
            提出异议<En>To object</En>
          </h2>
          <p>
            公示已结束，不能再在此提出异议；如发现问题，请向评价机构或其备案中心反映。
            <En>
              The notice does not run any more. If something is wrong, turn to the organization or to the centre that
              filed it.
            </En>
          </p>
        </section>
      )}
      <p>
        <a href="/notices">
          全部公示<En>All notices</En>
        </a>
      </p>
    </Layout>
  );
};
