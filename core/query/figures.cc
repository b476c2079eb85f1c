#include "core/query/figures.h"

#include <algorithm>
#include <utility>

#include "core/query/lag.h"

namespace tally {
namespace {

FigureValue Number(uint64_t n) { return n; }
FigureValue FirstOrNone(Minute minute) { return minute == Minute::Min() ? FigureValue() : minute; }

constexpr FigureType kGauge = FigureType::kGauge;
constexpr FigureType kCounter = FigureType::kCounter;

constexpr NodeFigure kNodeFigures[] = {
    {"Server", "loading", "tallyd_loading", kGauge,
     "1 until the checkpoint is loaded. It is loaded before the node listens.",
     [](const NodeFacts&) { return Number(0); }},
    {"Server", "ready", "tallyd_ready", kGauge, "1 if /readyz answers 200.",
     [](const NodeFacts& f) { return Number(f.node.not_ready.empty()); }},
    {"Server", "clock_in_doubt", "tallyd_clock_in_doubt", kGauge, "1 while the clock is in doubt: nothing is counted.",
     [](const NodeFacts& f) { return Number(f.node.clock_in_doubt); }},
    {"Server", "uptime_seconds", "tallyd_uptime_seconds", kGauge, "Time since the node started.",
     [](const NodeFacts& f) { return FigureValue(f.node.uptime); }},

    {"Clients", "clients", "tallyd_clients", kGauge, "Open connections.",
     [](const NodeFacts& f) { return Number(f.node.clients); }},
    {"Clients", "oldest_pin_seconds", "tallyd_oldest_pin_seconds", kGauge,
     "The age of the oldest request or reply that pins series names; series that retired since then count towards "
     "series_max. 0 if there is none.",
     [](const NodeFacts& f) { return FigureValue(f.node.oldest_pin); }},

    {"Stats", "total_connections_received", "tallyd_connections_total", kCounter,
     "Connections to the line port since the node started.",
     [](const NodeFacts& f) { return Number(f.node.connections); }},
    {"Stats", "total_commands_processed", "tallyd_commands_total", kCounter,
     "Commands that were executed since the node started.", [](const NodeFacts& f) { return Number(f.node.commands); }},

    {"Memory", "rss_bytes", "process_resident_memory_bytes", kGauge, "Resident memory size in bytes.",
     [](const NodeFacts& f) { return Number(f.node.rss_bytes); }},

    {"Counters", "series", "tallyd_series", kGauge, "Series with a live minute.",
     [](const NodeFacts& f) { return Number(f.series); }},
    {"Counters", "counters", "tallyd_counters", kGauge, "Counters of all live minutes, as of the last checkpoint.",
     [](const NodeFacts& f) { return Number(f.counters); }},
    {"Counters", "minutes", "tallyd_minutes", kGauge, "Minutes that have counts.",
     [](const NodeFacts& f) { return Number(f.minutes.size()); }},
    {"Counters", "minute_oldest", "tallyd_minute_oldest_timestamp_seconds", kGauge,
     "The start of the oldest minute that can be counted.", [](const NodeFacts& f) { return FirstOrNone(f.horizon); }},
    {"Counters", "minute_newest", "tallyd_minute_newest_timestamp_seconds", kGauge,
     "The start of the newest minute that has counts.",
     [](const NodeFacts& f) { return f.minutes.empty() ? FigureValue() : f.minutes.back(); }},

    {"Kafka", "partitions", "tallyd_partitions", kGauge, "Partitions that the node counts.",
     [](const NodeFacts& f) { return Number(f.partitions.size()); }},
    {"Kafka", "kafka_clients_ending", "tallyd_kafka_clients_ending", kGauge,
     "Kafka clients that the node no longer uses and that did not end in time.",
     [](const NodeFacts& f) { return Number(f.node.kafka_clients_ending); }},

    {"Checkpoint", "checkpoint_sequence", "tallyd_checkpoint_sequence", kGauge, "The number of the last checkpoint.",
     [](const NodeFacts& f) { return Number(f.node.checkpoint_sequence); }},
    {"Checkpoint", "checkpoint_age_ms", "tallyd_checkpoint_age_seconds", kGauge,
     "The age of the oldest change that is not saved; 0 if there is none.",
     [](const NodeFacts& f) { return FigureValue(f.node.checkpoint_age); }},
    {"Checkpoint", "checkpoint_stale", "tallyd_checkpoint_stale", kGauge,
     "1 if a change has been unsaved for more than ten intervals.",
     [](const NodeFacts& f) { return Number(f.node.checkpoint_stale); }},
    {"Checkpoint", "checkpoint_failures", "tallyd_checkpoint_failures_total", kCounter,
     "Checkpoints that could not be written since the node started.",
     [](const NodeFacts& f) { return Number(f.node.checkpoint_failures); }},
    {"Checkpoint", "checkpoint_duration_ms", "tallyd_checkpoint_duration_seconds", kGauge,
     "The duration of the last checkpoint, from its cut until it was on the disk.",
     [](const NodeFacts& f) { return FigureValue(f.node.checkpoint_duration); }},
};

constexpr PartitionFigure kPartitionFigures[] = {
    {"tallyd_next_offset", "The next offset to read.",
     [](const PartitionStatus& p, Timestamp) { return std::optional(p.state.next); }},
    {"tallyd_log_end_offset", "The end of the log, from the leader's last answer.",
     [](const PartitionStatus& p, Timestamp) { return p.end ? std::optional(p.end->offset) : std::nullopt; }},
    {"tallyd_lag_records", "Offsets between the next one and the end of the log.",
     [](const PartitionStatus& p, Timestamp wall) { return LagOf(p, wall).records; }, "lag_records",
     PartitionFigure::Total::kSum},
    {"tallyd_lag_seconds", "The age of the newest record that was read; at the end of the log, 0.",
     [](const PartitionStatus& p, Timestamp wall) { return LagOf(p, wall).seconds; }, "lag_seconds",
     PartitionFigure::Total::kMax},
    {"tallyd_partition_stopped", "1 if the partition is no longer read; LAG gives the reason.",
     [](const PartitionStatus& p, Timestamp) { return std::optional<int64_t>(p.stopped.empty() ? 0 : 1); },
     "partitions_stopped", PartitionFigure::Total::kSum},
};

}  // namespace

NodeFacts ReadFacts(Slices slices, NodeStatus node, Timestamp wall) {
  NodeFacts facts{.node = std::move(node), .horizon = HorizonOf(slices), .wall = wall};
  for (const Counters* counters : slices) {
    facts.series += counters->series().size();
    facts.counters += counters->live_counters();
  }
  facts.partitions = PartitionsOf(slices);
  facts.minutes = MinutesWithCounts(slices);
  return facts;
}

std::span<const NodeFigure> NodeFigures() { return kNodeFigures; }
std::span<const PartitionFigure> PartitionFigures() { return kPartitionFigures; }

int64_t TotalOf(const PartitionFigure& figure, const NodeFacts& facts) {
  int64_t total = 0;
  for (const PartitionStatus& partition : facts.partitions) {
    const int64_t value = figure.value(partition, facts.wall).value_or(0);
    total = figure.total == PartitionFigure::Total::kSum ? total + value : std::max(total, value);
  }
  return total;
}

}  // namespace tally
