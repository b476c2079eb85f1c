// Every series that the node knows: name -> number and back, in the order of names.
//
//   SeriesTable table({{"stats", 2}}, /*series_max=*/1000000);
//   SeriesTable::Admission a = table.Admit(0, "stats:mw:login");
//
// The life of a series: the first increment admits it, and then it is listed and counted. After its last minute is
// dropped, the checkpointer retires it: BeginRetiring() hides it from the shards, which then have to ask here; the
// shards are cut; FinishRetiring() retires the series that no shard admitted again. A retired series is not found or
// listed any more, and the same name is a new series. A later FinishRetiring() frees the number and the room of the
// name, and the next new name gets that number.
//
// A reader may hold a number while its series retires. A number is not freed
// - while a Pin is held that was taken before its series retired. Later pins cannot know the number, so they do not
//   delay it, and readers that follow each other without a gap cannot stop retirement;
// - while a View lives that was created before its series retired: a cut waits for it, and frees only what an earlier
//   cut retired.
// A series that is only hidden is found and listed: a shard may still count it until the next cut.
//
// Thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "core/base/mutex.h"
#include "core/counters/series.h"
#include "core/counters/series_index.h"
#include "core/counters/series_names.h"
#include "core/counters/series_order.h"

namespace tally {

class SeriesTable {
 public:
  struct Metric {
    std::string name;
    uint32_t dimensions = 0;
    uint32_t decimals = 0;  // of its counts
  };

  struct NamedSeries {
    SeriesId id;
    std::string name;
  };

  struct Named {
    SeriesId id;
    std::string_view name;
  };

  // Beyond `series_max` series whose number is not free, a new name is counted under ~other in its last dimension.
  // Beyond kOtherMax such series, it is counted under ~other in every dimension. These series do not count towards the
  // limit, and neither does a metric without dimensions. The same happens if there is no room for another name
  // (SeriesNames::HasRoom).
  static constexpr size_t kOtherMax = 10'000;

  // After this many series are retired or walked over, the lock is free for a moment: there may be a million, and
  // shards and queries must not wait for all of them.
  static constexpr size_t kChunk = 256;

  SeriesTable(std::vector<Metric> metrics, size_t series_max);

  // Returns the number to count `name` under. REQUIRES: `name` is `metric`'s name and its encoded values, joined by
  // ':'.
  SeriesId Admit(uint32_t metric, std::string_view name);

  // A shard looks here first, without a lock, and calls Admit() only if the name is missing.
  const SeriesIndex& index() const { return index_; }

  // Restores a series of a checkpoint. Returns false, and keeps the number free, if no configured metric has it.
  // REQUIRES: no Admit() yet; number and name are new.
  bool Restore(SeriesId id, std::string_view name);
  // Call this after the last Restore(). It frees the numbers that no series has.
  void FinishRestore();

  // Returns kNoSeries if there is no series of that name.
  SeriesId Find(std::string_view name) const;

  // REQUIRES: `id` was looked up under a Pin or a View that is still held. The name lives as long as that.
  std::string_view Name(SeriesId id) const;

  // The name, or nothing if `id` is retired, is free or was never given.
  std::string NameIfLive(SeriesId id) const;

  const std::vector<Metric>& metrics() const { return metrics_; }
  // The metric that a series' name begins with, if it has the right number of values.
  std::optional<uint32_t> MetricOf(std::string_view name) const;
  // The decimals of the counts of the series `name`.
  uint32_t DecimalsOf(std::string_view name) const;
  size_t size() const;  // live series, ~other included

  // While a pin is held, a number that was looked up after the pin was taken keeps its name. For requests that run in
  // steps, and replies that are written piece by piece.
  class Pin {
   public:
    explicit Pin(const SeriesTable& table);
    ~Pin();
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

   private:
    const SeriesTable& table_;
    const uint64_t number_;
  };

  // A walk through the series whose names begin with `prefix`, from the name `from` on, in the order of names.
  //
  //   SeriesTable::Pin pin(table);
  //   SeriesTable::Walk walk(table, "stats:mw:");
  //   for (std::vector<SeriesTable::Named> some; walk.Next(some);) ...
  //
  // It returns each series once that was admitted before the walk began. It may or may not return a series that is
  // admitted meanwhile. The table's lock is held for each call of Next(), which is short.
  //
  // REQUIRES: a Pin that is taken before, and outlives the walk and the names that it returns.
  class Walk {
   public:
    Walk(const SeriesTable& table, std::string_view prefix, std::string_view from = "")
        : table_(table), prefix_(prefix), from_(std::max(prefix, from)) {}

    // Replaces `some` with the next series, kChunk at most. Returns false if the walk is over. `some` may be empty
    // earlier: that call put new names in order.
    bool Next(std::vector<Named>& some);

   private:
    const SeriesTable& table_;
    const std::string prefix_;
    std::string from_;               // the next name, or a text before it
    std::optional<uint64_t> names_;  // the number of names admitted when it began
    bool over_ = false;
  };

  // For the checkpointer only. BeginRetiring() hides the series. An Admit() before FinishRetiring() keeps a series
  // alive.
  void BeginRetiring(std::span<const SeriesId> ids);
  // Retires those `ids` that are still hidden and for which `unused` returns true; shows the others again. Returns the
  // numbers of the retired series, ascending. Before that, it frees the numbers that earlier calls retired and no pin
  // holds. REQUIRES: `ids` ascend, and every shard was cut since BeginRetiring().
  std::vector<SeriesId> FinishRetiring(std::span<const SeriesId> ids, absl::FunctionRef<bool(SeriesId)> unused);
  // The arrays that shards may still read. They can be freed after each shard is cut (see SeriesIndex).
  SeriesIndex::Outgrown TakeOutgrown();
  // The series admitted since the last call.
  std::vector<SeriesId> TakeAdmitted();

 private:
  struct Retired {
    SeriesId id;
    uint64_t later_pins;  // pins from this number on were taken after it retired
  };

  void Insert(SeriesId id, std::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string_view NameOf(SeriesId id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t TakePin() const;
  void Retire(SeriesId id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsPinned(const Retired& retired) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Free(SeriesId id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FreeRetired();
  size_t& LimitOf(std::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SeriesId Known(std::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  SeriesId Add(std::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PlaceNames();

  const std::vector<Metric> metrics_;
  const bool any_decimals_;
  const size_t series_max_;

  mutable Mutex mutex_;
  SeriesNames names_;                                  // written under mutex_
  SeriesIndex index_;                                  // written under mutex_
  std::vector<NameRef> refs_ ABSL_GUARDED_BY(mutex_);  // by number; kNoName: it is free
  mutable SeriesOrder order_ ABSL_GUARDED_BY(mutex_){names_};
  std::vector<SeriesId> free_ ABSL_GUARDED_BY(mutex_);
  std::vector<SeriesId> admitted_ ABSL_GUARDED_BY(mutex_);
  // Series whose number is not free.
  size_t others_ ABSL_GUARDED_BY(mutex_) = 0;  // with ~other in a dimension, up to kOtherMax
  size_t whole_ ABSL_GUARDED_BY(mutex_) = 0;   // of metrics without dimensions, at most one live series for each
  size_t named_ ABSL_GUARDED_BY(mutex_) = 0;   // all others, up to series_max_
  std::deque<Retired> retired_ ABSL_GUARDED_BY(mutex_);             // whose number is not free yet, oldest first
  mutable absl::btree_set<uint64_t> pins_ ABSL_GUARDED_BY(mutex_);  // the held pins, numbered in the order of Pin()
  mutable uint64_t next_pin_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tally
