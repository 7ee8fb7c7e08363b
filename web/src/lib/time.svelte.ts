// Times as people say them: сегодня, вчера, позавчера, 12 марта.

import { locale, t } from './i18n.svelte';

const clock = $state({ now: Date.now() });
setInterval(() => (clock.now = Date.now()), 30_000);

export function now(): number {
  return clock.now;
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function days_ago(at: number): number {
  return Math.round((midnight(clock.now) - midnight(at)) / 86_400_000);
}

export function say_clock(at: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

export function say_date(at: number): string {
  const same_year = new Date(at).getFullYear() === new Date(clock.now).getFullYear();
  const parts = new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: 'long',
    ...(same_year ? {} : { year: 'numeric' }),
  }).format(at);
  // The Russian form ends in the abbreviation of "year", which nobody says.
  return parts.replace(/\s\p{L}\.$/u, '');
}

export function say_day(at: number): string {
  switch (days_ago(at)) {
    case 0:
      return t('day.today');
    case 1:
      return t('day.yesterday');
    case 2:
      return t('day.before_yesterday');
    case -1:
      return t('day.tomorrow');
    default:
      return say_date(at);
  }
}

export function say_moment(at: number): string {
  return t('day.at', { day: say_day(at), clock: say_clock(at) });
}

export function same_day(a: number, b: number): boolean {
  return midnight(a) === midnight(b);
}

/** How long is left, in the largest unit that says it. */
export function say_left(until: number): string {
  const left = until - clock.now;
  if (left <= 0) return t('left.none');
  const hours = Math.floor(left / 3_600_000);
  if (hours < 1) return t('left.minutes', { count: Math.max(1, Math.round(left / 60_000)) });
  if (hours < 48) return t('left.hours', { count: hours });
  return t('left.days', { count: Math.floor(hours / 24) });
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}
