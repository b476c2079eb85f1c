#include "apps/server/metrics_page.h"

#include <charconv>
#include <concepts>
#include <utility>
#include <vector>

#include "core/base/strings.h"

namespace tally {
namespace {

// The families, one below the other: each is opened once, and all its samples follow.
class Exposition {
 public:
  // `type` is counter or gauge. Neither `name` nor `help` needs escaping.
  void Begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += Cat("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
  }

  template <typename Number>
  void Add(std::vector<std::pair<std::string_view, std::string_view>> labels, Number value) {
    text_ += name_;
    char before = '{';
    for (const auto& [label, text] : labels) {
      text_ += Cat(before, label, "=\"");
      AppendEscaped(text);
      text_ += '"';
      before = ',';
    }
    if (!labels.empty()) text_ += '}';
    char digits[32];
    text_ += Cat(' ', std::string_view(digits, std::to_chars(digits, digits + sizeof digits, value).ptr), '\n');
  }

  template <typename Number>
  void Single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    Begin(name, type, help);
    Add({}, value);
  }

  std::string Take() { return std::move(text_); }

 private:
  void AppendEscaped(std::string_view text) {
    for (char c : text) {
      if (c == '\\' || c == '"') text_ += '\\';
      if (c == '\n') {
        text_ += "\\n";
      } else {
        text_ += c;
      }
    }
  }

  std::string text_;
  std::string name_;
};

void AddFates(const std::vector<PartitionStatus>& partitions, Exposition& out) {
  out.Begin("tallyd_events_total", "counter", "Records read, by what became of them.");
  for (const PartitionStatus& partition : partitions) {
    std::string number = Cat(partition.place.partition);
    for (size_t fate = 0; fate < kFates; ++fate) {
      out.Add({{"topic", partition.place.topic}, {"partition", number}, {"fate", kFateNames[fate]}},
              partition.state.fates[fate]);
    }
  }
}

// One family with a sample of each partition of which `value` knows one.
template <typename Value>
void AddByPartition(const std::vector<PartitionStatus>& partitions, std::string_view name, std::string_view help,
                    Value value, Exposition& out) {
  out.Begin(name, "gauge", help);
  for (const PartitionStatus& partition : partitions) {
    std::optional<int64_t> number = value(partition);
    if (number) out.Add({{"topic", partition.place.topic}, {"partition", Cat(partition.place.partition)}}, *number);
  }
}

void AddPartitions(const std::vector<PartitionStatus>& partitions, Exposition& out) {
  using Number = std::optional<int64_t>;
  AddFates(partitions, out);
  AddByPartition(
      partitions, "tallyd_next_offset", "The next offset to read.",
      [](const PartitionStatus& p) -> Number { return p.state.next; }, out);
  AddByPartition(
      partitions, "tallyd_log_end_offset", "Where the log ends, as its leader said last.",
      [](const PartitionStatus& p) { return p.end ? Number(p.end->offset) : Number(); }, out);
  AddByPartition(
      partitions, "tallyd_lag_records", "Offsets between the next one and the log's end.",
      [](const PartitionStatus& p) {
        return p.end ? Number(std::max<int64_t>(p.end->offset - p.state.next, 0)) : Number();
      },
      out);
  AddByPartition(
      partitions, "tallyd_partition_stopped", "1 if the partition is not read any more; LAG tells why.",
      [](const PartitionStatus& p) -> Number { return p.stopped.empty() ? 0 : 1; }, out);
}

void AddCounters(const Counters& counters, Exposition& out) {
  out.Single("tallyd_series", "gauge", "Series with a live minute.", counters.series().size());
  out.Single("tallyd_counters", "gauge", "Counters of all live minutes, as of the last checkpoint.",
             counters.live_counters());
  Minute oldest = counters.horizon();
  if (oldest == Minute::Min()) return;
  out.Single("tallyd_minute_oldest_timestamp_seconds", "gauge", "When the oldest minute that can be counted begins.",
             oldest.start().millis() / 1000);
}

void AddNode(const NodeStatus& status, Exposition& out) {
  out.Single("tallyd_checkpoint_sequence", "gauge", "The number of the last checkpoint.", status.checkpoint_sequence);
  out.Single("tallyd_checkpoint_age_seconds", "gauge", "The age of the oldest change that is not saved; 0 without one.",
             absl::ToDoubleSeconds(status.checkpoint_age));
  out.Single("tallyd_checkpoint_stale", "gauge", "1 if a change is unsaved for more than ten intervals.",
             status.checkpoint_stale ? 1 : 0);
  out.Single("tallyd_clients", "gauge", "Open connections.", status.clients);
  out.Single("tallyd_ready", "gauge", "1 if /readyz says so.", status.not_ready.empty() ? 1 : 0);
  out.Single("tallyd_uptime_seconds", "gauge", "Time since the node started.", absl::ToDoubleSeconds(status.uptime));
  out.Single("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", status.rss_bytes);
}

}  // namespace

std::string MetricsPage(const Counters& counters, const NodeStatus& status) {
  Exposition out;
  out.Begin("tallyd_build_info", "gauge", "1, labelled with the version.");
  out.Add({{"version", status.version}}, 1);
  AddPartitions(counters.Partitions(), out);
  AddCounters(counters, out);
  AddNode(status, out);
  return out.Take();
}

}  // namespace tally
