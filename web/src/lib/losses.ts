// Words about the loss register: rows named by the command that answers them, and what several screens say alike.

import type { Args, Result } from './call';
import { t } from './i18n.svelte';
import { region_name } from './regions';
import { say_calendar_date, say_month } from './when';

export type LossCard = Result<'losses.list'>['records'][number];
export type LossView = Result<'losses.get'>;
export type LossSourceItem = LossView['sources'][number];
export type LossPair = Result<'losses.pairs'>['pairs'][number];
export type LossFacts = Args<'losses.correct'>['facts'];
export type LossSource = Args<'losses.add_source'>['source'];
export type LossName = Args<'losses.add'>['names'][number];
export type LossState = LossCard['states'][number];
export type LossCategory = LossCard['categories'][number];
export type LossSourceKind = LossSource['kind'];
export type LossVerdict = Args<'losses.decide'>['verdict'];
export type ClaimItem = Result<'losses.claims'>['claims'][number];
export type ClaimBasis = ClaimItem['claim']['basis'];
export type CountedList = Result<'losses.lists'>['lists'][number];
export type Verifiers = Result<'losses.verifiers'>;

export const loss_states: LossState[] = ['killed', 'wounded', 'missing', 'prisoner'];
export const loss_categories: LossCategory[] = ['contract', 'conscript', 'mobilised', 'volunteer', 'officer', 'guard', 'company', 'inmate'];
export const source_kinds: LossSourceKind[] = ['press', 'official', 'social', 'cemetery', 'family', 'comrade', 'list', 'other'];
export const claim_bases: ClaimBasis[] = ['named_list', 'official', 'intelligence', 'estimate', 'belligerent', 'secondary'];

/** "12 марта 2022", "март 2022", "2022", or from and until. */
export function say_span(span: string): string {
  const [first, last] = span.split('/');
  if (last) return t('report.period', { from: say_calendar_date(first ?? ''), until: say_calendar_date(last) });
  if (span.length === 4) return span;
  if (span.length === 7) return say_month(span);
  return say_calendar_date(span);
}

/** A day, a month, a year, or two days with a stroke between: what the node takes. */
export function is_span(text: string): boolean {
  const day = (one: string) => /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(one) && !Number.isNaN(Date.parse(one)) && new Date(one).toISOString().startsWith(one);
  if (/^\d{4}$/.test(text) || /^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return true;
  const parts = text.split('/');
  if (parts.length === 2) return parts.every(day) && (parts[0] ?? '') <= (parts[1] ?? '');
  return day(text);
}

/** All that was said, or that nobody said it. */
export function say_all(said: string[]): string {
  return said.length ? said.join(t('loss.or')) : t('loss.not_said');
}

export function say_states(card: LossCard): string {
  return card.states.map((state) => t(`loss.state.${state}`)).join(t('loss.or')) || t('loss.state.none');
}

export function say_name(card: LossCard): string {
  return card.names[0] ?? (card.has_names ? t('loss.name.sealed') : t('loss.name.none'));
}

export function say_regions(card: LossCard): string {
  return card.regions.map(region_name).join(t('loss.or')) || t('loss.region.none');
}

export function say_age(card: { age_low?: number; age_high?: number }): string {
  if (card.age_low === undefined || card.age_high === undefined) return '';
  return card.age_low === card.age_high ? t('loss.age.years', { count: card.age_low }) : t('loss.age.range', { least: card.age_low, most: card.age_high });
}

/** Who reads what is sealed: the verifiers and who writes it. */
export function seen_by_verifiers(known: Verifiers | undefined): string {
  const names = (known?.members ?? []).filter((one) => one.verifies && !one.who.me).map((one) => one.who.name);
  return names.length ? t('case.seen.readers', { names: names.join(', ') }) : t('case.seen.only_me');
}

/** What a figure that is a range says. */
export function say_figure(claim: ClaimItem['claim']): string {
  if (claim.low !== undefined && claim.high !== undefined) {
    const range = t('claim.range', { low: claim.low, high: claim.high });
    return claim.value === undefined ? range : t('claim.value_range', { value: claim.value, range });
  }
  return claim.value ?? '';
}

/** Fields as typed to what the node takes: what is empty was not said. */
export interface FactsTyped {
  state: LossState | '';
  died: string;
  place: string;
  region: string;
  district: string;
  category: LossCategory | '';
  unit: string;
  rank: string;
  age: string;
}

export function facts_typed(facts: LossFacts = {}): FactsTyped {
  const age = facts.age_low === undefined ? '' : facts.age_low === facts.age_high ? String(facts.age_low) : `${facts.age_low}-${facts.age_high}`;
  return {
    state: facts.state ?? '', died: facts.died ?? '', place: facts.place ?? '', region: facts.region ?? '', district: facts.district ?? '',
    category: facts.category ?? '', unit: facts.unit ?? '', rank: facts.rank ?? '', age,
  };
}

export function facts_wrong(typed: FactsTyped): { died?: string; age?: string } {
  const wrong: { died?: string; age?: string } = {};
  if (typed.died.trim() && !is_span(typed.died.trim())) wrong.died = t('loss.day.wrong');
  const ages = /^(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?$/.exec(typed.age.trim());
  if (typed.age.trim() && (!ages || Number(ages[2] ?? ages[1]) > 120 || Number(ages[1]) > Number(ages[2] ?? ages[1]))) wrong.age = t('loss.age.wrong');
  return wrong;
}

export function facts_said(typed: FactsTyped): LossFacts {
  const ages = /^(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?$/.exec(typed.age.trim());
  const line = (name: 'died' | 'place' | 'region' | 'district' | 'unit' | 'rank') => (typed[name].trim() ? { [name]: typed[name].trim() } : {});
  return {
    ...(typed.state && { state: typed.state }),
    ...line('died'), ...line('place'), ...line('region'), ...line('district'),
    ...(typed.category && { category: typed.category }),
    ...line('unit'), ...line('rank'),
    ...(ages && { age_low: Number(ages[1]), age_high: Number(ages[2] ?? ages[1]) }),
  };
}

/** «Ковалёв Лев Викторович» as it is typed; further words stay with the patronymic. */
export function name_typed(text: string): LossName {
  const [surname = '', given = '', ...rest] = text.trim().split(/\s+/);
  return { surname, ...(given && { given }), ...(rest.length && { patronymic: rest.join(' ') }) };
}

export function names_typed(text: string): LossName[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map(name_typed);
}
