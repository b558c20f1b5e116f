/** Batches as an organization and as a centre list them, and the rows of one under review. */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { rowWords, type SeenRow } from '../../core/approved-rows.ts';
import { Both, Heads, inLanguage } from '../../web/frame/layout.tsx';
import { Card, List, More, moment, State, Tools, ViewLead } from '../frame/desk-parts.tsx';
import { PHOTO_WORDS } from '../words/desk-words.ts';

export interface BatchLine {
  id: string;
  count: number;
  state: string;
  created_at: number;
  results?: string | null;
}

export const BatchesView: FC<{ batches: readonly BatchLine[]; more: string | undefined }> = ({ batches, more }) => (
  <>
    <ViewLead
      title={{ zh: '批次', en: 'Batches' }}
      text={{
        zh: '公示期满的结果上传后成为批次，经市、省中心审核后由本机构颁发。',
        en: 'Results become a batch after their notice; the centres approve it, then you order it issued.',
      }}
    />
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
    <ViewLead title={{ zh: '批次审核', en: 'Batches' }} />
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

export type Row = SeenRow & { scores: readonly [theory: number, practice: number] };

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
