#include "client/bulletin/folder.h"

#include <array>
#include <cstdio>

#include "base/text.h"
#include "crypto/crypto.h"
#include "domain/cases/days.h"

namespace homeward::client::bulletin {
namespace {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string day_of(Day day) {
  // The day alone, as ISO 8601 writes it.
  return domain::cases::text_of_day({day});
}

std::string key_words(const std::string& key) {
  return key.empty() ? "unknown" : key == kTotal ? "total" : key;
}

// A line for every cell; one that is not shown has no number and no day.
std::string cells_csv(const std::string& first, const std::string& second, const ShownTable& table) {
  std::string out = first + "," + second + ",count,as_of\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const Cell& cell = table.at(r, c);
      out += csv_field(key_words(table.rows[r])) + "," + csv_field(key_words(table.columns[c])) + ",";
      if (cell)
        out += std::to_string(cell->count) + "," + day_of(cell->as_of);
      else
        out += ",";
      out += "\n";
    }
  }
  return out;
}

std::string decimal(double value) {
  char out[40];
  std::snprintf(out, sizeof out, "%.4f", value);
  return out;
}

std::string rates_csv(const Edition& edition) {
  std::string out = "iso,name_ru,name_en,deaths,as_of,residents_2022,per_100000,low,high\n";
  for (const RegionRate& rate : rates_of(edition)) {
    out += rate.iso + "," + csv_field(name_of_region(rate.iso, Language::kRussian)) + "," +
           csv_field(name_of_region(rate.iso, Language::kEnglish)) + "," + std::to_string(rate.deaths.count) +
           "," + day_of(rate.deaths.as_of) + "," + std::to_string(rate.residents) + "," + decimal(rate.rate) +
           "," + decimal(rate.low) + "," + decimal(rate.high) + "\n";
  }
  return out;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;  // other control characters are refused where texts come in
    }
  }
  return out + "\"";
}

std::string cells_json(const char* first, const char* second, const ShownTable& table) {
  std::string out = "[";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const Cell& cell = table.at(r, c);
      if (!cell) continue;
      out += std::string(out.size() > 1 ? "," : "") + "\n    {\"" + first +
             "\":" + json_text(key_words(table.rows[r])) + ",\"" + second +
             "\":" + json_text(key_words(table.columns[c])) + ",\"count\":" + std::to_string(cell->count) +
             ",\"as_of\":\"" + day_of(cell->as_of) + "\"}";
    }
  }
  return out + "\n  ]";
}

std::string edition_json(const Edition& edition) {
  std::string out = "{\n  \"bulletin\":" + std::to_string(edition.number) + ",\n  \"as_of\":\"" +
                    day_of(edition.as_of) + "\",\n  \"publisher\":" + json_text(edition.publisher) +
                    ",\n  \"threshold\":" + std::to_string(edition.threshold) +
                    ",\n  \"deaths\":" + cells_json("region", "month", edition.losses) +
                    ",\n  \"others\":" + cells_json("region", "state", edition.others) +
                    ",\n  \"told\":" + cells_json("region", "what", edition.tallies) + ",\n  \"rates\":[";
  bool first = true;
  for (const RegionRate& rate : rates_of(edition)) {
    out += std::string(first ? "" : ",") + "\n    {\"region\":" + json_text(rate.iso) +
           ",\"deaths\":" + std::to_string(rate.deaths.count) +
           ",\"residents_2022\":" + std::to_string(rate.residents) + ",\"per_100000\":" + decimal(rate.rate) +
           ",\"low\":" + decimal(rate.low) + ",\"high\":" + decimal(rate.high) + "}";
    first = false;
  }
  out += "\n  ],\n  \"statements\":[";
  first = true;
  for (const Quote& quote : edition.quotes) {
    out += std::string(first ? "" : ",") + "\n    {\"text\":" + json_text(quote.text) +
           ",\"by\":" + json_text(quote.attribution) + ",\"month\":\"" + month_key(quote.month) + "\"}";
    first = false;
  }
  return out + "\n  ]\n}\n";
}

// --- ZIP (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16) ---

uint32_t crc32(std::string_view bytes) {
  static const std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> out{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320U ^ value >> 1 : value >> 1;
      out[i] = value;
    }
    return out;
  }();
  uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

class LittleEndian {
 public:
  LittleEndian& u16(size_t value) { return put(value, 2); }
  LittleEndian& u32(size_t value) { return put(value, 4); }
  LittleEndian& text(std::string_view text) {
    out_.insert(out_.end(), text.begin(), text.end());
    return *this;
  }
  size_t size() const { return out_.size(); }
  Bytes take() { return std::move(out_); }

 private:
  LittleEndian& put(size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out_.push_back(static_cast<uint8_t>(value >> 8 * i));
    return *this;
  }
  Bytes out_;
};

// What the local header and the directory say alike: version 1.0, stored, 1 January 1980.
void describe(LittleEndian& out, const File& file) {
  constexpr size_t kFirstDay = 0x0021;
  out.u16(10).u16(0).u16(0).u16(0).u16(kFirstDay);
  out.u32(crc32(file.content)).u32(file.content.size()).u32(file.content.size());
  out.u16(file.name.size()).u16(0);
}

}  // namespace

Bytes zip_of(const std::vector<File>& folder) {
  LittleEndian out;
  std::vector<size_t> at;
  for (const File& file : folder) {
    at.push_back(out.size());
    out.u32(0x04034b50);
    describe(out, file);
    out.text(file.name).text(file.content);
  }
  const size_t directory = out.size();
  for (size_t i = 0; i < folder.size(); ++i) {
    out.u32(0x02014b50).u16(10);
    describe(out, folder[i]);
    out.u16(0).u16(0).u16(0).u32(0).u32(at[i]).text(folder[i].name);
  }
  const size_t size = out.size() - directory;
  out.u32(0x06054b50).u16(0).u16(0).u16(folder.size()).u16(folder.size()).u32(size).u32(directory).u16(0);
  return out.take();
}

std::vector<File> folder_of(const Edition& edition) {
  std::vector<File> out = {
      {"bulletin.json", edition_json(edition)},
      {"deaths.csv", cells_csv("region", "month", edition.losses)},
      {"en.html", page_of(edition, Language::kEnglish)},
      {"index.html", page_of(edition, Language::kRussian)},
      {"others.csv", cells_csv("region", "state", edition.others)},
      {"rates.csv", rates_csv(edition)},
      {"told.csv", cells_csv("region", "what", edition.tallies)},
  };
  std::string sums;
  for (const File& file : out) sums += to_hex(sha256(view_of(file.content))) + "  " + file.name + "\n";
  out.push_back({std::string(kSums), std::move(sums)});
  return out;
}

domain::bulletin::Digest digest_of(const std::vector<File>& folder) {
  HW_ASSERT(!folder.empty() && folder.back().name == kSums);
  return domain::bulletin::Digest::from(sha256(view_of(folder.back().content)));
}

}  // namespace homeward::client::bulletin
