// The bulletin's page, in one language: everything in one file, readable without a script, on a phone, aloud
// and on paper.
#include <algorithm>

#include "base/text.h"
#include "client/bulletin/folder.h"
#include "crypto/crypto.h"

namespace homeward::client::bulletin {
namespace {

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;padding:1rem;max-width:46rem;background:#fbf8f3;color:#22303a;"
    "font:1.0625rem/1.5 system-ui,'Noto Sans','DejaVu Sans',sans-serif}"
    "h1{line-height:1.2}h2{margin-top:2rem}a{color:#1f5f6b}"
    "nav,.quiet{color:#4d5a62}"
    ".table{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;padding:.5rem 0}"
    "th,td{padding:.25rem .5rem;border-bottom:1px solid #d8d2c6;text-align:right;vertical-align:top}"
    "th:first-child{text-align:left;font-weight:400}thead th{font-weight:600}"
    ".wide thead th:not(:first-child){min-width:6rem}"
    "tr.sum th,tr.sum td{font-weight:600}"
    "figure{margin:1rem "
    "0;padding:.5rem;background:#fff;color:#22303a}svg{display:block;width:100%;height:auto}"
    "figcaption{padding:.5rem 0 0}"
    "blockquote{margin:1rem 0;padding:0 0 0 1rem;border-left:3px solid #1f5f6b;white-space:pre-line;"
    "overflow-wrap:anywhere}"
    "blockquote footer{color:#4d5a62}"
    "code{overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{background:#1b1f22;color:#e8e2d8}a{color:#8fc7d3}"
    "nav,.quiet,blockquote footer{color:#b6b0a6}th,td{border-color:#444b50}}"
    "@media "
    "print{body{max-width:none;background:#fff;color:#000;font-size:11pt}figure,tr,blockquote{break-inside:"
    "avoid}"
    "nav{display:none}.table{overflow:visible}@page{size:A4;margin:18mm}}";

std::string base64(BytesView bytes) {
  std::string out = to_base64url(bytes);
  std::ranges::replace(out, '-', '+');
  std::ranges::replace(out, '_', '/');
  while (out.size() % 4 != 0) out += '=';
  return out;
}

class Page {
 public:
  Page(const Edition& edition, Language language) : edition_(edition), language_(language) {}
  std::string html();

 private:
  const char* say(const char* russian, const char* english) const {
    return language_ == Language::kRussian ? russian : english;
  }
  std::string number(uint64_t value) const { return number_words(value, language_); }
  // "159", or "159 (20 July 2022)" where it was last shown earlier, or a dash.
  std::string shown(const Cell& cell) const {
    if (!cell) return "<span title=\"" + std::string(say("не показано", "not shown")) + "\">–</span>";
    std::string out = number(cell->count);
    if (cell->as_of != edition_.as_of)
      out += " <span class=\"quiet\">(" + day_words(cell->as_of, language_) + ")</span>";
    return out;
  }
  std::string count_words(const Cell& cell) const {
    return number(cell->count) +
           (cell->as_of != edition_.as_of ? " (" + day_words(cell->as_of, language_) + ")" : std::string());
  }

  std::string head() const;
  std::string main_figures() const;
  std::string regions() const;
  std::string months() const;
  std::string told() const;
  std::string statements() const;
  std::string methods() const;
  std::string files() const;

