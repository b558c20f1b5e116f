/** The form in which an organization publishes its rules (考务管理、质量管理、证书管理、收费标准), all four as one version. */

import type { FC } from 'hono/jsx';
import type { Rules } from '../../core/procedure/application.ts';
import { type CaseView, newestBody } from '../../core/procedure/read-case.ts';
import { centreNames } from '../../service/on-file.ts';
import { Both } from '../../web/frame/layout.tsx';
import { Card, Record, ViewLead } from '../frame/desk-parts.tsx';
import { Field, StepForm } from '../frame/fields.tsx';
import { type Asked, caseIfAny, ORGANIZATION, ownCode, type View } from '../frame/views.ts';

async function rules(asked: Asked) {
  const code = ownCode(asked);
  const shown = await caseIfAny(asked, `rules:${code}`);
  return (
    <RulesView
      code={code}
      shown={shown}
      rules={shown && newestBody<Rules>(shown, 'rules.publish')}
      names={await centreNames(asked.service)}
    />
  );
}

export const rulesViews: readonly View[] = [{ path: 'rules', roles: ORGANIZATION, render: rules }];

const PARTS = [
  ['exam', { zh: '考务管理办法', en: 'Rules of examinations' }],
  ['quality', { zh: '质量管理办法', en: 'Rules of quality' }],
  ['certificates', { zh: '证书管理办法', en: 'Rules of certificates' }],
  ['fees', { zh: '收费标准', en: 'Fees' }],
] as const;

const RulesView: FC<{
  code: string;
  shown: CaseView | undefined;
  rules: Rules | undefined;
  names: ReadonlyMap<string, string>;
}> = ({ code, shown, rules, names }) => (
  <>
    <ViewLead
      title={{ zh: '管理办法', en: 'Published rules' }}
      text={{
        zh: '四项管理办法一起公布，向社会公开；每个版本都保留。',
        en: 'The four are published together, for everybody to read; every version stays.',
      }}
    >
      <p>
        <a href={`/organizations/${code}`}>
          <Both words={{ zh: '查看公开页面', en: 'See the public page' }} />
        </a>
      </p>
    </ViewLead>
    <StepForm
      step="rules.publish"
      about={`rules:${code}`}
      seq={shown?.seq ?? 0}
      last={shown?.last}
      next="#/rules"
      draft={`rules:${code}`}
      submit={{ zh: '签名并公布', en: 'Sign and publish' }}
    >
      <Card>
        <Field
          name="version"
          words={{ zh: '版本', en: 'Version' }}
          hint={{ zh: '如：2026 年第 1 版', en: 'e.g. 2026-1' }}
        />
      </Card>
      {PARTS.map(([name, words]) => (
        <Card title={words}>
          <Field name={`${name}.title`} words={{ zh: '标题', en: 'Title' }} value={rules?.[name].title ?? words.zh} />
          <Field name={`${name}.text`} words={{ zh: '正文', en: 'Text' }} lines={8} value={rules?.[name].text} />
        </Card>
      ))}
    </StepForm>
    {shown ? <Record steps={shown.steps} names={names} /> : null}
  </>
);
