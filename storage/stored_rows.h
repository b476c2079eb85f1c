// Which rows a checkpoint consists of, and which of them the next one changes. It knows no disk: a store writes what it
// is told, in one atomic step, wherever that is.
//
//   StoredRows rows(contents);                                   // as loaded; StoredRows() where there is none
//   HeaderRow header = rows.Next(changes, metrics, sink);        // the sink takes the rows
//   if (written) rows.Take(header, changes, metrics);
//
// Every row holds absolute values, so the rows of a checkpoint whose write failed may be written again with the next.
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

// Takes a row. Without a value it is deleted.
using RowSink = absl::FunctionRef<void(std::string_view key, std::optional<std::string_view> value)>;

class StoredRows {
 public:
  StoredRows() = default;
  explicit StoredRows(const CheckpointContents& contents);

  // Tells `sink` every row that the next checkpoint puts or deletes, and returns its header, which is one of them.
  // REQUIRES: `changes` hold all that changed since the last Take().
  HeaderRow Next(const Changes& changes, const MetricRows& metrics, RowSink sink) const;

  // What Next() told is stored.
  void Take(const HeaderRow& header, const Changes& changes, const MetricRows& metrics);

  // The same identity and sequence, and no rows: for a checkpoint in place of all that is stored.
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
  std::vector<bool> series_;  // by number, as they are dense: a set takes eighty times the room
  uint64_t series_rows_ = 0;  // how many of them are true
  std::vector<std::string> metrics_;
};

// Tells `sink` every row of a checkpoint, in today's version.
void AllRows(const CheckpointContents& contents, RowSink sink);

}  // namespace tally
