#include <filesystem>
#include <memory>
#include <utility>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "rocksdb/db.h"
#include "storage/damaged_file.h"
#include "storage/directory_store.h"
#include "storage/read_database.h"
#include "storage/rocksdb_options.h"
#include "storage/table_check.h"

namespace tally {
namespace {

// RocksDB's lock on a directory. RocksDB takes no lock itself to open a directory for reading, and would read one that
// a node is writing.
class DirectoryLock {
 public:
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory) {
    rocksdb::FileLock* lock = nullptr;
    rocksdb::Status status = rocksdb::Env::Default()->LockFile(directory + "/LOCK", &lock);
    if (!status.ok()) return FromRocksDbAtStart(status, directory);
    return DirectoryLock(lock);
  }
  ~DirectoryLock() {
    if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_);
  }
  DirectoryLock(DirectoryLock&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}

 private:
  explicit DirectoryLock(rocksdb::FileLock* lock) : lock_(lock) {}

  rocksdb::FileLock* lock_;
};

}  // namespace

absl::StatusOr<CheckpointContents> ReadCheckpoint(const std::string& directory, StorageLog log) {
  ASSIGN_OR_RETURN(std::optional<CheckpointContents> contents, ReadCheckpointIfAny(directory, std::move(log)));
  if (contents) return *std::move(contents);
  return absl::FailedPreconditionError(Cat("data directory ", directory, ": expected a checkpoint, found none"));
}

absl::StatusOr<std::optional<CheckpointContents>> ReadCheckpointIfAny(const std::string& directory, StorageLog log) {
  std::optional<CheckpointContents> none;
  // Taking the lock would create its file, and this must change nothing.
  if (!std::filesystem::exists(directory + "/LOCK")) return none;
  ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::Take(directory));
  ASSIGN_OR_RETURN(std::string manifest, FindManifest(directory, *rocksdb::Env::Default()));
  // A node that was killed before it created a database left a lock and nothing else.
  if (!std::filesystem::exists(directory + "/CURRENT")) return none;
  const std::unique_ptr<rocksdb::Env> env = CheckTables(*rocksdb::Env::Default());
  rocksdb::DB* opened = nullptr;
  rocksdb::Options options = RocksDbOptions(std::move(log), *env);
  options.create_if_missing = false;
  rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, directory, &opened);
  if (!status.ok()) return FromRocksDbAtStart(status, directory);
  std::unique_ptr<rocksdb::DB> db(opened);
  ASSIGN_OR_RETURN(const std::string header, ReadHeader(*db, directory));
  return ReadDatabase(*db, header, directory, manifest);
}

}  // namespace tally
