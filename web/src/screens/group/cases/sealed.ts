import type { SealedFields } from '../../../lib/cases';

export type SealedText = Record<keyof Required<SealedFields>, string>;

export function sealed_text(from?: SealedFields): SealedText {
  return {
    name: from?.name ?? '',
    birth_day: from?.birth_day ?? '',
    relatives: from?.relatives ?? '',
    phone: from?.phone ?? '',
    whereabouts: from?.whereabouts ?? '',
    notes: from?.notes ?? '',
  };
}

/** What was filled in, without the fields that stayed empty. */
export function sealed_fields(text: SealedText): SealedFields {
  const out: SealedFields = { name: text.name.trim() };
  for (const key of ['birth_day', 'relatives', 'phone', 'whereabouts', 'notes'] as const) {
    if (text[key].trim()) out[key] = text[key].trim();
  }
  return out;
}

export function anything(text: SealedText): boolean {
  return Object.values(text).some((one) => one.trim() !== '');
}
