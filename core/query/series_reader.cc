#include "core/query/series_reader.h"

#include <algorithm>
#include <vector>

namespace tally {
namespace {

// So few are sorted at once, so many are worth a pass over all blocks.
constexpr size_t kSortedAtOnce = 1024;

// Members that are looked at, or moved, in a unit of work.
constexpr size_t kMembersInAUnit = 64;

}  // namespace

SeriesReader SeriesReader::OfOne(SeriesId id) {
  SeriesReader reader(1);
  reader.members_[0] = {id, 0};
  return reader;
}

// Sorted by counting how many are in each block: that is done in steps easily, and takes a time in proportion.
Task<SeriesReader> SeriesReader::Of(std::deque<Member> members) {
  SeriesReader reader(members.size());
  if (members.size() <= kSortedAtOnce) {
    std::copy(members.begin(), members.end(), reader.members_.get());
    std::sort(reader.members_.get(), reader.members_.get() + members.size(),
              [](const Member& a, const Member& b) { return a.id < b.id; });
    co_return reader;
  }
  std::vector<size_t> begins;  // by block, where its members begin
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
