/**
 * Owns what a centre sees of an organization's past: its batches and certificates, what was returned, suspensions.
 * It refuses nothing.
 */
import type { FC } from 'hono/jsx';
import { inLanguage } from '../../web/frame/language.ts';
import { Both } from '../../web/frame/layout.tsx';
import type { Words } from '../../web/words/page-words.ts';
import { BATCH_STATES, CASE_STATES, STEP_WORDS } from '../../web/words/step-words.ts';
import { dayOf, Facts, moment } from '../frame/desk-parts.tsx';

export interface Past {
  batches: readonly { state: string; n: number; rows: number }[];
  certificates: readonly { state: string; n: number }[];
  returned: readonly { id: string; created_at: number; returned_reason: string | null }[];
  standing: readonly { step: string; by: string; at: number; reason: string }[];
  suspended: boolean;
}

const CERTIFICATE_STATES: Record<string, Words> = {
  valid: { zh: '有效', en: 'valid' },
  suspended: { zh: '暂停', en: 'suspended' },
  revoked: { zh: '撤销', en: 'revoked' },
  replaced: { zh: '已更换', en: 'replaced' },
};

const counted = (list: readonly { state: string; n: number }[], words: Record<string, Words>): string =>
  list
    .map(({ state, n }) => `${inLanguage(words[state] ?? CASE_STATES[state] ?? { zh: state, en: state })} ${n}`)
    .join('，');

export const OrganizationPast: FC<{ past: Past; names: ReadonlyMap<string, string> }> = ({ past, names }) => (
  <>
    {past.batches.length === 0 && past.certificates.length === 0 && past.standing.length === 0 ? (
      <p>
        <Both words={{ zh: '还没有批次和证书。', en: 'No batches or certificates yet.' }} />
      </p>
    ) : null}
    <Facts
      lines={[
        [{ zh: '批次', en: 'Batches' }, counted(past.batches, BATCH_STATES)],
        [{ zh: '证书', en: 'Certificates' }, counted(past.certificates, CERTIFICATE_STATES)],
        [
          { zh: '退回批次', en: 'Returned batches' },
          past.returned.length === 0
            ? undefined
            : past.returned
                .map(({ created_at, returned_reason }) => `${dayOf(created_at)} ${returned_reason ?? ''}`)
                .join('；'),
        ],
      ]}
    />
    {past.standing.length === 0 ? null : (
      <ul>
        {past.standing.map(({ step, by, at, reason }) => (
          <li>
            {moment(at)} <Both words={STEP_WORDS[step as keyof typeof STEP_WORDS]} /> {names.get(by) ?? by}：{reason}
          </li>
        ))}
      </ul>
    )}
  </>
);
