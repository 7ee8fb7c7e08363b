#include "domain/files/inspect.h"

#include "domain/files/finder.h"

namespace homeward::domain::files {
namespace {

// ISO base media (ISO/IEC 14496-12): the brand that follows "ftyp".
Container container_of_brand(std::string_view brand) {
  constexpr std::string_view kPictures[] = {"heic", "heix", "hevc", "hevx", "heim", "heis",
                                            "mif1", "msf1", "avif", "avis", "crx ", "jxl "};
  for (const std::string_view picture : kPictures)
    if (brand == picture) return Container::kOtherPicture;
  return Container::kMp4Audio;
}

Container container_of(BytesView file) {
  if (begins_with(file, "\xFF\xD8\xFF")) return Container::kJpeg;
  if (begins_with(file, "\x89PNG\r\n\x1A\n")) return Container::kPng;
  if (begins_with(file, "RIFF") && file.size() >= 12 && begins_with(file.subspan(8), "WEBP"))
    return Container::kWebp;
  if (file.size() >= 12 && begins_with(file.subspan(4), "ftyp"))
    return container_of_brand({reinterpret_cast<const char*>(file.data()) + 8, 4});
  if (begins_with(file, std::string_view("II*\0", 4)) || begins_with(file, std::string_view("MM\0*", 4)) ||
      begins_with(file, "GIF8") || begins_with(file, "BM") || begins_with(file, "\xFF\x0A") ||
      (file.size() >= 12 && begins_with(file.subspan(4), "JXL ")))
    return Container::kOtherPicture;
  // Readers of PDF take the header anywhere in the first kibibyte.
  if (has_text(file.first(std::min<size_t>(file.size(), 1024)), "%PDF-")) return Container::kPdf;
  if (begins_with(file, "\x1A\x45\xDF\xA3")) return Container::kWebm;
  if (begins_with(file, "OggS")) return Container::kOgg;
  return Container::kOther;
}

// Office papers are ZIP archives (PK) or compound files (D0 CF 11 E0), and nearly always name their author.
void inspect_other(BytesView file, Finder& finder) {
  if (has_text(file, "docProps/") || has_text(file, "meta.xml") || begins_with(file, "\xD0\xCF\x11\xE0"))
    return finder.found(Reveals::kUnseen);
  if (begins_with(file, "{\\rtf") && (has_text(file, "{\\author") || has_text(file, "{\\operator")))
    finder.found(Reveals::kAuthor);
}

}  // namespace

Findings inspect(BytesView file) {
  const Container container = container_of(file);
  Finder finder(container);
  switch (container) {
    case Container::kJpeg:
      inspect_jpeg(file, finder);
      break;
    case Container::kPng:
      inspect_png(file, finder);
      break;
    case Container::kWebp:
      inspect_webp(file, finder);
      break;
    case Container::kPdf:
      inspect_pdf(file, finder);
      break;
    case Container::kOtherPicture:
      finder.found(Reveals::kUnseen);
      break;
    case Container::kMp4Audio:
      if (has_text(file, "\xA9xyz") || has_text(file, "com.apple.quicktime.location"))
        finder.found(Reveals::kPlace);
      break;
    case Container::kOther:
      inspect_other(file, finder);
      break;
    case Container::kWebm:
    case Container::kOgg:
      break;
  }
  return finder.take();
}

bool is_picture(const Findings& findings) { return findings.container <= Container::kOtherPicture; }

bool is_clean_picture(const Findings& findings) {
  return findings.container <= Container::kWebp && findings.reveals.empty();
}

}  // namespace homeward::domain::files
