// Days as people say them: «позавчера», «12 марта», «на неделе с 4 июля», «до 10 июля». A day is "YYYY-MM-DD" and
// belongs to no time zone: it is compared and counted as a day of her calendar.

import type { Args } from './call';
import { locale, t } from './i18n.svelte';
import { now, say_date, say_day } from './time.svelte';

export type When = Args<'case.add_entry'>['when'];

const kDay = 86_400_000;

/** Noon of the day, so that no change of the clocks moves it to another. */
export function noon(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date, 12).getTime();
}

export function day_of(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Today, or so many days before it. */
export function day_ago(days: number): string {
  const today = new Date(now());
  return day_of(new Date(today.getFullYear(), today.getMonth(), today.getDate() - days, 12).getTime());
}

export function days_until(day: string): number {
  return Math.round((noon(day) - noon(day_of(now()))) / kDay);
}

export function is_day(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && day_of(noon(text)) === text;
}

/** «сегодня», «вчера», «12 марта». */
export function say_calendar_day(day: string): string {
  return say_day(noon(day));
}

/** Always the date itself: «12 марта». */
export function say_calendar_date(day: string): string {
  return say_date(noon(day));
}

function same_year(day: string): boolean {
  return new Date(noon(day)).getFullYear() === new Date(now()).getFullYear();
}

export function say_when(when: When): string {
  switch (when.precision) {
    case 'exact':
      return when.time ? t('day.at', { day: say_calendar_day(when.day), clock: when.time }) : say_calendar_day(when.day);
    case 'week':
      return t('when.week', { day: say_calendar_date(when.day) });
    case 'month': {
      const said = t('when.month', { month: String(Number(when.day.slice(5, 7))) });
      return same_year(when.day) ? said : `${said} ${when.day.slice(0, 4)}`;
    }
    case 'before':
      return t('when.before', { day: say_calendar_date(when.day) });
    default:
      return say_calendar_day(when.day);
  }
}

/** A month as a heading: «июль 2022». */
export function say_month(month: string): string {
  const said = new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric' }).format(noon(`${month}-01`));
  return said.replace(/\s\p{L}\.$/u, '');
}

/** The Monday of the day's week. */
export function week_of(day: string): string {
  const date = new Date(noon(day));
  return day_of(date.getTime() - ((date.getDay() + 6) % 7) * kDay);
}
