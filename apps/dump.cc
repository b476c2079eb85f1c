#include "apps/dump.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/strings.h"
#include "core/time/format.h"

namespace tally {
namespace {

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}
  virtual ~Writer() = default;
  virtual void Header(const HeaderRow& header) = 0;
  virtual void Partition(const TopicPartition& place, const PartitionState& state) = 0;
  virtual void Counter(Minute minute, std::string_view series, uint64_t count) = 0;
  virtual void Finish() {}

 protected:
  std::ostream& out_;
};

std::string HorizonText(Minute horizon) { return horizon == Minute::Min() ? "-" : FormatMinute(horizon); }

class TextWriter : public Writer {
 public:
  using Writer::Writer;
  void Header(const HeaderRow& header) override {
    out_ << "sequence " << header.sequence << "\nnode " << header.node << "\nhorizon " << HorizonText(header.horizon)
         << '\n';
  }
  void Partition(const TopicPartition& place, const PartitionState& state) override {
    out_ << "partition " << place.topic << ' ' << place.partition << " next " << state.next;
    for (size_t i = 0; i < kFates; ++i) out_ << ' ' << kFateNames[i] << ' ' << state.fates[i];
    out_ << '\n';
    for (const Gap& gap : state.gaps) {
      out_ << "gap " << place.topic << ' ' << place.partition << " from " << gap.from << " to " << gap.to
           << " accepted " << FormatTimestamp(gap.at) << '\n';
    }
  }
  void Counter(Minute minute, std::string_view series, uint64_t count) override {
    out_ << FormatMinute(minute) << ' ' << series << ' ' << count << '\n';
  }
};

class CsvWriter : public Writer {
 public:
  using Writer::Writer;
  void Header(const HeaderRow& header) override {
    out_ << "kind,name,at,value\nsequence,,," << header.sequence << '\n';
  }
  void Partition(const TopicPartition& place, const PartitionState& state) override {
    std::string where = Cat(place.topic, ",", place.partition, ",");
    out_ << "next," << where << state.next << '\n';
    for (size_t i = 0; i < kFates; ++i) out_ << kFateNames[i] << ',' << where << state.fates[i] << '\n';
    for (const Gap& gap : state.gaps) {
      out_ << "gap_from," << where << gap.from << "\ngap_to," << where << gap.to << '\n';
    }
  }
  void Counter(Minute minute, std::string_view series, uint64_t count) override {
    // A quoted field: a series' name has no '"', but may have a comma.
    out_ << "count,\"" << series << "\"," << FormatMinute(minute) << ',' << count << '\n';
  }
};

// A topic's and a series' name need no escapes: Kafka and the encoding of names keep out control bytes and '"'; a
// name's backslash is doubled.
std::string JsonText(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + '"';
}

class JsonWriter : public Writer {
 public:
  using Writer::Writer;
  void Header(const HeaderRow& header) override {
    out_ << "{\"sequence\":" << header.sequence << ",\"node\":" << JsonText(header.node)
         << ",\"horizon\":" << JsonText(HorizonText(header.horizon)) << ",\n\"partitions\":[";
  }
  void Partition(const TopicPartition& place, const PartitionState& state) override {
    out_ << Separator() << "{\"topic\":" << JsonText(place.topic) << ",\"partition\":" << place.partition
         << ",\"next\":" << state.next << ",\"fates\":{";
    for (size_t i = 0; i < kFates; ++i) out_ << (i ? "," : "") << JsonText(kFateNames[i]) << ':' << state.fates[i];
    out_ << "},\"gaps\":[";
    for (size_t i = 0; i < state.gaps.size(); ++i) {
      const Gap& gap = state.gaps[i];
      out_ << (i ? "," : "") << "{\"from\":" << gap.from << ",\"to\":" << gap.to
           << ",\"accepted\":" << JsonText(FormatTimestamp(gap.at)) << '}';
    }
    out_ << "]}";
  }
  void Counter(Minute minute, std::string_view series, uint64_t count) override {
    BeginCounters();
    out_ << Separator() << "{\"minute\":" << JsonText(FormatMinute(minute)) << ",\"series\":" << JsonText(series)
         << ",\"count\":" << count << '}';
  }
  void Finish() override {
    BeginCounters();
    out_ << "]}\n";
  }

 private:
  void BeginCounters() {
    if (!std::exchange(in_counters_, true)) out_ << "],\n\"counters\":[", first_ = true;
  }
  std::string_view Separator() { return std::exchange(first_, false) ? "\n" : ",\n"; }

  bool first_ = true;
  bool in_counters_ = false;
};

std::unique_ptr<Writer> NewWriter(DumpOptions::Format format, std::ostream& out) {
  switch (format) {
    case DumpOptions::Format::kText:
      return std::make_unique<TextWriter>(out);
    case DumpOptions::Format::kJson:
      return std::make_unique<JsonWriter>(out);
    case DumpOptions::Format::kCsv:
      return std::make_unique<CsvWriter>(out);
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

void WriteMinute(Minute minute, Counts& counts, Writer& writer) {
  std::sort(counts.begin(), counts.end());
  for (const auto& [series, count] : counts) writer.Counter(minute, series, count);
  counts.clear();
}

}  // namespace

void WriteDump(const CheckpointContents& contents, DumpOptions::Format format, std::ostream& out) {
  std::unique_ptr<Writer> writer = NewWriter(format, out);
  writer->Header(contents.header);
  for (const auto& [place, state] : contents.saved.partitions) writer->Partition(place, state);
  absl::flat_hash_map<SeriesId, std::string_view> names;
  for (const auto& [id, name] : contents.saved.series) names[id] = name;
  Counts counts;
  Minute minute = Minute::Min();
  for (const auto& [key, block] : contents.saved.blocks) {  // ordered by minute, as the keys are
    if (key.minute != minute) WriteMinute(minute, counts, *writer);
    minute = key.minute;
    AppendCounts(key.block, block, names, counts);
  }
  WriteMinute(minute, counts, *writer);
  writer->Finish();
}

}  // namespace tally
