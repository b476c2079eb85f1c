#include "core/query/info.h"

#include <array>

#include "core/base/strings.h"
#include "core/query/buckets.h"
#include "core/query/figures.h"
#include "core/query/words.h"
#include "core/time/format.h"

namespace tally {
namespace {

class Lines {
 public:
  template <typename T>
  void Add(std::string_view name, const T& value) {
    lines.push_back(Cat(name, ':', value));
  }

  std::vector<std::string> lines;
};

std::string Shown(const NodeFigure& figure, const NodeFacts& facts) {
  const FigureValue value = figure.value(facts);
  if (!value) return "-";
  if (const auto* minute = std::get_if<Minute>(&*value)) return FormatMinute(*minute);
  if (const auto* duration = std::get_if<absl::Duration>(&*value)) {
    return Cat(figure.info.ends_with("_ms") ? absl::ToInt64Milliseconds(*duration) : absl::ToInt64Seconds(*duration));
  }
  return Cat(std::get<uint64_t>(*value));
}

// The lines of a section that are not figures of the node.

constexpr std::string_view kKeyspace = "Keyspace";

void Nothing(const NodeFacts&, Lines&) {}

void Server(const NodeFacts& facts, Lines& out) {
  out.Add("version", facts.node.version);
  out.Add("redis_version", kRedisVersion);
  out.Add("redis_mode", "standalone");
}

// The names of Redis, which redis-cli --stat and client libraries read.

void Clients(const NodeFacts& facts, Lines& out) {
  out.Add("connected_clients", facts.node.clients);
  out.Add("blocked_clients", 0);
}

void Memory(const NodeFacts& facts, Lines& out) { out.Add("used_memory", facts.node.rss_bytes); }

void Replication(const NodeFacts&, Lines& out) {
  out.Add("role", "master");
  out.Add("connected_slaves", 0);
}

void Keyspace(const NodeFacts& facts, Lines& out) {
  if (facts.keys > 0) out.Add("db0", Cat("keys=", facts.keys, ",expires=", facts.keys, ",avg_ttl=0"));
}

void Events(const NodeFacts& facts, Lines& out) {
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

void Kafka(const NodeFacts& facts, Lines& out) {
  for (const PartitionFigure& figure : PartitionFigures()) {
    if (figure.total != PartitionFigure::Total::kNone) out.Add(figure.info, TotalOf(figure, facts));
  }
  for (const PartitionStatus& partition : facts.partitions) {
    const auto& [topic, number] = partition.topic_partition;
    if (!partition.stopped.empty()) out.Add(Cat("stopped_", topic, "_", number), Escaped(partition.stopped));
  }
}

constexpr struct {
  std::string_view name;
  void (*add)(const NodeFacts&, Lines&);
} kSections[] = {
    {"Server", Server},           {"Clients", Clients},  {"Memory", Memory}, {"Stats", Nothing},
    {"Counters", Nothing},        {"Events", Events},    {"Kafka", Kafka},   {"Checkpoint", Nothing},
    {"Replication", Replication}, {kKeyspace, Keyspace},
};

bool IsShown(std::string_view section, std::string_view asked) {
  return asked.empty() || EqualsIgnoreCase(asked, "all") || EqualsIgnoreCase(asked, "default") ||
         EqualsIgnoreCase(asked, "everything") || EqualsIgnoreCase(asked, section);
}

Task<int64_t> CountKeys(CommandContext context) {
  KeyCount& known = context.state.key_count;
  const absl::Duration now = context.wall.Monotonic();
  if (now < known.counted + KeyCount::kAgeMax) co_return int64_t{known.keys};
  std::shared_ptr<const void> pin = context.Pin();
  const int64_t keys = co_await CountBuckets(context.slices);
  known = {keys, now};
  co_return int64_t{keys};
}

}  // namespace

Task<std::vector<std::string>> InfoLines(CommandContext context, std::string section) {
  int64_t keys = 0;
  if (IsShown(kKeyspace, section)) keys = co_await CountKeys(context);
  NodeFacts facts = ReadFacts(context.slices, context.status.Status(), context.wall.Now());
  facts.keys = keys;
  Lines out;
  for (const auto& [name, add] : kSections) {
    if (!IsShown(name, section)) continue;
    out.lines.push_back(Cat("# ", name));
    add(facts, out);
    for (const NodeFigure& figure : NodeFigures()) {
      if (figure.section == name) out.Add(figure.info, Shown(figure, facts));
    }
  }
  co_return std::move(out.lines);
}

}  // namespace tally
