// A row of the table of faults that tools/soak prints: the fault, how often it was injected, and the result.
//
//   FaultRow row("kill -9 at any point", /*times=*/1000);
//   for (int i = 0; i < row.times(); ++i) KillAndCompare(row.seed() + i);
//   row.Saw("every counter, fate and offset equal to the oracle's");
//
// With TALLY_SOAK=1, times() is the given number. In tools/test it is a tenth of that, or the number that the test
// gives; with a sanitizer it is a twentieth of the number in tools/test. TALLY_SEED=n repeats a run, TALLY_TIMES=n sets
// times(). During the lifetime of a row, each failure names its seed.
//
// A test that takes too long for tools/test has 0 times there: it does nothing, and prints no row.
//
// Only one row exists at a time, on the test's thread. The destructor prints it:
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

  // Sets the description of what was done; the default is "N times". For example "1000 kills, 300 at named places".
  void Did(std::string done) { done_ = std::move(done); }
  // Sets the result. The row of a test that ends before this call does not hold.
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
