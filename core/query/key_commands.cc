// KEYS, SCAN, DBSIZE, EXISTS, TYPE, TTL, PTTL: the buckets, shown to a Redis client as a database of hashes.
#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/strings.h"
#include "core/query/buckets.h"
#include "core/query/command_table.h"
#include "core/query/glob.h"
#include "core/query/scan_options.h"

namespace tally {
namespace {

// KEYS with more matches than this is an ERR: each match takes 12 bytes while the reply is written. SCAN has no limit.
constexpr size_t kKeysMax = 10'000'000;

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

// The time until a bucket is dropped, in `unit`; -2 if there is no such key.
Task<Reply> TimeToLive(CommandContext context, Words arguments, absl::Duration unit) {
  std::shared_ptr<const void> pin = context.Pin();
  const int64_t existing = co_await CountExisting(context.slices, arguments);
  if (existing == 0) co_return IntegerReply(-2);
  const Minute minute = ParseBucketKey(arguments[0])->minute;
  absl::Duration left = minute.end() + context.slices.front()->options().ttl - context.now();
  co_return IntegerReply(std::max(int64_t{0}, left / unit));
}

Task<Reply> Ttl(CommandContext context, Words arguments) { return TimeToLive(context, arguments, absl::Seconds(1)); }
Task<Reply> Pttl(CommandContext context, Words arguments) {
  return TimeToLive(context, arguments, absl::Milliseconds(1));
}

Task<Reply> Dbsize(CommandContext context, Words) {
  std::shared_ptr<const void> pin = context.Pin();
  const int64_t buckets = co_await CountBuckets(context.slices);
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

constexpr std::string_view kScanArguments = "cursor [MATCH glob] [COUNT n] [TYPE type]";

Task<Reply> Scan(CommandContext context, Words arguments) {
  absl::StatusOr<ScanOptions> options = ParseScanOptions(arguments, Cat("SCAN ", kScanArguments));
  if (!options.ok()) co_return ErrorReply(options.status());
  std::shared_ptr<const void> pin = context.Pin();
  ScanPage page;
  if (options->hashes) page = co_await ScanBuckets(context.slices, options->match, options->cursor, options->count);
  co_return KeysReply(context, std::move(pin), Table::Shape::kCursor, {Cat(page.next)}, std::move(page.buckets));
}

constexpr CommandSpec kKeyCommands[] = {
    {"EXISTS", "key [key ...]", 1, kAnyNumber, Reads::kKeys, ExistsCommand},
    {"TTL", "key", 1, 1, Reads::kKey, Ttl},
    {"PTTL", "key", 1, 1, Reads::kKey, Pttl},
    {"TYPE", "key", 1, 1, Reads::kKey, Type},
    {"KEYS", "glob", 1, 1, Reads::kCounters, Keys},
    {"SCAN", kScanArguments, 1, 7, Reads::kCounters, Scan},
    {"DBSIZE", "", 0, 0, Reads::kCounters, Dbsize},
};

}  // namespace

std::span<const CommandSpec> KeyCommands() { return kKeyCommands; }

}  // namespace tally
