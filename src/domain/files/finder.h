// The inside of inspect.h: findings being made, and the parsers of what several kinds of pictures carry.
#pragma once

#include <set>
#include <string_view>

#include "domain/files/inspect.h"

namespace homeward::domain::files {

class Finder {
 public:
  explicit Finder(Container container) : container_(container) {}
  void found(Reveals what) { reveals_.insert(what); }
  // A TIFF structure as EXIF has it (with or without "Exif\0\0" before it).
  void exif(BytesView block);
  // Text in which names of properties stand: XMP, and what PDFs say.
  void xmp(BytesView block);
  Findings take() const { return {container_, {reveals_.begin(), reveals_.end()}}; }

 private:
  Container container_;
  std::set<Reveals> reveals_;
};

inline bool begins_with(BytesView bytes, std::string_view with) {
  return bytes.size() >= with.size() && equal(bytes.first(with.size()), view_of(with));
}
inline bool has_text(BytesView bytes, std::string_view text) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return all.find(text) != std::string_view::npos;
}

void inspect_jpeg(BytesView file, Finder& finder);
void inspect_png(BytesView file, Finder& finder);
void inspect_webp(BytesView file, Finder& finder);
void inspect_pdf(BytesView file, Finder& finder);

}  // namespace homeward::domain::files
