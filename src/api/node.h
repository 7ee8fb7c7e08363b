// One member's node without its sockets: the vault that is locked or open, the client in it, and the commands
// of the API.
//
// `call` takes a command's name and its JSON arguments and answers JSON; everything a person can cause is a
// `CallError` with a code for programs and words in the node's language. Effects for the network are taken
// with `take_network`, notices with `take_notices`.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/describe.h"
#include "api/messages.h"
#include "api/types.h"
#include "client/client.h"
#include "client/losses_pairs.h"
#include "client/rolls.h"

namespace homeward::api {

// What a node needs from the machine it runs on.
class Host {
 public:
  virtual ~Host() = default;
  virtual bool vault_exists() = 0;
  virtual Result<Vault> create_vault(BytesView passphrase) = 0;
  virtual Result<Vault> open_vault(BytesView passphrase) = 0;
  virtual std::string language() = 0;  // "ru", "en" or "" when not chosen yet
  virtual void set_language(const std::string& language) = 0;
  virtual std::string default_relay() = 0;
  virtual Random& random() = 0;
  // Of the passphrase of a file that leaves the vault; tests use a smaller one.
  virtual PassphraseCost file_cost() { return {}; }
  virtual Instant now() = 0;
};

class EstimateJob;

// A refusal: thrown inside this room only, never out of `call`.
struct CallError {
  ErrorCode code;
};

class Node {
 public:
  explicit Node(Host& host);
  ~Node();

  // {"result": …} or {"error": {"code", "message", "field"?}}.
  json::object call(std::string_view name, const json::value& args);

  client::Client* client() { return client_.get(); }  // null while locked
  // Network effects of the client, in order; empty while locked.
  std::vector<client::Effect> take_network();
  std::vector<Notice> take_notices();
  // Counts up with every lock and unlock: what belongs to an older value is void.
  uint64_t session() const { return session_; }
  void lock();
  // Opens the vault, or makes it where there is none; for a start with --passphrase-file.
  Result<> open_or_create(BytesView passphrase);

  // --- For the commands of the features; each throws a refusal ---
  client::Client& open_client();  // locked, no_vault
  Instant now() { return host_.now(); }
  Random& random() { return host_.random(); }
  PassphraseCost file_cost() { return host_.file_cost(); }
  std::string language();                                 // "ru" or "en"
  const group::Group& find_group(const std::string& id);  // no_group
  // In memory only; gone with the lock.
  client::RollIndex& roll_index(const group::GroupId& group) { return roll_indexes_[group]; }
  client::LossPairs& loss_pairs(const group::GroupId& group) { return loss_pairs_[group]; }
  // A file that comes in parts, in memory only: with no name a new one. Its name; too_many if it is longer
  // than a file may be.
  std::string add_to_upload(const std::string& name, const std::string& text);
  std::string take_upload(const std::string& name);  // it is gone then

  // The one estimate that runs or ran last, if it is this group's; another takes its place. Gone with the
  // lock.
  EstimateJob* estimate(const group::GroupId& group);
  void start_estimate(const group::GroupId& group, std::unique_ptr<EstimateJob> job);

 private:
  friend struct CommandList;
  Result<> enter(Result<Vault> vault);  // loads the client of an open vault
  void opened(Result<Vault> vault);     // the same; a failure is a refusal
  void sort_effects();

  AppState app_state(const Nothing&);
  Nothing set_language(const LanguageArgs&);
  Strength passphrase_strength(const PassphraseArgs&);
  Nothing vault_create(const PassphraseArgs&);
  Nothing vault_unlock(const PassphraseArgs&);
  Nothing vault_change_passphrase(const ChangePassphraseArgs&);
  Nothing vault_lock(const Nothing&);
  GroupRef group_create(const CreateGroupArgs&);
  GroupList group_list(const Nothing&);
  NewInvite group_invite(const InviteArgs&);
  InviteList group_invites(const GroupArgs&);
  Nothing group_revoke_invite(const RevokeInviteArgs&);
  NewJoin group_join(const JoinArgs&);
  JoinList group_joins(const Nothing&);
  Nothing group_cancel_join(const CancelJoinArgs&);
  RequestList group_requests(const GroupArgs&);
  Nothing group_propose(const ProposeArgs&);
  Nothing group_confirm(const RequestArgs&);
  Nothing group_decline(const RequestArgs&);
  MemberList group_members(const GroupArgs&);
  SafetyWords group_safety_words(const MemberArgs&);
  Nothing group_remove(const MemberArgs&);
  Nothing group_approve_removal(const MemberArgs&);
  Nothing group_leave(const GroupArgs&);
  Nothing group_forget(const GroupArgs&);
  WarningList group_warnings(const GroupArgs&);
  MessageList talk_list(const TalkListArgs&);
  MessageList talk_search(const SearchArgs&);
  Nothing talk_seen(const GroupArgs&);
  SyncStatus sync_status(const Nothing&);
  TodayList today_list(const Nothing&);

  std::vector<std::string> words(std::span<const uint16_t> numbers, bool other_language);
  MessageItem message_item(const client::TalkMessage& message);

  Host& host_;
  std::unique_ptr<client::Client> client_;
  std::vector<client::Effect> network_;
  std::vector<Notice> notices_;
  std::map<group::GroupId, client::RollIndex> roll_indexes_;
  std::unique_ptr<EstimateJob> estimate_;
  group::GroupId estimated_;
  std::map<group::GroupId, client::LossPairs> loss_pairs_;
  std::map<std::string, std::string> uploads_;
  uint64_t session_ = 0;
};

// One command of the list.
struct Command {
  std::string name;
  std::string about;  // one English line
  std::string args_type, result_type;
  json::value (*call)(Node& node, const json::value& args);
};
const std::vector<Command>& commands();
// The page's types: every interface, the map of commands, the notices.
std::string typescript();

}  // namespace homeward::api
