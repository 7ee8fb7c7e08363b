// Generated from the node's list of commands by api_types; do not edit.

export interface AddDeviceArgs {
  group: string;
  hours?: number;
}

export interface AddEntryArgs {
  group: string;
  case_id: string;
  kind: "exercises" | "contact" | "refused" | "report_served" | "answer" | "threatened" | "held" | "complaint" | "moved" | "sent_back" | "released" | "home" | "wounded" | "missing" | "killed" | "charged" | "note";
  when: WhenField;
  known_by: "he_called" | "comrade_family" | "unit" | "office" | "press" | "family" | "other";
  sureness: "sure" | "likely" | "rumour";
  text?: string;
  reach?: "everyone" | "readers";
  how?: "in_person_stamp" | "by_post" | "refused_to_take";
  law_article?: string;
  by_rank?: string;
  place?: string;
  held_with?: string;
  to?: "commander" | "military_prosecutor" | "ombudsman" | "court";
  corrects?: string;
}

export interface AddReportArgs {
  group: string;
  text: string;
  unit?: string;
  region?: string;
  from_day: string;
  until_day: string;
  figures: ReportFigure[];
  out_of?: number;
  source: "he_called" | "comrade_family" | "unit" | "office" | "press" | "family" | "other";
  source_note?: string;
  sureness: "sure" | "likely" | "rumour";
  overlaps: string[];
  corrects?: string;
}

export interface AnswerArgs {
  group: string;
  question: string;
  text: string;
  article?: string;
}

export interface AnsweredItem {
  message?: string;
  author: string;
  author_name: string;
  text: string;
  removed: boolean;
}

export interface AppState {
  vault: "none" | "locked" | "open";
  language: string;
  version: string;
  relay: string;
}

export interface ApproveArgs {
  group: string;
  draft: string;
  digest: string;
}

export interface ArticleArgs {
  group: string;
  article: string;
  revision?: number;
}

export interface ArticleContent {
  title: string;
  language: string;
  summary: string;
  audiences: ("contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family")[];
  situations: ("not_yet_sent" | "on_leave" | "at_front" | "refused" | "held" | "wounded" | "missing" | "killed")[];
  steps: ArticleStep[];
  papers: PaperTemplate[];
  threats: ThreatItem[];
  sources: LawSource[];
  contacts: ContactItem[];
  sample: boolean;
}

export interface ArticleItem {
  article: string;
  revision: number;
  title: string;
  summary: string;
  language: string;
  audiences: ("contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family")[];
  situations: ("not_yet_sent" | "on_leave" | "at_front" | "refused" | "held" | "wounded" | "missing" | "killed")[];
  state: "current" | "not_yet" | "stale" | "withdrawn";
  author_name: string;
  valid_from: string;
  check_by: string;
  law_date: string;
  endorsed: number;
  disputed: boolean;
  sample: boolean;
  queued: boolean;
  snippet?: string;
}

export interface ArticleList {
  articles: ArticleItem[];
  total: number;
  can_publish: boolean;
  proposals: number;
}

export interface ArticleRef {
  article: string;
  revision: number;
}

export interface ArticleStep {
  title: string;
  text: string;
  say?: string;
  write?: string;
}

export interface ArticleView {
  item: ArticleItem;
  content: ArticleContent;
  revisions: RevisionItem[];
  opinions: OpinionItem[];
  withdrawal?: WithdrawalItem;
  outcomes: OutcomeCount[];
  signer: string;
  signer_name?: string;
  signature_good: boolean;
  from_file: boolean;
  can_publish: boolean;
  my_opinion?: boolean;
  newest?: number;
}

export interface ArticlesArgs {
  group: string;
  query?: string;
  audience?: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family";
  situation?: "not_yet_sent" | "on_leave" | "at_front" | "refused" | "held" | "wounded" | "missing" | "killed";
  withdrawn?: boolean;
  limit?: number;
}

export interface AskArgs {
  group: string;
  text: string;
  reach: "everyone" | "advisers";
  audience?: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family";
  situation?: "not_yet_sent" | "on_leave" | "at_front" | "refused" | "held" | "wounded" | "missing" | "killed";
  urgency: "normal" | "urgent";
}

export interface BringCaseArgs {
  group: string;
  file: string;
  passphrase: string;
}

export interface BulletinDraftArgs {
  group: string;
  draft: string;
}

export interface BulletinFile {
  name: string;
  text: string;
}

export interface BulletinFilesArgs {
  group: string;
  draft?: string;
}

export interface BulletinFolder {
  number: number;
  digest: string;
  name: string;
  archive: string;
  files: BulletinFile[];
}

export interface BulletinView {
  statements: StatementItem[];
  drafts: DraftItem[];
  may_prepare: boolean;
  organizers: number;
  threshold: number;
  threshold_fixed: boolean;
}

export interface CalendarFile {
  name: string;
  text: string;
}

export interface CancelJoinArgs {
  join: string;
}

export interface CardArgs {
  group: string;
  case_id: string;
  card: CardFields;
  reason?: string;
}

export interface CardChangeItem {
  by: MemberRef;
  at: number;
  reason: string;
}

export interface CardFields {
  label: string;
  category: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family";
  unit: string;
  region: string;
  rank?: string;
}

export interface CaseArgs {
  group: string;
  case_id: string;
}

export interface CaseCard {
  case_id: string;
  label: string;
  category: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family";
  unit: string;
  region: string;
  rank: string;
  state: "unknown" | "exercises" | "in_touch" | "at_front" | "refused" | "report_served" | "threatened" | "held" | "charged" | "moved" | "sent_back" | "wounded" | "missing" | "killed" | "released" | "home";
  since?: string;
  contradictory: boolean;
  last_contact?: string;
  silent_days?: number;
  silence: "none" | "watch" | "act" | "urgent";
  speaks: MemberRef;
  mine: boolean;
  readable: boolean;
  next_due?: string;
  entries: number;
  at: number;
  queued: boolean;
  joined_with?: string;
}

export interface CaseFile {
  card: CaseCard;
  sealed?: SealedFields;
  readers: MemberRef[];
  may_edit: boolean;
  fate: "unknown" | "exercises" | "in_touch" | "at_front" | "refused" | "report_served" | "threatened" | "held" | "charged" | "moved" | "sent_back" | "wounded" | "missing" | "killed" | "released" | "home";
  whereabouts?: string;
  timeline: EntryItem[];
  deadlines: DeadlineItem[];
  steps: StepItem[];
  papers: SavedPaper[];
  clock: SilenceSettings;
  advice?: SilenceAdvice;
  missing_keys: MemberRef[];
  seal_anew: boolean;
  changes: CardChangeItem[];
}

export interface CaseList {
  cases: CaseCard[];
  total: number;
  more: boolean;
  silent: number;
  due: number;
}

export interface CaseRef {
  case_id: string;
}

export interface CasesArgs {
  group: string;
  state?: "unknown" | "exercises" | "in_touch" | "at_front" | "refused" | "report_served" | "threatened" | "held" | "charged" | "moved" | "sent_back" | "wounded" | "missing" | "killed" | "released" | "home";
  unit?: string;
  region?: string;
  query?: string;
  mine?: boolean;
  limit?: number;
  after?: string;
}

export interface ChainAnswer {
  brought_in: ChainItem[];
  vouched_for: ChainItem[];
}

export interface ChainArgs {
  group: string;
  member: string;
  since?: number;
}

export interface ChainItem {
  member: string;
  name: string;
  since: number;
  sponsor: PersonItem;
  depth: number;
  vouched: PersonItem[];
}

export interface ChangeArgs {
  group: string;
  change: string;
}

export interface ChangeItem {
  change: string;
  at: number;
  by: PersonItem;
  approved_by: PersonItem[];
  needed: number;
  mine: boolean;
  can_approve: boolean;
  can_reject: boolean;
  name?: string;
  vouches?: number;
  retention_days?: number;
  closes_at?: number;
  roles: RoleItem[];
  relays: string[];
  porch?: "opens" | "closes" | "days";
  porch_days?: number;
}

export interface ChangePassphraseArgs {
  old_passphrase: string;
  new_passphrase: string;
}

