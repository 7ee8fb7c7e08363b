#include "client/calendar.h"

#include <algorithm>
#include <string_view>

namespace homeward::client {
namespace {

constexpr size_t kMostOctets = 75;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// A content line, folded: what follows the first line begins with a blank, which counts.
void add_line(std::string& out, std::string_view line) {
  size_t most = kMostOctets;
  while (line.size() > most) {
    size_t cut = most;
    while (cut > 0 && continues_character(line[cut])) --cut;
    out.append(line.substr(0, cut)).append("\r\n ");
    line.remove_prefix(cut);
    most = kMostOctets - 1;
  }
  out.append(line).append("\r\n");
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || c == ';' || c == ',') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') {
      out += c;
    }
  }
  return out;
}

std::string digits(domain::cases::Day day) {
  std::string text = domain::cases::text_of_day(day);
  std::erase(text, '-');
  return text;
}

std::string stamp(Instant at) {
  const int64_t second = (at.ms / 1000) % 86'400;
  const auto two = [](int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return digits(domain::cases::day_of(at)) + "T" + two(second / 3600) + two(second / 60 % 60) +
         two(second % 60) + "Z";
}

void add_alarm(std::string& out, std::string_view trigger, const std::string& summary) {
  add_line(out, "BEGIN:VALARM");
  add_line(out, "ACTION:DISPLAY");
  add_line(out, "DESCRIPTION:" + summary);
  add_line(out, "TRIGGER:" + std::string(trigger));
  add_line(out, "END:VALARM");
}

}  // namespace

std::string calendar_file(std::span<const CalendarEntry> entries, Instant now) {
  std::string out;
  add_line(out, "BEGIN:VCALENDAR");
  add_line(out, "VERSION:2.0");
  add_line(out, "PRODID:-//Homeward//Homeward//EN");
  add_line(out, "CALSCALE:GREGORIAN");
  for (const CalendarEntry& entry : entries) {
    const std::string summary = escaped(entry.summary);
    add_line(out, "BEGIN:VEVENT");
    add_line(out, "UID:" + entry.uid);
    add_line(out, "DTSTAMP:" + stamp(now));
    add_line(out, "DTSTART;VALUE=DATE:" + digits(entry.day));
    add_line(out, "DTEND;VALUE=DATE:" + digits(entry.day.plus(1)));
    add_line(out, "SUMMARY:" + summary);
    if (!entry.description.empty()) add_line(out, "DESCRIPTION:" + escaped(entry.description));
    add_line(out, "TRANSP:TRANSPARENT");
    add_alarm(out, "-PT15H", summary);
    add_alarm(out, "PT9H", summary);
    add_line(out, "END:VEVENT");
  }
  add_line(out, "END:VCALENDAR");
  return out;
}

}  // namespace homeward::client
