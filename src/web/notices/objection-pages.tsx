/**
 * The pages of objections (异议): the form under a notice, the code that is shown once, and following an objection by
 * that code. Grounds, names and contact data are never shown again once they were sent.
 */

import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { FieldBox, Human, saidOf } from '../frame/form.tsx';
import { Both, En, inLanguage, Layout, Lead } from '../frame/layout.tsx';
import type { CentreNames } from '../frame/report-view.tsx';
import { OBJECTION_WORDS } from '../words/case-words.ts';

export const OBJECTION_FIELDS = ['row', 'grounds', 'name', 'contact'] as const;
export type ObjectionField = (typeof OBJECTION_FIELDS)[number];
export type ObjectionTyped = Partial<Record<ObjectionField, string>>;
export type ObjectionFaults = Partial<Record<ObjectionField, Words>>;

const FIELDS: Record<ObjectionField, { label: Words; hint?: Words; longest: number }> = {
  row: { label: { zh: '行号（可不填）', en: 'Row of the list (optional)' }, longest: 7 },
  grounds: {
    label: { zh: '异议内容和理由', en: 'What is wrong, and why' },
    hint: { zh: '请勿填写他人的证件号码', en: 'Leave out other people’s document numbers' },
    longest: 2000,
  },
  name: { label: { zh: '您的姓名（可不填）', en: 'Your name (optional)' }, longest: 50 },
  contact: {
    label: { zh: '联系方式（可不填）', en: 'How to reach you (optional)' },
    hint: { zh: '只有评价机构及其备案中心能看到', en: 'Seen by the organization and its centres alone' },
    longest: 200,
  },
};

const ObjectionInput: FC<{ name: ObjectionField; typed: ObjectionTyped; faults: ObjectionFaults }> = ({
  name,
  typed,
  faults,
}) => {
  const id = `objection-${name}`;
  const { label, hint, longest } = FIELDS[name];
  const fault = faults[name];
  const common = {
    id,
    name,
    maxlength: longest,
    autocomplete: 'off',
    ...saidOf(id, hint, fault),
  };
  return (
    <FieldBox id={id} label={label} hint={hint} fault={fault}>
      {name === 'grounds' ? (
        <textarea {...common} rows={5} required>
          {typed.grounds ?? ''}
        </textarea>
      ) : (
        <input
          {...common}
          type="text"
          value={typed[name] ?? ''}
          {...(name === 'row' ? { inputmode: 'numeric' as const } : {})}
        />
      )}
    </FieldBox>
  );
};

interface FormProps {
  id: string;
  until: string;
  typed?: ObjectionTyped | undefined;
  faults?: ObjectionFaults | undefined;
  /** Whether this one was not kept for a reason of its own, which the page says first; what was typed stays. */
  refused: boolean;
  /** Whether the notice takes no more until some are decided. */
  full: boolean;
  organization: { code: string; name: string };
}

/** How to object where this page takes no more. */
const Elsewhere: FC<Pick<FormProps, 'organization'>> = ({ organization: { code, name } }) => (
  <p>
    也可以书面向评价机构或其备案中心提出：<a href={`/organizations/${code}`}>{name}</a>
    <En>Or object in writing to the organization or to the centre that filed it; its page names both.</En>
  </p>
);

/** Said where a notice takes no more for now. */
const Full: FC<Pick<FormProps, 'organization'>> = ({ organization }) => (
  <section class="card" id="objection">
    <h2>
      提出异议<En>To object</En>
    </h2>
    <p>
      这项公示尚未处理的异议已达上限，处理一部分后才能在此继续提出。
      <En>This notice has as many undecided objections as it takes; more can be sent here once some are decided.</En>
    </p>
    <Elsewhere organization={organization} />
  </section>
);

export const ObjectionForm: FC<FormProps> = ({ id, until, typed = {}, faults = {}, refused, full, organization }) =>
  full && !refused ? (
    <Full organization={organization} />
  ) : (
    <form method="post" action={`/notices/${id}/objections`} id="objection" class="card" novalidate>
      <h2>
        提出异议<En>To object</En>
      </h2>
      {refused ? <Elsewhere organization={organization} /> : null}
      <p>
        {`任何人都可以在 ${until} 当日结束前提出，可以匿名。评价机构须书面答复；答复前结果不能上传。`}
        <En>{`Anyone may, until the end of ${until}, and without a name. The organization must answer in writing; before that the results are not uploaded.`}</En>
      </p>
      {OBJECTION_FIELDS.map((name) => (
        <ObjectionInput name={name} typed={typed} faults={faults} />
      ))}
      <Human />
      <button type="submit">
        提交异议<En>Send</En>
      </button>
    </form>
  );

