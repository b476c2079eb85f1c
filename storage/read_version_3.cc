#include "storage/read_rows.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "rocksdb/db.h"
#include "storage/damaged_file.h"
#include "storage/rocksdb_options.h"

namespace tally {
namespace {

// Takes the rows one by one.
class RowReader {
 public:
  absl::Status Take(std::string_view key, std::string_view value) {
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

  absl::StatusOr<CheckpointContents> Finish() && {
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
    if (row.ok()) target = *std::move(row);
    return row.status();
  }

  template <typename T>
  static absl::Status Add(absl::StatusOr<T> row, std::vector<T>& target) {
    if (row.ok()) target.push_back(*std::move(row));
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
    absl::flat_hash_map<BlockIndex, BlockCells> named;  // not a vector: a number that is wrong may be any
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
  size_t events_ = 0;
};

}  // namespace

absl::StatusOr<std::optional<CheckpointContents>> ReadRows(rocksdb::DB& db, const std::string& directory,
                                                           const std::string& manifest) {
  // The header first: rows of another version are not looked at.
  std::string header;
  rocksdb::Status status = db.Get(ReadOptions(), HeaderKey(), &header);
  if (!status.ok() && !status.IsNotFound()) return FromRocksDbAtStart(status, directory);
  std::string context = Cat("data directory ", directory);
  if (status.ok()) RETURN_IF_ERROR(Annotate(HeaderOf(header).status(), context));

  RowReader reader;
  size_t rows = 0;
  std::unique_ptr<rocksdb::Iterator> row(db.NewIterator(ReadOptions()));
  for (row->SeekToFirst(); row->Valid(); row->Next(), ++rows) {
    CrashPoint("loading a row");
    RETURN_IF_ERROR(Annotate(reader.Take(row->key().ToStringView(), row->value().ToStringView()), context));
  }
  if (!row->status().ok()) return FromRocksDbAtStart(row->status(), directory);
  const std::string incomplete = Cat(context, ": incomplete, as if ", manifest, " or a .log had lost its end");
  // Whatever files there are: a power loss before the first checkpoint may leave a table that is no part of anything.
  if (rows == 0) return std::nullopt;
  absl::StatusOr<CheckpointContents> contents =
      header.empty() ? absl::DataLossError("there are rows, but no header") : std::move(reader).Finish();
  // Whatever was read has its checksums, so what is missing went with an end of which nothing tells.
  if (!contents.ok()) return Annotate(contents.status(), incomplete);
  return *std::move(contents);
}

}  // namespace tally
