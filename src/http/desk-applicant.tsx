/**
 * Owns the desk's views of applicants: bodies that nobody has filed yet, and devices that nobody has named yet.
 * It refuses nothing itself: findView lets applicants alone in, and reading holds each to its own cases.
 */
import { Home, Ways } from '../pages/desk/home.tsx';
import { countCases } from '../storage/cases.ts';
import type { Asked, View } from './desk-views.ts';

const APPLICANT = ['applicant'] as const;

async function home({ service, caller }: Asked) {
  const counts = await countCases(service.db, { owner: caller.subject });
  const returned = counts.find(({ kind, state }) => kind === 'application' && state === 'returned')?.n ?? 0;
  return (
    <Home title={{ zh: '申报单位', en: 'Applicant' }} tasks={[{ words: { zh: '件申报被退回，请修改后重新提交', en: 'applications returned: amend them' }, href: '#/apply', count: returned }]}>
      <Ways
        ways={[
          { words: { zh: '申报评价机构', en: 'Apply to be filed' }, href: '#/apply' },
          { words: { zh: '登记设备', en: 'Have this device named' }, href: '#/device' },
        ]}
      />
    </Home>
  );
}

export const applicantViews: readonly View[] = [{ path: 'home', roles: APPLICANT, render: home }];
