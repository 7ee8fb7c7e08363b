// EXIF (a TIFF structure) and the properties that XMP and PDF write as text.
#include <optional>

#include "domain/files/finder.h"

namespace homeward::domain::files {
namespace {

// Directories of a block may point at each other in circles; a picture needs five.
constexpr int kMostDirectories = 16;

class Tiff {
 public:
  Tiff(BytesView block, Finder& finder) : block_(block), finder_(finder) {}

  void read() {
    if (begins_with(block_, "II")) {
      little_ = true;
    } else if (!begins_with(block_, "MM")) {
      return finder_.found(Reveals::kBroken);
    }
    const auto first = u32(4);
    if (!first) return finder_.found(Reveals::kBroken);
    if (const auto next = directory(*first); next && *next != 0) {
      // The second directory of the chain describes the thumbnail.
      finder_.found(Reveals::kThumbnail);
      directory(*next);
    }
  }

 private:
  std::optional<uint32_t> u16(size_t at) const {
    if (at + 2 > block_.size()) return std::nullopt;
    const uint32_t a = block_[at];
    const uint32_t b = block_[at + 1];
    return little_ ? a | b << 8 : a << 8 | b;
  }
  std::optional<uint32_t> u32(size_t at) const {
    const auto a = u16(at);
    const auto b = u16(at + 2);
    if (!a || !b) return std::nullopt;
    return little_ ? *a | *b << 16 : *a << 16 | *b;
  }

  // The offset of the next directory of the chain.
  std::optional<uint32_t> directory(size_t at) {
    if (++directories_ > kMostDirectories) return std::nullopt;
    const auto count = u16(at);
    if (!count) {
      finder_.found(Reveals::kBroken);
      return std::nullopt;
    }
    for (uint32_t i = 0; i < *count; ++i) {
      const size_t entry = at + 2 + size_t{12} * i;
      const auto tag = u16(entry);
      const auto value = u32(entry + 8);
      if (!tag || !value) {
        finder_.found(Reveals::kBroken);
        return std::nullopt;
      }
      field(*tag, *value);
    }
    return u32(at + 2 + size_t{12} * *count);
  }

  void field(uint32_t tag, uint32_t value) {
    switch (tag) {
      case 0x8825:  // GPS
        return finder_.found(Reveals::kPlace);
      case 0x8769:  // EXIF
      case 0xA005:  // interoperability
        finder_.found(Reveals::kSettings);
        directory(value);
        return;
      case 0x010F:  // Make
      case 0x0110:  // Model
      case 0xA433:  // LensMake
      case 0xA434:  // LensModel
        return finder_.found(Reveals::kCamera);
      case 0xA431:  // BodySerialNumber
      case 0xA435:  // LensSerialNumber
      case 0xA420:  // ImageUniqueID
      case 0xC62F:  // CameraSerialNumber
        return finder_.found(Reveals::kSerial);
      case 0x013B:  // Artist
      case 0x8298:  // Copyright
      case 0xA430:  // CameraOwnerName
      case 0x9C9D:  // XPAuthor
        return finder_.found(Reveals::kAuthor);
      case 0x0132:  // DateTime
      case 0x9003:  // DateTimeOriginal
      case 0x9004:  // DateTimeDigitized
        return finder_.found(Reveals::kDate);
      case 0x010E:  // ImageDescription
      case 0x9286:  // UserComment
      case 0x9C9B:  // XPTitle
      case 0x9C9C:  // XPComment
      case 0x9C9E:  // XPKeywords
      case 0x9C9F:  // XPSubject
      case 0x83BB:  // IPTC
        return finder_.found(Reveals::kComment);
      case 0x0131:  // Software
        return finder_.found(Reveals::kProgram);
      case 0x927C:
        return finder_.found(Reveals::kMakerNotes);
      case 0x0201:  // JPEGInterchangeFormat
        return finder_.found(Reveals::kThumbnail);
      default:
        return finder_.found(Reveals::kSettings);
    }
  }

  BytesView block_;
  Finder& finder_;
  bool little_ = false;
  int directories_ = 0;
};

struct Property {
  std::string_view text;
  Reveals reveals;
};
constexpr Property kProperties[] = {
    {"GPS", Reveals::kPlace},
    {"LocationCreated", Reveals::kPlace},
    {"photoshop:City", Reveals::kPlace},
    {"CreateDate", Reveals::kDate},
    {"ModifyDate", Reveals::kDate},
    {"DateTime", Reveals::kDate},
    {"DateCreated", Reveals::kDate},
    {"tiff:Make", Reveals::kCamera},
    {"tiff:Model", Reveals::kCamera},
    {"SerialNumber", Reveals::kSerial},
    {"dc:creator", Reveals::kAuthor},
    {"OwnerName", Reveals::kAuthor},
    {"Thumbnail", Reveals::kThumbnail},
    {"dc:description", Reveals::kComment},
    {"dc:title", Reveals::kComment},
    {"dc:subject", Reveals::kComment},
    {"CreatorTool", Reveals::kProgram},
    {"pdf:Producer", Reveals::kProgram},
};

}  // namespace

void Finder::exif(BytesView block) {
  found(Reveals::kSettings);
  const std::string_view head("Exif\0\0", 6);
  Tiff(begins_with(block, head) ? block.subspan(head.size()) : block, *this).read();
}

void Finder::xmp(BytesView block) {
  found(Reveals::kComment);
  for (const Property& property : kProperties)
    if (has_text(block, property.text)) found(property.reveals);
}

}  // namespace homeward::domain::files
