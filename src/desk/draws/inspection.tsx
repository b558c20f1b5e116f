/** One drawn session with its findings and what became of them, and the lists of drawn sessions. */

import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { type Drawn, FINDINGS } from '../../core/procedure/draw.ts';
import type { DrawRecord, Found } from '../../core/procedure/draw-record.ts';
import type { CaseView } from '../../core/procedure/read-case.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { FINDING_WORDS } from '../../web/words/draw-words.ts';
import { Card, Facts, List, moment, ViewLead } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { FoundState, inspectorNames } from './draw-detail.tsx';

export interface Inspected {
  about: string;
  title: string;
  place: number;
  session: Drawn;
  finding: Found['finding'] | undefined;
  followed: boolean;
}

const OWN = {
  title: { zh: '督导检查', en: 'Inspections' },
  lead: {
    zh: '本机构被抽中的场次；有问题的，请填写整改情况。',
    en: 'Sessions of yours that were drawn; where something was found, say what became of it.',
  },
  none: { zh: '本机构没有被抽中的场次。', en: 'None of your sessions was drawn.' },
};
const OF_CITY = {
  title: { zh: '省级抽中的场次', en: 'Drawn by the province' },
  lead: {
    zh: '本中心备案的机构被省级中心抽中的场次，只供查看。',
    en: 'Sessions of organizations that you filed, drawn by the province: to read.',
  },
  none: { zh: '省级中心没有抽中过本中心备案的机构。', en: 'The province has drawn no session of your organizations.' },
};

/** Drawn sessions: an organization's own, or, for a city, those of its organizations that the province drew. */
export const InspectionsView: FC<{ inspected: readonly Inspected[]; city?: boolean }> = ({
  inspected,
  city = false,
}) => {
  const { title, lead, none } = city ? OF_CITY : OWN;
  return (
    <>
      <ViewLead title={title} text={lead} />
      <Card>
        <List
          name="inspections"
          caption={{ zh: '最近变动的在前', en: 'The last changed first' }}
          none={none}
          columns={[
            { words: { zh: '检查', en: 'Draw' } },
            ...(city ? [{ words: { zh: '机构', en: 'Organization' } }] : []),
            { words: { zh: '日期', en: 'Day' } },
            { words: { zh: '内容', en: 'What' } },
            { words: { zh: '检查结果', en: 'Finding' } },
            { words: { zh: '整改', en: 'Follow-up' } },
          ]}
          rows={inspected.map(({ about, title: draw, place, session, finding, followed }) => [
            <a href={`#/${city ? 'draws/province' : 'inspections'}/${about}/${place}`}>{draw}</a>,
            ...(city ? [`${session.name} ${session.organization}`] : []),
            session.date,
            session.label,
            <FoundState finding={finding} />,
            <Both words={followed ? { zh: '已填写', en: 'recorded' } : { zh: '未填写', en: 'none yet' }} />,
          ])}
        />
      </Card>
    </>
  );
};

const FilesField: FC<{ id: string }> = ({ id }) => (
  <div class="field">
    <label for={id}>
      附件<En>Files</En>
    </label>
    <p class="hint" id={`${id}-hint`}>
      PDF、JPEG 或 PNG，每个不超过 10 MB；只有被检查机构和中心能看
      <En>PDF, JPEG or PNG up to 10 MB each; for the inspected and the centres alone</En>
    </p>
    <input
      id={id}
      type="file"
      multiple
      accept="application/pdf,image/jpeg,image/png"
      data-files="files"
      data-kept="[]"
      aria-describedby={`${id}-hint`}
    />
    <ul></ul>
  </div>
);

const Texts: FC<{ of: string; words: Words }> = ({ of, words }) => (
  <>
    <Field
      name="summary"
      id={`${of}-summary`}
      words={words}
      hint={{ zh: '会公开，不写个人信息，最多 500 字', en: 'Published: nothing of a person, at most 500 characters' }}
      lines={3}
    />
    <Field
      name="details"
      id={`${of}-details`}
      words={{ zh: '详情', en: 'Details' }}
      hint={{ zh: '不公开', en: 'Not published' }}
      lines={5}
      optional
    />
    <FilesField id={`${of}-files`} />
  </>
);

const Said: FC<{
  about: string;
  by: string;
  at: number;
  summary: string;
  details: string | undefined;
  files?: Found['files'];
}> = ({ about, by, at, summary, details, files = [] }) => (
  <>
    <p class="prose-text">{summary}</p>
    {details === undefined ? null : <p class="said-there">{details}</p>}
    {files.map(({ name, sha256 }) => (
      <button
        type="button"
        class="second small"
        data-action="open-file"
        data-from={`/v1/draws/${about.slice('draw:'.length)}/files/${sha256}`}
        data-name={name}
      >
        {name}
      </button>
    ))}
    <p class="hint">
      {by} · {moment(at)}
    </p>
  </>
);

