// The counts since the last cut: small, warm in cache, and quick to write.
//
//   Delta delta;
//   delta.Add(minute, id, 1);             // by its only writer
//   delta.AddTo(minute, block, counts);   // by any thread, meanwhile
//
// A page holds the counts of one block of series in one minute and is created when it is first touched. So the cost of
// a cut and the size of a checkpoint depend on the number of changes, not on the size of the state.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/mutex.h"
#include "core/counters/block.h"
#include "core/time/time.h"

namespace tally {

// One block of series in one minute.
struct BlockKey {
  Minute minute;
  BlockIndex block = 0;

  friend auto operator<=>(const BlockKey&, const BlockKey&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const BlockKey& key) {
    return H::combine(std::move(state), key.minute, key.block);
  }
};

// One thread adds; any thread reads. A reader sees each count as it is now or was a moment ago, never torn.
class Delta {
 public:
  // Adds `n` to the counter of `id` in `minute`. Only the writer calls it. `n` > 0.
  void Add(Minute minute, SeriesId id, uint64_t n) { Bump(At(minute, id), n); }

  // The same in two steps: the writer does other work while the counter is fetched into the cache.
  using Counter = std::atomic<uint64_t>;
  Counter& At(Minute minute, SeriesId id);
  static void Bump(Counter& counter, uint64_t n) {
    // There is one writer, so a plain load and store replace the locked instruction of fetch_add.
    counter.store(AddCounts(counter.load(std::memory_order_relaxed), n), std::memory_order_relaxed);
  }

  uint64_t Count(Minute minute, SeriesId id) const;
  void AddTo(BlockKey key, BlockCounts& counts) const;

  // The minutes that have a page, in no order.
  std::vector<Minute> Minutes() const;
  // All pages, in no order.
  std::vector<BlockKey> Pages() const;

 private:
  using Page = std::array<Counter, kBlockSize>;
  using Row = std::vector<std::unique_ptr<Page>>;  // by block

  Page& Touch(Minute minute, BlockIndex block);
  const Page* Find(BlockKey key) const;

  // The minute of every row is between these. Most lookups are for other minutes and are answered without the lock.
  std::atomic<int32_t> first_index_{Minute::Max().index()};
  std::atomic<int32_t> last_index_{Minute::Min().index()};

  // Guards the shape of the rows against readers. The writer takes it only to change the shape, and no other thread
  // changes it.
  mutable Mutex mutex_;
  absl::flat_hash_map<Minute, std::unique_ptr<Row>> rows_;
  Minute last_minute_;  // the writer's: most events fall into the minute of the previous event
  Row* last_row_ = nullptr;
};

}  // namespace tally
