// LIST, GET, RANGE, TOP: what sees series.
#include <memory>
#include <optional>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/query/command_table.h"
#include "core/query/glob.h"
#include "core/query/series_query.h"
#include "core/query/when.h"
#include "core/query/words.h"
#include "core/time/format.h"

namespace tally {
namespace {

Reply ErrorOf(const absl::Status& status) { return ErrorReply(std::string(FromAbsl(status.message()))); }

Reply OrError(absl::StatusOr<Reply> reply) { return reply.ok() ? *std::move(reply) : ErrorOf(reply.status()); }

int64_t CountCell(uint64_t count) { return static_cast<int64_t>(count); }  // which is at most kCountMax

absl::StatusOr<MinuteRange> ParseRange(const CommandContext& context, Words from_and_to) {
  ASSIGN_OR_RETURN(Timestamp from, ParseWhen(from_and_to[0], context.now()));
  ASSIGN_OR_RETURN(Timestamp to, ParseWhen(from_and_to[1], context.now()));
  if (from > to) {
    return InvalidArgument("expected a range that begins before it ends, got ", FormatTimestamp(from), " to ",
                           FormatTimestamp(to));
  }
  return MinuteRange(from, to);
}

Reply NestedReply(size_t rows, std::function<Row(size_t)> row, size_t held_bytes) {
  return TableReply({.shape = Table::Shape::kNested, .rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

Reply List(const CommandContext& context, Words arguments) {
  const SeriesTable& table = context.series();
  auto pin = std::make_shared<SeriesTable::Pin>(table);
  Glob glob(arguments.empty() ? "*" : arguments[0]);
  std::vector<SeriesId> ids = table.List(glob.prefix(), [&](std::string_view name) { return glob.Matches(name); });
  size_t rows = ids.size();
  size_t held_bytes = HeldBytes(ids);
  auto row = [pin, &table, ids = std::move(ids)](size_t i) { return Row{table.Name(ids[i])}; };
  return TableReply({.rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

absl::StatusOr<Reply> GetCount(const CommandContext& context, Words arguments) {
  Minute minute = MinuteOf(context.now()) - 1;
  if (arguments.size() > 1) {
    ASSIGN_OR_RETURN(Timestamp when, ParseWhen(arguments[1], context.now()));
    minute = MinuteOf(when);
  }
  SeriesTable::Pin pin(context.series());
  ASSIGN_OR_RETURN(Selection selection, SelectOne(context.counters, arguments[0]));
  ASSIGN_OR_RETURN(MinuteCount answer, CountIn(context.counters, selection, minute));
  return BulkReply(Cat(answer.count, answer.open ? " open" : ""));
}

Reply Get(const CommandContext& context, Words arguments) { return OrError(GetCount(context, arguments)); }

absl::StatusOr<Reply> RangeRows(const CommandContext& context, Words arguments) {
  ASSIGN_OR_RETURN(MinuteRange range, ParseRange(context, arguments.subspan(1, 2)));
  int32_t step_minutes = 1;
  if (arguments.size() > 3) {
    ASSIGN_OR_RETURN(step_minutes, ParseStepMinutes(arguments[3]));
  }
  SeriesTable::Pin pin(context.series());
  ASSIGN_OR_RETURN(Selection selection, Select(context.counters, arguments[0]));
  std::vector<Step> steps = Range(context.counters, selection, range, step_minutes);
  size_t rows = steps.size();
  size_t held_bytes = HeldBytes(steps);
  auto row = [steps = std::move(steps)](size_t i) {
    Row cells{FormatMinute(steps[i].start), CountCell(steps[i].count)};
    if (steps[i].open) cells.push_back("open");
    return cells;
  };
  return NestedReply(rows, std::move(row), held_bytes);
}

Reply RangeCommand(const CommandContext& context, Words arguments) { return OrError(RangeRows(context, arguments)); }

absl::StatusOr<Reply> TopRows(const CommandContext& context, Words arguments) {
  std::optional<int64_t> n = ParseInteger(arguments[0]);
  if (!n || *n < 1) return InvalidArgument("expected how many series, 1 or more, got ", Quoted(arguments[0]));
  ASSIGN_OR_RETURN(MinuteRange range, ParseRange(context, arguments.subspan(2, 2)));
  const SeriesTable& table = context.series();
  auto pin = std::make_shared<SeriesTable::Pin>(table);
  ASSIGN_OR_RETURN(Selection selection, Select(context.counters, arguments[1]));
  auto top = Top(context.counters, selection, range, static_cast<size_t>(*n));
  size_t rows = top.size();
  size_t held_bytes = HeldBytes(top);
  auto row = [pin, &table, top = std::move(top)](size_t i) {
    return Row{table.Name(top[i].first), CountCell(top[i].second)};
  };
  return NestedReply(rows, std::move(row), held_bytes);
}

Reply TopCommand(const CommandContext& context, Words arguments) { return OrError(TopRows(context, arguments)); }

constexpr CommandSpec kCommands[] = {
    {"LIST", "[glob]", 0, 1, true, List},
    {"GET", "series [when]", 1, 2, true, Get},
    {"RANGE", "glob from to [step]", 3, 4, true, RangeCommand},
    {"TOP", "n glob from to", 4, 4, true, TopCommand},
};

}  // namespace

std::span<const CommandSpec> SeriesCommands() { return kCommands; }

}  // namespace tally
