/** What the first view of a role is made of: what waits for it, and for an organization its filing and capacity. */
import type { Child, FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import { filled, type Words } from '../../base/words.ts';
import { levelName } from '../../core/number.ts';
import type { Filing } from '../../core/schema.ts';
import { Both, Para } from '../../web/frame/layout.tsx';
import { Card, Facts, ViewLead, Ways } from '../frame/desk-parts.tsx';

export interface Task {
  /** What follows the number; `{count|batch waits|batches wait}` is filled in by it. */
  words: Words;
  /** Address of the view, `#/plans`. */
  href: string;
  count: number;
}

/** What waits, the most pressing first; what does not wait is not named. */
const Tasks: FC<{ tasks: readonly Task[] }> = ({ tasks }) => {
  const waiting = tasks.filter(({ count }) => count > 0);
  return (
    <Card title={{ zh: '待办', en: 'To do' }}>
      {waiting.length === 0 ? (
        <Para words={{ zh: '没有待办事项。', en: 'Nothing waits for you.' }} />
      ) : (
        <ul class="tasks">
          {waiting.map(({ words, href, count }) => (
            <li>
              <a href={href}>
                <b>{count}</b>{' '}
                <span>
                  <Both words={filled(words, { count })} />
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
};

export const Home: FC<{ title: Words; tasks: readonly Task[]; children?: Child }> = ({ title, tasks, children }) => (
  <>
    <ViewLead title={title} />
    <Tasks tasks={tasks} />
    {children}
  </>
);

interface Results {
  about: string;
  due: string | null;
}

/** What is to be done, each with one thing (src/service/procedure/reviews.ts). */
interface Waiting {
  ended: readonly Results[];
  upheld: readonly Results[];
  soon: readonly Results[];
  running: readonly Results[];
  unpublished: readonly string[];
  returned: readonly string[];
  orders: readonly string[];
}

interface Props {
  code: string;
  filing: Filing;
  /** Certificates numbered this year. */
  used: number;
  centre: string;
  suspension: { reason: string; until: string | null } | undefined;
  counts: readonly { kind: string; state: string; n: number }[];
  /** What waits, by what is to be done. */
  waiting: Waiting;
}

/** How many cases of a kind are in some states. */
export const countOf = (counts: Props['counts'], kind: string, ...states: string[]): number =>
  counts.filter((one) => one.kind === kind && states.includes(one.state)).reduce((sum, { n }) => sum + n, 0);

/** Straight to the one that waits; to the list where there are several. */
const one = (list: string, names: readonly string[], to = list): string =>
  names.length === 1 ? `${to}/${names[0]}` : list;

export const OrganizationHome: FC<Props> = ({ code, filing, used, centre, suspension, counts, waiting }) => {
  const of = (kind: string, ...states: string[]) => countOf(counts, kind, ...states);
  const { ended, upheld, soon, running, unpublished, returned, orders } = waiting;
  const results = (list: readonly (string | { about: string })[]): string =>
    one(
      '#/results',
      list.map((each) => (typeof each === 'string' ? each : each.about)),
    );
  const tasks = [
    {
      words: {
        zh: '批结果公示期满，请上传',
        en: '{count|list|lists} of results whose notice has ended: upload {count|it|them}',
      },
      href: results(ended),
      count: ended.length,
    },
    {
      words: { zh: '件异议待处理', en: '{count|objection|objections} to decide' },
      href: '#/objections',
      count: of('objection', 'open'),
    },
    {
      words: {
        zh: '批结果的异议成立，请更正或撤回',
        en: '{count|list|lists} of results with an objection that was upheld: correct or withdraw {count|it|them}',
      },
      href: results(upheld),
      count: upheld.length,
    },
    {
      words: {
        zh: '份考核计划被退回，请修改',
        en: '{count|plan was returned: amend it|plans were returned: amend them}',
      },
      href: '#/plans',
      count: of('plan', 'returned'),
    },
    {
      words: {
        zh: '批结果的批次被退回，请更正后重新公示',
        en: '{count|list|lists} of results whose batch was returned: correct {count|it|them}',
      },
      href: results(returned),
      count: returned.length,
    },
    {
      words: { zh: '个批次已审核，待颁发', en: '{count|batch approved: order it|batches approved: order them} issued' },
      href: one('#/batches', orders),
      count: orders.length,
    },
    {
      words: { zh: '份计划考试已结束，请公示结果', en: '{count|plan|plans} whose exams are over: publish the results' },
      href: one('#/results', unpublished, '#/results/new'),
      count: unpublished.length,
    },
    {
      words: {
        zh: `批结果的公示即将期满（${soon.map(({ due }) => due).sort()[0] ?? ''} 止），次日起上传`,
        en: '{count|list|lists} of results whose notice ends soon: upload {count|it|them} on the day after',
      },
      href: results(soon),
      count: soon.length,
    },
    {
      words: { zh: '台设备请求登记', en: '{count|device asks|devices ask} to be named' },
      href: '#/devices',
      count: of('device', 'requested'),
    },
    {
      words: { zh: '件备案变更被退回', en: '{count|change of the filing was|changes of the filing were} returned' },
      href: '#/applications',
      count: of('application', 'returned'),
    },
    {
      words: { zh: '批结果正在公示', en: '{count|list|lists} of results under notice' },
      href: results(running),
      count: running.length,
    },
  ];
  return (
    <Home title={{ zh: filing.name, en: 'Your organization' }} tasks={tasks}>
      {suspension ? (
        <div class="notice">
          <Para
            words={{
              zh: `评价已被暂停：${suspension.reason}`,
              en: 'A centre has suspended this organization; nothing can be filed, uploaded or ordered meanwhile.',
            }}
          />
        </div>
      ) : null}
      <Ways
        ways={[
          { words: { zh: '新建考核计划', en: 'New plan' }, href: '#/plans/new' },
          { words: { zh: '公示结果', en: 'Publish results' }, href: '#/results' },
        ]}
      />
      <Card title={{ zh: '备案', en: 'Filing' }}>
        <Facts
          lines={[
            [{ zh: '机构编码', en: 'Code' }, <span class="number">{code}</span>],
            [{ zh: '备案中心', en: 'Filed by' }, centre],
            [{ zh: '有效期至', en: 'Until' }, shanghaiDay(filing.exp - 1)],
            [{ zh: '及格分', en: 'Pass mark' }, String(filing.pass_mark)],
            [
              { zh: '本年度已用规模', en: 'Capacity used this year' },
              <>
                {used} / {filing.annual_capacity}{' '}
                <meter
                  min={0}
                  max={filing.annual_capacity}
                  value={used}
                  aria-label={`${used} / ${filing.annual_capacity}`}
                ></meter>
              </>,
            ],
          ]}
        />
        <ul class="scope">
          {filing.scope.map(({ code: occupation, name, jobs, levels }) => (
            <li>
              <b>{name}</b> <code>{occupation}</code>
              {jobs.length > 0 ? `：${jobs.join('、')}` : ''} <small>{levels.map(levelName).join('、')}</small>
            </li>
          ))}
        </ul>
      </Card>
    </Home>
  );
};
