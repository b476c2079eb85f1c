#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class SeriesCommands : public NodeTest {
 protected:
  explicit SeriesCommands(const Counters::Options& options = {}) : NodeTest(options) {}
};

TEST_F(SeriesCommands, ListShowsLiveSeriesSorted) {
  Count("14:30", "mw", "login");
  Count("14:30", "dd", "logout");
  EXPECT_THAT(Ask({"LIST"}), ElementsAre("all", "stats:dd:logout", "stats:mw:login"));
  EXPECT_THAT(Ask({"list", "stats:*:log[i]n"}), ElementsAre("stats:mw:login"));
  EXPECT_THAT(Ask({"LIST", "stats:dd:logout"}), ElementsAre("stats:dd:logout"));
  EXPECT_THAT(Ask({"LIST", "none*"}), IsEmpty());
}

TEST_F(SeriesCommands, GetIsTheCountOfTheLastWholeMinute) {
  Count("14:34:59", "mw", "login", 3);
  Count("14:35:10", "mw", "login", 5);
  EXPECT_THAT(Ask({"GET", "stats:mw:login"}), ElementsAre("3"));
  EXPECT_THAT(Ask({"GET", "stats:mw:login", "now"}), ElementsAre("5 open"));
  EXPECT_THAT(Ask({"GET", "stats:mw:login", "-1m"}), ElementsAre("3"));
  EXPECT_THAT(Ask({"GET", "stats:mw:login", "2011-06-05T14:35"}), ElementsAre("5 open"));
  EXPECT_THAT(Ask({"GET", "all", Cat(At("14:34").millis())}), ElementsAre("3"));
}

TEST_F(SeriesCommands, GetIsTheSameAfterACut) {
  Count("14:34", "mw", "login", 3);
  Cut();
  Count("14:34", "mw", "login", 2);
  EXPECT_THAT(Ask({"GET", "stats:mw:login"}), ElementsAre("5"));
}

TEST_F(SeriesCommands, ASeriesOfAMetricCountsZeroWithoutEvents) {
  ReachEnd();
  EXPECT_THAT(Ask({"GET", "stats:mw:login"}), ElementsAre("0"));
  EXPECT_THAT(Ask({"GET", "all"}), ElementsAre("0"));
}

TEST_F(SeriesCommands, AnyOtherSeriesIsAnErrorThatNamesWhatIsExpected) {
  EXPECT_THAT(Ask({"GET", "stats:mw"}),
              ElementsAre("ERR no metric has a series 'stats:mw': expected stats with 2 values, spent with 1 value or "
                          "all"));
  EXPECT_THAT(Ask({"GET", "nothing"}), ElementsAre(StartsWith("ERR no metric has a series 'nothing'")));
  EXPECT_THAT(Ask({"GET", "stats:mw:*", "x"}), ElementsAre(StartsWith("ERR expected a time")));
  EXPECT_THAT(Ask({"GET", "stats:m w:a\n"}), ElementsAre("ERR no series is named 'stats:m w:a\\n': values are "
                                                         "percent-encoded, as 'stats:m%20w:a%0A'"));
}

TEST_F(SeriesCommands, UnknownMinutesAreErrorsThatNameTheOldestOne) {
  ReachEnd();
  EXPECT_THAT(Ask({"GET", "all", "14:36"}), ElementsAre(StartsWith("ERR expected a time")));
  EXPECT_THAT(Ask({"GET", "all", "2011-06-05T14:36Z"}),
              ElementsAre("ERR minute 2011-06-05T14:36Z has not begun; the oldest known is 2011-06-05T10:35Z"));
  EXPECT_THAT(Ask({"GET", "all", "2011-06-05T10:35Z"}), ElementsAre("0"));
  EXPECT_THAT(Ask({"GET", "all", "2011-06-05T10:34Z"}),
              ElementsAre("ERR minute 2011-06-05T10:34Z is not known any more, or never was; the oldest known is "
                          "2011-06-05T10:35Z"));
  counters_.RaiseKnownFrom(2, MinuteOf(At("14:33")));
  EXPECT_THAT(Ask({"GET", "all", "-3m"}), ElementsAre(HasSubstr("the oldest known is 2011-06-05T14:33Z")));
  EXPECT_THAT(Ask({"GET", "stats:mw:login", "-3m"}), ElementsAre("0"));
  counters_.RaiseKnownFrom(2, MinuteOf(At("14:50")));
  EXPECT_THAT(Ask({"GET", "all", "now"}), ElementsAre(HasSubstr("none is known yet")));
}

TEST_F(SeriesCommands, TheHorizonIsRaisedBeforeAReaderLooks) {
  Count("10:35", "mw", "login");
  EXPECT_THAT(Ask({"GET", "all", "2011-06-05T10:35Z"}), ElementsAre("1"));
  clock_.Set(At("14:36"));
  EXPECT_THAT(Ask({"GET", "all", "2011-06-05T10:35Z"}), ElementsAre(HasSubstr("10:35Z is not known any more")));
}