export interface ChangeRef {
  change: string;
}

export interface ClaimFields {
  subject: string;
  region?: string;
  kind: string;
  as_of: string;
  value?: string;
  low?: string;
  high?: string;
  unit: string;
  claimant: string;
  basis: "named_list" | "official" | "intelligence" | "estimate" | "belligerent" | "secondary";
  link?: string;
  warning?: string;
}

export interface ClaimItem {
  id: string;
  claim: ClaimFields;
  basis_text: string;
  withdrawn: boolean;
  replaced: boolean;
  queued: boolean;
  reason?: string;
  by: MemberRef;
  at: number;
  may_change: boolean;
}

export interface ClaimList {
  claims: ClaimItem[];
}

export interface ContactItem {
  name: string;
  how: string;
}

export interface CopiedGuidance {
  taken: number;
  known: number;
}

export interface CountedListItem {
  id: string;
  publisher: string;
  link?: string;
  note?: string;
  from_month?: string;
  until_month?: string;
  rows: number;
  men: number;
  withdrawn: boolean;
  replaced: boolean;
  queued: boolean;
  reason?: string;
  by: MemberRef;
  at: number;
  may_withdraw: boolean;
}

export interface CountedLists {
  lists: CountedListItem[];
  i_verify: boolean;
}

export interface CreateGroupArgs {
  name: string;
  my_name: string;
  relay?: string;
  vouches?: number;
}

export interface DeadlineItem {
  deadline: string;
  title: string;
  due: string;
  from_entry: string;
  law: string;
  days_left: number;
  met: boolean;
  next: string;
}

export interface DepartedItem {
  member: string;
  name: string;
  noticed_at: number;
  last?: LastMessage;
}

export interface DepartedList {
  departed: DepartedItem[];
}

export interface DeviceArgs {
  group: string;
  device: string;
}

export interface DeviceItem {
  device: string;
  this_one: boolean;
  first: boolean;
  since: number;
  approved_by: PersonItem[];
  can_remove: boolean;
}

export interface DeviceList {
  devices: DeviceItem[];
  can_add: boolean;
}

export interface DevicesArgs {
  group: string;
  member?: string;
}

export interface DiscardArgs {
  group: string;
  draft: string;
  reason?: string;
}

export interface DoubleArgs {
  group: string;
  double_id: string;
  agree: boolean;
}

export interface DoubleItem {
  double_id: string;
  mine: CaseCard;
  other: CaseCard;
  state: "open" | "i_agreed" | "joined" | "refused";
}

export interface DoubleList {
  doubles: DoubleItem[];
}

export interface Draft {
  text: string;
  reply_to?: string;
}

export interface DraftAnswer {
  content: ArticleContent;
}

export interface DraftArgs {
  group: string;
  text: string;
  reply_to?: string;
}

export interface DraftItem {
  draft: string;
  number: number;
  as_of: string;
  by: MemberRef;
  at: number;
  standing: "open" | "bulletin" | "discarded" | "overtaken" | "statement_missing";
  approved_by: MemberRef[];
  queued: boolean;
  digest: string;
  reason?: string;
}

export interface DraftRef {
  draft: string;
}

export interface DraftView {
  draft: DraftItem;
  files: BulletinFile[];
  same_bytes: boolean;
  changed: string[];
  cells_shown: number;
  cells_hidden: number;
  may_approve: boolean;
  may_discard: boolean;
}

export interface DueItem {
  group: string;
  group_name: string;
  case_id: string;
  label: string;
  text: string;
  due: string;
  overdue: boolean;
  kind: string;
}

export interface DueList {
  items: DueItem[];
}

export interface EditArgs {
  group: string;
  message: string;
  text: string;
  mentions?: string[];
}

export interface EnterByNoteArgs {
  group: string;
  note: string;
  my_name: string;
  greeting?: string;
}

export interface EntryItem {
  entry: string;
  kind: "exercises" | "contact" | "refused" | "report_served" | "answer" | "threatened" | "held" | "complaint" | "moved" | "sent_back" | "released" | "home" | "wounded" | "missing" | "killed" | "charged" | "note";
  when: WhenField;
  known_by: "he_called" | "comrade_family" | "unit" | "office" | "press" | "family" | "other";
  sureness: "sure" | "likely" | "rumour";
  text?: string;
  sealed: boolean;
  how?: "in_person_stamp" | "by_post" | "refused_to_take";
  law_article?: string;
  by_rank?: string;
  place?: string;
  held_with?: string;
  to?: "commander" | "military_prosecutor" | "ombudsman" | "court";
  by: MemberRef;
  at: number;
  corrects?: string;
  corrected: boolean;
  contradicts: boolean;
  queued: boolean;
}

export interface EntryRef {
  entry: string;
}

export interface EraseCaseArgs {
  group: string;
  case_id: string;
  word: string;
}

export interface EstimateAnswer {
  observed: number;
  lists: string[];
  too_few_lists: boolean;
  profile?: EstimateRange;
  bootstrap?: EstimateRange;
  models: EstimateModel[];
  model_count: number;
  without_estimate: number;
  models_low?: number;
  models_high?: number;
  average?: EstimateRange;
  average_unbounded: boolean;
  sparse?: EstimateRange;
  sparse_model?: string;
  sparse_exists: boolean;
  bayes?: EstimateRange;
  rhat: number;
  effective: number;
}

export interface EstimateArgs {
  group: string;
  by?: "kind" | "publisher";
  lists: string[];
  cells?: string;
  seed?: number;
}

export interface EstimateList {
  key: string;
  men: number;
}

export interface EstimateLists {
  lists: EstimateList[];
}

export interface EstimateListsArgs {
  group: string;
  by: "kind" | "publisher";
}

export interface EstimateModel {
  model: string;
  exists: boolean;
  estimate?: number;
  se?: number;
  bic?: number;
  aic?: number;
}

export interface EstimateRange {
  estimate: number;
  low?: number;
  high?: number;
}

export interface EstimateStatus {
  state: "none" | "running" | "done" | "stopped";
  permille: number;
  answer?: EstimateAnswer;
}

export interface ExportArticlesArgs {
  group: string;
  articles: string[];
}

export interface FetchFileArgs {
  group: string;
  message: string;
  file: string;
}

export interface FieldProblem {
  name: string;
  message: string;
}

export interface FileAnswer {
  name: string;
  file: string;
}

export interface FileArgs {
  group: string;
  file: string;
}

export interface FileItem {
  file: string;
  name: string;
  kind: "picture" | "paper" | "voice";
  size: number;
  original: boolean;
  state: "not_fetched" | "taking" | "ready" | "sending" | "sent" | "here" | "fetching" | "stopped" | "gone" | "damaged";
  done: number;
  count: number;
  seconds?: number;
  until?: number;
  preview?: string;
}

export interface FileList {
  sending: WaitingMessageItem[];
  fetching: FileItem[];
}

export interface FilePiece {
  content: string;
  size: number;
  type: string;
}

export interface FileReceived {
  received: number;
}

export interface FileReveals {
  reveals: ("place" | "date" | "camera" | "serial" | "author" | "thumbnail" | "maker_notes" | "comment" | "program" | "settings" | "hidden" | "unseen" | "broken")[];
}

export interface FillPaperArgs {
  group: string;
  article: string;
  revision?: number;
  paper: string;
  values: NamedValue[];
}

export interface FilledPaper {
  title: string;
  addressed_to: string;
  text: string;
  copies: number;
  problems: FieldProblem[];
  state: "current" | "not_yet" | "stale" | "withdrawn";
  warning?: string;
}

export interface FinishFileArgs {
  group: string;
  file: string;
  preview?: string;
  keep_original?: boolean;
}

export interface FunnelPoint {
  people: number;
  low_95: number;
  high_95: number;
  low_998: number;
  high_998: number;
}

export interface GroupArgs {
  group: string;
}

export interface GroupItem {
  group: string;
  name: string;
  members: number;
  epoch: number;
  state: "active" | "leaving" | "left" | "removed" | "stuck" | "closed" | "device_removed";
  my_name: string;
  my_role: "member" | "adviser" | "organizer";
  requests: number;
  waiting: number;
  unread: number;
  mentions: number;
  link: "connected" | "connecting" | "offline" | "misbehaving" | "locked" | "idle" | "detour";
  last?: LastMessage;
  is_porch: boolean;
}