interface DrawnProps {
  shown: Pick<CaseView, 'about' | 'seq' | 'last' | 'allowed'>;
  /** Address of this view, and of the one above it. */
  here: string;
  above: { href: string; words: Words };
  session: Drawn;
  /** Address of the organization and the plan, where the reader has such views. */
  links: boolean;
  findings: readonly Found[];
  follows: DrawRecord['follow_ups'];
  names: ReadonlyMap<string, string>;
  today: string;
}

/** One drawn session: what was found there, and what became of it; for the centre, and for the inspected. */
export const DrawnDesk: FC<DrawnProps> = ({ shown, here, above, session, links, findings, follows, names, today }) => {
  const { about, seq, last, allowed } = shown;
  const who = (by: string): string => names.get(by) ?? (by === `org:${session.organization}` ? session.name : by);
  const placed = (
    <>
      <input type="hidden" name="plan" value={session.plan} />
      <input type="hidden" name="session" value={session.session} />
    </>
  );
  return (
    <>
      <ViewLead title={{ zh: `检查 · ${session.name}`, en: 'Inspection' }}>
        <p>
          <a href={above.href}>
            {above.words.zh} <span lang="en">{above.words.en}</span>
          </a>
        </p>
      </ViewLead>
      <Card>
        <Facts
          lines={[
            [{ zh: '日期', en: 'Day' }, session.date],
            [{ zh: '内容', en: 'What' }, session.label],
            [
              { zh: '机构', en: 'Organization' },
              links ? (
                <a href={`#/organizations/${session.organization}`}>{session.organization}</a>
              ) : (
                session.organization
              ),
            ],
            [{ zh: '计划', en: 'Plan' }, <a href={`#/plans/${session.plan}`}>{session.plan}</a>],
            [{ zh: '督导员', en: 'Inspectors' }, inspectorNames(session)],
          ]}
        />
      </Card>
      {findings.map(({ finding, by, at, summary, details, files }) => (
        <Card title={{ zh: '检查结果', en: 'Finding' }}>
          <p>
            <FoundState finding={finding} />
          </p>
          <Said about={about} by={who(by)} at={at} summary={summary} details={details} {...(files ? { files } : {})} />
        </Card>
      ))}
      {follows.map(({ by, at, summary, details, files }) => (
        <Card title={{ zh: '整改情况', en: 'Follow-up' }}>
          <Said about={about} by={who(by)} at={at} summary={summary} details={details} {...(files ? { files } : {})} />
        </Card>
      ))}
      {allowed.includes('draw.finding') ? (
        <Card
          title={
            findings.length === 0
              ? { zh: '填写检查结果', en: 'Record a finding' }
              : { zh: '更正检查结果', en: 'Correct the finding' }
          }
        >
          {today < session.date ? (
            <Para
              words={{
                zh: `考试日是 ${session.date}，从那天起可以填写。`,
                en: `The session is on ${session.date}; findings can be recorded from then on.`,
              }}
            />
          ) : (
            <StepForm
              step="draw.finding"
              about={about}
              seq={seq}
              last={last}
              next={here}
              submit={{ zh: '签名并公布', en: 'Sign and publish' }}
            >
              {placed}
              <Field
                name="finding"
                words={{ zh: '结论', en: 'Finding' }}
                options={FINDINGS.map((one) => [one, FINDING_WORDS[one]] as const)}
              />
              <fieldset class="ticks field">
                <legend>
                  到场督导员<En>Inspectors who were there</En>
                </legend>
                {session.inspectors.map(({ id, name }) => (
                  <label>
                    <input type="checkbox" name="inspectors[]" value={id} checked /> {name}（{id}）
                  </label>
                ))}
              </fieldset>
              <Texts of="finding" words={{ zh: '摘要', en: 'Summary' }} />
            </StepForm>
          )}
        </Card>
      ) : null}
      {allowed.includes('draw.follow') && findings.length > 0 ? (
        <Card title={{ zh: '填写整改情况', en: 'Record a follow-up' }}>
          <StepForm
            step="draw.follow"
            about={about}
            seq={seq}
            last={last}
            next={here}
            submit={{ zh: '签名并公布', en: 'Sign and publish' }}
            second
          >
            {placed}
            <Texts of="follow" words={{ zh: '摘要', en: 'Summary' }} />
          </StepForm>
        </Card>
      ) : null}
    </>
  );
};
