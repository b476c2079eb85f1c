#include "apps/dump.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/stored.h"

namespace tally {
namespace {

using testing::HasSubstr;

// What SomeChanges() look like in that format once they are saved, with `node` as the node's identity.
std::string DumpOf(DumpOptions::Format format, Changes changes = SomeChanges(),
                   const MetricRows& metrics = SomeMetrics()) {
  TempDir directory;
  TALLY_CHECK(OpenStore(directory.path())->Write(changes, metrics).ok());
  auto contents = ReadCheckpoint(directory.path(), nullptr);
  TALLY_CHECK(contents.ok());
  contents->header.node = "0123456789abcdef";
  std::ostringstream out;
  WriteDump(*contents, format, out);
  return out.str();
}

TEST(Dump, AsTextHasARowPerLine) {
  EXPECT_EQ(DumpOf(DumpOptions::Format::kText),
            "sequence 1\nnode 0123456789abcdef\nhorizon 2011-06-05T10:31Z\n"
            "partition hh 0 next 0 counted 0 late 0 future 0 unparsable 0 missing_field 0 filtered 0\n"
            "partition mw 3 next 42 counted 30 late 1 future 2 unparsable 3 missing_field 4 filtered 2\n"
            "2011-06-05T14:30Z stats:mw:buy 300\n2011-06-05T14:30Z stats:mw:login 7\n"
            "2011-06-05T14:31Z stats:hh:login 1\n");
}

TEST(Dump, ShowsTheDecimalsOfAMetric) {
  MetricRows metrics = SomeMetrics();
  metrics.metrics.at("stats").fingerprint = "by=game,call value=\"cents\" where= decimals=2";
  EXPECT_THAT(DumpOf(DumpOptions::Format::kText, SomeChanges(), metrics), HasSubstr("stats:mw:buy 3.00\n"));
  EXPECT_THAT(DumpOf(DumpOptions::Format::kCsv, SomeChanges(), metrics), HasSubstr("2011-06-05T14:30Z,0.07\n"));
  EXPECT_THAT(DumpOf(DumpOptions::Format::kJson, SomeChanges(), metrics), HasSubstr("\"count\":3.00}"));
}

TEST(Dump, AsCsvHasFourColumns) {
  const std::string csv = DumpOf(DumpOptions::Format::kCsv);
  EXPECT_THAT(csv, HasSubstr("kind,name,at,value\nsequence,,,1\n"));
  EXPECT_THAT(csv, HasSubstr("\nnext,mw,3,42\ncounted,mw,3,30\n"));
  EXPECT_THAT(csv, HasSubstr("\ncount,\"stats:mw:buy\",2011-06-05T14:30Z,300\n"));
}

TEST(Dump, AsJsonIsOneObjectWithARowPerLine) {
  Changes changes = SomeChanges();
  changes.partitions[1].state.cluster = "east";
  changes.partitions[1].state.last = RecordMark{41, TimeAt("14:31:06"), UINT64_MAX};
  EXPECT_EQ(DumpOf(DumpOptions::Format::kJson, changes),
            R"({"sequence":1,"node":"0123456789abcdef","horizon":"2011-06-05T10:31Z","clock":"2011-06-05T14:31:07.000Z"
,"event":"format=json","metrics":[
{"name":"all","known_from":"-","fingerprint":""}
,{"name":"stats","known_from":"2011-06-05T12:00Z","fingerprint":"by=game,call"}]
,"partitions":[
{"topic":"hh","partition":0,"next":0,"fates":)"
            R"({"counted":0,"late":0,"future":0,"unparsable":0,"missing_field":0,"filtered":0},)"
            R"("newest_event_time":null,"newest_timestamp":null,"cluster":"","last":null,"gaps":[]}
,{"topic":"mw","partition":3,"next":42,"fates":)"
            R"({"counted":30,"late":1,"future":2,"unparsable":3,"missing_field":4,"filtered":2},)"
            R"("newest_event_time":"2011-06-05T14:31:05.000Z","newest_timestamp":"2011-06-05T14:31:06.000Z",)"
            R"("cluster":"east","last":{"offset":41,"timestamp":"2011-06-05T14:31:06.000Z",)"
            R"("hash":18446744073709551615},"gaps":[]}]
,"counters":[
{"minute":"2011-06-05T14:30Z","series":"stats:mw:buy","count":300}
,{"minute":"2011-06-05T14:30Z","series":"stats:mw:login","count":7}
,{"minute":"2011-06-05T14:31Z","series":"stats:hh:login","count":1}]}
)");
}

TEST(Dump, HasTheGapsThatWereAccepted) {
  Changes changes = SomeChanges();
  changes.partitions[1].state.gaps = {{42, 50, TimeAt("14:31")}};
  EXPECT_THAT(DumpOf(DumpOptions::Format::kText, changes),
              HasSubstr("\ngap mw 3 from 42 to 50 accepted 2011-06-05T14:31"));
  EXPECT_THAT(DumpOf(DumpOptions::Format::kCsv, changes), HasSubstr("\ngap_from,mw,3,42\ngap_to,mw,3,50\n"));
  EXPECT_THAT(DumpOf(DumpOptions::Format::kJson, changes),
              HasSubstr(R"("gaps":[{"from":42,"to":50,"accepted":"2011-06-05T14:31)"));
}

TEST(Dump, EscapesNames) {
  Changes changes = SomeChanges();
  changes.series[0].name = R"(stats:mw:a,b\c)";
  EXPECT_THAT(DumpOf(DumpOptions::Format::kCsv, changes), HasSubstr(R"(count,"stats:mw:a,b\c",)"));
  EXPECT_THAT(DumpOf(DumpOptions::Format::kJson, changes), HasSubstr(R"("series":"stats:mw:a,b\\c")"));
}

TEST(Dump, OfNothingCountedIsStillWhole) {
  Changes changes;
  changes.horizon = MinuteAt("10:31");
  EXPECT_THAT(DumpOf(DumpOptions::Format::kJson, changes), HasSubstr("\"partitions\":[]\n,\"counters\":[]}\n"));
}

}  // namespace
}  // namespace tally