export interface GroupList {
  groups: GroupItem[];
}

export interface GroupRef {
  group: string;
}

export interface GroupSync {
  group: string;
  state: "connected" | "connecting" | "offline" | "misbehaving" | "locked" | "idle" | "detour";
  waiting: number;
}

export interface Growth {
  months: string[];
  rows: GrowthRow[];
  undated: number;
}

export interface GrowthArgs {
  group: string;
  confirmed?: boolean;
}

export interface GrowthRow {
  region: string;
  counts: number[];
}

export interface ImportAnswer {
  articles: ImportedArticle[];
}

export interface ImportArticlesArgs {
  group: string;
  file: string;
  trust?: boolean;
}

export interface ImportedArticle {
  title: string;
  signer: string;
  signed_by_name?: string;
  outcome: string;
}

export interface InviteArgs {
  group: string;
  days?: number;
}

export interface InviteItem {
  invite: string;
  ends_at: number;
  state: "open" | "asked" | "used" | "expired";
  for_device: boolean;
}

export interface InviteList {
  invites: InviteItem[];
}

export interface JoinArgs {
  link: string;
  my_name: string;
  greeting?: string;
}

export interface JoinDeviceArgs {
  link: string;
}

export interface JoinItem {
  join: string;
  my_name: string;
  words: string[];
  words_other: string[];
  state: "sending" | "waiting" | "expired" | "failed" | "joined";
  ends_at: number;
  at: number;
  group?: string;
  device: boolean;
}

export interface JoinList {
  joins: JoinItem[];
}

export interface Keeping {
  group: number;
  mine: number;
  days: number;
  closes_at?: number;
}

export interface LanguageArgs {
  language: string;
}

export interface LastMessage {
  author_name: string;
  text: string;
  at: number;
}

export interface LawSource {
  title: string;
  date: string;
  text: string;
}

export interface LeaveOutArgs {
  group: string;
  member: string;
  out: boolean;
}

export interface LinkKind {
  device: boolean;
  ends_at: number;
}

export interface LossArgs {
  group: string;
  record: string;
}

