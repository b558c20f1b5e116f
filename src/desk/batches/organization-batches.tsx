/**
 * Owns an organization's views of its batches: the list, and one with its approvals, the order to issue and the download.
 * It refuses nothing; what cannot be done now has no button.
 */
import type { FC } from 'hono/jsx';
import { PART } from '../../sdk/archive-parts.ts';
import { Both, En } from '../../web/frame/layout.tsx';
import { Card, CaseHead, Facts, List, moment, State, Title } from '../frame/desk-parts.tsx';

export interface BatchLine {
  id: string;
  count: number;
  state: string;
  created_at: number;
  results?: string | null;
}

export const BatchesView: FC<{ batches: readonly BatchLine[]; more: string | undefined }> = ({ batches, more }) => (
  <>
    <section class="lead">
      <Title words={{ zh: '批次', en: 'Batches' }} />
      <p>
        <Both
          words={{
            zh: '公示期满的结果上传后成为批次，经市、省中心审核后由本机构颁发。',
            en: 'Results become a batch after their notice; the centres approve it, then you order it issued.',
          }}
        />
      </p>
    </section>
    <Card>
      <List
        name="batches"
        caption={{ zh: '本机构的批次，新的在前', en: 'Your batches, the newest first' }}
        none={{ zh: '还没有批次。', en: 'There are no batches yet.' }}
        more={more}
        columns={[
          { words: { zh: '批次', en: 'Batch' } },
          { words: { zh: '上传时间', en: 'Uploaded' } },
          { words: { zh: '人数', en: 'Rows' } },
          { words: { zh: '状态', en: 'State' } },
        ]}
        rows={batches.map(({ id, created_at, count, state }) => [
          <a href={`#/batches/${id}`}>
            <code>{id}</code>
          </a>,
          moment(created_at),
          String(count),
          <State state={state} of="batch" />,
        ])}
      />
    </Card>
  </>
);

export interface ShownBatch extends BatchLine {
  root: string;
  issued: number;
  returned_reason: string | null;
  approvals: readonly { tier: string; iss: string; received_at?: number }[];
}

const Download: FC<{ batch: ShownBatch }> = ({ batch: { id, count } }) => {
  const parts = Math.ceil(count / PART);
  return (
    <Card title={{ zh: '下载证书', en: 'Download the certificates' }}>
      {parts > 1 ? (
        <div class="field">
          <label for="from-part">
            从第几个压缩包开始（共 {parts} 个，每个 {PART} 张）
            <En>
              Begin with archive number (of {parts}, {PART} each); where the browser can write to disk, all go into one
              file
            </En>
          </label>
          <input id="from-part" type="number" min="1" max={parts} value="1" inputmode="numeric" />
        </div>
      ) : null}
      <p class="buttons">
        <button type="button" data-action="download-batch" data-batch={id} data-count={String(count)}>
          下载证书 ZIP<En>Download</En>
        </button>
      </p>
    </Card>
  );
};

export const BatchDetail: FC<{
  batch: ShownBatch;
  centres: ReadonlyMap<string, string>;
  results?: string | null | undefined;
}> = ({ batch, centres, results }) => {
  const { id, count, state, created_at, root, issued, approvals, returned_reason } = batch;
  return (
    <>
      <CaseHead words={{ zh: `批次 ${id}`, en: 'Batch' }} state={state} of="batch" />
      <Card title={{ zh: '内容', en: 'Content' }}>
        <Facts
          lines={[
            [{ zh: '上传时间', en: 'Uploaded' }, moment(created_at)],
            [{ zh: '人数', en: 'Rows' }, String(count)],
            [
              { zh: '已签发', en: 'Signed' },
              state === 'issuing' || state === 'issued' ? `${issued} / ${count}` : undefined,
            ],
            [{ zh: '结果', en: 'Results' }, results ? <a href={`#/results/${results}`}>{results}</a> : undefined],
            [{ zh: '名单根摘要', en: 'Root of the rows' }, <code>{root}</code>],
            [{ zh: '退回原因', en: 'Returned because' }, returned_reason ?? undefined],
          ]}
        />
      </Card>
      <Card title={{ zh: '审核', en: 'Approvals' }}>
        {approvals.length === 0 ? (
          <p>
            <Both words={{ zh: '尚无中心审核。', en: 'No centre has approved it yet.' }} />
          </p>
        ) : (
          <ul>
            {approvals.map(({ tier, iss }) => (
              <li>
                {centres.get(iss) ?? iss} · {tier === 'city' ? '市级' : '省级'} <span lang="en">{tier}</span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      {state === 'approved' || state === 'issuing' ? (
        <Card title={{ zh: '颁发', en: 'Issue' }}>
          <p>
            <Both
              words={{
                zh: '本浏览器将重新计算名单的根，核对无误后用您的密钥签署颁发指令。',
                en: 'This browser computes the root of the rows anew, and signs the order with your key if it is the approved one.',
              }}
            />
          </p>
          <p class="buttons">
            <button type="button" data-action="issue-batch" data-batch={id}>
              签署并颁发<En>Sign and issue</En>
            </button>
          </p>
        </Card>
      ) : null}
      {state === 'issued' ? <Download batch={batch} /> : null}
    </>
  );
};
