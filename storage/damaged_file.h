// Finds the damaged file of a directory. RocksDB does not always report it, and 7.8 names the MANIFEST if a table is
// damaged.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace tally {

// The path of a directory's MANIFEST before RocksDB opens the directory and writes another one; the path of CURRENT
// without a MANIFEST. DataLoss if there are tables or WAL files without CURRENT: RocksDB would create a new database
// and remove the tables.
absl::StatusOr<std::string> FindManifest(const std::string& directory, rocksdb::Env& env);

// For a directory that could not be opened or read, with RocksDB's `message`: the path of the missing table, or of the
// first table with a wrong checksum (this reads all tables), or else of the file that lists the tables.
std::string DamagedFile(const std::string& directory, std::string_view message);

}  // namespace tally
