#include "storage/fingerprint.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

MetricSpec Stats() { return {"stats", {{"game", "game"}, {"call", "call"}}, "", {}}; }

std::string Print(const MetricSpec& metric) { return FingerprintsOf({}, {metric}).metrics.begin()->second; }

std::string Print(std::function<void(MetricSpec&)> change) {
  MetricSpec metric = Stats();
  change(metric);
  return Print(metric);
}

std::string PrintEvent(std::function<void(EventSpec&)> change) {
  EventSpec event;
  change(event);
  return FingerprintsOf(event, {}).event;
}

TEST(Fingerprint, IsTheSameForTheSameConfiguration) {
  EXPECT_EQ(Print(Stats()), Print(Stats()));
  EXPECT_TRUE(CheckSame(FingerprintsOf({}, {Stats()}), FingerprintsOf({}, {Stats()})).ok());
}

TEST(Fingerprint, IsAReadableLine) {
  EXPECT_EQ(PrintEvent([](EventSpec&) {}), "format=json pattern=\"\" time=\"time\" time_unit=auto ahead_max=10m");
  MetricSpec metric = Stats();
  metric.value = "n";
  metric.where = {{"call", {"buy", "sell"}}, {"/user/country", {"de"}}};
  EXPECT_EQ(Print(metric),
            "by=game=\"game\",call=\"call\", value=\"n\" where=\"/user/country\":\"de\",\"call\":\"buy\",\"sell\",");
}

TEST(Fingerprint, OfEventsDependsOnEachOfTheirKeys) {
  std::set<std::string> prints = {
      PrintEvent([](EventSpec&) {}),
      PrintEvent([](EventSpec& e) { e.format = EventFormat::kRegex; }),
      PrintEvent([](EventSpec& e) { e.pattern = "(?P<time>x)"; }),
      PrintEvent([](EventSpec& e) { e.time = "@timestamp"; }),
      PrintEvent([](EventSpec& e) { e.ahead_max = absl::Minutes(11); }),
      PrintEvent([](EventSpec& e) { e.time_unit = TimeUnit::kSeconds; }),
      PrintEvent([](EventSpec& e) { e.time_unit = TimeUnit::kMillis; }),
      PrintEvent([](EventSpec& e) { e.time_unit = TimeUnit::kMicros; }),
      PrintEvent([](EventSpec& e) { e.time_unit = TimeUnit::kNanos; }),
      PrintEvent([](EventSpec& e) { e.time_format = "%s"; }),
      PrintEvent([](EventSpec& e) { e.time_zone = "Europe/Berlin"; }),
  };
  EXPECT_EQ(prints.size(), 11u);
}

TEST(Fingerprint, NamesTheFormatAsTheConfigurationDoes) {
  for (const auto& known : kFormatNames) {
    EXPECT_THAT(PrintEvent([&](EventSpec& e) { e.format = known.value; }), StartsWith(Cat("format=", known.name, " ")));
  }
}

// Two formats with the same name would have the same fingerprint, and a changed format would not be detected.
TEST(FingerprintDeathTest, RefusesAnUnknownFormat) {
  EXPECT_DEATH(PrintEvent([](EventSpec& e) { e.format = static_cast<EventFormat>(99); }), "");
}

TEST(Fingerprint, OfAMetricDependsOnEachOfItsKeys) {
  std::set<std::string> prints = {
      Print(Stats()),
      Print([](MetricSpec& m) { m.by.pop_back(); }),
      Print([](MetricSpec& m) { std::swap(m.by[0], m.by[1]); }),
      Print([](MetricSpec& m) { m.by[0].label = "g"; }),
      Print([](MetricSpec& m) { m.by[0].source = "/game"; }),
      Print([](MetricSpec& m) { m.value = "n"; }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"buy"}}};
      }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"buy", "sell"}}};
      }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"sell", "buy"}}};
      }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"buy"}}, {"game", {"mw"}}};
      }),
  };
  EXPECT_EQ(prints.size(), 10u);
}

TEST(Fingerprint, HasTheDecimalsOfAMetricOnlyIfThereAreAny) {
  EXPECT_THAT(Print([](MetricSpec& m) { m.decimals = 2; }), testing::EndsWith(" where= decimals=2"));
  EXPECT_EQ(DecimalsOf(Print([](MetricSpec& m) { m.decimals = 9; })), 9u);
  EXPECT_EQ(DecimalsOf(Print(Stats())), 0u);
  EXPECT_EQ(DecimalsOf(Print([](MetricSpec& m) { m.where = {{"call", {"a decimals=2"}}}; })), 0u);
}

TEST(Fingerprint, DistinguishesTextsWithQuotesAndCommasFromSeveralTexts) {
  std::set<std::string> prints = {
      Print([](MetricSpec& m) {
        m.where = {{"call", {"a", "b"}}};
      }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"a\",\"b"}}};
      }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"a,b"}}};
      }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"a\\", "b"}}};
      }),
      Print([](MetricSpec& m) {
        m.where = {{"call", {"a"}}, {"b", {""}}};
      }),
      Print([](MetricSpec& m) {
        m.by = {{"game", "game\",call=\"call"}};
      }),
  };
  EXPECT_EQ(prints.size(), 6u);
  EXPECT_EQ(Print([](MetricSpec& m) { m.value = "a\nb"; }).find('\n'), std::string::npos);
}

TEST(CheckSame, AcceptsAddedAndRemovedMetrics) {
  MetricSpec all{"all", {}, "", {}};
  EXPECT_TRUE(CheckSame(FingerprintsOf({}, {Stats()}), FingerprintsOf({}, {Stats(), all})).ok());
  EXPECT_TRUE(CheckSame(FingerprintsOf({}, {Stats(), all}), FingerprintsOf({}, {all})).ok());
}

TEST(CheckSame, ReportsWhichMetricDiffersAndHow) {
  MetricSpec changed = Stats();
  changed.value = "n";
  absl::Status status = CheckSame(FingerprintsOf({}, {Stats()}), FingerprintsOf({}, {changed}));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("[[metric]] stats"), HasSubstr("value=\"\""),
                                                   HasSubstr("value=\"n\""), HasSubstr("--recount")));
}

TEST(CheckSame, ReportsThatTheEventDiffers) {
  EventSpec lines{EventFormat::kRegex, "x", "time"};
  absl::Status status = CheckSame(FingerprintsOf({}, {Stats()}), FingerprintsOf(lines, {Stats()}));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("[event]"), HasSubstr("format=json"), HasSubstr("format=regex")));
}

}  // namespace
}  // namespace tally
