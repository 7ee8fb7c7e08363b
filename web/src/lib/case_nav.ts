// The places inside Cases and Counts.

import type { Kind, TallyBy, TallyState } from './cases';

export type CaseDetail =
  | { kind: 'case'; case_id: string }
  | { kind: 'case_new' }
  | { kind: 'case_edit'; case_id: string }
  | { kind: 'case_bring' }
  | { kind: 'entry'; case_id: string; entry_kind?: Kind; corrects?: string }
  | { kind: 'saved_paper'; case_id: string; saved: string }
  | { kind: 'roll_new' }
  | { kind: 'roll'; roll: string };

export type LossDetail =
  | { kind: 'losses' }
  | { kind: 'loss'; record: string }
  | { kind: 'loss_new' }
  | { kind: 'loss_source'; record: string; corrects?: number }
  | { kind: 'loss_pairs' }
  | { kind: 'claims' }
  | { kind: 'claim_new'; replaces?: string }
  | { kind: 'loss_import' }
  | { kind: 'loss_verifiers' };

export type CountDetail =
  | LossDetail
  | { kind: 'cell'; by: TallyBy; key: string; label: string; state?: TallyState; from_month?: string; until_month?: string; unit?: string; region?: string }
  | { kind: 'report_new'; corrects?: string }
  | { kind: 'figures' }
  | { kind: 'bulletin' }
  | { kind: 'bulletin_draft'; draft: string }
  | { kind: 'statement_new' }
  | { kind: 'report'; report: string };
