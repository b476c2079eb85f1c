// The counts of some series, read minute by minute.
//
//   SeriesReader reader(ids);
//   reader.Sum(View(counters), minute);
//
// Counts lie in blocks of neighbours: where several of the series share a block it is unpacked once, else each is
// looked up by itself. RANGE over 1,000 series is some ten times as fast so (bench/query_bench.cc).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/counters/view.h"

namespace tally {

// The minutes that have a counter, ascending.
std::vector<Minute> MinutesWithCounts(const Counters& counters);

// Immutable.
class SeriesReader {
 public:
  explicit SeriesReader(std::span<const SeriesId> ids);

  // Calls visit(i, count) for each ids[i] that has a count in `minute`, in no order, until it returns false. Returns
  // whether it never did.
  template <typename Visit>
  bool ForEach(const View& view, Minute minute, Visit visit) const {
    for (const Group& group : groups_) {
      if (!ForEachOf(group, view, minute, visit)) return false;
    }
    return true;
  }

  uint64_t Sum(const View& view, Minute minute) const;
  bool Any(const View& view, Minute minute) const;

 private:
  // Fewer series of one block than this are looked up one by one.
  static constexpr size_t kUnpackFrom = 4;

  struct Member {
    SeriesId id;
    uint32_t index;
  };
  struct Group {  // members_[first..end) lie in one block
    uint32_t first;
    uint32_t end;
  };

  template <typename Visit>
  bool ForEachOf(const Group& group, const View& view, Minute minute, Visit& visit) const {
    std::span<const Member> members = std::span(members_).subspan(group.first, group.end - group.first);
    if (members.size() < kUnpackFrom) {
      for (const Member& member : members) {
        uint64_t count = view.Count(minute, member.id);
        if (count > 0 && !visit(member.index, count)) return false;
      }
      return true;
    }
    BlockCounts counts{};
    view.AddTo({minute, BlockOf(members[0].id)}, counts);
    for (const Member& member : members) {
      uint64_t count = counts[CellOf(member.id)];
      if (count > 0 && !visit(member.index, count)) return false;
    }
    return true;
  }

  std::vector<Member> members_;  // by id
  std::vector<Group> groups_;
};

}  // namespace tally
