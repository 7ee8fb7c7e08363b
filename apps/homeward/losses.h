// The commands `homeward losses …` that need no home: files in, files or standard output out
// (docs/formats/losses.md).
#pragma once

#include <string>
#include <vector>

namespace homeward::app {

// `words` begins with the command after `losses`. The exit status: 0; 1 a file is wrong or cannot be read or
// written, said on standard error as FILE:LINE:COLUMN; 2 wrong usage; 4 no finite estimate. After 1 and 2
// nothing is written.
int losses(const std::vector<std::string>& words);

}  // namespace homeward::app
