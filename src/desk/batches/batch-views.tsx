/** Batches: lists for organization and centre, one as its organization has it, and its review by a centre. */
import type { FC } from 'hono/jsx';
import { pageOf, readPlace } from '../../base/bounded.ts';
import { Refusal } from '../../base/refusal.ts';
import { PART } from '../../sdk/fetch-certificates.ts';
import { centreNames } from '../../service/on-file.ts';
import { batchView, reachBatch } from '../../service/open-batch.ts';
import { differencesOf, historyOf, openRows, pageReviews } from '../../service/procedure/reviews.ts';
import { selectBatchesOf, selectHeld } from '../../storage/batch-store.ts';
import { countBlocking } from '../../storage/case-store.ts';
import { selectReplaces } from '../../storage/review-store.ts';
import { En, Para } from '../../web/frame/layout.tsx';
import { Card, CaseHead, Facts, moment } from '../frame/desk-parts.tsx';
import {
  type Asked,
  CENTRES,
  LINES,
  listViews,
  moreOf,
  ORGANIZATION,
  ownCode,
  tierOf,
  type View,
} from '../frame/views.ts';
import { BatchesView, type BatchLine, BatchRows, ReviewsView, ROWS } from './batch-lists.tsx';
import { BatchReview } from './batch-review.tsx';

async function ownBatches(asked: Asked) {
  const found = await selectBatchesOf(asked.service.db, ownCode(asked), LINES + 1, readPlace(asked.params.place));
  const { lines, next } = pageOf(found, LINES, ({ id, created_at }) => ({ first: 0, at: created_at, id }));
  return <BatchesView batches={lines} more={moreOf('batches', next)} />;
}

async function ownBatch({ service, caller, params }: Asked) {
  const opened = await reachBatch(service, caller, params.id as string);
  const view = await batchView(service, opened);
  return (
    <BatchDetail
      batch={{ ...view, returned_reason: view.returned_reason ?? null }}
      centres={await centreNames(service)}
      results={opened.batch.results}
    />
  );
}

async function reviews(asked: Asked) {
  const { lines, next } = await pageReviews(
    asked.service,
    asked.caller,
    { first: tierOf(asked), after: readPlace(asked.params.place) },
    LINES,
  );
  return <ReviewsView reviews={lines} more={moreOf('batches', next)} />;
}

async function review(asked: Asked) {
  const { service, caller, params } = asked;
  const opened = await reachBatch(service, caller, params.id as string);
  const { batch: row, filing, directory } = opened;
  // All of a batch that has a plan, for the comparison; else those that are shown.
  const rows = await openRows(service, row, 0, row.results === null ? ROWS : row.count);
  const [view, compared, past, replacing, names] = await Promise.all([
    batchView(service, opened),
    differencesOf(service, row, rows, filing.pass_mark),
    historyOf(service, row.organization),
    selectReplaces(service.db, row.id),
    centreNames(service),
  ]);
  const held = await selectHeld(service.db, row.id, 0, row.count);
  const blocking = row.results === null ? 0 : await countBlocking(service.db, row.results);
  const approvals = await Promise.all(
    view.approvals.map(async (one) => ({
      ...one,
      photos_unseen: (await service.memo.open(one.approval, 'approval+jwt', directory.findCentre)).payload
        .photos_unseen,
    })),
  );
  return (
    <BatchReview
      batch={{ ...view, approvals, returned_reason: view.returned_reason ?? null }}
      name={filing.name}
      route={filing.route}
      tier={tierOf(asked)}
      compared={compared}
      past={past}
      blocking={blocking}
      held={held}
      rows={rows.slice(0, ROWS)}
      replacing={replacing}
      names={names}
    />
  );
}

/** The rows of a batch from one on, for the list that goes on. */
async function rowsOfBatch({ service, caller, params }: Asked) {
  const { batch: row } = await reachBatch(service, caller, params.id as string);
  const from = params.from as string;
  if (!/^\d{1,6}$/.test(from)) throw new Refusal('not_found', 'The desk has no such view.');
  return (
    <BatchRows
      id={row.id}
      count={row.count}
      from={Number(from)}
      rows={await openRows(service, row, Number(from), ROWS)}
      replacing={await selectReplaces(service.db, row.id)}
    />
  );
}

export const batchViews: readonly View[] = [
  ...listViews(ORGANIZATION, 'batches', ownBatches),
  { path: 'batches/:id', roles: ORGANIZATION, render: ownBatch },
  ...listViews(CENTRES, 'batches', reviews),
  { path: 'batches/:id', roles: CENTRES, render: review },
  { path: 'batches/:id/rows/:from', roles: CENTRES, render: rowsOfBatch },
];

interface ShownBatch extends BatchLine {
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

const BatchDetail: FC<{
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
          <Para words={{ zh: '尚无中心审核。', en: 'No centre has approved it yet.' }} />
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
          <Para
            words={{
              zh: '本浏览器将重新计算名单的根，核对无误后用您的密钥签署颁发指令。',
              en: 'This browser computes the root of the rows again, and signs the order with your key if it is the approved one.',
            }}
          />
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
