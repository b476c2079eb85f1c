// Every row of a checkpoint, read and checked.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "storage/checkpoint_store.h"

namespace tally {

// Nothing if the database has no row. DataLoss if a row is not as storage/FORMAT.md says, a block has a count for a
// number without a name, a name comes twice, or a row or a whole checkpoint is missing. `manifest` was there before
// `db` opened the directory.
absl::StatusOr<std::optional<CheckpointContents>> ReadRows(rocksdb::DB& db, const std::string& directory,
                                                           const std::string& manifest);

}  // namespace tally
