#include "apps/trial/trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string Event(Timestamp time, std::string_view call) {
  return Cat(R"({"time":)", time.millis(), R"(,"game":"mw","call":")", call, R"("})");
}
std::string Event(std::string_view time, std::string_view call) { return Event(TimeAt(time), call); }

// The result of a year later.
TrialResult Try(const std::vector<std::string>& lines, const Config& config = {}) {
  FakeClock clock(TimeAt("12:00") + absl::Hours(365 * 24));
  auto rules = Rules::Compile(config.event, config.metrics);
  TALLY_CHECK(rules.ok());
  Trial trial(config, *rules, clock);
  for (size_t i = 0; i < lines.size(); ++i) {
    const LineReader::Line line{i + 1, lines[i]};
    trial.Count({&line, 1});
  }
  return trial.Finish();
}

std::vector<std::pair<uint64_t, std::string>> SamplesOf(const TrialResult& result, Fate fate) {
  std::vector<std::pair<uint64_t, std::string>> samples;
  for (const auto& sample : result.samples[static_cast<size_t>(fate)]) samples.emplace_back(sample.line, sample.text);
  return samples;
}

TEST(Trial, AddsUpTheMinutesOfASeriesAlsoBeyondTheTtl) {
  const TrialResult result =
      Try({Event("03:00", "login"), Event("03:01", "buy"), Event("10:00", "login"), Event("23:59", "login")});
  EXPECT_THAT(result.series, ElementsAre(Pair("stats:mw:login", 3), Pair("stats:mw:buy", 1)));
  EXPECT_EQ(result.oldest, MinuteAt("03:00"));
  EXPECT_EQ(result.newest, MinuteAt("23:59"));
  EXPECT_EQ(result.fate(Fate::kCounted), 4u);
}

TEST(Trial, FollowsTheTimeOfTheEvents) {
  const TrialResult result = Try({Event("10:00", "login"), Event("05:59", "buy"), Event("06:00", "buy")});
  EXPECT_THAT(result.series, ElementsAre(Pair("stats:mw:buy", 1), Pair("stats:mw:login", 1)));
  EXPECT_THAT(SamplesOf(result, Fate::kLate), ElementsAre(Pair(2, Event("05:59", "buy"))));
}

TEST(Trial, KeepsTheFirstThreeSamplesOfEachFate) {
  std::vector<std::string> lines;
  for (int i = 1; i <= 20; ++i) lines.push_back(Cat("text ", i));
  lines.push_back(R"({"time":1307284245,"game":"mw"})");
  lines.push_back(Event(TimeAt("12:00") + absl::Hours(366 * 24), "login"));
  const TrialResult result = Try(lines);
  EXPECT_EQ(result.fate(Fate::kUnparsable), 20u);
  EXPECT_EQ(result.records(), 22u);
  EXPECT_THAT(SamplesOf(result, Fate::kUnparsable),
              ElementsAre(Pair(1, "text 1"), Pair(2, "text 2"), Pair(3, "text 3")));
  EXPECT_THAT(SamplesOf(result, Fate::kMissingField), ElementsAre(Pair(21, lines[20])));
  EXPECT_THAT(SamplesOf(result, Fate::kFuture), ElementsAre(Pair(22, lines[21])));
}

TEST(Trial, CountsUnderTheFirstTopic) {
  Config config;
  config.kafka.topics = {"^g.*", "games"};
  config.metrics = {
      {.name = "all", .by = {{"topic", "@topic"}, {"partition", "@partition"}}, .value = "", .where = {}}};
  EXPECT_THAT(Try({Event("10:00", "login")}, config).series, ElementsAre(Pair("all:games:0", 1)));
  config.kafka.topics = {"^g.*"};
  EXPECT_THAT(Try({Event("10:00", "login")}, config).series, ElementsAre(Pair("all:topic:0", 1)));
}

}  // namespace
}  // namespace tally
