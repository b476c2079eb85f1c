// H*: the fields of one bucket, as Redis replies. A key that is no bucket's is an empty hash, not an error.
#include <memory>
#include <optional>

#include "core/base/strings.h"
#include "core/counters/view.h"
#include "core/query/buckets.h"
#include "core/query/command_table.h"
#include "core/query/series_reader.h"

namespace tally {
namespace {

// The fields of a bucket, by name. The pin keeps their names while the reply is written.
struct Fields {
  std::shared_ptr<const SeriesTable::Pin> pin;
  std::vector<SeriesId> ids;
  std::vector<uint64_t> counts;
};

Fields FieldsOf(const CommandContext& context, std::string_view key_text) {
  Fields fields{.pin = std::make_shared<SeriesTable::Pin>(context.series()), .ids = {}, .counts = {}};
  std::optional<BucketKey> key = ParseBucketKey(key_text);
  if (!key) return fields;
  std::vector<SeriesId> members = MembersOf(context.series(), key->group);
  std::vector<uint64_t> counts(members.size());
  SeriesReader(members).ForEach(View(context.counters), key->minute, [&](uint32_t i, uint64_t count) {
    counts[i] = count;
    return true;
  });
  for (size_t i = 0; i < members.size(); ++i) {
    if (counts[i] == 0) continue;
    fields.ids.push_back(members[i]);
    fields.counts.push_back(counts[i]);
  }
  return fields;
}

// The names or the counts of all fields, or both side by side.
enum class Part { kNames, kCounts, kBoth };

Reply FieldsReply(const CommandContext& context, std::string_view key, Part part) {
  Fields fields = FieldsOf(context, key);
  size_t rows = fields.ids.size();
  size_t columns = part == Part::kBoth ? 2 : 1;
  size_t held_bytes = HeldBytes(fields.ids) + HeldBytes(fields.counts);
  auto row = [&table = context.series(), part, fields = std::move(fields)](size_t i) {
    Row cells;
    if (part != Part::kCounts) cells.push_back(std::string(FieldOf(table.Name(fields.ids[i]))));
    if (part != Part::kNames) cells.push_back(Cat(fields.counts[i]));
    return cells;
  };
  return TableReply({.rows = rows, .columns = columns, .row = std::move(row), .held_bytes = held_bytes});
}

Reply Hgetall(const CommandContext& context, Words words) { return FieldsReply(context, words[0], Part::kBoth); }
Reply Hkeys(const CommandContext& context, Words words) { return FieldsReply(context, words[0], Part::kNames); }
Reply Hvals(const CommandContext& context, Words words) { return FieldsReply(context, words[0], Part::kCounts); }

Reply Hlen(const CommandContext& context, Words arguments) {
  return IntegerReply(static_cast<int64_t>(FieldsOf(context, arguments[0]).ids.size()));
}

Cell FieldCell(const CommandContext& context, const std::optional<BucketKey>& key, std::string_view field) {
  if (!key) return NullCell{};
  SeriesTable::Pin pin(context.series());
  SeriesId id = MemberOf(context.series(), key->group, field);
  uint64_t count = id == kNoSeries ? 0 : View(context.counters).Count(key->minute, id);
  return count == 0 ? Cell(NullCell{}) : Cell(Cat(count));
}

Reply Hget(const CommandContext& context, Words arguments) {
  return {Value{FieldCell(context, ParseBucketKey(arguments[0]), arguments[1])}};
}

Reply Hmget(const CommandContext& context, Words arguments) {
  std::optional<BucketKey> key = ParseBucketKey(arguments[0]);
  std::vector<Cell> cells;
  for (std::string_view field : arguments.subspan(1)) cells.push_back(FieldCell(context, key, field));
  size_t rows = cells.size();
  size_t held_bytes = HeldBytes(cells);
  auto row = [cells = std::move(cells)](size_t i) { return Row{cells[i]}; };
  return TableReply({.rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

constexpr CommandSpec kCommands[] = {
    {"HGETALL", "key", 1, 1, true, Hgetall},
    {"HGET", "key field", 2, 2, true, Hget},
    {"HMGET", "key field [field ...]", 2, kAnyNumber, true, Hmget},
    {"HKEYS", "key", 1, 1, true, Hkeys},
    {"HVALS", "key", 1, 1, true, Hvals},
    {"HLEN", "key", 1, 1, true, Hlen},
};

}  // namespace

std::span<const CommandSpec> HashCommands() { return kCommands; }

}  // namespace tally
