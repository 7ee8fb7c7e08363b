// How a file of a message stands on this device.
#pragma once

#include "domain/files/attachment.h"

namespace homeward::client {

enum class FileState : uint8_t {
  kNotFetched = 0,  // no row
  kTaking,          // its author gives it piece by piece
  kReady,           // whole, looked into, not sent
  kSending,
  kSent,  // waits for the others of its message
  kHere,  // whole, and its message is the group's
  kFetching,
  kStopped,  // fetched in part
  kGone,     // the relay has it no more
  kDamaged,  // what the relay gave is not what was described
};

struct ShownFile {
  domain::Ref file;
  domain::files::Attachment what;
  FileState state = FileState::kNotFetched;
  uint16_t done = 0, count = 0;  // chunks, while it is on its way
};

}  // namespace homeward::client
