/** Working days (节假日安排): the years that were announced, and the form by which the province announces one. */
import type { FC } from 'hono/jsx';
import { shanghaiYear } from '../../base/day.ts';
import type { AnnouncedYear } from '../../core/calendar.ts';
import { workingDaysOf, yearToAnnounce } from '../../service/working-days.ts';
import { Both, En } from '../../web/frame/layout.tsx';
import { Card, List, moment, ViewLead } from '../frame/desk-parts.tsx';
import { Field } from '../frame/fields.tsx';
import type { Asked, View } from '../frame/views.ts';

interface CalendarProps {
  /** The newest of each year. */
  years: readonly AnnouncedYear[];
  /** The year that is asked for, or the next one. */
  next: number;
}

const daysIn = (days: ReadonlySet<string>): string =>
  [...days]
    .sort()
    .map((day) => day.slice(5))
    .join('、') || '—';

const CalendarView: FC<CalendarProps> = ({ years, next }) => (
  <>
    <ViewLead
      title={{ zh: '节假日安排', en: 'Working days' }}
      text={{
        zh: '考核计划提前 5 个工作日报送，结果公示至少 5 个工作日：都按这里公布的节假日计算。国务院办公厅的通知发布后，请公布下一年的安排。',
        en: 'Plans are filed five working days ahead and results published for five: both are counted by the days announced here. Announce the coming year once the State Council has.',
      }}
    />
    <Card title={{ zh: '公布或更正', en: 'Announce or correct' }}>
      <Field name="year" id="calendar-year" words={{ zh: '年份', en: 'Year' }} type="number" value={next} />
      <Field
        name="holidays"
        id="calendar-holidays"
        lines={5}
        words={{ zh: '放假的日子', en: 'Free days' }}
        hint={{
          zh: '如：01-01 02-05..02-11 10-01..10-07；周末可以写在内，最多 40 天',
          en: 'e.g. 01-01 02-05..02-11 10-01..10-07; weekend days may be among them, 40 at most',
        }}
      />
      <Field
        name="workdays"
        id="calendar-workdays"
        lines={3}
        optional
        words={{ zh: '调休上班的周六、周日', en: 'Saturdays and Sundays that are worked' }}
        hint={{ zh: '如：02-14 10-10；没有则不填', en: 'e.g. 02-14 10-10; empty where there are none' }}
      />
      <Field
        name="source"
        id="calendar-source"
        words={{ zh: '依据', en: 'What it rests on' }}
        attributes={{ maxlength: '200' }}
        hint={{ zh: '如：国办发明电〔2026〕N号', en: 'The notice of the State Council, by its number' }}
      />
      <p class="hint">
        <Both
          words={{
            zh: '同一年份再次公布即为更正，以最后一次为准：进行中的公示只会延长，不会缩短。',
            en: 'A second announcement of a year corrects the first: notices that run become longer, never shorter.',
          }}
        />
      </p>
      <p class="buttons">
        <button type="button" data-action="announce-year">
          核对并签名公布<En>Check, sign and announce</En>
        </button>
      </p>
    </Card>
    <Card title={{ zh: '已公布的年份', en: 'Years announced' }}>
      <List
        name="working-days"
        caption={{ zh: '各年以最后公布的为准', en: 'The newest announcement of each year' }}
        none={{ zh: '没有。', en: 'There are none.' }}
        columns={[
          { words: { zh: '年份', en: 'Year' } },
          { words: { zh: '放假', en: 'Free days' } },
          { words: { zh: '调休上班', en: 'Worked weekend days' } },
          { words: { zh: '依据', en: 'Rests on' } },
          { words: { zh: '公布', en: 'Announced' } },
        ]}
        rows={years.map(({ year, holidays, workdays, source, since }) => [
          String(year),
          daysIn(holidays),
          daysIn(workdays),
          source,
          Number.isFinite(since) ? moment(since) : <Both words={{ zh: '程序内置', en: 'Built in' }} />,
        ])}
      />
    </Card>
  </>
);

async function calendar({ service, now }: Asked) {
  const days = await workingDaysOf(service);
  const years = days.years
    .toReversed()
    .map((year) => days.year(year))
    .filter((one) => one !== undefined);
  return <CalendarView years={years} next={(await yearToAnnounce(service)) ?? shanghaiYear(now) + 1} />;
}

export const calendarViews: readonly View[] = [{ path: 'calendar', roles: ['province'], render: calendar }];
