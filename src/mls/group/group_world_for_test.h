// Invented people who form groups together, each with a disk of her own; for tests and fuzzing.
#pragma once

#include <map>
#include <string>

#include "mls/group/group.h"

namespace homeward::mls::test {

using Disk = std::map<Bytes, Bytes>;

// Everything of a group that can be observed of its state, row by row.
inline Disk rows_of(const Group& group) {
  Disk out;
  for (PartChange& row : group.all_parts()) out[row.id] = copy_of(row.value->view());
  return out;
}

inline Result<Group> load(const Disk& disk, RatchetLimits limits = {}) {
  std::vector<Part> parts;
  for (const auto& [id, value] : disk) parts.push_back({id, value});
  return Group::restore(parts, limits);
}

// Applies what changed, as the vault would; answers the bytes written.
inline size_t save(Group& group, Disk& disk) {
  size_t written = 0;
  for (PartChange& change : group.changed_parts()) {
    written += change.id.size();
    if (change.value) {
      written += change.value->size();
      disk[change.id] = copy_of(change.value->view());
    } else {
      disk.erase(change.id);
    }
  }
  return written;
}

struct Newcomer {
  KeyPair signature_key;
  NewKeyPackage made;
};

class World {
 public:
  World(SuiteId id, uint64_t seed) : suite(*Suite::find(id)), random(seed) {}

  Newcomer newcomer(std::vector<uint16_t> extensions = {}) {
    Newcomer out;
    out.signature_key = suite.generate_signature_key_pair(random);
    KeyPackageParams params;
    params.credential = Credential::basic(view_of("person " + std::to_string(++people)));
    params.capabilities.extensions = std::move(extensions);
    params.capabilities.add_grease(random);
    auto made = create_key_package(suite, params, out.signature_key, random);
    HW_ASSERT(made.ok());
    out.made = *std::move(made);
    return out;
  }

  Group found(std::vector<Extension> group_extensions = {}, RatchetLimits limits = {},
              std::vector<uint16_t> extensions = {}) {
    CreateParams params;
    params.suite = suite.id();
    params.group_id = random.bytes(32);
    params.signature_key = suite.generate_signature_key_pair(random);
    params.credential = Credential::basic(view_of("person " + std::to_string(++people)));
    params.capabilities = Capabilities::ours();
    params.capabilities.extensions = std::move(extensions);
    params.group_extensions = std::move(group_extensions);
    params.limits = limits;
    auto group = Group::create(params, random);
    HW_ASSERT(group.ok());
    return *std::move(group);
  }

  Result<Joined> join(BytesView welcome, const Newcomer& who, RatchetLimits limits = {},
                      std::optional<BytesView> tree = {}) {
    JoinParams params;
    params.welcome = welcome;
    params.key_package = &who.made.package;
    params.secrets = &who.made.secrets;
    params.ratchet_tree = tree;
    params.limits = limits;
    return Group::join(params);
  }

  // A group of this many, made by one commit of the first; the founder and, of the others, `who` join.
  std::map<size_t, Group> some_of(size_t members, const std::vector<size_t>& who, RatchetLimits limits = {}) {
    std::map<size_t, Group> out;
    Group founder = found({}, limits);
    std::vector<Newcomer> newcomers;
    CommitParams commit;
    for (size_t i = 1; i < members; ++i) {
      newcomers.push_back(newcomer());
      commit.proposals.push_back(Add{newcomers.back().made.package});
    }
    auto pending = founder.commit(commit, random);
    HW_ASSERT(pending.ok());
    const auto welcome = pending->welcome();
    for (const size_t i : who) {
      auto joined = join(*welcome, newcomers[i - 1], limits);
      HW_ASSERT(joined.ok());
      out.emplace(i, std::move(joined->group));
    }
    HW_ASSERT(founder.merge_pending(*std::move(pending)).ok());
    out.emplace(0, std::move(founder));
    return out;
  }

  // A group of this many who all joined.
  std::vector<Group> group_of(size_t members, RatchetLimits limits = {}) {
    std::vector<size_t> who;
    for (size_t i = 1; i < members; ++i) who.push_back(i);
    std::vector<Group> out;
    for (auto& [i, group] : some_of(members, who, limits)) out.push_back(std::move(group));
    return out;
  }

  const Suite& suite;
  SeededRandom random;
  size_t people = 0;
};

// Reads a commit to the end; the group enters its epoch.
inline Result<> take_commit(Group& group, BytesView message, const PskLookup& psks = {}) {
  HW_LET(const Opened opened, group.open(message));
  HW_LET(CommitCandidate candidate, group.check_commit(opened));
  HW_LET(StagedCommit staged, group.complete(std::move(candidate), psks));
  return group.merge(std::move(staged));
}

// The committer enters, then everybody else in the list; a failure asserts.
inline void all_take(std::vector<Group>& groups, size_t committer, PendingCommit pending) {
  const Bytes message = copy_of(pending.message());
  for (size_t i = 0; i < groups.size(); ++i) {
    if (i != committer) HW_ASSERT(take_commit(groups[i], message).ok());
  }
  HW_ASSERT(groups[committer].merge_pending(std::move(pending)).ok());
}

}  // namespace homeward::mls::test
