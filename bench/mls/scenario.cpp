#include "bench/mls/scenario.h"

#include <malloc.h>

#include <map>

#include "bench/mls/measure.h"
#include "bench/mls/warm_group.h"

namespace homeward::bench {
namespace {

using mls::LeafIndex;

size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

size_t size_of(const std::vector<mls::PartChange>& parts) {
  size_t size = 0;
  for (const mls::PartChange& part : parts) size += part.id.size() + (part.value ? part.value->size() : 0);
  return size;
}

// The path that the last commit of this group's own member made.
void note_path(const mls::Group& group, Shape& shape) {
  shape.path_nodes = 0;
  shape.path_seals = 0;
  std::vector<mls::NodeIndex> resolution;
  for (const mls::PathStep& step : group.tree().filtered_direct_path(group.own_leaf())) {
    resolution.clear();
    group.tree().resolution(step.copath, resolution);
    ++shape.path_nodes;
    shape.path_seals += resolution.size();
  }
}

class Bench {
 public:
  Bench(size_t members, bool quick) : members_(members), quick_(quick) { footprint_.members = members; }

  Scenario run() {
    key_packages();
    create_and_join();
    warm();
    Scenario out;
    for (const Operation& each : operations()) {
      out.operations.push_back(median(each.name));
    }
    footprint_.warm_join_us = median("warm_join").time_us;
    out.footprint = footprint_;
    return out;
  }

 private:
  // The sample in the middle, whose shape is its own: removals make the next commit's resolutions longer.
  Measured median(std::string_view name) {
    std::vector<Measured>& samples = samples_[name];
    std::ranges::sort(samples, {}, &Measured::time_us);
    return samples.at((samples.size() - 1) / 2);
  }
  void note(std::string_view name, double time_us) { note(name, time_us, {.members = members_}); }
  void note(std::string_view name, double time_us, const Shape& shape) {
    samples_[name].push_back({name, shape, time_us});
  }
  Rounds rounds(size_t least, size_t most) const {
    return quick_ ? Rounds(1, 1, 0) : Rounds(least, most, 1.5e6);
  }

  void key_packages() {
    const KeyPair key = bench_suite().generate_signature_key_pair(random_);
    mls::KeyPackageParams params;
    params.credential = mls::Credential::basic(view_of("somebody"));
    for (Rounds round = rounds(100, 200); round.next();) {
      Stopwatch watch("key_package");
      watch.run(
          [&] { return must("key package", mls::create_key_package(bench_suite(), params, key, random_)); });
      note("key_package", watch.total_us());
    }
  }

  void create_and_join() {
    std::vector<Person> people;
    mls::CommitParams add_all;
    for (size_t i = 0; i < members_; ++i) {
      people.push_back(make_person(i, random_));
      if (i > 0) add_all.proposals.push_back(mls::Add{people.back().package});
    }
    Bytes welcome;
    for (Rounds round = rounds(2, 15); round.next();) {
      Stopwatch watch("create_and_add");
      mls::Group group = watch.run(
          [&] { return must("create", mls::Group::create(create_params(people.front()), random_)); });
      mls::PendingCommit pending = watch.run([&] { return must("add all", group.commit(add_all, random_)); });
      welcome = copy_of(*pending.welcome());
      watch.run([&] { return must("merge", group.merge_pending(std::move(pending))); });
      note("create_and_add", watch.total_us());
    }
    add_all.proposals.clear();
    const Person me = std::move(people.back());
    people.clear();
    people.shrink_to_fit();
    for (Rounds round = rounds(2, 15); round.next();) join(me, welcome, "join");
    measure_memory(me, welcome);
  }

  mls::Group join(const Person& who, BytesView welcome, const char* name) {
    mls::JoinParams params;
    params.welcome = welcome;
    params.key_package = &who.package;
    params.secrets = &who.secrets;
    Stopwatch watch(name);
    mls::Joined joined = watch.run([&] { return must("join", mls::Group::join(params)); });
    note(name, watch.total_us());
    return std::move(joined.group);
  }

  void measure_memory(const Person& who, BytesView welcome) {
    const size_t before = heap_bytes();
    const mls::Group held = join(who, welcome, "join");
    const size_t after = heap_bytes();
    size_t wire = 0;
    held.for_each_member([&](LeafIndex, const mls::LeafNode& leaf) { wire += leaf.encoded().size(); });
    const auto members = static_cast<double>(members_);
    footprint_.leaf_wire_bytes = static_cast<double>(wire) / members;
    footprint_.memory_per_member_bytes =
        (static_cast<double>(after) - static_cast<double>(before) - static_cast<double>(wire)) / members;
  }

