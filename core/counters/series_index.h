// Finds the number of a series name without a lock. Every record of every shard uses it.
//
//   SeriesIndex index(names);
//   index.Insert(ref);                                       // the table, under its lock
//   index.Find(name, hash, index.Candidate(hash));           // a shard, at the same time; hash = HashOf(name)
//
// A lookup reads two places, a slot and the name that it points to. For many lookups, call Prefetch() for all of them,
// then Candidate() for all, then Find(): with a million series this takes less than half the time (counters_bench
// Apply).
//
// A name is hidden before it is removed. A reader that does not find a name asks the table, which also knows the hidden
// names and shows them again. So nobody reads a freed name, if between Hide() and Remove() every reader was between two
// lookups once and has synchronized with the writer: for shards, a cut.
//
// One thread at a time writes; any thread finds.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/counters/series_names.h"

namespace tally {

class SeriesIndex {
 public:
  using Hash = uint32_t;
  static constexpr int kHashBits = 31;
  static Hash HashOf(std::string_view name);

  // `names` outlives the index.
  explicit SeriesIndex(const SeriesNames& names);

  // The three steps of a lookup; the first is optional. A candidate is the first name with that hash, nearly always the
  // right one. Find() returns kNoSeries if the name is hidden or missing.
  void Prefetch(Hash hash) const;
  NameRef Candidate(Hash hash) const;
  SeriesId Find(std::string_view name, Hash hash, NameRef candidate) const;

  // For the writer only.
  NameRef FindHiddenToo(std::string_view name) const;  // kNoName if there is none
  void Insert(NameRef ref);                            // REQUIRES: the name is missing
  void Hide(NameRef ref);
  bool IsHidden(NameRef ref) const;
  void Show(NameRef ref);
  void Remove(NameRef ref);  // REQUIRES: it is hidden
  size_t size() const { return size_; }

  // The arrays that became too small. Readers may still use them; free them after every reader was between two lookups.
  class Slots {
   public:
    explicit Slots(size_t size) : size_(size), slots_(new std::atomic<uint64_t>[size]()) {}

    size_t size() const { return size_; }
    std::atomic<uint64_t>& operator[](size_t i) const { return slots_[i]; }

    // By the upper bits: neighbours stay neighbours when the array grows, so growth reads and writes in one direction.
    size_t First(Hash hash) const { return static_cast<size_t>((uint64_t{hash} * size_) >> kHashBits); }
    size_t Next(size_t i) const { return i + 1 == size_ ? 0 : i + 1; }

   private:
    const size_t size_;
    const std::unique_ptr<std::atomic<uint64_t>[]> slots_;
  };
  using Outgrown = std::vector<std::unique_ptr<Slots>>;
  Outgrown TakeOutgrown();

 private:
  template <typename Accept>
  NameRef Probe(Hash hash, Accept accept) const;
  std::atomic<uint64_t>& SlotOf(NameRef ref) const;
  void Grow();

  const SeriesNames& names_;
  std::unique_ptr<Slots> owned_;
  std::atomic<Slots*> slots_;  // owned_, for the readers
  size_t size_ = 0;            // names, hidden ones included
  size_t used_ = 0;            // slots that are not empty: names, and kRemoved
  Outgrown outgrown_;
};

}  // namespace tally
