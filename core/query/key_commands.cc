// KEYS, SCAN, DBSIZE, EXISTS, TYPE, TTL: the buckets, shown to a Redis client as a database of hashes.
#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "core/base/strings.h"
#include "core/query/buckets.h"
#include "core/query/command_table.h"
#include "core/query/glob.h"
#include "core/query/words.h"

namespace tally {
namespace {

// KEYS with more matches than this is an ERR: each match takes 12 bytes while the reply is written. SCAN has no limit.
constexpr size_t kKeysMax = 10'000'000;

// SCAN reduces a larger COUNT to this, because a page is held in memory whole.
constexpr int64_t kScanCountMax = 1'000;
constexpr int64_t kScanCountDefault = 10;

Task<Reply> ExistsCommand(CommandContext context, Words arguments) {
  std::shared_ptr<const void> pin = context.Pin();
  const int64_t existing = co_await CountExisting(context.slices, arguments);
  co_return IntegerReply(existing);
}

Task<Reply> Type(CommandContext context, Words arguments) {
  std::shared_ptr<const void> pin = context.Pin();
  const int64_t existing = co_await CountExisting(context.slices, arguments);
  co_return StatusReply(existing > 0 ? "hash" : "none");
}

// In seconds; -2 if there is no such key.
Task<Reply> Ttl(CommandContext context, Words arguments) {
  std::shared_ptr<const void> pin = context.Pin();
  const int64_t existing = co_await CountExisting(context.slices, arguments);
  if (existing == 0) co_return IntegerReply(-2);
  const Minute minute = ParseBucketKey(arguments[0])->minute;
  absl::Duration left = minute.end() + context.slices.front()->options().ttl - context.now();
  co_return IntegerReply(std::max(int64_t{0}, absl::ToInt64Seconds(left)));
}

Task<Reply> Dbsize(CommandContext context, Words) {
  std::shared_ptr<const void> pin = context.Pin();
  int64_t buckets = 0;
  auto count = [&](const Bucket&) { return ++buckets, true; };
  co_await ForEachBucket(context.slices, nullptr, count);
  co_return IntegerReply(buckets);
}

// One row for each bucket, after the rows of `first`.
template <typename Buckets>
Reply KeysReply(const CommandContext& context, std::shared_ptr<const void> pin, Table::Shape shape, Row first,
                Buckets buckets) {
  size_t rows = first.size() + buckets.size();
  size_t held_bytes = HeldBytes(buckets);
  auto row = [slices = context.slices, pin = std::move(pin), first = std::move(first),
              buckets = std::move(buckets)](size_t i) {
    return Row{i < first.size() ? first[i] : Cell(KeyOf(slices, buckets[i - first.size()]))};
  };
  return TableReply({.shape = shape, .rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

Task<Reply> Keys(CommandContext context, Words arguments) {
  absl::StatusOr<Glob> glob = Glob::Parse(arguments[0]);
  if (!glob.ok()) co_return ErrorReply(glob.status());
  std::shared_ptr<const void> pin = context.Pin();
  std::deque<Bucket> buckets;
  auto take = [&](const Bucket& bucket) {
    buckets.push_back(bucket);
    return buckets.size() <= kKeysMax;
  };
  const bool all = co_await ForEachBucket(context.slices, &*glob, take);
  if (!all) co_return ErrorReply(Cat("more than ", kKeysMax, " keys match: use SCAN"));
  co_return KeysReply(context, std::move(pin), Table::Shape::kFlat, {}, std::move(buckets));
}

struct ScanOptions {
  std::string_view match = "*";
  int64_t count = kScanCountDefault;
  bool hashes = true;  // TYPE is absent or hash
};

// Returns nothing if `options` are not valid.
std::optional<ScanOptions> ParseScanOptions(Words options) {
  ScanOptions parsed;
  if (options.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < options.size(); i += 2) {
    absl::string_view name = ToAbsl(options[i]);
    std::string_view value = options[i + 1];
    if (absl::EqualsIgnoreCase(name, "match")) {
      parsed.match = value;
    } else if (absl::EqualsIgnoreCase(name, "count")) {
      parsed.count = ParseInteger(value).value_or(0);
    } else if (absl::EqualsIgnoreCase(name, "type")) {
      parsed.hashes = absl::EqualsIgnoreCase(ToAbsl(value), "hash");
    } else {
      return std::nullopt;
    }
  }
  if (parsed.count < 1) return std::nullopt;
  parsed.count = std::min(parsed.count, kScanCountMax);
  return parsed;
}

constexpr std::string_view kScanArguments = "cursor [MATCH glob] [COUNT n] [TYPE type]";

Task<Reply> Scan(CommandContext context, Words arguments) {
  std::optional<int64_t> cursor = ParseInteger(arguments[0]);
  if (!cursor || *cursor < 0) co_return ErrorReply(Cat("invalid cursor ", Quoted(arguments[0]), ", expected a number"));
  std::optional<ScanOptions> options = ParseScanOptions(arguments.subspan(1));
  if (!options) co_return ErrorReply(Cat("syntax error, expected: SCAN ", kScanArguments));
  absl::StatusOr<Glob> glob = Glob::Parse(options->match);
  if (!glob.ok()) co_return ErrorReply(glob.status());
  std::shared_ptr<const void> pin = context.Pin();
  ScanPage page;
  if (options->hashes) page = co_await ScanBuckets(context.slices, *glob, *cursor, static_cast<size_t>(options->count));
  co_return KeysReply(context, std::move(pin), Table::Shape::kCursor, {Cat(page.next)}, std::move(page.buckets));
}

constexpr CommandSpec kKeyCommands[] = {
    {"EXISTS", "key [key ...]", 1, kAnyNumber, Reads::kKeys, ExistsCommand},
    {"TTL", "key", 1, 1, Reads::kKey, Ttl},
    {"TYPE", "key", 1, 1, Reads::kKey, Type},
    {"KEYS", "glob", 1, 1, Reads::kCounters, Keys},
    {"SCAN", kScanArguments, 1, 7, Reads::kCounters, Scan},
    {"DBSIZE", "", 0, 0, Reads::kCounters, Dbsize},
};

}  // namespace

std::span<const CommandSpec> KeyCommands() { return kKeyCommands; }

}  // namespace tally
