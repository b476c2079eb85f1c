// Peers that take turns. What a machine does besides comes and goes, so what is compared runs in the same minute, and
// ratios are taken within a round.
//
//   ASSIGN_OR_RETURN(Rounds rounds, InTurns(bench, {{"R1", run_r1}, {"tallyd", run_node}}));
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

// For each peer what its rounds gave.
using Rounds = std::vector<std::vector<Measured>>;

// Runs all peers in every round of options().rounds, each round beginning with the next one. Fails with the first that
// fails.
absl::StatusOr<Rounds> InTurns(const Bench& bench, const std::vector<Contender>& peers);

Spread SpreadOf(const std::vector<Measured>& rounds, double Measured::*figure, double unit = 1);

// The ratio of `figure`, round by round.
Spread Ratio(const std::vector<Measured>& a, const std::vector<Measured>& b, double Measured::*figure);

// Round by round the better of two: the higher rate, the lower CPU.
std::vector<Measured> Better(const std::vector<Measured>& a, const std::vector<Measured>& b);

// A row of a table whose head is kFiguresHead.
std::vector<std::string> FiguresRow(const std::string& name, const std::vector<Measured>& rounds);
inline const std::vector<std::string> kFiguresHead = {"", "million events/s", "CPU us/event, of which"};

}  // namespace tally
