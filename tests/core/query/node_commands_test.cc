#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

class NodeCommands : public NodeTest {
 protected:
  size_t rejects_ = 0;
};

TEST_F(NodeCommands, LagIsALineForEachPartition) {
  Count("14:35", "mw", "login", 3);
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 3 3 0 0 ok"));
  shard_.ReportEnds({{{"games", 0}, 10}}, clock_.Now());
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 3 10 7 30 ok"));
}

TEST_F(NodeCommands, LagAtTheEndIsTheAgeOfTheLeadersAnswer) {
  Count("14:35", "mw", "login", 3);
  shard_.ReportEnds({{{"games", 0}, 3}}, clock_.Now());
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 3 3 0 0 ok"));
  clock_.Advance(absl::Hours(3));
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 3 3 0 10805 ok"));
}

TEST_F(NodeCommands, LagShowsWhatIsUnknownAndWhyAPartitionStopped) {
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 0 - - - ok"));
  uint32_t slot = shard_.AddPartition({"games", 1}, {.next = 5});
  shard_.ReportEnds({{{"games", 1}, 9}}, clock_.Now());
  shard_.Stop(slot, "offset 5 is\ngone");
  status_.waiting_topics = {"dd"};
  EXPECT_THAT(Ask({"LAG"}),
              ElementsAre("games 0 0 - - - ok", "games 1 5 9 4 - stopped:offset_5_is\\ngone", "dd - - - - - waiting"));
}

TEST_F(NodeCommands, LagIsNeverLessThanNothing) {
  Count("14:35", "mw", "login", 3);
  shard_.ReportEnds({{{"games", 0}, 1}}, clock_.Now());
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 3 1 0 0 ok"));
  Apply("{}", At("14:50"));
  shard_.ReportEnds({{{"games", 0}, 10}}, clock_.Now());
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 4 10 6 0 ok"));
}

TEST_F(NodeCommands, RejectsAreTheLastTenOfEachReasonOldestFirst) {
  for (int i = 0; i < 12; ++i) {
    Apply("broken " + Cat(i), At("14:35"));
    clock_.Advance(absl::Seconds(1));
  }
  Apply("{}", At("14:35"));
  std::vector<std::string> lines = Ask({"REJECTS"});
  EXPECT_THAT(lines, SizeIs(11));
  EXPECT_EQ(lines.front(), "games 0 2 unparsable: expected one JSON object, got other bytes broken 2");
  EXPECT_EQ(lines.back(),
            "games 0 12 missing_field: expected a number, or a time as in RFC 3339 in the field time, got nothing {}");
}

TEST_F(NodeCommands, RejectsOfSeveralShardsAndTopicsCountTogether) {
  Shard& other = counters_.AddShard();
  uint32_t slot = other.AddPartition({"dd", 3}, {});
  for (int i = 0; i < 8; ++i) {
    Apply("games", At("14:35"));
    clock_.Advance(absl::Seconds(1));
    other.Apply(std::vector<Record>{{slot, i, At("14:35"), std::nullopt, "dd"}}, clock_.Now());
    clock_.Advance(absl::Seconds(1));
  }
  std::vector<std::string> lines = Ask({"REJECTS"});
  EXPECT_THAT(lines, SizeIs(10));
  EXPECT_EQ(lines.back(), "dd 3 7 unparsable: expected one JSON object, got other bytes dd");
  EXPECT_THAT(Ask({"REJECTS", "dd"}), SizeIs(8));
  EXPECT_THAT(Ask({"REJECTS", "none"}), IsEmpty());
}

TEST_F(NodeCommands, RejectsSayWhatWasExpectedAndWhatCame) {
  auto why = [&](std::string_view payload) {
    Apply(payload, At("14:35"));
    return std::get<std::string>(std::get<Table>(Execute({"REJECTS"}).body).row(rejects_++)[3]);
  };
  EXPECT_EQ(why(R"([{"time":1}])"),
            "unparsable: expected one JSON object, got an array: each event needs a record of its own");
  EXPECT_EQ(why("{\"time\":1}\n{\"time\":2}\n"),
            "unparsable: expected one JSON object, got several lines: each event needs a record of its own");
  EXPECT_EQ(why("{\"time\":1"), "unparsable: expected one JSON object, got one that is not valid JSON");
  EXPECT_EQ(why(R"({"time":"x\ny"})"),
            "unparsable: expected a number, or a time as in RFC 3339 in the field time, got 'x\\ny'");
}

TEST_F(NodeCommands, RejectsNameTheTimeThatIsLateOrAhead) {
  clock_.Advance(absl::Hours(1));
  counters_.Tick(clock_.Now());
  Apply(R"({"time":"2011-06-05T11:30:00Z"})", At("14:35"));
  Apply(R"({"time":"2011-06-05T16:30:00Z"})", At("14:35"));
  EXPECT_THAT(Ask({"REJECTS"}),
              ElementsAre(testing::StartsWith("games 0 0 late: expected a time from 2011-06-05T11:35:00.000Z in the "
                                              "field time, got 2011-06-05T11:30:00.000Z "),
                          testing::StartsWith("games 0 1 future: expected a time up to 2011-06-05T15:45:30.000Z in the "
                                              "field time, got 2011-06-05T16:30:00.000Z ")));
}

TEST_F(NodeCommands, RejectsNameTheFieldThatAMetricLacks) {
  Apply(R"({"time":"2011-06-05T14:30:00Z","game":"dd","call":1.5})", At("14:35"));
  Apply(R"({"time":"2011-06-05T14:30:00Z","game":[1],"call":"buy","amount":1})", At("14:35"));
  EXPECT_THAT(Ask({"REJECTS"}),
              ElementsAre(testing::HasSubstr(
                              "missing_field: expected a string of at most 256 bytes, an integer or a boolean in "
                              "the field call, got '1.5' "),
                          testing::HasSubstr("in the field game, got an object, an array or a broken string ")));
}

