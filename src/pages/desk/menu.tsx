/**
 * Owns the menu of the desk: which views each role has, in the order in which work comes.
 * It refuses nothing; what a role may not do, the views and the API refuse.
 */
import type { FC } from 'hono/jsx';
import { inLanguage } from '../language.ts';
import { Both } from '../layout.tsx';
import type { Words } from '../words.ts';

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
