/** Filings and keys of an organization as a centre sees them, and the form that withdraws one (撤回). */
import type { FC } from 'hono/jsx';
import { Refusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { parseOrganizationCode } from '../../core/number.ts';
import type { Endable } from '../../core/withdrawal.ts';
import { centreNames } from '../../service/on-file.ts';
import { filingsOf } from '../../service/organizations.ts';
import { requireReach } from '../../service/reach.ts';
import { endablesOf } from '../../service/withdraw.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { Card, Facts, List, moment, State, ViewLead } from '../frame/desk-parts.tsx';
import { Field } from '../frame/fields.tsx';
import { type Asked, CENTRES, type View } from '../frame/views.ts';

const TYPES: Record<Endable['typ'], Words> = {
  filing: { zh: '备案', en: 'Filing' },
  client: { zh: '机构密钥', en: 'Key of the organization' },
};

const EndState: FC<{ of: Endable; now: number }> = ({ of: { ended, until, replaced }, now }) => (
  <State state={ended !== null ? 'withdrawn' : until <= now ? 'expired' : replaced ? 'superseded' : 'active'} />
);

interface ListProps {
  code: string;
  endables: readonly Endable[];
  names: ReadonlyMap<string, string>;
  now: number;
}

export const Endables: FC<ListProps> = ({ code, endables, names, now }) => (
  <Card title={{ zh: '备案声明和密钥', en: 'Filings and keys' }}>
    <List
      name="endings"
      caption={{ zh: '新的在前', en: 'The newest first' }}
      none={{ zh: '没有。', en: 'There are none.' }}
      columns={[
        { words: { zh: '类别', en: 'Kind' } },
        { words: { zh: '编号或指纹', en: 'Number or thumbprint' } },
        { words: { zh: '签发', en: 'Signed by' } },
        { words: { zh: '有效期至', en: 'Until' } },
        { words: { zh: '状态', en: 'State' } },
        { words: { zh: '撤回原因', en: 'Withdrawn because' } },
        { words: { zh: '操作', en: 'Action' }, only: 'page' },
      ]}
      rows={endables.map((one) => [
        <Both words={TYPES[one.typ]} />,
        <code>{one.id}</code>,
        names.get(one.iss) ?? one.iss,
        moment(one.until),
        <EndState of={one} now={now} />,
        one.ended === null ? '' : `${moment(one.ended)} ${one.reason ?? ''}`.trim(),
        one.mine && one.ended === null && one.until > now ? (
          <a href={`#/organizations/${code}/withdraw/${one.typ}/${one.id}`}>
            撤回<En>Withdraw</En>
          </a>
        ) : (
          ''
        ),
      ])}
    />
  </Card>
);

const MEANS: Record<Endable['typ'], Words> = {
  filing: {
    zh: '撤回后，该机构不能再报送、上传和颁发，也不能用密钥登录；此前已审核并下令颁发的证书仍然有效。撤回不能取消，要恢复须重新备案。省中心立即撤回最新的备案，而机构还没有用此编码办理过任何业务的，编码同时收回，可另行编定。',
    en: 'Afterwards the organization files, uploads and orders nothing, and its keys open nothing. Certificates approved and ordered before stay valid. A withdrawal cannot be taken back: to go on, the organization is filed again. Where the province withdraws the newest filing at once, and the organization has done nothing under its code yet, the code is released and can be given to another.',
  },
  client: {
    zh: '撤回后，这把密钥不能再代表该机构；其他密钥不受影响。撤回不能取消，要再次使用须换一把密钥登记。',
    en: 'Afterwards this key does not speak for the organization any more; its other keys are not touched. A withdrawal cannot be taken back: another key is to be named instead.',
  },
};

/** The form by which one of them is ended. */
const WithdrawView: FC<{ code: string; name: string; one: Endable; names: ReadonlyMap<string, string> }> = ({
  code,
  name,
  one: { typ, id, iss, until },
  names,
}) => (
  <>
    <ViewLead
      title={
        typ === 'filing' ? { zh: '撤回备案', en: 'Withdraw a filing' } : { zh: '撤回机构密钥', en: 'Withdraw a key' }
      }
    />
    <Card>
      <Facts
        lines={[
          [{ zh: '机构', en: 'Organization' }, <a href={`#/organizations/${code}`}>{`${name} ${code}`}</a>],
          [
            typ === 'filing'
              ? { zh: '备案声明编号', en: 'Number of the filing' }
              : { zh: '密钥指纹', en: 'Thumbprint' },
            <code>{id}</code>,
          ],
          [{ zh: '签发', en: 'Signed by' }, names.get(iss) ?? iss],
          [{ zh: '有效期至', en: 'Until' }, moment(until)],
        ]}
      />
      <Para words={MEANS[typ]} />
    </Card>
    <Card>
      <Field
        name="reason"
        id="withdraw-reason"
        words={{ zh: '撤回原因', en: 'Why it is withdrawn' }}
        hint={{
          zh: '写入签名的撤回声明并公开，请勿写个人信息；最多 500 字',
          en: 'Stands in the signed withdrawal, which is public: nothing of a person; at most 500 characters',
        }}
        lines={3}
        attributes={{ maxlength: '500' }}
      />
      <div class="grid two">
        <Field
          name="effective"
          id="withdraw-effective"
          words={{ zh: '何时起不再有效（北京时间）', en: 'From when (Beijing time)' }}
          hint={{ zh: '不填：立即', en: 'Empty: at once' }}
          type="datetime-local"
          optional
        />
        {typ === 'filing' ? null : (
          <Field
            name="compromised_since"
            id="withdraw-since"
            words={{ zh: '密钥自何时泄露（北京时间）', en: 'Stolen since (Beijing time)' }}
            hint={{
              zh: '仅密钥被盗时填写：此后的签名一律无效',
              en: 'Only for a stolen key: nothing that it signed from then on counts',
            }}
            type="datetime-local"
            optional
          />
        )}
      </div>
      <p class="buttons">
        <button
          type="button"
          data-action="withdraw-statement"
          data-code={code}
          data-typ={typ}
          data-id={id}
          data-iss={iss}
        >
          签署撤回声明<En>Sign the withdrawal</En>
        </button>
        <a class="next second" href={`#/organizations/${code}`}>
          返回<En>Back</En>
        </a>
      </p>
    </Card>
  </>
);

async function withdrawal({ service, caller, params }: Asked) {
  const code = parseOrganizationCode(params.code as string);
  await requireReach(service, caller, code);
  const filings = await filingsOf(service, code);
  const [filed] = filings;
  const [names, endables] = await Promise.all([centreNames(service), endablesOf(service, caller, code, filings)]);
  const one = endables.find(
    ({ typ, id, mine, ended }) => typ === params.typ && id === params.id && mine && ended === null,
  );
  if (!filed || !one) throw new Refusal('not_found', 'There is nothing here that this centre may withdraw.');
  return <WithdrawView code={code} name={filed.filing.name} one={one} names={names} />;
}

export const withdrawalViews: readonly View[] = [
  { path: 'organizations/:code/withdraw/:typ/:id', roles: CENTRES, render: withdrawal },
];
