// Measures contenders in turns. The other load of a machine changes over time, so figures that are compared come from
// the same minute, and ratios are computed within a round.
//
//   ASSIGN_OR_RETURN(Rounds rounds, RunInTurns(bench, {{"R1", run_r1}, {"tallyd", run_node}}));
//   bench.report().Judge({...}, Ratio(rounds[1], rounds[0], &Measured::events_per_second));
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/pipeline/bench.h"
#include "bench/pipeline/measure.h"

namespace tally {

struct Contender {
  std::string name;
  std::function<absl::StatusOr<Measured>()> run;
};

// For each contender, the results of its rounds.
using Rounds = std::vector<std::vector<Measured>>;

// Runs all contenders in each of options().rounds rounds. Each round begins with another contender. Returns the first
// error.
absl::StatusOr<Rounds> RunInTurns(const Bench& bench, const std::vector<Contender>& peers);

Spread SpreadOf(const std::vector<Measured>& rounds, double Measured::*figure, double unit = 1);

// Returns the spread of the ratio a/b of `figure` within each round.
Spread Ratio(const std::vector<Measured>& a, const std::vector<Measured>& b, double Measured::*figure);

// Returns for each round the higher rate and the lower CPU of both.
std::vector<Measured> BestOf(const std::vector<Measured>& a, const std::vector<Measured>& b);

// Returns a row for a table with the head kFiguresHead.
std::vector<std::string> FiguresRow(const std::string& name, const std::vector<Measured>& rounds);
inline const std::vector<std::string> kFiguresHead = {"", "million events/s", "CPU us/event, and parts of it"};

}  // namespace tally