TEST_F(SeriesCommands, AMinuteIsOpenUntilEveryPartitionIsAfterIt) {
  Apply(R"({"time":1307284445000,"game":"mw","call":"login"})", At("14:34:05"));
  EXPECT_THAT(Ask({"GET", "all", "-1m"}), ElementsAre("1 open"));
  EXPECT_THAT(Ask({"GET", "all", "-2m"}), ElementsAre("0"));
  ReachEnd();
  EXPECT_THAT(Ask({"GET", "all", "-1m"}), ElementsAre("1"));
}

TEST_F(SeriesCommands, RangeHasALineForEachMinute) {
  Count("14:33", "mw", "login", 2);
  Count("14:35", "mw", "login");
  EXPECT_THAT(Ask({"RANGE", "stats:mw:login", "-2m30s", "now"}),
              ElementsAre("2011-06-05T14:33Z 2", "2011-06-05T14:34Z 0", "2011-06-05T14:35Z 1 open"));
}

TEST_F(SeriesCommands, RangeTakesTheMinutesThatStartInIt) {
  ReachEnd();
  EXPECT_THAT(Ask({"RANGE", "all", "2011-06-05T14:30:01Z", "2011-06-05T14:32:00Z"}),
              ElementsAre("2011-06-05T14:31Z 0"));
  EXPECT_THAT(Ask({"RANGE", "all", "2011-06-05T14:30:00Z", "2011-06-05T14:31:01Z"}),
              ElementsAre("2011-06-05T14:30Z 0", "2011-06-05T14:31Z 0"));
  EXPECT_THAT(Ask({"RANGE", "all", "now", "now"}), IsEmpty());
  EXPECT_THAT(Ask({"RANGE", "all", "now", "-1m"}),
              ElementsAre("ERR expected a range that begins before it ends, got 2011-06-05T14:35:30.000Z to "
                          "2011-06-05T14:34:30.000Z"));
}

TEST_F(SeriesCommands, RangeLeavesUnknownMinutesOut) {
  Count("10:36", "mw", "login");
  EXPECT_THAT(Ask({"RANGE", "all", "2011-06-05T10:00Z", "2011-06-05T10:37Z"}),
              ElementsAre("2011-06-05T10:35Z 0", "2011-06-05T10:36Z 1"));
  EXPECT_THAT(Ask({"RANGE", "all", "now", "2011-06-05T15:00Z"}), IsEmpty());
  EXPECT_THAT(Ask({"RANGE", "all", "0", "99999999999999999"}), testing::SizeIs(241));
  counters_.RaiseKnownFrom(0, MinuteOf(At("14:35")));
  EXPECT_THAT(Ask({"RANGE", "*:*", "-3m", "now"}), ElementsAre("2011-06-05T14:35Z 0 open"));
  EXPECT_THAT(Ask({"RANGE", "spent:*", "-2m", "now"}), testing::SizeIs(2));
}

TEST_F(SeriesCommands, StepsAreAlignedAndMayBePartialAtTheEdges) {
  for (std::string_view time : {"14:28", "14:30", "14:31", "14:34", "14:35"}) Count(time, "mw", "login");
  EXPECT_THAT(Ask({"RANGE", "all", "2011-06-05T14:28Z", "now", "5m"}),
              ElementsAre("2011-06-05T14:25Z 1", "2011-06-05T14:30Z 3", "2011-06-05T14:35Z 1 open"));
  EXPECT_THAT(Ask({"RANGE", "all", "-4h", "now", "2h"}),
              ElementsAre("2011-06-05T10:00Z 0", "2011-06-05T12:00Z 0", "2011-06-05T14:00Z 5 open"));
  for (std::string_view step : {"90s", "0", "-5m", "inf", "5", "1ns", "999999h"}) {
    EXPECT_THAT(Ask({"RANGE", "all", "-1h", "now", step}), ElementsAre(StartsWith("ERR expected a step"))) << step;
  }
}

TEST_F(SeriesCommands, SeveralMatchingSeriesAreAdded) {
  Count("14:34", "mw", "login", 2);
  Count("14:34", "mw", "logout", 3);
  Count("14:34", "dd", "login", 5);
  EXPECT_THAT(Ask({"RANGE", "stats:mw:*", "-2m", "-1m"}), ElementsAre("2011-06-05T14:34Z 5"));
  EXPECT_THAT(Ask({"RANGE", "stats:*", "-2m", "-1m"}), ElementsAre("2011-06-05T14:34Z 10"));
  EXPECT_THAT(Ask({"RANGE", "stats:none:*", "-2m", "-1m"}), ElementsAre("2011-06-05T14:34Z 0"));
  EXPECT_THAT(Ask({"RANGE", "none:*", "-2m", "-1m"}), ElementsAre(StartsWith("ERR no metric has a series as")));
  EXPECT_THAT(Ask({"RANGE", "none", "-2m", "-1m"}), ElementsAre(StartsWith("ERR no metric has a series 'none'")));
}

