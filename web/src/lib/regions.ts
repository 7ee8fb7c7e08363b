// Regions by their ISO 3166-2 code, named in the language shown.

import { language, locale, t } from './i18n.svelte';
import names from './regions.json';

const known: Record<string, string[]> = names;

export function region_name(iso: string): string {
  return known[iso]?.[language() === 'ru' ? 0 : 1] ?? iso;
}

/** For a label in a picture: without the words that many names share. */
export function short_region(iso: string): string {
  return t('region.short')
    .split(';')
    .map((rule) => rule.split('|'))
    .reduce((name, [from = '', to = '']) => (from ? name.replace(from, to) : name), region_name(iso))
    .trim();
}

export function regions(): { value: string; label: string }[] {
  return Object.keys(known)
    .map((iso) => ({ value: iso, label: region_name(iso) }))
    .sort((a, b) => a.label.localeCompare(b.label, locale()));
}
