// The maximum memory of a node in bytes, by the formula of docs/memory.md: the same terms in the same order. The terms
// for clients and requests are missing; tests/socket checks them.
//
//   MemoryBound bound{.threads = 2, .partitions = 2, .series = 100'000, .name_bytes = 24};
//   EXPECT_LE(PeakResidentBytesOf(pid), bound.Bytes());
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "apps/kafka/client_config.h"
#include "core/counters/series.h"
#include "core/counters/series_table.h"
#include "core/counters/shard.h"

namespace tally {

struct MemoryBound {
  // For the term of ingest.
  size_t threads = 1;
  size_t partitions = 1;
  size_t brokers = 1;
  double ratio = 1;          // the compression ratio
  size_t event_bytes = 100;  // a fetch of small events has more messages
  // `series` does not include ~other. `minutes` is the number of minutes with counts, both between two checkpoints and
  // in total.
  size_t series = 0;
  size_t name_bytes = 0;
  size_t minutes = 1;

  uint64_t Bytes() const { return (kBase + Ingest() + Series() + Counters() + Unsaved()) / 4 * 5; }

 private:
  static constexpr uint64_t kBase = 56 << 20;
  static constexpr uint64_t kMessageBytes = 400;
  static constexpr uint64_t kCounterBytes = 8;

  uint64_t Ingest() const {
    const size_t reading = std::min(threads, partitions);
    const Prefetch prefetch = Prefetch::For((partitions + reading - 1) / reading);
    const double fetch = prefetch.fetch_bytes * (1 + ratio);
    const double fetched = prefetch.fetch_bytes * ratio / static_cast<double>(event_bytes);
    const double messages = prefetch.messages + static_cast<double>(brokers) * fetched;
    return reading * static_cast<uint64_t>(Prefetch::kQueuedKbytes * 1024.0 + kMessageBytes * messages +
                                           static_cast<double>(brokers) * fetch);
  }

  size_t AllSeries() const { return series == 0 ? 0 : series + SeriesTable::kOtherMax; }
  uint64_t Series() const { return AllSeries() * (name_bytes + 40); }

  uint64_t Counters() const { return AllSeries() * minutes * kCounterBytes; }

  // New series, and the counts since the last checkpoint.
  uint64_t Unsaved() const {
    const uint64_t pages = 2 * threads * minutes * (AllSeries() / kBlockSize + 1) * kBlockSize * sizeof(uint64_t);
    return AllSeries() * (3 * name_bytes + 130) + pages;
  }
};

}  // namespace tally
