// The places inside Guidance.

import type { Args } from './call';

export type Situation = NonNullable<Args<'guidance.list'>['situation']>;
export type ForWhom = NonNullable<Args<'guidance.list'>['audience']>;

export type GuidanceDetail =
  | { kind: 'situation'; situation: Situation }
  | { kind: 'articles'; situation?: Situation; audience?: ForWhom }
  | { kind: 'article'; article: string; revision?: number }
  | { kind: 'paper'; article: string; revision: number; paper: string; case_id?: string; saved?: string }
  | { kind: 'write'; article?: string; proposal?: string; question?: string }
  | { kind: 'withdraw'; article: string }
  | { kind: 'proposals' }
  | { kind: 'carry' }
  | { kind: 'questions' }
  | { kind: 'ask' }
  | { kind: 'question'; question: string };
