// Reads a checkpoint from a RocksDB database.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "storage/checkpoint.h"
#include "storage/read_rows.h"

namespace rocksdb {
class DB;
}

namespace tally {

// The value of the header row, of any version; empty without a header. DataLoss if it names no version.
absl::StatusOr<std::string> ReadHeader(rocksdb::DB& db, const std::string& directory);

// Every row, read and checked; nothing if the database has no row. Errors are those of NewRowsReader() and RowsReader
// and, if RocksDB cannot read, those of FromRocksDbAtStart(). Rows of an unknown version are not read. `header` is the
// result of ReadHeader(); `manifest` is from before `db` opened the directory.
absl::StatusOr<std::optional<CheckpointContents>> ReadDatabase(rocksdb::DB& db, const std::string& header,
                                                               const std::string& directory,
                                                               const std::string& manifest,
                                                               FormatVersions versions = ReadableVersions());

}  // namespace tally
