// Photos, papers and voice notes through the client: sent and fetched over lines that break, in whole, once;
// and gone without a byte when they are to go.
#include "client/files.h"

#include "client/test_clients.h"
#include "crypto/crypto.h"
#include "domain/files/test_pictures.h"
#include "vault/pages_for_test.h"

namespace homeward::client {
namespace {

namespace pictures = domain::files::pictures;
using pictures::operator+;
using domain::files::FileKind;
using domain::files::Reveals;

constexpr int64_t kDay_ms = 24 * 60 * kMinute_ms;

class FilesTest : public ClientTest {
 protected:
  void SetUp() override {
    anna = &person("Анна");
    bella = &person("Белла");
    clara = &person("Клара");
    group = found(*anna);
    bring_in(*anna, group, *bella);
    bring_in(*anna, group, *clara, bella);
    settle(2);
  }
  template <class Act>
  Result<> change(Person& one, Act&& act) {
    return one.client->change(group, now_, [&](const Client::Hand& hand) -> Result<> { return act(hand); });
  }
  // The whole way of a file into the vault, in pieces of odd sizes.
  Result<domain::Ref> take(Person& one, const Bytes& content, files::NewFile as = {},
                           files::Finishing finishing = {}) {
    domain::Ref ref;
    as.size_bytes = content.size();
    if (as.name.empty()) as.name = "бумага.txt";
    Result<> done = change(one, [&](const Client::Hand& hand) -> Result<> {
      HW_LET(ref, files::begin(hand, as));
      return success();
    });
    for (size_t at = 0; done.ok() && at < content.size();) {
      const size_t size = std::min<size_t>(content.size() - at, 100'000 + at % 7'777);
      done = change(one, [&](const Client::Hand& hand) -> Result<> {
        HW_LET(const uint64_t there, files::put(hand, ref, at, BytesView(content).subspan(at, size)));
        EXPECT_EQ(there, at + size);
        return success();
      });
      at += size;
    }
    if (!done.ok()) return done.error();
    done = change(one, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(files::finish(hand, ref, finishing));
      return success();
    });
    if (!done.ok()) return done.error();
    return ref;
  }
  domain::Ref taken(Person& one, const Bytes& content, files::NewFile as = {}) {
    const auto ref = take(one, content, std::move(as));
    EXPECT_TRUE(ref.ok());
    return ref.ok() ? *ref : domain::Ref{};
  }
  void say(Person& one, const std::string& text, std::vector<domain::Ref> files) {
    Saying saying{text};
    saying.files = std::move(files);
    EXPECT_TRUE(one.client->say(group, saying, now_).ok());
  }
  // The newest message, as she sees it.
  TalkMessage newest(Person& one) {
    const auto page = one.client->talk(group, 100, std::nullopt);
    EXPECT_FALSE(page->messages.empty());
    return page->messages.empty() ? TalkMessage{} : page->messages.back();
  }
  Result<> fetch(Person& one, size_t which = 0) {
    const TalkMessage message = newest(one);
    return change(one, [&](const Client::Hand& hand) {
      return files::fetch(hand, message.id, message.files.at(which).file);
    });
  }
  Bytes content(Person& one, const domain::Ref& file) {
    Bytes out;
    (void)one.client->look(group, [&](const Client::Look& look) -> Result<> {
      for (;;) {
        const auto piece = files::read(look, file, out.size(), 150'000);
        if (!piece.ok() || piece->content.empty()) return success();
        append(out, piece->content);
      }
    });
    return out;
  }
  files::OnTheWay on_the_way(Person& one) {
    files::OnTheWay out;
    (void)one.client->look(group, [&](const Client::Look& look) -> Result<> {
      out = files::on_the_way(look);
      return success();
    });
    return out;
  }
  void days(int64_t count) {
    now_ = now_.after_ms(count * kDay_ms);
    for (Person& one : people_)
      if (one.client) one.client->tick(now_);
    settle(1);
  }
  bool vault_has(Person& one, BytesView what) {
    one.stop();
    bool found = contains(plain_pages({"home", one.disk.vfs_name()}, "слово", kCheap), what);
    for (const std::string& path : one.disk.files())
      found = found || contains(one.disk.read_file(path).value_or(Bytes{}), what);
    restart(one);
    return found;
  }

  // One step of whoever has something to do.
  bool pump_once() { return pump(); }

  bool breaks_ = false, stops_ = false;
  Person *anna = nullptr, *bella = nullptr, *clara = nullptr;
  group::GroupId group;
  SeededRandom bytes_{77};
};

TEST_F(FilesTest, APaperReachesWhoeverFetchesIt) {
  const Bytes paper = bytes_.bytes(300'000);
  const domain::Ref file = taken(*bella, paper, {.name = "справка о службе.pdf"});
  EXPECT_EQ(content(*bella, file), paper);
  go_offline(*bella);
  say(*bella, "вот справка", {file});
  const auto waits = on_the_way(*bella);
  ASSERT_EQ(waits.sending.size(), 1u);
  EXPECT_EQ(waits.sending[0].text, "вот справка");
  EXPECT_EQ(waits.sending[0].files[0].count, 6);
  EXPECT_TRUE(texts(*bella, group).empty());
  bella->is_online = true;
  settle(1);
  EXPECT_TRUE(on_the_way(*bella).sending.empty());
  for (Person* one : {anna, bella, clara}) {
    const TalkMessage message = newest(*one);
    EXPECT_EQ(message.text, "вот справка");
    ASSERT_EQ(message.files.size(), 1u);
    EXPECT_EQ(message.files[0].what.name, "справка о службе.pdf");
    EXPECT_EQ(message.files[0].what.size_bytes, paper.size());
    EXPECT_EQ(message.files[0].what.hash, sha256(paper));
    EXPECT_EQ(message.files[0].what.ends_s, 1'800'000'000u);
    EXPECT_EQ(message.files[0].state, one == bella ? FileState::kHere : FileState::kNotFetched);
  }
  EXPECT_EQ(gets_, 0u);
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  EXPECT_EQ(newest(*anna).files[0].state, FileState::kHere);
  EXPECT_EQ(content(*anna, file), paper);
  EXPECT_TRUE(content(*clara, file).empty());
  // All chunks of the blob, its padding too, each once; and nothing of what they hold can be seen.
  EXPECT_EQ(puts_, 6u);
  EXPECT_EQ(gets_, 6u);
  for (const auto& [id, blob] : blobs_) {
    for (const auto& [index, chunk] : blob.chunks) {
      EXPECT_EQ(chunk.size(), wire::kChunkBytes);
      EXPECT_FALSE(contains(chunk, BytesView(paper).first(32)));
    }
  }
  // Found by its name, too.
  const auto hits = clara->client->search("справки", group, 10);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].files.size(), 1u);
}

// Chunks are random to whoever looks: bytes of a paper of zeros are as frequent as each other.
TEST_F(FilesTest, ChunksLookRandom) {
  say(*bella, "", {taken(*bella, Bytes(1'000'000, 0), {.name = "zeros"})});
  settle(1);
  std::array<double, 256> count{};
  double all = 0;
  for (const auto& [id, blob] : blobs_)
    for (const auto& [index, chunk] : blob.chunks)
      for (const uint8_t byte : chunk) ++count[byte], ++all;
  ASSERT_GE(all, 16 * wire::kChunkBytes);
  double chi_squared = 0;
  for (const double one : count) chi_squared += (one - all / 256) * (one - all / 256) / (all / 256);
  // 255 degrees of freedom: outside of this once in some ten thousand keys, and the key is the test's own.
  EXPECT_GT(chi_squared, 170);
  EXPECT_LT(chi_squared, 350);
}

TEST_F(FilesTest, ATransferGoesOnAtItsChunk) {
  const Bytes paper = bytes_.bytes(2'000'000);  // 31 pieces, 32 chunks
  const domain::Ref file = taken(*bella, paper);
  size_t carried = 0;
  after_chunk_ = [&](Person&) {
    if (++carried % 7 == 0) breaks_ = true;
  };
  say(*bella, "долго", {file});
  const auto ride_out = [&](Person& one) {
    for (int i = 0; i < 40; ++i) {
      settle();
      if (std::exchange(breaks_, false)) {
        go_offline(one);
        if (i % 3 == 0) restart(one);
        one.is_online = true;
      }
      settle(1);
    }
  };
  ride_out(*bella);
  ASSERT_EQ(newest(*anna).text, "долго");
  EXPECT_EQ(newest(*bella).files[0].state, FileState::kHere);
  EXPECT_EQ(content(*bella, file), paper);
  EXPECT_EQ(puts_, 32u);  // the line broke, and no chunk went twice
  ASSERT_TRUE(fetch(*anna).ok());
  ride_out(*anna);
  EXPECT_EQ(content(*anna, file), paper);
  EXPECT_LE(gets_, 32u + 4 * 8);  // those that were under way when the line broke
}

TEST_F(FilesTest, StopAndGoOn) {
  const Bytes paper = bytes_.bytes(2'000'000);
  const domain::Ref file = taken(*bella, paper);
  refuse_ = wire::Reason::kDiskFull;
  say(*bella, "не туда", {file});
  settle(1);
  EXPECT_EQ(on_the_way(*bella).sending.size(), 1u);
  ASSERT_TRUE(change(*bella, [&](const Client::Hand& hand) { return files::stop(hand, file); }).ok());
  EXPECT_TRUE(on_the_way(*bella).sending.empty());
  refuse_.reset();
  settle(3);
  EXPECT_TRUE(texts(*anna, group).empty());
  EXPECT_TRUE(content(*bella, file).empty());
  EXPECT_FALSE(vault_has(*bella, BytesView(paper).first(48)));
  settle(2);

  say(*bella, "туда", {taken(*bella, paper)});
  settle(2);
  size_t carried = 0;
  after_chunk_ = [&](Person& one) {
    if (&one != anna || ++carried != 9) return;
    stops_ = true;
  };
  ASSERT_TRUE(fetch(*anna).ok());
  const TalkMessage message = newest(*anna);
  while (!stops_) ASSERT_TRUE(pump_once());
  ASSERT_TRUE(
      change(*anna, [&](const Client::Hand& hand) { return files::stop(hand, message.files[0].file); }).ok());
  settle(1);
  EXPECT_EQ(newest(*anna).files[0].state, FileState::kStopped);
  EXPECT_GT(newest(*anna).files[0].done, 3);
  EXPECT_LT(newest(*anna).files[0].done, 32);
  const size_t before = gets_;
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  EXPECT_EQ(content(*anna, message.files[0].file), paper);
  EXPECT_LT(gets_ - before, 30u);
}

TEST_F(FilesTest, WhatIsGoneOrWrongIsSaid) {
  say(*bella, "раз", {taken(*bella, bytes_.bytes(200'000))});
  settle(1);
  auto& chunks = blobs_.begin()->second.chunks;
  const Bytes whole = chunks[2];
  chunks[2][500] ^= 1;
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  EXPECT_EQ(newest(*anna).files[0].state, FileState::kDamaged);
  EXPECT_TRUE(content(*anna, newest(*anna).files[0].file).empty());
  chunks[2] = whole;
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  EXPECT_EQ(newest(*anna).files[0].state, FileState::kHere);
  blobs_.clear();
  ASSERT_TRUE(fetch(*clara).ok());
  settle(1);
  EXPECT_EQ(newest(*clara).files[0].state, FileState::kGone);
}

TEST_F(FilesTest, ARelayThatLostChunksGetsThemAgain) {
  const Bytes paper = bytes_.bytes(1'000'000);
  const domain::Ref file = taken(*bella, paper);
  size_t carried = 0;
  after_chunk_ = [&](Person&) { breaks_ = breaks_ || ++carried == 8; };
  say(*bella, "", {file});
  while (!breaks_) ASSERT_TRUE(pump_once());
  go_offline(*bella);
  blobs_.clear();
  bella->is_online = true;
  settle(1);
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  EXPECT_EQ(content(*anna, file), paper);
  EXPECT_EQ(newest(*anna).text, "");
}

TEST_F(FilesTest, PicturesThatSayMoreThanTheyShowAreRefused) {
  const Bytes raw = pictures::jpeg(pictures::exif_segment(pictures::camera_tiff()), 5'000);
  const files::NewFile as{.kind = FileKind::kPicture, .name = "photo.jpg"};
  EXPECT_TRUE(take(*bella, raw, as).error().is(FileError::kReveals));
  // Called a paper, it is a picture all the same.
  EXPECT_TRUE(take(*bella, raw, {.kind = FileKind::kPaper, .name = "x.bin"}).error().is(FileError::kReveals));
  const Bytes heic = pictures::big32(24) + pictures::bytes_of("ftypheic") + Bytes(500, 0);
  EXPECT_TRUE(take(*bella, heic, as).error().is(FileError::kUnknownPicture));
  EXPECT_TRUE(take(*bella, pictures::jpeg(), as).ok());
  EXPECT_TRUE(take(*bella, pictures::jpeg(), as, {.preview = raw}).error().is(FileError::kPreviewInvalid));
  EXPECT_TRUE(take(*bella, pictures::jpeg(), as, {.preview = pictures::png()}).ok());

  const auto original = take(*bella, raw, as, {.preview = {}, .keeps_original = true});
  ASSERT_TRUE(original.ok());
  std::vector<Reveals> reveals;
  (void)bella->client->look(group, [&](const Client::Look& look) -> Result<> {
    reveals = files::look_into(look, *original)->reveals;
    return success();
  });
  EXPECT_EQ(reveals.front(), Reveals::kPlace);
  say(*bella, "как есть", {*original});
  settle(1);
  EXPECT_TRUE(newest(*anna).files[0].what.is_original);
}

TEST_F(FilesTest, LimitsAndOddities) {
  const auto refused = [&](files::NewFile as) {
    return change(*bella, [&](const Client::Hand& hand) -> Result<> {
      HW_TRY(files::begin(hand, as));
      return success();
    });
  };
  EXPECT_TRUE(refused({.name = "x", .size_bytes = (25u << 20) + 1}).error().is(FileError::kTooLarge));
  EXPECT_TRUE(refused({.name = "x", .size_bytes = 0}).error().is(FileError::kTooLarge));
  EXPECT_TRUE(refused({.name = "a/b", .size_bytes = 1}).error().is(FileError::kNameInvalid));
  domain::Ref file;
  ASSERT_TRUE(change(*bella, [&](const Client::Hand& hand) -> Result<> {
                HW_LET(file, files::begin(hand, {.name = "x", .size_bytes = 10}));
                EXPECT_TRUE(files::put(hand, file, 1, Bytes(3)).error().is(FileError::kOutOfPlace));
                EXPECT_TRUE(files::put(hand, file, 0, Bytes(11)).error().is(FileError::kTooLarge));
                EXPECT_TRUE(files::put(hand, file, 0, Bytes(9, 5)).ok());
                EXPECT_TRUE(files::finish(hand, file, {}).error().is(FileError::kNotWhole));
                EXPECT_TRUE(files::stop(hand, file).ok());
                return success();
              }).ok());
  Saying nothing{""};
  EXPECT_TRUE(bella->client->say(group, nothing, now_).error().is(ClientError::kTextEmpty));
  nothing.files = {file};
  EXPECT_TRUE(bella->client->say(group, nothing, now_).error().is(FileError::kNoSuchFile));
  for (size_t i = 0; i < files::kMostUnsent; ++i) EXPECT_TRUE(refused({.name = "x", .size_bytes = 1}).ok());
  EXPECT_TRUE(refused({.name = "x", .size_bytes = 1}).error().is(FileError::kTooManyFiles));
  restart(*bella);  // what was being given is gone with the program
  settle();
  EXPECT_TRUE(refused({.name = "x", .size_bytes = 1}).ok());
}

TEST_F(FilesTest, TheLargestFileComesWhole) {
  const Bytes paper = bytes_.bytes(domain::files::kMostFileBytes);
  const domain::Ref file = taken(*bella, paper);
  say(*bella, "", {file});
  settle(1);
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  EXPECT_EQ(puts_, 512u);
  EXPECT_TRUE(content(*anna, file) == paper);
}

// Where only words can stand for a message, the names of its files do.
TEST_F(FilesTest, AMessageOfFilesAloneCanBePinnedAndAnswered) {
  say(*anna, "", {taken(*anna, bytes_.bytes(100), {.name = "список.txt"})});
  settle(1);
  const TalkMessage message = newest(*anna);
  ASSERT_TRUE(anna->client->pin(group, message.id, now_).ok());
  ASSERT_TRUE(anna->client->say(group, {"смотрите", message.id}, now_).ok());
  settle(1);
  ASSERT_EQ(clara->client->pinned(group).size(), 1u);
  EXPECT_EQ(clara->client->pinned(group)[0].text, "список.txt");
  EXPECT_EQ(newest(*clara).reply_to->text, "список.txt");
}

// Content, key, preview and name, in every vault: gone when the message goes.
TEST_F(FilesTest, NoByteOutlivesItsMessage) {
  group::Change week;
  week.retention_days = 7;
  ASSERT_TRUE(anna->client->change_policy(group, week, now_).ok());
  settle();
  const Bytes paper = bytes_.bytes(150'000);
  Bytes preview = pictures::jpeg({}, 600);
  const std::string_view mark = "qwzxpreviewqwzx";
  std::ranges::copy(mark, preview.end() - 300);  // within its scan
  const auto file =
      take(*bella, paper, {.kind = FileKind::kPaper, .name = "qwzxnameqwzx.jpg"}, {.preview = preview});
  ASSERT_TRUE(file.ok());
  say(*bella, "", {*file});
  settle(1);
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  ASSERT_EQ(content(*anna, *file), paper);
  const Bytes key = copy_of(newest(*anna).files[0].what.key);
  const Bytes inside = copy_of(BytesView(paper).subspan(70'000, 40));
  EXPECT_EQ(blobs_.begin()->second.days, 7);
  EXPECT_TRUE(vault_has(*anna, inside));
  EXPECT_TRUE(vault_has(*clara, key));
  EXPECT_TRUE(vault_has(*clara, view_of(mark)));
  settle(1);
  days(8);
  for (Person* one : {anna, bella, clara}) {
    EXPECT_TRUE(texts(*one, group).empty());
    settle(1);
    for (const Bytes& what : {inside, key, pictures::bytes_of("qwzxnameqwzx"), pictures::bytes_of(mark)})
      EXPECT_FALSE(vault_has(*one, what)) << one->name;
    settle(1);
  }
}

TEST_F(FilesTest, RemovalAndClosingEraseFilesToo) {
  const Bytes paper = bytes_.bytes(150'000);
  const Bytes inside = copy_of(BytesView(paper).subspan(70'000, 40));
  const domain::Ref file = taken(*bella, paper);
  say(*bella, "", {file});
  settle(1);
  ASSERT_TRUE(fetch(*anna).ok());
  settle(1);
  ASSERT_TRUE(bella->client->remove_message(group, newest(*bella).id, now_).ok());
  settle(1);
  EXPECT_TRUE(newest(*anna).files.empty());
  for (Person* one : {anna, bella}) EXPECT_FALSE(vault_has(*one, inside)) << one->name;
  settle(1);
  // One that was posted and never left this device.
  const domain::Ref second = taken(*bella, paper);
  say(*bella, "", {second});
  settle(1);
  group::Change closing;
  closing.closes = now_.after_ms(kDay_ms);
  ASSERT_TRUE(anna->client->change_policy(group, closing, now_).ok());
  settle();
  days(2);
  EXPECT_FALSE(vault_has(*bella, inside));
}

}  // namespace
}  // namespace homeward::client
