// LAG, REJECTS, INFO: the state of the node.
#include <algorithm>
#include <array>
#include <tuple>

#include "core/base/strings.h"
#include "core/query/command_table.h"
#include "core/query/info.h"
#include "core/query/lag.h"
#include "core/query/words.h"

namespace tally {
namespace {

Reply RowsReply(Table::Shape shape, std::vector<Row> all) {
  size_t rows = all.size();
  size_t held_bytes = HeldBytes(all);
  for (const Row& row : all) held_bytes += HeldBytes(row);
  auto row = [all = std::move(all)](size_t i) { return all[i]; };
  return TableReply({.shape = shape, .rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

Cell OrUnknown(std::optional<int64_t> number) { return number ? Cell(*number) : Cell(NullCell{}); }

// One word, because clients split the fields of a line at spaces.
std::string State(const PartitionStatus& partition) {
  if (partition.stopped.empty()) return partition.paused ? "waiting" : "ok";
  std::string reason = Escaped(partition.stopped);
  std::replace(reason.begin(), reason.end(), ' ', '_');
  return Cat("stopped:", reason);
}

Task<Reply> LagCommand(CommandContext context, Words) {
  std::vector<Row> rows;
  for (const PartitionStatus& partition : PartitionsOf(context.slices)) {
    Lag lag = LagOf(partition, context.wall.Now());
    Cell end = partition.end ? Cell(partition.end->offset) : Cell(NullCell{});
    rows.push_back({partition.topic_partition.topic, partition.topic_partition.partition, partition.state.next, end,
                    OrUnknown(lag.records), OrUnknown(lag.seconds), State(partition)});
  }
  for (const std::string& topic : context.status.Status().waiting_topics) {
    rows.push_back({topic, NullCell{}, NullCell{}, NullCell{}, NullCell{}, NullCell{}, "waiting"});
  }
  return RowsReply(Table::Shape::kNested, std::move(rows));
}

// The last rejects of each reason, oldest first.
std::vector<Rejects::Reject> LastRejects(Slices slices, Words topic) {
  std::vector<Rejects::Reject> all;
  for (const Counters* counters : slices) {
    for (const auto& shard : counters->shards()) shard->AppendRejects(all);
  }
  std::erase_if(
      all, [&](const Rejects::Reject& reject) { return !topic.empty() && reject.topic_partition.topic != topic[0]; });
  auto newer = [](const Rejects::Reject& a, const Rejects::Reject& b) {
    return std::tie(a.seen, a.topic_partition, a.offset) > std::tie(b.seen, b.topic_partition, b.offset);
  };
  std::sort(all.begin(), all.end(), newer);
  std::array<size_t, kFates> kept{};
  std::erase_if(
      all, [&](const Rejects::Reject& reject) { return ++kept[static_cast<size_t>(reject.reason)] > Rejects::kKept; });
  std::reverse(all.begin(), all.end());
  return all;
}

Task<Reply> RejectsCommand(CommandContext context, Words arguments) {
  std::vector<Row> rows;
  for (const Rejects::Reject& reject : LastRejects(context.slices, arguments)) {
    rows.push_back({reject.topic_partition.topic, reject.topic_partition.partition, reject.offset,
                    Cat(Name(reject.reason), ": ", reject.problem.Text()), Escaped(reject.sample)});
  }
  return RowsReply(Table::Shape::kNested, std::move(rows));
}

Task<Reply> Info(CommandContext context, Words arguments) {
  std::vector<Row> rows;
  std::vector<std::string> lines = co_await InfoLines(context, std::string(arguments.empty() ? "" : arguments[0]));
  for (std::string& line : lines) rows.push_back({std::move(line)});
  co_return RowsReply(Table::Shape::kLines, std::move(rows));
}

constexpr CommandSpec kNodeCommands[] = {
    {"LAG", "", 0, 0, Reads::kNothing, LagCommand},
    {"REJECTS", "[topic]", 0, 1, Reads::kNothing, RejectsCommand},
    {"INFO", "[section]", 0, 1, Reads::kCounters, Info},
};

}  // namespace

std::span<const CommandSpec> NodeCommands() { return kNodeCommands; }

}  // namespace tally
