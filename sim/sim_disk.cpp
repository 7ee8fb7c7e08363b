#include "sim/sim_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <new>
#include <set>
#include <vector>

#include "base/assert.h"

namespace homeward::sim {
namespace {

constexpr size_t kSectorBytes = 512;

struct Handle;

// One file: what readers see, what a crash leaves for certain, and which sectors lie between the two.
struct File {
  Bytes now;
  Bytes synced;
  std::vector<bool> is_dirty;
  std::vector<size_t> dirty;
  std::vector<Handle*> lockers;

  void mark(size_t from, size_t until) {
    for (size_t sector = from / kSectorBytes; sector * kSectorBytes < until; ++sector) {
      if (is_dirty.size() <= sector) is_dirty.resize(sector + 1 + sector / 2);
      if (is_dirty[sector]) continue;
      is_dirty[sector] = true;
      dirty.push_back(sector);
    }
  }

  void sync() {
    synced.resize(now.size());
    for (const size_t sector : dirty) {
      const size_t from = sector * kSectorBytes;
      if (from < now.size()) copy_over(synced, from, from + std::min(kSectorBytes, now.size() - from));
      is_dirty[sector] = false;
    }
    dirty.clear();
  }

  void copy_over(Bytes& to, size_t from, size_t until) const {
    if (to.size() < until) to.resize(until);
    std::copy(now.begin() + static_cast<std::ptrdiff_t>(from),
              now.begin() + static_cast<std::ptrdiff_t>(until),
              to.begin() + static_cast<std::ptrdiff_t>(from));
  }

  // Each sector not synced: there, not there, or its first part only.
  void settle(Random& random) {
    if (dirty.empty() && now.size() == synced.size()) return;
    std::sort(dirty.begin(), dirty.end());
    std::array<uint8_t, 3> fate{};
    random.fill(fate);
    const size_t turn = (fate[1] * 256u + fate[2]) % (dirty.size() + 1);
    std::vector<size_t> kept = dirty;
    switch (fate[0] % 6) {
      case 0:
        return sync();  // all
      case 1:
        kept.clear();
        break;  // none
      case 2:
        kept.resize(turn);
        break;  // the first ones
      case 3:
        kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(turn));
        break;  // the last ones
      default:
        std::erase_if(kept, [&](size_t) { return random.bytes(1)[0] % 5 < 2; });  // some
    }
    Bytes left = synced;
    for (const size_t sector : kept) {
      std::array<uint8_t, 3> dice{};
      random.fill(dice);
      const size_t from = sector * kSectorBytes;
      if (from >= now.size()) continue;
      size_t size = std::min(kSectorBytes, now.size() - from);
      if (dice[0] % 5 == 4) size = (dice[1] * 256u + dice[2]) % (size + 1);
      copy_over(left, from, from + size);
    }
    std::array<uint8_t, 1> dice{};
    random.fill(dice);
    if (left.size() > now.size() && dice[0] % 2 == 0) left.resize(now.size());
    now = left;
    synced = std::move(left);
    is_dirty.clear();
    dirty.clear();
  }
};

using FilePtr = std::shared_ptr<File>;

struct Handle {
  sqlite3_file base;  // must be first
  SimDisk::State* disk;
  FilePtr file;
  std::string name;
  int lock;
  bool syncs_folder;  // with its next sync, as SQLite's Unix VFS does for new journals
};

Handle& handle_of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

}  // namespace

struct SimDisk::State {
  std::string name;
  std::string shim_name;  // SQLite3MC's encrypting layer over this disk, which it makes by itself
  sqlite3_vfs vfs{};
  std::map<std::string, FilePtr> names;         // as seen
  std::map<std::string, FilePtr> synced_names;  // as a crash leaves them for certain
  uint64_t operations = 0;
  uint64_t operations_until_cut = UINT64_MAX;
  uint64_t free_bytes = UINT64_MAX;
  uint64_t random_counter = 0;
  int open_files = 0;

  bool take_operation() {
    if (operations_until_cut == 0) return false;
    if (operations_until_cut != UINT64_MAX) --operations_until_cut;
    ++operations;
    return true;
  }
  bool take_room(size_t more_bytes) {
    if (free_bytes == UINT64_MAX) return true;
    if (more_bytes > free_bytes) return false;
    free_bytes -= more_bytes;
    return true;
  }
  void give_room(size_t bytes) {
    if (free_bytes != UINT64_MAX) free_bytes += bytes;
  }
};

