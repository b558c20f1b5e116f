/**
 * One batch as a centre reviews it. What cannot be done now has no button; the browser computes the root before it
 * signs.
 */
import type { FC } from 'hono/jsx';
import { counted, filled, type Words } from '../../base/words.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/case-words.ts';
import { Card, CaseHead, Facts, moment } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { TROUBLES } from '../words/trouble-words.ts';
import { BatchRows, type Row } from './batch-lists.tsx';
import { type Compared, Comparison, OrganizationPast, type Past } from './review-evidence.tsx';

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
        <Para
          words={{
            zh: `本浏览器将读取全部 ${count} 行、重新计算根，与本页所示逐行核对一致后，用您的密钥签署审核。`,
            en: `This browser reads ${count === 1 ? 'the one row' : `all ${count} rows`}, computes the root again, compares what it read with what this page shows, and signs the approval with your key.`,
          }}
        />
        <Para
          words={{
            zh: '照片在翻到所在行时显示，并与上传时的摘要核对；没有看过的照片会提示，并写入审核声明。',
            en: 'Photos appear when their rows come into sight, each compared with its digest. Those that were not looked at are counted, and the approval says so.',
          }}
        />
        <p class="buttons">
          <button type="button" data-action="approve-batch" data-batch={id}>
            核对并签署审核<En>Check and approve</En>
          </button>
        </p>
      </Card>
    ) : tier === 'province' && route === 'city' && state === 'submitted' ? (
      <Card>
        <Para words={{ zh: '待市级中心先行审核。', en: 'The city’s centre approves it first.' }} />
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
            en: 'Return it? It cannot be taken up again; the organization uploads again.',
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
      <Para
        words={{
          zh: `有 ${rows.length} 人已持有同职业、工种、等级的有效证书，不能审核通过，请退回批次并说明原因（勿写他人证书编号）。`,
          en: `${counted(rows.length, 'person', 'people')} already certified for the same occupation, job and level: it cannot be approved. Return it and say why, without the number of another’s certificate.`,
        }}
      />
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
          <Para words={{ zh: '该机构已被暂停评价。', en: 'This organization is suspended.' }} />
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
          <Para
            words={filled(TROUBLES.filed_since as Words, {
              centre: names.get(batch.filed_since) ?? batch.filed_since,
            })}
          />
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
