// One consistent reading of all minutes: the folded counts, plus the counts of the shards since then.
//
//   View view(counters);
//   view.Count(minute, id);
//
// A view blocks the checkpointer's fold, but never a shard: create one, read a little, destroy it. A series number that
// is looked up while the view lives keeps its name as long as the view lives (see SeriesTable). Not thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "core/counters/counters.h"

namespace tally {

class View {
 public:
  explicit View(const Counters& counters);
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  // Returns 0 before the horizon.
  uint64_t Count(Minute minute, SeriesId id) const;

  // Adds each count of the block to its cell of `counts`. Adds nothing before the horizon.
  void AddTo(BlockKey key, BlockCounts& counts) const;

  // The minutes with a counter, from the horizon on, ascending.
  std::vector<Minute> Minutes() const;

  // The blocks of `minute` that may have a counter, ascending.
  std::vector<BlockIndex> Blocks(Minute minute) const;

  // Calls visit(SeriesId, count) for each counter of `minute`, ascending.
  template <typename Visit>
  void ForEach(Minute minute, Visit visit) const {
    for (BlockIndex block : Blocks(minute)) {
      BlockCounts counts{};
      AddTo({minute, block}, counts);
      for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
        if (counts[cell] > 0) visit(block * kBlockSize + cell, counts[cell]);
      }
    }
  }

 private:
  const std::vector<BlockKey>& DeltaPages() const;

  const MinuteCounters& minutes_;
  const MinuteRing& ring_;
  Minute horizon_;
  absl::InlinedVector<const Delta*, 4> deltas_;               // a release needs the lock that the view holds
  mutable std::optional<std::vector<BlockKey>> delta_pages_;  // listed on first use: a single Count() needs none
};

}  // namespace tally
