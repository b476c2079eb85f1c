#include "storage/read_database.h"

#include <memory>
#include <utility>

#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "rocksdb/db.h"
#include "storage/rocksdb_options.h"
#include "storage/rows.h"

namespace tally {

absl::StatusOr<std::string> ReadHeader(rocksdb::DB& db, const std::string& directory) {
  std::string header;
  const rocksdb::Status status = db.Get(ReadOptions(), HeaderKey(), &header);
  if (!status.ok() && !status.IsNotFound()) return FromRocksDbAtStart(status, directory);
  if (status.ok()) RETURN_IF_ERROR(Annotate(VersionOf(header).status(), Cat("data directory ", directory)));
  return header;
}

absl::StatusOr<std::optional<CheckpointContents>> ReadDatabase(rocksdb::DB& db, const std::string& header,
                                                               const std::string& directory,
                                                               const std::string& manifest, FormatVersions versions) {
  const std::string context = Cat("data directory ", directory);
  // The file is correct as far as it reaches: every row that is read has its checksum. The missing rows were in a lost
  // end, and nothing in the file shows that.
  const std::string incomplete =
      Cat(context, ": incomplete, as if ", manifest, " or a .log (the WAL) had lost its end");
  std::unique_ptr<rocksdb::Iterator> row(db.NewIterator(ReadOptions()));
  row->SeekToFirst();
  if (!row->status().ok()) return FromRocksDbAtStart(row->status(), directory);
  // This does not depend on the files: a power loss before the first checkpoint may leave a table that belongs to
  // nothing.
  if (!row->Valid()) return std::nullopt;
  if (header.empty()) return Annotate(absl::DataLossError("there are rows, but no header"), incomplete);

  absl::StatusOr<std::unique_ptr<RowsReader>> reader = NewRowsReader(header, versions);
  if (!reader.ok()) return Annotate(reader.status(), context);
  for (; row->Valid(); row->Next()) {
    CrashPoint("loading a row");
    RETURN_IF_ERROR(Annotate((*reader)->Take(row->key().ToStringView(), row->value().ToStringView()), context));
  }
  if (!row->status().ok()) return FromRocksDbAtStart(row->status(), directory);
  absl::StatusOr<CheckpointContents> contents = (*reader)->Finish();
  if (!contents.ok()) return Annotate(contents.status(), incomplete);
  return *std::move(contents);
}

}  // namespace tally
