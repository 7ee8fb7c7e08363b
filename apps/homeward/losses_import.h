// `homeward losses import`: a CSV file into the register of a group, through the running node
// (docs/formats/loss_register.md, "Files").
#pragma once

#include <string>
#include <vector>

namespace homeward::app {

// One command to the node that runs on a home: the result's JSON, or an exit status other than 0 that was
// explained on standard error already.
using AskNode = int (*)(const std::string& home, const std::string& command, const std::string& args,
                        std::string& result);
// `words` begins with "import". The exit status: 0; 1 the file is wrong (said as FILE:LINE:COLUMN) or cannot
// be read, or no node runs; 2 wrong usage; 3 the node refused. After anything but 0 nothing was taken.
int losses_import(const std::vector<std::string>& words, AskNode ask);

}  // namespace homeward::app
