/**
 * Owns the view of one objection (异议), as the organization and its centres have it: what it says, what became of it, and
 * the steps that the reader may take now: uphold, reject, or open it again; and the organization's view of the open ones
 * of a notice, several of which are answered with one reason.
 * It refuses nothing; a step that is not possible now has no form.
 */
import type { FC } from 'hono/jsx';
import type { Objection } from '../../core/procedure/plan.ts';
import { inLanguage } from '../../web/frame/language.ts';
import { Both, En } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/step-words.ts';
import { ReasonForm, Record, type ShownCase } from '../frame/cases.tsx';
import { Card, CaseHead, Facts, List, moment, TickShown, Title } from '../frame/desk-parts.tsx';
import { Field } from '../frame/fields.tsx';

/** @param organization whose results it is about, for a centre */
export const ObjectionDetail: FC<{
  shown: ShownCase;
  objection: Objection;
  names: ReadonlyMap<string, string>;
  organization?: string | null;
}> = ({ shown, objection, names, organization }) => (
  <>
    <CaseHead words={{ zh: '异议', en: 'Objection' }} state={shown.state} />
    <Card title={{ zh: '内容', en: 'What it says' }}>
      <p class="prose-text">{objection.grounds}</p>
      <Facts
        lines={[
          [
            { zh: '机构', en: 'Organization' },
            organization ? <a href={`#/organizations/${organization}`}>{organization}</a> : undefined,
          ],
          [{ zh: '针对的行', en: 'About row' }, objection.row === undefined ? undefined : String(objection.row)],
          [{ zh: '提出人', en: 'By' }, objection.name ?? '匿名 anonymous'],
          [{ zh: '联系方式', en: 'Contact' }, objection.contact],
          [{ zh: '提出时间', en: 'Raised' }, moment(shown.steps[0]?.at ?? shown.updated_at)],
          [{ zh: '结果', en: 'Results' }, <a href={`#/results/${objection.results}`}>{objection.results}</a>],
        ]}
      />
      <p class="hint">
        <Both
          words={{
            zh: '联系方式只有该机构和中心能看到，请勿外传。',
            en: 'Only the organization and its centres see the contact: do not pass it on.',
          }}
        />
      </p>
    </Card>
    {shown.allowed.includes('objection.uphold') ? (
      <>
        <Card title={{ zh: '异议成立', en: 'Uphold' }}>
          <p>
            <Both
              words={{
                zh: '成立后须更正或撤回结果，才能上传。',
                en: 'Then correct or withdraw the results before you upload.',
              }}
            />
          </p>
          <ReasonForm
            of={shown}
            step="objection.uphold"
            field="reason"
            next="#/objections"
            label={{ zh: '处理意见', en: 'Reason' }}
          />
        </Card>
        <Card title={{ zh: '异议不成立', en: 'Reject' }}>
          <ReasonForm
            of={shown}
            step="objection.reject"
            field="reason"
            next="#/objections"
            label={{ zh: '理由', en: 'Reason' }}
          />
        </Card>
      </>
    ) : null}
    <Record steps={shown.steps} names={names} />
    {shown.allowed.includes('objection.reopen') ? (
      <Card title={{ zh: '要求重新处理', en: 'Open it again' }}>
        <ReasonForm
          of={shown}
          step="objection.reopen"
          field="reason"
          next={`#/objections/${shown.about}`}
          label={{ zh: '理由', en: 'Reason' }}
        />
      </Card>
    ) : null}
  </>
);

interface OpenObjection {
  about: string;
  seq: number;
  last: string;
  raised_at: number;
  objection: Objection;
}

interface AnswersProps {
  /** `results:…` and what they are called. */
  results: string;
  title: string;
  /** The open ones, in part where there are many. */
  shown: readonly OpenObjection[];
  all: number;
}

/** Open objections of one notice, to be answered together: the same decision and reason, each signed on its own (src/desk/objections/objection-script.ts). */
export const AnswersView: FC<AnswersProps> = ({ results, title, shown, all }) => (
  <>
    <section class="lead">
      <Title words={{ zh: `处理异议 · ${title}`, en: 'Answer objections' }} />
      <p>
        <a href={`#/results/${results}`}>
          回到结果<En>Back to the results</En>
        </a>
      </p>
    </section>
    {shown.length === 0 ? (
      <Card>
        <p>
          <Both words={{ zh: '没有待处理的异议。', en: 'No objection is open.' }} />
        </p>
      </Card>
    ) : (
      <section class="card" data-answers={results} data-ticks>
        <p>
          <Both
            words={{
              zh: '逐件阅读，勾选可以用同一答复处理的。每件单独签名，提出人和中心都能看到答复。',
              en: 'Read each, and tick those that one answer fits. Each is signed on its own; whoever objected and the centres read the answer.',
            }}
          />
        </p>
        {shown.length < all ? (
          <p class="hint">
            <Both
              words={{
                zh: `共 ${all} 件待处理，先列出 ${shown.length} 件。`,
                en: `${all} are open; the first ${shown.length} stand here.`,
              }}
            />
          </p>
        ) : null}
        <TickShown />
        <p role="status" data-ticked></p>
        <List
          name="objections"
          caption={{ zh: '新的在前', en: 'The newest first' }}
          none={{ zh: '没有待处理的异议。', en: 'No objection is open.' }}
          columns={[
            { words: { zh: '勾选', en: 'Tick' }, only: 'page' },
            { words: { zh: '内容', en: 'What it says' } },
            { words: { zh: '针对的行', en: 'About row' } },
            { words: { zh: '提出人', en: 'By' } },
            { words: { zh: '提出时间', en: 'Raised' } },
          ]}
          rows={shown.map(({ about, seq, last, raised_at, objection: { grounds, row, name } }) => {
            const at = moment(raised_at);
            return [
              <>
                <input
                  type="checkbox"
                  data-objection={about}
                  data-seq={String(seq)}
                  data-last={last}
                  aria-label={inLanguage({ zh: `处理 ${at} 提出的异议`, en: `Answer the objection raised ${at}` })}
                />{' '}
                <span data-outcome></span>
              </>,
              <a href={`#/objections/${about}`} class="prose-text">
                {grounds}
              </a>,
              row === undefined ? '' : String(row),
              name ?? '匿名 anonymous',
              at,
            ];
          })}
        />
        <fieldset class="ticks field">
          <legend>
            处理结果<En>Decision</En>
          </legend>
          {(['objection.reject', 'objection.uphold'] as const).map((step) => (
            <label>
              <input type="radio" name="decision" value={step} />{' '}
              <span>
                <Both words={STEP_BUTTONS[step]} />
              </span>
            </label>
          ))}
        </fieldset>
        <Field
          name="reason"
          id="answers-reason"
          words={{ zh: '答复', en: 'Answer' }}
          hint={{ zh: '写给每一位提出人，不写其他人的个人信息', en: 'For each who objected: nothing of other persons' }}
          lines={5}
        />
        <p class="buttons">
          <button type="button" data-action="answer-objections">
            逐件签名并答复<En>Sign each and answer</En>
          </button>
        </p>
      </section>
    )}
  </>
);
