// A table is checked where RocksDB opens it, for what RocksDB looks into before it verifies a checksum: the properties.
// A build with assertions, as Debian's, aborts the process over some that are damaged.
//
// It is the opening that is watched, and not the directory: a crash may leave halves of tables there which RocksDB
// never opens.
#pragma once

#include <memory>

namespace rocksdb {
class Env;
}

namespace tally {

// The files of `env`, which lives longer, but that a table with damaged properties is Corruption, which names the file,
// to whoever opens it. A table with checksums of another kind, as RocksDB makes them unless told otherwise, is opened
// as it is.
std::unique_ptr<rocksdb::Env> CheckTables(rocksdb::Env& env);

}  // namespace tally