/** What a form led to: the code, or that it was shown before. */
export const ObjectedPage: FC<{ host: string; id: string; code: string | undefined }> = ({ host, id, code }) => (
  <Layout title={{ zh: '异议已收到', en: 'Objection received' }} host={host} styles={['notices']}>
    <section class="card">
      <h1>
        异议已收到<En>Your objection was received</En>
      </h1>
      {code === undefined ? (
        <p>
          查询码只显示一次，已经显示过。没有记下的，评价机构仍会处理这件异议。
          <En>The code is shown once, and it was. The organization decides the objection all the same.</En>
        </p>
      ) : (
        <>
          <p>
            请记下查询码，凭它查看处理结果。它只在此显示一次。
            <En>Write this code down: it leads to the answer. It is shown here once.</En>
          </p>
          <p>
            <strong class="number" id="code">
              {code}
            </strong>
          </p>
        </>
      )}
      <p>
        <a href="/notices/objections">
          查看处理结果<En>Follow an objection</En>
        </a>
      </p>
      <p>
        <a href={`/notices/${id}`}>
          回到公示<En>Back to the notice</En>
        </a>
      </p>
    </section>
  </Layout>
);

/** An objection as src/service/procedure/objection-steps.ts gives it. */
export interface FollowedView {
  state: 'open' | 'upheld' | 'rejected';
  raised_on: string;
  notice: { id: string; title: string };
  history: readonly { decision: 'upheld' | 'rejected' | 'reopened'; on: string; by: string; reason: string }[];
}

const Answer: FC<{ followed: FollowedView; centres: CentreNames }> = ({
  followed: { state, raised_on, notice, history },
  centres,
}) => (
  <section class="card" id="followed">
    <h2>
      <a href={`/notices/${notice.id}`}>{notice.title}</a>
    </h2>
    <p class={`state ${state === 'open' ? 'warn' : 'good'}`}>
      <Both words={OBJECTION_WORDS[state]} />
    </p>
    <p>
      {`${raised_on} 提出`}
      <En>{`Raised on ${raised_on}`}</En>
    </p>
    {history.map(({ decision, on, by, reason }) => (
      <div>
        <h3>
          {`${on} ${OBJECTION_WORDS[decision].zh}`}
          <En>{`${on}: ${OBJECTION_WORDS[decision].en}`}</En>
        </h3>
        <p>{centres.get(by) ?? inLanguage({ zh: '评价机构', en: 'The organization' })}</p>
        <p class="written">{reason}</p>
      </div>
    ))}
  </section>
);

export const FollowPage: FC<{
  host: string;
  typed?: string;
  fault?: Words;
  followed?: FollowedView;
  centres?: CentreNames;
}> = ({ host, typed = '', fault, followed, centres = new Map() }) => (
  <Layout title={{ zh: '异议处理结果', en: 'Follow an objection' }} host={host} styles={['notices']}>
    <Lead title={{ zh: '异议处理结果', en: 'Follow an objection' }} />
    {followed ? <Answer followed={followed} centres={centres} /> : null}
    <form method="post" action="/notices/objections" class="card" novalidate>
      <div class={fault ? 'field wrong' : 'field'}>
        <label for="follow-code">
          查询码<En>Code</En>
        </label>
        {fault ? (
          <p class="fault" id="follow-fault">
            <Both words={fault} />
          </p>
        ) : null}
        <input
          id="follow-code"
          name="code"
          type="text"
          value={typed}
          maxlength={100}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          required
          aria-describedby={fault ? 'follow-fault follow-hint' : 'follow-hint'}
          {...(fault ? { 'aria-invalid': 'true', autofocus: true } : {})}
        />
        <p class="hint" id="follow-hint">
          提交异议时显示的 20 位查询码<En>The 20 characters that were shown when the objection was sent</En>
        </p>
      </div>
      <Human />
      <button type="submit">
        查询<En>Look up</En>
      </button>
    </form>
  </Layout>
);
