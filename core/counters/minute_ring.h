// The live minutes with their packed counters, as of the last cut.
//
//   MinuteRing ring;
//   ring.Replace({minute, block}, Block::Pack(counts));
//   ring.Expire(horizon);                   // drops every minute before the horizon
//
// Not thread-safe: MinuteCounters guards it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "core/counters/delta.h"

namespace tally {

class MinuteRing {
 public:
  using Row = std::vector<Block>;  // by block
  using Rows = absl::btree_map<Minute, Row>;

  struct Expired {
    std::vector<BlockKey> blocks;  // the dropped blocks
    std::vector<SeriesId> series;  // whose last counter was dropped
  };

  // Sets the block. Replaces an existing one.
  void Replace(BlockKey key, Block block);

  Expired Expire(Minute horizon);

  const Rows& rows() const { return rows_; }
  const Block& Find(BlockKey key) const;  // an empty block if there is none
  uint64_t Count(Minute minute, SeriesId id) const { return Find({minute, BlockOf(id)}).count(CellOf(id)); }

  // The number of minutes in which `id` has a counter.
  uint32_t LiveMinutes(SeriesId id) const { return id < live_minutes_.size() ? live_minutes_[id] : 0; }
  uint64_t counters() const { return counters_; }

 private:
  Rows rows_;
  std::vector<uint32_t> live_minutes_;  // by series
  uint64_t counters_ = 0;
};

}  // namespace tally
