#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "losses_stats/claims.h"
#include "losses_stats/csv.h"

namespace homeward::losses_stats {
namespace {

constexpr double kWidth = 1120;
constexpr double kLeft = 74;
constexpr double kRight = 640;  // labels stand beyond
constexpr double kLabelStep = 15;
constexpr double kLineHeight = 16;
constexpr size_t kFootnoteLetters = 150;
constexpr size_t kLabelLetters = 78;

// Okabe and Ito 2008, told apart by people who are colour-blind; without the yellow, which is too light for
// lines on white, and black, which is the register's.
constexpr std::array<const char*, 6> kColours = {"#0072B2", "#D55E00", "#009E73",
                                                 "#CC79A7", "#E69F00", "#56B4E9"};
constexpr std::array<const char*, 4> kDashes = {"", "7 3", "2 3", "9 3 2 3"};
constexpr std::array<const char*, 5> kBasisWords = {"named list", "official", "intelligence", "estimate",
                                                    "other claim"};

std::string number(double value) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.1f", value);
  return buffer;
}

// Thousands apart by a narrow blank.
std::string readable(double value) {
  if (value != std::floor(value)) return csv_number(value);
  std::string digits = csv_number(value);
  if (digits.find('e') != std::string::npos) return digits;
  for (size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, "\u202F");
  }
  return digits;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      // XML 1.0 has no other control characters.
      default:
        out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
    }
  }
  return out;
}

std::string text_at(double x, double y, const std::string& words, const std::string& attributes = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\"" +
         (attributes.empty() ? "" : " " + attributes) + ">" + escaped(words) + "</text>\n";
}

std::string line_at(double x1, double y1, double x2, double y2, const std::string& attributes) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" +
         number(y2) + "\" " + attributes + "/>\n";
}

// In years; the middle of what is not known.
double time_of(const Date& date) {
  const double month = date.month == 0 ? 6.5 : date.month - 1 + (date.day == 0 ? 0.5 : (date.day - 1) / 31.0);
  return date.year + month / 12.0;
}

std::string written(const Date& date) {
  char buffer[16];
  if (date.month == 0) {
    std::snprintf(buffer, sizeof buffer, "%u", date.year);
  } else if (date.day == 0) {
    std::snprintf(buffer, sizeof buffer, "%u-%02u", date.year, date.month);
  } else {
    std::snprintf(buffer, sizeof buffer, "%u-%02u-%02u", date.year, date.month, date.day);
  }
  return buffer;
}

std::string amount_of(const Claim& claim) {
  if (claim.value && claim.low)
    return readable(*claim.value) + " (" + readable(*claim.low) + " to " + readable(*claim.high) + ")";
  return claim.value ? readable(*claim.value) : readable(*claim.low) + " to " + readable(*claim.high);
}

double middle_of(const Claim& claim) { return claim.value ? *claim.value : (*claim.low + *claim.high) / 2; }
double lowest_of(const Claim& claim) {
  return claim.low ? std::min(*claim.low, middle_of(claim)) : *claim.value;
}
double highest_of(const Claim& claim) {
  return claim.high ? std::max(*claim.high, middle_of(claim)) : *claim.value;
}

struct Series {
  std::string name;
  std::vector<size_t> claims;  // by date
};

struct Panel {
  std::string title;
  std::vector<Series> series;
  bool has_floor = false;
};

// A scale from values to places; of more than two powers of ten, logarithmic.
struct Scale {
  double low, high, top, bottom;
  bool logarithmic;

  double at(double value) const {
    const auto place = [&](double x) { return logarithmic ? std::log10(std::max(x, low)) : x; };
    const double share = (place(value) - place(low)) / std::max(place(high) - place(low), 1e-9);
    return bottom - share * (bottom - top);
  }
};

