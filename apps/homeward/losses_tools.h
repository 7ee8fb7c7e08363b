// What the commands `homeward losses …` share: words of the command line, files that appear whole or not at
// all, a bar of progress, and all cores.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "losses_stats/problem.h"

namespace homeward::app {

constexpr int kWrongFile = 1;
constexpr int kWrongUsage = 2;
constexpr int kNoEstimate = 4;

// What ends a command early: its exit status and what to say. Thrown.
struct Stop {
  int status;
  std::string why;
};

struct Arguments {
  std::vector<std::string> files;
  std::map<std::string, std::string> options;

  std::string needed(const std::string& name) const;
  std::string option(const std::string& name, const std::string& otherwise) const;
};

// Options of `valued` take the next word; those of `flags` stand alone. The first word is the command's.
Arguments parse(const std::vector<std::string>& words, const std::vector<std::string>& valued,
                const std::vector<std::string>& flags);

bool file_exists(const std::string& path);
std::string read_file(const std::string& path);

struct NewFile {
  std::string path;
  std::string text;
};
// All of them or none: each is written beside its place, and only then they are moved there.
void write_files(const std::vector<NewFile>& files);

// The value, or a stop that says where the file is wrong.
template <class T>
T good(const std::string& file, const losses_stats::Parsed<T>& parsed) {
  if (!parsed.ok()) throw Stop{kWrongFile, losses_stats::describe(file, parsed.problem())};
  return *parsed;
}

// A bar on standard error for what takes more than a second; where nobody is looking, a line every quarter.
class Progress {
 public:
  void show(double share);  // from 0 to 1; 1 ends the bar

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  int shown_ = -1;
};

// losses_stats::Parallel on as many threads as there are cores.
void on_all_cores(size_t tasks, const std::function<void(size_t)>& task);

}  // namespace homeward::app
