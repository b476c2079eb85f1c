// Counts records with a single shard, all at once and one by one.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/counters/shard.h"
#include "core/counters/shard_minutes.h"
#include "tests/fuzz/fuzz.h"
#include "tests/testing/times.h"

namespace tally {

struct Counted {
  std::array<uint64_t, kFates> fates{};
  std::map<std::pair<BlockKey, uint32_t>, uint64_t> counts;  // by block and cell

  friend bool operator==(const Counted&, const Counted&) = default;
};

// Counts `payloads` as the records of one partition. The shard gets `chunk` records at a time. The time is 14:35.
inline Counted Count(const std::shared_ptr<const Rules>& rules, SeriesTable& series,
                     std::span<const std::string_view> payloads, size_t chunk) {
  const Timestamp now = TimeAt("14:35");
  const Horizon horizon;
  std::vector<std::unique_ptr<ShardPart>> parts;
  auto* minutes = new ShardMinutes(rules, series, horizon);
  parts.emplace_back(minutes);
  Shard shard(rules, std::move(parts));
  shard.AddPartition({"mw", 3}, {});
  std::vector<Record> records;
  for (std::string_view payload : payloads) {
    records.push_back({0, static_cast<int64_t>(records.size()), now, "a key", payload});
  }
  for (std::span<const Record> left = records; !left.empty(); left = left.subspan(std::min(chunk, left.size()))) {
    shard.Apply(left.first(std::min(chunk, left.size())), now);
  }
  Counted counted{.fates = shard.Partitions()[0].state.fates, .counts = {}};
  shard.Cut();
  const std::shared_ptr<const Delta> delta = minutes->frozen();
  for (const BlockKey& page : delta->Pages()) {
    BlockCounts counts{};
    delta->AddTo(page, counts);
    for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
      if (counts[cell] > 0) counted.counts[{page, cell}] = counts[cell];
    }
  }
  return counted;
}

// Checks that the fate and the counts of a record do not depend on its neighbours, and that each record has one fate.
inline void CheckCounted(const std::shared_ptr<const Rules>& rules, std::span<const std::string_view> payloads) {
  // Making a new table for each input would take most of the time.
  constexpr size_t kSeriesMax = 1000;
  static std::unique_ptr<SeriesTable> series;
  if (!series || series->size() > kSeriesMax / 2) {
    std::vector<SeriesTable::Metric> metrics;
    for (const MetricRule& metric : rules->metrics()) {
      metrics.push_back({metric.name, static_cast<uint32_t>(metric.by.size())});
    }
    series = std::make_unique<SeriesTable>(metrics, kSeriesMax);
  }
  const Counted together = Count(rules, *series, payloads, payloads.size());
  TALLY_CHECK(std::accumulate(together.fates.begin(), together.fates.end(), uint64_t{0}) == payloads.size());
  TALLY_CHECK(Count(rules, *series, payloads, 1) == together);
}

}  // namespace tally
