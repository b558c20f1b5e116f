/** The form of an application: annex 1 with its table and pledges, annex 2 with its seven headings, attachments. */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { type Application, HEADINGS, NATURES, PLEDGES } from '../../core/procedure/application.ts';
import { En } from '../../web/frame/layout.tsx';
import { Card } from '../frame/desk-parts.tsx';
import { Field, Levels, StepForm } from '../frame/fields.tsx';
import {
  BASIC_FIELDS,
  HEADING_WORDS,
  LONG_FIELDS,
  NATURE_WORDS,
  OCCUPATION_FIELDS,
  PLEDGE_WORDS,
  PURPOSE_WORDS,
} from '../words/form-words.ts';

const OccupationRow: FC<{ place: number; line?: Application['form']['occupations'][number] }> = ({ place, line }) => (
  <div class="row" data-row="form.occupations">
    <p class="head">
      <b>
        第 <span data-place>{place}</span> 个职业 <span lang="en">occupation</span>
      </b>
      <button type="button" class="second small" data-remove>
        删除<En>Remove</En>
      </button>
    </p>
    <div class="grid three">
      {OCCUPATION_FIELDS.map(([name, words, optional, number]) => (
        <Field
          name={`form.occupations[].${name}`}
          id={`o${place}-${name}`}
          words={words}
          optional={optional === true}
          type={number ? 'number' : 'text'}
          value={line?.[name as 'name']}
        />
      ))}
    </div>
    <Levels
      name="form.occupations[].levels[]"
      words={{ zh: '评价等级范围', en: 'Levels' }}
      chosen={line?.levels ?? []}
    />
  </div>
);

export interface ApplicationFormProps {
  step: 'application.submit' | 'application.amend';
  about: string;
  seq?: number;
  last?: string;
  next: string;
  draft: string;
  /** `centre:3701` → its name. */
  centres: ReadonlyMap<string, string>;
  /** What it said before. */
  given?: Application | undefined;
  /** Of a body that is filed: whose filing is to be changed or extended, and by whom it was filed. */
  organization?: { code: string; centre: string; name: string; uscc: string } | undefined;
}

const Purpose: FC<Pick<ApplicationFormProps, 'given' | 'organization' | 'centres'>> = ({
  given,
  organization,
  centres,
}) => (
  <Card title={{ zh: '申报事项', en: 'What is asked' }}>
    <div class="grid two">
      <Field
        name="purpose"
        words={{ zh: '事项', en: 'Purpose' }}
        value={given?.purpose ?? (organization ? undefined : 'new')}
        options={(organization ? (['change', 'extend'] as const) : (['new'] as const)).map(
          (one) => [one, PURPOSE_WORDS[one]] as const,
        )}
      />
      {organization ? <input type="hidden" name="organization" value={organization.code} /> : null}
      <Field
        name="centre"
        words={{ zh: '受理中心', en: 'Centre' }}
        hint={{
          zh: '省属单位向省中心申报，其他单位向所在市中心申报',
          en: 'Bodies of provincial rank turn to the province, the others to their city',
        }}
        value={given?.centre ?? organization?.centre}
        options={[...centres]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([code, name]) => [code, { zh: name, en: name }] as const)}
      />
      <Field
        name="annual_capacity"
        words={{ zh: '年度评价规模（人）', en: 'People assessed in a year' }}
        type="number"
        value={given?.annual_capacity}
      />
    </div>
  </Card>
);

const Basics: FC<{ form: Application['form'] | undefined; organization: ApplicationFormProps['organization'] }> = ({
  form,
  organization,
}) => (
  <Card title={{ zh: '附件 1 · 一、基本信息', en: 'Annex 1, 1. Basic facts' }}>
    <div class="grid two">
      {BASIC_FIELDS.map((one) => {
        if (one === 'nature')
          return (
            <Field
              name="form.nature"
              words={{ zh: '机构性质', en: 'Nature' }}
              value={form?.nature}
              options={NATURES.map((nature) => [nature, NATURE_WORDS[nature]] as const)}
            />
          );
        const [name, words, hint] = one;
        return (
          <Field
            name={`form.${name}`}
            words={words}
            {...(hint ? { hint } : {})}
            value={form?.[name as 'name'] ?? organization?.[name as 'name']}
          />
        );
      })}
    </div>
  </Card>
);

