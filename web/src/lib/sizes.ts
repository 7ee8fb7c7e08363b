// Sizes and lengths as people say them.

import { t } from './i18n.svelte';

const kKilo = 1024;
const kMega = 1024 * 1024;

export function say_size(bytes: number): string {
  if (bytes < kMega) return t('size.kilo', { count: Math.max(1, Math.round(bytes / kKilo)) });
  return t('size.mega', { count: Math.round((bytes / kMega) * 10) / 10 });
}

/** What is done of a whole, as a size. */
export function say_part(done: number, count: number, bytes: number): string {
  return count === 0 ? say_size(0) : say_size((bytes * Math.min(done, count)) / count);
}

export function say_time(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
