// Generated from the node's list of commands by api_types; do not edit.

export interface AppState {
  vault: "none" | "locked" | "open";
  language: string;
  version: string;
  relay: string;
}

export interface CancelJoinArgs {
  join: string;
}

export interface ChangePassphraseArgs {
  old_passphrase: string;
  new_passphrase: string;
}

export interface CreateGroupArgs {
  name: string;
  my_name: string;
  relay?: string;
  vouches?: number;
}

export interface GroupArgs {
  group: string;
}

export interface GroupItem {
  group: string;
  name: string;
  members: number;
  epoch: number;
  state: "active" | "leaving" | "left" | "removed" | "stuck";
  my_name: string;
  my_role: "member" | "adviser" | "organizer";
  requests: number;
  waiting: number;
  unread: number;
  link: "connected" | "connecting" | "offline" | "misbehaving" | "locked" | "idle";
  last?: LastMessage;
}

export interface GroupList {
  groups: GroupItem[];
}

export interface GroupRef {
  group: string;
}

export interface GroupSync {
  group: string;
  state: "connected" | "connecting" | "offline" | "misbehaving" | "locked" | "idle";
  waiting: number;
}

export interface InviteArgs {
  group: string;
  days?: number;
}

export interface InviteItem {
  invite: string;
  ends_at: number;
  state: "open" | "asked" | "used" | "expired";
}

export interface InviteList {
  invites: InviteItem[];
}

export interface JoinArgs {
  link: string;
  my_name: string;
  greeting?: string;
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
}

export interface JoinList {
  joins: JoinItem[];
}

export interface LanguageArgs {
  language: string;
}

export interface LastMessage {
  author_name: string;
  text: string;
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
}

export interface MemberList {
  members: MemberItem[];
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
}

export interface MessageList {
  messages: MessageItem[];
  more: boolean;
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

export interface NewMessage {
  message: string;
}

export interface Nothing {
}

export interface Notice {
  notice: "vault" | "groups" | "group" | "members" | "requests" | "invites" | "talk" | "joins" | "sync" | "warning";
  group?: string;
}

export interface PassphraseArgs {
  passphrase: string;
}

export interface PersonItem {
  member: string;
  name: string;
}

export interface PostArgs {
  group: string;
  text: string;
}

export interface ProposeArgs {
  group: string;
  request: string;
  note?: string;
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
  comes_back: boolean;
}

export interface RequestList {
  requests: RequestItem[];
}

export interface RevokeInviteArgs {
  group: string;
  invite: string;
}

export interface SafetyWords {
  words: string[];
  words_other: string[];
  epoch: number;
}

export interface SearchArgs {
  query: string;
  group?: string;
  limit?: number;
}

export interface Strength {
  score: number;
  guesses_log10: number;
  enough: boolean;
}

export interface SyncStatus {
  state: "connected" | "connecting" | "offline" | "misbehaving" | "locked" | "idle";
  waiting: number;
  disk_full: boolean;
  groups: GroupSync[];
}

export interface TalkListArgs {
  group: string;
  limit?: number;
  before?: string;
}

export interface TodayItem {
  kind: "request" | "confirm" | "returns" | "removed" | "join_waiting" | "warning" | "unread";
  group?: string;
  group_name?: string;
  name?: string;
  request?: string;
  join?: string;
  count?: number;
}

export interface TodayList {
  items: TodayItem[];
}

export interface WarningItem {
  kind: "relay_order" | "history_differs" | "bad_entry" | "bad_commit" | "bundle_differs" | "old_copy" | "cannot_follow";
  at: number;
  member_name?: string;
}

export interface WarningList {
  warnings: WarningItem[];
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
}

export type ErrorCode = "unknown_command" | "bad_arguments" | "locked" | "no_vault" | "vault_exists" | "wrong_passphrase" | "passphrase_empty" | "damaged" | "vault_in_use" | "too_new" | "disk_full" | "out_of_memory" | "no_group" | "no_request" | "no_invite" | "no_member" | "no_join" | "no_message" | "bad_link" | "link_expired" | "link_used" | "not_allowed" | "not_possible_now" | "already_done" | "text_too_long" | "text_empty" | "text_invalid" | "name_invalid" | "bad_relay" | "internal";
