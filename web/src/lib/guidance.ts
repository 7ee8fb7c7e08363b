// Words about guidance and questions: rows named by the command that answers them, and what several screens share.

import type { Args, Result } from './call';
import type { ForWhom, Situation } from './guidance_nav';

export type Article = Result<'guidance.article'>;
export type ArticleRow = Result<'guidance.list'>['articles'][number];
export type ArticleState = ArticleRow['state'];
export type Content = Args<'guidance.publish'>['content'];
export type Step = Content['steps'][number];
export type Paper = Content['papers'][number];
export type PaperField = Paper['fields'][number];
export type FieldType = PaperField['type'];
export type Filled = Result<'guidance.fill'>;
export type Proposal = Result<'guidance.proposals'>['proposals'][number];
export type Question = Result<'question.list'>['questions'][number];
export type QuestionView = Result<'question.view'>;
export type Imported = Result<'guidance.import'>['articles'][number];

export const situations: Situation[] = [
  'not_yet_sent', 'on_leave', 'at_front', 'refused', 'held', 'wounded', 'missing', 'killed',
];
export const audiences: ForWhom[] = ['contract', 'conscript', 'mobilised', 'volunteer', 'officer', 'family'];
export const field_types: FieldType[] = ['text', 'long_text', 'date', 'number', 'choice', 'name', 'unit'];

export function empty_content(language: string): Content {
  return {
    title: '', language, summary: '', audiences: [], situations: [], steps: [], papers: [], threats: [], sources: [],
    contacts: [], sample: false,
  };
}

/** A copy that can be edited without touching what was read. */
export function copy_of<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Whether the text is on the clipboard now. */
export async function put_on_clipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = document.createElement('textarea');
    box.value = text;
    box.className = 'hidden';
    document.body.append(box);
    box.select();
    const done = document.execCommand('copy');
    box.remove();
    return done;
  }
}

export function save_file(name: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes]));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export async function read_file(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
