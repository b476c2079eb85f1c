// The rows of storage/FORMAT.md, as this release writes them: the parts of a key and a value, and their contents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "core/counters/changes.h"

namespace tally {

inline constexpr uint64_t kFormatVersion = 3;  // that this release writes; storage/read_rows.h has those that it reads

enum class RowKind : char {
  kHeader = 'h',
  kEvent = 'e',
  kMetric = 'm',
  kPartition = 'p',
  kSeries = 's',
  kBlock = 'c',
  kLink = 'l',
};

struct HeaderRow {
  std::string node;
  uint64_t sequence = 0;
  Minute horizon = Minute::Min();
  Timestamp clock = Timestamp::Min();
  // How many rows of each kind there are.
  uint64_t partitions = 0;
  uint64_t series = 0;
  uint64_t blocks = 0;
  uint64_t metrics = 0;
};

struct MetricRow {
  Minute known_from = Minute::Min();
  std::string fingerprint;

  friend bool operator==(const MetricRow&, const MetricRow&) = default;
};

std::string HeaderKey();
std::string EventKey();
std::string MetricKey(std::string_view name);
std::string PartitionKey(const TopicPartition& topic_partition);
std::string SeriesKey(SeriesId id);
std::string BlockRowKey(BlockKey key);
std::string LinkKey(uint64_t sequence);

std::string HeaderValue(const HeaderRow& header);
std::string MetricValue(const MetricRow& metric);
std::string PartitionValue(const PartitionState& state);

// The version of the format, from the value of a header row of any version.
absl::StatusOr<uint64_t> VersionOf(std::string_view header);

// Errors are DataLoss and name the row. HeaderOf() takes a header of kFormatVersion.
absl::StatusOr<HeaderRow> HeaderOf(std::string_view value);
absl::StatusOr<MetricRow> MetricOf(std::string_view key, std::string_view value);
absl::StatusOr<Changes::Partition> PartitionOf(std::string_view key, std::string_view value);
absl::StatusOr<SeriesTable::NamedSeries> SeriesOf(std::string_view key, std::string_view value);
absl::StatusOr<std::pair<BlockKey, Block>> BlockOfRow(std::string_view key, std::string_view value);
absl::StatusOr<uint64_t> LinkOf(std::string_view key, std::string_view value);

}  // namespace tally
