// Checks the properties of a table when RocksDB opens it. RocksDB parses them before it verifies a checksum, and a
// build with assertions, such as Debian's, aborts the process on some damaged ones.
//
// Tables are checked when they are opened, not all files of the directory: a crash may leave incomplete tables that
// RocksDB never opens.
#pragma once

#include <memory>

namespace rocksdb {
class Env;
}

namespace tally {

// The files of `env`, which outlives the result. Opening a table with damaged properties fails with Corruption, and the
// message names the file. A table with a kind of checksum other than CRC-32C (RocksDB's default is another) is opened
// without this check.
std::unique_ptr<rocksdb::Env> CheckTables(rocksdb::Env& env);

}  // namespace tally
