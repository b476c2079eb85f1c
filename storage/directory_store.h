// Checkpoints in a directory, as one RocksDB database. storage/FORMAT.md describes the bytes.
//
//   ASSIGN_OR_RETURN(auto store, DirectoryStore::Open("tallyd-data", log));
//
// A directory of an older version is opened too. The first checkpoint that is written to it replaces all of its rows by
// today's rows, in the same batch. Until then a release of that version can still open it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/checkpoint_store.h"
#include "storage/read_rows.h"
#include "storage/rocksdb_options.h"
#include "storage/stored_rows.h"

namespace rocksdb {
class DB;
class Env;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace tally {

class DirectoryStore : public CheckpointStore {
 public:
  // Opens `directory`, creates it if it does not exist, and takes its lock. The files are those of `env`, which
  // outlives the store; without `env`, those of the machine. `versions` are the versions that it reads, and also
  // outlive it.
  static absl::StatusOr<std::unique_ptr<DirectoryStore>> Open(const std::string& directory, StorageLog log,
                                                              rocksdb::Env* env = nullptr,
                                                              FormatVersions versions = ReadableVersions());
  ~DirectoryStore() override;

  absl::StatusOr<std::optional<CheckpointContents>> Load() override;

  // After a failure the next call opens the directory again, because RocksDB stays read-only after an I/O error.
  absl::Status Write(const Changes& changes, const MetricRows& metrics) override;
  absl::Status Replace(const Changes& changes, const MetricRows& metrics) override;

  const std::string& node() const override { return rows_.node(); }
  uint64_t sequence() const override { return rows_.sequence(); }

 private:
  DirectoryStore(std::string directory, StorageLog log, rocksdb::Env* env, FormatVersions versions);

  rocksdb::Status OpenDatabase();
  absl::Status Reopen();
  absl::Status CheckOurs();
  absl::Status Upgrade(rocksdb::WriteBatch& batch);
  absl::Status DeleteAll(rocksdb::WriteBatch& batch);
  absl::Status Commit(rocksdb::WriteBatch& batch, StoredRows& before, const Changes& changes,
                      const MetricRows& metrics);

  const std::string directory_;
  const StorageLog log_;
  const std::unique_ptr<rocksdb::Env> env_;  // checks tables
  const FormatVersions versions_;
  std::unique_ptr<rocksdb::DB> db_;  // null after a failed write
  std::string manifest_;             // the one from before the directory was opened
  StoredRows rows_;                  // of the last checkpoint that is known to be on the disk
  // The header on the disk and, after it, that of a failed batch, which may also be on the disk. Empty: no checkpoint.
  std::vector<std::string> headers_ = {""};
};

// Reads the checkpoint of a stopped or crashed node. Changes nothing in the directory, and holds its lock while it
// reads. FailedPrecondition if there is no checkpoint; else the errors of CheckpointStore.
absl::StatusOr<CheckpointContents> ReadCheckpoint(const std::string& directory, StorageLog log);

// The same, but nothing if there is no checkpoint.
absl::StatusOr<std::optional<CheckpointContents>> ReadCheckpointIfAny(const std::string& directory, StorageLog log);

}  // namespace tally
