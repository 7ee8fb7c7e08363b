// How long a passphrase would hold against somebody who has the vault's file and means it: ten thousand tries a
// second, a roomful of machines, since each try costs Argon2id's memory. An estimate, and shown as one.

const kTriesPerSecondLog10 = 4;

export type Span = 'seconds' | 'minutes' | 'hours' | 'days' | 'months' | 'years' | 'decades' | 'centuries';

export function holds_for(guesses_log10: number): Span {
  const seconds_log10 = guesses_log10 - kTriesPerSecondLog10;
  const ends: [number, Span][] = [
    [60, 'seconds'],
    [3_600, 'minutes'],
    [86_400, 'hours'],
    [30 * 86_400, 'days'],
    [365 * 86_400, 'months'],
    [10 * 365 * 86_400, 'years'],
    [100 * 365 * 86_400, 'decades'],
  ];
  return ends.find(([end]) => seconds_log10 < Math.log10(end))?.[1] ?? 'centuries';
}

export function word_for(span: Span): 'very_weak' | 'weak' | 'good' | 'strong' {
  if (span === 'seconds' || span === 'minutes') return 'very_weak';
  if (span === 'hours' || span === 'days' || span === 'months') return 'weak';
  return span === 'centuries' ? 'strong' : 'good';
}
