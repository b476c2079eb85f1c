// The directory with the checkpoint. The counters and the offsets of one moment travel together: they are written in
// one batch and loaded as one. storage/FORMAT.md says what the bytes mean.
//
//   ASSIGN_OR_RETURN(auto store, CheckpointStore::Open("tallyd-data", log));
//   ASSIGN_OR_RETURN(auto contents, store->Load());         // nothing at a first start
//   RETURN_IF_ERROR(store->Write(counters.Cut(), metrics)); // atomic and synced
//
// Error codes say what to do: FailedPrecondition (locked by another process, of another version, continued by another
// node) and DataLoss (damaged) mean that this directory cannot be used as it is; anything else is the disk's trouble.
//
// Not thread-safe: belongs to one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/counters/counters.h"
#include "storage/fingerprint.h"
#include "storage/rows.h"

namespace rocksdb {
class DB;
class Env;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace tally {

// Takes a line of RocksDB's own log. Called by any of its threads.
using StorageLog = std::function<void(std::string_view line)>;

// What the configuration says of the metrics, and since when each was counted.
struct MetricRows {
  std::string event;                         // the fingerprint of [event]
  std::map<std::string, MetricRow> metrics;  // by name
};

struct CheckpointContents {
  HeaderRow header;
  MetricRows metrics;
  Saved saved;

  Fingerprints fingerprints() const;
};

class CheckpointStore {
 public:
  // Opens `directory`, which is made if it is not there, and takes its lock. In the files of `env`, which outlives the
  // store, or of the machine.
  static absl::StatusOr<std::unique_ptr<CheckpointStore>> Open(const std::string& directory, StorageLog log,
                                                               rocksdb::Env* env = nullptr);
  ~CheckpointStore();

  // The last checkpoint, or nothing if there is none.
  absl::StatusOr<std::optional<CheckpointContents>> Load();

  // Writes the next checkpoint. REQUIRES: Load() was called, and `changes` hold all that changed since the last Write()
  // that succeeded: a failed one may or may not have reached the disk, and the next one settles it.
  // After a failure the next call opens the directory anew, since RocksDB stays read-only after an I/O error.
  absl::Status Write(const Changes& changes, const MetricRows& metrics);

  // The same, in place of all that is there; in one batch too.
  absl::Status Replace(const Changes& changes, const MetricRows& metrics);

  const std::string& directory() const { return directory_; }
  const std::string& node() const { return node_; }  // drawn by the first Write() of a directory
  uint64_t sequence() const { return sequence_; }    // of the last checkpoint known to be on the disk; 0: none

 private:
  CheckpointStore(std::string directory, StorageLog log, rocksdb::Env* env);

  rocksdb::Status OpenDatabase();
  absl::Status Reopen();
  absl::Status CheckOurs();
  absl::Status Commit(rocksdb::WriteBatch& batch, const Changes& changes, const MetricRows& metrics, bool replace);
  bool HasRow(SeriesId id) const;
  void SetHasRow(SeriesId id, bool has_row);

  const std::string directory_;
  const StorageLog log_;
  const std::unique_ptr<rocksdb::Env> env_;  // checks tables
  std::unique_ptr<rocksdb::DB> db_;
  std::string manifest_;  // that was there before it was opened
  std::string node_;
  uint64_t sequence_ = 0;
  // What is on the disk as of the last checkpoint that is known to be there.
  absl::flat_hash_set<BlockKey> blocks_;
  std::vector<bool> series_;  // by number, as they are dense: a set takes eighty times the room
  uint64_t series_rows_ = 0;  // how many of them are true
  MetricRows metrics_;
  // The header that is there, and behind it that of a batch which failed and may be there. Empty: no checkpoint.
  std::vector<std::string> headers_ = {""};
};

// Reads the checkpoint of a stopped or crashed node and changes nothing in the directory, whose lock it holds
// meanwhile.
// FailedPrecondition if there is no checkpoint.
absl::StatusOr<CheckpointContents> ReadCheckpoint(const std::string& directory, StorageLog log);

}  // namespace tally
