#include "api/node.h"

#include "api/estimate_job.h"
#include "api/passphrase.h"
#include "api/version.h"
#include "base/text.h"
#include "client/losses_import.h"

namespace homeward::api {

Node::Node(Host& host) : host_(host) {}
Node::~Node() = default;

std::string Node::language() { return host_.language() == "ru" ? "ru" : "en"; }

client::Client& Node::open_client() {
  if (!client_) throw CallError{host_.vault_exists() ? ErrorCode::locked : ErrorCode::no_vault};
  return *client_;
}

json::object Node::call(std::string_view name, const json::value& args) {
  const auto refuse = [&](ErrorCode code, const std::string& field, const std::string& takes) {
    json::object error;
    error["code"] = name_of(code);
    error["message"] = code == ErrorCode::bad_arguments ? bad_arguments_message(field, takes, language())
                                                        : message_of(code, language());
    if (!field.empty()) error["field"] = field;
    return json::object{{"error", std::move(error)}};
  };
  const std::vector<Command>& list = commands();
  const auto command =
      std::find_if(list.begin(), list.end(), [&](const Command& c) { return c.name == name; });
  if (command == list.end()) return refuse(ErrorCode::unknown_command, "", "");
  json::object out;
  try {
    out["result"] = command->call(*this, args);
  } catch (const BadField& bad) {
    out = refuse(ErrorCode::bad_arguments, bad.field, bad.takes);
  } catch (const CallError& error) {
    out = refuse(error.code, "", "");
  }
  sort_effects();
  return out;
}

void Node::sort_effects() {
  if (!client_) return;
  for (client::Effect& effect : client_->take_effects()) {
    if (const auto* notice = std::get_if<client::Notice>(&effect)) {
      static constexpr NoticeName kNames[] = {
          NoticeName::groups,  NoticeName::group,    NoticeName::members,   NoticeName::requests,
          NoticeName::invites, NoticeName::talk,     NoticeName::joins,     NoticeName::sync,
          NoticeName::warning, NoticeName::guidance, NoticeName::questions, NoticeName::cases,
          NoticeName::tallies, NoticeName::files};
      Notice out{kNames[static_cast<size_t>(notice->kind) - 1], {}};
      if (notice->group) out.group = to_base64url(notice->group->view());
      const bool there = std::any_of(notices_.begin(), notices_.end(), [&](const Notice& n) {
        return n.notice == out.notice && n.group == out.group;
      });
      if (!there) notices_.push_back(std::move(out));
    } else {
      network_.push_back(std::move(effect));
    }
  }
}

std::vector<client::Effect> Node::take_network() {
  sort_effects();
  return std::exchange(network_, {});
}

std::vector<Notice> Node::take_notices() {
  sort_effects();
  return std::exchange(notices_, {});
}

void Node::lock() {
  if (!client_) return;
  roll_indexes_.clear();
  estimate_.reset();
  loss_pairs_.clear();
  uploads_.clear();
  client_.reset();
  network_.clear();
  ++session_;
  notices_.push_back({NoticeName::vault, {}});
}

std::string Node::add_to_upload(const std::string& name, const std::string& text) {
  constexpr size_t kMostUploads = 4;
  const std::string key = name.empty() ? to_base64url(random().bytes(12)) : name;
  auto upload = uploads_.find(key);
  if (!name.empty() && upload == uploads_.end()) throw CallError{ErrorCode::no_loss};
  if (upload == uploads_.end()) {
    // One that was never finished is given up for the next.
    if (uploads_.size() >= kMostUploads) uploads_.erase(uploads_.begin());
    upload = uploads_.emplace(key, "").first;
  }
  if (upload->second.size() + text.size() > client::kMostImportBytes) {
    uploads_.erase(upload);
    throw CallError{ErrorCode::too_many};
  }
  upload->second += text;
  return key;
}

std::string Node::take_upload(const std::string& name) {
  const auto upload = uploads_.find(name);
  if (upload == uploads_.end()) throw CallError{ErrorCode::no_loss};
  return std::move(uploads_.extract(upload).mapped());
}

Result<> Node::enter(Result<Vault> vault) {
  if (!vault.ok()) return vault.error();
  auto client = client::Client::load(std::move(vault).value(), {.default_relay = host_.default_relay()},
                                     host_.random(), host_.now());
  if (!client.ok()) return client.error();
  client_ = std::move(client).value();
  ++session_;
  notices_.push_back({NoticeName::vault, {}});
  return success();
}

void Node::opened(Result<Vault> vault) {
  const auto entered = enter(std::move(vault));
  if (!entered.ok()) throw CallError{code_of(entered.error())};
}

Result<> Node::open_or_create(BytesView passphrase) {
  return enter(host_.vault_exists() ? host_.open_vault(passphrase) : host_.create_vault(passphrase));
}

EstimateJob* Node::estimate(const group::GroupId& group) {
  return estimate_ && estimated_ == group ? estimate_.get() : nullptr;
}

void Node::start_estimate(const group::GroupId& group, std::unique_ptr<EstimateJob> job) {
  estimate_ = std::move(job);
  estimated_ = group;
}

AppState Node::app_state(const Nothing&) {
  const VaultState vault = client_                ? VaultState::open
                           : host_.vault_exists() ? VaultState::locked
                                                  : VaultState::none;
  return {vault, host_.language(), kVersion, host_.default_relay()};
}

Nothing Node::set_language(const LanguageArgs& args) {
  if (args.language != "ru" && args.language != "en") throw BadField{"language", "\"ru\" | \"en\""};
  host_.set_language(args.language);
  return {};
}

Strength Node::passphrase_strength(const PassphraseArgs& args) {
  const double guesses = passphrase_guesses_log10(args.passphrase);
  const int score = guesses < 4                     ? 0
                    : guesses < 7                   ? 1
                    : guesses < kEnoughGuessesLog10 ? 2
                    : guesses < 14                  ? 3
                                                    : 4;
  return {score, guesses, guesses >= kEnoughGuessesLog10};
}

Nothing Node::vault_create(const PassphraseArgs& args) {
  if (args.passphrase.empty()) throw CallError{ErrorCode::passphrase_empty};
  if (client_ || host_.vault_exists()) throw CallError{ErrorCode::vault_exists};
  opened(host_.create_vault(view_of(args.passphrase)));
  return {};
}

Nothing Node::vault_unlock(const PassphraseArgs& args) {
  if (client_) return {};
  if (!host_.vault_exists()) throw CallError{ErrorCode::no_vault};
  opened(host_.open_vault(view_of(args.passphrase)));
  return {};
}

Nothing Node::vault_change_passphrase(const ChangePassphraseArgs& args) {
  if (args.new_passphrase.empty()) throw CallError{ErrorCode::passphrase_empty};
  const auto changed =
      open_client().change_passphrase(view_of(args.old_passphrase), view_of(args.new_passphrase));
  if (!changed.ok()) throw CallError{code_of(changed.error())};
  return {};
}

Nothing Node::vault_lock(const Nothing&) {
  lock();
  return {};
}

}  // namespace homeward::api
