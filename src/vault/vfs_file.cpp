#include "vault/vfs_file.h"

#include <sqlite3.h>

#include <utility>

#include "sql/sql.h"

namespace homeward::vault {
namespace {

// A rollback journal of several databases is the one kind of file that every VFS neither locks nor
// interprets, and whose folder the operating system's VFS syncs with it when it is new.
constexpr int kPlainFile = SQLITE_OPEN_SUPER_JOURNAL;

Result<std::vector<char>> full_path(sqlite3_vfs* vfs, const VaultFiles& files, const char* name) {
  std::vector<char> out(static_cast<size_t>(vfs->mxPathname) + 4, '\0');
  const int code = vfs->xFullPathname(vfs, path_of(files, name).c_str(), vfs->mxPathname + 1, out.data());
  if (code != SQLITE_OK && code != SQLITE_OK_SYMLINK) return Error(VaultError::kCannotOpen, "path");
  return out;
}

Result<sqlite3_vfs*> find_vfs(const VaultFiles& files) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(files.vfs);
  if (vfs == nullptr) return Error(VaultError::kCannotOpen, "vfs");
  return vfs;
}

}  // namespace

std::string path_of(const VaultFiles& files, const char* name) { return files.folder + "/" + name; }

Error vault_error_of(int code, const char* context) { return vault_error_of(sql::error_of(code, context)); }

Error vault_error_of(const Error& error) {
  struct Row {
    sql::SqlError from;
    VaultError to;
  };
  static constexpr Row kRows[] = {
      {sql::SqlError::kCannotOpen, VaultError::kCannotOpen},
      {sql::SqlError::kReadOnly, VaultError::kCannotOpen},
      {sql::SqlError::kInUse, VaultError::kInUse},
      {sql::SqlError::kDiskFull, VaultError::kDiskFull},
      {sql::SqlError::kIo, VaultError::kIo},
      {sql::SqlError::kOutOfMemory, VaultError::kOutOfMemory},
      {sql::SqlError::kTooLarge, VaultError::kOutOfMemory},
  };
  for (const Row& row : kRows) {
    if (error.is(row.from)) return {row.to, error.context()};
  }
  return {VaultError::kDamaged, error.context()};
}

Result<VfsFile> VfsFile::open(const VaultFiles& files, const char* name, Mode mode) {
  HW_LET(sqlite3_vfs * vfs, find_vfs(files));
  VfsFile out;
  HW_LET(out.path_, full_path(vfs, files, name));
  out.room_.resize(static_cast<size_t>(vfs->szOsFile) / sizeof(uint64_t) + 1);
  auto* file = reinterpret_cast<sqlite3_file*>(out.room_.data());
  int flags = kPlainFile;
  flags |= mode == Mode::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_CREATE;
  int given = 0;
  const int code = vfs->xOpen(vfs, out.path_.data(), file, flags, &given);
  if (code != SQLITE_OK) {
    if (file->pMethods != nullptr) file->pMethods->xClose(file);
    return vault_error_of(code, "open file");
  }
  out.file_ = file;
  // A VFS may fall back to read-only.
  if (mode != Mode::kRead && (given & SQLITE_OPEN_READONLY) != 0)
    return Error(VaultError::kCannotOpen, "read only");
  return out;
}

Result<bool> VfsFile::exists(const VaultFiles& files, const char* name) {
  HW_LET(sqlite3_vfs * vfs, find_vfs(files));
  HW_LET(const std::vector<char> path, full_path(vfs, files, name));
  int there = 0;
  const int code = vfs->xAccess(vfs, path.data(), SQLITE_ACCESS_EXISTS, &there);
  if (code != SQLITE_OK) return vault_error_of(code, "access");
  return there != 0;
}

Result<> VfsFile::remove(const VaultFiles& files, const char* name) {
  HW_LET(sqlite3_vfs * vfs, find_vfs(files));
  HW_LET(const std::vector<char> path, full_path(vfs, files, name));
  const int code = vfs->xDelete(vfs, path.data(), 1);
  if (code != SQLITE_OK && code != SQLITE_IOERR_DELETE_NOENT) return vault_error_of(code, "delete");
  return success();
}

VfsFile::VfsFile(VfsFile&& other) noexcept
    : path_(std::move(other.path_)),
      room_(std::move(other.room_)),
      file_(std::exchange(other.file_, nullptr)) {}

VfsFile::~VfsFile() {
  if (file_ != nullptr) file_->pMethods->xClose(file_);
}

Result<uint64_t> VfsFile::size_bytes() {
  sqlite3_int64 size = 0;
  const int code = file_->pMethods->xFileSize(file_, &size);
  if (code != SQLITE_OK) return vault_error_of(code, "size");
  return static_cast<uint64_t>(size);
}

Result<> VfsFile::read(uint64_t at, MutableBytes out) {
  const int code =
      file_->pMethods->xRead(file_, out.data(), static_cast<int>(out.size()), static_cast<sqlite3_int64>(at));
  if (code != SQLITE_OK) return vault_error_of(code, "read");
  return success();
}

Result<> VfsFile::write(uint64_t at, BytesView in) {
  const int code =
      file_->pMethods->xWrite(file_, in.data(), static_cast<int>(in.size()), static_cast<sqlite3_int64>(at));
  if (code != SQLITE_OK) return vault_error_of(code, "write");
  return success();
}

Result<> VfsFile::truncate(uint64_t size) {
  const int code = file_->pMethods->xTruncate(file_, static_cast<sqlite3_int64>(size));
  if (code != SQLITE_OK) return vault_error_of(code, "truncate");
  return success();
}

Result<> VfsFile::sync() {
  const int code = file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) return vault_error_of(code, "sync");
  return success();
}

}  // namespace homeward::vault