namespace {

SimDisk::State& disk_of(sqlite3_vfs* vfs) { return *static_cast<SimDisk::State*>(vfs->pAppData); }

int close_file(sqlite3_file* file) {
  Handle& handle = handle_of(file);
  std::erase(handle.file->lockers, &handle);
  --handle.disk->open_files;
  handle.~Handle();
  return SQLITE_OK;
}

int read_at(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
  const Bytes& now = handle_of(file).file->now;
  const size_t from = std::min(static_cast<size_t>(at), now.size());
  const size_t there = std::min(static_cast<size_t>(size), now.size() - from);
  if (there > 0) std::memcpy(out, now.data() + from, there);
  if (there == static_cast<size_t>(size)) return SQLITE_OK;
  std::memset(static_cast<uint8_t*>(out) + there, 0, static_cast<size_t>(size) - there);
  return SQLITE_IOERR_SHORT_READ;
}

int write_at(sqlite3_file* file, const void* in, int size, sqlite3_int64 at) {
  Handle& handle = handle_of(file);
  if (!handle.disk->take_operation()) return SQLITE_IOERR_WRITE;
  Bytes& now = handle.file->now;
  const size_t from = static_cast<size_t>(at);
  const size_t until = from + static_cast<size_t>(size);
  if (until > now.size()) {
    if (!handle.disk->take_room(until - now.size())) return SQLITE_FULL;
    handle.file->mark(std::min(from, now.size()), until);
    now.resize(until);
  }
  std::memcpy(now.data() + from, in, static_cast<size_t>(size));
  handle.file->mark(from, until);
  return SQLITE_OK;
}

int truncate_to(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = handle_of(file);
  if (!handle.disk->take_operation()) return SQLITE_IOERR_TRUNCATE;
  Bytes& now = handle.file->now;
  const size_t new_size = static_cast<size_t>(size);
  if (new_size >= now.size()) return SQLITE_OK;
  handle.disk->give_room(now.size() - new_size);
  handle.file->mark(new_size, now.size());
  now.resize(new_size);
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int) {
  Handle& handle = handle_of(file);
  if (!handle.disk->take_operation()) return SQLITE_IOERR_FSYNC;
  handle.file->sync();
  if (handle.syncs_folder) {
    const auto folder_of = [](const std::string& name) { return name.substr(0, name.rfind('/') + 1); };
    const std::string folder = folder_of(handle.name);
    std::erase_if(handle.disk->synced_names,
                  [&](const auto& entry) { return folder_of(entry.first) == folder; });
    for (const auto& [name, seen] : handle.disk->names) {
      if (folder_of(name) == folder) handle.disk->synced_names[name] = seen;
    }
    handle.syncs_folder = false;
  }
  // As on journalling file systems, a synced new file is found again under its name.
  const auto seen = handle.disk->names.find(handle.name);
  if (seen != handle.disk->names.end() && seen->second == handle.file) {
    handle.disk->synced_names[handle.name] = handle.file;
  }
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(handle_of(file).file->now.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int level) {
  Handle& handle = handle_of(file);
  if (handle.lock >= level) return SQLITE_OK;
  auto& lockers = handle.file->lockers;
  for (const Handle* other : lockers) {
    if (other == &handle) continue;
    const bool blocked = level == SQLITE_LOCK_SHARED     ? other->lock >= SQLITE_LOCK_PENDING
                         : level == SQLITE_LOCK_RESERVED ? other->lock >= SQLITE_LOCK_RESERVED
                                                         : true;
    if (blocked) return SQLITE_BUSY;
  }
  std::erase(lockers, &handle);
  lockers.push_back(&handle);
  handle.lock = level;
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* file, int level) {
  Handle& handle = handle_of(file);
  handle.lock = std::min(handle.lock, level);
  if (level == SQLITE_LOCK_NONE) std::erase(handle.file->lockers, &handle);
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file* file, int* out) {
  *out = 0;
  for (const Handle* other : handle_of(file).file->lockers) {
    if (other->lock >= SQLITE_LOCK_RESERVED) *out = 1;
  }
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return kSectorBytes; }
int device_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

// Version 1 has no shared memory, so WAL works with exclusive locking only.
const sqlite3_io_methods kMethods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_at,
    .xWrite = write_at,
    .xTruncate = truncate_to,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  file->pMethods = nullptr;
  SimDisk::State& disk = disk_of(vfs);
  FilePtr found;
  bool is_new = false;
  if (name == nullptr) {
    found = std::make_shared<File>();
  } else if (const auto seen = disk.names.find(name); seen != disk.names.end()) {
    found = seen->second;
  } else {
    if ((flags & SQLITE_OPEN_CREATE) == 0 || !disk.take_operation()) return SQLITE_CANTOPEN;
    found = std::make_shared<File>();
    disk.names[name] = found;
    is_new = true;
  }
  auto* handle = new (file) Handle{};
  handle->base.pMethods = &kMethods;
  handle->disk = &disk;
  handle->file = std::move(found);
  handle->name = name == nullptr ? "" : name;
  handle->lock = SQLITE_LOCK_NONE;
  handle->syncs_folder =
      is_new && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  ++disk.open_files;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  SimDisk::State& disk = disk_of(vfs);
  const auto seen = disk.names.find(name);
  if (seen == disk.names.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (!disk.take_operation()) return SQLITE_IOERR_DELETE;
  disk.give_room(seen->second->now.size());
  disk.names.erase(seen);
  if (sync_folder != 0) disk.synced_names.erase(name);
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* out) {
  *out = disk_of(vfs).names.contains(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_pathname(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs* vfs, int size, char* out) {
  SeededRandom random(++disk_of(vfs).random_counter);
  random.fill({reinterpret_cast<uint8_t*>(out), static_cast<size_t>(size)});
  return size;
}

int sleep_us(sqlite3_vfs*, int microseconds) { return microseconds; }
int last_error(sqlite3_vfs*, int, char*) { return 0; }

int current_time(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2440587.5;  // 1970-01-01
  return SQLITE_OK;
}

uint64_t next_disk_number() {
  static uint64_t count = 0;
  return ++count;
}

}  // namespace

SimDisk::SimDisk() : state_(std::make_unique<State>()) {
  state_->name = "sim-disk-" + std::to_string(next_disk_number());
  state_->shim_name = "multipleciphers-" + state_->name;
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_pathname;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep_us;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  HW_ASSERT(sqlite3_initialize() == SQLITE_OK);
  HW_ASSERT(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

SimDisk::~SimDisk() {
  HW_ASSERT(state_->open_files == 0);
  sqlite3mc_vfs_destroy(state_->shim_name.c_str());
  sqlite3_vfs_unregister(&state_->vfs);
}

const char* SimDisk::vfs_name() const { return state_->name.c_str(); }
uint64_t SimDisk::operations() const { return state_->operations; }
void SimDisk::cut_power_after(uint64_t more) { state_->operations_until_cut = more; }
bool SimDisk::has_power() const { return state_->operations_until_cut > 0; }
void SimDisk::set_free_bytes(uint64_t free_bytes) { state_->free_bytes = free_bytes; }

void SimDisk::crash(Random& random) {
  HW_ASSERT(state_->open_files == 0);
  std::set<std::string> all;
  for (const auto& [name, file] : state_->names) all.insert(name);
  for (const auto& [name, file] : state_->synced_names) all.insert(name);
  std::map<std::string, FilePtr> left;
  for (const std::string& name : all) {
    const auto seen = state_->names.find(name);
    const auto synced = state_->synced_names.find(name);
    FilePtr as_seen = seen == state_->names.end() ? nullptr : seen->second;
    const FilePtr as_synced = synced == state_->synced_names.end() ? nullptr : synced->second;
    if (as_seen != as_synced && random.bytes(1)[0] % 2 == 0) as_seen = as_synced;
    if (as_seen == nullptr) continue;
    as_seen->settle(random);
    left[name] = as_seen;
  }
  state_->names = left;
  state_->synced_names = std::move(left);
  state_->operations_until_cut = UINT64_MAX;
}

std::optional<Bytes> SimDisk::read_file(const std::string& path) const {
  const auto seen = state_->names.find(path);
  if (seen == state_->names.end()) return std::nullopt;
  return seen->second->now;
}

void SimDisk::write_file(const std::string& path, BytesView content) {
  FilePtr& file = state_->names[path];
  if (file == nullptr) file = std::make_shared<File>();
  file->now = copy_of(content);
  file->synced = file->now;
  file->is_dirty.clear();
  file->dirty.clear();
  state_->synced_names[path] = file;
}

std::vector<std::string> SimDisk::files() const {
  std::vector<std::string> out;
  for (const auto& [name, file] : state_->names) out.push_back(name);
  return out;
}

}  // namespace homeward::sim
