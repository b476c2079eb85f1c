// The names of all series in their order. New names wait, and are put in their places in batches: one by one, each is
// compared with some twenty others, most of which are in no cache. With a million new series that was a tenth of what
// an event took (tools/bench --only series).
//
//   SeriesOrder order(names);
//   order.Add(ref);
//   while (order.placed() < order.added()) order.PlaceSome();
//   for (auto at = order.From("stats:mw:"); at != order.end(); ++at) names.name(*at);
//
// No call takes longer than a few milliseconds, however many names there are.
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
  // Once so many names wait, they become the next batch, which is sorted at once.
  static constexpr size_t kBatch = 8 * 1024;

  // PlaceSome() places at most so many.
  static constexpr size_t kPlacedAtOnce = 512;

  // `names` outlives the order.
  explicit SeriesOrder(const SeriesNames& names) : by_name_{&names}, ordered_(by_name_) {}

  void Add(NameRef ref);     // REQUIRES: the order has no such name
  void Remove(NameRef ref);  // REQUIRES: it is placed, and its name is not freed yet

  // Places some of the names that wait, those that came first before others.
  void PlaceSome();
  uint64_t added() const { return added_; }    // how many names were added
  uint64_t placed() const { return placed_; }  // so many of them, from the first on, have been placed

  // The first name that is placed and is not before `name`. Iterators live until the next call that is not const.
  Set::const_iterator From(std::string_view name) const { return ordered_.lower_bound(name); }
  Set::const_iterator end() const { return ordered_.end(); }

 private:
  const ByName by_name_;
  Set ordered_;
  std::vector<NameRef> waiting_;
  std::vector<NameRef> batch_;  // sorted, the first name last; added before those that wait
  uint64_t added_ = 0;
  uint64_t placed_ = 0;
  uint64_t placed_after_batch_ = 0;
};

}  // namespace tally
