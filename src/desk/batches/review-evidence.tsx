/** What a centre holds a batch against: plan and results, and the organization's past. */
import type { FC } from 'hono/jsx';
import { counted, type Words } from '../../base/words.ts';
import type { Differences } from '../../core/procedure/results-check.ts';
import { Both, inLanguage, Para } from '../../web/frame/layout.tsx';
import { BATCH_STATES, CASE_STATES, STEP_WORDS } from '../../web/words/case-words.ts';
import { Card, dayOf, Facts, List, moment } from '../frame/desk-parts.tsx';

const WHY: Record<Differences['missing'][number]['why'] | Differences['added'][number]['why'], Words> = {
  absent: { zh: '缺考', en: 'absent' },
  failed: { zh: '不合格', en: 'failed' },
  no_result: { zh: '没有结果', en: 'no result' },
  left_out: { zh: '合格但未上传', en: 'passed, but left out' },
  unplanned: { zh: '不在名册', en: 'not on the roster' },
  other_name: { zh: '姓名与名册不同', en: 'another name than on the roster' },
  other_level: { zh: '职业或等级与名册不同', en: 'another occupation or level than on the roster' },
  other_result: { zh: '结果不是合格', en: 'the results do not say passed' },
};

/** Explained by the results; the rest is for the reviewer to ask about. */
const EXPLAINED: readonly string[] = ['absent', 'failed'];

export interface Compared {
  results: string;
  plan: string | null;
  title: string;
  differences: Differences;
}

const [BATCH, ROSTER]: [Words, Words] = [
  { zh: '批次', en: 'batch' },
  { zh: '名册', en: 'roster' },
];

type Differing = (Differences['missing'] | Differences['added'])[number] & { side: Words };

/** Those who are not in both, each with why. */
const People: FC<{ name: string; people: readonly Differing[] }> = ({ name, people }) => (
  <List
    name={name}
    caption={{ zh: '含个人信息，请妥善保管下载的文件', en: 'Personal data: keep what you download safe' }}
    none={{ zh: '没有。', en: 'There is none.' }}
    columns={[
      { words: { zh: '名单', en: 'List' } },
      { words: { zh: '行', en: 'Row' } },
      { words: { zh: '姓名', en: 'Name' } },
      { words: { zh: '证件号码', en: 'Document number' } },
      { words: { zh: '情况', en: 'Why' } },
    ]}
    rows={people.map(({ side, row, name: who, id_number, why }) => [
      <Both words={side} />,
      String(row),
      who,
      id_number,
      <Both words={WHY[why]} />,
    ])}
  />
);

export const Comparison: FC<{ compared: Compared | undefined }> = ({ compared }) => {
  if (!compared) {
    return (
      <section class="notice" role="note">
        <h2>
          <Both
            words={{ zh: '该批次没有考核计划，也没有经过公示', en: 'No plan and no notice stand behind this batch' }}
          />
        </h2>
        <Para
          words={{
            zh: '无法与计划、结果比对。请另行核实后再决定是否审核通过。',
            en: 'It cannot be compared with plan and results: make sure by other means before you approve it.',
          }}
        />
      </section>
    );
  }
  const { title, plan, results, differences } = compared;
  const { planned, passed, missing, added } = differences;
  const asked = [
    ...added.map((one) => ({ ...one, side: BATCH })),
    ...missing.filter(({ why }) => !EXPLAINED.includes(why)).map((one) => ({ ...one, side: ROSTER })),
  ];
  const plain = missing.filter(({ why }) => EXPLAINED.includes(why)).map((one) => ({ ...one, side: ROSTER }));
  return (
    <Card title={{ zh: '与计划、公示结果比对', en: 'Compared with plan and results' }}>
      <Facts
        lines={[
          [{ zh: '考核计划', en: 'Plan' }, plan ? <a href={`#/plans/${plan}`}>{title}</a> : title],
          [{ zh: '结果公示', en: 'Results' }, <a href={`#/results/${results}`}>{results}</a>],
          [{ zh: '名册人数', en: 'On the roster' }, String(planned)],
          [{ zh: '批次人数', en: 'In the batch' }, String(passed)],
          [{ zh: '缺考或不合格', en: 'Absent or failed' }, String(plain.length)],
        ]}
      />
      {asked.length === 0 ? (
        <Para words={{ zh: '没有无法解释的差异。', en: 'There is no difference that the results do not explain.' }} />
      ) : (
        <>
          <div class="notice">
            <Para
              words={{
                zh: `有 ${asked.length} 处差异需要核实`,
                en: `${counted(asked.length, 'difference')} to be looked into`,
              }}
            />
          </div>
          <People name="differences" people={asked} />
        </>
      )}
      {plain.length === 0 ? null : (
        <details>
          <summary>
            缺考、不合格名单 <span lang="en">absent and failed</span>
          </summary>
          <People name="absent-and-failed" people={plain} />
        </details>
      )}
    </Card>
  );
};

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

const countedStates = (list: readonly { state: string; n: number }[], words: Record<string, Words>): string =>
  list
    .map(({ state, n }) => `${inLanguage(words[state] ?? CASE_STATES[state] ?? { zh: state, en: state })} ${n}`)
    .join('，');

export const OrganizationPast: FC<{ past: Past; names: ReadonlyMap<string, string> }> = ({ past, names }) => (
  <>
    {past.batches.length === 0 && past.certificates.length === 0 && past.standing.length === 0 ? (
      <Para words={{ zh: '还没有批次和证书。', en: 'No batches or certificates yet.' }} />
    ) : null}
    <Facts
      lines={[
        [{ zh: '批次', en: 'Batches' }, countedStates(past.batches, BATCH_STATES)],
        [{ zh: '证书', en: 'Certificates' }, countedStates(past.certificates, CERTIFICATE_STATES)],
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
