// Stores checkpoints. The counters and the offsets of one moment belong together: they are written in one atomic step
// and loaded together.
//
//   ASSIGN_OR_RETURN(auto contents, store.Load());         // nothing at a first start
//   RETURN_IF_ERROR(store.Write(counters.Cut(), metrics)); // atomic and durable
//
// The error codes tell the caller what to do. These mean that the store cannot be used: FailedPrecondition (locked by
// another process, or written by another node), DataLoss (damaged), Unimplemented (of a format version that this
// release does not read). Any other code is a storage problem that may pass.
//
// Not thread-safe: one thread at a time, except node() once an identity exists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/counters/changes.h"
#include "storage/checkpoint.h"

namespace tally {

class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;

  // The last checkpoint, or nothing if there is none.
  virtual absl::StatusOr<std::optional<CheckpointContents>> Load() = 0;

  // Writes the next checkpoint. REQUIRES: Load() succeeded, and `changes` hold all changes since the last successful
  // Write(). A failed one may or may not be stored; the next one settles it.
  virtual absl::Status Write(const Changes& changes, const MetricRows& metrics) = 0;

  // Writes the next checkpoint and replaces everything that is stored, also in one step. REQUIRES: Load() was called,
  // and succeeded or returned Unimplemented.
  virtual absl::Status Replace(const Changes& changes, const MetricRows& metrics) = 0;

  virtual const std::string& node() const = 0;  // the identity of what is stored; empty before the first Write()
  virtual uint64_t sequence() const = 0;        // of the last checkpoint that is known to be stored; 0: none
};

}  // namespace tally