const Rest: FC<{ given: Application | undefined }> = ({ given }) => (
  <>
    <Card>
      {LONG_FIELDS.map(([name, words, hint]) => (
        <Field
          name={`form.${name}`}
          words={words}
          {...(hint ? { hint } : {})}
          lines={5}
          value={given?.form[name as 'strengths']}
        />
      ))}
    </Card>
    <Card title={{ zh: '六、诚信承诺', en: '6. Pledges' }}>
      {PLEDGES.map((pledge, at) => (
        <div class="field">
          <label class="tick">
            <input type="checkbox" name={`form.pledges.${pledge}`} data-type="boolean" value="true" /> {at + 1}.{' '}
            {PLEDGE_WORDS[pledge].zh}
            <En>{PLEDGE_WORDS[pledge].en}</En>
          </label>
        </div>
      ))}
      <Field
        name="form.signed_by"
        words={{ zh: '法定代表人（签字）', en: 'Signed by the legal representative' }}
        hint={{
          zh: '填写姓名；承诺随本次提交由您的密钥签名',
          en: 'The name; your key signs the pledges with everything else',
        }}
      />
    </Card>
    <Card title={{ zh: '附件 2 · 工作方案', en: 'Annex 2, work plan' }}>
      {HEADINGS.map((heading) => (
        <Field
          name={`work_plan.${heading}`}
          words={HEADING_WORDS[heading]}
          lines={6}
          optional={heading === 'other'}
          value={given?.work_plan[heading]}
        />
      ))}
    </Card>
    <Card title={{ zh: '证明材料', en: 'Attachments' }}>
      <div class="field">
        <label for="files">
          附件<En>Files</En>
        </label>
        <p class="hint" id="files-hint">
          PDF、JPEG 或 PNG，每个不超过 10 MB，最多 30 个；加密保存，只有受理中心能看
          <En>PDF, JPEG or PNG up to 10 MB each, at most 30; kept encrypted, for the centre alone</En>
        </p>
        <input
          id="files"
          type="file"
          multiple
          accept="application/pdf,image/jpeg,image/png"
          data-files="files"
          data-kept={JSON.stringify(given?.files ?? [])}
          aria-describedby="files-hint"
        />
        <ul></ul>
      </div>
    </Card>
  </>
);

export const ApplicationForm: FC<ApplicationFormProps> = ({
  step,
  about,
  seq = 0,
  last,
  next,
  draft,
  centres,
  given,
  organization,
}) => {
  const occupations = given?.form.occupations ?? [];
  const submit: Words =
    step === 'application.submit'
      ? { zh: '签名并提交申报', en: 'Sign and submit' }
      : { zh: '签名并重新提交', en: 'Sign and submit again' };
  return (
    <StepForm
      step={step}
      about={about}
      seq={seq}
      last={last}
      next={next}
      salt
      ownKey="key"
      draft={draft}
      submit={submit}
    >
      <Purpose given={given} organization={organization} centres={centres} />
      <Basics form={given?.form} organization={organization} />
      <Card
        title={{
          zh: '二、拟开展职业技能等级认定的职业（工种）及评价规范情况',
          en: '2. Occupations to be assessed, and their standards',
        }}
      >
        <div data-rows="form.occupations" data-least="1">
          {occupations.length === 0 ? (
            <OccupationRow place={1} />
          ) : (
            occupations.map((line, at) => <OccupationRow place={at + 1} line={line} />)
          )}
        </div>
        <template data-of="form.occupations">
          <OccupationRow place={0} />
        </template>
        <p class="buttons">
          <button type="button" class="second" data-add="form.occupations">
            增加一个职业<En>Add an occupation</En>
          </button>
        </p>
      </Card>
      <Rest given={given} />
    </StepForm>
  );
};
