// A passive client that follows a group's history.
#include "bench/mls_vectors/checks.h"
#include "mls/group/group.h"

namespace homeward::mls::vectors {

using test::Json;

namespace {

// The pre-shared keys of an item, and the resumption PSKs of the epochs that the client has seen.
struct KnownKeys {
  explicit KnownKeys(const Json& item) {
    for (const Json& psk : item["external_psks"].items()) {
      external.emplace_back(psk.bytes("psk_id"), psk.bytes("psk"));
    }
  }
  std::vector<std::pair<Bytes, Bytes>> external;
  std::vector<std::pair<uint64_t, Bytes>> resumption;  // by epoch

  void note(const Group& group) {
    resumption.emplace_back(group.epoch(), copy_of(group.resumption_psk().view()));
  }
  std::optional<Secret> find(const PreSharedKeyId& id) const {
    for (const auto& [name, psk] : external) {
      if (id.type == PskType::kExternal && id.psk_id == name) return Secret(psk);
    }
    for (const auto& [epoch, psk] : resumption) {
      if (id.type == PskType::kResumption && id.psk_epoch == epoch) return Secret(psk);
    }
    return {};
  }
};

// The group from its rows alone: what is saved must be enough at every step.
Result<Group> saved_and_restored(const Group& group) {
  const std::vector<PartChange> rows = group.all_parts();
  std::vector<Part> parts;
  for (const PartChange& row : rows) parts.push_back({row.id, row.value->view()});
  return Group::restore(parts, {});
}

std::string follow(Group& group, const Json& epoch, KnownKeys& keys) {
  for (const Json& proposal : epoch["proposals"].items()) {
    const auto opened = group.open(proposal.bytes());
    if (!opened.ok()) return std::string("open proposal: ") + opened.error().context();
    const auto kept = group.add_proposal(*opened);
    if (!kept.ok()) return std::string("add_proposal: ") + kept.error().context();
  }
  auto again = saved_and_restored(group);
  HW_NEED(again.ok());
  group = *std::move(again);
  const auto opened = group.open(epoch.bytes("commit"));
  if (!opened.ok()) return std::string("open commit: ") + opened.error().context();
  auto candidate = group.check_commit(*opened);
  if (!candidate.ok()) return std::string("check_commit: ") + candidate.error().context();
  auto staged =
      group.complete(*std::move(candidate), [&](const PreSharedKeyId& id) { return keys.find(id); });
  if (!staged.ok()) return std::string("complete: ") + staged.error().context();
  keys.note(group);
  HW_NEED(group.merge(*std::move(staged)).ok());
  HW_NEED(equal(group.epoch_authenticator(), epoch.bytes("epoch_authenticator")));
  return {};
}

}  // namespace

std::string check_passive_client(const Json& item) {
  const auto package = decode_message(item.bytes("key_package"));
  HW_NEED(package.ok());
  const KeyPackageSecrets secrets{Secret(item.bytes("init_priv")), Secret(item.bytes("encryption_priv")),
                                  Secret(item.bytes("signature_priv"))};
  const Bytes welcome = item.bytes("welcome");
  const Bytes tree = item.bytes_or_nothing("ratchet_tree");
  JoinParams params;
  params.welcome = welcome;
  params.key_package = &std::get<KeyPackage>(*package);
  params.secrets = &secrets;
  if (!tree.empty()) params.ratchet_tree = tree;
  KnownKeys keys(item);
  params.psks = [&](const PreSharedKeyId& id) { return keys.find(id); };
  auto joined = Group::join(params);
  if (!joined.ok()) return std::string("join: ") + joined.error().context();
  Group group = std::move(joined->group);
  HW_NEED(equal(group.epoch_authenticator(), item.bytes("initial_epoch_authenticator")));
  size_t number = 0;
  for (const Json& epoch : item["epochs"].items()) {
    const std::string why = follow(group, epoch, keys);
    if (!why.empty()) return "epoch " + std::to_string(number) + ": " + why;
    ++number;
  }
  return {};
}

}  // namespace homeward::mls::vectors
