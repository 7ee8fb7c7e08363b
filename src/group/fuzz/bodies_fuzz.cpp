// Any bytes as each of the group's own structures: what decodes encodes to the same bytes.
#include "group/claims.h"
#include "group/event.h"
#include "group/invite.h"
#include "group/outbox.h"
#include "group/policy.h"
#include "group/recovery.h"
#include "group/return.h"
#include "group/roster.h"
#include "group/seal.h"

using namespace homeward;
using namespace homeward::group;

namespace {

template <class T>
void same(const Result<T>& value, BytesView bytes) {
  if (value.ok()) HW_ASSERT(equal(encode(*value), bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const BytesView bytes{data + 1, size - 1};
  switch (data[0]) {
    case 0:
      same(decode_event(bytes), bytes);
      break;
    case 1:
      same(decode_claims(bytes), bytes);
      break;
    case 2:
      same(decode_policy(bytes), bytes);
      break;
    case 3:
      same(decode_proposed(bytes), bytes);
      break;
    case 4:
      same(decode_confirmed(bytes), bytes);
      break;
    case 5:
      same(decode_bundle_hash(bytes), bytes);
      break;
    case 6:
      same(decode_removal_approved(bytes), bytes);
      break;
    case 7:
      same(decode_answer(bytes), bytes);
      break;
    case 8:
      same(decode_piece(bytes), bytes);
      break;
    case 9:
      same(decode_return_entry(bytes), bytes);
      break;
    case 10:
      same(decode_signed_message(bytes), bytes);
      break;
    case 11: {
      MemoryRows rows;
      Roster roster;
      if (roster.restore(GroupId{}, bytes, rows).ok()) (void)roster.snapshot(rows);
      break;
    }
    case 12:
      (void)decode_name(bytes);
      break;
    case 13:
      same(decode_change_proposed(bytes), bytes);
      break;
    case 14:
      same(decode_change_approved(bytes), bytes);
      break;
    case 15:
      same(decode_objected(bytes), bytes);
      break;
    case 16:
      same(decode_request_from_porch(bytes), bytes);
      break;
    case 17:
      same(decode_answer_at(bytes), bytes);
      break;
    case 18:
      same(decode_recovery_entry(bytes), bytes);
      break;
    default:
      break;
  }
  return 0;
}
