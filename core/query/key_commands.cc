// KEYS, SCAN, DBSIZE, EXISTS, TYPE, TTL: the buckets, as a Redis client sees a database of hashes.
#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "core/base/strings.h"
#include "core/query/buckets.h"
#include "core/query/command_table.h"
#include "core/query/glob.h"
#include "core/query/words.h"

namespace tally {
namespace {

// KEYS with more than so many matches is an ERR: it takes 8 bytes for each while the reply is written. SCAN has no end.
constexpr size_t kKeysMax = 10'000'000;

// SCAN with a larger COUNT is one with this: a page is as much work as the server's thread does at a time.
constexpr int64_t kScanCountMax = 1'000;
constexpr int64_t kScanCountDefault = 10;

bool Exists(const CommandContext& context, std::string_view key_text) {
  std::optional<BucketKey> key = ParseBucketKey(key_text);
  return key && BucketExists(context.counters, *key);
}

Reply ExistsCommand(const CommandContext& context, Words arguments) {
  return IntegerReply(
      std::count_if(arguments.begin(), arguments.end(), [&](std::string_view key) { return Exists(context, key); }));
}

Reply Type(const CommandContext& context, Words arguments) {
  return StatusReply(Exists(context, arguments[0]) ? "hash" : "none");
}

// In seconds; -2 if there is no such key.
Reply Ttl(const CommandContext& context, Words arguments) {
  std::optional<BucketKey> key = ParseBucketKey(arguments[0]);
  if (!key || !BucketExists(context.counters, *key)) return IntegerReply(-2);
  absl::Duration left = key->minute.end() + context.counters.options().ttl - context.now();
  return IntegerReply(std::max(int64_t{0}, absl::ToInt64Seconds(left)));
}

Reply Dbsize(const CommandContext& context, Words) {
  SeriesTable::Pin pin(context.series());
  int64_t buckets = 0;
  ForEachBucket(context.counters, "", [&](const Bucket&) { return ++buckets, true; });
  return IntegerReply(buckets);
}

// A row for each bucket, behind those of `first`.
Reply KeysReply(const CommandContext& context, std::shared_ptr<const SeriesTable::Pin> pin, Table::Shape shape,
                Row first, std::vector<Bucket> buckets) {
  size_t rows = first.size() + buckets.size();
  size_t held_bytes = HeldBytes(buckets);
  auto row = [&table = context.series(), pin = std::move(pin), first = std::move(first), buckets = std::move(buckets)](
                 size_t i) { return Row{i < first.size() ? first[i] : Cell(KeyOf(table, buckets[i - first.size()]))}; };
  return TableReply({.shape = shape, .rows = rows, .row = std::move(row), .held_bytes = held_bytes});
}

Reply Keys(const CommandContext& context, Words arguments) {
  auto pin = std::make_shared<SeriesTable::Pin>(context.series());
  Glob glob(arguments[0]);
  std::vector<Bucket> buckets;
  ForEachBucket(context.counters, SeriesPrefix(glob), [&](const Bucket& bucket) {
    if (glob.Matches(KeyOf(context.series(), bucket))) buckets.push_back(bucket);
    return buckets.size() <= kKeysMax;
  });
  if (buckets.size() > kKeysMax) return ErrorReply(Cat("more than ", kKeysMax, " keys match: use SCAN"));
  return KeysReply(context, std::move(pin), Table::Shape::kFlat, {}, std::move(buckets));
}

struct ScanOptions {
  std::string_view match = "*";
  int64_t count = kScanCountDefault;
  bool hashes = true;  // TYPE, if it was given, is hash
};

// Nothing if `options` are none.
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

Reply Scan(const CommandContext& context, Words arguments) {
  std::optional<int64_t> cursor = ParseInteger(arguments[0]);
  if (!cursor || *cursor < 0) return ErrorReply(Cat("invalid cursor ", Quoted(arguments[0]), ", expected a number"));
  std::optional<ScanOptions> options = ParseScanOptions(arguments.subspan(1));
  if (!options) return ErrorReply(Cat("syntax error, expected: SCAN ", kScanArguments));
  auto pin = std::make_shared<SeriesTable::Pin>(context.series());
  ScanPage page;
  if (options->hashes) {
    Glob glob(options->match);
    page = ScanBuckets(context.counters, SeriesPrefix(glob), *cursor, static_cast<size_t>(options->count));
    std::erase_if(page.buckets, [&](const Bucket& bucket) { return !glob.Matches(KeyOf(context.series(), bucket)); });
  }
  return KeysReply(context, std::move(pin), Table::Shape::kCursor, {Cat(page.next)}, std::move(page.buckets));
}

constexpr CommandSpec kCommands[] = {
    {"EXISTS", "key [key ...]", 1, kAnyNumber, true, ExistsCommand},
    {"TTL", "key", 1, 1, true, Ttl},
    {"TYPE", "key", 1, 1, true, Type},
    {"KEYS", "glob", 1, 1, true, Keys},
    {"SCAN", kScanArguments, 1, 7, true, Scan},
    {"DBSIZE", "", 0, 0, true, Dbsize},
};

}  // namespace

std::span<const CommandSpec> KeyCommands() { return kCommands; }

}  // namespace tally
