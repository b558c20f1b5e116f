/** Fields and forms of the desk. Scripts of the desk attach to the data attributes that stand here, check and sign. */

import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { LEVELS, levelName } from '../../core/number.ts';
import type { CaseView } from '../../core/procedure/read-case.ts';
import type { StepName } from '../../core/procedure/steps.ts';
import { Both, En, inLanguage } from '../../web/frame/layout.tsx';
import { STEP_BUTTONS } from '../../web/words/case-words.ts';
import { Card } from './desk-parts.tsx';

interface FieldProps {
  /** Path in the body: `form.occupations[].code`. */
  name: string;
  words: Words;
  hint?: Words;
  id?: string;
  type?: 'text' | 'number' | 'date' | 'datetime-local' | 'time' | 'tel' | 'email' | 'search';
  value?: string | number | undefined;
  /** May be left out of the body. */
  optional?: boolean;
  /** Lines of a text area. */
  lines?: number;
  options?: readonly (readonly [value: string, words: Words])[];
  /** How the value enters the body. */
  as?: 'number' | 'list';
  attributes?: Record<string, string | undefined>;
}

const idOf = (name: string): string => `f-${name.replace(/[^A-Za-z0-9]+/g, '-')}`;

/** A field with its label and hint. */
export const Field: FC<FieldProps> = ({
  name,
  words,
  hint,
  id = idOf(name),
  type = 'text',
  value,
  optional = false,
  lines,
  options,
  as,
  attributes = {},
}) => {
  const described = hint ? { 'aria-describedby': `${id}-hint` } : {};
  const kind = as ?? (type === 'number' ? 'number' : undefined);
  const common = {
    id,
    name,
    autocomplete: 'off',
    ...(kind ? { 'data-type': kind } : {}),
    ...(optional ? { 'data-optional': '' } : { 'aria-required': 'true' }),
    ...described,
    ...attributes,
  };
  return (
    <div class="field">
      <label for={id}>
        <Both words={words} />
        {optional ? (
          <small>
            {' '}
            选填 <span lang="en">optional</span>
          </small>
        ) : null}
      </label>
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          <Both words={hint} />
        </p>
      ) : null}
      {options ? (
        <select {...common}>
          {optional || value === undefined ? <option value="">—</option> : null}
          {options.map(([option, label]) => (
            <option value={option} selected={String(value) === option}>
              {label.zh === label.en ? label.zh : `${label.zh} ${label.en}`}
            </option>
          ))}
        </select>
      ) : lines ? (
        <textarea rows={lines} class="prose" {...common}>
          {value ?? ''}
        </textarea>
      ) : (
        <input
          type={type === 'number' ? 'text' : type}
          inputmode={type === 'number' ? 'numeric' : undefined}
          value={value ?? ''}
          {...common}
        />
      )}
    </div>
  );
};

/** The five levels to tick. */
export const Levels: FC<{ name: string; words?: Words; chosen?: readonly number[] }> = ({
  name,
  words = { zh: '等级', en: 'Levels' },
  chosen = [],
}) => (
  <fieldset class="ticks field">
    <legend>
      <Both words={words} />
    </legend>
    {LEVELS.map((level) => (
      <label>
        <input type="checkbox" name={name} value={String(level)} data-type="number" checked={chosen.includes(level)} />{' '}
        {levelName(level)}
      </label>
    ))}
  </fieldset>
);

interface StepFormProps {
  step: StepName;
  /** `plan:p…`, or `new:plan` for a fresh one. */
  about: string;
  /** Of the case as it stands. */
  seq?: number;
  last?: string | undefined;
  /** `#/plans`; `{about}` becomes the case. */
  next: string;
  salt?: boolean;
  /** Field of the body that takes the person's public key. */
  ownKey?: string;
  /** Name under which the person may keep a draft on this machine. */
  draft?: string;
  submit: Words;
  /** Asked before it is signed. */
  confirm?: Words;
  second?: boolean;
}

/** A form that takes a step: filled in, checked and signed in the browser. */
export const StepForm: FC<PropsWithChildren<StepFormProps>> = ({
  step,
  about,
  seq = 0,
  last,
  next,
  salt = false,
  ownKey,
  draft,
  submit,
  confirm,
  second = false,
  children,
}) => (
  <form
    novalidate
    data-step={step}
    data-about={about}
    data-seq={String(seq)}
    data-last={last}
    data-next={next}
    data-salt={salt ? '' : undefined}
    data-key={ownKey}
    data-draft={draft}
    data-confirm={confirm ? inLanguage(confirm) : undefined}
  >
    {children}
    {draft === undefined ? null : (
      <label class="tick">
        <input type="checkbox" data-draft-tick /> 在本机保存草稿
        <En>Keep a draft on this machine (it holds personal data: not on a shared computer)</En>
      </label>
    )}
    <p class="buttons">
      <button type="submit" class={second ? 'second' : undefined}>
        <Both words={submit} />
      </button>
    </p>
  </form>
);

interface ReasonProps {
  of: Pick<CaseView, 'about' | 'seq' | 'last' | 'allowed'>;
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
