// The result of a trial, as `tallyd try` prints it for a person.
#pragma once

#include <cstddef>
#include <string>

#include "apps/config/config.h"
#include "apps/trial/trial.h"
#include "core/time/time.h"

namespace tally {

struct TrialReportOptions {
  size_t series_max = 20;            // shows this many series, the largest; the others are added up
  bool colors = false;               // with escape sequences for a terminal
  Timestamp now = Timestamp::Min();  // by the wall clock
};

// A table of 80 columns at most, apart from escape sequences: the records of each fate, the series with their counts,
// and the first rejected lines of each reason. Ends with a line feed.
std::string TrialReport(const TrialResult& result, const Config& config, const TrialReportOptions& options);

}  // namespace tally
