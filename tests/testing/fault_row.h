// A row of the table of faults that tools/soak prints: what was done, how often, and what was seen.
//
//   FaultRow row("kill -9 at any point", /*times=*/1000);
//   for (int i = 0; i < row.times(); ++i) KillAndCompare(row.seed() + i);
//   row.Saw("every counter, fate and offset equal to the oracle's");
//
// In tools/test a tenth of the times, or what the test says, and under a sanitizer a tenth of that; with TALLY_SOAK=1
// all of them. TALLY_SEED=n repeats a run, TALLY_TIMES=n says how often. While a row lives, each failure names its
// seed.
//
// What takes too long for tools/test has 0 times there, does nothing then and prints no row.
//
// One at a time, on the test's thread. The row is printed when it goes, from what was seen until then:
//   fault | done | seen | seed | holds
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace tally {

class FaultRow {
 public:
  FaultRow(std::string fault, int times) : FaultRow(std::move(fault), times, (times + 9) / 10) {}
  FaultRow(std::string fault, int times, int times_in_test);
  ~FaultRow();
  FaultRow(const FaultRow&) = delete;
  FaultRow& operator=(const FaultRow&) = delete;

  int times() const { return times_; }
  uint64_t seed() const { return seed_; }

  // What was done, if it is more than `times()` of it: "1000 kills, 300 at named places".
  void Did(std::string done) { done_ = std::move(done); }
  // A test that ends before it says what it saw does not hold.
  void Saw(std::string seen) { seen_ = std::move(seen); }

 private:
  const std::string fault_;
  const int times_;
  const uint64_t seed_;
  std::string done_;
  std::string seen_;
  testing::ScopedTrace trace_;
};

}  // namespace tally