  struct Sent {
    Bytes message;
    Bytes welcome;
  };
  // By the first member, who enters.
  Sent send(WarmGroup& both, const mls::CommitParams& params, const char* name) {
    Stopwatch watch(name);
    mls::PendingCommit pending = watch.run([&] { return must(name, both.first.commit(params, random_)); });
    Sent sent{copy_of(pending.message()), {}};
    if (pending.welcome()) sent.welcome = copy_of(*pending.welcome());
    watch.run([&] { return must("merge", both.first.merge_pending(std::move(pending))); });
    Shape shape{.members = members_};
    if (sent.welcome.empty()) note_path(both.first, shape);
    shape.group_info_mib = static_cast<double>(sent.welcome.size()) / (1 << 20);
    note(name, watch.total_us(), shape);
    return sent;
  }
  // By the last member, in a row: the first member is not to drive the tree out of the caches in between.
  void read(WarmGroup& both, const std::vector<Sent>& all, const char* name) {
    for (const Sent& sent : all) {
      Stopwatch watch(name);
      watch.run([&] { return must(name, process(both.last, sent.message)); });
      note(name, watch.total_us());
    }
  }
  // How many commits are sent before they are read.
  size_t batch() const { return quick_ || members_ < 100 ? 1 : 9; }

  void commits(WarmGroup& both) {
    std::vector<Sent> all;
    for (size_t i = 0; i < batch(); ++i) all.push_back(send(both, {}, "commit"));
    read(both, all, "process_commit");
  }

  // Members all over the tree are removed, then as many come in at their places. The last of them
  // commits in her turn, unmeasured: after a batch of one the tree is warm again.
  void removals_and_additions(WarmGroup& both) {
    std::vector<Sent> removals;
    for (size_t i = 1; i <= batch(); ++i) {
      mls::CommitParams removal;
      const size_t leaf = i * members_ / (batch() + 1);
      removal.proposals.push_back(mls::Remove{LeafIndex{static_cast<uint32_t>(leaf)}});
      removals.push_back(send(both, removal, "remove_create"));
    }
    read(both, removals, "remove_process");
    std::vector<Sent> additions;
    std::vector<Person> newcomers;
    for (size_t i = 0; i < batch(); ++i) {
      newcomers.push_back(make_person(++newcomers_, random_));
      mls::CommitParams addition;
      addition.proposals.push_back(mls::Add{newcomers.back().package});
      additions.push_back(send(both, addition, "add_create"));
    }
    read(both, additions, "add_process");
    mls::Group joined = join(newcomers.back(), additions.back().welcome, "warm_join");
    mls::PendingCommit warming = must("commit", joined.commit({}, random_));
    must("process", process(both.first, warming.message()));
    must("process", process(both.last, warming.message()));
  }

  void messages(WarmGroup& both) {
    const Bytes text(100, 'x');
    const auto send = [&] {
      Stopwatch watch("protect");
      const Bytes message =
          watch.run([&] { return must("protect", both.first.protect({.data = text}, random_)); });
      note("protect", watch.total_us());
      Stopwatch reading("unprotect");
      reading.run([&] { return must("open", both.last.open(message)); });
      note("unprotect", reading.total_us());
    };
    send();
    both.first.changed_parts();
    both.last.changed_parts();
    const size_t before = size_of(both.first.all_parts());
    for (int i = 0; i < (quick_ ? 1 : 200); ++i) {
      send();
      footprint_.state_per_sent_bytes =
          std::max(footprint_.state_per_sent_bytes, size_of(both.first.changed_parts()));
      footprint_.state_per_received_bytes =
          std::max(footprint_.state_per_received_bytes, size_of(both.last.changed_parts()));
    }
    const size_t after = size_of(both.first.all_parts());
    footprint_.state_growth_bytes = after > before ? after - before : 0;
  }

  void warm() {
    WarmGroup both = make_warm_group(members_, random_);
    for (Rounds round = rounds(4, 31); round.next();) commits(both);
    // A batch leaves paths blank: only once, but in small groups, whose batches are of one.
    for (Rounds round = batch() == 1 ? rounds(5, 31) : Rounds(1, 1, 0); round.next();)
      removals_and_additions(both);
    messages(both);
  }

  size_t members_;
  bool quick_;
  SeededRandom random_{9420};
  std::map<std::string_view, std::vector<Measured>> samples_;
  Footprint footprint_;
  size_t newcomers_ = 1'000'000;
};

}  // namespace

Scenario run_scenario(size_t members, bool quick) { return Bench(members, quick).run(); }

}  // namespace homeward::bench
