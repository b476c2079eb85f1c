#include "core/events/rules.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/count.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/events/decode_one.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<const Rules> Compile(std::vector<MetricSpec> metrics, EventSpec event = {}) {
  auto rules = Rules::Compile(std::move(event), metrics);
  TALLY_CHECK(rules.ok());
  return *std::move(rules);
}

// One event, decoded for `rules`.
class Seen {
 public:
  Seen(const Rules& rules, std::string payload, std::optional<std::string_view> key = std::nullopt)
      : payload_(std::move(payload)), decoder_(rules.NewDecoder()), fields_(rules.fields()) {
    record_.key = key;
    TALLY_CHECK(DecodeOne(*decoder_, payload_, fields_));
  }

  EventView view() const { return {fields_, &record_, "mw", "3"}; }

 private:
  std::string payload_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<Field> fields_;
  Record record_;
};

// The name of the event's series, or "missing".
std::string NameOf(std::vector<Dimension> by, std::string_view payload,
                   std::optional<std::string_view> key = std::nullopt) {
  auto rules = Compile({{"m", std::move(by), "", {}}});
  const MetricRule& metric = rules->metrics()[0];
  std::vector<char> name(metric.name_max);
  char* end = metric.WriteName(Seen(*rules, std::string(payload), key).view(), name.data());
  return end == nullptr ? "missing" : std::string(name.data(), end);
}

std::optional<uint64_t> Amount(std::string_view json, uint32_t decimals = 0) {
  auto rules = Compile({{"m", {}, "v", {}, decimals}});
  return rules->metrics()[0].Amount(Seen(*rules, Cat("{\"v\":", json, "}")).view());
}

bool Holds(std::map<std::string, std::vector<std::string>> where, std::string_view payload) {
  auto rules = Compile({{"m", {}, "", std::move(where)}});
  return rules->metrics()[0].Holds(Seen(*rules, std::string(payload)).view());
}

TEST(MetricRule, NamesASeriesByItsDimensionsInOrder) {
  EXPECT_EQ(NameOf({{"game", "game"}, {"call", "call"}}, R"({"call":"login","game":"mw"})"), "m:mw:login");
}

TEST(MetricRule, NamesASeriesWithoutDimensionsAsItself) { EXPECT_EQ(NameOf({}, "{}"), "m"); }

TEST(MetricRule, TakesStringsIntegersAndBooleansForDimensions) {
  EXPECT_EQ(NameOf({{"a", "a"}}, R"({"a":-17})"), "m:-17");
  EXPECT_EQ(NameOf({{"a", "a"}}, R"({"a":true})"), "m:true");
  EXPECT_EQ(NameOf({{"a", "a"}}, R"({"a":false})"), "m:false");
  EXPECT_EQ(NameOf({{"a", "a"}}, R"({"a":"x"})"), "m:x");
  EXPECT_EQ(NameOf({{"a", "a"}}, R"({"a":123456789012345678901234567890})"), "m:123456789012345678901234567890");
}

TEST(MetricRule, MissesADimensionOfAnyOtherType) {
  for (std::string_view json : {"null", "1.5", "1e3", "1.0", "[]", "{}", "[1]", R"("\ud800")"}) {
    EXPECT_EQ(NameOf({{"a", "a"}}, Cat("{\"a\":", json, "}")), "missing") << json;
  }
  EXPECT_EQ(NameOf({{"a", "a"}}, "{}"), "missing");
  EXPECT_EQ(NameOf({{"a", "a"}, {"b", "b"}}, R"({"a":1})"), "missing");
}

TEST(MetricRule, CountsTheEmptyString) { EXPECT_EQ(NameOf({{"a", "a"}, {"b", "b"}}, R"({"a":"","b":""})"), "m::"); }

TEST(MetricRule, TakesADimensionOf256BytesAndMissesOneOf257) {
  std::string longest(256, 'x');
  EXPECT_EQ(NameOf({{"a", "a"}}, Cat("{\"a\":\"", longest, "\"}")), Cat("m:", longest));
  EXPECT_EQ(NameOf({{"a", "a"}}, Cat("{\"a\":\"", longest, "y\"}")), "missing");
}

TEST(MetricRule, MeasuresADimensionBeforeItIsEncodedAndAfterItIsDecoded) {
  EXPECT_EQ(NameOf({{"a", "a"}}, Cat("{\"a\":\"", std::string(256, ' '), "\"}")).size(), 2 + 256u * 3);
  std::string escaped;
  for (int i = 0; i < 256; ++i) escaped += "\\u0041";
  EXPECT_EQ(NameOf({{"a", "a"}}, Cat("{\"a\":\"", escaped, "\"}")), Cat("m:", std::string(256, 'A')));
}

TEST(MetricRule, EncodesDimensions) {
  EXPECT_EQ(NameOf({{"a", "a"}, {"b", "b"}}, R"({"a":"x:y","b":"~other"})"), "m:x%3Ay:%7Eother");
}

