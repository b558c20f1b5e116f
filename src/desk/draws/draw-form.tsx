/**
 * The form that fixes a draw: sessions and inspectors as they will be published, how many, the lottery, the seed.
 * draw-script.ts checks it before anything is signed.
 */
import type { FC } from 'hono/jsx';
import { dayNumber, dayOf } from '../../base/day.ts';
import type { CandidateSession, Inspector } from '../../core/procedure/draw.ts';
import { isDrawnOn, LOTTERY_NAMES } from '../../core/procedure/draw-seed.ts';
import { inspectorText } from '../../core/procedure/name-lists.ts';
import { En, inLanguage, Para } from '../../web/frame/layout.tsx';
import { LOTTERY_WORDS } from '../../web/words/draw-words.ts';
import { Card, List, TickShown, ViewLead } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';

/** Sessions to be ticked: each carries what the list will say of it. */
const Sessions: FC<{ sessions: readonly CandidateSession[] }> = ({ sessions }) => (
  <section class="card" data-draw-sessions data-ticks tabindex={-1}>
    <h2>
      可抽场次<En>Sessions drawn from</En>
    </h2>
    <Para
      words={{
        zh: '已报送计划中尚未开考的场次。去掉不参加抽取的；名单会全部公开。',
        en: 'Sessions to come of plans that were filed. Untick those that are not to be drawn from; the whole list is published.',
      }}
    />
    <TickShown />
    <p role="status" data-ticked></p>
    <List
      name="sessions"
      caption={{ zh: '最近的在前', en: 'The soonest first' }}
      none={{
        zh: '没有可以抽取的场次：辖区内没有尚未开考的计划。',
        en: 'There is nothing to draw from: no plan within reach has a session to come.',
      }}
      columns={[
        { words: { zh: '参加抽取', en: 'Drawn from' }, only: 'page' },
        { words: { zh: '日期', en: 'Day' } },
        { words: { zh: '机构', en: 'Organization' } },
        { words: { zh: '内容', en: 'What' } },
        { words: { zh: '编号', en: 'Id' } },
      ]}
      rows={sessions.map((one) => [
        <input
          type="checkbox"
          checked
          data-session={JSON.stringify(one)}
          aria-label={inLanguage({
            zh: `参加抽取：${one.date} ${one.name} ${one.session}`,
            en: `Drawn from: ${one.date} ${one.name} ${one.session}`,
          })}
        />,
        one.date,
        one.name,
        one.label,
        <code>
          {one.plan}/{one.session}
        </code>,
      ])}
    />
  </section>
);

const Inspectors: FC<{ inspectors: readonly Inspector[] }> = ({ inspectors }) => (
  <Card title={{ zh: '督导员名单', en: 'Inspectors' }}>
    <div class="field">
      <label for="inspectors">
        每行一名：编号、姓名、单位、回避机构<En>One a line: id, name, unit, organizations to avoid</En>
      </label>
      <p class="hint" id="inspectors-hint">
        可从表格软件复制粘贴；回避机构写机构编码，多个用顿号或分号隔开，可不写。名单会公开
        <En>
          Paste it from a spreadsheet. Organizations to avoid are codes, separated by semicolons, or left out. The list
          is published
        </En>
      </p>
      <textarea
        id="inspectors"
        rows={8}
        class="prose"
        data-inspectors
        aria-required="true"
        aria-describedby="inspectors-hint"
      >
        {inspectorText(inspectors)}
      </textarea>
    </div>
  </Card>
);

/** The next day on which a lottery is drawn. */
const nextDay = (today: string): string =>
  [1, 2, 3].map((more) => dayOf(dayNumber(today) + more)).find((date) => isDrawnOn('ssq', date)) as string;

export const DrawForm: FC<{
  sessions: readonly CandidateSession[];
  inspectors: readonly Inspector[];
  today: string;
}> = ({ sessions, inspectors, today }) => (
  <>
    <ViewLead
      title={{ zh: '新的抽取', en: 'New draw' }}
      text={{
        zh: '先锁定并公布名单和种子的承诺值，开奖之后再公布种子。锁定之后什么都不能改，只能作废重来，作废会留痕。',
        en: 'First the lists and a commitment to the seed are fixed and published; the seed follows after the lottery. Nothing can be changed then: a draw can only be given up, which stays visible.',
      }}
    />
    <StepForm
      step="draw.commit"
      about="new:draw"
      next="#/draws/{about}"
      draft="draw"
      submit={{ zh: '签名并锁定名单', en: 'Sign and fix the lists' }}
      confirm={{
        zh: '名单锁定后立即公开，不能修改。确定？',
        en: 'The lists are published at once and cannot be changed. Go on?',
      }}
    >
      <Card title={{ zh: '抽取', en: 'The draw' }}>
        <Field
          name="title"
          words={{ zh: '名称', en: 'Title' }}
          hint={{ zh: '会公开，如“2026 年第四季度督导检查”', en: 'Published' }}
        />
        <div class="grid two">
          <Field name="pick" words={{ zh: '抽取场次数', en: 'Sessions to be drawn' }} type="number" />
          <Field
            name="per_session"
            words={{ zh: '每场督导员人数', en: 'Inspectors for each' }}
            type="number"
            value={2}
          />
        </div>
      </Card>
      <Card title={{ zh: '公开值', en: 'Public value' }}>
        <Para
          words={{
            zh: '一期尚未开奖的彩票，其开奖号码与种子一起决定结果，因此您也不能预知或挑选。开奖日须晚于今天，早于第一个考试日。',
            en: 'A lottery yet to be drawn: its numbers decide together with the seed, so that not even you can foresee or choose. Its day must be after today and before the first session.',
          }}
        />
        <div class="grid three">
          <Field
            name="public_source.lottery"
            words={{ zh: '彩种', en: 'Lottery' }}
            value="ssq"
            options={LOTTERY_NAMES.map(
              (name) =>
                [
                  name,
                  {
                    zh: `${LOTTERY_WORDS[name].name.zh}（${LOTTERY_WORDS[name].when.zh}）`,
                    en: LOTTERY_WORDS[name].when.en,
                  },
                ] as const,
            )}
          />
          <Field
            name="public_source.issue"
            words={{ zh: '期号', en: 'Issue' }}
            hint={{
              zh: '双色球如 2026138，大乐透如 26136；以期号为准',
              en: 'Like 2026138 or 26136; the issue decides',
            }}
            attributes={{ inputmode: 'numeric' }}
          />
          <Field
            name="public_source.date"
            words={{ zh: '开奖日', en: 'Day it is drawn' }}
            type="date"
            value={nextDay(today)}
          />
        </div>
      </Card>
      <Inspectors inspectors={inspectors} />
      <Sessions sessions={sessions} />
      <Card title={{ zh: '种子', en: 'Seed' }}>
        <Para
          words={{
            zh: '种子由本浏览器生成，锁定时保存在本浏览器，不上传。丢失种子就只能作废这次抽取，请另存一份文件，妥善保管；开奖之后，有种子的人就能算出结果。',
            en: 'This browser makes the seed, keeps it when the lists are fixed, and does not send it. Without it the draw can only be given up: save a file as well and keep it safe. After the lottery whoever has the seed can compute the outcome.',
          }}
        />
        <p class="hint">
          承诺值 <span lang="en">Commitment</span>
          <code data-commitment-here></code>
        </p>
        <p class="buttons">
          <button type="button" class="second" data-action="save-seed">
            保存种子文件<En>Save the seed file</En>
          </button>
        </p>
      </Card>
    </StepForm>
  </>
);
