/** A centre's view of a draw: its seed to be published, what was drawn, and the close. */

import type { FC } from 'hono/jsx';
import { counted } from '../../base/words.ts';
import { type Drawn, sessionId } from '../../core/procedure/draw.ts';
import type { DrawRecord, Found } from '../../core/procedure/draw-record.ts';
import type { CaseView } from '../../core/procedure/read-case.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { FINDING_WORDS, LOTTERY_WORDS, sourceWords } from '../../web/words/draw-words.ts';
import { Card, CaseHead, Facts, List, Record } from '../frame/desk-parts.tsx';
import { Field, ReasonCard, StepForm } from '../frame/fields.tsx';

type Names = ReadonlyMap<string, string>;

/** Where the seed is: this browser looks, and a file helps out. */
const Seed: FC<{ commitment: string }> = ({ commitment }) => (
  <div data-seed={commitment}>
    <p role="status" data-seed-state></p>
    <p class="buttons">
      <button type="button" class="second" data-action="save-seed" hidden>
        保存种子文件<En>Save the seed file</En>
      </button>
    </p>
    <div class="field">
      <label for="seed-file">
        种子文件<En>Seed file</En>
      </label>
      <p class="hint" id="seed-file-hint">
        锁定名单时保存的 JSON 文件，只在本浏览器里读取
        <En>The JSON file that was saved when the lists were fixed; read by this browser alone</En>
      </p>
      <input id="seed-file" type="file" accept=".json,application/json" aria-describedby="seed-file-hint" />
    </div>
  </div>
);

const Reveal: FC<{ shown: CaseView; record: DrawRecord; today: string }> = ({
  shown: { about, seq, last },
  record: {
    committed: { body },
  },
  today,
}) => {
  const { commitment, public_source } = body;
  const { numbers, like, site } = LOTTERY_WORDS[public_source.lottery];
  const due = today >= public_source.date;
  return (
    <Card title={{ zh: '公布种子', en: 'Publish the seed' }}>
      {due ? null : (
        <Para
          words={{
            zh: `开奖日是 ${public_source.date}，从那天起可以公布。`,
            en: `The lottery is drawn on ${public_source.date}; the seed can be published from then on.`,
          }}
        />
      )}
      <StepForm
        step="draw.reveal"
        about={about}
        seq={seq}
        last={last}
        next={`#/draws/${about}`}
        submit={{ zh: '签名并公布', en: 'Sign and publish' }}
        confirm={{
          zh: '公布后任何人都能看到抽中的场次和督导员。确定？',
          en: 'Everybody will see which sessions and inspectors were drawn. Go on?',
        }}
      >
        <Seed commitment={commitment} />
        {due ? (
          <>
            <div class="field">
              <label for="public-value">
                开奖号码<En>Numbers drawn</En>
              </label>
              <p class="hint" id="public-value-hint">
                <Both words={sourceWords(public_source)} />
                <Both
                  words={{
                    zh: `${numbers.zh}，如 ${like}；请按公告填写，公众会核对：`,
                    en: `${numbers.en}, like ${like}; as published, since the public will compare: `,
                  }}
                />
                <a href={site}>{site}</a>
              </p>
              <input
                id="public-value"
                inputmode="numeric"
                autocomplete="off"
                aria-required="true"
                aria-describedby="public-value-hint"
                data-public-value={public_source.lottery}
              />
            </div>
            <Para
              words={{
                zh: '要先派人、后公布，可以只在本浏览器里计算。',
                en: 'To send inspectors first and publish later, compute it in this browser alone.',
              }}
            />
            <p class="buttons">
              <button type="button" class="second" data-action="draw-here" data-about={about}>
                只在本机计算，不公布<En>Compute here, publish nothing</En>
              </button>
            </p>
            <div data-drawn-here tabindex={-1}></div>
          </>
        ) : null}
      </StepForm>
    </Card>
  );
};

export const inspectorNames = ({ inspectors }: Drawn): string =>
  inspectors.map(({ name, id }) => `${name}（${id}）`).join('、');

export const FoundState: FC<{ finding: Found['finding'] | undefined }> = ({ finding }) => (
  <span class={`state ${finding === 'no_problem' ? 'good' : 'warn'}`}>
    <Both words={finding === undefined ? { zh: '待检查', en: 'not inspected yet' } : FINDING_WORDS[finding]} />
  </span>
);

