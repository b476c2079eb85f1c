#include "core/query/series_reader.h"

#include <algorithm>
#include <vector>

namespace tally {
namespace {

// Up to this many members are sorted at once. More are worth a pass over all blocks.
constexpr size_t kSortedAtOnce = 1024;

// The members that a unit of work reads or moves.
constexpr size_t kMembersInAUnit = 64;

}  // namespace

SeriesReader SeriesReader::OfOne(SeriesId id) {
  SeriesReader reader(1);
  reader.members_[0] = {id, 0};
  return reader;
}

// A counting sort by block: it splits easily into steps, and its time is linear.
Task<SeriesReader> SeriesReader::Of(std::deque<Member> members) {
  SeriesReader reader(members.size());
  if (members.size() <= kSortedAtOnce) {
    std::copy(members.begin(), members.end(), reader.members_.get());
    std::sort(reader.members_.get(), reader.members_.get() + members.size(),
              [](const Member& a, const Member& b) { return a.id < b.id; });
    co_return reader;
  }
  std::vector<size_t> begins;  // by block: the index of its first member
  size_t seen = 0;
  for (const Member& member : members) {
    if (BlockOf(member.id) + size_t{2} > begins.size()) begins.resize(BlockOf(member.id) + size_t{2});
    ++begins[BlockOf(member.id) + 1];
    if (++seen % kMembersInAUnit == 0) co_await Did(1);
  }
  for (size_t block = 1; block < begins.size(); ++block) begins[block] += begins[block - 1];
  for (const Member& member : members) {
    reader.members_[begins[BlockOf(member.id)]++] = member;
    if (++seen % kMembersInAUnit == 0) co_await Did(1);
  }
  co_return reader;
}

}  // namespace tally
