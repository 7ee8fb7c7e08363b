// For tests: the operating system's files under a name of their own, with a disk that can be declared full.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <string>

namespace homeward::relay {

class FaultyVfs {
 public:
  FaultyVfs() {
    static std::atomic<int> count = 0;
    name_ = "homeward_faulty_" + std::to_string(++count);
    sqlite3_initialize();
    real_ = sqlite3_vfs_find("unix");  // whose other methods do not look at the struct they are called on
    vfs_ = *real_;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  const char* name() const { return name_.c_str(); }
  // While full, every write that makes a file longer or changes it fails with SQLITE_FULL.
  void fill_up(bool is_full) { is_full_ = is_full; }

 private:
  struct File {
    sqlite3_file base;
    FaultyVfs* vfs;
    sqlite3_io_methods methods;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return of(file)->real(); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    auto* self = static_cast<FaultyVfs*>(vfs->pAppData);
    File* opened = of(file);
    std::memset(opened->real(), 0, static_cast<size_t>(self->real_->szOsFile));
    opened->base.pMethods = nullptr;
    const int code = self->real_->xOpen(self->real_, path, opened->real(), flags, out_flags);
    if (code != SQLITE_OK) return code;
    opened->vfs = self;
    opened->methods = {
        .iVersion = 2,
        .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
        .xRead = [](sqlite3_file* f, void* to, int size,
                    sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, size, at); },
        .xWrite =
            [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
              if (of(f)->vfs->is_full_) return SQLITE_FULL;
              return real(f)->pMethods->xWrite(real(f), from, size, at);
            },
        .xTruncate = [](sqlite3_file* f,
                        sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); },
        .xSync = [](sqlite3_file* f, int how) { return real(f)->pMethods->xSync(real(f), how); },
        .xFileSize = [](sqlite3_file* f,
                        sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
        .xLock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); },
        .xUnlock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); },
        .xCheckReservedLock = [](sqlite3_file* f,
                                 int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); },
        .xFileControl = [](sqlite3_file* f, int what,
                           void* with) { return real(f)->pMethods->xFileControl(real(f), what, with); },
        .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
        .xDeviceCharacteristics =
            [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
        .xShmMap =
            [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
              return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
            },
        .xShmLock = [](sqlite3_file* f, int offset, int count,
                       int flag) { return real(f)->pMethods->xShmLock(real(f), offset, count, flag); },
        .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
        .xShmUnmap = [](sqlite3_file* f,
                        int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
    opened->base.pMethods = &opened->methods;
    return SQLITE_OK;
  }

  std::string name_;
  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
  std::atomic<bool> is_full_ = false;
};

}  // namespace homeward::relay
