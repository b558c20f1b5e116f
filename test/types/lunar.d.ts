/** The part of lunar-javascript that the tests ask. */
declare module 'lunar-javascript' {
  export const HolidayUtil: { getHoliday(day: string): { isWork(): boolean } | null };
}
