// The 85 regions that losses are counted by: names, residents, men of the age to serve, and the place of each
// on the tile grid on which every region is a square of one size.
//
// Published figures: residents on 1 January (Rosstat, recalculated to the census of 2021), men aged 16 to 61
// and a half (census of 2021). `recognised` is false where the international community does not hold a region
// to be one of the country's; its dead are counted all the same. Sources are named in NOTICE.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace homeward::losses_stats {

struct Region {
  std::string_view iso;  // ISO 3166-2
  std::string_view name_ru, name_en;
  uint32_t residents_2021, residents_2022, residents_2023;
  uint32_t men_16_61;
  uint8_t tile_row, tile_column;  // from 1
  bool recognised;
};
// By code.
std::span<const Region> regions();
// Null if there is none of this code.
const Region* find_region(std::string_view iso);

}  // namespace homeward::losses_stats
