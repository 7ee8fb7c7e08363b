// The bulletin's pictures: SVG inside its pages, in colours that people who see colours differently can tell
// apart, each said in words by the table below it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "client/bulletin/folder.h"
#include "losses_stats/regions.h"

namespace homeward::client::bulletin {
namespace {

constexpr std::array<const char*, 5> kShades = {"#dcebf5", "#a6cbe3", "#6ba6cf", "#2f7fb5", "#004b78"};
constexpr size_t kFirstDark = 3;

std::string number(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", value);
  return out;
}

std::string text_at(double x, double y, const std::string& more, const std::string& words) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + more + ">" + escaped(words) + "</text>\n";
}

std::string rect(double x, double y, double width, double height, const std::string& more) {
  return "<rect x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(width) + "\" height=\"" +
         number(height) + "\" " + more + "/>\n";
}

std::string line(double x1, double y1, double x2, double y2, const std::string& more) {
  return "<path d=\"M" + number(x1) + " " + number(y1) + "L" + number(x2) + " " + number(y2) +
         "\" fill=\"none\" " + more + "/>\n";
}

std::string svg(double width, double height, const std::string& label, const std::string& body) {
  return "<svg viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\" aria-label=\"" +
         escaped(label) +
         "\" font-family=\"system-ui,'Noto Sans','DejaVu Sans',sans-serif\" font-size=\"12\" "
         "fill=\"#22303a\">\n" +
         body + "</svg>\n";
}

// Upper limits of five classes with about as many regions each.
std::array<double, 5> classes_of(const std::vector<RegionRate>& rates) {
  std::array<double, 5> out{};
  std::vector<double> sorted;
  for (const RegionRate& rate : rates) sorted.push_back(rate.rate);
  std::ranges::sort(sorted);
  for (size_t i = 0; i < out.size() && !sorted.empty(); ++i)
    out[i] = sorted[std::min(sorted.size() - 1, (i + 1) * sorted.size() / out.size())];
  if (!sorted.empty()) out.back() = sorted.back();
  return out;
}

size_t class_of(const std::array<double, 5>& limits, double rate) {
  for (size_t i = 0; i < limits.size(); ++i)
    if (rate <= limits[i]) return i;
  return limits.size() - 1;
}

}  // namespace

std::string map_of(const Edition& edition, Language language) {
  constexpr double kTile = 36;
  constexpr double kTop = 8;
  constexpr double kWidth = 19 * kTile + 12;
  constexpr double kGrid = 11 * kTile;
  const bool russian = language == Language::kRussian;
  const std::vector<RegionRate> rates = rates_of(edition);
  const std::array<double, 5> limits = classes_of(rates);
  std::string out;
  for (const losses_stats::Region& region : losses_stats::regions()) {
    const double x = 6 + (region.tile_column - 1) * kTile;
    const double y = kTop + (region.tile_row - 1) * kTile;
    const auto found = std::ranges::find(rates, region.iso, &RegionRate::iso);
    std::string title = name_of_region(region.iso, language) + ": ";
    std::string ink = "fill=\"#22303a\"";
    if (found == rates.end()) {
      title += russian ? "не показано" : "not shown";
      out += "<g><title>" + escaped(title) + "</title>" +
             rect(x + 1, y + 1, kTile - 2, kTile - 2,
                  "fill=\"#fff\" stroke=\"#8a949a\" stroke-dasharray=\"3 2\"");
    } else {
      const size_t shade = class_of(limits, found->rate);
      title += decimal_words(found->rate, language) + " (" + decimal_words(found->low, language) + "–" +
               decimal_words(found->high, language) + ")";
      out += "<g><title>" + escaped(title) + "</title>";
      const double inset = found->uncertain() ? 6 : 1;
      out += rect(x + 1, y + 1, kTile - 2, kTile - 2, "fill=\"#fff\" stroke=\"#8a949a\"");
      out += rect(x + inset, y + inset, kTile - 2 * inset, kTile - 2 * inset,
                  "fill=\"" + std::string(kShades[shade]) + "\"");
      if (shade >= kFirstDark) ink = "fill=\"#fff\"";
    }
    out += text_at(x + kTile / 2, y + kTile / 2 + 4, ink + " text-anchor=\"middle\" font-size=\"11\"",
                   short_name_of_region(region.iso)) +
           "</g>\n";
  }
  double x = 6;
  double y = kTop + kGrid + 26;
  double from = 0;
  for (size_t i = 0; i < kShades.size() && !rates.empty(); ++i) {
    out += rect(x, y - 11, 14, 14, "fill=\"" + std::string(kShades[i]) + "\" stroke=\"#8a949a\"");
    out += text_at(x + 19, y, "", decimal_words(from, language) + "–" + decimal_words(limits[i], language));
    from = limits[i];
    x += 118;
  }
  y += 24;
  out +=
      rect(6, y - 11, 14, 14, "fill=\"#fff\" stroke=\"#8a949a\"") + rect(9, y - 8, 8, 8, "fill=\"#6ba6cf\"");
  out += text_at(25, y, "",
                 russian ? "мало известных: интервал шире самого числа"
                         : "few are known: the interval is wider than the figure");
  out += rect(330, y - 11, 14, 14, "fill=\"#fff\" stroke=\"#8a949a\" stroke-dasharray=\"3 2\"");
  out += text_at(349, y, "", russian ? "не показано" : "not shown");
  return svg(kWidth, y + 12,
             russian ? "Карта регионов: погибших на 100 000 жителей; числа в таблице ниже"
                     : "Map of the regions: deaths per 100,000 residents; the figures are in the table below",
             out);
}

std::string rates_chart_of(const Edition& edition, Language language) {
  constexpr size_t kMost = 15;
  constexpr double kLeft = 210;
  constexpr double kRight = 680;
  constexpr double kStep = 24;
  const bool russian = language == Language::kRussian;
  std::vector<RegionRate> rates = rates_of(edition);
  if (rates.empty()) return "";
  rates.resize(std::min(rates.size(), kMost));
  double most = 0;
  for (const RegionRate& rate : rates) most = std::max(most, rate.high);
  const auto at = [&](double value) { return kLeft + (kRight - kLeft) * value / most; };
  std::string out;
  double y = 20;
  for (const RegionRate& rate : rates) {
    out += text_at(kLeft - 8, y + 4, "text-anchor=\"end\"", name_of_region(rate.iso, language));
    out += rect(kLeft, y - 6, at(rate.rate) - kLeft, 12, "fill=\"#a6cbe3\"");
    out += line(at(rate.low), y, at(rate.high), y, "stroke=\"#22303a\" stroke-width=\"2\"");
    for (const double end : {rate.low, rate.high})
      out += line(at(end), y - 4, at(end), y + 4, "stroke=\"#22303a\" stroke-width=\"2\"");
    y += kStep;
  }
  out += line(kLeft, 8, kLeft, y - 12, "stroke=\"#8a949a\"");
  out += text_at(kLeft, y + 6, "", "0");
  out += text_at(kRight, y + 6, "text-anchor=\"end\"", decimal_words(most, language));
  return svg(kRight + 20, y + 18,
             russian ? "Погибших на 100 000 жителей с интервалами; числа в таблице ниже"
                     : "Deaths per 100,000 residents with intervals; the figures are in the table below",
             out);
}

}  // namespace homeward::client::bulletin