TEST(MetricRule, TakesTopicKeyAndPartitionOfTheRecord) {
  EXPECT_EQ(NameOf({{"t", "@topic"}, {"p", "@partition"}, {"k", "@key"}}, "{}", "ann"), "m:mw:3:ann");
  EXPECT_EQ(NameOf({{"k", "@key"}}, "{}", ""), "m:");
  EXPECT_EQ(NameOf({{"k", "@key"}}, "{}", "\xff:"), "m:%FF%3A");
}

TEST(MetricRule, MissesTheKeyOfARecordWithoutOne) { EXPECT_EQ(NameOf({{"k", "@key"}}, "{}"), "missing"); }

TEST(MetricRule, TakesOneFieldForTwoDimensions) {
  EXPECT_EQ(NameOf({{"a", "v"}, {"b", "v"}, {"c", "/v"}}, R"({"v":1})"), "m:1:1:1");
}

TEST(MetricRule, AddsOneWithoutAValue) {
  auto rules = Compile({{"m", {}, "", {}}});
  EXPECT_EQ(rules->metrics()[0].Amount(Seen(*rules, "{}").view()), 1u);
}

TEST(MetricRule, AddsTheIntegerOfItsValue) {
  EXPECT_EQ(Amount("0"), 0u);
  EXPECT_EQ(Amount("-0"), 0u);
  EXPECT_EQ(Amount("42"), 42u);
}

TEST(MetricRule, AddsAtMostTheLargestCount) {
  EXPECT_EQ(Amount("9223372036854775807"), kCountMax);
  EXPECT_EQ(Amount("9223372036854775808"), kCountMax);
  EXPECT_EQ(Amount("18446744073709551615"), kCountMax);
  EXPECT_EQ(Amount("18446744073709551616"), kCountMax);
  EXPECT_EQ(Amount("1000000000000000000000000000000"), kCountMax);
}

TEST(MetricRule, AddsANumberInAnyNotationAndInAString) {
  EXPECT_EQ(Amount("2.0"), 2u);
  EXPECT_EQ(Amount("1e2"), 100u);
  EXPECT_EQ(Amount(R"("5")"), 5u);
  EXPECT_EQ(Amount("-0.0"), 0u);
  EXPECT_EQ(Amount(R"("12.5")", 2), 1250u);
  EXPECT_EQ(Amount("0.005", 2), 1u);
}

TEST(MetricRule, LacksAValueThatIsNoNumberFromZeroOn) {
  for (std::string_view json : {"-1", "-9223372036854775809", "1.5", "true", "null", "[]", R"("5x")", R"("")"}) {
    EXPECT_EQ(Amount(json), std::nullopt) << json;
  }
}

TEST(MetricRule, AddsTheDigitsOfARegexGroupOrKey) {
  EventSpec lines{EventFormat::kRegex, R"(^(?P<time>\S+) v=(?P<v>\S*))", "time"};
  auto rules = Compile({{"m", {}, "v", {}}, {"k", {}, "@key", {}}}, lines);
  auto amount = [&](std::string line) { return rules->metrics()[0].Amount(Seen(*rules, std::move(line)).view()); };
  EXPECT_EQ(amount("1 v=42"), 42u);
  EXPECT_EQ(amount("1 v=4.2e1"), 42u);
  EXPECT_EQ(amount("1 v=-1"), std::nullopt);
  EXPECT_EQ(amount("1 v=+5"), std::nullopt);
  EXPECT_EQ(amount("1 v=5x"), std::nullopt);
  EXPECT_EQ(amount("1 v="), std::nullopt);
  EXPECT_EQ(rules->metrics()[1].Amount(Seen(*rules, "1 v=", "7").view()), 7u);
}

TEST(MetricRule, HoldsWithoutConditions) { EXPECT_TRUE(Holds({}, "{}")); }

TEST(MetricRule, HoldsIfOneOfTheTextsIsTheFields) {
  EXPECT_TRUE(Holds({{"call", {"login", "buy"}}}, R"({"call":"buy"})"));
  EXPECT_FALSE(Holds({{"call", {"login", "buy"}}}, R"({"call":"quit"})"));
  EXPECT_FALSE(Holds({{"call", {"login"}}}, R"({"call":"logins"})"));
  EXPECT_FALSE(Holds({{"call", {"login"}}}, "{}"));
}

TEST(MetricRule, HoldsOnlyIfAllConditionsDo) {
  EXPECT_TRUE(Holds({{"a", {"1"}}, {"b", {"2"}}}, R"({"a":1,"b":2})"));
  EXPECT_FALSE(Holds({{"a", {"1"}}, {"b", {"2"}}}, R"({"a":1,"b":3})"));
  EXPECT_FALSE(Holds({{"a", {"1"}}, {"b", {"2"}}}, R"({"a":2,"b":2})"));
}