const DrawnList: FC<{ about: string; drawn: readonly Drawn[]; latest: ReadonlyMap<string, Found> }> = ({
  about,
  drawn,
  latest,
}) => (
  <Card title={{ zh: '抽中的场次', en: 'What was drawn' }}>
    <List
      name="drawn"
      caption={{ zh: '按抽中次序', en: 'In the order in which they were drawn' }}
      none={{ zh: '没有。', en: 'Nothing.' }}
      columns={[
        { words: { zh: '场次', en: 'Session' } },
        { words: { zh: '日期', en: 'Day' } },
        { words: { zh: '内容', en: 'What' } },
        { words: { zh: '督导员', en: 'Inspectors' } },
        { words: { zh: '检查结果', en: 'Finding' } },
      ]}
      rows={drawn.map((one, at) => [
        <a href={`#/draws/${about}/drawn/${at + 1}`}>
          {at + 1}. {one.name}
        </a>,
        one.date,
        one.label,
        inspectorNames(one),
        <FoundState finding={latest.get(sessionId(one))?.finding} />,
      ])}
    />
  </Card>
);

const Close: FC<{ shown: CaseView; missing: number }> = ({ shown: { about, seq, last }, missing }) => (
  <Card title={{ zh: '办结', en: 'Close' }}>
    {missing > 0 ? (
      <Para
        words={{
          zh: `还有 ${missing} 个场次没有检查结果，全部填写后才能办结。`,
          en: `${counted(missing, 'drawn session has', 'drawn sessions have')} no finding yet; close when all have.`,
        }}
      />
    ) : (
      <StepForm
        step="draw.close"
        about={about}
        seq={seq}
        last={last}
        next={`#/draws/${about}`}
        submit={{ zh: '签名并办结', en: 'Sign and close' }}
      >
        <Field
          name="summary"
          words={{ zh: '总结', en: 'Summary' }}
          hint={{ zh: '会公开', en: 'Published' }}
          lines={4}
        />
      </StepForm>
    )}
  </Card>
);

/** One draw, with what can be done now. */
export const DrawDesk: FC<{
  shown: CaseView;
  record: DrawRecord;
  latest: ReadonlyMap<string, Found>;
  names: Names;
  today: string;
}> = ({ shown, record, latest, names, today }) => {
  const { title, sessions, inspectors, pick, per_session, commitment, public_source } = record.committed.body;
  const { drawn = [], revealed, closed } = record;
  const page = `/supervision/${shown.about.slice('draw:'.length)}`;
  return (
    <>
      <CaseHead words={{ zh: `抽取 · ${title}`, en: 'Draw' }} state={shown.state} />
      <Card>
        <Facts
          lines={[
            [{ zh: '组织抽取', en: 'Drawn by' }, names.get(record.committed.by) ?? record.committed.by],
            [
              { zh: '抽取规模', en: 'To be drawn' },
              <Both
                words={{
                  zh: `${sessions.length} 个场次中抽 ${pick} 个，每场 ${per_session} 人（共 ${inspectors.length} 人）`,
                  en: `${pick} of ${counted(sessions.length, 'session')}, ${per_session} of ${counted(inspectors.length, 'inspector')} each`,
                }}
              />,
            ],
            [{ zh: '公开值', en: 'Public value' }, <Both words={sourceWords(public_source)} />],
            [{ zh: '开奖号码', en: 'Numbers' }, revealed?.body.public_value],
            [{ zh: '承诺值', en: 'Commitment' }, <code class="token">{commitment}</code>],
            [{ zh: '公开页', en: 'Public page' }, <a href={page}>{page}</a>],
            [{ zh: '总结', en: 'Summary' }, closed?.body.summary],
          ]}
        />
      </Card>
      {shown.allowed.includes('draw.reveal') ? <Reveal shown={shown} record={record} today={today} /> : null}
      {revealed ? <DrawnList about={shown.about} drawn={drawn} latest={latest} /> : null}
      {shown.allowed.includes('draw.close') ? <Close shown={shown} missing={drawn.length - latest.size} /> : null}
      <ReasonCard
        of={shown}
        step="draw.abandon"
        title={{ zh: '作废', en: 'Give up' }}
        field="reason"
        next={`#/draws/${shown.about}`}
        label={{ zh: '原因（会公开）', en: 'Reason, which is published' }}
        confirm={{
          zh: '作废的抽取和原因会一直公开。确定作废？',
          en: 'The draw stays public with its reason. Give it up?',
        }}
      />
      <Record steps={shown.steps} names={names} />
    </>
  );
};
