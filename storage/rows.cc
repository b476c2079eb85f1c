#include "storage/rows.h"

#include <optional>

#include "absl/strings/escaping.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "storage/encoding.h"

namespace tally {
namespace {

std::string Key(RowKind kind) { return std::string(1, static_cast<char>(kind)); }

absl::Status Damaged(std::string_view key) {
  return absl::DataLossError(
      Cat("row '", absl::CHexEscape(ToAbsl(key)), "': expected a value as in storage/FORMAT.md"));
}

uint32_t FromMinute(Minute minute) { return static_cast<uint32_t>(minute.index()) ^ 0x8000'0000u; }
Minute ToMinute(uint32_t sortable) { return Minute::FromIndex(static_cast<int32_t>(sortable ^ 0x8000'0000u)); }

bool ReadMinute(Reader& in, Minute& minute) {
  int64_t index;
  if (!in.Signed(index) || index < INT32_MIN || index > INT32_MAX) return false;
  minute = Minute::FromIndex(static_cast<int32_t>(index));
  return true;
}

bool ReadTimestamp(Reader& in, Timestamp& time) {
  int64_t ms;
  if (!in.Signed(ms)) return false;
  time = Timestamp::FromMillis(ms);
  return time.millis() == ms;
}

bool ReadOptionalTimestamp(Reader& in, std::optional<Timestamp>& time) {
  uint8_t there;
  if (!in.Byte(there) || there > 1) return false;
  time = there ? std::optional<Timestamp>(Timestamp()) : std::nullopt;
  return !there || ReadTimestamp(in, *time);
}

void PutOptionalTimestamp(std::string& out, const std::optional<Timestamp>& time) {
  out.push_back(time ? '\1' : '\0');
  if (time) PutSigned(out, time->millis());
}

bool ReadOffset(Reader& in, int64_t& offset) {
  uint64_t number;
  if (!in.Varint(number) || number > INT64_MAX) return false;
  offset = static_cast<int64_t>(number);
  return true;
}

void PutOffset(std::string& out, int64_t offset) { PutVarint(out, static_cast<uint64_t>(offset)); }

bool ReadOptionalMark(Reader& in, std::optional<RecordMark>& mark) {
  uint8_t there;
  if (!in.Byte(there) || there > 1) return false;
  mark = there ? std::optional<RecordMark>(RecordMark()) : std::nullopt;
  return !there || (ReadOffset(in, mark->offset) && ReadTimestamp(in, mark->timestamp) && in.Varint(mark->hash));
}

void PutOptionalMark(std::string& out, const std::optional<RecordMark>& mark) {
  out.push_back(mark ? '\1' : '\0');
  if (!mark) return;
  PutOffset(out, mark->offset);
  PutSigned(out, mark->timestamp.millis());
  PutVarint(out, mark->hash);
}

bool ReadGaps(Reader& in, std::vector<Gap>& gaps) {
  uint64_t n;
  if (!in.Varint(n) || n > PartitionState::kGapsMax) return false;
  gaps.resize(n);
  for (Gap& gap : gaps) {
    if (!ReadOffset(in, gap.from) || !ReadOffset(in, gap.to) || !ReadTimestamp(in, gap.at)) return false;
  }
  return true;
}

void PutGaps(std::string& out, const std::vector<Gap>& gaps) {
  PutVarint(out, gaps.size());
  for (const Gap& gap : gaps) {
    PutOffset(out, gap.from);
    PutOffset(out, gap.to);
    PutSigned(out, gap.at.millis());
  }
}

}  // namespace

std::string HeaderKey() { return Key(RowKind::kHeader); }
std::string EventKey() { return Key(RowKind::kEvent); }
std::string MetricKey(std::string_view name) { return Key(RowKind::kMetric).append(name); }

std::string PartitionKey(const TopicPartition& topic_partition) {
  std::string key = Key(RowKind::kPartition) + topic_partition.topic + '\0';
  PutUint32BigEndian(key, static_cast<uint32_t>(topic_partition.partition));
  return key;
}

std::string SeriesKey(SeriesId id) {
  std::string key = Key(RowKind::kSeries);
  PutUint32BigEndian(key, id);
  return key;
}

std::string BlockRowKey(BlockKey block) {
  std::string key = Key(RowKind::kBlock);
  PutUint32BigEndian(key, FromMinute(block.minute));
  PutUint32BigEndian(key, block.block);
  return key;
}

std::string LinkKey(uint64_t sequence) {
  std::string key = Key(RowKind::kLink);
  PutVarint(key, sequence);
  return key;
}

std::string HeaderValue(const HeaderRow& header) {
  std::string value;
  PutVarint(value, kFormatVersion);
  PutText(value, header.node);
  PutVarint(value, header.sequence);
  PutSigned(value, header.horizon.index());
  PutSigned(value, header.clock.millis());
  for (uint64_t rows : {header.partitions, header.series, header.blocks, header.metrics}) PutVarint(value, rows);
  return value;
}

std::string MetricValue(const MetricRow& metric) {
  std::string value;
  PutSigned(value, metric.known_from.index());
  return value + metric.fingerprint;
}

std::string PartitionValue(const PartitionState& state) {
  std::string value;
  PutOffset(value, state.next);
  for (uint64_t records : state.fates) PutVarint(value, records);
  PutOptionalTimestamp(value, state.newest_event_time);
  PutOptionalTimestamp(value, state.newest_timestamp);
  PutText(value, state.cluster);
  PutOptionalMark(value, state.last);
  PutGaps(value, state.gaps);
  return value;
}

absl::StatusOr<uint64_t> VersionOf(std::string_view header) {
  uint64_t version;
  if (!Reader(header).Varint(version)) return Damaged(HeaderKey());
  return version;
}

absl::StatusOr<HeaderRow> HeaderOf(std::string_view value) {
  Reader in(value);
  HeaderRow header;
  uint64_t version;
  std::string_view node;
  if (!in.Varint(version) || version != kFormatVersion || !in.Text(node) || !in.Varint(header.sequence) ||
      !ReadMinute(in, header.horizon) || !ReadTimestamp(in, header.clock) || !in.Varint(header.partitions) ||
      !in.Varint(header.series) || !in.Varint(header.blocks) || !in.Varint(header.metrics) || !in.empty()) {
    return Damaged(HeaderKey());
  }
  header.node = node;
  return header;
}

absl::StatusOr<MetricRow> MetricOf(std::string_view key, std::string_view value) {
  Reader in(value);
  MetricRow metric;
  if (!ReadMinute(in, metric.known_from)) return Damaged(key);
  metric.fingerprint = in.rest();
  return metric;
}

absl::StatusOr<Changes::Partition> PartitionOf(std::string_view key, std::string_view value) {
  Changes::Partition partition;
  size_t end = key.find('\0');
  if (end == std::string_view::npos) return Damaged(key);
  partition.topic_partition.topic = key.substr(1, end - 1);
  Reader number(key.substr(end + 1));
  uint32_t of_topic;
  if (!number.Uint32BigEndian(of_topic) || !number.empty() || of_topic > INT32_MAX) return Damaged(key);
  partition.topic_partition.partition = static_cast<int32_t>(of_topic);

  Reader in(value);
  PartitionState& state = partition.state;
  if (!ReadOffset(in, state.next)) return Damaged(key);
  for (uint64_t& records : state.fates) {
    if (!in.Varint(records)) return Damaged(key);
  }
  std::string_view cluster;
  if (!ReadOptionalTimestamp(in, state.newest_event_time) || !ReadOptionalTimestamp(in, state.newest_timestamp) ||
      !in.Text(cluster) || !ReadOptionalMark(in, state.last) || !ReadGaps(in, state.gaps) || !in.empty()) {
    return Damaged(key);
  }
  state.cluster = cluster;
  return partition;
}

absl::StatusOr<SeriesTable::NamedSeries> SeriesOf(std::string_view key, std::string_view value) {
  Reader in(key.substr(1));
  SeriesTable::NamedSeries series;
  if (!in.Uint32BigEndian(series.id) || !in.empty() || series.id == kNoSeries || value.empty()) return Damaged(key);
  series.name = value;
  return series;
}

absl::StatusOr<std::pair<BlockKey, Block>> BlockOfRow(std::string_view key, std::string_view value) {
  Reader in(key.substr(1));
  uint32_t minute;
  BlockKey block;
  if (!in.Uint32BigEndian(minute) || !in.Uint32BigEndian(block.block) || !in.empty()) return Damaged(key);
  block.minute = ToMinute(minute);
  absl::StatusOr<Block> counts = Block::Parse(value);
  if (!counts.ok()) return Annotate(counts.status(), FromAbsl(Damaged(key).message()));
  return std::pair(block, *std::move(counts));
}

absl::StatusOr<uint64_t> LinkOf(std::string_view key, std::string_view value) {
  Reader in(key.substr(1));
  uint64_t sequence;
  if (!in.Varint(sequence) || !in.empty() || !value.empty()) return Damaged(key);
  return sequence;
}

}  // namespace tally
