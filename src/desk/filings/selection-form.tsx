/**
 * Owns the form by which a centre selects an applicant (遴选): what it grants of what was asked, the code, capacity and years.
 * It refuses nothing itself: src/desk/filings/file-script.ts signs what it says, and refuses less without a reason.
 */
import type { FC } from 'hono/jsx';
import { levelName } from '../../core/number.ts';
import type { Application } from '../../core/procedure/application.ts';
import { Both, En } from '../../web/frame/layout.tsx';
import type { ShownCase } from '../frame/cases.tsx';
import { Card } from '../frame/desk-parts.tsx';
import { Field } from '../frame/fields.tsx';
import { FilingReview } from './filing-review.tsx';

/** What the centre fills in to select; the browser makes the statements that follow from it. */
/** @param free the next free code. @param centre its name */
export const Selection: FC<{
  shown: ShownCase;
  application: Application;
  free: string | undefined;
  centre: string;
}> = ({ shown: { about, last }, application: { organization, annual_capacity, form }, free, centre }) => (
  <Card title={{ zh: '遴选确定', en: 'Select' }}>
    <p>
      <Both
        words={{
          zh: '按下面勾选的职业、工种和等级备案。平台生成颁发密钥，本浏览器用您的密钥签署备案声明和申报单位密钥的授权声明。',
          en: 'The filing has the occupations, jobs and levels that are ticked below. The service makes the issuing key; this browser signs, with your key, the filing and the statement that names the applicant’s key.',
        }}
      />
    </p>
    <div id="select-scope">
      {form.occupations.map(({ code, name, job, levels }) => (
        <fieldset class="ticks field" data-grant>
          <legend>
            {job === undefined ? name : `${name}（${job}）`} {code}
          </legend>
          {levels.map((level) => (
            <label>
              <input type="checkbox" value={String(level)} checked /> {levelName(level)}
            </label>
          ))}
        </fieldset>
      ))}
    </div>
    <div class="grid two" data-selection>
      <Field
        name="organization"
        id="select-organization"
        words={{ zh: '机构编码', en: 'Code of the organization' }}
        hint={{
          zh: '由中心编定，已填入下一个可用编码：Y 或 S 加 12 位数字，第 6、7 位为 37',
          en: 'Assigned by you; the next free one is proposed: Y or S and 12 digits, the sixth and seventh character are 37',
        }}
        value={organization ?? free}
        attributes={organization === undefined ? {} : { readonly: '' }}
      />
      <Field
        name="capacity"
        id="select-capacity"
        words={{ zh: '核定年度评价规模', en: 'Certificates a year' }}
        hint={{ zh: '不超过申报的规模', en: 'Not more than applied for' }}
        type="number"
        value={annual_capacity}
      />
      <Field
        name="pass_mark"
        id="select-pass-mark"
        words={{ zh: '合格线', en: 'Pass mark' }}
        type="number"
        value={60}
      />
      <Field
        name="years"
        id="select-years"
        words={{ zh: '备案有效期（年）', en: 'Years that the filing holds' }}
        value="1"
        options={[1, 2, 3].map((n) => [String(n), { zh: String(n), en: String(n) }] as const)}
      />
    </div>
    <Field
      name="reason"
      id="select-reason"
      words={{ zh: '少于申报的理由', en: 'Why less is granted' }}
      hint={{
        zh: '有职业或等级未勾选时必填，申报单位可以看到',
        en: 'Needed where an occupation or a level is not ticked; the applicant reads it',
      }}
      lines={3}
      optional
    />
    <Field name="note" id="select-note" words={{ zh: '说明', en: 'Note' }} lines={2} optional />
    <p class="hint">
      <Both
        words={{
          zh: '本中心密钥有 X.509 证书（见页首）时，本浏览器同时为颁发密钥签发证书，证书 PDF 带电子签名；用电子认证机构的证书时，另用命令 luzheng certificate 办理。',
          en: 'Where your centre’s key has an X.509 certificate (see above), this browser certifies the issuing key too, and PDFs are signed; for a certification authority’s, use the command luzheng certificate.',
        }}
      />
    </p>
    <p class="buttons">
      <button type="button" class="second" data-action="review-selection" data-about={about} data-last={last}>
        核对备案内容<En>Check the filing</En>
      </button>
    </p>
    <FilingReview button={{ zh: '签署备案并选定', en: 'Sign the filing and select' }} centre={centre} />
  </Card>
);