std::vector<double> ticks(const Scale& scale) {
  std::vector<double> out;
  if (scale.logarithmic) {
    for (double power = std::pow(10, std::floor(std::log10(scale.low))); power <= scale.high * 1.001;
         power *= 10) {
      if (power >= scale.low * 0.999) out.push_back(power);
    }
    return out;
  }
  const double rough = (scale.high - scale.low) / 5;
  const double power = std::pow(10, std::floor(std::log10(std::max(rough, 1e-9))));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = power * factor;
    if (step >= rough) break;
  }
  for (double value = std::ceil(scale.low / step) * step; value <= scale.high * 1.0001; value += step)
    out.push_back(value);
  return out;
}

std::string mark(Basis basis, double x, double y, const char* colour) {
  const std::string fill = std::string("fill=\"") + colour + "\" stroke=\"#fff\" stroke-width=\"1\"";
  const std::string cx = number(x);
  const std::string cy = number(y);
  switch (basis) {
    case Basis::kNamedList:
      return "<circle cx=\"" + cx + "\" cy=\"" + cy + "\" r=\"4.5\" " + fill + "/>\n";
    case Basis::kOfficial:
      return "<rect x=\"" + number(x - 4) + "\" y=\"" + number(y - 4) + "\" width=\"8\" height=\"8\" " +
             fill + "/>\n";
    case Basis::kIntelligence:
      return "<path d=\"M" + cx + " " + number(y - 6) + "l6 6l-6 6l-6 -6z\" " + fill + "/>\n";
    case Basis::kEstimate:
      return "<path d=\"M" + cx + " " + number(y - 6) + "l6 10h-12z\" " + fill + "/>\n";
    default:
      return "<path d=\"M" + number(x - 4) + " " + number(y - 4) +
             "l8 8m0 -8l-8 8\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2.5\"/>\n";
  }
}

class Chart {
 public:
  Chart(const std::vector<Claim>& claims, const std::vector<FloorPoint>& floor)
      : claims_(claims), floor_(floor) {
    for (size_t i = 0; i < claims.size(); ++i) {
      auto& colour = colour_[claims[i].claimant];
      if (colour == 0) colour = colour_.size();
    }
    make_panels();
  }

  std::string svg() {
    std::string body;
    double y = 34;
    body += text_at(kLeft - 60, y, "What was claimed, and what is known",
                    "font-size=\"20\" font-weight=\"bold\"");
    y += 26;
    body += legend(y);
    y += 18;
    for (const Panel& panel : panels_) body += draw(panel, y);
    body += footnotes(y);
    const std::string height = number(y + 14);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
           "viewBox=\"0 0 " +
           number(kWidth) + " " + height + "\" role=\"img\" aria-labelledby=\"title desc\" " +
           "font-family=\"'Noto Sans','DejaVu Sans',Arial,sans-serif\" font-size=\"12\" fill=\"#222\">\n" +
           "<title id=\"title\">Claims about losses by claimant and date</title>\n<desc id=\"desc\">" +
           description() + "</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" + body +
           "</svg>\n";
  }

 private:
  void make_panels();
  std::string legend(double y) const;
  std::string draw(const Panel& panel, double& y);
  Scale values_of(const Panel& panel, double top, double bottom) const;
  std::string axes(const Scale& time, const Scale& values) const;
  std::string draw_series(const Panel& panel, const Series& series, const Scale& time, const Scale& values);
  std::string draw_floor(const Scale& time, const Scale& values) const;
  std::string labels(const Panel& panel, const Scale& time, const Scale& values) const;
  std::string footnotes(double& y) const;
  std::string description() const;
  const char* colour(const Claim& claim) const {
    return kColours[(colour_.at(claim.claimant) - 1) % kColours.size()];
  }
  const char* dash(const Claim& claim) const {
    return kDashes[(colour_.at(claim.claimant) - 1) / kColours.size() % kDashes.size()];
  }

  const std::vector<Claim>& claims_;
  const std::vector<FloorPoint>& floor_;
  std::map<std::string, size_t> colour_;  // by claimant, from 1
  std::vector<Panel> panels_;
  std::vector<std::string> notes_;
};

