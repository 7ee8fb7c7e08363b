// The three kinds of pictures that are looked into, each walked from its first byte to its last.
#include <algorithm>
#include <array>

#include "domain/files/finder.h"

namespace homeward::domain::files {
namespace {

constexpr uint32_t big(BytesView bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}
constexpr uint32_t little(BytesView bytes) {
  return uint32_t{bytes[3]} << 24 | uint32_t{bytes[2]} << 16 | uint32_t{bytes[1]} << 8 | bytes[0];
}
std::string_view four(BytesView bytes) { return {reinterpret_cast<const char*>(bytes.data()), 4}; }

template <size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

// --- JPEG (ITU-T T.81, annex B) ---

void jpeg_segment(uint8_t marker, BytesView body, Finder& finder) {
  const auto is_text = [&](std::string_view head) { return begins_with(body, head); };
  switch (marker) {
    case 0xE0:  // JFIF; the last two bytes of its head are the size of a thumbnail
      if (is_text(std::string_view("JFIF\0", 5)) && body.size() >= 14) {
        if (body[12] != 0 || body[13] != 0 || body.size() > 14) finder.found(Reveals::kThumbnail);
        return;
      }
      return finder.found(Reveals::kThumbnail);  // JFXX
    case 0xE1:
      if (is_text("Exif")) return finder.exif(body);
      return finder.xmp(body);
    case 0xE2:
      if (is_text("MPF")) return finder.found(Reveals::kThumbnail);
      return finder.found(Reveals::kSettings);  // a colour profile
    case 0xED:                                  // Photoshop: IPTC
      finder.found(Reveals::kComment);
      return finder.xmp(body);
    case 0xEE:  // Adobe: how colours are meant, 12 bytes
      if (is_text("Adobe") && body.size() == 12) return;
      return finder.found(Reveals::kHidden);
    case 0xFE:
      return finder.found(Reveals::kComment);
    default:
      if (marker >= 0xE0 && marker <= 0xEF) finder.found(Reveals::kHidden);
  }
}

// After a scan's head: where its coded data ends, at the next marker that is none of its own.
size_t end_of_scan(BytesView file, size_t at) {
  while (at + 1 < file.size()) {
    const uint8_t next = file[at + 1];
    if (file[at] == 0xFF && next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
    ++at;
  }
  return file.size();
}

}  // namespace

void inspect_jpeg(BytesView file, Finder& finder) {
  size_t at = 2;
  bool has_scan = false;
  for (;;) {
    while (at < file.size() && at + 1 < file.size() && file[at] == 0xFF && file[at + 1] == 0xFF) ++at;
    if (at + 2 > file.size() || file[at] != 0xFF) return finder.found(Reveals::kBroken);
    const uint8_t marker = file[at + 1];
    at += 2;
    if (marker == 0xD9) break;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // stand alone, and do not belong here
      finder.found(Reveals::kHidden);
      continue;
    }
    if (at + 2 > file.size()) return finder.found(Reveals::kBroken);
    const size_t size = size_t{file[at]} << 8 | file[at + 1];
    if (size < 2 || at + size > file.size()) return finder.found(Reveals::kBroken);
    jpeg_segment(marker, file.subspan(at + 2, size - 2), finder);
    at += size;
    if (marker != 0xDA) continue;
    has_scan = true;
    at = end_of_scan(file, at);
  }
  if (!has_scan) finder.found(Reveals::kBroken);
  if (at < file.size()) finder.found(Reveals::kHidden);
}

// --- PNG (W3C, third edition) ---

namespace {

constexpr std::array<std::string_view, 16> kPngPicture = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA",
                                                          "cHRM", "sRGB", "sBIT", "bKGD", "pHYs", "acTL",
                                                          "fcTL", "fdAT", "cICP", "mDCV"};

void png_text(BytesView body, Finder& finder) {
  const auto end = std::ranges::find(body, uint8_t{0});
  const BytesView keyword = body.first(static_cast<size_t>(end - body.begin()));
  const auto is = [&](std::string_view name) { return equal(keyword, view_of(name)); };
  if (is("XML:com.adobe.xmp")) return finder.xmp(body);
  if (begins_with(keyword, "Raw profile type")) {
    finder.found(Reveals::kSettings);
    return finder.found(Reveals::kUnseen);  // EXIF or IPTC, packed
  }
  if (is("Author") || is("Copyright")) return finder.found(Reveals::kAuthor);
  if (is("Creation Time") || begins_with(keyword, "date:")) return finder.found(Reveals::kDate);
  if (is("Software")) return finder.found(Reveals::kProgram);
  if (is("Source")) return finder.found(Reveals::kCamera);
  finder.found(Reveals::kComment);
}

void png_chunk(std::string_view name, BytesView body, Finder& finder) {
  if (is_one_of(name, kPngPicture)) return;
  if (name == "eXIf") return finder.exif(body);
  if (name == "tEXt" || name == "zTXt" || name == "iTXt") return png_text(body, finder);
  if (name == "tIME") return finder.found(Reveals::kDate);
  if (name == "iCCP") return finder.found(Reveals::kSettings);
  finder.found(Reveals::kHidden);
}

}  // namespace