export interface LossCard {
  record: string;
  names: string[];
  has_names: boolean;
  names_are_public: boolean;
  states: ("killed" | "wounded" | "missing" | "prisoner")[];
  died?: string;
  died_differs: boolean;
  known?: string;
  regions: string[];
  districts: string[];
  places: string[];
  categories: ("contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "guard" | "company" | "inmate")[];
  units: string[];
  ranks: string[];
  age_low?: number;
  age_high?: number;
  sources: number;
  independent: number;
  confirmed: boolean;
  same_man: number;
  withdrawn: boolean;
  imported: boolean;
  queued: boolean;
  by: MemberRef;
  at: number;
}

export interface LossCorrectArgs {
  group: string;
  record: string;
  source: number;
  facts: LossFacts;
  reason: string;
}

export interface LossDecideArgs {
  group: string;
  a: string;
  b: string;
  verdict: "same" | "different" | "unsure";
  reason?: string;
}

export interface LossEvent {
  what: "added" | "source_added" | "judged" | "corrected" | "renamed" | "withdrawn" | "restored" | "said_same" | "said_different" | "said_unsure" | "said_undone";
  by: MemberRef;
  at: number;
  reason: string;
  source?: number;
}

export interface LossFacts {
  state?: "killed" | "wounded" | "missing" | "prisoner";
  died?: string;
  place?: string;
  region?: string;
  district?: string;
  category?: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "guard" | "company" | "inmate";
  unit?: string;
  rank?: string;
  age_low?: number;
  age_high?: number;
}

export interface LossImportArgs {
  group: string;
  text: string;
  upload?: string;
  publisher?: string;
  link?: string;
  date?: string;
  names_are_public?: boolean;
  look_only?: boolean;
}

export interface LossImportProblem {
  line: number;
  column: number;
  expected: string;
}

export interface LossImported {
  problem?: LossImportProblem;
  kind: "people" | "counts" | "claims";
  rows: number;
  men: number;
  passed_over: number;
  without_region: number;
  withdraw_kind: "record" | "list" | "claim" | "import";
  id: string;
}

export interface LossJudgeArgs {
  group: string;
  record: string;
  source: number;
  counts: boolean;
  quotes?: number;
  reason: string;
}

export interface LossList {
  records: LossCard[];
  more: boolean;
  found: number;
  at_least: number;
  at_most: number;
  men: number;
  confirmed: number;
  listed: number;
  unresolved: number;
  unfinished: number;
  pairs: number;
  i_verify: boolean;
}

export interface LossListArgs {
  group: string;
  state?: "killed" | "wounded" | "missing" | "prisoner";
  region?: string;
  category?: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "guard" | "company" | "inmate";
  unit?: string;
  query?: string;
  confirmed?: boolean;
  withdrawn?: boolean;
  limit?: number;
  after?: string;
}

export interface LossName {
  surname: string;
  given?: string;
  patronymic?: string;
}

export interface LossNamesArgs {
  group: string;
  record: string;
  names: LossName[];
  birth?: string;
  reason: string;
}

export interface LossPairArgs {
  group: string;
  a: string;
  b: string;
}

export interface LossPairItem {
  a: LossCard;
  b: LossCard;
  birth_a?: string;
  birth_b?: string;
  permille: number;
  hard: boolean;
  outcome: "open" | "waits" | "same" | "different" | "disputed";
  words: LossWord[];
}

export interface LossPairList {
  pairs: LossPairItem[];
  waiting: number;
  compared: number;
  mine: LossPairItem[];
}

export interface LossPairsArgs {
  group: string;
  limit?: number;
}

export interface LossRef {
  record: string;
}

export interface LossSource {
  kind: "official" | "press" | "social" | "cemetery" | "family" | "comrade" | "list" | "other";
  publisher: string;
  link?: string;
  date?: string;
  note?: string;
  quotes?: number;
  facts: LossFacts;
}

export interface LossSourceArgs {
  group: string;
  record: string;
  source: LossSource;
  reason: string;
}

export interface LossSourceItem {
  number: number;
  said: LossSource;
  by: MemberRef;
  checked: boolean;
  corrected: boolean;
  queued: boolean;
  may_correct: boolean;
}

export interface LossUpload {
  upload: string;
}

export interface LossUploadArgs {
  upload?: string;
  text: string;
}

export interface LossVerifier {
  who: MemberRef;
  by_role: boolean;
  verifies: boolean;
}

export interface LossVerifierArgs {
  group: string;
  member: string;
  verifies: boolean;
  reason: string;
}

export interface LossVerifiers {
  members: LossVerifier[];
  i_verify: boolean;
  may_name: boolean;
}

export interface LossView {
  card: LossCard;
  birth?: string;
  sources: LossSourceItem[];
  history: LossEvent[];
  same_man: LossCard[];
  reason?: string;
  i_verify: boolean;
  may_withdraw: boolean;
  may_restore: boolean;
  may_rename: boolean;
}

export interface LossWithdrawArgs {
  group: string;
  kind: "record" | "list" | "claim" | "import";
  id: string;
  withdrawn: boolean;
  reason: string;
}

export interface LossWord {
  by: MemberRef;
  verdict: "same" | "different" | "unsure";
  at: number;
}

export interface MemberArgs {
  group: string;
  member: string;
}

export interface MemberItem {
  member: string;
  name: string;
  role: "member" | "adviser" | "organizer";
  me: boolean;
  since: number;
  sponsor_name: string;
  confirmed_names: string[];
  removal_by: PersonItem[];
  devices: number;
}

export interface MemberList {
  members: MemberItem[];
}

export interface MemberRef {
  member: string;
  name: string;
  me: boolean;
}

export interface MessageArgs {
  group: string;
  message: string;
}

export interface MessageItem {
  message: string;
  author: string;
  author_name: string;
  mine: boolean;
  text: string;
  at: number;
  state: "queued" | "posted" | "taken_in";
  group?: string;
  group_name?: string;
  reply_to?: AnsweredItem;
  mentions: string[];
  mentions_me: boolean;
  edited: boolean;
  removed_by?: PersonItem;
  signs: SignItem[];
  pinned: boolean;
  can_edit: boolean;
  can_remove: boolean;
  can_pin: boolean;
  files: FileItem[];
}

export interface MessageList {
  messages: MessageItem[];
  more: boolean;
}

export interface NamedValue {
  name: string;
  value: string;
}

export interface NewCaseArgs {
  group: string;
  card: CardFields;
  sealed?: SealedFields;
  readers: string[];
  last_contact?: string;
  usual_silence_days?: number;
}

export interface NewClaimArgs {
  group: string;
  claim: ClaimFields;
  replaces?: string;
}

export interface NewDeviceItem {
  member: PersonItem;
  me: boolean;
  since: number;
  count: number;
  approved_by: PersonItem[];
}

export interface NewDeviceList {
  devices: NewDeviceItem[];
}

export interface NewFileArgs {
  group: string;
  name: string;
  kind: "picture" | "paper" | "voice";
  size: number;
  seconds?: number;
}

export interface NewFileRef {
  file: string;
  piece: number;
}

export interface NewInvite {
  invite: string;
  link: string;
  ends_at: number;
}

export interface NewJoin {
  join: string;
  words: string[];
  words_other: string[];
}

export interface NewLossArgs {
  group: string;
  names: LossName[];
  birth?: string;
  names_are_public: boolean;
  sources: LossSource[];
}

export interface NewMessage {
  message: string;
}

export interface NewStatementArgs {
  group: string;
  speaker?: string;
  text: string;
  attribution: string;
}

export interface NoteItem {
  note: string;
  kind: "further_in" | "into_porch";
  from: PersonItem;
  words: string;
  at: number;
  ends_at: number;
  state: "fresh" | "asked" | "in" | "expired" | "foreign";
  join?: string;
  group?: string;
}

export interface Nothing {
}

export interface Notice {
  notice: "vault" | "groups" | "group" | "members" | "requests" | "invites" | "talk" | "joins" | "sync" | "warning" | "guidance" | "questions" | "cases" | "tallies" | "files";
  group?: string;
}

export interface ObjectArgs {
  group: string;
  request: string;
  reason: string;
}

export interface ObjectionItem {
  by: PersonItem;
  reason: string;
  at: number;
}

export interface OpenPorchArgs {
  group: string;
  name: string;
  my_name: string;
  days: number;
  vouches?: number;
}

export interface OpinionArgs {
  group: string;
  article: string;
  revision: number;
  text: string;
}

export interface OpinionItem {
  member: string;
  name: string;
  revision: number;
  agrees: boolean;
  text: string;
  at: number;
  mine: boolean;
}

export interface OriginItem {
  request: string;
  check: "not_from_porch" | "unseen" | "good" | "early" | "gone";
  name: string;
  since?: number;
}

export interface OriginList {
  has_porch: boolean;
  days: number;
  requests: OriginItem[];
}

export interface OutcomeCount {
  state: string;
  count?: number;
}

export interface PaperField {
  name: string;
  label: string;
  explain: string;
  type: "text" | "long_text" | "date" | "number" | "choice" | "name" | "unit";
  required: boolean;
  choices: string[];
}

export interface PaperTemplate {
  paper: string;
  title: string;
  addressed_to: string;
  body: string;
  fields: PaperField[];
  copies: number;
}

export interface PaperValues {
  article: string;
  revision: number;
  paper: string;
  title: string;
  values: NamedValue[];
}

export interface PassphraseArgs {
  passphrase: string;
}

export interface PersonItem {
  member: string;
  name: string;
}

export interface PinItem {
  pin: string;
  author: string;
  author_name: string;
  text: string;
  at: number;
  by: PersonItem;
  message?: string;
  can_unpin: boolean;
}

export interface PinList {
  pins: PinItem[];
}

export interface PolicyAnswer {
  name: string;
  vouches: number;
  retention_days: number;
  closes_at?: number;
  relays: string[];
  organizers: PersonItem[];
  advisers: PersonItem[];
  elects: boolean;
  can_change: boolean;
  agree: number;
  removal_needs: number;
  changes: ChangeItem[];
  removals: RemovalItem[];
}

export interface PolicyArgs {
  group: string;
  name?: string;
  vouches?: number;
  retention_days?: number;
  closes_at?: number;
}

export interface PorchDaysArgs {
  group: string;
  days: number;
}

export interface PorchMemberArgs {
  group: string;
  member: string;
  words?: string;
}

export interface PorchOpened {
  porch: string;
  change: string;
}

export interface PorchStatus {
  is_porch: boolean;
  has_porch: boolean;
  days: number;
  can_change: boolean;
  waits: boolean;
  porch?: string;
  porch_name?: string;
  inner?: string;
  inner_name?: string;
  since?: number;
  until?: number;
  notes: NoteItem[];
}

export interface PostArgs {
  group: string;
  text: string;
  reply_to?: string;
  mentions?: string[];
  files?: string[];
}

export interface PrepareArgs {
  group: string;
  as_of?: string;
  threshold?: number;
  publisher?: string;
  statements: string[];
}

export interface ProposalArgs {
  group: string;
  proposal: string;
  reason?: string;
}

export interface ProposeArgs {
  group: string;
  request: string;
  note?: string;
}

export interface ProposeArticleArgs {
  group: string;
  article?: string;
  content: ArticleContent;
  note: string;
}

export interface ProposedItem {
  proposal: string;
  article?: string;
  by_name: string;
  mine: boolean;
  at: number;
  note: string;
  content: ArticleContent;
}

export interface ProposedList {
  proposals: ProposedItem[];
}

export interface PublishArgs {
  group: string;
  article?: string;
  content: ArticleContent;
  valid_from: string;
  check_by: string;
  law_date: string;
  proposal?: string;
}

export interface PutFileArgs {
  group: string;
  file: string;
  at: number;
  content: string;
}

export interface QuestionArgs {
  group: string;
  question: string;
}

export interface QuestionItem {
  question: string;
  author_name?: string;
  mine: boolean;
  text?: string;
  reach: "everyone" | "advisers";
  audience?: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family";
  situation?: "not_yet_sent" | "on_leave" | "at_front" | "refused" | "held" | "wounded" | "missing" | "killed";
  urgency: "normal" | "urgent";
  state: "open" | "asked_back" | "answered";
  at: number;
  answers: number;
  overdue: boolean;
  queued: boolean;
}

export interface QuestionList {
  questions: QuestionItem[];
  i_am_adviser: boolean;
  advisers: number;
}

export interface QuestionRef {
  question: string;
}

export interface QuestionView {
  item: QuestionItem;
  replies: ReplyItem[];
  can_answer: boolean;
  can_close: boolean;
  seen_by: string[];
}

export interface QuestionsArgs {
  group: string;
  state?: "open" | "asked_back" | "answered";
  limit?: number;
}

export interface RateArgs {
  group: string;
  per: "residents" | "men";
  from_month?: string;
  until_month?: string;
  confirmed?: boolean;
  reference?: string;
}

export interface RateTable {
  per: "residents" | "men";
  year: number;
  regions: RegionRate[];
  overall: number;
  deaths: number;
  at_most: number;
  without_region: number;
  funnel: FunnelPoint[];
  spread: number;
  could_be_first: number;
}

export interface ReadFileArgs {
  group: string;
  file: string;
  at: number;
}

export interface ReadPaperArgs {
  group: string;
  case_id: string;
  saved: string;
}

export interface RecoverArgs {
  group: string;
  relay: string;
}

export interface RecoveryItem {
  relay: string;
  approved_by: PersonItem[];
  needed: number;
  mine: boolean;
}

export interface RefusedItem {
  member: string;
  member_name: string;
  what: string;
  kind: number;
  at: number;
}

export interface RefusedItems {
  refused: RefusedItem[];
}

export interface RegionRate {
  region: string;
  deaths: number;
  at_most: number;
  confirmed: number;
  people: number;
  rate: number;
  low: number;
  high: number;
  midp_low: number;
  midp_high: number;
  byar_low: number;
  byar_high: number;
  rank: number;
  rank_low: number;
  rank_high: number;
  first: number;
  funnel: "very_low" | "low" | "within" | "high" | "very_high";
  ratio?: number;
  ratio_low?: number;
  ratio_high?: number;
}

export interface RelayItem {
  relay: string;
  connected: boolean;
  orders: boolean;
  listed: boolean;
}

export interface RelaysAnswer {
  relays: RelayItem[];
  recoveries: RecoveryItem[];
  reachable: boolean;
  can_change: boolean;
  agree: number;
}

export interface RelaysArgs {
  group: string;
  relays: string[];
}

export interface RemovalItem {
  person: PersonItem;
  by: PersonItem[];
  needed: number;
  can_approve: boolean;
}

export interface RemoveChainArgs {
  group: string;
  members: string[];
}

export interface ReplyItem {
  author_name: string;
  adviser: boolean;
  mine: boolean;
  kind: string;
  text?: string;
  at: number;
  article?: string;
  article_title?: string;
  queued: boolean;
}

export interface ReportArgs {
  group: string;
  report: string;
  reason?: string;
}

export interface ReportFigure {
  state: "sent" | "refused" | "held" | "threatened" | "released" | "home" | "sent_back" | "wounded" | "missing" | "killed" | "unknown";
  count: number;
}

export interface ReportItem {
  report: string;
  text: string;
  unit: string;
  region: string;
  from_day: string;
  until_day: string;
  figures: ReportFigure[];
  out_of?: number;
  source: "he_called" | "comrade_family" | "unit" | "office" | "press" | "family" | "other";
  source_note: string;
  sureness: "sure" | "likely" | "rumour";
  overlaps: string[];
  by: MemberRef;
  mine: boolean;
  at: number;
  withdrawn: boolean;
  queued: boolean;
  reason?: string;
  corrects?: string;
  corrected_by?: string;
  may_correct: boolean;
  may_withdraw: boolean;
}

export interface ReportList {
  reports: ReportItem[];
}

export interface ReportRef {
  report: string;
}

export interface RequestArgs {
  group: string;
  request: string;
}

export interface RequestItem {
  request: string;
  name: string;
  greeting: string;
  note: string;
  words: string[];
  words_other: string[];
  at: number;
  mine: boolean;
  proposed_by?: PersonItem;
  confirmed_by: PersonItem[];
  needed: number;
  can_propose: boolean;
  can_confirm: boolean;
  can_decline: boolean;
  can_object: boolean;
  objections: ObjectionItem[];
  comes_back: boolean;
  device: boolean;
  accuses?: PersonItem;
}

export interface RequestList {
  requests: RequestItem[];
}

export interface RetentionArgs {
  group: string;
  days: number;
}

export interface RevisionItem {
  revision: number;
  author_name: string;
  at: number;
  valid_from: string;
  check_by: string;
  law_date: string;
  beside?: number;
}

export interface RevokeInviteArgs {
  group: string;
  invite: string;
}

export interface RoleArgs {
  group: string;
  member: string;
  role: "member" | "adviser" | "organizer";
}

export interface RoleItem {
  member: string;
  name: string;
  role: "member" | "adviser" | "organizer";
}

export interface RollArgs {
  group: string;
  roll: string;
}

export interface RollEntry {
  case_id: string;
  label: string;
  kind: "exercises" | "contact" | "refused" | "report_served" | "answer" | "threatened" | "held" | "complaint" | "moved" | "sent_back" | "released" | "home" | "wounded" | "missing" | "killed" | "charged" | "note";
  new_case: boolean;
}

export interface RollItem {
  roll: string;
  when: WhenField;
  by: MemberRef;
  lines: number;
  made: number;
  queued: boolean;
}

export interface RollLine {
  name: string;
  unit?: string;
  kind: "exercises" | "contact" | "refused" | "report_served" | "answer" | "threatened" | "held" | "complaint" | "moved" | "sent_back" | "released" | "home" | "wounded" | "missing" | "killed" | "charged" | "note";
  message?: string;
  case_id?: string;
  label?: string;
}

export interface RollList {
  rolls: RollItem[];
}

export interface RollMatch {
  case_id: string;
  label: string;
  unit: string;
  speaks: MemberRef;
  score: number;
  why: string;
}

export interface RollMatchArgs {
  group: string;
  name: string;
  unit?: string;
}

export interface RollMatches {
  matches: RollMatch[];
}

export interface RollSaved {
  roll: string;
  made: number;
  matched: number;
}

export interface RollView {
  item: RollItem;
  entries: RollEntry[];
  caller?: string;
}

export interface SafetyWords {
  words: string[];
  words_other: string[];
  epoch: number;
}

export interface SavePaperArgs {
  group: string;
  case_id: string;
  article: string;
  revision: number;
  paper: string;
  title: string;
  values: NamedValue[];
}

export interface SaveRollArgs {
  group: string;
  when: WhenField;
  caller?: string;
  known_by: "he_called" | "comrade_family" | "unit" | "office" | "press" | "family" | "other";
  sureness: "sure" | "likely" | "rumour";
  unit?: string;
  lines: RollLine[];
  region?: string;
  category?: "contract" | "conscript" | "mobilised" | "volunteer" | "officer" | "family";
}

export interface SavedPaper {
  saved: string;
  title: string;
  article: string;
  at: number;
}

export interface SealArgs {
  group: string;
  case_id: string;
  sealed: SealedFields;
  readers: string[];
}

export interface SealedFields {
  name: string;
  birth_day?: string;
  relatives?: string;
  phone?: string;
  whereabouts?: string;
  notes?: string;
}

export interface SearchArgs {
  query: string;
  group?: string;
  limit?: number;
}

export interface SignArgs {
  group: string;
  message: string;
  sign?: "thanks" | "agree" | "hug" | "read" | "important";
}

export interface SignItem {
  sign: "thanks" | "agree" | "hug" | "read" | "important";
  mine: boolean;
  names: string[];
}

export interface SilenceAdvice {
  what: string;
  level: "none" | "watch" | "act" | "urgent";
  since: string;
  article?: string;
  same_unit: number;
}

export interface SilenceArgs {
  group: string;
  case_id: string;
  usual_days: number;
  watch_days: number;
  act_days: number;
  urgent_days: number;
}

export interface SilenceSettings {
  usual_days: number;
  watch_days: number;
  act_days: number;
  urgent_days: number;
}

export interface StatementArgs {
  group: string;
  statement: string;
}

export interface StatementItem {
  statement: string;
  speaker: MemberRef;
  by: MemberRef;
  text: string;
  attribution: string;
  consented: boolean;
  taken_back: boolean;
  queued: boolean;
  may_consent: boolean;
  may_take_back: boolean;
}

export interface StatementRef {
  statement: string;
}

export interface StayItem {
  member: string;
  name: string;
  role: "member" | "adviser" | "organizer";
  me: boolean;
  since: number;
  until: number;
  over: boolean;
  asked_at?: number;
  left_out: boolean;
}

export interface StayList {
  days: number;
  stays: StayItem[];
}

export interface StepArgs {
  group: string;
  case_id: string;
  text: string;
  due?: string;
  who?: string;
}

export interface StepDoneArgs {
  group: string;
  case_id: string;
  step: string;
  dropped?: boolean;
}

export interface StepItem {
  step: string;
  text: string;
  due?: string;
  who: MemberRef;
  done: boolean;
  overdue: boolean;
  by: MemberRef;
}

export interface StepRef {
  step: string;
}

export interface Strength {
  score: number;
  guesses_log10: number;
  enough: boolean;
}

export interface StuckAnswer {
  stuck: boolean;
  why?: "old_copy" | "cannot_follow" | "fell_behind" | "started_anew";
  since?: number;
  accused?: PersonItem;
  also: PersonItem[];
  can_restart: boolean;
  restarting: boolean;
  started_anew_by?: PersonItem;
}

export interface SyncStatus {
  state: "connected" | "connecting" | "offline" | "misbehaving" | "locked" | "idle" | "detour";
  waiting: number;
  disk_full: boolean;
  groups: GroupSync[];
}

export interface TakeAwayArgs {
  group: string;
  case_id: string;
  passphrase: string;
}

export interface TalkListArgs {
  group: string;
  limit?: number;
  before?: string;
}

export interface TallyArgs {
  group: string;
  by: "unit" | "region" | "month";
  unit?: string;
  region?: string;
  from_month?: string;
  until_month?: string;
}

export interface TallyCell {
  state: "sent" | "refused" | "held" | "threatened" | "released" | "home" | "sent_back" | "wounded" | "missing" | "killed" | "unknown";
  at_least: number;
  at_most: number;
  from_cases: number;
  small: boolean;
}

export interface TallyCellArgs {
  group: string;
  by: "unit" | "region" | "month";
  key: string;
  state?: "sent" | "refused" | "held" | "threatened" | "released" | "home" | "sent_back" | "wounded" | "missing" | "killed" | "unknown";
  from_month?: string;
  until_month?: string;
  unit?: string;
  region?: string;
}

export interface TallyRow {
  key: string;
  label: string;
  men_at_least: number;
  men_at_most: number;
  cells: TallyCell[];
}

export interface TallySources {
  cases: CaseCard[];
  hidden: number;
  reports: ReportItem[];
}

export interface TallyTable {
  by: "unit" | "region" | "month";
  rows: TallyRow[];
  total: TallyRow;
  cases: number;
  joined: number;
  reports: number;
}

export interface ThreatItem {
  threat: string;
  truth: string;
}

export interface TodayItem {
  kind: "request" | "confirm" | "returns" | "removed" | "join_waiting" | "warning" | "unread" | "question_urgent" | "question_answered" | "question_open" | "article_withdrawn" | "article_stale" | "proposal" | "case_silent" | "case_due" | "case_told" | "double_found" | "policy_change" | "objection" | "recovery" | "porch_ready" | "porch_asked" | "porch_help" | "porch_done" | "device" | "device_confirm" | "stuck" | "device_removed" | "started_anew";
  group?: string;
  group_name?: string;
  name?: string;
  request?: string;
  join?: string;
  count?: number;
  case_id?: string;
  question?: string;
  article?: string;
  due?: string;
}

export interface TodayList {
  items: TodayItem[];
}

export interface UnpinArgs {
  group: string;
  author: string;
  pin: string;
}

export interface WaitingMessageItem {
  waiting: string;
  text: string;
  at: number;
  files: FileItem[];
}

export interface WarningItem {
  kind: "relay_order" | "history_differs" | "bad_entry" | "bad_commit" | "bundle_differs" | "old_copy" | "cannot_follow" | "fell_behind" | "started_anew";
  at: number;
  member_name?: string;
}

export interface WarningList {
  warnings: WarningItem[];
}

export interface WhenField {
  precision: "exact" | "day" | "week" | "month" | "before";
  day: string;
  time?: string;
}

export interface WithdrawArgs {
  group: string;
  article: string;
  reason: string;
  replacement?: string;
}

export interface WithdrawalItem {
  reason: string;
  by_name: string;
  at: number;
  replacement?: string;
  replacement_title?: string;
}

export interface Commands {
  /** Whether there is a vault and whether it is open; language; default relay. */
  "app.state": { args: Nothing; result: AppState };
  /** Chooses "ru" or "en" for words and messages. */
  "app.set_language": { args: LanguageArgs; result: Nothing };
  /** An honest estimate of how many guesses a passphrase costs. */
  "passphrase.strength": { args: PassphraseArgs; result: Strength };
  /** Makes the vault of this home and opens it. */
  "vault.create": { args: PassphraseArgs; result: Nothing };
  /** Opens the vault; a wrong passphrase costs as much time as the right one. */
  "vault.unlock": { args: PassphraseArgs; result: Nothing };
  /** Another passphrase for the open vault. */
  "vault.change_passphrase": { args: ChangePassphraseArgs; result: Nothing };
  /** Closes the vault and wipes its keys from memory. */
  "vault.lock": { args: Nothing; result: Nothing };
  /** Starts a group of one. */
  "group.create": { args: CreateGroupArgs; result: GroupRef };
  /** All groups of this vault. */
  "group.list": { args: Nothing; result: GroupList };
  /** A link for one person, once, until its end date. */
  "group.invite": { args: InviteArgs; result: NewInvite };
  /** My invites in a group. */
  "group.invites": { args: GroupArgs; result: InviteList };
  /** Makes an invite void. */
  "group.revoke_invite": { args: RevokeInviteArgs; result: Nothing };
  /** Asks to join by a link. */
  "group.join": { args: JoinArgs; result: NewJoin };
  /** My join requests. */
  "group.joins": { args: Nothing; result: JoinList };
  /** Takes a join request back and erases it here. */
  "group.cancel_join": { args: CancelJoinArgs; result: Nothing };
  /** Who asks to join a group. */
  "group.requests": { args: GroupArgs; result: RequestList };
  /** Proposes who came by my invite, once the four words were compared. */
  "group.propose": { args: ProposeArgs; result: Nothing };
  /** Vouches for a newcomer whom another member proposed. */
  "group.confirm": { args: RequestArgs; result: Nothing };
  /** Drops a request that came by my invite. */
  "group.decline": { args: RequestArgs; result: Nothing };
  /** Who is in a group. */
  "group.members": { args: GroupArgs; result: MemberList };
  /** Eight words to compare with a member, by voice or in person. */
  "group.safety_words": { args: MemberArgs; result: SafetyWords };
  /** Removes a person from a group. */
  "group.remove": { args: MemberArgs; result: Nothing };
  /** One member's word that a person should go; enough of them remove her. */
  "group.approve_removal": { args: MemberArgs; result: Nothing };
  /** Leaves a group. */
  "group.leave": { args: GroupArgs; result: Nothing };
  /** Erases a group that was left from this vault. */
  "group.forget": { args: GroupArgs; result: Nothing };
  /** What went wrong in a group, newest first. */
  "group.warnings": { args: GroupArgs; result: WarningList };
  /** Writes a message; it goes out when the network is there. */
  "talk.post": { args: PostArgs; result: NewMessage };
  /** Changes the text of a message of mine; all see that it was. */
  "talk.edit": { args: EditArgs; result: Nothing };
  /** Removes a message for all: its author, an organizer. A trace stays. */
  "talk.remove": { args: MessageArgs; result: Nothing };
  /** A sign to a message (thanks, I agree…), or none. */
  "talk.sign": { args: SignArgs; result: Nothing };
  /** Pins a message: an organizer or adviser. */
  "talk.pin": { args: MessageArgs; result: Nothing };
  /** Takes a pin away: an organizer or adviser. */
  "talk.unpin": { args: UnpinArgs; result: Nothing };
  /** What is pinned in a group; newcomers see it too. */
  "talk.pinned": { args: GroupArgs; result: PinList };
  /** What was being written in a group. */
  "talk.draft": { args: GroupArgs; result: Draft };
  /** Keeps what is being written, in the vault only. */
  "talk.set_draft": { args: DraftArgs; result: Nothing };
  /** For how many days talk lives here; 0 is forever. */
  "talk.keeping": { args: GroupArgs; result: Keeping };
  /** Keeps talk on this device for fewer days than the group does. */
  "talk.set_retention": { args: RetentionArgs; result: Nothing };
  /** A photo, paper or voice note to be sent, of up to 25 MiB; then its pieces. */
  "file.begin": { args: NewFileArgs; result: NewFileRef };
  /** The next piece of a file, at the place where the last one ended. */
  "file.put": { args: PutFileArgs; result: FileReceived };
  /** Looks into a whole file: what it gives away; refuses pictures that do. */
  "file.finish": { args: FinishFileArgs; result: FileReveals };
  /** What a file gives away beside what it shows. */
  "file.reveals": { args: FileArgs; result: FileReveals };
  /** Fetches a file of a message, or goes on where it stopped. */
  "file.fetch": { args: FetchFileArgs; result: Nothing };
  /** Stops fetching; or takes a message back whose files are not sent yet. */
  "file.stop": { args: FileArgs; result: Nothing };
  /** A piece of a file that is here, from a place on. */
  "file.read": { args: ReadFileArgs; result: FilePiece };
  /** Files on their way: messages that wait for theirs, and fetched ones. */
  "file.list": { args: GroupArgs; result: FileList };
  /** Messages of a group, oldest first: the newest, or those before one. */
  "talk.list": { args: TalkListArgs; result: MessageList };
  /** Messages with these words, newest first. */
  "talk.search": { args: SearchArgs; result: MessageList };
  /** All messages of a group were seen. */
  "talk.seen": { args: GroupArgs; result: Nothing };
  /** How the connections are and how many messages wait. */
  "sync.status": { args: Nothing; result: SyncStatus };
  /** What needs the person now. */
  "today.list": { args: Nothing; result: TodayList };
  /** The group's rules, who has a role, and the changes that wait. */
  "group.policy": { args: GroupArgs; result: PolicyAnswer };
  /** Gives a member a role or takes it back; two organizers where there are several. */
  "group.set_role": { args: RoleArgs; result: ChangeRef };
  /** Changes the group's name, vouches, retention or closing date. */
  "group.set_policy": { args: PolicyArgs; result: ChangeRef };
  /** An organizer's word for a change that another proposed. */
  "group.approve_change": { args: ChangeArgs; result: Nothing };
  /** Drops a change: its proposer, or an organizer. */
  "group.reject_change": { args: ChangeArgs; result: Nothing };
  /** Objects to a join request, with a reason that all see. */
  "group.object": { args: ObjectArgs; result: Nothing };
  /** Whom a member brought in since a day, and whom those brought in. */
  "group.chain": { args: ChainArgs; result: ChainAnswer };
  /** Removes these persons at once; of a member who is no organizer: her word for it. */
  "group.remove_chain": { args: RemoveChainArgs; result: Nothing };
  /** The group's relays, whether they are reached, and words to leave one. */
  "group.relays": { args: GroupArgs; result: RelaysAnswer };
  /** Names the group's relays anew, the first orders; two organizers where there are several. */
  "group.change_relays": { args: RelaysArgs; result: ChangeRef };
  /** My word that the relay is gone for good and the group goes on at this one. */
  "group.recover": { args: RecoverArgs; result: Nothing };
  /** Opens a porch for a group: one of its own, where newcomers stay for so many days. */
  "porch.open": { args: OpenPorchArgs; result: PorchOpened };
  /** Whether a group has a porch or is one, and who asked me further in. */
  "porch.status": { args: GroupArgs; result: PorchStatus };
  /** Who stays in a porch, since when and until when. */
  "porch.list": { args: GroupArgs; result: StayList };
  /** How long newcomers of a group stay in its porch. */
  "porch.set_days": { args: PorchDaysArgs; result: Nothing };
  /** The group's rules name no porch any more. */
  "porch.close": { args: GroupArgs; result: Nothing };
  /** Asks a member of a porch further in; no other member of it sees that. */
  "porch.bring_in": { args: PorchMemberArgs; result: Nothing };
  /** Asks a member of a group into its porch, to be there for newcomers. */
  "porch.ask_into": { args: PorchMemberArgs; result: Nothing };
  /** Asks to join by a note; the answer is the join that group.joins lists. */
  "porch.enter": { args: EnterByNoteArgs; result: GroupRef };
  /** Do not remind me to bring this member of a porch further in. */
  "porch.leave_out": { args: LeaveOutArgs; result: Nothing };
  /** Of each join request of a group: whether she comes from its porch. */
  "porch.requests": { args: GroupArgs; result: OriginList };
  /** Carries the group's guidance into its porch, signatures and all. */
  "porch.copy_guidance": { args: GroupArgs; result: CopiedGuidance };
  /** Who is in the group no more, and until when she could read. */
  "group.departed": { args: GroupArgs; result: DepartedList };
  /** A member's devices; mine if nobody is named. */
  "group.devices": { args: DevicesArgs; result: DeviceList };
  /** Further devices of members in the last two weeks. */
  "group.new_devices": { args: GroupArgs; result: NewDeviceList };
  /** A link for a further device of mine, once. */
  "group.add_device": { args: AddDeviceArgs; result: NewInvite };
  /** Takes one device alone out of the group: of mine, or by an organizer. */
  "group.remove_device": { args: DeviceArgs; result: Nothing };
  /** Whether a link is for a newcomer or a device. */
  "group.link_kind": { args: JoinDeviceArgs; result: LinkKind };
  /** Whether and why this device fell out, and what can be done. */
  "group.stuck": { args: GroupArgs; result: StuckAnswer };
  /** An organizer starts the group anew without one whose change nobody could follow. */
  "group.restart": { args: GroupArgs; result: Nothing };
  /** Goes along with an organizer who started the group anew. */
  "group.go_along": { args: GroupArgs; result: Nothing };
  /** Guidance articles of a group: the best found first, else the newest first. */
  "guidance.list": { args: ArticlesArgs; result: ArticleList };
  /** One article, whole: its text, who signed it, who disagrees, how it went for others. */
  "guidance.article": { args: ArticleArgs; result: ArticleView };
  /** Publishes an article or a new revision of one; advisers only. */
  "guidance.publish": { args: PublishArgs; result: ArticleRef };
  /** Proposes an article or a change of one to the advisers. */
  "guidance.propose": { args: ProposeArticleArgs; result: Nothing };
  /** Changes that members proposed and no adviser took in or turned down. */
  "guidance.proposals": { args: GroupArgs; result: ProposedList };
  /** An adviser turns a proposed change down, with a reason. */
  "guidance.turn_down": { args: ProposalArgs; result: Nothing };
  /** Another adviser stands by a revision. */
  "guidance.endorse": { args: OpinionArgs; result: Nothing };
  /** Another adviser disagrees with a revision and says why; everyone sees it. */
  "guidance.disagree": { args: OpinionArgs; result: Nothing };
  /** Withdraws an article everywhere; it beats every older copy. */
  "guidance.withdraw": { args: WithdrawArgs; result: Nothing };
  /** Fills a paper in and checks it; nothing is kept. */
  "guidance.fill": { args: FillPaperArgs; result: FilledPaper };
  /** Articles and withdrawals as one file for another group; no article named: all. */
  "guidance.export": { args: ExportArticlesArgs; result: FileAnswer };
  /** What a file of articles holds and, with trust, takes it into the group. */
  "guidance.import": { args: ImportArticlesArgs; result: ImportAnswer };
  /** Events that changed nothing because their authors had no right to them; for organizers. */
  "group.refused": { args: GroupArgs; result: RefusedItems };
  /** Asks the group, or its advisers alone. */
  "question.ask": { args: AskArgs; result: QuestionRef };
  /** Questions: the overdue ones first, then by urgency and age. */
  "question.list": { args: QuestionsArgs; result: QuestionList };
  /** One question with its answers. */
  "question.view": { args: QuestionArgs; result: QuestionView };
  /** An adviser's answer to a question. */
  "question.answer": { args: AnswerArgs; result: Nothing };
  /** An adviser asks the asker for what is missing. */
  "question.ask_back": { args: AnswerArgs; result: Nothing };
  /** The asker adds to her question. */
  "question.add": { args: AnswerArgs; result: Nothing };
  /** Marks a question as answered. */
  "question.close": { args: QuestionArgs; result: Nothing };
  /** The draft of an article made from an answered question, without the asker. */
  "question.to_article": { args: QuestionArgs; result: DraftAnswer };
  /** Cases of a group: those that need somebody first. */
  "case.list": { args: CasesArgs; result: CaseList };
  /** Opens a case for one man. */
  "case.create": { args: NewCaseArgs; result: CaseRef };
  /** One case, as far as I may see it. */
  "case.view": { args: CaseArgs; result: CaseFile };
  /** Changes what the group sees of him. */
  "case.edit_card": { args: CardArgs; result: Nothing };
  /** Seals the fields that identify him to the people named. */
  "case.seal": { args: SealArgs; result: Nothing };
  /** Adds an entry to the timeline; a correction is an entry too. */
  "case.add_entry": { args: AddEntryArgs; result: EntryRef };
  /** How long silence is usual for him and when to act. */
  "case.set_silence": { args: SilenceArgs; result: Nothing };
  /** Adds a next step with its due date. */
  "case.add_step": { args: StepArgs; result: StepRef };
  /** A next step is done, or dropped. */
  "case.done_step": { args: StepDoneArgs; result: Nothing };
  /** Keeps a paper that was filled in, sealed to the readers of the case. */
  "case.save_paper": { args: SavePaperArgs; result: Nothing };
  /** What was typed into a kept paper. */
  "case.read_paper": { args: ReadPaperArgs; result: PaperValues };
  /** What is due in all groups, soonest first. */
  "case.due": { args: Nothing; result: DueList };
  /** Erases a case from the group; only who speaks for him. */
  "case.erase": { args: EraseCaseArgs; result: Nothing };
  /** Deadlines and steps of a case as a calendar file. */
  "case.calendar": { args: CaseArgs; result: CalendarFile };
  /** Cases that may be of the same man as one of mine. */
  "case.doubles": { args: GroupArgs; result: DoubleList };
  /** Agrees that two cases are of the same man, or says that they are not. */
  "case.answer_double": { args: DoubleArgs; result: Nothing };
  /** A case as an encrypted file, for the family to take along. */
  "case.take_away": { args: TakeAwayArgs; result: FileAnswer };
  /** Brings a case from such a file into a group. */
  "case.bring": { args: BringCaseArgs; result: CaseRef };
  /** Cases that a name or nickname may belong to. */
  "roll.match": { args: RollMatchArgs; result: RollMatches };
  /** Writes down a whole roll: entries for known men, new cases for the others. */
  "roll.save": { args: SaveRollArgs; result: RollSaved };
  /** Rolls of a group, newest first. */
  "roll.list": { args: GroupArgs; result: RollList };
  /** One roll with the cases it touched. */
  "roll.view": { args: RollArgs; result: RollView };
  /** Adds a reported figure with its source. */
  "report.add": { args: AddReportArgs; result: ReportRef };
  /** Reported figures of a group, newest first. */
  "report.list": { args: GroupArgs; result: ReportList };
  /** Takes a reported figure back, with a reason. */
  "report.withdraw": { args: ReportArgs; result: Nothing };
  /** The tally by unit, region or month. */
  "tally.view": { args: TallyArgs; result: TallyTable };
  /** What one figure of a tally is made of, as far as I may see. */
  "tally.sources": { args: TallyCellArgs; result: TallySources };
  /** The tally as a CSV file. */
  "tally.csv": { args: TallyArgs; result: CalendarFile };
  /** Deaths by region over residents or men, with intervals, ranks and funnel. */
  "losses.rates": { args: RateArgs; result: RateTable };
  /** Deaths month by month, in all and by region. */
  "losses.growth": { args: GrowthArgs; result: Growth };
  /** What the register's sources are as lists for an estimate. */
  "losses.estimate_lists": { args: EstimateListsArgs; result: EstimateLists };
  /** Begins to estimate those on no list; one at a time in a group. */
  "losses.estimate": { args: EstimateArgs; result: EstimateStatus };
  /** How far the estimate is, and its answer. */
  "losses.estimate_state": { args: GroupArgs; result: EstimateStatus };
  /** Stops the estimate. */
  "losses.estimate_stop": { args: GroupArgs; result: EstimateStatus };
  /** Statements, drafts and bulletins of a group. */
  "bulletin.view": { args: GroupArgs; result: BulletinView };
  /** A statement for a bulletin; another's needs her consent. */
  "bulletin.write": { args: NewStatementArgs; result: StatementRef };
  /** I agree to the printing of exactly this statement. */
  "bulletin.consent": { args: StatementArgs; result: Nothing };
  /** A statement is not to be printed any more. */
  "bulletin.take_back": { args: StatementArgs; result: Nothing };
  /** A draft of the next bulletin from the figures of now. */
  "bulletin.prepare": { args: PrepareArgs; result: DraftRef };
  /** A draft with every file that would go out. */
  "bulletin.draft": { args: BulletinDraftArgs; result: DraftView };
  /** An organizer's word for exactly these bytes. */
  "bulletin.approve": { args: ApproveArgs; result: Nothing };
  /** A draft is not to become a bulletin. */
  "bulletin.discard": { args: DiscardArgs; result: Nothing };
  /** The folder of a bulletin that two organizers approved. */
  "bulletin.files": { args: BulletinFilesArgs; result: BulletinFolder };
  /** Records of the loss register, newest first, and the sums of all. */
  "losses.list": { args: LossListArgs; result: LossList };
  /** One record: its sources, what they agree on, its history. */
  "losses.get": { args: LossArgs; result: LossView };
  /** A new record with its first source. */
  "losses.add": { args: NewLossArgs; result: LossRef };
  /** Other sealed names for a record, with a reason. */
  "losses.set_names": { args: LossNamesArgs; result: Nothing };
  /** A further source of a record. */
  "losses.add_source": { args: LossSourceArgs; result: Nothing };
  /** What a source says, written down better. */
  "losses.correct": { args: LossCorrectArgs; result: Nothing };
  /** Whether a source counts and whether it repeats another. */
  "losses.judge": { args: LossJudgeArgs; result: Nothing };
  /** Who verifies and reads the sealed names. */
  "losses.verifiers": { args: GroupArgs; result: LossVerifiers };
  /** An organizer names a verifier, or takes that back. */
  "losses.name_verifier": { args: LossVerifierArgs; result: Nothing };
  /** Records that may be of one man and wait for my word, most doubtful first. */
  "losses.pairs": { args: LossPairsArgs; result: LossPairList };
  /** My word on whether two records are of one man. */
  "losses.decide": { args: LossDecideArgs; result: Nothing };
  /** Takes my word on two records back. */
  "losses.undo": { args: LossPairArgs; result: Nothing };
  /** A record, a counted list, a claim or an import no longer counts, or counts again. */
  "losses.withdraw": { args: LossWithdrawArgs; result: Nothing };
  /** Lists that were published as counts, newest first. */
  "losses.lists": { args: GroupArgs; result: CountedLists };
  /** What was claimed, by subject and day. */
  "losses.claims": { args: GroupArgs; result: ClaimList };
  /** A claim, or one in the place of another. */
  "losses.add_claim": { args: NewClaimArgs; result: Nothing };
  /** A part of a file that is too long for one call. */
  "losses.upload": { args: LossUploadArgs; result: LossUpload };
  /** Brings a CSV file into the register, all of it or nothing. */
  "losses.import": { args: LossImportArgs; result: LossImported };
}

export type ErrorCode = "unknown_command" | "bad_arguments" | "locked" | "no_vault" | "vault_exists" | "wrong_passphrase" | "passphrase_empty" | "damaged" | "vault_in_use" | "too_new" | "disk_full" | "out_of_memory" | "no_group" | "no_request" | "no_invite" | "no_member" | "no_join" | "no_message" | "bad_link" | "link_expired" | "link_used" | "not_allowed" | "not_possible_now" | "already_done" | "text_too_long" | "text_empty" | "text_invalid" | "name_invalid" | "bad_relay" | "last_organizer" | "no_device" | "too_many_devices" | "no_change" | "advisers_only" | "no_article" | "no_revision" | "no_proposal" | "no_paper" | "article_withdrawn" | "bad_file" | "bad_signature" | "own_revision" | "date_invalid" | "paper_invalid" | "too_many" | "no_question" | "no_adviser" | "no_case" | "no_report" | "no_roll" | "no_double" | "figures_invalid" | "no_porch" | "porch_early" | "porch_not_there" | "porch_no_key" | "not_in_porch" | "no_bulletin" | "no_statement" | "no_consent" | "figures_changed" | "not_approved" | "threshold_fixed" | "other_version" | "bad_cells" | "no_loss" | "verifiers_only" | "reason_needed" | "not_published" | "loss_figures_invalid" | "quotes_itself" | "no_file" | "file_too_large" | "file_not_whole" | "picture_reveals" | "picture_unknown" | "file_not_here" | "too_many_files" | "relay_is_there" | "internal";
