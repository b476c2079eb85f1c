// The names of all series in their order. New names wait and are placed in batches. Placed one by one, each name is
// compared with some twenty others, and most of these are not in the cache: with a million new series, this took a
// tenth of the time of an event (tools/bench --only series).
//
//   SeriesOrder order(names);
//   order.Add(ref);
//   while (order.placed() < order.added()) order.PlaceSome();
//   for (auto at = order.From("stats:mw:"); at != order.end(); ++at) names.name(*at);
//
// No call takes longer than a few milliseconds, for any number of names.
//
// Not thread-safe, not even for reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/container/btree_set.h"
#include "core/counters/series_names.h"

namespace tally {

class SeriesOrder {
 private:
  struct ByName {
    using is_transparent = void;
    const SeriesNames* names;
    bool operator()(NameRef a, NameRef b) const { return names->name(a) < names->name(b); }
    bool operator()(NameRef a, std::string_view b) const { return names->name(a) < b; }
    bool operator()(std::string_view a, NameRef b) const { return a < names->name(b); }
  };
  using Set = absl::btree_set<NameRef, ByName>;

 public:
  // When this many names wait, they become the next batch, which is sorted in one step.
  static constexpr size_t kBatch = 8 * 1024;

  // PlaceSome() places at most this many.
  static constexpr size_t kPlacedAtOnce = 512;

  // `names` outlives the order.
  explicit SeriesOrder(const SeriesNames& names) : by_name_{&names}, ordered_(by_name_) {}

  void Add(NameRef ref);     // REQUIRES: the order has no such name
  void Remove(NameRef ref);  // REQUIRES: the name is placed and not freed yet

  // Places some of the waiting names, oldest first.
  void PlaceSome();
  uint64_t added() const { return added_; }    // the number of added names
  uint64_t placed() const { return placed_; }  // the first this many of them are placed

  // The first placed name that is not before `name`. Iterators live until the next call that is not const.
  Set::const_iterator From(std::string_view name) const { return ordered_.lower_bound(name); }
  Set::const_iterator end() const { return ordered_.end(); }

 private:
  const ByName by_name_;
  Set ordered_;
  std::vector<NameRef> waiting_;
  std::vector<NameRef> batch_;  // sorted, the first name last; added before the waiting names
  uint64_t added_ = 0;
  uint64_t placed_ = 0;
  uint64_t placed_after_batch_ = 0;
};

}  // namespace tally
