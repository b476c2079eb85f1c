// The names of all series in their order. New ones wait, and are put in their places together once somebody asks, or
// once there are many: one by one each is compared with some twenty others, most of which are in no cache, and with a
// million new series that was a tenth of what an event took (tools/bench --only series).
//
//   SeriesOrder order(names);
//   order.Add(ref);
//   for (auto at = order.From("stats:mw:"); at != order.end(); ++at) names.name(*at);
//
// Not thread-safe, for reading neither.
#pragma once

#include <cstddef>
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
  // More do not wait: whoever asks, or adds the next, is held up by so many for some milliseconds.
  static constexpr size_t kWaitingMax = 16 * 1024;

  // `names` outlives the order.
  explicit SeriesOrder(const SeriesNames& names) : by_name_{&names}, ordered_(by_name_) {}

  void Add(NameRef ref);     // REQUIRES: no such name is there
  void Remove(NameRef ref);  // REQUIRES: it is there, and its name not freed yet

  // The first name that is not before `name`. Iterators live until the next Add() or Remove().
  Set::const_iterator From(std::string_view name) const;
  Set::const_iterator end() const { return ordered_.end(); }

 private:
  void Settle() const;

  const ByName by_name_;
  mutable Set ordered_;
  mutable std::vector<NameRef> waiting_;
};

}  // namespace tally
