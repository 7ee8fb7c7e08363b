// The features of `domain` behind the one door through which a group folds its events: a table by block of
// kinds.
#pragma once

#include "domain/cases/state.h"
#include "domain/guidance/state.h"
#include "domain/questions/state.h"
#include "domain/sealing/sealing.h"
#include "domain/talk/talk.h"
#include "group/group.h"

namespace homeward::client {

domain::GroupKey key_of(const group::GroupId& group);

class Features final : public group::Fold {
 public:
  void fold(const Context& context, const group::Event& event) override;
  // vector<V> of {u16 block; opaque state<V>}, blocks ascending, features without shared state left out.
  Bytes snapshot(Rows& rows, const group::GroupId& group) override;
  // Blocks that this version does not know are skipped.
  Result<> restore(Rows& rows, const group::GroupId& group, BytesView snapshot, bool in_porch) override;
  // A porch holds talk, guidance and questions, and the keys to seal with. Everything else is neither folded
  // there nor sent.
  static bool may_be_in_porch(uint16_t kind);
  Bytes own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person) override;
  void take_own_things(Rows& rows, const group::GroupId& group, const group::PersonId& person,
                       BytesView things) override;
  void forget(Rows& rows, const group::GroupId& group) override;

  domain::talk::State& talk() { return talk_; }
  domain::guidance::State& guidance() { return guidance_; }
  domain::cases::State& cases() { return cases_; }
  domain::sealing::State& sealing() { return sealing_; }
  domain::questions::State& questions() { return questions_; }
  domain::words::Analyzer& analyzer() { return analyzer_; }

 private:
  domain::words::Analyzer analyzer_;
  domain::talk::State talk_{analyzer_};
  domain::guidance::State guidance_{analyzer_};
  domain::questions::State questions_;
  domain::cases::State cases_{analyzer_};
  domain::sealing::State sealing_;
};

}  // namespace homeward::client
