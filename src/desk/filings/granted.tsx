/**
 * Owns what an application led to, side by side with what was asked: occupations, jobs and levels, certificates a year, how
 * long; and why it is less, where it is. Centres and applicants see the same.
 * It refuses to leave out what was not granted.
 */
import type { FC } from 'hono/jsx';
import { shanghaiDay } from '../../base/day.ts';
import { type Level, levelName } from '../../core/number.ts';
import type { Application } from '../../core/procedure/application.ts';
import { grantsOf, isNarrower } from '../../core/procedure/selection.ts';
import type { Filing } from '../../core/schema.ts';
import { Both } from '../../web/frame/layout.tsx';
import { Card, Facts, List, type ShownStep } from '../frame/desk-parts.tsx';

const levelsText = (levels: readonly Level[]): string => levels.map(levelName).join('、');

const Capacity: FC<{ granted: number; asked: number }> = ({ granted, asked }) => (
  <>
    {granted}{' '}
    {granted < asked ? (
      <small>
        <Both words={{ zh: `申报 ${asked}`, en: `${asked} applied for` }} />
      </small>
    ) : null}
  </>
);

export const Granted: FC<{
  application: Application;
  filing: Filing | undefined;
  steps: readonly Pick<ShownStep, 'step' | 'body'>[];
}> = ({ application, filing, steps }) => {
  if (!filing) return null;
  const { reason } = (steps.findLast(({ step }) => step === 'application.select')?.body ?? {}) as { reason?: string };
  return (
    <Card title={{ zh: '核准备案的内容', en: 'What was granted' }}>
      {isNarrower(filing, application) ? (
        <div class="notice">
          <p>
            <Both
              words={{
                zh: '核准的职业、等级少于申报内容。',
                en: 'Fewer occupations or levels were granted than applied for.',
              }}
            />
          </p>
          {reason === undefined ? null : <p class="said-there">{reason}</p>}
        </div>
      ) : null}
      <Facts
        lines={[
          [{ zh: '机构编码', en: 'Code' }, <span class="number">{filing.sub.slice('org:'.length)}</span>],
          [
            { zh: '年度评价规模', en: 'Certificates a year' },
            <Capacity granted={filing.annual_capacity} asked={application.annual_capacity} />,
          ],
          [{ zh: '合格线', en: 'Pass mark' }, String(filing.pass_mark)],
          [
            { zh: '有效期', en: 'In force' },
            `${shanghaiDay(filing.nbf ?? filing.iat)} – ${shanghaiDay(filing.exp - 1)}`,
          ],
        ]}
      />
      <List
        name="granted"
        caption={{ zh: '逐项对照', en: 'Line by line' }}
        none={{ zh: '没有职业。', en: 'There are none.' }}
        columns={[
          { words: { zh: '职业（工种）', en: 'Occupation' } },
          { words: { zh: '编码', en: 'Code' } },
          { words: { zh: '申报等级', en: 'Applied for' } },
          { words: { zh: '核准等级', en: 'Granted' } },
          { words: { zh: '未核准等级', en: 'Not granted' } },
        ]}
        rows={grantsOf(filing, application).map(({ code, name, job, asked, granted }) => [
          job === '--' ? name : `${name}（${job}）`,
          code,
          levelsText(asked),
          granted.length === 0 ? <Both words={{ zh: '无', en: 'none' }} /> : levelsText(granted),
          levelsText(asked.filter((level) => !granted.includes(level))),
        ])}
      />
    </Card>
  );
};
