#include "apps/dump.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "apps/json_writer.h"
#include "core/base/count.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "storage/fingerprint.h"

namespace tally {
namespace {

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}
  virtual ~Writer() = default;
  virtual void Header(const CheckpointContents& contents) = 0;
  virtual void Partition(const TopicPartition& topic_partition, const PartitionState& state) = 0;
  virtual void Counter(Minute minute, std::string_view series, std::string_view count) = 0;
  virtual void Finish() {}

 protected:
  std::ostream& out_;
};

std::string HorizonText(Minute horizon) { return horizon == Minute::Min() ? "-" : FormatMinute(horizon); }

class TextDump : public Writer {
 public:
  using Writer::Writer;
  void Header(const CheckpointContents& contents) override {
    const HeaderRow& header = contents.header;
    out_ << "sequence " << header.sequence << "\nnode " << header.node << "\nhorizon " << HorizonText(header.horizon)
         << '\n';
  }
  void Partition(const TopicPartition& topic_partition, const PartitionState& state) override {
    out_ << "partition " << topic_partition.topic << ' ' << topic_partition.partition << " next " << state.next;
    for (size_t i = 0; i < kFates; ++i) out_ << ' ' << kFateNames[i] << ' ' << state.fates[i];
    out_ << '\n';
    for (const Gap& gap : state.gaps) {
      out_ << "gap " << topic_partition.topic << ' ' << topic_partition.partition << " from " << gap.from << " to "
           << gap.to << " accepted " << FormatTimestamp(gap.at) << '\n';
    }
  }
  void Counter(Minute minute, std::string_view series, std::string_view count) override {
    out_ << FormatMinute(minute) << ' ' << series << ' ' << count << '\n';
  }
};

class CsvDump : public Writer {
 public:
  using Writer::Writer;
  void Header(const CheckpointContents& contents) override {
    out_ << "kind,name,at,value\nsequence,,," << contents.header.sequence << '\n';
  }
  void Partition(const TopicPartition& topic_partition, const PartitionState& state) override {
    std::string where = Cat(topic_partition.topic, ",", topic_partition.partition, ",");
    out_ << "next," << where << state.next << '\n';
    for (size_t i = 0; i < kFates; ++i) out_ << kFateNames[i] << ',' << where << state.fates[i] << '\n';
    for (const Gap& gap : state.gaps) {
      out_ << "gap_from," << where << gap.from << "\ngap_to," << where << gap.to << '\n';
    }
  }
  void Counter(Minute minute, std::string_view series, std::string_view count) override {
    // A quoted field: a series' name has no '"', but may have a comma.
    out_ << "count,\"" << series << "\"," << FormatMinute(minute) << ',' << count << '\n';
  }
};

class JsonDump : public Writer {
 public:
  using Writer::Writer;
  void Header(const CheckpointContents& contents) override {
    const HeaderRow& header = contents.header;
    json_.BeginObject().Member("sequence", header.sequence).Member("node", header.node);
    json_.Member("horizon", HorizonText(header.horizon)).Key("clock");
    Time(header.clock == Timestamp::Min() ? std::nullopt : std::optional(header.clock));
    json_.NewLine().Member("event", contents.metrics.event).Key("metrics").BeginArray();
    for (const auto& [name, metric] : contents.metrics.metrics) {
      json_.NewLine().BeginObject().Member("name", name).Member("known_from", HorizonText(metric.known_from));
      json_.Member("fingerprint", metric.fingerprint).EndObject();
    }
    json_.EndArray().NewLine().Key("partitions").BeginArray();
    Flush();
  }
  void Partition(const TopicPartition& topic_partition, const PartitionState& state) override {
    json_.NewLine().BeginObject().Member("topic", topic_partition.topic).Member("partition", topic_partition.partition);
    json_.Member("next", state.next).Key("fates").BeginObject();
    for (size_t i = 0; i < kFates; ++i) json_.Member(kFateNames[i], state.fates[i]);
    json_.EndObject().Key("newest_event_time");
    Time(state.newest_event_time);
    json_.Key("newest_timestamp");
    Time(state.newest_timestamp);
    json_.Member("cluster", state.cluster).Key("last");
    Mark(state.last);
    json_.Key("gaps").BeginArray();
    for (const Gap& gap : state.gaps) {
      json_.BeginObject().Member("from", gap.from).Member("to", gap.to).Key("accepted");
      Time(gap.at);
      json_.EndObject();
    }
    json_.EndArray().EndObject();
    Flush();
  }
  void Counter(Minute minute, std::string_view series, std::string_view count) override {
    BeginCounters();
    json_.NewLine().BeginObject().Member("minute", FormatMinute(minute)).Member("series", series);
    json_.Key("count").Number(count).EndObject();
    Flush();
  }
  void Finish() override {
    BeginCounters();
    json_.EndArray().EndObject().NewLine();
    Flush();
  }

