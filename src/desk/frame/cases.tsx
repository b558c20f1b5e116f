/** Views that several kinds of case share: a list of cases, and the record of one. */

import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import type { StepName } from '../../core/procedure/steps.ts';
import { Both } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/refusal-words.ts';
import { Card, type Column, List, moment, type ShownStep, State, Title, Trail } from './desk-parts.tsx';
import { Field, StepForm } from './fields.tsx';

/** The line of a case as lists have it (src/core/procedure/read-case.ts). */
export interface CaseRowView {
  about: string;
  state: string;
  seq: number;
  last: string;
  facts: Record<string, unknown>;
  due: string | null;
  updated_at: number;
  parent: string | null;
  organization?: string | null;
}

/** One case, with what the reader may do. */
export interface ShownCase extends CaseRowView {
  allowed: readonly StepName[];
  steps: readonly ShownStep[];
}

interface CasesProps {
  name: string;
  title: Words;
  lead?: Words;
  cases: readonly CaseRowView[];
  /** View that has the next page. */
  more?: string | undefined;
  /** Address of one, without its identifier: `#/plans/`. */
  to: string;
  none: Words;
  /** Columns between the title and the state. */
  columns?: readonly (Column & { of(one: CaseRowView): Child })[];
  /** What a case is called in the list. */
  called(one: CaseRowView): string;
  children?: Child;
}

export const CasesView: FC<CasesProps> = ({
  name,
  title,
  lead,
  cases,
  more,
  to,
  none,
  columns = [],
  called,
  children,
}) => (
  <>
    <section class="lead">
      <Title words={title} />
      {lead ? (
        <p>
          <Both words={lead} />
        </p>
      ) : null}
    </section>
    {children}
    <Card>
      <List
        name={name}
        caption={
          lead
            ? { zh: '其余按变动时间，新的在前', en: 'Then the last changed first' }
            : { zh: '最近变动的在前', en: 'The last changed first' }
        }
        none={none}
        more={more}
        columns={[
          { words: { zh: '名称', en: 'Title' } },
          ...columns,
          { words: { zh: '状态', en: 'State' } },
          { words: { zh: '更新时间', en: 'Changed' } },
        ]}
        rows={cases.map((one) => [
          <a href={to + one.about}>{called(one)}</a>,
          ...columns.map(({ of }) => of(one)),
          <State state={one.state} />,
          moment(one.updated_at),
        ])}
      />
    </Card>
  </>
);

/** The record of a case. */
export const Record: FC<{ steps: readonly ShownStep[]; names?: ReadonlyMap<string, string> }> = ({ steps, names }) => (
  <Card title={{ zh: '办理记录', en: 'Record' }}>
    <Trail steps={steps} {...(names ? { names } : {})} />
  </Card>
);

interface ReasonProps {
  of: Pick<ShownCase, 'about' | 'seq' | 'last' | 'allowed'>;
  step: StepName;
  field: 'reason' | 'note';
  next: string;
  label: Words;
  confirm?: Words;
}

const ReasonForm: FC<ReasonProps> = ({ of: { about, seq, last }, step, field, next, label, confirm }) => (
  <StepForm
    step={step}
    about={about}
    seq={seq}
    last={last}
    next={next}
    submit={STEP_BUTTONS[step]}
    second
    {...(confirm ? { confirm } : {})}
  >
    <Field name={field} id={`${step.replace('.', '-')}-${field}`} words={label} lines={3} optional={field === 'note'} />
  </StepForm>
);

/**
 * A step that asks for nothing but a reason or a note; nothing where the step is not possible now. The children stand
 * above the form. @param when what else has to be so
 */
export const ReasonCard: FC<PropsWithChildren<ReasonProps & { title?: Words; when?: boolean }>> = ({
  title,
  when = true,
  children,
  ...form
}) =>
  when && form.of.allowed.includes(form.step) ? (
    <Card {...(title ? { title } : {})}>
      {children}
      <ReasonForm {...form} />
    </Card>
  ) : null;