void Chart::make_panels() {
  std::map<std::pair<std::string, std::string>, size_t> places;
  for (size_t i = 0; i < claims_.size(); ++i) {
    const Claim& claim = claims_[i];
    const auto [at, fresh] = places.emplace(std::make_pair(claim.subject, claim.unit), panels_.size());
    if (fresh) {
      std::string title = claim.subject.empty() ? "All claims" : claim.subject;
      if (!claim.unit.empty()) title += " · " + claim.unit;
      panels_.push_back({title, {}, false});
    }
    Panel& panel = panels_[at->second];
    std::string name = claim.region.empty() ? "" : claim.region + " · ";
    name += claim.claimant + (claim.kind.empty() ? "" : " · " + claim.kind);
    auto found = std::find_if(panel.series.begin(), panel.series.end(),
                              [&](const Series& s) { return s.name == name; });
    if (found == panel.series.end()) {
      panel.series.push_back({name, {}});
      found = panel.series.end() - 1;
    }
    found->claims.push_back(i);
  }
  for (Panel& panel : panels_) {
    for (Series& series : panel.series) {
      std::sort(series.claims.begin(), series.claims.end(), [&](size_t a, size_t b) {
        const double before = time_of(claims_[a].as_of);
        const double after = time_of(claims_[b].as_of);
        return before != after ? before < after : a < b;
      });
    }
  }
  if (floor_.empty()) return;
  // The register counts people, not rates: beside the first claims of people that are not of one region.
  for (Panel& panel : panels_) {
    const Claim& first = claims_[panel.series.front().claims.front()];
    if (!first.region.empty() || first.unit.find("men aged") != std::string::npos) continue;
    panel.has_floor = true;
    return;
  }
  panels_.front().has_floor = true;
}

std::string Chart::legend(double y) const {
  std::string out;
  double x = kLeft - 60;
  for (size_t i = 0; i < kBasisWords.size(); ++i) {
    out += mark(static_cast<Basis>(i), x + 6, y - 4, "#444");
    out += text_at(x + 17, y, kBasisWords[i]);
    x += 130;
  }
  if (!floor_.empty()) {
    out += line_at(x, y - 4, x + 22, y - 4, "stroke=\"#000\" stroke-width=\"3.5\"");
    out += text_at(x + 28, y, "the register's own floor");
  }
  return out;
}

Scale Chart::values_of(const Panel& panel, double top, double bottom) const {
  double low = 1e300;
  double high = 0;
  for (const Series& series : panel.series) {
    for (const size_t i : series.claims) {
      if (lowest_of(claims_[i]) > 0) low = std::min(low, lowest_of(claims_[i]));
      high = std::max(high, highest_of(claims_[i]));
    }
  }
  if (panel.has_floor) {
    for (const FloorPoint& point : floor_) {
      if (point.count > 0) low = std::min(low, point.count);
      high = std::max(high, point.count);
    }
  }
  high = std::max(high, 1e-3);
  low = std::min(low, high);
  if (high / low > 50) return {low * 0.7, high * 1.4, top, bottom, true};
  return {0, high * 1.08, top, bottom, false};
}

std::string Chart::axes(const Scale& time, const Scale& values) const {
  std::string out;
  for (const double value : ticks(values)) {
    const double y = values.at(value);
    out += line_at(kLeft, y, kRight, y, "stroke=\"#ddd\"");
    out += text_at(kLeft - 8, y + 4, readable(value), "text-anchor=\"end\" fill=\"#555\"");
  }
  if (values.logarithmic)
    out += text_at(kLeft - 60, values.top - 8, "each line ten times the one below",
                   "fill=\"#555\" font-size=\"11\"");
  out += line_at(kLeft, values.bottom, kRight, values.bottom, "stroke=\"#555\"");
  const double span = time.high - time.low;
  const int months = span < 0.6 ? 1 : span < 1.6 ? 3 : span < 3.2 ? 6 : 12;
  for (int month = static_cast<int>(std::ceil(time.low * 12)); month <= time.high * 12; ++month) {
    if (month % months != 0) continue;
    const double x = time.at(month / 12.0);
    char words[16];
    std::snprintf(words, sizeof words, months == 12 ? "%d" : "%d-%02d", month / 12, month % 12 + 1);
    out += line_at(x, values.bottom, x, values.bottom + 5, "stroke=\"#555\"");
    out += text_at(x, values.bottom + 18, words, "text-anchor=\"middle\" fill=\"#555\"");
  }
  return out;
}

