/** The form of a plan: process, sessions, staff, roster. Only occupations of the filing can be chosen. */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { type Plan, SESSION_KINDS, type Session, STAFF_ROLES, type StaffMember } from '../../core/procedure/plan.ts';
import type { ScopeEntry } from '../../core/schema.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { Card } from '../frame/desk-parts.tsx';
import { Field, Levels, StepForm } from '../frame/fields.tsx';

export const KIND_OF_SESSION: Record<(typeof SESSION_KINDS)[number], Words> = {
  theory: { zh: '理论', en: 'Theory' },
  practice: { zh: '实操', en: 'Practice' },
  both: { zh: '理论和实操', en: 'Theory and practice' },
};

export const STAFF_WORDS: Record<(typeof STAFF_ROLES)[number], Words> = {
  invigilator: { zh: '监考员', en: 'Invigilator' },
  assessor: { zh: '考评员', en: 'Assessor' },
  supervisor: { zh: '督导员', en: 'Supervisor' },
};

const choiceOf = (code: string, name: string, job: string): string =>
  JSON.stringify({ occupation_code: code, occupation_name: name, job_type: job });

/** Every occupation and job that may be examined. */
const choices = (scope: readonly ScopeEntry[]): (readonly [string, Words])[] =>
  scope.flatMap(({ code, name, jobs }) =>
    (jobs.length === 0 ? ['--'] : jobs).map((job) => {
      const text = `${name}${job === '--' ? '' : ` · ${job}`} ${code}`;
      return [choiceOf(code, name, job), { zh: text, en: text }] as const;
    }),
  );

const RowHead: FC<{ place: number; words: Words }> = ({ place, words }) => (
  <p class="head">
    <b>
      {words.zh} <span data-place>{place}</span> <span lang="en">{words.en}</span>
    </b>
    <button type="button" class="second small" data-remove>
      删除<En>Remove</En>
    </button>
  </p>
);

const SessionRow: FC<{ place: number; scope: readonly ScopeEntry[]; one?: Session | undefined; first?: boolean }> = ({
  place,
  scope,
  one,
  first = false,
}) => {
  const id = (name: string) => `s${place}-${name}`;
  return (
    <div class="row" data-row="sessions">
      <RowHead place={place} words={{ zh: '场次', en: 'session' }} />
      <div class="grid three">
        <Field
          name="sessions[].id"
          id={id('id')}
          words={{ zh: '编号', en: 'Id' }}
          value={one?.id ?? (first ? 's1' : '')}
          attributes={{ 'data-prefill': one ? undefined : 's' }}
        />
        <Field
          name="sessions[].*"
          id={id('occupation')}
          words={{ zh: '职业（工种）', en: 'Occupation' }}
          options={choices(scope)}
          value={one && choiceOf(one.occupation_code, one.occupation_name, one.job_type)}
          attributes={{ 'data-type': 'json' }}
        />
        <Field
          name="sessions[].kind"
          id={id('kind')}
          words={{ zh: '科目', en: 'Kind' }}
          options={SESSION_KINDS.map((kind) => [kind, KIND_OF_SESSION[kind]] as const)}
          value={one?.kind}
        />
        <Field name="sessions[].date" id={id('date')} words={{ zh: '日期', en: 'Day' }} type="date" value={one?.date} />
        <Field
          name="sessions[].starts"
          id={id('starts')}
          words={{ zh: '开始', en: 'Starts' }}
          type="time"
          value={one?.starts}
        />
        <Field
          name="sessions[].ends"
          id={id('ends')}
          words={{ zh: '结束', en: 'Ends' }}
          type="time"
          value={one?.ends}
        />
        <Field name="sessions[].venue" id={id('venue')} words={{ zh: '考点', en: 'Venue' }} value={one?.venue} />
        <Field name="sessions[].room" id={id('room')} words={{ zh: '考场', en: 'Room' }} optional value={one?.room} />
      </div>
      <Levels name="sessions[].levels[]" chosen={one?.levels ?? []} />
    </div>
  );
};

const StaffRow: FC<{ place: number; one?: StaffMember | undefined; role?: StaffMember['role'] }> = ({
  place,
  one,
  role,
}) => {
  const id = (name: string) => `p${place}-${name}`;
  return (
    <div class="row" data-row="staff">
      <RowHead place={place} words={{ zh: '考务人员', en: 'staff' }} />
      <div class="grid two">
        <Field
          name="staff[].role"
          id={id('role')}
          words={{ zh: '职责', en: 'Role' }}
          options={STAFF_ROLES.map((name) => [name, STAFF_WORDS[name]] as const)}
          value={one?.role ?? role}
        />
        <Field name="staff[].name" id={id('name')} words={{ zh: '姓名', en: 'Name' }} value={one?.name} />
        <Field
          name="staff[].certificate"
          id={id('certificate')}
          words={{ zh: '证卡编号', en: 'Certificate' }}
          optional
          value={one?.certificate}
        />
        <Field
          name="staff[].sessions"
          id={id('sessions')}
          words={{ zh: '场次', en: 'Sessions' }}
          hint={{ zh: '场次编号，用分号隔开', en: 'Ids, separated by semicolons' }}
          as="list"
          value={one?.sessions.join(';') ?? (role ? 's1' : '')}
        />
      </div>
    </div>
  );
};

