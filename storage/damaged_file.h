// Which file of a directory is damaged. RocksDB does not always say it, and 7.8 names the MANIFEST if a table is
// damaged.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace tally {

// The path of a directory's MANIFEST before RocksDB opens the directory and writes another one; that of CURRENT if
// there is none. DataLoss if tables or logs are there without CURRENT: RocksDB would create a new database and remove
// the tables.
absl::StatusOr<std::string> FindManifest(const std::string& directory, rocksdb::Env& env);

// For a directory that could not be opened or read, when RocksDB said `message`: the path of the missing table, or of
// the first table with a wrong checksum (all tables are read for this), or else of the file that lists the tables.
std::string DamagedFile(const std::string& directory, std::string_view message);

}  // namespace tally
