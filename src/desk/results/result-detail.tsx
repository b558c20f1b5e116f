/** One publication of results, as its organization and as a centre have it. */

import type { FC } from 'hono/jsx';
import { counted, type Words } from '../../base/words.ts';
import { levelName } from '../../core/number.ts';
import { outcomeOf, type Plan, type ResultRow, type Results } from '../../core/procedure/plan.ts';
import type { CaseLine, CaseView } from '../../core/procedure/read-case.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { Card, CaseHead, Facts, List, moment, Record, State } from '../frame/desk-parts.tsx';
import { ReasonCard } from '../frame/fields.tsx';
import { type Of, organizationLine } from '../plans/plan-detail.tsx';

interface DetailProps {
  shown: CaseView;
  results: Results;
  plan: Pick<Plan, 'title'>;
  passMark: number;
  until: string;
  from: string;
  /** Whether the notice has run. */
  over: boolean;
  objections: readonly CaseLine[];
  batch: string | undefined;
  names: ReadonlyMap<string, string>;
}

const Upload: FC<{ about: string; over: boolean; until: string; blocked: number; upheld: boolean }> = ({
  about,
  over,
  until,
  blocked,
  upheld,
}) => (
  <Card title={{ zh: '上传', en: 'Upload' }}>
    {!over ? (
      <Para
        words={{
          zh: `公示至 ${until}，次日起可以上传。`,
          en: `The notice runs to the end of ${until}; upload on the day after, or later.`,
        }}
      />
    ) : blocked > 0 ? (
      <p class="fault">
        <Both
          words={{
            zh: `有 ${blocked} 件异议未处理，处理后才能上传。`,
            en:
              blocked === 1
                ? '1 objection is open: decide it first.'
                : `${blocked} objections are open: decide them first.`,
          }}
        />
      </p>
    ) : upheld ? (
      <p class="fault">
        <Both
          words={{
            zh: '有异议成立：先更正或撤回结果，才能上传。',
            en: 'An objection was upheld: correct or withdraw the results before you upload.',
          }}
        />
      </p>
    ) : (
      <>
        <Para
          words={{
            zh: '合格人员成为一个批次；本浏览器核对每一行并重新计算根后签名。',
            en: 'Those who passed become a batch; this browser compares every row, computes the root again and signs it.',
          }}
        />
        <div class="field">
          <label for="photos">
            照片压缩包（选填）<En>Archive of photos, optional</En>
          </label>
          <p class="hint">
            ZIP，每张以证件号码命名；未通过者的照片不使用
            <En>ZIP, each named by document number; photos of those who did not pass are left out</En>
          </p>
          <input id="photos" type="file" accept=".zip,application/zip" />
        </div>
        <p class="buttons">
          <button type="button" data-action="upload-results" data-about={about}>
            核对、签名并上传<En>Check, sign and upload</En>
          </button>
        </p>
      </>
    )}
  </Card>
);

export const ResultsDetail: FC<DetailProps> = ({
  shown,
  results,
  plan,
  passMark,
  until,
  from,
  over,
  objections,
  batch,
  names,
}) => {
  const open = objections.filter(({ state }) => state === 'open').length;
  // As the service counts: what was corrected since is settled.
  const upheld = objections.some(({ state, updated_at }) => state === 'upheld' && updated_at > shown.updated_at);
  return (
    <>
      <CaseHead words={{ zh: `结果 · ${plan.title}`, en: 'Results' }} state={shown.state} />
      <Card title={{ zh: '公示', en: 'Notice' }}>
        <Facts
          lines={[
            [{ zh: '公示期', en: 'Runs' }, `${from} – ${until}`],
            [{ zh: '考核计划', en: 'Plan' }, <a href={`#/plans/${results.plan}`}>{plan.title}</a>],
            [
              { zh: '公示页', en: 'Public page' },
              <a href={`/notices/${shown.about.slice('results:'.length)}`}>
                /notices/{shown.about.slice('results:'.length)}
              </a>,
            ],
            [
              { zh: '异议', en: 'Objections' },
              objections.length === 0 ? '0' : <a href="#/objections">{`${open} / ${objections.length}`}</a>,
            ],
            [{ zh: '批次', en: 'Batch' }, batch ? <a href={`#/batches/${batch}`}>{batch}</a> : undefined],
          ]}
        />
        {open > 0 ? (
          <p class="buttons">
            <a class="next" href={`#/results/${shown.about}/objections`}>
              处理异议<En>Answer the objections</En>
            </a>
          </p>
        ) : null}
      </Card>
      {shown.state === 'notice' ? (
        <Upload about={shown.about} over={over} until={until} blocked={open} upheld={upheld} />
      ) : null}
      <ResultRows rows={results.rows} passMark={passMark} />
      <Record steps={shown.steps} names={names} />
      {shown.allowed.includes('results.correct') ? (
        <p class="buttons">
          <a class="next" href={`#/results/${shown.about}/correct`}>
            更正结果<En>Correct</En>
          </a>
        </p>
      ) : null}
      <ReasonCard
        of={shown}
        step="results.withdraw"
        title={{ zh: '撤回结果', en: 'Withdraw the results' }}
        field="reason"
        next="#/results"
        label={{ zh: '原因', en: 'Reason' }}
        confirm={{ zh: '确定撤回结果？公示随之终止。', en: 'Withdraw the results? Their notice ends.' }}
      />
    </>
  );
};

