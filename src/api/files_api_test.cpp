// The commands about files through one node, without a network: what is given is looked into, refused or
// kept, and read back.
#include <gtest/gtest.h>

#include "api/base64.h"
#include "api/test_host.h"
#include "domain/files/test_pictures.h"

namespace homeward::api {
namespace {

namespace pictures = domain::files::pictures;

class FileCommands : public testing::Test {
 protected:
  FileCommands() {
    call("vault.create", {{"passphrase", "сосна левый утюг дождь кафель"}});
    const auto made = call("group.create", {{"name", "Дом"}, {"my_name", "Мария"}});
    group_ = std::string(made.at("group").as_string());
  }
  json::object call(const char* name, json::object args) {
    json::object got = node_.call(name, std::move(args));
    EXPECT_TRUE(got.contains("result")) << name << " " << json::serialize(got);
    return got.contains("result") && got.at("result").is_object() ? got.at("result").as_object()
                                                                  : json::object();
  }
  std::string refusal(const char* name, json::object args) {
    const json::object got = node_.call(name, std::move(args));
    return got.contains("error") ? std::string(got.at("error").at("code").as_string()) : "";
  }
  std::string given(const Bytes& content, const char* kind = "paper", const char* name = "бумага.txt") {
    const std::string file(
        call("file.begin", {{"group", group_}, {"name", name}, {"kind", kind}, {"size", content.size()}})
            .at("file")
            .as_string());
    for (size_t at = 0; at < content.size();) {
      const size_t size = std::min<size_t>(content.size() - at, 150'000);
      const auto got = call("file.put", {{"group", group_},
                                         {"file", file},
                                         {"at", at},
                                         {"content", to_base64(BytesView(content).subspan(at, size))}});
      at += size;
      EXPECT_EQ(got.at("received").as_int64(), static_cast<int64_t>(at));
    }
    return file;
  }
  json::object of(const std::string& file) { return {{"group", group_}, {"file", file}}; }

  TestHost host_{{.language = "ru", .seed = 5, .now = {19'200 * kDay_ms}}};
  Node node_{host_};
  std::string group_;
};

TEST_F(FileCommands, APaperGoesInAndComesBack) {
  SeededRandom random(3);
  const Bytes paper = pictures::bytes_of("%PDF-1.7 /Author(Invented) ");
  Bytes content = paper;
  append(content, random.bytes(400'000));
  const std::string file = given(content);
  const json::object found = call("file.finish", of(file));
  EXPECT_EQ(json::serialize(found.at("reveals")), R"(["author"])");
  Bytes back;
  for (;;) {
    json::object args = of(file);
    args["at"] = back.size();
    const json::object piece = call("file.read", std::move(args));
    append(back, *from_base64(std::string(piece.at("content").as_string())));
    EXPECT_EQ(piece.at("type"), "application/pdf");
    if (static_cast<int64_t>(back.size()) >= piece.at("size").as_int64()) break;
  }
  EXPECT_EQ(back, content);
  const auto posted =
      call("talk.post", {{"group", group_}, {"text", ""}, {"files", json::array{json::value(file)}}});
  const json::object list = call("file.list", {{"group", group_}});
  const json::object& waiting = list.at("sending").at(0).as_object();
  EXPECT_EQ(waiting.at("waiting"), posted.at("message"));
  EXPECT_EQ(waiting.at("files").at(0).at("name"), "бумага.txt");
  EXPECT_EQ(waiting.at("files").at(0).at("state"), "sending");
  EXPECT_EQ(waiting.at("files").at(0).at("count").as_int64(), 8);
  call("file.stop", of(file));
  EXPECT_TRUE(call("file.list", {{"group", group_}}).at("sending").as_array().empty());
  json::object args = of(file);
  args["at"] = 0;
  EXPECT_EQ(refusal("file.read", std::move(args)), "file_not_here");
}

TEST_F(FileCommands, APictureThatSaysMoreIsRefusedAndMayBeKeptOnPurpose) {
  const Bytes raw = pictures::jpeg(pictures::exif_segment(pictures::camera_tiff()), 900);
  const std::string file = given(raw, "picture", "снимок.jpg");
  EXPECT_EQ(refusal("file.finish", of(file)), "picture_reveals");
  EXPECT_EQ(
      refusal("talk.post", {{"group", group_}, {"text", "x"}, {"files", json::array{json::value(file)}}}),
      "no_file");
  const json::object found = call("file.reveals", of(file));
  EXPECT_EQ(json::serialize(found.at("reveals")),
            R"(["place","date","camera","serial","thumbnail","maker_notes","settings"])");
  json::object args = of(file);
  args["keep_original"] = true;
  call("file.finish", args);
  call("talk.post", {{"group", group_}, {"text", "x"}, {"files", json::array{json::value(file)}}});
  EXPECT_EQ(call("file.list", {{"group", group_}}).at("sending").at(0).at("files").at(0).at("original"),
            true);
}

TEST_F(FileCommands, BoundsAreKept) {
  EXPECT_EQ(
      refusal("file.begin", {{"group", group_}, {"name", "x"}, {"kind", "paper"}, {"size", 30'000'000}}),
      "file_too_large");
  EXPECT_EQ(refusal("file.begin", {{"group", group_}, {"name", "a/b"}, {"kind", "paper"}, {"size", 3}}),
            "name_invalid");
  const std::string file = given(Bytes(10, 1));
  json::object args = of(file);
  args["at"] = 5;
  args["content"] = "AAAA";
  EXPECT_EQ(refusal("file.put", args), "file_not_whole");
  args["content"] = "?";
  EXPECT_EQ(refusal("file.put", args), "bad_arguments");
  EXPECT_EQ(refusal("file.read", {{"group", group_}, {"file", "AAAA"}, {"at", 0}}), "no_file");
}

}  // namespace
}  // namespace homeward::api
