// Any bytes as lists of people, as a model of linkage, as decisions and as claims. Whatever is read can be
// linked or drawn, and what is written is read again.
#include <cstdint>
#include <string>
#include <string_view>

#include "losses_stats/claims.h"
#include "losses_stats/csv.h"
#include "losses_stats/json.h"
#include "losses_stats/link.h"
#include "losses_stats/link_files.h"
#include "losses_stats/names.h"

using namespace homeward::losses_stats;

namespace {

const std::string kList =
    "rec_id,surname,given,birth\n1,Larin,Lev,1990-02-01\n2,Somov,Ian,1991-03-04\n3,Iudin,Petr,1992-05-06\n";

void check_list(const std::string& text) {
  const auto read = read_people({text, kList});
  const auto* people = std::get_if<People>(&read);
  if (people == nullptr || people->size() > 60) return;
  const LinkResult made = link(*people, {});
  const auto table = parse_csv(pairs_csv(*people, made.pairs).csv);
  HW_ASSERT(table.ok() && table->rows.size() <= made.pairs.size());
  for (const LinkedPair& pair : made.pairs)
    HW_ASSERT(pair.a < pair.b && pair.probability >= 0.5 && pair.probability <= 1);
  HW_ASSERT(read_link_model(link_model_json(*people, made.model), *people).ok());
}

void check_files(std::string_view text) {
  static const auto read = read_people({kList});
  const People& people = *std::get_if<People>(&read);
  LinkOptions options;
  if (const auto model = read_link_model(text, people); model.ok()) {
    options.model = *model;
    HW_ASSERT(link(people, options).clusters <= people.size());
  }
  if (const auto decisions = read_decisions(text, people); decisions.ok()) {
    options.decisions = *decisions;
    HW_ASSERT(link(people, options).clusters <= people.size());
  }
  (void)parse_json(text);
  (void)split_name(text.substr(0, 200));
  HW_ASSERT(name_sound(text.substr(0, 200)).find(' ') == std::string::npos);
}

void check_claims(std::string_view text) {
  if (const auto claims = read_claims(text); claims.ok() && claims->size() < 100) {
    const std::string svg = claims_chart(*claims, {});
    HW_ASSERT(svg.starts_with("<?xml") && svg.ends_with("</svg>\n"));
  }
  if (const auto floor = read_floor(text); floor.ok() && !floor->empty())
    HW_ASSERT(floor->back().date.year >= floor->front().date.year);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_list(std::string(text));
  check_files(text);
  check_claims(text);
  return 0;
}
