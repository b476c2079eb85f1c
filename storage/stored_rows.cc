#include "storage/stored_rows.h"

#include <utility>

namespace tally {
namespace {

std::optional<std::string_view> UnlessEmpty(std::string_view value) {
  return value.empty() ? std::nullopt : std::optional(value);
}

void PutMetrics(const MetricRows& metrics, RowSink sink) {
  for (const auto& [name, row] : metrics.metrics) sink(MetricKey(name), MetricValue(row));
  sink(EventKey(), metrics.event);
}

}  // namespace

StoredRows::StoredRows(const CheckpointContents& contents)
    : node_(contents.header.node), sequence_(contents.header.sequence) {
  for (const auto& [key, block] : contents.saved.blocks) blocks_.insert(key);
  for (const auto& series : contents.saved.series) SetHasSeries(series.id, true);
  for (const auto& [name, row] : contents.metrics.metrics) metrics_.push_back(name);
}

HeaderRow StoredRows::Next(const Changes& changes, const MetricRows& metrics, RowSink sink) const {
  HeaderRow header{node_, sequence_ + 1, changes.horizon, changes.clock};
  header.blocks = blocks_.size();
  for (const auto& [key, packed] : changes.blocks) {
    sink(BlockRowKey(key), UnlessEmpty(packed));
    header.blocks += uint64_t{!packed.empty()} - uint64_t{blocks_.contains(key)};
  }
  header.series = series_rows_;
  for (const auto& [id, name] : changes.series) {
    sink(SeriesKey(id), UnlessEmpty(name));
    header.series += uint64_t{!name.empty()} - uint64_t{HasSeries(id)};
  }
  header.partitions = changes.partitions.size();
  for (const auto& [topic_partition, state] : changes.partitions)
    sink(PartitionKey(topic_partition), PartitionValue(state));
  header.metrics = metrics.metrics.size();
  for (const std::string& name : metrics_) {
    if (!metrics.metrics.contains(name)) sink(MetricKey(name), std::nullopt);
  }
  PutMetrics(metrics, sink);
  sink(LinkKey(sequence_), std::nullopt);
  sink(LinkKey(header.sequence), "");
  sink(HeaderKey(), HeaderValue(header));
  return header;
}

void StoredRows::Take(const HeaderRow& header, const Changes& changes, const MetricRows& metrics) {
  for (const auto& [key, packed] : changes.blocks) {
    packed.empty() ? void(blocks_.erase(key)) : void(blocks_.insert(key));
  }
  for (const auto& [id, name] : changes.series) SetHasSeries(id, !name.empty());
  metrics_.clear();
  for (const auto& [name, row] : metrics.metrics) metrics_.push_back(name);
  sequence_ = header.sequence;
}

StoredRows StoredRows::WithoutRows() const {
  StoredRows none;
  none.node_ = node_;
  none.sequence_ = sequence_;
  return none;
}

bool StoredRows::HasSeries(SeriesId id) const { return id < series_.size() && series_[id]; }

void StoredRows::SetHasSeries(SeriesId id, bool has_row) {
  if (id >= series_.size()) series_.resize(id + size_t{1});
  series_rows_ += uint64_t{has_row} - uint64_t{series_[id]};
  series_[id] = has_row;
}

void AllRows(const CheckpointContents& contents, RowSink sink) {
  for (const auto& [key, block] : contents.saved.blocks) sink(BlockRowKey(key), block.bytes());
  for (const auto& [id, name] : contents.saved.series) sink(SeriesKey(id), name);
  for (const auto& [topic_partition, state] : contents.saved.partitions)
    sink(PartitionKey(topic_partition), PartitionValue(state));
  PutMetrics(contents.metrics, sink);
  sink(LinkKey(contents.header.sequence), "");
  sink(HeaderKey(), HeaderValue(contents.header));
}

}  // namespace tally
