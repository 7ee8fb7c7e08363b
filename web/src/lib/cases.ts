// Words about cases: rows named by the command that answers them, and what several screens say alike.

import type { Args, Member, Result } from './call';
import { t } from './i18n.svelte';
import { region_name } from './regions';
import { say_calendar_date, say_calendar_day } from './when';

export type Card = Result<'case.list'>['cases'][number];
export type CaseView = Result<'case.view'>;
export type Entry = CaseView['timeline'][number];
export type Deadline = CaseView['deadlines'][number];
export type Step = CaseView['steps'][number];
export type Person = CaseView['readers'][number];
export type CaseState = Card['state'];
export type Kind = Entry['kind'];
export type KnownBy = Entry['known_by'];
export type Sureness = Entry['sureness'];
export type Due = Result<'case.due'>['items'][number];
export type Double = Result<'case.doubles'>['doubles'][number];
export type Roll = Result<'roll.list'>['rolls'][number];
export type RollMatch = Result<'roll.match'>['matches'][number];
export type CardFields = Args<'case.create'>['card'];
export type SealedFields = NonNullable<Args<'case.create'>['sealed']>;
export type Table = Result<'tally.view'>;
export type Row = Table['total'];
export type Cell = Row['cells'][number];
export type TallyBy = Table['by'];
export type TallyState = Cell['state'];
export type Report = Result<'report.list'>['reports'][number];

export const states: CaseState[] = [
  'in_touch', 'exercises', 'at_front', 'refused', 'report_served', 'threatened', 'held', 'charged', 'moved', 'sent_back',
  'wounded', 'missing', 'killed', 'released', 'home', 'unknown',
];
export const kinds: Kind[] = [
  'contact', 'exercises', 'refused', 'report_served', 'threatened', 'held', 'answer', 'complaint', 'moved', 'sent_back',
  'released', 'home', 'wounded', 'missing', 'killed', 'charged', 'note',
];
/** What one hears of a man in a call for many. */
export const roll_kinds: Kind[] = [
  'contact', 'refused', 'held', 'threatened', 'moved', 'sent_back', 'wounded', 'missing', 'killed', 'released', 'home',
];
export const knowns: KnownBy[] = ['he_called', 'comrade_family', 'family', 'unit', 'office', 'press', 'other'];
export const surenesses: Sureness[] = ['sure', 'likely', 'rumour'];
export const categories: CardFields['category'][] = ['contract', 'mobilised', 'conscript', 'volunteer', 'officer'];
export const tally_states: TallyState[] = [
  'sent', 'refused', 'held', 'threatened', 'released', 'home', 'sent_back', 'wounded', 'missing', 'killed', 'unknown',
];

/** «Удерживают, с 12 июля»; of a man who only was heard from, when that was. */
export function say_state(card: Card): string {
  if (card.state === 'in_touch' && card.since) return t('case.state_in_touch', { day: say_calendar_day(card.since) });
  const state = t(`case.state.${card.state}`);
  return card.since ? t('case.state_since', { state, date: say_calendar_date(card.since) }) : state;
}

/** Unit and region in one line, what is not known left out. */
export function where_from(card: { unit: string; region: string }): string {
  return [card.unit, card.region && region_name(card.region)].filter(Boolean).join(', ');
}

export function person(one: Person): string {
  return one.me ? t('case.me') : one.name;
}

export function say_speaks(one: Person): string {
  return one.me ? t('case.speaks.me') : t('case.speaks', { name: one.name });
}

/** Who can read what is sealed: who speaks for him, and those she named. */
export function readers_of(view: CaseView): Person[] {
  const others = view.readers.filter((one) => one.member !== view.card.speaks.member);
  return [view.card.speaks, ...others];
}

export function names(people: Person[]): string {
  return people.filter((one) => !one.me).map((one) => one.name).join(', ');
}

/** Who will be able to read what is sealed to her and these members. */
export function seen_by_readers(chosen: string[], members: Member[]): string {
  const said = members.filter((one) => chosen.includes(one.member)).map((one) => one.name).join(', ');
  return said ? t('case.seen.readers', { names: said }) : t('case.seen.only_me');
}

export function seen_by_everyone(count: number): string {
  return count > 1 ? t('seen.group', { count }) : t('seen.alone');
}

/** "10", or "от 10 до 14". */
export function say_range(cell: { at_least: number; at_most: number }): string {
  return cell.at_least === cell.at_most
    ? t('tally.number', { count: cell.at_least })
    : t('tally.range', { least: cell.at_least, most: cell.at_most });
}

/** Offers a text as a file; nothing of it stays in the page. */
export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function from_base64(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(plain.length);
  for (let i = 0; i < plain.length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes;
}

export async function to_base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let plain = '';
  for (let i = 0; i < bytes.length; i += 0x8000) plain += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(plain);
}
