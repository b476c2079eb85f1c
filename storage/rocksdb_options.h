// The RocksDB options for one small, synced, atomic batch a second, and nothing else.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"

namespace tally {

// Takes one of RocksDB's own messages. Any of RocksDB's threads calls it.
using StorageLog = std::function<void(std::string_view line)>;

// REQUIRES: `env` comes from CheckTables() (storage/table_check.h) and outlives every database opened with the options.
rocksdb::Options RocksDbOptions(StorageLog log, rocksdb::Env& env);
rocksdb::ReadOptions ReadOptions();  // checksums verified

// A lock that another process holds is FailedPrecondition, damage (including a missing file) is DataLoss, and
// everything else is Unavailable. The message names `directory`.
absl::Status FromRocksDb(const rocksdb::Status& status, const std::string& directory);

// The same, and for damage the message names the file. This may read all tables, so it is only for a start, which ends
// with this error.
absl::Status FromRocksDbAtStart(const rocksdb::Status& status, const std::string& directory);

}  // namespace tally
