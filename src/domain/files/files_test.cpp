// Pictures of every kind with everything that gives something away; and attachments as a message says them.
#include <gtest/gtest.h>

#include "base/environment.h"
#include "domain/files/attachment.h"
#include "domain/files/inspect.h"
#include "domain/files/kept.h"
#include "domain/files/test_pictures.h"

namespace homeward::domain::files {
namespace {

using namespace pictures;
using enum Reveals;
using What = std::vector<Reveals>;

What of(const Bytes& file) { return inspect(file).reveals; }

TEST(Inspect, CleanPicturesMayGo) {
  for (const Bytes& file : {jpeg(), png(), webp()}) {
    EXPECT_TRUE(is_clean_picture(inspect(file)));
    // Cut anywhere, or with a byte too many, it may not.
    for (size_t size = 16; size < file.size(); ++size)
      EXPECT_FALSE(is_clean_picture(inspect(BytesView(file).first(size)))) << size;
    EXPECT_EQ(of(file + Bytes{0x55}), What{kHidden});
  }
  EXPECT_EQ(inspect(jpeg()).container, Container::kJpeg);
  EXPECT_EQ(inspect(png()).container, Container::kPng);
  EXPECT_EQ(inspect(webp()).container, Container::kWebp);
}

TEST(Inspect, WhatACameraWrites) {
  const What all{kPlace, kDate, kCamera, kSerial, kThumbnail, kMakerNotes, kSettings};
  EXPECT_EQ(of(jpeg(exif_segment(camera_tiff()))), all);
  EXPECT_EQ(of(png(png_chunk("eXIf", camera_tiff()))), all);
  EXPECT_EQ(of(webp(riff_chunk("EXIF", camera_tiff()))), all);
  EXPECT_EQ(of(webp(riff_chunk("EXIF", bytes_of(std::string_view("Exif\0\0", 6)) + camera_tiff()))), all);
}

TEST(Inspect, EveryFieldOfExifHasItsWord) {
  const std::pair<uint16_t, Reveals> fields[] = {
      {0x8825, kPlace},   {0x0132, kDate},    {0x9004, kDate},    {0x0110, kCamera},   {0xA434, kCamera},
      {0xA435, kSerial},  {0xA420, kSerial},  {0x013B, kAuthor},  {0xA430, kAuthor},   {0x927C, kMakerNotes},
      {0x9286, kComment}, {0x010E, kComment}, {0x0131, kProgram}, {0x0201, kThumbnail}};
  for (const auto& [tag, reveals] : fields) {
    What expected{reveals, kSettings};
    std::ranges::sort(expected);
    EXPECT_EQ(of(jpeg(exif_segment(tiff({{tag}})))), expected) << tag;
  }
  EXPECT_EQ(of(jpeg(exif_segment(tiff({{0x0112}})))), What{kSettings});  // orientation alone
}

TEST(Inspect, BrokenExifIsSeenAndEndsSoon) {
  const auto has_broken = [](const Bytes& block) {
    const What what = of(jpeg(exif_segment(block)));
    return std::ranges::find(what, kBroken) != what.end();
  };
  EXPECT_TRUE(has_broken({}));
  EXPECT_TRUE(has_broken(bytes_of("XX")));
  EXPECT_TRUE(has_broken(bytes_of(std::string_view("MM\0*", 4)) + big32(0xFFFFFFF0)));
  EXPECT_TRUE(has_broken(bytes_of(std::string_view("MM\0*", 4)) + big32(8) + big16(60'000)));
  // A directory that points at itself.
  EXPECT_FALSE(has_broken(tiff({{0x8769, 8}})));
}

TEST(Inspect, JpegSegments) {
  const auto xmp = bytes_of(std::string_view("http://ns.adobe.com/xap/1.0/\0", 29)) +
                   bytes_of("<x:xmpmeta exif:GPSLatitude='1' dc:creator='' xmp:CreateDate=''>");
  EXPECT_EQ(of(jpeg(jpeg_segment(0xE1, xmp))), (What{kPlace, kDate, kAuthor, kComment}));
  const auto iptc = bytes_of(std::string_view("Photoshop 3.0\0", 14)) + bytes_of("8BIM....");
  EXPECT_EQ(of(jpeg(jpeg_segment(0xED, iptc))), What{kComment});
  EXPECT_EQ(of(jpeg(jpeg_segment(0xFE, bytes_of("invented remark")))), What{kComment});
  EXPECT_EQ(of(jpeg(jpeg_segment(0xE2, bytes_of("ICC_PROFILE...")))), What{kSettings});
  EXPECT_EQ(of(jpeg(jpeg_segment(0xE2, bytes_of(std::string_view("MPF\0", 4))))), What{kThumbnail});
  EXPECT_EQ(of(jpeg(jpeg_segment(0xE0, bytes_of("JFXX.............")))), What{kThumbnail});
  EXPECT_EQ(of(jpeg(jpeg_segment(0xEE, bytes_of("Adobe") + Bytes(7, 0)))), What{});
  EXPECT_EQ(of(jpeg(jpeg_segment(0xEB, bytes_of("anything")))), What{kHidden});
  // After a scan, too: a second one with a comment before it, and a whole picture behind the end.
  Bytes late = jpeg();
  late.resize(late.size() - 2);
  late = late + jpeg_segment(0xFE, bytes_of("late")) + jpeg_segment(0xDA, Bytes(6, 1)) + Bytes(9, 3) +
         Bytes{0xFF, 0xD9};
  EXPECT_EQ(of(late), What{kComment});
  EXPECT_EQ(of(jpeg() + jpeg()), What{kHidden});
}

TEST(Inspect, PngAndWebpChunks) {
  const auto text = [](std::string_view keyword) { return bytes_of(keyword) + Bytes{0} + bytes_of("x"); };
  EXPECT_EQ(of(png(png_chunk("tEXt", text("Author")))), What{kAuthor});
  EXPECT_EQ(of(png(png_chunk("zTXt", text("Software")))), What{kProgram});
  EXPECT_EQ(of(png(png_chunk("iTXt", text("XML:com.adobe.xmp") + bytes_of("tiff:Make")))),
            (What{kCamera, kComment}));
  EXPECT_EQ(of(png(png_chunk("zTXt", text("Raw profile type exif")))), (What{kSettings, kUnseen}));
  EXPECT_EQ(of(png(png_chunk("tEXt", text("Comment")))), What{kComment});
  EXPECT_EQ(of(png(png_chunk("tIME", Bytes(7, 1)))), What{kDate});
  EXPECT_EQ(of(png(png_chunk("iCCP", Bytes(7, 1)))), What{kSettings});
  EXPECT_EQ(of(png(png_chunk("prVt", Bytes(7, 1)))), What{kHidden});
  EXPECT_EQ(of(webp(riff_chunk("XMP ", bytes_of("exif:GPSLongitude")))), (What{kPlace, kComment}));
  EXPECT_EQ(of(webp(riff_chunk("ICCP", Bytes(3, 1)))), What{kSettings});
  EXPECT_EQ(of(webp(riff_chunk("abcd", Bytes(3, 1)))), What{kHidden});
  EXPECT_EQ(of(webp(riff_chunk("ANMF", Bytes(16, 0) + riff_chunk("VP8L", Bytes(4, 1))))), What{});
  EXPECT_EQ(of(webp(riff_chunk("ANMF", Bytes(16, 0) + riff_chunk("zzzz", Bytes(4, 1))))), What{kHidden});
}

TEST(Inspect, OtherPicturesArePicturesAndNotClean) {
  const Bytes size = big32(24);
  for (const Bytes& file :
       {size + bytes_of("ftypheic"), size + bytes_of("ftypavif"), size + bytes_of("ftypmif1"),
        bytes_of(std::string_view("II*\0", 4)) + Bytes(20, 0), bytes_of("GIF89a") + Bytes(20, 0)}) {
    const Findings findings = inspect(file + Bytes(8, 0));
    EXPECT_TRUE(is_picture(findings));
    EXPECT_FALSE(is_clean_picture(findings));
    EXPECT_EQ(findings.container, Container::kOtherPicture);
  }
}

TEST(Inspect, PapersSayWhoMadeThem) {
  EXPECT_EQ(of(bytes_of("%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj")), What{});
  EXPECT_EQ(of(bytes_of("%PDF-1.7\n<</Author(Invented)/Producer(x)/CreationDate(D:2020)>>")),
            (What{kDate, kAuthor, kProgram}));
  EXPECT_EQ(of(bytes_of("%PDF-1.5\n<</Type/ObjStm>>")), What{kUnseen});
  EXPECT_EQ(of(bytes_of("PK\x03\x04....docProps/core.xml")), What{kUnseen});
  EXPECT_EQ(of(bytes_of("plain words")), What{});
  EXPECT_FALSE(is_picture(inspect(bytes_of("%PDF-1.7"))));
  EXPECT_EQ(inspect(bytes_of("\x1A\x45\xDF\xA3....")).container, Container::kWebm);
  EXPECT_EQ(inspect({}).container, Container::kOther);
}

// --- Attachments ---

Attachment some_attachment(Random& random) {
  Attachment out;
  out.id = random.fixed<EventKey>();
  out.read_token = random.fixed<BlobToken>();
  out.key = random.fixed<StreamKey>();
  out.hash = random.fixed<Hash>();
  out.size_bytes = 1000;
  out.name = "справка.pdf";
  out.preview = random.bytes(100);
  return out;
}

TEST(Attachments, ComeBackEqualAndObeyTheirLimits) {
  SeededRandom random(5);
  std::vector<Attachment> files;
  for (size_t i = 0; i < kMostAttachments; ++i) files.push_back(some_attachment(random));
  const Bytes bytes = encode_attachments(files);
  EXPECT_EQ(decode_attachments(bytes), files);
  for (size_t size = 0; size < bytes.size(); size += 13)
    EXPECT_FALSE(decode_attachments(BytesView(bytes).first(size)).has_value() && size % 331 != 0);
  const auto reads = [](const std::vector<Attachment>& some) {
    return decode_attachments(encode_attachments(some)).has_value();
  };
  EXPECT_FALSE(reads({}));
  EXPECT_FALSE(reads({files[0], files[0]}));
  std::vector<Attachment> many = files;
  many.push_back(some_attachment(random));
  EXPECT_FALSE(reads(many));
  Attachment odd = files[0];
  odd.size_bytes = kMostFileBytes + 1;
  EXPECT_FALSE(reads({odd}));
  odd.size_bytes = 0;
  EXPECT_FALSE(reads({odd}));
}

TEST(Attachments, NamesAreNoPaths) {
  EXPECT_TRUE(is_file_name("справка о службе.pdf"));
  for (const std::string_view name : {"", ".", "..", "a/b", "a\\b", "a\nb", "\xFF\xFE"})
    EXPECT_FALSE(is_file_name(name));
  EXPECT_FALSE(is_file_name(std::string(kMostNameBytes + 1, 'a')));
}

TEST(Kept, ContentGoesWithItsLastMessage) {
  SeededRandom random(6);
  MemoryRows rows;
  const auto group = random.fixed<GroupKey>();
  const auto anna = random.fixed<Author>();
  const auto bella = random.fixed<Author>();
  const std::vector<Attachment> files{some_attachment(random)};
  own(rows, group, anna, files, {1, 1});
  own(rows, group, anna, files, {1, 2});
  own(rows, group, bella, files, {1, 3});  // the same words by another author name another file
  const Ref ref = ref_of(anna, files[0].id);
  const Ref other = ref_of(bella, files[0].id);
  for (const Ref& one : {ref, other}) {
    rows.put(kPieceSpace, piece_key(group, one, 0), Bytes{1});
    rows.put(kPieceSpace, piece_key(group, one, 300), Bytes{2});
    rows.put(kTransferSpace, file_key(group, one), Bytes{3});
  }
  disown(rows, group, anna, files, {1, 1});
  EXPECT_TRUE(is_owned(rows, group, ref));
  EXPECT_TRUE(rows.get(kPieceSpace, piece_key(group, ref, 300)).has_value());
  disown(rows, group, anna, files, {1, 2});
  EXPECT_FALSE(rows.get(kPieceSpace, piece_key(group, ref, 300)).has_value());
  EXPECT_FALSE(rows.get(kTransferSpace, file_key(group, ref)).has_value());
  EXPECT_TRUE(rows.get(kPieceSpace, piece_key(group, other, 300)).has_value());
  forget(rows, group);
  EXPECT_EQ(rows.size(), 0u);
}

}  // namespace
}  // namespace homeward::domain::files
