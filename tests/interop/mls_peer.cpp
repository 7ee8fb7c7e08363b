// One MLS member of this library, driven by lines of JSON: a request object on each line of standard input,
// an answer object on each line of standard output. For interoperation tests only.
//
// {"do": "init", "name": "…", "suite": 1, "seed": 7}              once, first
// {"do": "key_package"}                                           → {"key_package"}
// {"do": "create", "group_id": hex}
// {"do": "join", "welcome": hex}                                  by the newest key package that fits
// {"do": "propose", "add": hex} | {…, "remove": leaf} | {…, "update": true}    → {"message"}
// {"do": "commit", "add": [hex…], "remove": [leaf…], "force_path": bool}       → {"message", "welcome"}; all
// proposals
//                                                                  that wait are referred to; not entered yet
// {"do": "merge"}                                                 enters what `commit` made
// {"do": "process", "message": hex}                               → {"kind": "application" | "proposal" |
// "commit", …}
// {"do": "protect", "data": hex}                                  → {"message"}
// {"do": "export", "label": "…", "context": hex, "size": n}       → {"secret"}
// {"do": "state"}      → {"epoch", "authenticator", "tree_hash", "own_leaf", "members": [{"leaf", "name"}…]}
// {"do": "reload"}                                                saves the group and goes on with what was
// saved
//
// "public": true, with propose and commit: as a PublicMessage. Byte strings are in hexadecimal, and those
// that are messages are MLSMessages. What fails answers {"error": "…"} and changes nothing.
#include <ctime>
#include <iostream>
#include <optional>
#include <string>

#include "mls/group/group.h"
#include "tests/support/json.h"

