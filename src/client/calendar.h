// A calendar file (iCalendar, RFC 5545) of days on which something is due, for the calendar of a phone.
//
// Each is an all-day event with two alarms, at nine in the morning of the day before and of the day. Lines
// end with CRLF and are folded at 75 octets between characters (section 3.1); text is escaped
// (section 3.3.11).
#pragma once

#include <span>
#include <string>

#include "base/environment.h"
#include "domain/cases/days.h"

namespace homeward::client {

struct CalendarEntry {
  std::string uid;  // unique, says nothing; the same thing has the same one in every file
  std::string summary;
  std::string description;  // may be empty
  domain::cases::Day day;
};
std::string calendar_file(std::span<const CalendarEntry> entries, Instant now);

}  // namespace homeward::client
