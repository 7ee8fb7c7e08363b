// For tests: small pictures made byte by byte, with and without what gives something away. What they show is
// of no matter here: only their structure is read.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace homeward::domain::files::pictures {

inline Bytes bytes_of(std::string_view text) { return copy_of(view_of(text)); }
inline Bytes operator+(Bytes a, const Bytes& b) {
  append(a, b);
  return a;
}
inline Bytes big16(size_t value) { return {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)}; }
inline Bytes big32(size_t value) { return big16(value >> 16 & 0xFFFF) + big16(value & 0xFFFF); }
inline Bytes little32(size_t value) {
  Bytes out = big32(value);
  std::ranges::reverse(out);
  return out;
}

// A TIFF block, big-endian, with one field a directory.
struct Field {
  uint16_t tag;
  uint32_t value = 0;
};
inline Bytes directory(const std::vector<Field>& fields, uint32_t next = 0) {
  Bytes out = big16(fields.size());
  for (const Field& field : fields) out = out + big16(field.tag) + big16(4) + big32(1) + big32(field.value);
  return out + big32(next);
}
inline Bytes tiff(const std::vector<Field>& fields) {
  return bytes_of(std::string_view("MM\0*", 4)) + big32(8) + directory(fields);
}
// A camera's: maker, place, and in the EXIF directory a day and a serial number; then a thumbnail.
inline Bytes camera_tiff() {
  const size_t exif_at = 8 + 2 + 3 * 12 + 4;
  const size_t thumbnail_at = exif_at + 2 + 3 * 12 + 4;
  return bytes_of(std::string_view("MM\0*", 4)) + big32(8) +
         directory({{0x010F}, {0x8769, static_cast<uint32_t>(exif_at)}, {0x8825, 4}},
                   static_cast<uint32_t>(thumbnail_at)) +
         directory({{0x9003}, {0xA431}, {0x927C}}) + directory({{0x0201}});
}

inline Bytes jpeg_segment(uint8_t marker, const Bytes& body) {
  return Bytes{0xFF, marker} + big16(body.size() + 2) + body;
}
inline Bytes exif_segment(const Bytes& block) {
  return jpeg_segment(0xE1, bytes_of(std::string_view("Exif\0\0", 6)) + block);
}
// `more` stands where a camera writes what it has to say.
inline Bytes jpeg(const Bytes& more = {}, size_t scan_bytes = 64) {
  const Bytes jfif = bytes_of(std::string_view("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
  Bytes scan(scan_bytes, 0x5A);
  if (scan_bytes > 8) {
    scan[2] = 0xFF;  // a stuffed byte and a restart are part of the scan
    scan[3] = 0x00;
    scan[5] = 0xFF;
    scan[6] = 0xD3;
  }
  return Bytes{0xFF, 0xD8} + jpeg_segment(0xE0, jfif) + more + jpeg_segment(0xDB, Bytes(65, 1)) +
         jpeg_segment(0xC0, Bytes(15, 1)) + jpeg_segment(0xC4, Bytes(20, 1)) +
         jpeg_segment(0xDA, Bytes(6, 1)) + scan + Bytes{0xFF, 0xD9};
}

inline Bytes png_chunk(std::string_view name, const Bytes& body) {
  return big32(body.size()) + bytes_of(name) + body + Bytes(4, 0);
}
inline Bytes png(const Bytes& more = {}) {
  return bytes_of("\x89PNG\r\n\x1A\n") + png_chunk("IHDR", Bytes(13, 1)) + more +
         png_chunk("IDAT", Bytes(30, 7)) + png_chunk("IEND", {});
}

inline Bytes riff_chunk(std::string_view name, const Bytes& body) {
  return bytes_of(name) + little32(body.size()) + body + Bytes(body.size() % 2, 0);
}
inline Bytes webp(const Bytes& more = {}) {
  const Bytes inside =
      bytes_of("WEBP") + riff_chunk("VP8X", Bytes(10, 0)) + riff_chunk("VP8 ", Bytes(31, 7)) + more;
  return bytes_of("RIFF") + little32(inside.size()) + inside;
}

}  // namespace homeward::domain::files::pictures
