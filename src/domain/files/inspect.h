// What a file gives away beside what it shows: bytes in, findings out.
//
// JPEG, PNG and WebP are walked from beginning to end: every segment or chunk that is not needed for the
// picture is a finding, and so are bytes that belong to none. EXIF is read far enough to say in words what is
// in it. PDFs and other papers are searched for what they commonly say about their maker; there nothing found
// is no promise. Any bytes are safe to give; work is linear in their number.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace homeward::domain::files {

enum class Container : uint8_t {
  kJpeg = 1,
  kPng,
  kWebp,
  kOtherPicture,  // HEIC, AVIF, TIFF, GIF, BMP: a picture that is not looked into
  kPdf,
  kWebm,
  kOgg,
  kMp4Audio,
  kOther,
};

// In the order in which they are told.
enum class Reveals : uint8_t {
  kPlace = 1,   // where it was taken
  kDate,        // when
  kCamera,      // maker and model
  kSerial,      // the number of the very device or lens
  kAuthor,      // somebody's name
  kThumbnail,   // a small or second picture, which may show what was cut off
  kMakerNotes,  // what only the camera's maker can read
  kComment,     // descriptions, captions, keywords
  kProgram,     // what it was made with
  kSettings,    // how it was taken: EXIF of other kinds, orientation, a colour profile
  kHidden,      // bytes that are no part of the picture
  kUnseen,      // it may say such things where this program cannot look
  kBroken,      // it does not read as what it begins as
};

struct Findings {
  Container container = Container::kOther;
  std::vector<Reveals> reveals;  // ascending, each once
  bool operator==(const Findings&) const = default;
};

Findings inspect(BytesView file);

// A picture that may go: of a kind that is looked into, and with no findings.
bool is_clean_picture(const Findings& findings);
// Whether the rules of pictures hold for it, whatever it is called.
bool is_picture(const Findings& findings);

}  // namespace homeward::domain::files
