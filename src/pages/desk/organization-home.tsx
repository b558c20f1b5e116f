/** Owns an organization's first view: its filing, the capacity that is used, and what waits for it. */
import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../life/calendar.ts';
import { levelName } from '../../life/level.ts';
import type { Filing } from '../../life/schema.ts';
import { Both } from '../layout.tsx';
import { Home, Ways } from './home.tsx';
import { Card, Facts } from './parts.tsx';

interface Props {
  code: string;
  filing: Filing;
  /** Certificates numbered this year. */
  used: number;
  centre: string;
  suspension: { reason: string; until: string | null } | undefined;
  counts: readonly { kind: string; state: string; n: number }[];
  /** Batches that are approved and wait for the order. */
  orders: number;
}

export const OrganizationHome: FC<Props> = ({ code, filing, used, centre, suspension, counts, orders }) => {
  const of = (kind: string, ...states: string[]) => counts.filter((one) => one.kind === kind && states.includes(one.state)).reduce((sum, { n }) => sum + n, 0);
  const tasks = [
    { words: { zh: '份考核计划被退回，请修改', en: 'plans were returned: amend them' }, href: '#/plans', count: of('plan', 'returned') },
    { words: { zh: '件异议待处理', en: 'objections to decide' }, href: '#/objections', count: of('objection', 'open') },
    { words: { zh: '批结果正在公示，期满后上传', en: 'results under notice: upload them when it ends' }, href: '#/results', count: of('results', 'notice') },
    { words: { zh: '个批次已审核，待颁发', en: 'batches approved: order them issued' }, href: '#/batches', count: orders },
    { words: { zh: '台设备请求登记', en: 'devices ask to be named' }, href: '#/devices', count: of('device', 'requested') },
    { words: { zh: '件备案变更被退回', en: 'changes of the filing were returned' }, href: '#/applications', count: of('application', 'returned') },
  ];
  return (
    <Home title={{ zh: filing.name, en: 'Your organization' }} tasks={tasks}>
      {suspension ? (
        <div class="notice">
          <p>
            <Both words={{ zh: `评价已被暂停：${suspension.reason}`, en: 'A centre has suspended this organization; nothing can be filed, uploaded or ordered meanwhile.' }} />
          </p>
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
                {used} / {filing.annual_capacity} <meter min={0} max={filing.annual_capacity} value={used} aria-label={`${used} / ${filing.annual_capacity}`}></meter>
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
