// Times that must move no clock: in another unit, at the limits of numbers, a little too far ahead.
#include <array>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

using Wide = __int128;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
const std::vector<std::pair<TimeUnit, Wide>> kNanosOf = {{TimeUnit::kSeconds, 1'000'000'000},
                                                         {TimeUnit::kMillis, 1'000'000},
                                                         {TimeUnit::kMicros, 1000},
                                                         {TimeUnit::kNanos, 1},
                                                         {TimeUnit::kAuto, 0}};

Wide NanosOf(int64_t number, Wide unit) {
  if (unit != 0) return number * unit;
  const bool seconds = number < 100'000'000'000, millis = number < 100'000'000'000'000;
  return number * Wide{seconds ? 1'000'000'000 : millis ? 1'000'000 : number < 100'000'000'000'000'000 ? 1000 : 1};
}

// A producer's mistake: a number at the limits, of any size, or near `now` in some unit.
int64_t DrawTime(std::mt19937_64& random, Timestamp now) {
  const std::vector<int64_t> ends = {0,
                                     1,
                                     -1,
                                     kMax,
                                     kMin,
                                     99'999'999'999,
                                     100'000'000'000,
                                     99'999'999'999'999,
                                     100'000'000'000'000,
                                     99'999'999'999'999'999,
                                     100'000'000'000'000'000};
  switch (random() % 3) {
    case 0:
      return ends[random() % ends.size()];
    case 1:
      return static_cast<int64_t>(random()) >> random() % 64;
    default:
      break;
  }
  const Wide width = Wide{20} * 60 * 1'000'000'000;
  const Wide near = Wide{now.millis()} * 1'000'000 + Wide{random() % static_cast<uint64_t>(2 * width)} - width;
  return static_cast<int64_t>(near / kNanosOf[random() % 4].second);
}

// It is 14:30, the horizon is 10:30, and events may be 10 minutes ahead.
Fate FateAt(Wide nanos) {
  if (nanos < Wide{TimeAt("10:30").millis()} * 1'000'000) return Fate::kLate;
  return nanos < Wide{TimeAt("14:40").millis() + 1} * 1'000'000 ? Fate::kCounted
                                                                : Fate::kFuture;  // decimals are truncated
}

TEST(FutureTimes, AreRejectedAndMoveNoClock) {
  FaultRow row("future timestamps", 1'000'000, 100'000);
  std::mt19937_64 random(row.seed());
  uint64_t rejected = 0;
  for (const auto& [unit, nanos] : kNanosOf) {
    EventSpec event;
    event.time_unit = unit;
    CountingNode node({.event = event});
    CountingNode replaying({.event = event, .clock = ClockKind::kEvent});
    std::array<uint64_t, kFates> expected{};
    for (int i = 0; i < row.times() / 5 && !testing::Test::HasFailure(); ++i) {
      node.TickAt(node.now()), replaying.TickAt(node.now());
      const int64_t number = DrawTime(random, node.now());
      const std::string payload = Cat(R"({"time":)", number, R"(,"game":"mw","call":"login"})");
      node.Apply(payload), replaying.Apply(payload);
      ++expected[static_cast<size_t>(FateAt(NanosOf(number, nanos)))];
      ASSERT_EQ(node.state().fates, expected) << payload;
      ASSERT_EQ(node.state().next, i + 1);
      ASSERT_EQ(node.counters().horizon(), MinuteAt("10:30")) << payload;
      ASSERT_LE(replaying.counters().clock(), TimeAt("14:40")) << payload;
    }
    EXPECT_EQ(replaying.fate(Fate::kFuture), node.fate(Fate::kFuture));
    rejected += node.fate(Fate::kFuture);
  }
  row.Did(Cat(row.times(), " times of any size, in each unit"));
  row.Saw(Cat("each by its time, ", rejected, " rejected; offsets advanced, and no clock with them"));
}

}  // namespace
}  // namespace tally
