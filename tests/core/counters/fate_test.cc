// The fate of an event (contract, Events).
#include "core/counters/fate.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "tests/core/counters/one_shard.h"

namespace tally {
namespace {

const std::string kFateLogin = EventAt("14:30:05", "mw", "login");

// The fate of one event. The horizon is 10:30.
Fate FateOf(const std::string& payload, std::vector<MetricSpec> metrics = {StatsMetric()}) {
  OneShard shard(std::move(metrics));
  shard.horizon().RaiseTo(MinuteAt("10:30"));
  shard.Apply(0, payload);
  EXPECT_EQ(shard.next(), 1);
  const auto& fates = shard.status().state.fates;
  EXPECT_EQ(std::accumulate(fates.begin(), fates.end(), uint64_t{0}), 1u);
  return static_cast<Fate>(std::max_element(fates.begin(), fates.end()) - fates.begin());
}

std::string EventWith(std::string_view time, std::string_view rest) { return Cat("{\"time\":", time, rest, "}"); }
std::string Millis(std::string_view time) { return Cat(TimeAt(time).millis()); }

TEST(Fate, OfAGoodEventIsCounted) { EXPECT_EQ(FateOf(kFateLogin), Fate::kCounted); }

TEST(Fate, OfBrokenBytesIsUnparsable) {
  for (const char* payload : {"", "{", "[]", "1", "{} {}", "\xff"})
    EXPECT_EQ(FateOf(payload), Fate::kUnparsable) << payload;
}

TEST(Fate, OfAnInvalidTimeIsUnparsable) {
  for (const char* time : {"\"noon\"", "true", "\"\"", "\"2011-02-30T00:00:00Z\"", "{}", "[1]"}) {
    EXPECT_EQ(FateOf(EventWith(time, "")), Fate::kUnparsable) << time;
  }
}

TEST(Fate, WithoutATimeIsMissingField) {
  for (const char* payload : {"{}", R"({"time":null,"game":"mw","call":"x"})"}) {
    EXPECT_EQ(FateOf(payload), Fate::kMissingField) << payload;
  }
}

TEST(Fate, BeforeTheHorizonIsLate) {
  EXPECT_EQ(FateOf(EventAt("10:29:59", "mw", "x")), Fate::kLate);
  EXPECT_EQ(FateOf(EventAt("10:30:00", "mw", "x")), Fate::kCounted);
  EXPECT_EQ(FateOf(EventWith("0", R"(,"game":"mw","call":"x")")), Fate::kLate);
  EXPECT_EQ(FateOf(EventWith("-9223372036854775808", R"(,"game":"mw","call":"x")")), Fate::kLate);
}

TEST(Fate, MoreThanAheadMaxInTheClocksFutureIsFuture) {
  EXPECT_EQ(FateOf(EventWith(Millis("14:40:00"), R"(,"game":"mw","call":"x")")), Fate::kCounted);
  EXPECT_EQ(FateOf(EventWith(Cat(TimeAt("14:40:00").millis() + 1), R"(,"game":"mw","call":"x")")), Fate::kFuture);
  EXPECT_EQ(FateOf(EventWith("9223372036854775807", R"(,"game":"mw","call":"x")")), Fate::kFuture);
}

TEST(Fate, ThatNoMetricHoldsForIsFiltered) {
  MetricSpec logins = CallsMetric();
  logins.where = {{"call", {"login"}}};
  EXPECT_EQ(FateOf(EventAt("14:30", "mw", "buy"), {logins}), Fate::kFiltered);
  EXPECT_EQ(FateOf(EventAt("14:30", "mw", "buy"), {}), Fate::kFiltered);
}

TEST(Fate, ThatFedOneMetricAndLackedAFieldOfAnotherIsCounted) {
  EXPECT_EQ(FateOf(EventWith(Millis("14:30"), R"(,"call":"x")"), {StatsMetric(), CallsMetric()}), Fate::kCounted);
  EXPECT_EQ(FateOf(EventWith(Millis("14:30"), R"(,"call":"x")"), {CallsMetric(), StatsMetric()}), Fate::kCounted);
}

TEST(Fate, ThatLackedAFieldOfTheOnlyMetricThatHeldIsMissingField) {
  MetricSpec logins = CallsMetric();
  logins.where = {{"call", {"login"}}};
  EXPECT_EQ(FateOf(EventWith(Millis("14:30"), R"(,"call":"x")"), {StatsMetric(), logins}), Fate::kMissingField);
}

TEST(Fate, IsDecidedInOrder) {
  EXPECT_EQ(FateOf(EventWith(Millis("10:00"), "")), Fate::kLate);        // and lacks its fields
  EXPECT_EQ(FateOf(EventWith(Millis("16:00"), "")), Fate::kFuture);      // and lacks its fields
  EXPECT_EQ(FateOf(EventWith(Millis("16:00"), ""), {}), Fate::kFuture);  // and nothing holds
}

TEST(Fate, OfAnEventBeforeAHorizonThatIsInTheClocksFutureIsLate) {
  OneShard shard;
  shard.horizon().RaiseTo(MinuteAt("17:00"));
  shard.Apply(0, EventAt("16:00", "mw", "x"));
  EXPECT_EQ(shard.status().state.fates[size_t(Fate::kLate)], 1u);
}

TEST(Fate, OfTheRecordsOwnTimestampNeedsNoField) {
  EventSpec event;
  event.time = "@timestamp";
  OneShard shard({StatsMetric()}, event);
  shard.Apply(0, R"({"game":"mw","call":"login","time":1})");
  EXPECT_EQ(shard.Count("stats:mw:login"), 1u);
}

}  // namespace
}  // namespace tally
