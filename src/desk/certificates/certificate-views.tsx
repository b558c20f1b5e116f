/**
 * A certificate as its organization has it: found by number, with its history, and the forms that suspend, reinstate
 * or revoke it. A revoked or replaced certificate has no form, nor can an organization reinstate what a centre
 * suspended.
 */
import type { FC } from 'hono/jsx';
import { isRefusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { parseNumber } from '../../core/number.ts';
import type { Report } from '../../core/report.ts';
import { type ACTIONS, REASONS } from '../../core/schema.ts';
import { lookUp } from '../../service/lookup.ts';
import { requireReach } from '../../service/reach.ts';
import { Both, En, Para } from '../../web/frame/layout.tsx';
import { StatusHistory } from '../../web/frame/report-view.tsx';
import { REASONS as REASON_WORDS, VERDICTS } from '../../web/words/report-words.ts';
import { Card, Facts, ViewLead } from '../frame/desk-parts.tsx';
import { Field } from '../frame/fields.tsx';
import { type Asked, ORGANIZATION, type View } from '../frame/views.ts';
import { CHANGE_WORDS } from '../words/desk-words.ts';

type Action = (typeof ACTIONS)[number];

/** The box for a number. @param fault why the number that stands in it leads nowhere */
const Search: FC<{ number?: string; fault?: Words | undefined }> = ({ number = '', fault }) => (
  <Card>
    <form data-enter>
      <div class={`field${fault ? ' wrong' : ''}`}>
        <label for="certificate-number">
          证书编号<En>Number of the certificate</En>
        </label>
        <p class="hint" id="certificate-hint">
          22 位，空格不计；在证书上或下载的文件名中
          <En>22 characters, spaces do not count; on the certificate, and the name of its file</En>
        </p>
        <input
          id="certificate-number"
          autocomplete="off"
          value={number}
          aria-describedby={fault ? 'certificate-hint certificate-fault' : 'certificate-hint'}
          aria-invalid={fault ? 'true' : undefined}
        />
        {fault ? (
          <p class="fault" id="certificate-fault">
            <Both words={fault} />
          </p>
        ) : null}
      </div>
      <p class="buttons">
        <button type="submit" data-action="open-certificate">
          查找<En>Find</En>
        </button>
      </p>
    </form>
  </Card>
);

const Replacement: FC = () => (
  <Card title={{ zh: '姓名等内容有误', en: 'A name or another value is wrong' }}>
    <Para
      words={{
        zh: '证书内容不能修改，只能换发：在下一次公示的结果中为此人填写“原证书编号”一列，经公示、审核、颁发后，原证书自动标为“已被替换”。不要为换发先撤销。',
        en: 'A certificate is never changed, only replaced: give the old number in the column “replaces” (原证书编号) of that person’s row in your next results. Once those are approved and issued, the old certificate becomes “replaced” by itself; do not revoke it for that.',
      }}
    />
    <p>
      <a href="#/results">
        结果公示<En>Results</En>
      </a>
    </p>
  </Card>
);

const CertificatesView: FC<{ number?: string; fault?: Words }> = ({ number, fault }) => (
  <>
    <ViewLead
      title={{ zh: '证书', en: 'Certificates' }}
      text={{
        zh: '按编号查找本机构颁发的证书，暂停、恢复或撤销。',
        en: 'Find a certificate of yours by its number, to suspend, reinstate or revoke it.',
      }}
    />
    <Search {...(number === undefined ? {} : { number })} fault={fault} />
    <Replacement />
  </>
);

/** Reasons that fit an action; the rest would contradict it. */
const reasonsFor = (action: Action) =>
  REASONS.filter((reason) =>
    action === 'reinstate'
      ? ['cleared', 'holder_request', 'other'].includes(reason)
      : reason !== 'cleared' && (action === 'suspend' || reason !== 'under_investigation'),
  );

const ABOUT: Record<Action, Words> = {
  suspend: {
    zh: '暂停后证书查验为“已暂停”，核查清楚后可以恢复。',
    en: 'Whoever checks it sees that it is suspended; it can be reinstated.',
  },
  reinstate: { zh: '恢复后证书重新有效。', en: 'The certificate is valid again.' },
  revoke: { zh: '撤销立即生效，不能恢复。', en: 'At once, and for good: a revocation cannot be taken back.' },
};

const Change: FC<{ number: string; action: Action; last: string | undefined }> = ({ number, action, last }) => {
  const { title, button } = CHANGE_WORDS[action];
  return (
    <Card title={title}>
      <form data-enter data-change={action}>
        <Para words={ABOUT[action]} />
        <Field
          name="reason"
          id={`${action}-reason`}
          words={{ zh: '理由', en: 'Reason' }}
          hint={{ zh: '公开，任何人查验时都能看到', en: 'Public: everybody who checks the certificate sees it' }}
          options={reasonsFor(action).map(
            (reason) => [reason, REASON_WORDS[reason] ?? { zh: reason, en: reason }] as const,
          )}
        />
        <p class="buttons">
          <button type="submit" class="second" data-action="change-status" data-number={number} data-last={last}>
            <Both words={button} />
          </button>
        </p>
      </form>
    </Card>
  );
};

/** What an organization may do with a certificate in this state. @returns none where a centre has the word */
function actionsFor({ verdict, status }: Report): readonly Action[] {
  if (verdict === 'revoked' || verdict === 'replaced') return [];
  if (verdict !== 'suspended') return ['suspend', 'revoke'];
  const counted = status?.history.filter(({ counts }) => counts) ?? [];
  const since = counted.slice(counted.findLastIndex(({ action }) => action === 'reinstate') + 1);
  // A centre may have suspended it again: the suspension is then the centre's.
  return since.every(({ tier }) => tier === 'organization') ? ['reinstate', 'revoke'] : [];
}

const CertificateView: FC<{ number: string; report: Report }> = ({ number, report }) => {
  const { verdict, certificate, replaced_by, status } = report;
  const actions = actionsFor(report);
  return (
    <>
      <ViewLead title={{ zh: '证书', en: 'Certificate' }}>
        <p class="number">{number}</p>
        <p>
          <span class={`state ${verdict === 'valid' ? 'good' : 'warn'}`}>
            <Both words={VERDICTS[verdict].word} />
          </span>
        </p>
      </ViewLead>
      <Card title={{ zh: '内容', en: 'What it says' }}>
        <Facts
          lines={[
            [{ zh: '持证人', en: 'Holder' }, certificate?.holder.name],
            [
              { zh: '职业（工种）', en: 'Occupation' },
              certificate &&
                (certificate.job === '--'
                  ? certificate.occupation.name
                  : `${certificate.occupation.name} · ${certificate.job}`),
            ],
            [{ zh: '等级', en: 'Level' }, certificate?.level_name],
            [{ zh: '颁发日期', en: 'Issued on' }, certificate?.issued_on],
            [
              { zh: '新证书', en: 'Replaced by' },
              replaced_by === undefined ? undefined : <a href={`#/certificates/${replaced_by}`}>{replaced_by}</a>,
            ],
            [{ zh: '公开页面', en: 'Public page' }, <a href={`/c/${number}`}>{`/c/${number}`}</a>],
          ]}
        />
      </Card>
      <StatusHistory report={report} />
      {verdict === 'suspended' && actions.length === 0 ? (
        <Card>
          <Para
            words={{
              zh: '由鉴定指导中心暂停，只有该中心或上级中心可以恢复、撤销。如须换发，该中心或上级中心须在暂停之后审核换发的批次。',
              en: 'A centre suspended it: only that centre, or a higher one, reinstates or revokes it. A batch that replaces it must be approved by such a centre after the suspension.',
            }}
          />
        </Card>
      ) : null}
      {actions.map((action) => (
        <Change number={number} action={action} last={status?.digest} />
      ))}
      {verdict === 'revoked' || verdict === 'replaced' ? null : <Replacement />}
      <p>
        <a href="#/certificates">
          查找另一张<En>Another certificate</En>
        </a>
      </p>
    </>
  );
};

/** One certificate; a number that leads nowhere stays in the box, with why. */
async function certificate({ service, caller, params }: Asked) {
  const asked = params.number as string;
  try {
    const { text, organization } = parseNumber(asked);
    await requireReach(service, caller, organization);
    const found = await lookUp(service, text, ['name']);
    if (found) return <CertificateView number={text} report={found.verification.report} />;
    return (
      <CertificatesView
        number={text}
        fault={{
          zh: '没有这个编号的证书，请逐位核对。',
          en: 'There is no certificate with this number: check each digit.',
        }}
      />
    );
  } catch (error) {
    if (isRefusal(error, 'number_malformed'))
      return (
        <CertificatesView
          number={asked}
          fault={{ zh: '编号不正确：1 个字母加 21 位数字。', en: 'This is no number: one letter and 21 digits.' }}
        />
      );
    if (isRefusal(error, 'out_of_reach'))
      return (
        <CertificatesView
          number={asked}
          fault={{ zh: '这不是本机构颁发的证书。', en: 'Another organization issued this certificate.' }}
        />
      );
    throw error;
  }
}

export const certificateViews: readonly View[] = [
  { path: 'certificates', roles: ORGANIZATION, render: async () => <CertificatesView /> },
  { path: 'certificates/:number', roles: ORGANIZATION, render: certificate },
];
