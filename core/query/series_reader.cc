#include "core/query/series_reader.h"

#include <algorithm>

namespace tally {

std::vector<Minute> MinutesWithCounts(const Counters& counters) { return View(counters).Minutes(); }

SeriesReader::SeriesReader(std::span<const SeriesId> ids) {
  members_.reserve(ids.size());
  for (uint32_t i = 0; i < ids.size(); ++i) members_.push_back({ids[i], i});
  std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.id < b.id; });
  for (uint32_t i = 0; i < members_.size(); ++i) {
    if (i == 0 || BlockOf(members_[i].id) != BlockOf(members_[i - 1].id)) groups_.push_back({i, i});
    groups_.back().end = i + 1;
  }
}

uint64_t SeriesReader::Sum(const View& view, Minute minute) const {
  uint64_t sum = 0;
  ForEach(view, minute, [&](uint32_t, uint64_t count) {
    sum = AddCounts(sum, count);
    return true;
  });
  return sum;
}

bool SeriesReader::Any(const View& view, Minute minute) const {
  return !ForEach(view, minute, [](uint32_t, uint64_t) { return false; });
}

}  // namespace tally
