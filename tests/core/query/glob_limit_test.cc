// The commands that take a glob limit its length, and look at many metrics or globs in steps.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;

class GlobLimit : public NodeTest {
 protected:
  // The replies of every command to `glob`.
  std::vector<std::vector<std::string>> AskAll(std::string_view glob) {
    return {Ask({"KEYS", glob}),
            Ask({"LIST", glob}),
            Ask({"SCAN", "0", "MATCH", glob}),
            Ask({"RANGE", glob, "-1h", "now"}),
            Ask({"TOP", "10", glob, "-1h", "now"}),
            Ask({"CONFIG", "GET", "save", glob})};
  }
};

TEST_F(GlobLimit, IsTheSameForAllCommands) {
  for (const auto& lines : AskAll(Cat("*", std::string(4096, 'x')))) {
    EXPECT_THAT(lines, ElementsAre("ERR expected a glob of at most 4096 bytes, got 4097"));
  }
  for (const auto& lines : AskAll(Cat("*", std::string(4095, 'x')))) {
    EXPECT_TRUE(lines.empty() || !lines[0].starts_with("ERR")) << lines[0];
  }
}

// The most metrics and dimensions that a configuration may have.
std::shared_ptr<const Rules> ManyMetrics() {
  std::vector<MetricSpec> metrics;
  for (int i = 0; i < 100; ++i) {
    MetricSpec& metric = metrics.emplace_back(MetricSpec{Cat("metric", i), {}, "", {}});
    for (int k = 0; k < 16; ++k) metric.by.push_back({Cat("field", k), Cat("field", k)});
  }
  auto rules = Rules::Compile({}, metrics);
  TALLY_CHECK(rules.ok());
  return *std::move(rules);
}

TEST_F(GlobLimit, LeavesARangeOverManyMetricsInSteps) {
  Counters counters(ManyMetrics(), {});
  Commands commands({&counters}, clock_, *this);
  std::string glob;
  while (glob.size() < 4095) glob += "?*";
  const std::vector<std::string_view> words = {"RANGE", glob, "-1h", "now"};
  Task<Reply> task = commands.Execute(words, session_);
  int steps = 1;
  while (!task.Step()) ++steps;
  EXPECT_GE(steps, 50);
  EXPECT_THAT(Lines(task.Take()), Each(EndsWith(" open")));
}

TEST_F(GlobLimit, LeavesManyGlobsInSteps) {
  std::vector<std::string_view> words = {"CONFIG", "GET"};
  words.resize(10'000, "nothing");
  words.push_back("save");
  Task<Reply> task = commands_.Execute(words, session_);
  int steps = 1;
  while (!task.Step()) ++steps;
  EXPECT_GE(steps, 20);
  EXPECT_THAT(Lines(task.Take()), ElementsAre("save "));
}

}  // namespace
}  // namespace tally
