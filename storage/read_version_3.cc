#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "storage/read_rows.h"

namespace tally {
namespace {

class Version3Reader : public RowsReader {
 public:
  absl::Status Take(std::string_view key, std::string_view value) override {
    switch (static_cast<RowKind>(key.empty() ? '\0' : key[0])) {
      case RowKind::kHeader:
        if (key != HeaderKey()) break;
        return Set(HeaderOf(value), contents_.header);
      case RowKind::kEvent:
        if (key != EventKey()) break;
        ++events_;
        contents_.metrics.event = value;
        return absl::OkStatus();
      case RowKind::kMetric:
        return Set(MetricOf(key, value), contents_.metrics.metrics[std::string(key.substr(1))]);
      case RowKind::kPartition:
        return Add(PartitionOf(key, value), contents_.saved.partitions);
      case RowKind::kSeries:
        return Add(SeriesOf(key, value), contents_.saved.series);
      case RowKind::kBlock:
        return Add(BlockOfRow(key, value), contents_.saved.blocks);
      case RowKind::kLink:
        return Add(LinkOf(key, value), links_);
    }
    return absl::DataLossError("a row of a kind that storage/FORMAT.md does not have");
  }

  absl::StatusOr<CheckpointContents> Finish() override {
    const HeaderRow& header = contents_.header;
    RETURN_IF_ERROR(CheckRows("event", 1, events_));
    RETURN_IF_ERROR(CheckRows("partition", header.partitions, contents_.saved.partitions.size()));
    RETURN_IF_ERROR(CheckRows("series", header.series, contents_.saved.series.size()));
    RETURN_IF_ERROR(CheckRows("block", header.blocks, contents_.saved.blocks.size()));
    RETURN_IF_ERROR(CheckRows("metric", header.metrics, contents_.metrics.metrics.size()));
    RETURN_IF_ERROR(CheckLinks());
    RETURN_IF_ERROR(CheckSeries());
    contents_.saved.horizon = header.horizon;
    contents_.saved.clock = header.clock;
    return std::move(contents_);
  }

 private:
  template <typename T>
  static absl::Status Set(absl::StatusOr<T> row, T& target) {
    if (row.ok()) target = std::move(*row);
    return row.status();
  }

  template <typename T>
  static absl::Status Add(absl::StatusOr<T> row, std::vector<T>& target) {
    if (row.ok()) target.push_back(std::move(*row));
    return row.status();
  }

  static absl::Status CheckRows(std::string_view kind, uint64_t expected, size_t found) {
    if (expected == found) return absl::OkStatus();
    return absl::DataLossError(Cat("expected ", expected, " ", kind, " rows, found ", found));
  }

  absl::Status CheckLinks() const {
    for (uint64_t sequence : links_) {
      if (sequence == contents_.header.sequence) continue;
      return absl::DataLossError(
          Cat("checkpoint ", contents_.header.sequence, " is there, but not checkpoint ", sequence + 1, " before it"));
    }
    return CheckRows("link", 1, links_.size());
  }

  absl::Status CheckSeries() const {
    absl::flat_hash_set<std::string> names;
    absl::flat_hash_map<BlockIndex, BlockCells> named;  // not a vector: a wrong number may be any
    for (const auto& [id, name] : contents_.saved.series) {
      if (!names.insert(name).second) return absl::DataLossError("a series' name has two numbers");
      named[BlockOf(id)][CellOf(id) / 64] |= uint64_t{1} << (CellOf(id) % 64);
    }
    for (const auto& [key, block] : contents_.saved.blocks) {
      const BlockCells cells = block.cells();
      const auto names_of_block = named.find(key.block);
      for (size_t word = 0; word < cells.size(); ++word) {
        if (names_of_block == named.end() || (cells[word] & ~names_of_block->second[word]) != 0) {
          return absl::DataLossError(Cat("block ", key.block, " has a count for a series without a name"));
        }
      }
    }
    return absl::OkStatus();
  }

  CheckpointContents contents_;
  std::vector<uint64_t> links_;
  uint64_t events_ = 0;
};

}  // namespace

std::unique_ptr<RowsReader> NewRowsReaderVersion3() { return std::make_unique<Version3Reader>(); }

}  // namespace tally
