#include "client/files.h"

#include <set>

#include "client/features.h"
#include "crypto/crypto.h"

namespace homeward::client::files {
namespace {

namespace kept = domain::files;
namespace talk = domain::talk;

constexpr int64_t kAbandonedAfter_ms = 24ll * 3600 * 1000;

// A message that waits for its files: kWaitingSpace.
struct Waiting {
  domain::EventKey id;
  Instant since;
  talk::MessageSaid said;  // without its files
  std::vector<domain::Ref> files;
};

Bytes waiting_key(const domain::GroupKey& group, const domain::EventKey& id) {
  Bytes key = copy_of(group);
  append(key, id);
  return key;
}

void keep_waiting(Rows& rows, const domain::GroupKey& group, const Waiting& waiting) {
  Writer out;
  out.u64(static_cast<uint64_t>(waiting.since.ms)).text(waiting.said.text);
  out.optional(waiting.said.reply_to.has_value(), [&](Writer& to) { to.raw(*waiting.said.reply_to); });
  out.vector([&](Writer& persons) {
    for (const domain::Author& person : waiting.said.mentions) persons.raw(person);
  });
  for (const domain::Ref& file : waiting.files) out.raw(file);
  rows.put(kept::kWaitingSpace, waiting_key(group, waiting.id), out.view());
}

std::vector<Waiting> all_waiting(Rows& rows, const domain::GroupKey& group) {
  std::vector<Waiting> out;
  rows.scan(kept::kWaitingSpace, prefix_range(group), [&](BytesView key, BytesView row) {
    Waiting one;
    one.id = domain::EventKey::from(key.last(domain::EventKey::kSize));
    Reader in(row);
    one.since.ms = static_cast<int64_t>(in.u64());
    one.said.text = in.text(talk::kMostTextBytes);
    if (in.optional()) one.said.reply_to = in.fixed<domain::Ref>();
    Reader persons = in.vector();
    while (!persons.empty()) one.said.mentions.push_back(persons.fixed<domain::Author>());
    while (!in.empty() && in.ok()) one.files.push_back(in.fixed<domain::Ref>());
    if (in.finish().ok()) out.push_back(std::move(one));
    return true;
  });
  std::ranges::sort(out, {}, &Waiting::since);
  return out;
}

void drop_waiting(Rows& rows, const domain::GroupKey& group, const Waiting& waiting) {
  for (const domain::Ref& file : waiting.files) kept::drop(rows, group, file);
  rows.erase(kept::kWaitingSpace, waiting_key(group, waiting.id));
}

// Files of this device's own that were not sent, and whether a message waits for them.
std::vector<std::pair<domain::Ref, FileState>> all_files(Rows& rows, const domain::GroupKey& group) {
  std::vector<std::pair<domain::Ref, FileState>> out;
  rows.scan(kept::kTransferSpace, prefix_range(group), [&](BytesView key, BytesView row) {
    if (!row.empty())
      out.emplace_back(domain::Ref::from(key.last(domain::Ref::kSize)), static_cast<FileState>(row[0]));
    return true;
  });
  return out;
}

bool is_unsent(FileState state) { return state >= FileState::kTaking && state <= FileState::kSent; }

// My file in this state.
Result<KeptFile> mine(Rows& rows, const domain::GroupKey& group, const domain::Ref& file, FileState state) {
  auto found = kept_file(rows, group, file);
  if (!found || found->state != state) return FileError::kNoSuchFile;
  return std::move(*found);
}

// A preview is shown before anybody asked for anything: it must be small and clean.
bool is_fine_preview(BytesView preview) {
  return preview.empty() ||
         (preview.size() <= kept::kMostPreviewBytes && kept::is_clean_picture(kept::inspect(preview)));
}

}  // namespace

// --- Taking ---

Result<domain::Ref> begin(const Client::Hand& hand, const NewFile& file) {
  if (file.size_bytes == 0 || file.size_bytes > kept::kMostFileBytes) return FileError::kTooLarge;
  if (!kept::is_file_name(file.name)) return FileError::kNameInvalid;
  if (hand.group.standing() != group::Standing::kActive) return ClientError::kNotAllowed;
  const domain::GroupKey group = key_of(hand.group.id());
  // What a page left behind that was closed in the middle.
  drop_unsent(hand.rows, group, {.messages = {0}, .files = hand.now.after_ms(-kAbandonedAfter_ms)});
  const auto all = all_files(hand.rows, group);
  const auto unsent = std::ranges::count_if(all, [](const auto& one) { return is_unsent(one.second); });
  if (static_cast<size_t>(unsent) >= kMostUnsent) return FileError::kTooManyFiles;
  KeptFile out;
  out.what.id = hand.random.fixed<domain::EventKey>();
  out.what.kind = file.kind;
  out.what.name = file.name;
  out.what.size_bytes = file.size_bytes;
  out.what.seconds = file.seconds;
  out.since = hand.now;
  draw_blob(out, hand.random);
  const domain::Ref ref = domain::ref_of(domain::Author::from(hand.group.me()), out.what.id);
  keep_file(hand.rows, group, ref, out);
  return ref;
}

Result<uint64_t> put(const Client::Hand& hand, const domain::Ref& file, uint64_t at, BytesView piece) {
  const domain::GroupKey group = key_of(hand.group.id());
  HW_LET(KeptFile taken, mine(hand.rows, group, file, FileState::kTaking));
  if (at != taken.received_bytes || piece.empty()) return FileError::kOutOfPlace;
  if (piece.size() > kMostPieceBytes || at + piece.size() > taken.what.size_bytes)
    return FileError::kTooLarge;
  while (!piece.empty()) {
    const auto number = static_cast<uint32_t>(taken.received_bytes / kPieceBytes);
    const size_t begins = taken.received_bytes % kPieceBytes;
    const Bytes key = kept::piece_key(group, file, number);
    Bytes content = begins == 0 ? Bytes{} : hand.rows.get(kept::kPieceSpace, key).value_or(Bytes{});
    const size_t size = std::min(kPieceBytes - begins, piece.size());
    append(content, piece.first(size));
    hand.rows.put(kept::kPieceSpace, key, content);
    piece = piece.subspan(size);
    taken.received_bytes += size;
  }
  keep_file(hand.rows, group, file, taken);
  return taken.received_bytes;
}

Result<Findings> finish(const Client::Hand& hand, const domain::Ref& file, const Finishing& finishing) {
  const domain::GroupKey group = key_of(hand.group.id());
  HW_LET(KeptFile taken, mine(hand.rows, group, file, FileState::kTaking));
  if (taken.received_bytes != taken.what.size_bytes) return FileError::kNotWhole;
  if (!is_fine_preview(finishing.preview)) return FileError::kPreviewInvalid;
  const Bytes content = content_of(hand.rows, group, file, taken);
  if (content.empty()) return FileError::kNotWhole;
  const Findings findings = kept::inspect(content);
  const bool may_go = !kept::is_picture(findings) || kept::is_clean_picture(findings);
  if (!may_go && !finishing.keeps_original) {
    const bool is_unknown = findings.container == kept::Container::kOtherPicture;
    return is_unknown ? FileError::kUnknownPicture : FileError::kReveals;
  }
  taken.what.hash = sha256(content);
  taken.what.is_original = !may_go;
  taken.what.preview = finishing.preview;
  taken.state = FileState::kReady;
  keep_file(hand.rows, group, file, taken);
  return findings;
}

Result<Findings> look_into(const Client::Look& look, const domain::Ref& file) {
  const domain::GroupKey group = key_of(look.group.id());
  const auto found = kept_file(look.rows, group, file);
  if (!found) return FileError::kNoSuchFile;
  const Bytes content = content_of(look.rows, group, file, *found);
  if (content.empty()) return FileError::kNotWhole;
  return kept::inspect(content);
}

// --- Sending ---

Result<domain::EventKey> queue_message(const Client::Hand& hand, talk::MessageSaid said,
                                       std::span<const domain::Ref> files) {
  if (files.empty() || files.size() > kept::kMostAttachments) return FileError::kTooManyFiles;
  if (hand.group.standing() != group::Standing::kActive) return ClientError::kNotAllowed;
  const domain::GroupKey group = key_of(hand.group.id());
  Waiting waiting{
      hand.random.fixed<domain::EventKey>(), hand.now, std::move(said), {files.begin(), files.end()}};
  for (const domain::Ref& file : files) {
    HW_LET(KeptFile ready, mine(hand.rows, group, file, FileState::kReady));  // a file named twice is not
    ready.state = FileState::kSending;
    ready.since = hand.now;
    keep_file(hand.rows, group, file, ready);
  }
  keep_waiting(hand.rows, group, waiting);
  return waiting.id;
}

bool post_ready(const Client::Hand& hand) {
  const domain::GroupKey group = key_of(hand.group.id());
  bool posted = false;
  for (const Waiting& waiting : all_waiting(hand.rows, group)) {
    talk::MessageSaid said = waiting.said;
    std::vector<KeptFile> sent;
    for (const domain::Ref& file : waiting.files) {
      auto one = mine(hand.rows, group, file, FileState::kSent);
      if (!one.ok()) break;
      said.files.push_back(one->what);
      sent.push_back(std::move(*one));
    }
    if (sent.size() != waiting.files.size()) continue;
    if (!hand.post(talk::kMessageKind, talk::encode(said)).ok()) continue;  // tried again at the next turn
    for (size_t i = 0; i < sent.size(); ++i) {
      sent[i].state = FileState::kHere;
      keep_file(hand.rows, group, waiting.files[i], sent[i]);
    }
    hand.rows.erase(kept::kWaitingSpace, waiting_key(group, waiting.id));
    posted = true;
  }
  return posted;
}

void drop_unsent(Rows& rows, const domain::GroupKey& group, const Unsent& from_before) {
  std::set<domain::Ref> named;
  for (const Waiting& waiting : all_waiting(rows, group)) {
    if (waiting.since < from_before.messages)
      drop_waiting(rows, group, waiting);
    else
      named.insert(waiting.files.begin(), waiting.files.end());
  }
  for (const auto& [file, state] : all_files(rows, group)) {
    if (!is_unsent(state) || named.contains(file)) continue;
    const auto found = kept_file(rows, group, file);
    if (!found || found->since < from_before.files) kept::drop(rows, group, file);
  }
}

Result<> stop(const Client::Hand& hand, const domain::Ref& file) {
  const domain::GroupKey group = key_of(hand.group.id());
  auto found = kept_file(hand.rows, group, file);
  if (!found) return FileError::kNoSuchFile;
  if (found->state == FileState::kFetching) {
    found->state = FileState::kStopped;
    keep_file(hand.rows, group, file, *found);
    return success();
  }
  if (!is_unsent(found->state)) return FileError::kNoSuchFile;
  kept::drop(hand.rows, group, file);
  for (const Waiting& waiting : all_waiting(hand.rows, group))
    if (std::ranges::find(waiting.files, file) != waiting.files.end())
      drop_waiting(hand.rows, group, waiting);
  return success();
}

// --- Fetching and reading ---

Result<> fetch(const Client::Hand& hand, const group::EventId& message, const domain::Ref& file) {
  const domain::GroupKey group = key_of(hand.group.id());
  const auto place = talk::place_of(hand.rows, group, domain::EventKey::from(message));
  const auto found = place ? talk::message_at(hand.rows, group, *place) : std::nullopt;
  if (!found) return ClientError::kNoSuchMessage;
  const auto wanted = std::ranges::find_if(found->files, [&](const kept::Attachment& one) {
    return domain::ref_of(found->author, one.id) == file;
  });
  if (wanted == found->files.end()) return FileError::kNoSuchFile;
  auto there = kept_file(hand.rows, group, file);
  const bool is_the_same = there && there->what.hash == wanted->hash && there->what.key == wanted->key;
  if (is_the_same && (there->state == FileState::kHere || there->state == FileState::kFetching))
    return success();
  KeptFile fetched;
  if (is_the_same && there->state == FileState::kStopped) {
    fetched = std::move(*there);
  } else {
    kept::drop(hand.rows, group, file);
    fetched.what = *wanted;
    fetched.what.preview.clear();  // the message has it
  }
  fetched.state = FileState::kFetching;
  fetched.since = hand.now;
  keep_file(hand.rows, group, file, fetched);
  return success();
}

Result<Piece> read(const Client::Look& look, const domain::Ref& file, uint64_t at, size_t most) {
  const domain::GroupKey group = key_of(look.group.id());
  const auto found = kept_file(look.rows, group, file);
  if (!found) return FileError::kNotHere;
  const bool is_whole = found->state == FileState::kHere || found->state == FileState::kReady ||
                        found->state == FileState::kSending || found->state == FileState::kSent;
  if (!is_whole) return FileError::kNotHere;
  Piece out{.content = {}, .size_bytes = found->what.size_bytes};
  const size_t size =
      std::min<uint64_t>(std::min(most, kMostPieceBytes), out.size_bytes - std::min(at, out.size_bytes));
  while (out.content.size() < size) {
    const uint64_t place = at + out.content.size();
    const auto piece = look.rows.get(
        kept::kPieceSpace, kept::piece_key(group, file, static_cast<uint32_t>(place / kPieceBytes)));
    const size_t begins = place % kPieceBytes;
    if (!piece || piece->size() <= begins) return FileError::kNotHere;
    const size_t taken = std::min(piece->size() - begins, size - out.content.size());
    append(out.content, BytesView(*piece).subspan(begins, taken));
  }
  const auto first = look.rows.get(kept::kPieceSpace, kept::piece_key(group, file, 0));
  if (first) out.container = kept::inspect(*first).container;
  return out;
}

ShownFile shown_file(Rows& rows, const domain::GroupKey& group, const domain::Author& author,
                     const kept::Attachment& file) {
  ShownFile out{.file = domain::ref_of(author, file.id), .what = file};
  const auto there = kept_file(rows, group, out.file);
  if (!there || there->what.hash != file.hash || there->what.key != file.key) return out;
  out.state = there->state;
  out.done = there->done;
  out.count = there->chunks();
  return out;
}

OnTheWay on_the_way(const Client::Look& look) {
  const domain::GroupKey group = key_of(look.group.id());
  OnTheWay out;
  const auto show = [&](const domain::Ref& file) -> std::optional<ShownFile> {
    const auto there = kept_file(look.rows, group, file);
    if (!there) return std::nullopt;
    return shown_file(look.rows, group, domain::author_of(file), there->what);
  };
  for (const Waiting& waiting : all_waiting(look.rows, group)) {
    WaitingMessage one{waiting.id, waiting.said.text, waiting.since, {}};
    for (const domain::Ref& file : waiting.files)
      if (auto shown = show(file)) one.files.push_back(std::move(*shown));
    out.sending.push_back(std::move(one));
  }
  for (const auto& [file, state] : all_files(look.rows, group)) {
    if (state != FileState::kFetching) continue;
    if (auto shown = show(file)) out.fetching.push_back(std::move(*shown));
  }
  return out;
}

}  // namespace homeward::client::files