TEST(MetricRule, ComparesAsText) {
  EXPECT_TRUE(Holds({{"v", {"1"}}}, R"({"v":1})"));
  EXPECT_TRUE(Holds({{"v", {"1"}}}, R"({"v":"1"})"));
  EXPECT_FALSE(Holds({{"v", {"1"}}}, R"({"v":1.0})"));
  EXPECT_TRUE(Holds({{"v", {"1.50"}}}, R"({"v":1.50})"));
  EXPECT_TRUE(Holds({{"v", {"true"}}}, R"({"v":true})"));
  EXPECT_TRUE(Holds({{"v", {""}}}, R"({"v":""})"));
  EXPECT_TRUE(Holds({{"v", {"a:b"}}}, R"({"v":"a:b"})"));
  EXPECT_FALSE(Holds({{"v", {"", "null"}}}, R"({"v":null})"));
}

TEST(MetricRule, ComparesValuesThatAreTooLongForADimension) {
  std::string text(1000, 'x');
  EXPECT_TRUE(Holds({{"v", {text}}}, Cat("{\"v\":\"", text, "\"}")));
}

TEST(MetricRule, ComparesTopicAndPartition) {
  EXPECT_TRUE(Holds({{"@topic", {"mw"}}, {"@partition", {"3"}}}, "{}"));
  EXPECT_FALSE(Holds({{"@topic", {"hh"}}}, "{}"));
  EXPECT_FALSE(Holds({{"@key", {""}}}, "{}"));
}

TEST(Rules, DecodeEachFieldOnce) {
  auto rules =
      Compile({{"a", {{"game", "game"}}, "v", {{"game", {"mw"}}}}, {"b", {{"time", "time"}, {"t", "@topic"}}, "", {}}});
  EXPECT_EQ(rules->fields(), 3u);
  EXPECT_EQ(rules->metrics().size(), 2u);
}

TEST(Rules, KnowWhichFieldIsTheTime) {
  auto rules = Compile({{"m", {{"a", "a"}}, "", {}}});
  ASSERT_TRUE(rules->time_slot());
  Seen seen(*rules, R"({"a":1,"time":2})");
  EXPECT_EQ(seen.view().fields[*rules->time_slot()].text, "2");
}

TEST(Rules, DecodeNoTimeIfItIsTheRecordsOwn) {
  EventSpec event;
  event.time = "@timestamp";
  auto rules = Compile({{"m", {}, "", {}}}, event);
  EXPECT_FALSE(rules->time_slot());
  EXPECT_EQ(rules->fields(), 0u);
}

TEST(Rules, KeepTheLabelOfEachDimension) {
  auto rules = Compile({{"m", {{"game", "@topic"}, {"country", "/user/country"}}, "", {}}, {"n", {}, "", {}}});
  EXPECT_THAT(rules->metrics()[0].labels, ElementsAre("game", "country"));
  EXPECT_THAT(rules->metrics()[1].labels, IsEmpty());
}

// Finds the same text in every field.
class ConstantDecoder : public Decoder {
 public:
  explicit ConstantDecoder(std::string text) : text_(std::move(text)) {}

  void Load(std::span<const std::string_view>) override {}
  bool Decode(size_t, std::span<Field> fields) override {
    std::fill(fields.begin(), fields.end(), Field{Field::Type::kText, text_});
    return true;
  }

 private:
  const std::string text_;
};

TEST(Rules, MakeTheirDecodersWithTheFactoryThatTheyGet) {
  std::vector<std::string> asked;
  auto factory = [&](const EventSpec&, const std::vector<std::string>& paths) {
    asked = paths;
    return std::make_unique<ConstantDecoder>("from outside");
  };
  auto rules = Rules::Compile({}, {{"m", {{"a", "a"}}, "", {}}}, factory);
  ASSERT_TRUE(rules.ok());
  EXPECT_THAT(asked, ElementsAre("time", "a"));
  const MetricRule& metric = (*rules)->metrics()[0];
  std::vector<char> name(metric.name_max);
  char* end = metric.WriteName(Seen(**rules, "any bytes").view(), name.data());
  EXPECT_EQ(std::string(name.data(), end), "m:from%20outside");
}

TEST(Rules, FailIfTheirFactoryDoes) {
  auto factory = [](const EventSpec&, const std::vector<std::string>&) -> absl::StatusOr<std::unique_ptr<Decoder>> {
    return absl::UnavailableError("no registry");
  };
  EXPECT_EQ(Rules::Compile({}, {}, factory).status(), absl::UnavailableError("no registry"));
}

TEST(Rules, RefuseAnInvalidPointer) {
  auto rules = Rules::Compile({}, {{"m", {{"a", "/a~2"}}, "", {}}});
  EXPECT_EQ(rules.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr("/a~2"));
}

TEST(Rules, RefuseAGroupThatThePatternLacks) {
  EventSpec lines{EventFormat::kRegex, R"(^(?P<time>\S+))", "time"};
  EXPECT_TRUE(Rules::Compile(lines, {}).ok());
  EXPECT_FALSE(Rules::Compile(lines, {{"m", {{"call", "call"}}, "", {}}}).ok());
}

TEST(Rules, RefuseAnInvalidPattern) { EXPECT_FALSE(Rules::Compile({EventFormat::kRegex, "(", "@timestamp"}, {}).ok()); }

}  // namespace
}  // namespace tally
