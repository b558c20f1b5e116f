/** The audit trail (问题回溯): every signature behind a certificate, whether it holds, and what is missing. */
import type { FC } from 'hono/jsx';
import { Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { parseNumber } from '../../core/number.ts';
import { checkTrail, type TrailEntry, type TrailReport } from '../../core/procedure/trail.ts';
import type { Link } from '../../core/procedure/trail-links.ts';
import { centreNames, directoryOf } from '../../service/on-file.ts';
import { trailOf } from '../../service/procedure/collect-trail.ts';
import { requireReach } from '../../service/reach.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { KIND_WORDS, STEP_WORDS } from '../../web/words/case-words.ts';
import { Card, Facts, List, moment, ViewLead } from '../frame/desk-parts.tsx';
import { type Asked, CENTRES, type View } from '../frame/views.ts';

const GROUPS: Record<TrailEntry['group'], Words> = {
  ...KIND_WORDS,
  certificate: { zh: '证书', en: 'Certificate' },
  order: { zh: '颁发指令', en: 'Order' },
  approval: { zh: '审核', en: 'Approval' },
  filing: { zh: '备案', en: 'Filing' },
  client: { zh: '机构密钥', en: 'Key of the organization' },
  calendar: { zh: '节假日安排', en: 'Working days' },
  centre: { zh: '中心任命', en: 'Appointment of a centre' },
  status: { zh: '状态变更', en: 'Change of status' },
};

const LINK_WORDS: Record<Link['id'], Words> = {
  batch_uploaded: { zh: '批次即上传的结果', en: 'The batch is what was uploaded' },
  results_of_plan: { zh: '结果属于已报送的计划', en: 'The results are of a plan that was filed' },
  holder_in_results: { zh: '持证人在公示结果中合格', en: 'The holder passed in the published results' },
  plan_in_time: { zh: '考核计划提前五个工作日报送', en: 'The plan was filed five working days ahead' },
  notice_ran: { zh: '公示满规定的工作日后上传', en: 'The notice had run its working days before the upload' },
  holder_in_plan: { zh: '持证人在考生名册中', en: 'The holder is on the roster' },
  objections_decided: { zh: '异议已全部处理', en: 'All objections were decided' },
};
const LINK_RESULTS: Record<Link['result'], Words> = {
  pass: { zh: '成立', en: 'holds' },
  fail: { zh: '不成立', en: 'does not hold' },
  not_checked: { zh: '缺少材料，未核对', en: 'not at hand, not checked' },
};

const TrailSearch: FC = () => (
  <>
    <ViewLead
      title={{ zh: '问题回溯', en: 'Audit trail' }}
      text={{
        zh: '从一张证书回溯到考核计划和备案的每一个签名。',
        en: 'From a certificate back to the plan of its exam and the filing: every signature.',
      }}
    />
    <Card>
      <div class="field">
        <label for="trail-number">
          证书编号<En>Number of the certificate</En>
        </label>
        <input id="trail-number" autocomplete="off" />
      </div>
      <p class="buttons">
        <button type="button" data-action="open-trail">
          回溯<En>Trace</En>
        </button>
      </p>
    </Card>
  </>
);

const whatOf = ({ group, what }: TrailEntry): Words =>
  STEP_WORDS[what as keyof typeof STEP_WORDS] ?? { zh: `${GROUPS[group].zh}（${what}）`, en: what };

const Entries: FC<{ name: string; entries: readonly TrailEntry[]; names: ReadonlyMap<string, string> }> = ({
  name,
  entries,
  names,
}) => (
  <List
    name={name}
    caption={{ zh: '每一个签名', en: 'Every signature' }}
    none={{ zh: '没有。', en: 'There is none.' }}
    columns={[
      { words: { zh: '类别', en: 'Kind' } },
      { words: { zh: '内容', en: 'What' } },
      { words: { zh: '签名人', en: 'By' } },
      { words: { zh: '签名时间', en: 'Signed' } },
      { words: { zh: '核验', en: 'Checked' } },
      { words: { zh: '摘要', en: 'Digest' } },
    ]}
    rows={entries.map((entry) => [
      <Both words={GROUPS[entry.group]} />,
      <Both words={whatOf(entry)} />,
      names.get(entry.by) ?? entry.by.replace(/^org:/, ''),
      moment(entry.at),
      <Both
        words={
          entry.result === 'pass'
            ? { zh: '通过', en: 'holds' }
            : { zh: `未通过（${entry.code ?? ''}）`, en: 'does not hold' }
        }
      />,
      <code>{entry.digest}</code>,
    ])}
  />
);

const TrailView: FC<{ report: TrailReport; names: ReadonlyMap<string, string> }> = ({
  report: { number, holds, complete, entries, forward, links },
  names,
}) => (
  <>
    <ViewLead title={{ zh: `回溯 ${number}`, en: 'Audit trail' }} />
    <div class={holds && complete ? 'verdict valid' : 'notice'}>
      <Para
        words={
          !holds
            ? { zh: '有签名未通过核验，见下表。', en: 'Some signatures do not hold: see below.' }
            : complete
              ? { zh: '全部签名通过核验，材料齐全。', en: 'Every signature holds, and nothing is missing.' }
              : {
                  zh: '现有签名全部通过核验，但缺少计划、公示或申报的部分材料。',
                  en: 'Every signature that is at hand holds; some of plan, notice or application is missing.',
                }
        }
      />
    </div>
    <Card title={{ zh: '导出', en: 'Export' }}>
      <Para
        words={{
          zh: '导出的文件可离线核验：luzheng trail。含其他人信息的正文默认不导出。',
          en: 'The file can be checked offline with luzheng trail. What tells of other people is left out unless you ask for it.',
        }}
      />
      <label class="tick">
        <input type="checkbox" id="trail-people" /> 包含其他人的信息（名册、结果、异议）
        <En>With other people (rosters, results, objections)</En>
      </label>
      <p class="buttons">
        <button type="button" data-action="export-trail" data-number={number}>
          导出 JSON<En>Export</En>
        </button>
        <a class="next" href={`/c/${number}`}>
          证书查验页<En>Public page</En>
        </a>
      </p>
    </Card>
    <Card title={{ zh: '前后对应', en: 'How they hang together' }}>
      <Facts
        lines={links.map(
          ({ id, result, code }) =>
            [
              LINK_WORDS[id],
              <Both
                words={{ zh: `${LINK_RESULTS[result].zh}${code ? `（${code}）` : ''}`, en: LINK_RESULTS[result].en }}
              />,
            ] as const,
        )}
      />
    </Card>
    <Card title={{ zh: '向前回溯', en: 'Back to the beginning' }}>
      <Entries name="trail" entries={entries} names={names} />
    </Card>
    <Card title={{ zh: '颁发之后', en: 'Afterwards' }}>
      <Entries name="afterwards" entries={forward} names={names} />
    </Card>
  </>
);

async function oneTrail({ service, caller, params, now }: Asked) {
  const { text, organization } = parseNumber(params.number as string);
  await requireReach(service, caller, organization);
  const found = await trailOf(service, text, true);
  if (!found) throw new Refusal('certificate_not_found', 'This register holds no certificate with this number.');
  const report = await checkTrail(found, await directoryOf(service), now);
  return <TrailView report={report} names={await centreNames(service)} />;
}

export const trailViews: readonly View[] = [
  { path: 'trail', roles: CENTRES, render: async () => <TrailSearch /> },
  { path: 'trail/:number', roles: CENTRES, render: oneTrail },
];