TEST_F(SeriesCommands, TopIsLargestFirstAndTiesAreByName) {
  Count("14:33", "mw", "login", 2);
  Count("14:34", "mw", "login", 1);
  Count("14:34", "mw", "b", 2);
  Count("14:34", "mw", "a", 2);
  Count("10:00", "mw", "old", 9);
  EXPECT_THAT(Ask({"TOP", "9", "stats:*", "-1h", "now"}),
              ElementsAre("stats:mw:login 3", "stats:mw:a 2", "stats:mw:b 2"));
  EXPECT_THAT(Ask({"TOP", "2", "stats:*", "-2m", "now"}), ElementsAre("stats:mw:a 2", "stats:mw:b 2"));
  EXPECT_THAT(Ask({"TOP", "2", "spent:*", "-2m", "now"}), IsEmpty());
  EXPECT_THAT(Ask({"TOP", "0", "stats:*", "-2m", "now"}), ElementsAre(StartsWith("ERR expected a number of series")));
  EXPECT_THAT(Ask({"TOP", "1", "none:*", "-2m", "now"}), ElementsAre(StartsWith("ERR no metric")));
}

class FullTable : public SeriesCommands {
 protected:
  FullTable() : SeriesCommands({.series_max = 2}) {}
};

TEST_F(FullTable, WhereOtherHasCountsAnUnlistedSeriesIsUnknown) {
  Count("14:32", "mw", "a");
  Count("14:32", "dd", "b");
  Count("14:33", "mw", "c", 3);
  EXPECT_THAT(Ask({"LIST", "stats:*"}), ElementsAre("stats:dd:b", "stats:mw:a", "stats:mw:~other"));
  EXPECT_THAT(Ask({"GET", "stats:mw:c", "-3m"}), ElementsAre("0"));
  EXPECT_THAT(Ask({"GET", "stats:mw:c", "-2m"}),
              ElementsAre("ERR minute 2011-06-05T14:33Z is unknown for this series: ~other may have its counts; "
                          "the oldest known is 2011-06-05T10:35Z"));
  EXPECT_THAT(Ask({"RANGE", "stats:mw:c", "-3m30s", "-1m"}), ElementsAre("2011-06-05T14:32Z 0", "2011-06-05T14:34Z 0"));
  EXPECT_THAT(Ask({"RANGE", "stats:mw:c", "2011-06-05T14:33Z", "2011-06-05T14:35Z", "1m"}),
              ElementsAre("2011-06-05T14:34Z 0"));
}

TEST_F(FullTable, WhereOtherHasCountsEverythingElseIsKnown) {
  Count("14:32", "mw", "a");
  Count("14:32", "dd", "b");
  Count("14:33", "mw", "c", 3);
  EXPECT_THAT(Ask({"GET", "stats:mw:a", "-2m"}), ElementsAre("0"));
  EXPECT_THAT(Ask({"GET", "stats:hh:c", "-2m"}), ElementsAre("0"));
  EXPECT_THAT(Ask({"GET", "stats:mw:~other", "-2m"}), ElementsAre("3"));
  EXPECT_THAT(Ask({"RANGE", "stats:mw:*", "2011-06-05T14:32Z", "2011-06-05T14:34Z"}),
              ElementsAre("2011-06-05T14:32Z 1", "2011-06-05T14:33Z 3"));
}

class EventClock : public SeriesCommands {
 protected:
  EventClock() : SeriesCommands({.clock = ClockKind::kEvent}) {}
};

TEST_F(EventClock, KnowsNoMinuteBeforeTheFirstEvent) {
  EXPECT_THAT(Ask({"GET", "all"}), ElementsAre(HasSubstr("none is known yet")));
  EXPECT_THAT(Ask({"RANGE", "all", "0", "99999999999999999"}), IsEmpty());
  EXPECT_THAT(Ask({"TOP", "3", "*", "0", "99999999999999999"}), IsEmpty());
  EXPECT_THAT(Ask({"INFO", "counters"}), testing::Contains("minute_oldest:-"));
}

TEST_F(EventClock, NowIsWhatTheEventsHaveReached) {
  Count("09:10", "mw", "login");
  Count("09:20:30", "mw", "login", 2);
  EXPECT_THAT(Ask({"GET", "all", "now"}), ElementsAre("2 open"));
  EXPECT_THAT(Ask({"GET", "all", "-10m"}), ElementsAre("1"));
  EXPECT_THAT(Ask({"GET", "all", "2011-06-05T09:21Z"}), ElementsAre(HasSubstr("has not begun")));
}

}  // namespace
}  // namespace tally
