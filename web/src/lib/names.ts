// Telling people of one name apart. Names are compared as an eye sees them: without case, spaces and accents, and
// with the letters that look alike in Cyrillic and Latin taken as one, since an intruder would use exactly these.

import type { Member } from './call';

const look_alikes: Record<string, string> = {
  а: 'a', в: 'b', с: 'c', е: 'e', ё: 'e', н: 'h', к: 'k', м: 'm', о: 'o', р: 'p', т: 't', у: 'y', х: 'x', і: 'i', ѕ: 's',
  '0': 'o', '3': 'з',
};

export function seen_as(name: string): string {
  const plain = name.normalize('NFKD').replace(/[\p{M}\p{C}\p{Z}\s]/gu, '').toLowerCase();
  return [...plain].map((letter) => look_alikes[letter] ?? letter).join('');
}

export interface Named {
  name: string;
  /** 0 when nobody else looks the same by name; else 1, 2, 3 … in the order of joining. */
  number: number;
}

export function tell_apart(members: Member[]): Map<string, Named> {
  const alike = new Map<string, Member[]>();
  for (const member of members) {
    const key = seen_as(member.name);
    alike.set(key, [...(alike.get(key) ?? []), member]);
  }
  const named = new Map<string, Named>();
  for (const same of alike.values()) {
    same.sort((a, b) => a.since - b.since || (a.member < b.member ? -1 : 1));
    same.forEach((member, index) =>
      named.set(member.member, { name: member.name, number: same.length > 1 ? index + 1 : 0 }),
    );
  }
  return named;
}
