/**
 * Owns the menu of the desk: which views each role has, in the order in which work comes.
 * It refuses nothing; what a role may not do, the views and the API refuse.
 */
import type { Child, FC } from 'hono/jsx';
import { inLanguage } from '../../web/frame/language.ts';
import { Both } from '../../web/frame/layout.tsx';
import { filled } from '../../web/words/filled.ts';
import type { Words } from '../../web/words/page-words.ts';
import { Card, Title } from './desk-parts.tsx';

export interface MenuEntry {
  /** Address of the view, without `#/`. */
  at: string;
  words: Words;
}

const HOME: MenuEntry = { at: 'home', words: { zh: '首页', en: 'Home' } };

const ORGANIZATION: readonly MenuEntry[] = [
  HOME,
  { at: 'plans', words: { zh: '考核计划', en: 'Plans' } },
  { at: 'results', words: { zh: '结果公示', en: 'Results' } },
  { at: 'objections', words: { zh: '异议', en: 'Objections' } },
  { at: 'batches', words: { zh: '批次', en: 'Batches' } },
  { at: 'certificates', words: { zh: '证书', en: 'Certificates' } },
  { at: 'inspections', words: { zh: '督导检查', en: 'Inspections' } },
  { at: 'rules', words: { zh: '管理办法', en: 'Rules' } },
  { at: 'devices', words: { zh: '设备', en: 'Devices' } },
  { at: 'applications', words: { zh: '备案变更', en: 'Filing' } },
];

const APPLICANT: readonly MenuEntry[] = [
  HOME,
  { at: 'apply', words: { zh: '申报', en: 'Apply' } },
  { at: 'device', words: { zh: '设备登记', en: 'Device' } },
];

const CENTRE: readonly MenuEntry[] = [
  HOME,
  { at: 'batches', words: { zh: '批次审核', en: 'Batches' } },
  { at: 'plans', words: { zh: '考核计划', en: 'Plans' } },
  { at: 'results', words: { zh: '结果公示', en: 'Results' } },
  { at: 'objections', words: { zh: '异议', en: 'Objections' } },
  { at: 'applications', words: { zh: '申报', en: 'Applications' } },
  { at: 'devices', words: { zh: '设备', en: 'Devices' } },
  { at: 'organizations', words: { zh: '机构', en: 'Organizations' } },
  { at: 'draws', words: { zh: '双随机', en: 'Draws' } },
  { at: 'trail', words: { zh: '问题回溯', en: 'Trail' } },
];

export const MENUS: Record<'applicant' | 'organization' | 'city' | 'province', readonly MenuEntry[]> = {
  applicant: APPLICANT,
  organization: ORGANIZATION,
  city: CENTRE,
  province: [...CENTRE, { at: 'calendar', words: { zh: '节假日', en: 'Working days' } }],
};

/** The menu, with the view that is shown marked. */
export const Menu: FC<{ role: keyof typeof MENUS; at: string }> = ({ role, at }) => {
  const [first] = at.split('/');
  return (
    <nav class="desk" aria-label={inLanguage({ zh: '工作台', en: 'Desk' })}>
      <ul>
        {MENUS[role].map(({ at: to, words }) => (
          <li>
            <a href={`#/${to}`} aria-current={to === first ? 'page' : undefined}>
              <Both words={words} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
};

// Owns the first view of each role at the desk: who signs, what waits for a decision, and where to begin.
// It refuses numbers without a way to what they count.

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
        <p>
          <Both words={{ zh: '没有待办事项。', en: 'Nothing waits for you.' }} />
        </p>
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

/** Big buttons to what people come for. */
export const Ways: FC<{ ways: readonly { words: Words; href: string }[] }> = ({ ways }) => (
  <p class="buttons">
    {ways.map(({ words, href }) => (
      <a class="next" href={href}>
        <Both words={words} />
      </a>
    ))}
  </p>
);

export const Home: FC<{ title: Words; tasks: readonly Task[]; children?: Child }> = ({ title, tasks, children }) => (
  <>
    <section class="lead">
      <Title words={title} />
    </section>
    <Tasks tasks={tasks} />
    {children}
  </>
);
