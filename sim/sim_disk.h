// A disk in memory that loses what was not synced: files for SQLite (a sqlite3_vfs of its own name) under
// simulation.
//
// Writes are seen at once by whoever reads, and become durable with a sync. A crash decides for every sector
// written since then whether it reached the disk, did not, or did so in part; likewise for changed sizes and
// for files made or deleted. What was synced is never harmed (as SQLite's "powersafe overwrite" says of real
// disks). The same calls and the same seed leave the same bytes. Not for use by several threads at once.
//
//   SimDisk disk;
//   VaultFiles files{"home", disk.vfs_name()};
//   …
//   disk.cut_power();      // from here on every write fails and changes nothing
//   (destroy vaults)
//   disk.crash(random);    // decides what survived, and gives power back
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/environment.h"

namespace homeward::sim {

class SimDisk {
 public:
  SimDisk();
  // Every file must be closed.
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  // Registered with SQLite while the disk lives.
  const char* vfs_name() const;

  // Writes, truncations, syncs and deletions so far.
  uint64_t operations() const;
  // Power goes after `more` further operations: those and all later ones fail as I/O errors and change
  // nothing.
  void cut_power_after(uint64_t more);
  void cut_power() { cut_power_after(0); }
  bool has_power() const;
  // Every file must be closed. Settles what survived and gives power back.
  void crash(Random& random);

  // From now on the files may grow by this many bytes together; what needs more fails as a full disk.
  // Shrinking and deleting give room back.
  void set_free_bytes(uint64_t free_bytes);

  // For tests: a file's bytes as a reader sees them; nothing if there is no such file. Writing is durable at
  // once.
  std::optional<Bytes> read_file(const std::string& path) const;
  void write_file(const std::string& path, BytesView content);
  std::vector<std::string> files() const;

  struct State;  // sim_disk.cpp

 private:
  std::unique_ptr<State> state_;
};

}  // namespace homeward::sim
