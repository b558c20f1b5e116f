/**
 * What an organization's page shows besides its filing: a suspension or a withdrawal with its reason, and the four
 * documents that it publishes. One that has published nothing says so.
 */
import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import type { Words } from '../../base/words.ts';
import type { Application, Rules } from '../../core/procedure/application.ts';
import { Both, En } from '../frame/layout.tsx';
import type { CentreNames } from '../frame/report-view.tsx';

/** As src/service/published-organization.ts gives it. */
export interface PublishedView {
  suspension: { reason: string; until: string | null; since: number; by: string } | undefined;
  rules: { rules: Rules; published_at: number } | undefined;
  form: { nature: Application['form']['nature']; address: string } | undefined;
}

/** 机构性质 of annex 1. */
export const NATURE_WORDS: Record<Application['form']['nature'], Words> = {
  enterprise: { zh: '企业', en: 'Enterprise' },
  association: { zh: '行业协会', en: 'Industry association' },
  university: { zh: '高等院校', en: 'University or college' },
  technical_school: { zh: '技工院校', en: 'Technical school' },
  training_school: { zh: '民办职业培训机构', en: 'Private vocational training institution' },
};

const DOCUMENTS: [key: 'exam' | 'quality' | 'certificates' | 'fees', words: Words][] = [
  ['exam', { zh: '考务管理', en: 'Exam affairs' }],
  ['quality', { zh: '质量管理', en: 'Quality' }],
  ['certificates', { zh: '证书管理', en: 'Certificates' }],
  ['fees', { zh: '收费标准', en: 'Fees' }],
];

export const SuspensionCard: FC<{ suspension: NonNullable<PublishedView['suspension']>; centres: CentreNames }> = ({
  suspension: { reason, until, since, by },
  centres,
}) => {
  const day = shanghaiDay(since);
  return (
    <section class="card notice" aria-labelledby="suspension">
      <h2 id="suspension">
        暂停评价<En>Suspended</En>
      </h2>
      <p class="prose" lang="zh-CN">
        {reason}
      </p>
      <p>
        {centres.get(by) ?? by} · 自 <time datetime={day}>{day}</time> 起
        {until === null ? null : (
          <>
            {' '}
            · 预计至 <time datetime={until}>{until}</time>
          </>
        )}
        <En>{until === null ? `Since ${day}` : `Since ${day}, expected until ${until}`}</En>
      </p>
      <p class="hint">
        暂停期间不得组织考核、上传结果和颁发证书；此前颁发的证书不受影响。
        <En>
          While suspended it holds no exams, uploads nothing and issues nothing. Certificates issued before are not
          affected.
        </En>
      </p>
    </section>
  );
};

/** Why a filing does not count any more, by whom it was withdrawn, and from when. */
export const WithdrawalCard: FC<{
  withdrawal: { since: number; by: string; reason: string | null };
  centres: CentreNames;
}> = ({ withdrawal: { since, by, reason }, centres }) => {
  const day = shanghaiDay(since);
  return (
    <section class="card notice" aria-labelledby="withdrawal">
      <h2 id="withdrawal">
        撤回备案<En>Filing withdrawn</En>
      </h2>
      {reason === null ? (
        <p>
          撤回声明没有写明原因。<En>The withdrawal gives no reason.</En>
        </p>
      ) : (
        <p class="prose" lang="zh-CN">
          {reason}
        </p>
      )}
      <p>
        {centres.get(by) ?? by} · 自 <time datetime={day}>{day}</time> 起不再有效
        <En>{`No longer in force from ${day}`}</En>
      </p>
    </section>
  );
};

export const RulesCard: FC<{ rules: PublishedView['rules'] }> = ({ rules }) => (
  <section class="card" aria-labelledby="rules">
    <h2 id="rules">
      公开的管理办法<En>Published rules</En>
    </h2>
    {rules === undefined ? (
      <p>
        该机构尚未在本平台公开管理办法和收费标准。
        <En>The organization has not published its rules and fees here yet.</En>
      </p>
    ) : (
      <>
        <p class="hint">
          版本 {rules.rules.version}，
          <time datetime={shanghaiDay(rules.published_at)}>{shanghaiDay(rules.published_at)}</time> 由机构签名公开
          <En>{`Version ${rules.rules.version}, published and signed by the organization on ${shanghaiDay(rules.published_at)}`}</En>
        </p>
        {DOCUMENTS.map(([key, words]) => (
          <details>
            <summary>
              <h3>
                <Both words={words} />
              </h3>
            </summary>
            <h4 lang="zh-CN">{rules.rules[key].title}</h4>
            <p class="prose" lang="zh-CN">
              {rules.rules[key].text}
            </p>
          </details>
        ))}
      </>
    )}
  </section>
);