TEST_F(NodeCommands, SamplesAreEscapedAndCut) {
  Apply("a\\b\n\xff\x01 \xc3\xa4" + std::string(300, 'x'), At("14:35"));
  // 200 bytes of the record: 9 bytes, then the x.
  EXPECT_THAT(
      Ask({"REJECTS"}),
      ElementsAre("games 0 0 unparsable: expected one JSON object, got other bytes a\\\\b\\n\\xff\\x01 \xc3\xa4" +
                  std::string(191, 'x')));
}

TEST_F(NodeCommands, InfoHasEveryPromisedName) {
  status_ = {.version = "0.1.0",
             .not_ready = "",
             .uptime = absl::Seconds(90),
             .checkpoint_sequence = 7,
             .checkpoint_age = absl::Milliseconds(12'000),
             .checkpoint_stale = true,
             .checkpoint_failures = 2,
             .checkpoint_duration = absl::Milliseconds(35),
             .clients = 3,
             .connections = 5,
             .commands = 8,
             .oldest_pin = absl::Seconds(2),
             .kafka_clients_ending = 1,
             .rss_bytes = 4096,
             .waiting_topics = {}};
  Count("14:34", "mw", "login", 3);
  Apply("x", At("14:35"));
  Cut();
  EXPECT_THAT(
      Ask({"INFO"}),
      ElementsAre("# Server", "version:0.1.0", "redis_version:7.0.0", "redis_mode:standalone", "loading:0", "ready:1",
                  "clock_in_doubt:0", "uptime_seconds:90", "# Clients", "connected_clients:3", "blocked_clients:0",
                  "clients:3", "oldest_pin_seconds:2", "# Memory", "used_memory:4096", "rss_bytes:4096", "# Stats",
                  "total_connections_received:5", "total_commands_processed:8", "# Counters", "series:2", "counters:2",
                  "minutes:1", "minute_oldest:2011-06-05T10:35Z", "minute_newest:2011-06-05T14:34Z", "# Events",
                  "events_read:4", "events_counted:3", "events_late:0", "events_future:0", "events_unparsable:1",
                  "events_missing_field:0", "events_filtered:0", "# Kafka", "lag_records:0", "lag_seconds:0",
                  "partitions_stopped:0", "partitions:1", "kafka_clients_ending:1", "# Checkpoint",
                  "checkpoint_sequence:7", "checkpoint_age_ms:12000", "checkpoint_stale:1", "checkpoint_failures:2",
                  "checkpoint_duration_ms:35", "# Replication", "role:master", "connected_slaves:0", "# Keyspace",
                  "db0:keys=2,expires=2,avg_ttl=0"));
}

TEST_F(NodeCommands, InfoOfASection) {
  status_.clock_in_doubt = true;
  status_.clients = 1;
  EXPECT_THAT(Ask({"INFO", "cLIENTS"}), ElementsAre("# Clients", "connected_clients:1", "blocked_clients:0",
                                                    "clients:1", "oldest_pin_seconds:0"));
  EXPECT_THAT(Ask({"INFO", "server"}), IsSupersetOf({"loading:0", "clock_in_doubt:1"}));
  EXPECT_THAT(Ask({"INFO", "everything"}), Contains("clients:1"));
  EXPECT_THAT(Ask({"INFO", "counters"}), Contains("minute_newest:-"));
  EXPECT_THAT(Ask({"INFO", "none"}), IsEmpty());
}

TEST_F(NodeCommands, InfoCountsTheKeysOnceAMinute) {
  EXPECT_THAT(Ask({"INFO", "keyspace"}), ElementsAre("# Keyspace"));
  Count("14:34", "mw", "login");
  clock_.Advance(absl::Seconds(59));
  EXPECT_THAT(Ask({"INFO", "keyspace"}), ElementsAre("# Keyspace"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Ask({"INFO", "keyspace"}), ElementsAre("# Keyspace", "db0:keys=2,expires=2,avg_ttl=0"));
}

TEST_F(NodeCommands, InfoShowsWhyAPartitionStopped) {
  shard_.Stop(0, "offset 5 is gone");
  EXPECT_THAT(Ask({"INFO", "kafka"}), Contains("partitions_stopped:1"));
  EXPECT_THAT(Ask({"INFO", "kafka"}), Contains("stopped_games_0:offset 5 is gone"));
}

TEST_F(NodeCommands, LagShowsThatAPartitionWaitsForADecision) {
  shard_.Pause(0);
  EXPECT_THAT(Ask({"LAG"}), ElementsAre("games 0 0 - - - waiting"));
}

TEST_F(NodeCommands, InfoAddsTheRecordsAndTakesTheLongestLag) {
  Apply("x", At("14:35:10"));
  shard_.AddPartition({"games", 1}, {.next = 5, .newest_timestamp = At("14:35:25")});
  shard_.AddPartition({"games", 2}, {});
  shard_.ReportEnds({{{"games", 0}, 10}, {{"games", 1}, 9}}, clock_.Now());
  EXPECT_THAT(Ask({"INFO", "kafka"}), ElementsAre("# Kafka", "lag_records:13", "lag_seconds:20", "partitions_stopped:0",
                                                  "partitions:3", "kafka_clients_ending:0"));
}

TEST_F(NodeCommands, InfoIsOneBulkOfLines) {
  EXPECT_EQ(std::get<Table>(Execute({"INFO"}).body).shape, Table::Shape::kLines);
}

}  // namespace
}  // namespace tally
