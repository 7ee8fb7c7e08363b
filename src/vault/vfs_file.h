// A plain file behind a sqlite3_vfs, for what is not a database: the key slots, the file of random bytes, the
// log's overwriting. What the file holds goes through as it is.
#pragma once

#include <vector>

#include "vault/vault.h"

struct sqlite3_vfs;
struct sqlite3_file;

namespace homeward::vault {

class VfsFile {
 public:
  enum class Mode : uint8_t { kRead, kWrite, kCreate };  // kCreate: makes it if it is missing
  // Errors: kCannotOpen, kOutOfMemory.
  static Result<VfsFile> open(const VaultFiles& files, const char* name, Mode mode);
  static Result<bool> exists(const VaultFiles& files, const char* name);
  // Removing what is not there is no error. Errors: kIo.
  static Result<> remove(const VaultFiles& files, const char* name);

  VfsFile(VfsFile&& other) noexcept;
  VfsFile& operator=(VfsFile&&) = delete;
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;
  ~VfsFile();

  Result<uint64_t> size_bytes();
  Result<> read(uint64_t at, MutableBytes out);  // past the end: kIo
  Result<> write(uint64_t at, BytesView in);     // kDiskFull, kIo
  Result<> truncate(uint64_t size);
  Result<> sync();

 private:
  VfsFile() = default;
  std::vector<char> path_;      // what the VFS keeps a pointer to
  std::vector<uint64_t> room_;  // of the VFS's own size for a file
  sqlite3_file* file_ = nullptr;
};

// The path of a file of this home.
std::string path_of(const VaultFiles& files, const char* name);

// The vault's error for a result code of SQLite.
Error vault_error_of(int code, const char* context);
// The vault's error for one of the room `sql`.
Error vault_error_of(const Error& error);

}  // namespace homeward::vault

// HW_SQL(expression): returns the vault's error for a failed Result of the room `sql`.
#define HW_SQL(...)                                                                     \
  do {                                                                                  \
    auto hw_result_ = (__VA_ARGS__);                                                    \
    if (!hw_result_.ok()) return ::homeward::vault::vault_error_of(hw_result_.error()); \
  } while (false)