/** Where a table of people enters a form: by file, by paste, corrected in place. */
export const TableField: FC<{
  name: 'roster' | 'rows';
  title: Words;
  scope: readonly ScopeEntry[];
  load?: string | undefined;
  plan?: string;
  today?: string;
}> = ({ name, title, scope, load, plan, today }) => (
  <section
    class="card"
    data-table={name}
    data-scope={JSON.stringify(scope)}
    data-load={load}
    data-plan={plan}
    data-today={today}
  >
    <h2>
      <Both words={title} />
    </h2>
    <Para
      words={{
        zh: '文件只在本浏览器里读取和检查；提交时才随签名发送。',
        en: 'Files are read and judged in this browser; rows are sent with the signed step alone.',
      }}
    />
    <p class="links">
      <a href={`/v1/templates/${name === 'roster' ? 'roster' : 'results'}.xlsx`} download>
        模板 XLSX <span lang="en">template</span>
      </a>{' '}
      ·{' '}
      <a href={`/v1/templates/${name === 'roster' ? 'roster' : 'results'}.csv`} download>
        模板 CSV <span lang="en">template</span>
      </a>
    </p>
    <div class="field">
      <label for={`${name}-file`}>
        文件（.xlsx 或 CSV）<En>File, .xlsx or CSV</En>
      </label>
      <input id={`${name}-file`} type="file" accept=".xlsx,.csv,.txt,.tsv" data-read />
    </div>
    <details>
      <summary>
        粘贴表格 <span lang="en">paste a table</span>
      </summary>
      <div class="field">
        <label for={`${name}-paste`}>
          从表格软件复制的内容，含表头<En>Cells copied from a spreadsheet, with their header</En>
        </label>
        <textarea id={`${name}-paste`} rows={5} data-pasted></textarea>
      </div>
      <p class="buttons">
        <button type="button" class="second" data-paste>
          读取粘贴内容<En>Read it</En>
        </button>
      </p>
    </details>
    {name === 'rows' ? (
      <p class="buttons">
        <button type="button" class="second" data-from-roster>
          按名册在此填写<En>Fill in here, from the roster</En>
        </button>
        <button type="button" class="second" data-sheet>
          下载含名册的成绩表<En>Sheet with the roster</En>
        </button>
      </p>
    ) : null}
    <div data-preview tabindex={-1}></div>
  </section>
);

export interface PlanFormProps {
  step: 'plan.file' | 'plan.amend';
  about: string;
  seq?: number;
  last?: string;
  next: string;
  scope: readonly ScopeEntry[];
  given?: Plan;
}

export const PlanForm: FC<PlanFormProps> = ({ step, about, seq = 0, last, next, scope, given }) => (
  <StepForm
    step={step}
    about={about}
    seq={seq}
    last={last}
    next={next}
    salt
    draft={step === 'plan.file' ? 'plan' : about}
    submit={{ zh: '签名并报送', en: 'Sign and file' }}
  >
    <Card title={{ zh: '计划', en: 'Plan' }}>
      <Field
        name="title"
        words={{ zh: '名称', en: 'Title' }}
        hint={{ zh: '会在公示中公开，不要写个人信息', en: 'Public later: nothing of a person' }}
        value={given?.title}
      />
      <Field name="process" words={{ zh: '评价流程', en: 'Process of assessment' }} lines={6} value={given?.process} />
    </Card>
    <Card title={{ zh: '时间场次安排', en: 'Sessions' }}>
      <div data-rows="sessions" data-least="1">
        {given ? (
          given.sessions.map((one, at) => <SessionRow place={at + 1} scope={scope} one={one} />)
        ) : (
          <SessionRow place={1} scope={scope} first />
        )}
      </div>
      <template data-of="sessions">
        <SessionRow place={0} scope={scope} />
      </template>
      <p class="buttons">
        <button type="button" class="second" data-add="sessions">
          增加场次<En>Add a session</En>
        </button>
      </p>
    </Card>
    <Card title={{ zh: '监考员、考评员、督导员', en: 'Invigilators, assessors, supervisors' }}>
      <div data-rows="staff" data-least="1">
        {given
          ? given.staff.map((one, at) => <StaffRow place={at + 1} one={one} />)
          : STAFF_ROLES.map((role, at) => <StaffRow place={at + 1} role={role} />)}
      </div>
      <template data-of="staff">
        <StaffRow place={0} />
      </template>
      <p class="buttons">
        <button type="button" class="second" data-add="staff">
          增加人员<En>Add somebody</En>
        </button>
      </p>
    </Card>
    <TableField name="roster" title={{ zh: '考生名册', en: 'Roster' }} scope={scope} load={given ? about : undefined} />
  </StepForm>
);
