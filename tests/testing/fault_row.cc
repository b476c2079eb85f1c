#include "tests/testing/fault_row.h"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <utility>

#include "core/base/strings.h"
#include "tests/testing/scale.h"

namespace tally {
namespace {

template <class Number>
Number FromEnvironment(const char* name, Number default_value) {
  const char* value = std::getenv(name);
  return value == nullptr ? default_value : static_cast<Number>(std::strtoull(value, nullptr, 10));
}

bool Soaking() { return FromEnvironment("TALLY_SOAK", 0) != 0; }

}  // namespace

FaultRow::FaultRow(std::string fault, int times, int times_in_test)
    : fault_(std::move(fault)),
      times_(FromEnvironment("TALLY_TIMES", Soaking() ? times : Scaled(times_in_test))),
      seed_(FromEnvironment<uint64_t>("TALLY_SEED", std::random_device()())),
      done_(Cat(times_, " times")),
      trace_(__FILE__, __LINE__, Cat("TALLY_SEED=", seed_)) {}

FaultRow::~FaultRow() {
  if (times_ == 0) return;
  const bool holds = !testing::Test::HasFailure() && !seen_.empty();
  const std::string row = Cat("FAULT | ", fault_, " | ", done_, " | ", seen_.empty() ? "the test ended early" : seen_,
                              " | ", seed_, " | ", holds ? "holds" : "does not hold", "\n");
  std::fputs(row.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace tally
