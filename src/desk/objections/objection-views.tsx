/** Objections (异议), for organizations and centres; an organization answers several of a notice with one reason. */

import type { FC } from 'hono/jsx';
import { readNoticeFacts } from '../../core/procedure/notice.ts';
import type { Objection } from '../../core/procedure/plan.ts';
import { type CaseLine, type CaseView, newestBody } from '../../core/procedure/read-case.ts';
import { centreNames } from '../../service/on-file.ts';
import { listCases, openSteps } from '../../service/procedure/stored-cases.ts';
import { selectFacts } from '../../storage/case-store.ts';
import { Both, En, inLanguage, Para } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/case-words.ts';
import { Card, CaseHead, CasesView, Facts, List, moment, Record, TickShown, ViewLead } from '../frame/desk-parts.tsx';
import { Field, ReasonCard } from '../frame/fields.tsx';
import {
  type Asked,
  CENTRES,
  calledOf,
  listViews,
  ORGANIZATION,
  organizationColumn,
  seenCase,
  type View,
  waitingFirst,
} from '../frame/views.ts';
import { MOST } from '../plans/plan-views.tsx';

/** @param organization whose results it is about, for a centre */
const ObjectionDetail: FC<{
  shown: CaseView;
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
    <ReasonCard
      title={{ zh: '异议成立', en: 'Uphold' }}
      of={shown}
      step="objection.uphold"
      field="reason"
      next="#/objections"
      label={{ zh: '处理意见', en: 'Reason' }}
    >
      <Para
        words={{
          zh: '成立后须更正或撤回结果，才能上传。',
          en: 'Then correct or withdraw the results before you upload.',
        }}
      />
    </ReasonCard>
    <ReasonCard
      title={{ zh: '异议不成立', en: 'Reject' }}
      of={shown}
      step="objection.reject"
      field="reason"
      next="#/objections"
      label={{ zh: '理由', en: 'Reason' }}
    />
    <Record steps={shown.steps} names={names} />
    <ReasonCard
      of={shown}
      step="objection.reopen"
      title={{ zh: '要求重新处理', en: 'Open it again' }}
      field="reason"
      next={`#/objections/${shown.about}`}
      label={{ zh: '理由', en: 'Reason' }}
    />
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

/**
 * Open objections of one notice, to be answered together: the same decision and reason, each signed on its own
 * (src/desk/objections/objection-script.ts).
 */
const AnswersView: FC<AnswersProps> = ({ results, title, shown, all }) => (
  <>
    <ViewLead title={{ zh: `处理异议 · ${title}`, en: 'Answer objections' }}>
      <p>
        <a href={`#/results/${results}`}>
          回到结果<En>Back to the results</En>
        </a>
      </p>
    </ViewLead>
    {shown.length === 0 ? (
      <Card>
        <Para words={{ zh: '没有待处理的异议。', en: 'No objection is open.' }} />
      </Card>
    ) : (
      <section class="card" data-answers={results} data-ticks>
        <Para
          words={{
            zh: '逐件阅读，勾选可以用同一答复处理的。每件单独签名，提出人和中心都能看到答复。',
            en: 'Read each, and tick those that one answer fits. Each is signed on its own; whoever objected and the centres read the answer.',
          }}
        />
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

/** Objections that are opened at once to be answered. */
const TOGETHER = 50;

/** To any results of a plan: what was withdrawn and published again stands as it was. */
export const objectionsTo = ({ service, caller }: Asked, plan: string | null, state?: 'open'): Promise<CaseLine[]> =>
  listCases(service, caller, { kind: 'objection', resultsOf: plan ?? '', state }, MOST);

export async function answers(asked: Asked) {
  const shown = await seenCase(asked, 'results');
  const open = await objectionsTo(asked, shown.parent, 'open');
  const opened = await Promise.all(
    open.slice(0, TOGETHER).map(async ({ about, seq, last, created_at }) => ({
      about,
      seq,
      last,
      raised_at: created_at,
      objection: newestBody<Objection>({ steps: await openSteps(asked.service, about) }, 'objection.raise'),
    })),
  );
  return <AnswersView results={shown.about} title={calledOf(shown)} shown={opened} all={open.length} />;
}

async function ownObjections(asked: Asked) {
  return (
    <CasesView
      name="objections"
      title={{ zh: '异议', en: 'Objections' }}
      {...(await waitingFirst(asked, 'objection', 'objections', 'open'))}
      to="#/objections/"
      none={{ zh: '没有异议。', en: 'There are no objections.' }}
      called={({ about }) => about}
      columns={[
        {
          words: { zh: '结果', en: 'Results' },
          of: ({ parent }) => (parent ? <a href={`#/results/${parent}`}>{parent}</a> : ''),
        },
      ]}
    />
  );
}

async function ownObjection(asked: Asked) {
  const shown = await seenCase(asked, 'objection');
  return (
    <ObjectionDetail
      shown={shown}
      objection={newestBody<Objection>(shown, 'objection.raise')}
      names={await centreNames(asked.service)}
    />
  );
}

async function centreObjections(asked: Asked) {
  const found = await waitingFirst(asked, 'objection', 'objections', 'open');
  const facts = await selectFacts(
    asked.service.db,
    found.cases.flatMap(({ parent }) => parent ?? []),
  );
  const titleOf = ({ parent, about }: { parent: string | null; about: string }): string =>
    readNoticeFacts(facts.get(parent ?? '') ?? '')?.title ?? parent ?? about;
  return (
    <CasesView
      name="objections"
      title={{ zh: '异议', en: 'Objections' }}
      lead={{
        zh: '待处理的在前；由机构处理，本中心可要求重新处理。',
        en: 'Those that are open stand first. The organization decides; you may open one again.',
      }}
      {...found}
      to="#/objections/"
      none={{ zh: '没有异议。', en: 'There are no objections.' }}
      called={titleOf}
      columns={[
        await organizationColumn(asked),
        { words: { zh: '编号', en: 'Number' }, of: ({ about }) => <code>{about.slice('objection:'.length)}</code> },
      ]}
    />
  );
}

async function centreObjection(asked: Asked) {
  const shown = await seenCase(asked, 'objection');
  return (
    <ObjectionDetail
      shown={shown}
      organization={shown.organization}
      objection={newestBody<Objection>(shown, 'objection.raise')}
      names={await centreNames(asked.service)}
    />
  );
}

export const objectionViews: readonly View[] = [
  ...listViews(ORGANIZATION, 'objections', ownObjections),
  { path: 'objections/:about', roles: ORGANIZATION, render: ownObjection },
  ...listViews(CENTRES, 'objections', centreObjections),
  { path: 'objections/:about', roles: CENTRES, render: centreObjection },
];