std::string Chart::draw_series(const Panel& panel, const Series& series, const Scale& time,
                               const Scale& values) {
  const std::vector<FloorPoint> no_floor;
  const Claim& first = claims_[series.claims.front()];
  std::string out;
  if (series.claims.size() > 1) {
    out += "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + std::string(colour(first)) + "\"";
    if (*dash(first) != 0) out += " stroke-dasharray=\"" + std::string(dash(first)) + "\"";
    out += " points=\"";
    for (const size_t i : series.claims)
      out +=
          number(time.at(time_of(claims_[i].as_of))) + "," + number(values.at(middle_of(claims_[i]))) + " ";
    out.back() = '"';
    out += "/>\n";
  }
  for (const size_t i : series.claims) {
    const Claim& claim = claims_[i];
    const double x = time.at(time_of(claim.as_of));
    const double y = values.at(middle_of(claim));
    const std::string stroke = std::string("stroke=\"") + colour(claim) + "\" stroke-width=\"2\"";
    if (claim.low) {
      const double top = values.at(*claim.high);
      const double bottom = values.at(*claim.low);
      out += line_at(x, top, x, bottom, stroke) + line_at(x - 5, top, x + 5, top, stroke) +
             line_at(x - 5, bottom, x + 5, bottom, stroke);
    }
    out += "<g><title>" + escaped(series.name + ", " + written(claim.as_of) + ": " + amount_of(claim)) +
           "</title>" + mark(basis_of(claim), x, y, colour(claim)) + "</g>\n";
    for (const std::string& warning : claim_warnings(claims_, i, panel.has_floor ? floor_ : no_floor)) {
      notes_.push_back(claim.claimant + ", " + written(claim.as_of) + ", " + amount_of(claim) + ": " +
                       warning);
      out += text_at(
          x + 6, y - 5, std::to_string(notes_.size()),
          "font-size=\"10\" fill=\"#222\" stroke=\"#fff\" stroke-width=\"2.5\" paint-order=\"stroke\"");
    }
  }
  return out;
}

std::string Chart::draw_floor(const Scale& time, const Scale& values) const {
  std::string path;
  for (const FloorPoint& point : floor_) {
    const std::string x = number(time.at(time_of(point.date)));
    const std::string y = number(values.at(point.count));
    path += path.empty() ? "M" + x + " " + y : "H" + x + "V" + y;
  }
  return "<path d=\"" + path + "\" fill=\"none\" stroke=\"#000\" stroke-width=\"3.5\"/>\n";
}

// At most kLabelLetters; the whole name is in the description.
std::string shortened(const std::string& words) {
  size_t letters = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if ((static_cast<unsigned char>(words[i]) & 0xC0U) == 0x80U) continue;
    if (++letters > kLabelLetters) return words.substr(0, i) + "\u2026";
  }
  return words;
}

// Every line's name beside its end, moved apart so that none covers another.
std::string Chart::labels(const Panel& panel, const Scale& time, const Scale& values) const {
  struct Label {
    double x, end, y;
    std::string words;
    const char* colour;
  };
  std::vector<Label> all;
  for (const Series& series : panel.series) {
    const Claim& last = claims_[series.claims.back()];
    const double y = values.at(middle_of(last));
    all.push_back({time.at(time_of(last.as_of)), y, y, amount_of(last) + " · " + series.name, colour(last)});
  }
  if (panel.has_floor) {
    const double y = values.at(floor_.back().count);
    all.push_back({time.at(time_of(floor_.back().date)), y, y,
                   readable(floor_.back().count) + " · the register's own floor", "#000"});
  }
  std::sort(all.begin(), all.end(), [](const Label& a, const Label& b) {
    return a.end != b.end ? a.end < b.end : a.words < b.words;
  });
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].y = std::max(all[i].y, i == 0 ? values.top : all[i - 1].y + kLabelStep);
  }
  double limit = values.bottom;
  for (size_t i = all.size(); i-- > 0; limit -= kLabelStep) all[i].y = std::min(all[i].y, limit);
  std::string out;
  for (const Label& label : all) {
    out += "<path d=\"M" + number(label.x + 6) + " " + number(label.end) + "L" + number(kRight + 2) + " " +
           number(label.y) + "h8\" fill=\"none\" stroke=\"" + label.colour + "\" stroke-width=\"0.6\"/>\n";
    out += text_at(kRight + 13, label.y + 4, shortened(label.words), "font-size=\"10.5\"");
  }
  return out;
}

