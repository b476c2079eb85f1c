#include "core/query/info.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "core/base/strings.h"
#include "core/query/lag.h"
#include "core/query/series_reader.h"
#include "core/query/words.h"
#include "core/time/format.h"

namespace tally {
namespace {

// What the lines are made of, asked for once.
struct Facts {
  const Counters& counters;
  NodeStatus node;
  std::vector<PartitionStatus> partitions;
  Timestamp wall;
};

class Lines {
 public:
  template <typename T>
  void Add(std::string_view name, const T& value) {
    lines.push_back(Cat(name, ':', value));
  }

  std::vector<std::string> lines;
};

void Server(const Facts& facts, Lines& out) {
  out.Add("version", facts.node.version);
  out.Add("redis_version", kRedisVersion);
  out.Add("redis_mode", "standalone");
  out.Add("loading", facts.node.loading ? 1 : 0);
  out.Add("clock_in_doubt", facts.node.clock_in_doubt ? 1 : 0);
  out.Add("uptime_seconds", absl::ToInt64Seconds(facts.node.uptime));
}

void Clients(const Facts& facts, Lines& out) { out.Add("clients", facts.node.clients); }

void Memory(const Facts& facts, Lines& out) { out.Add("rss_bytes", facts.node.rss_bytes); }

void CountersSection(const Facts& facts, Lines& out) {
  std::vector<Minute> minutes = MinutesWithCounts(facts.counters);
  Minute horizon = facts.counters.horizon();
  out.Add("series", facts.counters.series().size());
  out.Add("counters", facts.counters.live_counters());
  out.Add("minutes", minutes.size());
  out.Add("minute_oldest", horizon == Minute::Min() ? "-" : FormatMinute(horizon));
  out.Add("minute_newest", minutes.empty() ? "-" : FormatMinute(minutes.back()));
}

void Events(const Facts& facts, Lines& out) {
  std::array<uint64_t, kFates> fates{};
  uint64_t read = 0;
  for (const PartitionStatus& partition : facts.partitions) {
    for (size_t fate = 0; fate < kFates; ++fate) {
      fates[fate] += partition.state.fates[fate];
      read += partition.state.fates[fate];
    }
  }
  out.Add("events_read", read);
  for (size_t fate = 0; fate < kFates; ++fate) out.Add(Cat("events_", kFateNames[fate]), fates[fate]);
}

void Kafka(const Facts& facts, Lines& out) {
  Lag lag = TotalLag(facts.partitions, facts.wall);
  out.Add("lag_records", *lag.records);
  out.Add("lag_seconds", *lag.seconds);
  auto stopped = [](const PartitionStatus& partition) { return !partition.stopped.empty(); };
  out.Add("partitions", facts.partitions.size());
  out.Add("partitions_stopped", std::count_if(facts.partitions.begin(), facts.partitions.end(), stopped));
  for (const PartitionStatus& partition : facts.partitions) {
    const auto& [topic, number] = partition.place;
    if (stopped(partition)) out.Add(Cat("stopped_", topic, "_", number), Escaped(partition.stopped));
  }
}

void Checkpoint(const Facts& facts, Lines& out) {
  out.Add("checkpoint_sequence", facts.node.checkpoint_sequence);
  out.Add("checkpoint_age_ms", absl::ToInt64Milliseconds(facts.node.checkpoint_age));
  out.Add("checkpoint_stale", facts.node.checkpoint_stale ? 1 : 0);
}

constexpr struct {
  std::string_view name;
  void (*add)(const Facts&, Lines&);
} kSections[] = {
    {"Server", Server}, {"Clients", Clients}, {"Memory", Memory},         {"Counters", CountersSection},
    {"Events", Events}, {"Kafka", Kafka},     {"Checkpoint", Checkpoint},
};

bool Same(std::string_view a, std::string_view b) { return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b)); }

}  // namespace

std::vector<std::string> InfoLines(const CommandContext& context, std::string_view section) {
  Facts facts{context.counters, context.status.Status(), context.counters.Partitions(), context.wall.Now()};
  bool all = section.empty() || Same(section, "all") || Same(section, "default") || Same(section, "everything");
  Lines out;
  for (const auto& [name, add] : kSections) {
    if (!all && !Same(section, name)) continue;
    out.lines.push_back(Cat("# ", name));
    add(facts, out);
  }
  return std::move(out.lines);
}

}  // namespace tally