 private:
  void Time(const std::optional<Timestamp>& time) { time ? json_.Value(FormatTimestamp(*time)) : json_.Null(); }
  void Mark(const std::optional<RecordMark>& mark) {
    if (!mark) return void(json_.Null());
    json_.BeginObject().Member("offset", mark->offset).Key("timestamp");
    Time(mark->timestamp);
    json_.Member("hash", mark->hash).EndObject();
  }
  void BeginCounters() {
    if (!std::exchange(in_counters_, true)) json_.EndArray().NewLine().Key("counters").BeginArray();
  }
  void Flush() {
    out_ << written_;
    written_.clear();
  }

  std::string written_;
  JsonWriter json_{written_};
  bool in_counters_ = false;
};

std::unique_ptr<Writer> NewWriter(DumpOptions::Format format, std::ostream& out) {
  switch (format) {
    case DumpOptions::Format::kText:
      return std::make_unique<TextDump>(out);
    case DumpOptions::Format::kJson:
      return std::make_unique<JsonDump>(out);
    case DumpOptions::Format::kCsv:
      return std::make_unique<CsvDump>(out);
  }
  return nullptr;
}

using Counts = std::vector<std::pair<std::string_view, uint64_t>>;

void AppendCounts(BlockIndex index, const Block& block, const absl::flat_hash_map<SeriesId, std::string_view>& names,
                  Counts& all) {
  BlockCounts counts{};
  block.AddTo(counts);
  for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
    if (counts[cell] > 0) all.emplace_back(names.at(index * kBlockSize + cell), counts[cell]);
  }
}

// The decimals of the counts of each metric, by its name.
using Decimals = absl::flat_hash_map<std::string, uint32_t>;

Decimals DecimalsOfMetrics(const MetricRows& rows) {
  Decimals decimals;
  for (const auto& [name, metric] : rows.metrics) decimals[name] = DecimalsOf(metric.fingerprint);
  return decimals;
}

void WriteMinute(Minute minute, const Decimals& decimals, Counts& counts, Writer& writer) {
  std::sort(counts.begin(), counts.end());
  for (const auto& [series, count] : counts) {
    const auto metric = decimals.find(std::string(series.substr(0, series.find(':'))));
    writer.Counter(minute, series, FormatCount(count, metric == decimals.end() ? 0 : metric->second));
  }
  counts.clear();
}

}  // namespace

void WriteDump(const CheckpointContents& contents, DumpOptions::Format format, std::ostream& out) {
  std::unique_ptr<Writer> writer = NewWriter(format, out);
  writer->Header(contents);
  for (const auto& [topic_partition, state] : contents.saved.partitions) writer->Partition(topic_partition, state);
  absl::flat_hash_map<SeriesId, std::string_view> names;
  for (const auto& [id, name] : contents.saved.series) names[id] = name;
  const Decimals decimals = DecimalsOfMetrics(contents.metrics);
  Counts counts;
  Minute minute = Minute::Min();
  for (const auto& [key, block] : contents.saved.blocks) {  // in the order of their keys, which begin with the minute
    if (key.minute != minute) WriteMinute(minute, decimals, counts, *writer);
    minute = key.minute;
    AppendCounts(key.block, block, names, counts);
  }
  WriteMinute(minute, decimals, counts, *writer);
  writer->Finish();
}

}  // namespace tally
