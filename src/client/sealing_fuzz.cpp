// What another member announced or sealed: each form reads back as it was written, or not at all.
//
// Input: u8 (0 an announcement, 'n' names of a loss record as they stand in the box, else an envelope), the
// bytes.
#include "base/assert.h"
#include "client/losses.h"
#include "client/sealing_envelope.h"
#include "domain/sealing/sealing.h"

using namespace homeward;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const BytesView bytes(data + 1, size - 1);
  if (data[0] == 'n') {
    const auto men = client::decode_sealed_men(bytes);
    HW_ASSERT(!men || client::decode_sealed_men(client::encode(*men)) == men);
    return 0;
  }
  if (data[0] != 0) {
    if (const auto envelope = client::decode_envelope(bytes))
      HW_ASSERT(equal(client::encode(*envelope), bytes));
    return 0;
  }
  const auto announced = domain::sealing::decode_announced(bytes);
  if (!announced.ok()) return 0;
  HW_ASSERT(domain::sealing::decode_announced(domain::sealing::encode(*announced)).ok());
  MemoryRows rows;
  domain::sealing::State state;
  const domain::GroupKey group{};
  const domain::Author author{};
  const domain::Context context{rows, group, author, false, domain::AuthorRole::kMember, {1, 1}};
  state.fold(context, {{}, domain::sealing::kAnnounced, Instant{0}, bytes});
  HW_ASSERT(domain::sealing::key_of(rows, group, author) == *announced);
  MemoryRows other;
  HW_ASSERT(state.restore(other, group, state.snapshot(rows, group)).ok());
  HW_ASSERT(other == rows);
  return 0;
}
