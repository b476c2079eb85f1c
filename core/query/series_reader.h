// The counts of some series of one slice in a minute.
//
//   SeriesReader reader = co_await SeriesReader::Of({{id, 0}, {other_id, 1}});
//   for (size_t next = 0; next < reader.size();) next = reader.Read(View(counters), minute, next, visit).next;
//
// Counts lie in blocks of neighbours. Where several of the series share a block it is unpacked once, else each count is
// looked up by itself: RANGE over 1,000 series is some ten times as fast with it (bench/query_bench.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <utility>

#include "core/base/task.h"
#include "core/counters/view.h"

namespace tally {

// Immutable.
class SeriesReader {
 public:
  struct Member {
    SeriesId id;
    uint32_t index;  // what its counts are reported as; several may share one
  };

  // One call of Read() looks at no more blocks than this, so that a View is held for a fraction of a millisecond.
  static constexpr uint64_t kBlocksAtOnce = 256;

  SeriesReader() = default;
  static Task<SeriesReader> Of(std::deque<Member> members);
  static SeriesReader OfOne(SeriesId id);  // with the index 0

  size_t size() const { return size_; }

  // Calls visit(index, count) for some of the series that have a count in `minute`, in no order. `from` is 0, or the
  // `next` of the call before; size() is the end.
  struct Progress {
    size_t next;
    uint64_t blocks;  // how many were looked at
  };
  template <typename Visit>
  Progress Read(const View& view, Minute minute, size_t from, Visit&& visit) const {
    Progress progress{from, 0};
    while (progress.next < size_ && progress.blocks < kBlocksAtOnce) {
      size_t end = progress.next + 1;
      while (end < size_ && BlockOf(members_[end].id) == BlockOf(members_[progress.next].id)) ++end;
      ReadBlock(view, minute, {&members_[progress.next], end - progress.next}, visit);
      progress.next = end;
      ++progress.blocks;
    }
    return progress;
  }

 private:
  // Fewer series of one block than this are looked up one by one.
  static constexpr size_t kUnpackFrom = 4;

  template <typename Visit>
  static void ReadBlock(const View& view, Minute minute, std::span<const Member> members, Visit& visit) {
    if (members.size() < kUnpackFrom) {
      for (const Member& member : members) {
        if (uint64_t count = view.Count(minute, member.id); count > 0) visit(member.index, count);
      }
      return;
    }
    BlockCounts counts{};
    view.AddTo({minute, BlockOf(members[0].id)}, counts);
    for (const Member& member : members) {
      if (uint64_t count = counts[CellOf(member.id)]; count > 0) visit(member.index, count);
    }
  }

  explicit SeriesReader(size_t size) : members_(new Member[size]), size_(size) {}

  std::unique_ptr<Member[]> members_;  // those of one block side by side, blocks ascending
  size_t size_ = 0;
};

}  // namespace tally
