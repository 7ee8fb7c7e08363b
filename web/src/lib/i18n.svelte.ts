// The language that is being shown and its catalogue. Each catalogue is fetched when it is first wanted, so that nobody
// loads the one she does not read.

import type ru from '../messages/ru.json';
import { format, type Values } from './icu';

export type Language = 'ru' | 'en';
export type Key = keyof typeof ru;
type Catalogue = Record<Key, string>;

const fetch_catalogue: Record<Language, () => Promise<Catalogue>> = {
  ru: () => import('../messages/ru.json').then((module) => module.default),
  en: () => import('../messages/en.json').then((module) => module.default),
};
const locales: Record<Language, string> = { ru: 'ru', en: 'en-GB' };
let current = $state.raw<{ language: Language; catalogue: Catalogue | null }>({ language: 'ru', catalogue: null });
let wanted: Language | null = null;

export function language(): Language {
  return current.language;
}

export function locale(): string {
  return locales[current.language];
}

export function other_language(): Language {
  return current.language === 'ru' ? 'en' : 'ru';
}

/** Shows everything in this language from the moment its catalogue is here. */
export async function show_language(next: Language): Promise<void> {
  wanted = next;
  if (current.catalogue && current.language === next) return;
  const catalogue = await fetch_catalogue[next]();
  if (wanted !== next) return;
  current = { language: next, catalogue };
  document.documentElement.lang = next;
  document.title = t('window.title');
}

export function t(key: Key, values: Values = {}): string {
  return current.catalogue ? format(current.catalogue[key], values, locales[current.language]) : '';
}

/** The texts of a language, whichever is shown: a printed paper speaks the language it is written in. */
export async function texts_in(language: string): Promise<(key: Key, values?: Values) => string> {
  const known: Language = language === 'en' ? 'en' : 'ru';
  const catalogue = await fetch_catalogue[known]();
  return (key, values = {}) => format(catalogue[key], values, locales[known]);
}
