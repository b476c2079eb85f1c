// Counts with decimals, in every command that shows counts.
#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::ElementsAre;

class Decimals : public NodeTest {
 protected:
  Decimals() : NodeTest({}, Rules()) {}

  static std::shared_ptr<const tally::Rules> Rules() {
    MetricSpec net{.name = "sum_net", .by = {{"game", "game"}}, .value = "net", .where = {}, .decimals = 2};
    MetricSpec fee{.name = "sum_fee", .by = {{"game", "game"}}, .value = "fee", .where = {}, .decimals = 3};
    MetricSpec all{.name = "sum_all", .by = {{"game", "game"}}, .value = "", .where = {}};
    MetricSpec whole{.name = "whole", .by = {}, .value = "net", .where = {}, .decimals = 1};
    return tally::Rules::Compile({}, {net, fee, all, whole}).value();
  }

  void Pay(std::string_view game, std::string_view net, std::string_view fee) {
    Apply(Cat(R"({"time":)", At("14:34").millis(), R"(,"game":")", game, R"(","net":)", net, R"(,"fee":)", fee, "}"),
          At("14:34"));
    ReachEnd();
  }
};

TEST_F(Decimals, AreShownByEveryCommandThatShowsACount) {
  for (int i = 0; i < 10; ++i) Pay("mw", "0.1", "\"0.0005\"");
  EXPECT_THAT(Ask({"GET", "sum_net:mw"}), ElementsAre("1.00"));
  EXPECT_THAT(Ask({"GET", "sum_fee:mw"}), ElementsAre("0.010"));
  EXPECT_THAT(Ask({"GET", "sum_all:mw"}), ElementsAre("10"));
  EXPECT_THAT(Ask({"GET", "whole"}), ElementsAre("1.0"));
  EXPECT_THAT(Ask({"GET", "sum_net:none"}), ElementsAre("0.00"));
  EXPECT_THAT(Ask({"HGET", "sum_net:2011_0605_1434", "mw"}), ElementsAre("1.00"));
  EXPECT_THAT(Ask({"HGET", "whole:2011_0605_1434", "count"}), ElementsAre("1.0"));
  EXPECT_THAT(Ask({"HMGET", "sum_fee:2011_0605_1434", "mw", "dd"}), ElementsAre("0.010", "-"));
  EXPECT_THAT(Ask({"HGETALL", "sum_net:2011_0605_1434"}), ElementsAre("mw 1.00"));
  EXPECT_THAT(Ask({"HVALS", "sum_fee:2011_0605_1434"}), ElementsAre("0.010"));
  EXPECT_THAT(Ask({"RANGE", "sum_net:*", "2011-06-05T14:34", "now"}),
              ElementsAre("2011-06-05T14:34Z 1.00", "2011-06-05T14:35Z 0.00 open"));
}

TEST_F(Decimals, OfARangeAreTheLargestOfTheMetricsThatMatch) {
  Pay("mw", "1.25", "0.125");
  EXPECT_THAT(Ask({"RANGE", "sum_*:mw", "2011-06-05T14:34", "now"}),
              ElementsAre("2011-06-05T14:34Z 2.375", "2011-06-05T14:35Z 0.000 open"));
  EXPECT_THAT(Ask({"RANGE", "sum_[an]*:mw", "14:34", "now"}), ElementsAre(testing::StartsWith("ERR")));
  EXPECT_THAT(Ask({"RANGE", "sum_[an]*:mw", "2011-06-05T14:34", "2011-06-05T14:35"}),
              ElementsAre("2011-06-05T14:34Z 2.25"));
  EXPECT_THAT(Ask({"RANGE", "sum_all:*", "2011-06-05T14:34", "2011-06-05T14:35"}), ElementsAre("2011-06-05T14:34Z 1"));
}

TEST_F(Decimals, OfARangeSaturateInItsOwnUnits) {
  Pay("mw", "9000000000000000", "1");
  EXPECT_THAT(Ask({"RANGE", "sum_*:mw", "2011-06-05T14:34", "2011-06-05T14:35"}),
              ElementsAre("2011-06-05T14:34Z 9000000000000002.000"));
  Pay("mw", "1e16", "1");
  EXPECT_THAT(Ask({"RANGE", "sum_*:mw", "2011-06-05T14:34", "2011-06-05T14:35"}),
              ElementsAre("2011-06-05T14:34Z 9223372036854775.807"));
}

TEST_F(Decimals, OfATopAreThoseOfEachSeriesAndItsOrderIsByValue) {
  Pay("mw", "2.5", "2.499");
  Pay("dd", "92233720368547758.07", "9223372036854775.807");
  EXPECT_THAT(Ask({"TOP", "9", "sum_*", "-5m", "now"}),
              ElementsAre("sum_net:dd 92233720368547758.07", "sum_fee:dd 9223372036854775.807", "sum_net:mw 2.50",
                          "sum_fee:mw 2.499", "sum_all:dd 1", "sum_all:mw 1"));
}

TEST_F(Decimals, MakeACountAStringInResp) {
  Pay("mw", "2.5", "1");
  auto cell = [&](std::string_view glob, size_t i) {
    return std::get<Table>(Execute({"RANGE", glob, "2011-06-05T14:34", "now"}).body).row(i)[1];
  };
  EXPECT_EQ(std::get<StringCount>(cell("sum_net:mw", 0)).decimals, 2u);
  EXPECT_TRUE(std::holds_alternative<int64_t>(cell("sum_all:mw", 0)));
}

}  // namespace
}  // namespace tally
