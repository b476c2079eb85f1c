#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/config/load.h"
#include "core/base/strings.h"

namespace tally {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

std::string ErrorOf(std::string_view text) {
  return std::string(FromAbsl(ParseConfig(text, "f.toml").status().message()));
}

std::vector<MetricSpec> Metrics(std::string_view text) {
  absl::StatusOr<Config> config = ParseConfig(text, "f.toml");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? config->metrics : std::vector<MetricSpec>(1);
}

// Returns a metric `n` with the given line.
std::string With(std::string_view line) { return Cat("[[metric]]\nname = \"n\"\n", line); }
MetricSpec Metric(std::string_view line) { return Metrics(With(line)).front(); }
std::string MetricError(std::string_view line) { return ErrorOf(With(line)); }

TEST(Metric, IsStatsByGameAndCallByDefault) {
  std::vector<MetricSpec> metrics = Metrics("");
  ASSERT_EQ(metrics.size(), 1u);
  EXPECT_EQ(metrics[0].name, "stats");
  EXPECT_THAT(metrics[0].by, ElementsAre(Dimension{"game", "game"}, Dimension{"call", "call"}));
  EXPECT_EQ(metrics[0].value, "");
  EXPECT_THAT(metrics[0].where, IsEmpty());
}

TEST(Metric, ReplacesTheDefault) {
  std::vector<MetricSpec> metrics = Metrics("[[metric]]\nname = \"a\"\n[[metric]]\nname = \"b\"");
  ASSERT_EQ(metrics.size(), 2u);
  EXPECT_EQ(metrics[0].name, "a");
  EXPECT_EQ(metrics[1].name, "b");
  EXPECT_THAT(metrics[1].by, IsEmpty());
}

TEST(Metric, HasAUniqueName) {
  EXPECT_EQ(ErrorOf("[[metric]]\nby = []"), "f.toml:1:1: metric: expected a name, such as name = \"stats\"");
  EXPECT_EQ(ErrorOf("[[metric]]\nname = \"a\"\n[[metric]]\nname = \"a\""),
            "f.toml:3:1: metric: the name \"a\" is given twice");
  for (const char* name : {"", "9a", "a-b", "a:b", "a b"}) {
    const std::string text = Cat("[[metric]]\nname = \"", name, "\"");
    EXPECT_THAT(ErrorOf(text), StartsWith("f.toml:2:8: metric.name: expected a name"));
  }
}

TEST(Metric, IsATableInAList) {
  EXPECT_EQ(ErrorOf("[metric]\nname = \"a\""), "f.toml:1:1: metric: expected [[metric]] tables, got a table");
  EXPECT_EQ(ErrorOf("metric = []"), "f.toml:1:10: metric: expected at least one [[metric]]");
  EXPECT_EQ(ErrorOf("metric = [1]"), "f.toml:1:11: metric: expected a [[metric]] table, got the integer 1");
}

TEST(Metric, NamesTheNearestKeyForAnUnknownOne) {
  EXPECT_EQ(MetricError("were = {}"), "f.toml:3:1: unknown key 'were' in [metric]; did you mean 'where'?");
}

TEST(By, NamesSourcesWithOrWithoutALabel) {
  EXPECT_THAT(Metric(R"(by = ["game", "@topic", "/user/country", "c=/user/city", "k=@key"])").by,
              ElementsAre(Dimension{"game", "game"}, Dimension{"topic", "@topic"},
                          Dimension{"country", "/user/country"}, Dimension{"c", "/user/city"}, Dimension{"k", "@key"}));
}

TEST(By, SuggestsALabelIfTheSourceIsNotOne) {
  EXPECT_EQ(MetricError("by = [\"user-id\"]"),
            "f.toml:3:7: metric.by: \"user-id\" is not a label: expected letters, digits and _, no digit or __ at the "
            "beginning, not \"metric\"; write label=source, such as \"user_id=user-id\"");
  for (const char* by : {"metric", "__a", "9", "/a/", "/a/b.c", "metric=a", "a-b=c"}) {
    EXPECT_THAT(MetricError(Cat("by = [\"", by, "\"]")), HasSubstr("is not a label")) << by;
  }
}

TEST(By, HasEachLabelOnce) {
  EXPECT_THAT(MetricError("by = [\"game\", \"game\"]"),
              StartsWith("f.toml:3:15: metric.by: the label \"game\" is given twice"));
  EXPECT_THAT(MetricError("by = [\"/a/x\", \"/b/x\"]"), HasSubstr("is given twice"));
  EXPECT_EQ(MetricError("by = [\"game\", \"again=game\"]"), "");
}

TEST(By, AcceptsTopicKeyAndPartition) {
  EXPECT_EQ(MetricError("by = [\"@topic\", \"@key\", \"@partition\"]"), "");
  EXPECT_EQ(MetricError("by = [\"@offset\"]"),
            "f.toml:3:7: metric.by: expected a field, @topic, @key or @partition, got \"@offset\"; write a field with "
            "that name as \"/@offset\"");
  EXPECT_THAT(MetricError("by = [\"t=@timestamp\"]"), HasSubstr("got \"@timestamp\""));
}

TEST(By, AcceptsOnlyJsonPointersAfterASlash) {
  EXPECT_EQ(MetricError("by = [\"a=/x~0y~1z\"]"), "");
  for (const char* by : {"a=/~", "a=/x~2", "a=/~~0"}) {
    EXPECT_THAT(MetricError(Cat("by = [\"", by, "\"]")), HasSubstr("is not a JSON pointer")) << by;
  }
}

TEST(By, IsAListOfStrings) {
  EXPECT_THAT(MetricError("by = \"game\""), HasSubstr("expected a list"));
  EXPECT_THAT(MetricError("by = [1]"), HasSubstr("got the integer 1"));
  EXPECT_THAT(MetricError("by = [\"\"]"), HasSubstr("got \"\""));
  EXPECT_THAT(MetricError("by = [\"=a\"]"), HasSubstr("expected \"source\" or \"label=source\""));
}

TEST(TomlValue, IsAField) {
  EXPECT_EQ(Metric("value = \"amount\"").value, "amount");
  EXPECT_EQ(Metric("value = \"/pay/amount\"").value, "/pay/amount");
  EXPECT_EQ(Metric("value = \"\"").value, "");
  EXPECT_THAT(MetricError("value = \"@partition\""), HasSubstr("expected a field, got \"@partition\""));
  EXPECT_THAT(MetricError("value = 1"), HasSubstr("expected a field, got the integer 1"));
}

TEST(TomlValue, HasDecimals) {
  EXPECT_EQ(Metric("value = \"amount\"").decimals, 0u);
  EXPECT_EQ(Metric("value = \"amount\"\ndecimals = 9").decimals, 9u);
  EXPECT_EQ(Metric("decimals = 0").decimals, 0u);
  EXPECT_THAT(MetricError("value = \"amount\"\ndecimals = 10"), HasSubstr("decimals: expected an integer from 0 to 9"));
  EXPECT_THAT(MetricError("decimals = 2"), HasSubstr("decimals: decimals need a value"));
}

TEST(Where, ComparesAsText) {
  EXPECT_THAT(Metric(R"(where = { call = "login", level = 7, paid = true })").where,
              ElementsAre(Pair("call", ElementsAre("login")), Pair("level", ElementsAre("7")),
                          Pair("paid", ElementsAre("true"))));
}

TEST(Where, AcceptsAListOfValues) {
  EXPECT_THAT(Metric(R"(where = { call = ["login", 7, false] })").where,
              ElementsAre(Pair("call", ElementsAre("login", "7", "false"))));
}

TEST(Where, AcceptsPointersTopicKeyAndPartition) {
  EXPECT_THAT(Metric(R"(where = { "/user/country" = "DE", "@topic" = "mw" })").where,
              ElementsAre(Pair("/user/country", ElementsAre("DE")), Pair("@topic", ElementsAre("mw"))));
  EXPECT_THAT(MetricError("where = { \"@offset\" = 1 }"), HasSubstr("expected a field, @topic, @key or @partition"));
}

TEST(Where, CanBeASeparateTable) {
  EXPECT_THAT(Metric("[metric.where]\ncall = \"login\"").where, ElementsAre(Pair("call", ElementsAre("login"))));
}

TEST(Where, RefusesConditionsThatNeverMatch) {
  EXPECT_THAT(MetricError("where = { call = [] }"), HasSubstr("at least one value"));
  EXPECT_THAT(MetricError("where = { user.country = \"DE\" }"), HasSubstr("write a nested field as \"/outer/inner\""));
  EXPECT_THAT(MetricError("where = { level = 1.5 }"), HasSubstr("expected a string, an integer, a boolean or a list"));
  EXPECT_THAT(MetricError("where = { level = [[1]] }"), HasSubstr("got a list"));
  EXPECT_THAT(MetricError("where = { \"\" = 1 }"), HasSubstr("1 to 1000 bytes"));
  EXPECT_THAT(MetricError("where = 1"), HasSubstr("expected a table such as { call = \"login\" }"));
}

// Returns `n` strings a0, a1, ... in a list, with `text` after each.
std::string Many(size_t n, std::string_view text) {
  std::string out;
  for (size_t i = 0; i < n; ++i) Append(out, Cat(i == 0 ? "" : ", ", "\"a", i, "\"", text));
  return out;
}

TEST(Metric, LimitsTheNumberOfElements) {
  EXPECT_EQ(MetricError(Cat("by = [", Many(kDimensionsMax, ""), "]")), "");
  EXPECT_THAT(MetricError(Cat("by = [", Many(kDimensionsMax + 1, ""), "]")), HasSubstr("at most 16"));
  EXPECT_EQ(MetricError(Cat("where = {", Many(kWhereFieldsMax, " = 1"), "}")), "");
  EXPECT_THAT(MetricError(Cat("where = {", Many(kWhereFieldsMax + 1, " = 1"), "}")), HasSubstr("at most 16"));
  EXPECT_EQ(MetricError(Cat("where = {x = [", Many(kWhereValuesMax, ""), "]}")), "");
  EXPECT_THAT(MetricError(Cat("where = {x = [", Many(kWhereValuesMax + 1, ""), "]}")), HasSubstr("at most 1000"));
  std::string metrics;
  for (size_t i = 0; i < kMetricsMax; ++i) metrics += Cat("[[metric]]\nname = \"a", i, "\"\n");
  EXPECT_EQ(ErrorOf(metrics), "");
  EXPECT_THAT(ErrorOf(metrics + "[[metric]]\nname = \"b\""), HasSubstr("at most 100"));
}

}  // namespace
}  // namespace tally