std::string Chart::draw(const Panel& panel, double& y) {
  const double top = y + 44;
  const double bottom = top + std::max(170.0, kLabelStep * static_cast<double>(panel.series.size() + 2));
  double first = 1e9;
  double last = 0;
  for (const Series& series : panel.series) {
    first = std::min(first, time_of(claims_[series.claims.front()].as_of));
    last = std::max(last, time_of(claims_[series.claims.back()].as_of));
  }
  if (panel.has_floor) {
    first = std::min(first, time_of(floor_.front().date));
    last = std::max(last, time_of(floor_.back().date));
  }
  const double margin = std::max(0.05 * (last - first), 0.06);
  // Time is a scale that lies on its side.
  const Scale time{first - margin, last + margin, kRight, kLeft, false};
  const Scale values = values_of(panel, top, bottom);
  std::string out =
      "<g>\n" + text_at(kLeft - 60, y + 16, panel.title, "font-size=\"15\" font-weight=\"bold\"");
  out += axes(time, values);
  if (panel.has_floor) out += draw_floor(time, values);
  for (const Series& series : panel.series) out += draw_series(panel, series, time, values);
  out += labels(panel, time, values) + "</g>\n";
  y = bottom + 34;
  return out;
}

// Words of at most so many letters in a line.
std::vector<std::string> wrapped(const std::string& text, size_t letters) {
  std::vector<std::string> out(1);
  size_t used = 0;
  std::string word;
  const auto put = [&] {
    const auto size = static_cast<size_t>(std::count_if(
        word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    if (used > 0 && used + 1 + size > letters) {
      out.emplace_back();
      used = 0;
    }
    out.back() += (used > 0 ? " " : "") + word;
    used += size + (used > 0 ? 1 : 0);
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ') {
      if (!word.empty()) put();
    } else {
      word.push_back(c);
    }
  }
  if (!word.empty()) put();
  return out;
}

std::string Chart::footnotes(double& y) const {
  std::string out;
  y += 14;
  if (!notes_.empty())
    out += text_at(kLeft - 60, y, "To be read with care", "font-size=\"15\" font-weight=\"bold\"");
  y += 4;
  for (size_t i = 0; i < notes_.size(); ++i) {
    for (const std::string& words : wrapped(std::to_string(i + 1) + ". " + notes_[i], kFootnoteLetters)) {
      y += kLineHeight;
      out += text_at(kLeft - 60, y, words, "font-size=\"11\"");
    }
  }
  return out;
}

std::string Chart::description() const {
  std::string out = "Every claim by panel and claimant, with its date and basis.\n";
  for (const Panel& panel : panels_) {
    out += panel.title + ".\n";
    for (const Series& series : panel.series) {
      out += series.name + ":";
      for (const size_t i : series.claims)
        out += " " + written(claims_[i].as_of) + " " + amount_of(claims_[i]) + " (" +
               kBasisWords[static_cast<size_t>(basis_of(claims_[i]))] + ");";
      out.back() = '.';
      out += "\n";
    }
    if (!panel.has_floor) continue;
    out += "The register's own floor:";
    for (const FloorPoint& point : floor_)
      out += " " + written(point.date) + " " + readable(point.count) + ";";
    out.back() = '.';
    out += "\n";
  }
  std::string lines;
  for (const char c : out) lines += c == '\n' ? std::string("\n") : escaped(std::string_view(&c, 1));
  return lines;
}

}  // namespace

std::string claims_chart(const std::vector<Claim>& claims, const std::vector<FloorPoint>& floor) {
  return Chart(claims, floor).svg();
}

}  // namespace homeward::losses_stats