namespace {

using namespace homeward;
using homeward::test::Json;
using mls::LeafIndex;

std::string hex(BytesView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

// Of a credential from outside: what cannot stand in JSON as it is becomes '?'.
std::string printable(BytesView text) {
  std::string out;
  for (const uint8_t c : text)
    out += c >= 0x20 && c < 0x7f && c != '"' && c != '\\' ? static_cast<char>(c) : '?';
  return out;
}

class Answer {
 public:
  Answer& bytes(std::string_view name, BytesView value) { return raw(name, '"' + hex(value) + '"'); }
  Answer& text(std::string_view name, BytesView value) { return raw(name, '"' + printable(value) + '"'); }
  Answer& number(std::string_view name, uint64_t value) { return raw(name, std::to_string(value)); }
  Answer& raw(std::string_view name, const std::string& value) {
    if (!out_.empty()) out_ += ", ";
    out_ += '"' + std::string(name) + "\": " + value;
    return *this;
  }
  std::string object() const { return '{' + out_ + '}'; }

 private:
  std::string out_;
};

mls::Lifetime lifetime() {
  // Some implementations refuse a key package that is valid for more than three months.
  const auto now = static_cast<uint64_t>(std::time(nullptr));
  return {now - 3600, now + 7 * 86'400};
}

// The other implementations' groups ask their members to know both credential types.
mls::Capabilities capabilities() {
  mls::Capabilities out = mls::Capabilities::ours();
  out.credentials = {static_cast<uint16_t>(mls::CredentialType::kBasic),
                     static_cast<uint16_t>(mls::CredentialType::kX509)};
  return out;
}

class Peer {
 public:
  Result<Answer> handle(const Json& request) {
    const std::string what = request.text("do");
    if (what == "init") return init(request);
    if (what == "key_package") return key_package();
    if (what == "create") return create(request);
    if (what == "join") return join(request);
    if (!group_) return Error(mls::MlsError::kBadParams, "no group");
    if (what == "propose") return propose(request);
    if (what == "commit") return commit(request);
    if (what == "merge") return merge();
    if (what == "process") return process(request);
    if (what == "protect") return protect(request);
    if (what == "export") return export_secret(request);
    if (what == "state") return state();
    if (what == "reload") return reload();
    return Error(mls::MlsError::kBadParams, "unknown request");
  }

 private:
  static bool flag(const Json& request, std::string_view name) {
    return request.has(name) && request.boolean(name);
  }
  static mls::WireFormat wire_format(const Json& request) {
    return flag(request, "public") ? mls::WireFormat::kPublicMessage : mls::WireFormat::kPrivateMessage;
  }

  Result<Answer> init(const Json& request) {
    suite_ = Suite::find(static_cast<SuiteId>(request.number("suite")));
    if (suite_ == nullptr) return Error(mls::MlsError::kUnsupported, "cipher suite");
    random_.emplace(request.number("seed"));
    name_ = request.text("name");
    signature_key_ = suite_->generate_signature_key_pair(*random_);
    return Answer();
  }

  Result<Answer> key_package() {
    mls::KeyPackageParams params;
    params.credential = mls::Credential::basic(view_of(name_));
    params.capabilities = capabilities();
    params.lifetime = lifetime();
    HW_LET(mls::NewKeyPackage made, mls::create_key_package(*suite_, params, signature_key_, *random_));
    made_.push_back(std::move(made));
    return Answer().bytes("key_package", mls::encode_message(made_.back().package));
  }

  Result<Answer> create(const Json& request) {
    mls::CreateParams params;
    params.suite = suite_->id();
    params.group_id = request.bytes("group_id");
    params.credential = mls::Credential::basic(view_of(name_));
    params.signature_key = signature_key_.clone();
    params.capabilities = capabilities();
    params.lifetime = lifetime();
    HW_LET(mls::Group made, mls::Group::create(params, *random_));
    group_.emplace(std::move(made));
    return Answer();
  }

  Result<Answer> join(const Json& request) {
    const Bytes welcome = request.bytes("welcome");
    Error last(mls::MlsError::kNotMember, "no key package");
    for (auto made = made_.rbegin(); made != made_.rend(); ++made) {
      mls::JoinParams params;
      params.welcome = welcome;
      params.key_package = &made->package;
      params.secrets = &made->secrets;
      params.now_s = static_cast<uint64_t>(std::time(nullptr));
      auto joined = mls::Group::join(params);
      if (joined.ok()) {
        group_.emplace(std::move(joined->group));
        pending_.reset();
        return Answer();
      }
      last = joined.error();
      if (!last.is(mls::MlsError::kNotMember)) break;
    }
    return last;
  }

  static Result<mls::KeyPackage> package_of(const Bytes& message) {
    HW_LET(mls::MlsMessage decoded, mls::decode_message(message));
    auto* package = std::get_if<mls::KeyPackage>(&decoded);
    if (package == nullptr) return Error(mls::MlsError::kMalformed, "not a key package");
    return std::move(*package);
  }

  Result<Answer> propose(const Json& request) {
    mls::MessageParams params;
    params.wire_format = wire_format(request);
    if (flag(request, "update")) {
      HW_LET(const mls::Proposed made, group_->propose_update({}, params, *random_));
      return Answer().bytes("message", made.message);
    }
    mls::Proposal proposal;
    if (request.has("add")) {
      HW_LET(mls::KeyPackage package, package_of(request.bytes("add")));
      proposal = mls::Add{std::move(package)};
    } else {
      proposal = mls::Remove{LeafIndex{static_cast<uint32_t>(request.number("remove"))}};
    }
    HW_LET(const mls::Proposed made, group_->propose(proposal, params, *random_));
    return Answer().bytes("message", made.message);
  }

  Result<Answer> commit(const Json& request) {
    mls::CommitParams params;
    params.wire_format = wire_format(request);
    params.force_path = flag(request, "force_path");
    params.now_s = static_cast<uint64_t>(std::time(nullptr));
    if (request.has("remove")) {
      for (const Json& leaf : request["remove"].items()) {
        params.proposals.emplace_back(mls::Remove{LeafIndex{static_cast<uint32_t>(leaf.number())}});
      }
    }
    if (request.has("add")) {
      for (const Json& message : request["add"].items()) {
        HW_LET(mls::KeyPackage package, package_of(message.bytes()));
        params.proposals.emplace_back(mls::Add{std::move(package)});
      }
    }
    for (const mls::PendingProposal& waiting : group_->pending_proposals()) {
      const bool own_update = waiting.sender.is_member(group_->own_leaf()) &&
                              std::holds_alternative<mls::Update>(waiting.proposal);
      if (!own_update) params.refs.push_back(waiting.ref);
    }
    HW_LET(mls::PendingCommit made, group_->commit(params, *random_));
    Answer answer;
    answer.bytes("message", made.message());
    if (made.welcome()) answer.bytes("welcome", *made.welcome());
    pending_.emplace(std::move(made));
    return answer;
  }

  Result<Answer> merge() {
    if (!pending_) return Error(mls::MlsError::kBadParams, "nothing to merge");
    HW_TRY(group_->merge_pending(std::move(*pending_)));
    pending_.reset();
    return Answer();
  }

  Result<Answer> process(const Json& request) {
    HW_LET(const mls::Opened opened, group_->open(request.bytes("message")));
    Answer answer;
    answer.number("sender", opened.sender().leaf.value);
    if (opened.content_type() == mls::ContentType::kApplication) {
      return answer.raw("kind", "\"application\"").bytes("data", opened.application_data());
    }
    if (opened.content_type() == mls::ContentType::kProposal) {
      HW_LET(const Bytes ref, group_->add_proposal(opened));
      return answer.raw("kind", "\"proposal\"").bytes("ref", ref);
    }
    answer.raw("kind", "\"commit\"");
    HW_LET(mls::CommitCandidate candidate, group_->check_commit(opened));
    if (candidate.removes_me()) {
      group_.reset();
      pending_.reset();
      return answer.raw("removed", "true");
    }
    HW_LET(mls::StagedCommit staged, group_->complete(std::move(candidate)));
    HW_TRY(group_->merge(std::move(staged)));
    pending_.reset();
    return answer.number("epoch", group_->epoch());
  }

  Result<Answer> protect(const Json& request) {
    const Bytes data = request.bytes("data");
    HW_LET(const Bytes message, group_->protect({.data = data}, *random_));
    return Answer().bytes("message", message);
  }

  Result<Answer> export_secret(const Json& request) {
    const Secret secret =
        group_->export_secret(request.text("label"), request.bytes("context"), request.number("size"));
    return Answer().bytes("secret", secret.view());
  }

  Result<Answer> state() {
    std::string members;
    group_->for_each_member([&](LeafIndex leaf, const mls::LeafNode& content) {
      members += members.empty() ? "[" : ", ";
      members += Answer().number("leaf", leaf.value).text("name", content.identity()).object();
    });
    return Answer()
        .number("epoch", group_->epoch())
        .bytes("authenticator", group_->epoch_authenticator())
        .bytes("tree_hash", group_->tree_hash())
        .number("own_leaf", group_->own_leaf().value)
        .raw("members", members + "]");
  }

  Result<Answer> reload() {
    const std::vector<mls::PartChange> saved = group_->all_parts();
    std::vector<mls::Part> parts;
    for (const mls::PartChange& part : saved) {
      if (part.value) parts.push_back({part.id, part.value->view()});
    }
    HW_LET(mls::Group again, mls::Group::restore(parts, {}));
    group_.emplace(std::move(again));
    pending_.reset();
    return Answer();
  }

  const Suite* suite_ = nullptr;
  std::optional<SeededRandom> random_;
  std::string name_;
  KeyPair signature_key_;
  std::vector<mls::NewKeyPackage> made_;
  std::optional<mls::Group> group_;
  std::optional<mls::PendingCommit> pending_;
};

}  // namespace

int main() {
  Peer peer;
  for (std::string line; std::getline(std::cin, line);) {
    Answer answer;
    try {
      auto result = peer.handle(Json::parse(line));
      if (result.ok()) {
        answer = *std::move(result);
      } else {
        const Error& error = result.error();
        answer.raw("error",
                   '"' + std::to_string(error.code()) + ": " + printable(view_of(error.context())) + '"');
      }
    } catch (const std::exception& failure) {
      answer.raw("error", '"' + printable(view_of(failure.what())) + '"');
    }
    std::cout << answer.object() << std::endl;
  }
  return 0;
}
