#include "apps/homeward/losses_tools.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

namespace homeward::app {

std::string Arguments::needed(const std::string& name) const {
  const auto found = options.find(name);
  if (found == options.end()) throw Stop{kWrongUsage, name + " is needed"};
  return found->second;
}

std::string Arguments::option(const std::string& name, const std::string& otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

Arguments parse(const std::vector<std::string>& words, const std::vector<std::string>& valued,
                const std::vector<std::string>& flags) {
  const auto among = [](const std::vector<std::string>& names, const std::string& word) {
    return std::find(names.begin(), names.end(), word) != names.end();
  };
  Arguments out;
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with("--")) {
      out.files.push_back(word);
    } else if (among(flags, word)) {
      out.options[word] = "yes";
    } else if (!among(valued, word)) {
      throw Stop{kWrongUsage, "there is no option " + word};
    } else if (i + 1 == words.size()) {
      throw Stop{kWrongUsage, word + " needs a value"};
    } else {
      out.options[word] = words[++i];
    }
  }
  return out;
}

bool file_exists(const std::string& path) {
  std::error_code failed;
  return std::filesystem::exists(path, failed);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) throw Stop{kWrongFile, path + ": cannot be read"};
  return text;
}

void write_files(const std::vector<NewFile>& files) {
  std::error_code failed;
  const auto stop = [&](const NewFile& at) {
    for (const NewFile& file : files) std::filesystem::remove(file.path + ".part", failed);
    throw Stop{kWrongFile, at.path + ": cannot be written"};
  };
  for (const NewFile& file : files) {
    std::ofstream beside(file.path + ".part", std::ios::binary | std::ios::trunc);
    beside << file.text;
    beside.close();
    if (!beside || std::filesystem::is_directory(file.path, failed)) stop(file);
  }
  for (const NewFile& file : files) {
    std::filesystem::rename(file.path + ".part", file.path, failed);
    if (failed) stop(file);
  }
}

void Progress::show(double share) {
  const auto after = std::chrono::steady_clock::now() - begun_;
  if (after < std::chrono::seconds(1) || (share >= 1 && shown_ < 0)) return;
  constexpr int kWidth = 40;
  if (!isatty(STDERR_FILENO)) {
    const int quarter = static_cast<int>(share * 4);
    if (quarter > shown_ && quarter > 0) std::cerr << quarter * 25 << " % done\n";
    shown_ = std::max(shown_, quarter);
    return;
  }
  const int filled = static_cast<int>(share * kWidth);
  shown_ = std::max(shown_, filled);
  std::cerr << "\r[" << std::string(static_cast<size_t>(filled), '#')
            << std::string(static_cast<size_t>(kWidth - filled), ' ') << "]" << (share >= 1 ? "\n" : "")
            << std::flush;
}

void on_all_cores(size_t tasks, const std::function<void(size_t)>& task) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < tasks; i = next++) task(i);
  };
  const size_t cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(cores, tasks); ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

}  // namespace homeward::app
