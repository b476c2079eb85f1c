// How RocksDB is used here: for one small, synced, atomic batch a second, and nothing else.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"
#include "storage/checkpoint_store.h"

namespace tally {

// REQUIRES: `env` is one of CheckTables() (storage/table_check.h), and lives longer than what is opened so.
rocksdb::Options RocksDbOptions(StorageLog log, rocksdb::Env& env);
rocksdb::ReadOptions ReadOptions();  // checksums verified

// A lock that another holds is FailedPrecondition; damage, as a file that is missing, is DataLoss; all else is
// Unavailable. The message names `directory`.
absl::Status FromRocksDb(const rocksdb::Status& status, const std::string& directory);

// The same, and damage names its file, for which all tables may have to be read: for a start, which ends with it.
absl::Status FromRocksDbAtStart(const rocksdb::Status& status, const std::string& directory);

}  // namespace tally
