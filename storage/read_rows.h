// Converts the rows of a checkpoint, of any version, to today's structures. It does not use a disk: the rows may come
// from anywhere.
//
//   ASSIGN_OR_RETURN(auto reader, NewRowsReader(header));
//   for (each row) RETURN_IF_ERROR(reader->Take(key, value));
//   ASSIGN_OR_RETURN(CheckpointContents contents, reader->Finish());
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/checkpoint.h"

namespace tally {

// Errors are DataLoss: a row differs from that version's FORMAT.md, a block has a count for a number without a name, a
// name occurs twice, or a row or a whole checkpoint is missing.
class RowsReader {
 public:
  virtual ~RowsReader() = default;
  virtual absl::Status Take(std::string_view key, std::string_view value) = 0;  // each row once, in any order
  virtual absl::StatusOr<CheckpointContents> Finish() = 0;                      // after the last row, once
};

struct FormatVersion {
  uint64_t version;
  std::unique_ptr<RowsReader> (*new_reader)();
};
using FormatVersions = std::span<const FormatVersion>;

// Every version that a release has written, oldest first. The last one is the version that this release writes. A
// released version stays in this table: its reader lets newer releases open its directories.
FormatVersions ReadableVersions();

// The reader for the version that the value of a header row names. Unimplemented if it is not among `versions`,
// DataLoss if it names none.
absl::StatusOr<std::unique_ptr<RowsReader>> NewRowsReader(std::string_view header,
                                                          FormatVersions versions = ReadableVersions());

std::unique_ptr<RowsReader> NewRowsReaderVersion3();

}  // namespace tally
