/** Owns the desk's view of working days, for the province's centre: the years announced, and the next one. */
import { shanghaiYear } from '../life/calendar.ts';
import { CalendarView } from '../pages/desk/centre-calendar.tsx';
import { workingDaysOf, yearToAnnounce } from '../working-days.ts';
import type { Asked, View } from './desk-views.ts';

async function calendar({ service, now }: Asked) {
  const days = await workingDaysOf(service);
  const years = days.years
    .toReversed()
    .map((year) => days.year(year))
    .filter((one) => one !== undefined);
  return <CalendarView years={years} next={(await yearToAnnounce(service)) ?? shanghaiYear(now) + 1} />;
}

export const calendarViews: readonly View[] = [{ path: 'calendar', roles: ['province'], render: calendar }];
