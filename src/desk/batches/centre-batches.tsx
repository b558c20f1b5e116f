/**
 * Owns a centre's views of batches (审核): the queue, and one with its organization, the differences from plan and results,
 * its rows, and the two ways out: approve or return.
 * It refuses nothing; what cannot be done now has no button, and the browser computes the root before it signs.
 */
import type { FC } from 'hono/jsx';
import { counted } from '../../base/text.ts';
import { rowWords, type SeenRow } from '../../core/approved-rows.ts';
import type { Differences } from '../../core/procedure/differences.ts';
import { inLanguage } from '../../web/frame/language.ts';
import { Both, En, Heads } from '../../web/frame/layout.tsx';
import { filled } from '../../web/words/filled.ts';
import type { Words } from '../../web/words/page-words.ts';
import { STEP_BUTTONS } from '../../web/words/step-words.ts';
import { Card, CaseHead, Facts, List, More, moment, State, Title, Tools } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { PHOTO_WORDS, TROUBLES } from '../words/desk-words.ts';
import { OrganizationPast, type Past } from './centre-past.tsx';

export interface ReviewLine {
  id: string;
  organization: string;
  name: string;
  count: number;
  state: string;
  missing: 'city' | 'province' | null;
  results: string | null;
  created_at: number;
}

const NO_NOTICE: Words = { zh: '无计划、无公示', en: 'no plan, no notice' };

export const ReviewsView: FC<{ reviews: readonly ReviewLine[]; more: string | undefined }> = ({ reviews, more }) => (
  <>
    <section class="lead">
      <Title words={{ zh: '批次审核', en: 'Batches' }} />
    </section>
    <Card>
      <List
        name="reviews"
        caption={{ zh: '待本中心审核的在前', en: 'Those that wait for you stand first' }}
        none={{ zh: '没有批次。', en: 'There are no batches.' }}
        columns={[
          { words: { zh: '批次', en: 'Batch' } },
          { words: { zh: '机构', en: 'Organization' } },
          { words: { zh: '人数', en: 'Rows' } },
          { words: { zh: '状态', en: 'State' } },
          { words: { zh: '公示', en: 'Notice' } },
          { words: { zh: '上传时间', en: 'Uploaded' } },
        ]}
        more={more}
        rows={reviews.map(({ id, organization, name, count, state, results, created_at }) => [
          <a href={`#/batches/${id}`}>
            <code>{id}</code>
          </a>,
          `${name} ${organization}`,
          String(count),
          <State state={state} of="batch" />,
          <Both words={results ? { zh: '已公示', en: 'published' } : NO_NOTICE} />,
          moment(created_at),
        ])}
      />
    </Card>
  </>
);

type Row = SeenRow & { scores: readonly [theory: number, practice: number] };

/** Rows on one page of the review. */
export const ROWS = 200;

const COLUMNS: readonly Words[] = [
  { zh: '行', en: 'Row' },
  { zh: '姓名', en: 'Name' },
  { zh: '证件号码', en: 'Document number' },
  { zh: '职业', en: 'Occupation' },
  { zh: '工种', en: 'Job' },
  { zh: '等级', en: 'Level' },
  { zh: '考试日期', en: 'Exam' },
];
const REPLACES: Words = { zh: '替换的证书', en: 'Replaces' };
const PHOTO: Words = { zh: '照片', en: 'Photo' };
const SCORES: Words = { zh: '理论 / 实操', en: 'Theory / practice' };

interface RowsProps {
  id: string;
  count: number;
  from: number;
  rows: readonly Row[];
  /** Whether any row of the batch replaces a certificate: then each has a place for its number. */
  replacing: boolean;
}