void inspect_png(BytesView file, Finder& finder) {
  size_t at = 8;
  for (;;) {
    if (at + 12 > file.size()) return finder.found(Reveals::kBroken);
    const size_t size = big(file.subspan(at));
    const std::string_view name = four(file.subspan(at + 4));
    if (size > file.size() - at - 12) return finder.found(Reveals::kBroken);
    png_chunk(name, file.subspan(at + 8, size), finder);
    at += size + 12;
    if (name == "IEND") break;
  }
  if (at < file.size()) finder.found(Reveals::kHidden);
}

// --- WebP (RFC 9649) ---

namespace {

constexpr std::array<std::string_view, 5> kWebpPicture = {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM"};

// The chunks of a file, or of one frame of an animation.
void webp_chunks(BytesView chunks, bool in_frame, Finder& finder) {
  size_t at = 0;
  while (at < chunks.size()) {
    if (at + 8 > chunks.size()) return finder.found(Reveals::kBroken);
    const std::string_view name = four(chunks.subspan(at));
    const size_t size = little(chunks.subspan(at + 4));
    if (size > chunks.size() - at - 8) return finder.found(Reveals::kBroken);
    const BytesView body = chunks.subspan(at + 8, size);
    if (name == "ANMF" && !in_frame) {
      if (body.size() < 16) return finder.found(Reveals::kBroken);
      webp_chunks(body.subspan(16), true, finder);
    } else if (name == "EXIF") {
      finder.exif(body);
    } else if (name == "XMP ") {
      finder.xmp(body);
    } else if (name == "ICCP") {
      finder.found(Reveals::kSettings);
    } else if (!is_one_of(name, kWebpPicture)) {
      finder.found(Reveals::kHidden);
    }
    at += 8 + size + size % 2;
  }
}

}  // namespace

void inspect_webp(BytesView file, Finder& finder) {
  const size_t size = little(file.subspan(4));
  if (size < 4 || size > file.size() - 8) return finder.found(Reveals::kBroken);
  webp_chunks(file.subspan(12, size - 4), false, finder);
  if (8 + size + size % 2 < file.size()) finder.found(Reveals::kHidden);
}

// --- PDF (ISO 32000) ---

void inspect_pdf(BytesView file, Finder& finder) {
  constexpr std::pair<std::string_view, Reveals> kKeys[] = {
      {"/Author", Reveals::kAuthor},     {"/Creator", Reveals::kProgram}, {"/Producer", Reveals::kProgram},
      {"/CreationDate", Reveals::kDate}, {"/ModDate", Reveals::kDate},    {"/Title", Reveals::kComment},
      {"/Keywords", Reveals::kComment},  {"/Subject", Reveals::kComment}};
  for (const auto& [key, reveals] : kKeys)
    if (has_text(file, key)) finder.found(reveals);
  if (has_text(file, "<x:xmpmeta") || has_text(file, "<rdf:RDF")) finder.xmp(file);
  // Packed objects, and papers under lock, cannot be searched.
  if (has_text(file, "/ObjStm") || has_text(file, "/Encrypt")) finder.found(Reveals::kUnseen);
}

}  // namespace homeward::domain::files
