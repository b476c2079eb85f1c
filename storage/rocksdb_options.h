// How RocksDB is used here: for one small, synced, atomic batch a second, and nothing else.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/options.h"
#include "rocksdb/status.h"
#include "storage/checkpoint_store.h"

namespace tally {

rocksdb::Options RocksDbOptions(StorageLog log);
rocksdb::ReadOptions ReadOptions();   // checksums verified

// A lock that another holds is FailedPrecondition, damage is DataLoss, all else Unavailable; the message names
// `directory`.
absl::Status FromRocksDb(const rocksdb::Status& status, std::string_view directory);

}  // namespace tally