/** What stands here word for word is compared by the browser with what it signs: the cells with data-cell. */
export const BatchRows: FC<RowsProps> = ({ id, count, from, rows, replacing }) => {
  const columns = [...COLUMNS, ...(replacing ? [REPLACES] : []), SCORES, PHOTO];
  const labels = columns.map((words) => inLanguage(words));
  const to = from + rows.length;
  const more = to < count && rows.length > 0 ? `batches/${id}/rows/${to}` : undefined;
  return (
    <div class="list" data-list={`batch-${id}`} data-photos={id} data-more={more}>
      <Tools />
      <table class="wide">
        <caption>
          <Both words={{ zh: '含个人信息，请妥善保管下载的文件', en: 'Personal data: keep what you download safe' }} />
        </caption>
        <Heads columns={columns} />
        <tbody>
          {rows.map((row) => (
            <tr data-position={String(row.position)}>
              {rowWords(row).map((text, at) => (
                <td data-label={labels[at]} data-cell="">
                  {text}
                </td>
              ))}
              {replacing && row.replaces === undefined ? <td data-label={inLanguage(REPLACES)}></td> : null}
              <td data-label={labels.at(-2)}>{row.scores.join(' / ')}</td>
              <td
                data-label={labels.at(-1)}
                data-photo={row.photo_digest ?? undefined}
                data-csv={row.photo_digest === null ? '无 none' : '有 yes'}
              >
                <Both words={row.photo_digest === null ? PHOTO_WORDS.none : PHOTO_WORDS.waiting} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <More more={more} />
    </div>
  );
};

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

interface Compared {
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

const Comparison: FC<{ compared: Compared | undefined }> = ({ compared }) => {
  if (!compared) {
    return (
      <section class="notice" role="note">
        <h2>
          <Both
            words={{ zh: '该批次没有考核计划，也没有经过公示', en: 'No plan and no notice stand behind this batch' }}
          />
        </h2>
        <p>
          <Both
            words={{
              zh: '无法与计划、结果比对。请另行核实后再决定是否审核通过。',
              en: 'It cannot be compared with plan and results: make sure by other means before you approve it.',
            }}
          />
        </p>
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
        <p>
          <Both words={{ zh: '没有无法解释的差异。', en: 'There is no difference that the results do not explain.' }} />
        </p>
      ) : (
        <>
          <div class="notice">
            <p>
              <Both
                words={{
                  zh: `有 ${asked.length} 处差异需要核实`,
                  en: `${counted(asked.length, 'difference')} to be looked into`,
                }}
              />
            </p>
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

interface ReviewProps {
  batch: {
    id: string;
    organization: string;
    count: number;
    state: string;
    created_at: number;
    root: string;
    returned_reason: string | null;
    filed_since?: string;
    approvals: readonly { tier: string; iss: string; received_at: number; photos_unseen: number | undefined }[];
  };
  name: string;
  route: 'city' | 'province';
  tier: 'city' | 'province';
  compared: Compared | undefined;
  past: Past;
  /** Objections that keep it from approval. */
  blocking: number;
  /** Rows whose people hold such a certificate already. */
  held: readonly { row: number; number: string }[];
  rows: readonly Row[];
  replacing: boolean;
  names: ReadonlyMap<string, string>;
}

/** Whether this tier's approval is what the batch waits for. */
const waitsFor = (tier: string, route: string, state: string): boolean =>
  tier === 'city'
    ? route === 'city' && state === 'submitted'
    : state === (route === 'city' ? 'city_approved' : 'submitted');

const Decision: FC<Pick<ReviewProps, 'batch' | 'tier' | 'route'>> = ({
  batch: { id, state, count, filed_since },
  tier,
  route,
}) => (
  <>
    {filed_since !== undefined ? null : waitsFor(tier, route, state) ? (
      <Card title={{ zh: '审核通过', en: 'Approve' }}>
        <p>
          <Both
            words={{
              zh: `本浏览器将读取全部 ${count} 行、重新计算根，与本页所示逐行核对一致后，用您的密钥签署审核。`,
              en: `This browser reads ${count === 1 ? 'the one row' : `all ${count} rows`}, computes the root anew, compares what it read with what this page shows, and signs the approval with your key.`,
            }}
          />
        </p>
        <p>
          <Both
            words={{
              zh: '照片在翻到所在行时显示，并与上传时的摘要核对；没有看过的照片会提示，并写入审核声明。',
              en: 'Photos appear when their rows come into sight, each compared with its digest. Those that were not looked at are counted, and the approval says so.',
            }}
          />
        </p>
        <p class="buttons">
          <button type="button" data-action="approve-batch" data-batch={id}>
            核对并签署审核<En>Check and approve</En>
          </button>
        </p>
      </Card>
    ) : tier === 'province' && route === 'city' && state === 'submitted' ? (
      <Card>
        <p>
          <Both words={{ zh: '待市级中心先行审核。', en: 'The city’s centre approves it first.' }} />
        </p>
      </Card>
    ) : null}
    {['submitted', 'city_approved', 'approved'].includes(state) ? (
      <Card title={{ zh: '退回批次', en: 'Return the batch' }}>
        <StepForm
          step="batch.return"
          about={`batch:${id}`}
          next={`#/batches/${id}`}
          submit={STEP_BUTTONS['batch.return']}
          confirm={{
            zh: '确定退回？退回后不能恢复，机构须重新上传。',
            en: 'Return it? It cannot be taken up again; the organization uploads anew.',
          }}
          second
        >
          <Field name="reason" words={{ zh: '退回原因', en: 'Why it is returned' }} lines={3} />
        </StepForm>
      </Card>
    ) : null}
  </>
);

/** What keeps the batch from being numbered: the centre alone is told, and returns it. */
const Held: FC<{ rows: ReviewProps['held'] }> = ({ rows }) =>
  rows.length === 0 ? null : (
    <section class="notice" role="note">
      <p>
        <Both
          words={{
            zh: `有 ${rows.length} 人已持有同职业、工种、等级的有效证书，不能审核通过，请退回批次并说明原因（勿写他人证书编号）。`,
            en: `${counted(rows.length, 'person', 'people')} already certified for the same occupation, job and level: it cannot be approved. Return it and say why, without the number of another’s certificate.`,
          }}
        />
      </p>
      <ul>
        {rows.slice(0, 100).map(({ row, number }) => (
          <li>
            <Both words={{ zh: `第 ${row} 行：`, en: `Row ${row}: ` }} />
            <a href={`/c/${number}`}>{number}</a>
          </li>
        ))}
      </ul>
    </section>
  );

export const BatchReview: FC<ReviewProps> = ({
  batch,
  name,
  route,
  tier,
  compared,
  past,
  blocking,
  held,
  rows,
  replacing,
  names,
}) => {
  const { id, organization, count, state, created_at, root, returned_reason, approvals } = batch;
  return (
    <>
      <CaseHead words={{ zh: `批次 ${id}`, en: 'Batch' }} state={state} of="batch" />
      {past.suspended ? (
        <section class="notice" role="note">
          <p>
            <Both words={{ zh: '该机构已被暂停评价。', en: 'This organization is suspended.' }} />
          </p>
        </section>
      ) : null}
      {blocking > 0 ? (
        <section class="notice" role="note">
          <p>
            <Both
              words={{
                zh: `有 ${blocking} 件异议未处理，或成立后未更正结果，现在不能审核通过。`,
                en: `${counted(blocking, 'objection')} not decided, or upheld without a correction: it cannot be approved now.`,
              }}
            />{' '}
            <a href="#/objections">
              <Both words={{ zh: '查看异议', en: 'Objections' }} />
            </a>
          </p>
        </section>
      ) : null}
      {batch.filed_since === undefined ? null : (
        <section class="notice" role="note">
          <p>
            <Both
              words={filled(TROUBLES.filed_since as Words, {
                centre: names.get(batch.filed_since) ?? batch.filed_since,
              })}
            />
          </p>
        </section>
      )}
      <Held rows={held} />
      <Comparison compared={compared} />
      <Card title={{ zh: '内容', en: 'Content' }}>
        <Facts
          lines={[
            [
              { zh: '机构', en: 'Organization' },
              <a href={`#/organizations/${organization}`}>{`${name} ${organization}`}</a>,
            ],
            [{ zh: '上传时间', en: 'Uploaded' }, moment(created_at)],
            [{ zh: '人数', en: 'Rows' }, String(count)],
            [
              { zh: '审核', en: 'Approvals' },
              approvals.length === 0 ? (
                <Both words={{ zh: '尚无', en: 'none yet' }} />
              ) : (
                approvals.map(({ iss, received_at, photos_unseen = 0 }) => (
                  <p>
                    {`${names.get(iss) ?? iss} ${moment(received_at)}`}
                    {photos_unseen === 0 ? null : (
                      <Both
                        words={{
                          zh: `（有 ${photos_unseen} 张照片未查看）`,
                          en: `${counted(photos_unseen, 'photo')} not looked at`,
                        }}
                      />
                    )}
                  </p>
                ))
              ),
            ],
            [{ zh: '名单根摘要', en: 'Root of the rows' }, <code>{root}</code>],
            [{ zh: '退回原因', en: 'Returned because' }, returned_reason ?? undefined],
          ]}
        />
      </Card>
      <Card title={{ zh: '机构以往情况', en: 'The organization so far' }}>
        <OrganizationPast past={past} names={names} />
      </Card>
      <Card title={{ zh: `名单（共 ${count} 条）`, en: counted(count, 'row') }}>
        <BatchRows id={id} count={count} from={0} rows={rows} replacing={replacing} />
      </Card>
      <Decision batch={batch} tier={tier} route={route} />
    </>
  );
};
