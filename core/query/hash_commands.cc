// H*: the fields of one bucket, with the replies of Redis. A key that names no bucket is an empty hash, not an error.
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/strings.h"
#include "core/query/buckets.h"
#include "core/query/command_table.h"
#include "core/query/primitives.h"
#include "core/query/scan_options.h"
#include "core/query/words.h"

namespace tally {
namespace {

struct FieldCount {
  SeriesRef series;
  uint64_t count = 0;
};

// The fields of a bucket, by name. `key_text` lives as long as the task.
Task<std::deque<FieldCount>> FieldsOf(Slices slices, std::string_view key_text) {
  std::deque<FieldCount> fields;
  std::optional<BucketKey> key = ParseBucketKey(key_text);
  if (!key) co_return fields;
  Selection members = co_await SelectGroup(slices, key->group);
  std::deque<FieldCount> all;
  for (const SeriesRef& series : members.names) {
    all.push_back({series});
    co_await Did(1);
  }
  auto add = [&](size_t index, uint64_t count) { all[index].count = AddCounts(all[index].count, count); };
  const bool whole = co_await ForEachCount(members, key->minute, add);
  for (size_t i = 0; whole && i < all.size(); ++i) {
    if (all[i].count > 0) fields.push_back(all[i]);
    co_await Did(1);
  }
  co_return fields;
}

// The names or the counts of all fields, or both in pairs.
enum class Part { kNames, kCounts, kBoth };

Row CellsOf(Slices slices, const FieldCount& field, Part part) {
  Row cells;
  const std::string_view name = NameOf(slices, field.series);
  if (part != Part::kCounts) cells.push_back(std::string(FieldOf(name)));
  if (part != Part::kNames) {
    cells.push_back(StringCount{.count = field.count, .decimals = TableOf(slices, 0).DecimalsOf(name)});
  }
  return cells;
}

Task<Reply> FieldsReply(CommandContext context, std::string_view key, Part part) {
  std::shared_ptr<const void> pin = context.Pin();
  std::deque<FieldCount> fields = co_await FieldsOf(context.slices, key);
  size_t rows = fields.size();
  const bool pairs = part == Part::kBoth;
  size_t held_bytes = HeldBytes(fields);
  auto row = [pin, slices = context.slices, part, fields = std::move(fields)](size_t i) {
    return CellsOf(slices, fields[i], part);
  };
  co_return TableReply({.shape = pairs ? Table::Shape::kMap : Table::Shape::kFlat,
                        .rows = rows,
                        .columns = pairs ? size_t{2} : size_t{1},
                        .row = std::move(row),
                        .held_bytes = held_bytes});
}

Task<Reply> Hgetall(CommandContext context, Words words) { return FieldsReply(context, words[0], Part::kBoth); }
Task<Reply> Hkeys(CommandContext context, Words words) { return FieldsReply(context, words[0], Part::kNames); }
Task<Reply> Hvals(CommandContext context, Words words) { return FieldsReply(context, words[0], Part::kCounts); }

constexpr std::string_view kHscanArguments = "key cursor [MATCH glob] [COUNT n]";

// COUNT has no effect: the whole hash is one page, like a small hash in Redis. Its rows are made while the socket takes
// them, so pages would save nothing.
Task<Reply> Hscan(CommandContext context, Words arguments) {
  absl::StatusOr<ScanOptions> options = ParseScanOptions(arguments.subspan(1), Cat("HSCAN ", kHscanArguments));
  if (!options.ok()) co_return ErrorReply(options.status());
  std::shared_ptr<const void> pin = context.Pin();
  std::deque<FieldCount> all = co_await FieldsOf(context.slices, arguments[0]);
  std::deque<FieldCount> fields;
  for (const FieldCount& field : all) {
    const std::string_view name = NameOf(context.slices, field.series);
    if (options->match.Matches(FieldOf(name))) fields.push_back(field);
    co_await Did(MatchWork(name));
  }
  const size_t rows = 1 + fields.size();
  const size_t held_bytes = HeldBytes(fields);
  auto row = [pin, slices = context.slices, fields = std::move(fields)](size_t i) {
    return i == 0 ? Row{"0"} : CellsOf(slices, fields[i - 1], Part::kBoth);
  };
  co_return TableReply(
      {.shape = Table::Shape::kCursor, .rows = rows, .columns = 2, .row = std::move(row), .held_bytes = held_bytes});
}

Task<Reply> Hlen(CommandContext context, Words arguments) {
  std::shared_ptr<const void> pin = context.Pin();
  std::deque<FieldCount> fields = co_await FieldsOf(context.slices, arguments[0]);
  co_return IntegerReply(static_cast<int64_t>(fields.size()));
}

// The memory of a counter in a packed minute, rounded up (docs/memory.md). The names of a bucket's fields are not part
// of it: the buckets of all minutes share them.
constexpr int64_t kCounterBytes = 2;

constexpr std::string_view kMemoryArguments = "USAGE key [SAMPLES n]";

Task<Reply> Memory(CommandContext context, Words arguments) {
  if (!EqualsIgnoreCase(arguments[0], "USAGE")) {
    co_return ErrorReply(Cat("unknown subcommand ", Quoted(arguments[0]), " of MEMORY, expected ", kMemoryArguments));
  }
  std::shared_ptr<const void> pin = context.Pin();
  std::deque<FieldCount> fields = co_await FieldsOf(context.slices, arguments[1]);
  if (fields.empty()) co_return NullReply();
  co_return IntegerReply(kCounterBytes * static_cast<int64_t>(fields.size()));
}

Cell FieldCell(const CommandContext& context, const std::optional<BucketKey>& key, std::string_view field) {
  if (!key || key->minute < HorizonOf(context.slices)) return NullCell{};
  const std::string name = MemberName(context.slices, key->group, field);
  const uint64_t count = name.empty() ? 0 : CountOfOne(context.slices, name, key->minute);
  if (count == 0) return NullCell{};
  return StringCount{.count = count, .decimals = TableOf(context.slices, 0).DecimalsOf(name)};
}

Task<Reply> Hget(CommandContext context, Words arguments) {
  return Reply{Value{FieldCell(context, ParseBucketKey(arguments[0]), arguments[1])}};
}

Task<Reply> Hexists(CommandContext context, Words arguments) {
  const Cell count = FieldCell(context, ParseBucketKey(arguments[0]), arguments[1]);
  return IntegerReply(std::holds_alternative<NullCell>(count) ? 0 : 1);
}

Task<Reply> Hmget(CommandContext context, Words arguments) {
  std::optional<BucketKey> key = ParseBucketKey(arguments[0]);
  std::deque<Cell> cells;
  for (std::string_view field : arguments.subspan(1)) {
    cells.push_back(FieldCell(context, key, field));
    co_await Did(1 + context.slices.size());
  }
  size_t rows = cells.size();
  size_t held_bytes = HeldBytes(cells);
  auto row = [cells = std::move(cells)](size_t i) { return Row{cells[i]}; };
  co_return TableReply({.rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

constexpr CommandSpec kHashCommands[] = {
    {"HGETALL", "key", 1, 1, Reads::kKey, Hgetall},
    {"HGET", "key field", 2, 2, Reads::kKey, Hget},
    {"HMGET", "key field [field ...]", 2, kAnyNumber, Reads::kKey, Hmget},
    {"HKEYS", "key", 1, 1, Reads::kKey, Hkeys},
    {"HVALS", "key", 1, 1, Reads::kKey, Hvals},
    {"HLEN", "key", 1, 1, Reads::kKey, Hlen},
    {"HEXISTS", "key field", 2, 2, Reads::kKey, Hexists},
    {"HSCAN", kHscanArguments, 2, 6, Reads::kKey, Hscan},
    {"MEMORY", kMemoryArguments, 2, 4, Reads::kCounters, Memory},
};

}  // namespace

std::span<const CommandSpec> HashCommands() { return kHashCommands; }

}  // namespace tally