/** Plans whose exams are over and whose results nobody has seen yet. */
export const Unpublished: FC<{ plans: readonly CaseLine[] }> = ({ plans }) =>
  plans.length === 0 ? null : (
    <Card title={{ zh: '待公示的计划', en: 'Plans that wait for their results' }}>
      <ul>
        {plans.map(({ about, facts }) => (
          <li>
            <a href={`#/results/new/${about}`}>{String(facts.title ?? about)}</a>
          </li>
        ))}
      </ul>
    </Card>
  );

const OUTCOMES: Record<'passed' | 'failed' | 'absent', Words> = {
  passed: { zh: '合格', en: 'passed' },
  failed: { zh: '不合格', en: 'failed' },
  absent: { zh: '缺考', en: 'absent' },
};
const scoreText = (score: number | 'absent'): string => (score === 'absent' ? '缺考' : String(score));
const COLUMNS: readonly Words[] = [
  { zh: '行', en: 'Row' },
  { zh: '姓名', en: 'Name' },
  { zh: '证件号码', en: 'Number' },
  { zh: '职业（工种）', en: 'Occupation' },
  { zh: '等级', en: 'Level' },
  { zh: '理论', en: 'Theory' },
  { zh: '实操', en: 'Practice' },
  { zh: '结果', en: 'Outcome' },
];
const REPLACES: Words = { zh: '替换的证书', en: 'Replaces' };

const ResultRows: FC<{ rows: readonly ResultRow[]; passMark: number }> = ({ rows, passMark }) => {
  const replacing = rows.some(({ replaces }) => replaces !== undefined);
  return (
    <Card title={{ zh: `结果（${rows.length} 人）`, en: counted(rows.length, 'result') }}>
      <List
        name="results"
        caption={{ zh: '含个人信息，请妥善保管下载的文件', en: 'Personal data: keep what you download safe' }}
        none={{ zh: '没有结果。', en: 'Nobody.' }}
        columns={[...COLUMNS, ...(replacing ? [REPLACES] : [])].map((words) => ({ words }))}
        rows={rows.map((row) => [
          String(row.row),
          row.name,
          row.id_number,
          row.job_type === '--' ? row.occupation_name : `${row.occupation_name} · ${row.job_type}`,
          levelName(row.level),
          scoreText(row.score_theory),
          scoreText(row.score_practice),
          <Both words={OUTCOMES[outcomeOf(row, passMark)]} />,
          ...(replacing ? [row.replaces ?? ''] : []),
        ])}
      />
    </Card>
  );
};

/** Results as they were published, to be read. */
export const CentreResults: FC<
  Of & { results: Results; title: string; passMark: number; objections: readonly CaseLine[] }
> = ({ shown, names, results, title, passMark, objections }) => {
  const id = shown.about.slice('results:'.length);
  return (
    <>
      <CaseHead words={{ zh: `结果 · ${title}`, en: 'Results' }} state={shown.state} />
      <Card title={{ zh: '公示', en: 'Notice' }}>
        <Facts
          lines={[
            organizationLine(shown.organization),
            [
              { zh: '公示期', en: 'Runs' },
              `${String(shown.facts.from ?? '')} – ${String(shown.facts.until ?? shown.due ?? '')}`,
            ],
            [{ zh: '考核计划', en: 'Plan' }, <a href={`#/plans/${results.plan}`}>{title}</a>],
            [{ zh: '公示页', en: 'Public page' }, <a href={`/notices/${id}`}>/notices/{id}</a>],
            [{ zh: '更正原因', en: 'Corrected because' }, results.reason],
            [
              { zh: '批次', en: 'Batch' },
              shown.facts.batch ? (
                <a href={`#/batches/${String(shown.facts.batch)}`}>{String(shown.facts.batch)}</a>
              ) : undefined,
            ],
          ]}
        />
      </Card>
      {objections.length === 0 ? null : (
        <Card title={{ zh: '异议', en: 'Objections' }}>
          <List
            name="objections"
            caption={{ zh: '最近变动的在前', en: 'The last changed first' }}
            none={{ zh: '没有异议。', en: 'There are no objections.' }}
            columns={[
              { words: { zh: '编号', en: 'Number' } },
              { words: { zh: '状态', en: 'State' } },
              { words: { zh: '更新时间', en: 'Changed' } },
            ]}
            rows={objections.map(({ about, state, updated_at }) => [
              <a href={`#/objections/${about}`}>{about.slice('objection:'.length)}</a>,
              <State state={state} />,
              moment(updated_at),
            ])}
          />
        </Card>
      )}
      <ResultRows rows={results.rows} passMark={passMark} />
      <Record steps={shown.steps} names={names} />
    </>
  );
};