  const Edition& edition_;
  Language language_;
};

std::string Page::head() const {
  const std::string title =
      std::string(say("Бюллетень № ", "Bulletin no. ")) + std::to_string(edition_.number);
  const std::string hash = base64(sha256(view_of(kStyle)));
  std::string out = "<!doctype html>\n<html lang=\"" + std::string(say("ru", "en")) +
                    "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
                    "content=\"default-src 'none'; style-src 'sha256-" +
                    hash +
                    "'; base-uri 'none'; form-action 'none'\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
                    title + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n";
  out += "<nav><a href=\"" +
         std::string(say("en.html\" hreflang=\"en\" lang=\"en\">In English",
                         "index.html\" hreflang=\"ru\" lang=\"ru\">По-русски")) +
         "</a></nav>\n<main>\n<h1>" + title + "</h1>\n<p>" + say("По состоянию на ", "As of ") +
         day_words(edition_.as_of, language_) + ".";
  if (!edition_.publisher.empty())
    out += std::string(" ") + say("Издаёт: ", "Published by: ") + escaped(edition_.publisher) + ".";
  return out + "</p>\n";
}

std::string Page::main_figures() const {
  std::string out = "<h2>" + std::string(say("Главное", "In short")) + "</h2>\n<ul>\n";
  const Cell& all = edition_.losses.cells.back();
  if (all)
    out += "<li>" + std::string(say("Известно погибших: ", "Deaths known: ")) + "<strong>" +
           count_words(all) + "</strong>. " +
           say("Это наименьшее число: настоящее больше.", "This is the least: the true number is higher.") +
           "</li>\n";
  else
    out += "<li>" +
           std::string(
               say("Общее число погибших в этот раз не показано: иначе по нему можно было бы вычислить "
                   "маленькие числа.",
                   "The number of all deaths is not shown this time: small figures could be worked out from "
                   "it.")) +
           "</li>\n";
  const std::pair<const char*, const char*> words[] = {{"MISSING", say("Пропали без вести: ", "Missing: ")},
                                                       {"PRISONER", say("В плену: ", "Prisoners: ")},
                                                       {"WOUNDED", say("Ранены: ", "Wounded: ")}};
  for (size_t c = 0; c < edition_.others.columns.size(); ++c) {
    const auto* word = std::ranges::find(words, edition_.others.columns[c],
                                         [](const auto& one) { return std::string(one.first); });
    if (edition_.others.cells[c] && word != std::end(words))
      out += "<li>" + std::string(word->second) + "<strong>" + count_words(edition_.others.cells[c]) +
             "</strong>.</li>\n";
  }
  return out + "</ul>\n";
}

std::string Page::regions() const {
  const std::vector<RegionRate> rates = rates_of(edition_);
  std::string out = "<h2>" +
                    std::string(say("Погибшие по регионам, откуда они родом", "Deaths by home region")) +
                    "</h2>\n";
  if (!rates.empty()) {
    out +=
        "<figure>" + map_of(edition_, language_) + "<figcaption>" +
        say("Погибших на 100 000 жителей. Каждый регион — квадрат. Закрашен не целиком, где известно о "
            "немногих и "
            "число ненадёжно.",
            "Deaths per 100,000 residents. Each region is a square, filled only in part where few are known "
            "and "
            "the figure is uncertain.") +
        "</figcaption></figure>\n<figure>" + rates_chart_of(edition_, language_) + "<figcaption>" +
        say("Регионы с наибольшими числами. Черта — в каких пределах оно может быть по случайности (95 %).",
            "The regions with the highest figures. The line shows within what limits chance puts it (95 "
            "%).") +
        "</figcaption></figure>\n";
  }
  out += "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"" +
         std::string(say("Погибшие по регионам", "Deaths by region")) + "\"><table>\n<caption>" +
         std::string(say("Тире — не показано. Дата в скобках — число из прежнего бюллетеня.",
                         "A dash: not shown. A date in brackets: the figure of an earlier bulletin.")) +
         "</caption>\n<thead><tr><th scope=\"col\">" + say("Регион", "Region") + "</th><th scope=\"col\">" +
         say("Погибших", "Deaths") + "</th><th scope=\"col\">" +
         say("На 100 000 жителей", "Per 100,000 residents") + "</th><th scope=\"col\">" +
         say("Пределы", "Limits") + "</th></tr></thead>\n<tbody>\n";
  const ShownTable& table = edition_.losses;
  for (const RegionRate& rate : rates) {
    out += "<tr><th scope=\"row\">" + escaped(name_of_region(rate.iso, language_)) + "</th><td>" +
           shown(rate.deaths) + "</td><td>" + decimal_words(rate.rate, language_) + "</td><td>" +
           decimal_words(rate.low, language_) + "–" + decimal_words(rate.high, language_) + "</td></tr>\n";
  }
  std::string hidden;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const Cell& cell = table.at(r, table.columns.size() - 1);
    if (std::ranges::find(rates, table.rows[r], &RegionRate::iso) != rates.end()) continue;
    const std::string name = escaped(name_of_region(table.rows[r], language_));
    if (!cell && table.rows[r] != kTotal) {
      hidden += (hidden.empty() ? "" : ", ") + name;
      continue;
    }
    out += std::string(table.rows[r] == kTotal ? "<tr class=\"sum\">" : "<tr>") + "<th scope=\"row\">" +
           name + "</th><td>" + shown(cell) + "</td><td>–</td><td>–</td></tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (!hidden.empty())
    out += "<p class=\"quiet\">" + std::string(say("Не показаны: ", "Not shown: ")) + hidden + ".</p>\n";
  return out;
}

std::string Page::months() const {
  const ShownTable& table = edition_.losses;
  std::string out = "<h2>" +
                    std::string(say("По месяцам, когда о гибели стало известно",
                                    "By the month in which they became known")) +
                    "</h2>\n<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"" +
                    std::string(say("Погибшие по месяцам", "Deaths by month")) +
                    "\"><table>\n<thead><tr><th scope=\"col\">" + say("Месяц", "Month") +
                    "</th><th scope=\"col\">" + say("Погибших", "Deaths") + "</th></tr></thead>\n<tbody>\n";
  for (size_t c = 0; c < table.columns.size(); ++c) {
    const bool sum = table.columns[c] == kTotal;
    // Months without a figure say nothing; they are in the file.
    if (!sum && !table.at(table.rows.size() - 1, c)) continue;
    out += std::string(sum ? "<tr class=\"sum\">" : "<tr>") + "<th scope=\"row\">" +
           escaped(month_words(table.columns[c], language_)) + "</th><td>" +
           shown(table.at(table.rows.size() - 1, c)) + "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n<p>" +
         say("Регионы по месяцам — в файле ", "Regions by month are in the file ") +
         "<a href=\"deaths.csv\">deaths.csv</a>.</p>\n";
}

std::string Page::told() const {
  const ShownTable& table = edition_.tallies;
  const std::pair<const char*, const char*> words[] = {{"HELD", say("удерживают", "held")},
                                                       {"HOME", say("дома", "home")},
                                                       {"REFUSED", say("отказались", "refused")},
                                                       {"RELEASED", say("отпущены", "released")},
                                                       {"SENT-BACK", say("отправлены назад", "sent back")},
                                                       {"THREATENED", say("угрожали", "threatened")}};
  if (table.left_out() == table.cells.size()) return "";
  std::string out = "<h2>" +
                    std::string(say("Что рассказали семьи о живых", "What families told of the living")) +
                    "</h2>\n<p>" +
                    say("Не меньше стольких, по регионам. Один человек может стоять под несколькими словами.",
                        "At least so many, by region. One man may stand under several words.") +
                    "</p>\n<div class=\"table wide\" role=\"region\" tabindex=\"0\" aria-label=\"" +
                    std::string(say("О живых по регионам", "Of the living, by region")) +
                    "\"><table>\n<thead><tr><th scope=\"col\">" + say("Регион", "Region") + "</th>";
  for (const std::string& column : table.columns) {
    const auto* word =
        std::ranges::find(words, column, [](const auto& one) { return std::string(one.first); });
    out += "<th scope=\"col\">" + (word != std::end(words) ? std::string(word->second) : escaped(column)) +
           "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    bool any = false;
    for (size_t c = 0; c < table.columns.size(); ++c) any = any || table.at(r, c).has_value();
    if (!any) continue;
    out += std::string(table.rows[r] == kTotal ? "<tr class=\"sum\">" : "<tr>") + "<th scope=\"row\">" +
           escaped(name_of_region(table.rows[r], language_)) + "</th>";
    for (size_t c = 0; c < table.columns.size(); ++c) out += "<td>" + shown(table.at(r, c)) + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string Page::statements() const {
  if (edition_.quotes.empty()) return "";
  std::string out = "<h2>" + std::string(say("Что они говорят", "In their words")) + "</h2>\n";
  for (const Quote& quote : edition_.quotes) {
    out += "<blockquote>" + escaped(quote.text) + "\n<footer>— " + escaped(quote.attribution) + ", " +
           month_words(month_key(quote.month), language_) + "</footer></blockquote>\n";
  }
  return out + "<p class=\"quiet\">" +
         say("Каждая согласилась на печать именно этих слов. Они напечатаны на языке, на котором сказаны.",
             "Each agreed to the printing of exactly these words. They are printed in the language in which "
             "they "
             "were said.") +
         "</p>\n";
}

std::string Page::methods() const {
  const std::string threshold = std::to_string(edition_.threshold);
  std::string out =
      "<h2>" +
      std::string(say("Как это сосчитано и чего здесь нет", "How it was counted, and what is not here")) +
      "</h2>\n<ul>\n";
  const auto item = [&](const std::string& text) { out += "<li>" + text + "</li>\n"; };
  item(say(
      "Погибшие — те, о ком есть хотя бы один источник: сообщения, некрологи, списки. Один человек не "
      "сосчитан "
      "дважды. О ком никто не написал, того здесь нет, поэтому настоящее число больше.",
      "Deaths are those of whom there is at least one source: reports, obituaries, lists. Nobody is counted "
      "twice. Who is in no source is not here, so the true number is higher."));
  item(say(
      "Все числа одной таблицы взяты из одного перечня — того, в котором известно больше людей, — чтобы они "
      "складывались.",
      "All figures of a table come from one list, the one that knows of most people, so that they add up."));
  item(say("Месяц — когда о гибели стало известно, а не когда человек погиб.",
           "The month is the one in which a death became known, not the one in which the man died."));
  item(say(
      "Регион — откуда человек родом. Ничего меньше региона здесь не названо: ни района, ни части, ни имени.",
      "The region is where the man was from. Nothing smaller than a region is named here: no district, no "
      "unit, "
      "no name."));
  item(std::string(
      say("На 100 000 жителей — по числу постоянных жителей на 1 января 2022 года (Росстат). Пределы — "
          "точный интервал Гарвуда, 95 %: чем меньше число, тем они шире.",
          "Per 100,000 residents: of the permanent residents on 1 January 2022 (Rosstat). The limits are "
          "Garwood's exact interval at 95 %: the smaller the figure, the wider they are.")));
  item(say(
      "О живых — из дел и сообщений, которые вели семьи группы; слухи не считались. Это не выборка: по этим "
      "числам нельзя сказать, сколько таких людей всего.",
      "Of the living: from cases and reports kept by the families of the group; rumours do not count. This "
      "is no "
      "sample: the figures do not say how many such men there are in all."));
  item(say("Не показаны числа меньше ", "Not shown are figures below ") + threshold +
       say(", числа, которые с прошлого бюллетеня изменились меньше чем на ",
           ", figures that changed by less than ") +
       threshold +
       say(", и ещё столько других, чтобы ни одно скрытое число нельзя было вычислить ни из сумм, ни сравнив "
           "бюллетени. Тире не значит «никто».",
           " since an earlier bulletin, and as many others as it takes so that no hidden figure can be "
           "worked out "
           "from sums or by comparing bulletins. A dash does not mean “nobody”."));
  item(say("Оценки тех, кто не записан нигде, и чужие цифры сюда не входят.",
           "Estimates of those who are recorded nowhere, and figures of others, are not part of this."));
  item(say("Прежде чем выйти, каждый байт этой папки был одобрен двумя организаторами группы.",
           "Before it went out every byte of this folder was approved by two organizers of the group."));
  return out + "</ul>\n";
}

std::string Page::files() const {
  const std::pair<const char*, const char*> list[] = {
      {"deaths.csv", say("погибшие по регионам и месяцам", "deaths by region and month")},
      {"rates.csv",
       say("погибшие на 100 000 жителей с пределами", "deaths per 100,000 residents with limits")},
      {"others.csv", say("раненые, пропавшие, пленные", "wounded, missing, prisoners")},
      {"told.csv", say("что рассказали семьи, по регионам", "what families told, by region")},
      {"bulletin.json", say("всё это для программ", "all of it, for programs")},
      {"SHA256SUMS", say("контрольные суммы: по ним видно, что ни один файл не изменён",
                         "checksums: they show that no file was changed")}};
  std::string out = "<h2>" + std::string(say("Файлы", "Files")) + "</h2>\n<ul>\n";
  for (const auto& [name, what] : list)
    out += "<li><a href=\"" + std::string(name) + "\">" + name + "</a>: " + what + "</li>\n";
  return out + "</ul>\n";
}

std::string Page::html() {
  return head() + main_figures() + regions() + months() + told() + statements() + methods() + files() +
         "</main>\n</body>\n</html>\n";
}

}  // namespace

std::string page_of(const Edition& edition, Language language) { return Page(edition, language).html(); }

}  // namespace homeward::client::bulletin
