// A table of series for tests: two metrics, and one step to retire some.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/counters/series_table.h"

namespace tally {

inline constexpr uint32_t kStats = 0;
inline constexpr uint32_t kAll = 1;

// `stats` has two dimensions, `all` has none.
inline std::unique_ptr<SeriesTable> MakeTable(size_t series_max = 1000) {
  return std::make_unique<SeriesTable>(std::vector<SeriesTable::Metric>{{"stats", 2}, {"all", 0}}, series_max);
}

// The name that an increment of `name` is counted under.
inline std::string Admitted(SeriesTable& table, std::string_view name, uint32_t metric = kStats) {
  return std::string(table.Name(table.Admit(metric, name)));
}

// Retires those of `ids` that are not admitted meanwhile, and frees what was retired before.
inline std::vector<SeriesId> FinishRetiring(SeriesTable& table, const std::vector<SeriesId>& ids) {
  return table.FinishRetiring(ids, [](SeriesId) { return true; });
}

// Retires `names`, and frees their numbers if no pin holds them. Returns the numbers.
inline std::vector<SeriesId> Retire(SeriesTable& table, const std::vector<std::string>& names) {
  std::vector<SeriesId> ids;
  for (const std::string& name : names) ids.push_back(table.Find(name));
  std::sort(ids.begin(), ids.end());
  table.BeginRetiring(ids);
  std::vector<SeriesId> retired = FinishRetiring(table, ids);
  FinishRetiring(table, {});
  return retired;
}

}  // namespace tally
