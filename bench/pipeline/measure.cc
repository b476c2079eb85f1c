#include "bench/pipeline/measure.h"

#include <algorithm>

#include "core/base/check.h"

namespace tally {

Spread SpreadOf(std::vector<double> figures) {
  TALLY_CHECK(!figures.empty());
  std::sort(figures.begin(), figures.end());
  const size_t n = figures.size();
  return {figures.front(), (figures[(n - 1) / 2] + figures[n / 2]) / 2, figures.back()};
}

}  // namespace tally
