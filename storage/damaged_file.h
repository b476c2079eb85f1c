// Which file of a directory is damaged, where RocksDB does not say so or, as 7.8 does, blames the MANIFEST for a table.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace tally {

// The path of a directory's MANIFEST, before RocksDB opens it and writes another; that of CURRENT where there is none.
// DataLoss where tables or logs are there without CURRENT: RocksDB would begin a new database, and remove the tables.
absl::StatusOr<std::string> FindManifest(const std::string& directory, rocksdb::Env& env);

// Where a directory could not be opened or read, and RocksDB said `message`: the path of a table that is missing, or of
// the first whose checksums are wrong, for which all are read; else of what says which tables there are.
std::string DamagedFile(const std::string& directory, std::string_view message);

}  // namespace tally
