/** What a centre reads before it signs a filing; filing-script.ts fills the panel. */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { Both } from '../../web/frame/layout.tsx';
import { Card } from '../frame/desk-parts.tsx';
import { Field } from '../frame/fields.tsx';

/** A panel that stays away until it is filled. @param button what signs */
export const FilingReview: FC<{ button: Words; centre: string }> = ({ button, centre }) => (
  <div data-filing-review data-centre={centre} hidden>
    <h3 tabindex={-1}>
      <Both words={{ zh: '请核对：即将签署的备案', en: 'Check what you are about to sign' }} />
    </h3>
    <div data-terms></div>
    <p class="buttons">
      <button type="button" data-action="sign-filing">
        <Both words={button} />
      </button>
    </p>
  </div>
);

export interface CodeOf {
  code: string;
  name: string;
  inForce: boolean;
}

/** The codes that a 统一社会信用代码 has besides one. */
export const CodesView: FC<{ uscc: string; codes: readonly CodeOf[] }> = ({ uscc, codes }) => (
  <div data-codes>
    {codes.length === 0 ? (
      <p>
        <Both words={{ zh: `统一社会信用代码 ${uscc} 没有其他机构编码。`, en: `${uscc} has no other code.` }} />
      </p>
    ) : (
      <div class="notice">
        <p>
          <Both words={{ zh: `统一社会信用代码 ${uscc} 已有其他机构编码：`, en: `${uscc} has other codes already:` }} />
        </p>
        <ul>
          {codes.map(({ code, name, inForce }) => (
            <li>
              <code>{code}</code> {name}{' '}
              <Both words={inForce ? { zh: '备案有效', en: 'in force' } : { zh: '备案失效', en: 'not in force' }} />
            </li>
          ))}
        </ul>
      </div>
    )}
  </div>
);

/** The filing before, to be filed again as it was. */
export interface Again {
  code: string;
  name: string;
  uscc: string;
  scope: readonly unknown[];
  annual_capacity: number;
  pass_mark: number;
}

export const FileAgain: FC<{ again: Again; centre: string }> = ({ again, centre }) => (
  <Card title={{ zh: '重新备案', en: 'File again' }}>
    <p>
      <Both
        words={{
          zh: '现在没有有效的备案：机构不能报送、上传和颁发，此前的备案也不会自行恢复。可以按此前的内容重新备案；要改内容，请让机构申报变更。',
          en: 'No filing is in force: the organization files, uploads and orders nothing, and no older filing comes back by itself. You can file it again as before; for other terms the organization applies for a change.',
        }}
      />
    </p>
    <Field
      name="years"
      id="again-years"
      words={{ zh: '备案有效期（年）', en: 'Years that the filing holds' }}
      value="1"
      options={[1, 2, 3].map((n) => [String(n), { zh: String(n), en: String(n) }] as const)}
    />
    <p class="buttons">
      <button type="button" class="second" data-action="review-again" data-again={JSON.stringify(again)}>
        <Both words={{ zh: '核对备案内容', en: 'Check the filing' }} />
      </button>
    </p>
    <FilingReview button={{ zh: '签署备案', en: 'Sign the filing' }} centre={centre} />
  </Card>
);
