// Determines the rows of a checkpoint, and the rows that the next one changes. It does not use a disk: a store writes
// the rows, in one atomic step.
//
//   StoredRows rows(contents);                                   // as loaded; StoredRows() without a checkpoint
//   HeaderRow header = rows.Next(changes, metrics, sink);        // the sink takes the rows
//   if (written) rows.Take(header, changes, metrics);
//
// Every row holds absolute values, so the rows of a failed checkpoint can be written again with the next one.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "core/counters/changes.h"
#include "storage/checkpoint.h"

namespace tally {

// Takes a row. A row without a value is deleted.
using RowSink = absl::FunctionRef<void(std::string_view key, std::optional<std::string_view> value)>;

class StoredRows {
 public:
  StoredRows() = default;
  explicit StoredRows(const CheckpointContents& contents);

  // Passes to `sink` every row that the next checkpoint puts or deletes, and returns its header, which is one of them.
  // REQUIRES: `changes` hold all changes since the last Take().
  HeaderRow Next(const Changes& changes, const MetricRows& metrics, RowSink sink) const;

  // The rows of Next() are stored.
  void Take(const HeaderRow& header, const Changes& changes, const MetricRows& metrics);

  // The same identity and sequence without rows: for a checkpoint that replaces everything that is stored.
  StoredRows WithoutRows() const;

  const std::string& node() const { return node_; }
  void set_node(std::string node) { node_ = std::move(node); }
  uint64_t sequence() const { return sequence_; }

 private:
  bool HasSeries(SeriesId id) const;
  void SetHasSeries(SeriesId id, bool has_row);

  std::string node_;
  uint64_t sequence_ = 0;
  absl::flat_hash_set<BlockKey> blocks_;
  std::vector<bool> series_;  // by number, because numbers are dense: a set takes eighty times the memory
  uint64_t series_rows_ = 0;  // how many of them are true
  std::vector<std::string> metrics_;
};

// Passes to `sink` every row of a checkpoint, in today's version.
void AllRows(const CheckpointContents& contents, RowSink sink);

}  // namespace tally
