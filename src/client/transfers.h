// Files on their way between a vault and a relay: what a vault keeps of each, and a machine without I/O that
// moves the chunks of one group's files over its connection (docs/formats/blobs.md).
//
// Guarantees: a transfer goes on at the chunk where it stopped, after a lost connection and after a restart;
// what it reads back is what was sent, whole and in order, or it says that the file is damaged; the relay is
// asked for every chunk of a blob, those of its padding too; a file whose row is gone is not moved any more.
#pragma once

#include <map>
#include <optional>

#include "client/file_state.h"
#include "client/link.h"
#include "crypto/secret_stream.h"
#include "domain/files/kept.h"

namespace homeward::client {

inline constexpr size_t kPieceBytes = wire::kChunkBytes - SecretStream::kOverhead;

// --- What is kept of a file (domain::files::kTransferSpace) ---
struct KeptFile {
  FileState state = FileState::kTaking;
  domain::files::Attachment what;
  wire::WriteToken write_token;  // while it is to be sent
  uint64_t received_bytes = 0;   // while it is taken
  uint16_t done = 0;             // chunks that are with the relay, or here
  Secret stream;                 // where the stream stands after `done` chunks; empty: at its beginning
  Instant since;

  wire::WriteAccess write_access() const;
  wire::ReadAccess read_access() const;
  uint16_t chunks() const;  // of its blob
  uint32_t pieces() const;  // of its content
};
std::optional<KeptFile> kept_file(Rows& rows, const domain::GroupKey& group, const domain::Ref& file);
void keep_file(Rows& rows, const domain::GroupKey& group, const domain::Ref& file, const KeptFile& kept);
// A name, key and place of its own at the relay, and no chunk there yet.
void draw_blob(KeptFile& kept, Random& random);
// The whole content; empty if it is not there as it should be.
Bytes content_of(Rows& rows, const domain::GroupKey& group, const domain::Ref& file, const KeptFile& kept);

class Transfers {
 public:
  struct Want {
    uint64_t handle = 0;
    wire::Body body;
  };
  struct Setting {
    Rows& rows;
    domain::GroupKey group;
    Instant now;
  };
  // What to ask the relay now; only reads.
  std::vector<Want> next(const Setting& setting, uint16_t days);
  enum class Outcome : uint8_t { kNothing, kMoved, kSentWhole, kMisbehaved };
  Outcome answer(uint64_t handle, const wire::AnswerBody& body, const Setting& setting, Random& random);

  void disconnected();
  // Rows of files changed by another way.
  void look_again() { is_stale_ = !std::exchange(is_answering_, false) || is_stale_; }
  // When a pause ends.
  std::optional<Instant> next_due() const;
  bool is_due(Instant now) const { return pause_ && pause_->over(now); }

 private:
  struct Moving {
    uint64_t serial = 0;  // answers to earlier beginnings are of no use
    domain::Ref file;
    bool is_up = false;
    uint16_t count = 0;
    uint16_t next = 0;  // the chunk to seal or ask for next
    uint16_t done = 0;
    std::optional<SecretStream> stream;
    bool is_status_asked = false, is_status_known = false;
    std::vector<bool> present;          // with the relay
    std::map<uint16_t, Secret> sealed;  // on their way, or there already: where the stream stands after them
    std::map<uint16_t, bool> is_there;  // of these
    std::map<uint16_t, Bytes> arrived;  // out of order
    uint16_t asked = 0;                 // answers that are to come
  };
  struct Asked {
    uint64_t serial = 0;
    uint16_t index = 0;
  };

  void begin(const Setting& setting);
  std::optional<Moving> moving(const domain::Ref& file, const KeptFile& kept);
  void next_up(Moving& up, const Setting& setting, uint16_t days, std::vector<Want>& out);
  void next_down(Moving& down, const Setting& setting, std::vector<Want>& out);
  Want ask(Moving& moving, uint16_t index, wire::Body&& body);
  Moving* find(uint64_t serial);

  Outcome status_known(Moving& up, const wire::BlobStatus& status, const Setting& setting, Random& random);
  Outcome stored(Moving& up, uint16_t index, uint64_t ends_s, const Setting& setting);
  Outcome arrived(Moving& down, uint16_t index, const Bytes& chunk, const Setting& setting);
  Outcome ended(Moving& down, KeptFile&& kept, FileState state, const Setting& setting);
  Outcome refused(Moving& moving, const wire::Refusal& refusal, const Setting& setting, Random& random);
  Outcome begin_anew(Moving& up, const Setting& setting, Random* random);
  void wait(uint16_t at_least_s, Instant now);

  bool is_stale_ = true;
  bool is_answering_ = false;  // what is written now is written by `answer`
  std::optional<Moving> up_, down_;
  std::map<uint64_t, Asked> asked_;
  uint64_t next_handle_ = 1, next_serial_ = 1;
  std::optional<Pause> pause_;
  int64_t pause_ms_ = 0;
};

}  // namespace homeward::client
