// LIST, GET, RANGE, TOP: the commands that read series.
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/count.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/query/command_table.h"
#include "core/query/glob.h"
#include "core/query/primitives.h"
#include "core/query/series_query.h"
#include "core/query/when.h"
#include "core/query/words.h"
#include "core/time/format.h"

namespace tally {
namespace {

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

Task<Reply> List(CommandContext context, Words arguments) {
  absl::StatusOr<Glob> glob = Glob::Parse(arguments.empty() ? "*" : arguments[0]);
  if (!glob.ok()) co_return ErrorReply(glob.status());
  std::shared_ptr<const void> pin = context.Pin();
  std::deque<SeriesRef> names;
  auto take = [&](std::string_view name, std::span<const SeriesRef> series) {
    if (glob->Matches(name)) names.push_back(series.front());
    return true;
  };
  co_await ForEachName(context.slices, glob->prefix(), "", take);
  size_t rows = names.size();
  size_t held_bytes = HeldBytes(names);
  auto row = [pin, slices = context.slices, names = std::move(names)](size_t i) {
    return Row{std::string(NameOf(slices, names[i]))};
  };
  co_return TableReply({.rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

absl::StatusOr<MinuteCount> GetCount(const CommandContext& context, Words arguments) {
  Minute minute = MinuteOf(context.now()) - 1;
  if (arguments.size() > 1) {
    ASSIGN_OR_RETURN(Timestamp when, ParseWhen(arguments[1], context.now()));
    minute = MinuteOf(when);
  }
  return CountIn(context.slices, arguments[0], minute);
}

Task<Reply> Get(CommandContext context, Words arguments) {
  absl::StatusOr<MinuteCount> answer = GetCount(context, arguments);
  if (!answer.ok()) return ErrorReply(answer.status());
  return Reply{Value{StringCount{answer->count, answer->open, answer->decimals}}};
}

struct RangeArguments {
  MinuteRange range;
  int32_t step_minutes = 1;
};

absl::StatusOr<RangeArguments> ParseRangeArguments(const CommandContext& context, Words arguments) {
  ASSIGN_OR_RETURN(MinuteRange range, ParseRange(context, arguments.subspan(1, 2)));
  RangeArguments parsed{range};
  if (arguments.size() > 3) {
    ASSIGN_OR_RETURN(parsed.step_minutes, ParseStepMinutes(arguments[3]));
  }
  return parsed;
}

Task<Reply> RangeCommand(CommandContext context, Words arguments) {
  absl::StatusOr<RangeArguments> parsed = ParseRangeArguments(context, arguments);
  if (!parsed.ok()) co_return ErrorReply(parsed.status());
  std::shared_ptr<const void> pin = context.Pin();
  absl::StatusOr<Selection> selection = co_await Select(context.slices, arguments[0]);
  if (!selection.ok()) co_return ErrorReply(selection.status());
  MinuteSums sums = co_await SumByMinute(*selection, parsed->range);
  std::vector<Step> steps = StepsOf(sums, parsed->range, parsed->step_minutes);
  size_t rows = steps.size();
  size_t held_bytes = HeldBytes(steps);
  auto row = [steps = std::move(steps), decimals = selection->decimals](size_t i) {
    Row cells{FormatMinute(steps[i].start), CountCell(steps[i].count, decimals)};
    if (steps[i].open) cells.push_back("open");
    return cells;
  };
  co_return NestedReply(rows, std::move(row), held_bytes);
}

struct TopArguments {
  size_t n;
  MinuteRange range;
};

absl::StatusOr<TopArguments> ParseTopArguments(const CommandContext& context, Words arguments) {
  std::optional<int64_t> n = ParseInteger(arguments[0]);
  if (!n || *n < 1) return InvalidArgument("expected a number of series, 1 or more, got ", Quoted(arguments[0]));
  ASSIGN_OR_RETURN(MinuteRange range, ParseRange(context, arguments.subspan(2, 2)));
  return TopArguments{static_cast<size_t>(*n), range};
}

Task<Reply> TopCommand(CommandContext context, Words arguments) {
  absl::StatusOr<TopArguments> parsed = ParseTopArguments(context, arguments);
  if (!parsed.ok()) co_return ErrorReply(parsed.status());
  std::shared_ptr<const void> pin = context.Pin();
  absl::StatusOr<Selection> selection = co_await Select(context.slices, arguments[1]);
  if (!selection.ok()) co_return ErrorReply(selection.status());
  std::vector<TopSeries> top = co_await Top(*selection, parsed->range, parsed->n);
  size_t rows = top.size();
  size_t held_bytes = HeldBytes(top);
  auto row = [pin, slices = context.slices, top = std::move(top)](size_t i) {
    return Row{std::string(NameOf(slices, top[i].series)), CountCell(top[i].count, top[i].decimals)};
  };
  co_return NestedReply(rows, std::move(row), held_bytes);
}

constexpr CommandSpec kSeriesCommands[] = {
    {"LIST", "[glob]", 0, 1, Reads::kCounters, List},
    {"GET", "series [when]", 1, 2, Reads::kKey, Get},
    {"RANGE", "glob from to [step]", 3, 4, Reads::kCounters, RangeCommand},
    {"TOP", "n glob from to", 4, 4, Reads::kCounters, TopCommand},
};

}  // namespace

std::span<const CommandSpec> SeriesCommands() { return kSeriesCommands; }

}  // namespace tally
