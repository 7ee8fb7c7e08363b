// Regions by their ISO 3166-2 code, named in the language shown.

import { language, locale } from './i18n.svelte';
import names from './regions.json';

const known: Record<string, string[]> = names;

export function region_name(iso: string): string {
  return known[iso]?.[language() === 'ru' ? 0 : 1] ?? iso;
}

export function regions(): { value: string; label: string }[] {
  return Object.keys(known)
    .map((iso) => ({ value: iso, label: region_name(iso) }))
    .sort((a, b) => a.label.localeCompare(b.label, locale()));
}
