#include "apps/server/metrics_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Page(const Counters& counters, NodeStatus status) {
  std::string page;
  const Counters* const slices[] = {&counters};
  MetricsPage pieces(ReadFacts(slices, std::move(status), TimeAt("14:30:45")));
  for (bool more = true; more;) {
    std::string piece;
    more = pieces.Append(piece);
    page += piece;
  }
  return page;
}

NodeStatus Version(std::string version) {
  NodeStatus status;
  status.version = std::move(version);
  return status;
}

TEST(MetricsPage, WritesEachFamilyOnceWithHelpAndType) {
  Counters counters(Compiled({StatsMetric()}), {});
  EXPECT_THAT(Page(counters, Version("0.1.0")), StartsWith("# HELP tallyd_build_info 1, labelled with the version.\n"
                                                           "# TYPE tallyd_build_info gauge\n"
                                                           "tallyd_build_info{version=\"0.1.0\"} 1\n"
                                                           "# HELP tallyd_events_total Records read, by their fate.\n"
                                                           "# TYPE tallyd_events_total counter\n"));
}

TEST(MetricsPage, EscapesLabels) {
  Counters counters(Compiled({StatsMetric()}), {});
  EXPECT_THAT(Page(counters, Version("a\"b\\c\nd")), HasSubstr("{version=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST(MetricsPage, ShowsOffsetsAndFatesByPartition) {
  Counters counters(Compiled({StatsMetric()}), {});
  Shard& shard = counters.AddShard();
  PartitionState state;
  state.next = 7;
  state.newest_timestamp = TimeAt("14:30:25");
  state.fates[static_cast<size_t>(Fate::kLate)] = 3;
  uint32_t slot = shard.AddPartition({"mw", 2}, state);
  EXPECT_THAT(Page(counters, {}),
              AllOf(HasSubstr("tallyd_events_total{topic=\"mw\",partition=\"2\",fate=\"late\"} 3\n"),
                    HasSubstr("tallyd_next_offset{topic=\"mw\",partition=\"2\"} 7\n"),
                    HasSubstr("tallyd_partition_stopped{topic=\"mw\",partition=\"2\"} 0\n"),
                    Not(HasSubstr("tallyd_lag_records{")), Not(HasSubstr("tallyd_lag_seconds{"))));  // unknown

  shard.ReportEnds({{{"mw", 2}, 10}}, TimeAt("14:30:44"));
  shard.Stop(slot, "offset_out_of_range");
  EXPECT_THAT(Page(counters, {}), AllOf(HasSubstr("tallyd_log_end_offset{topic=\"mw\",partition=\"2\"} 10\n"),
                                        HasSubstr("tallyd_lag_records{topic=\"mw\",partition=\"2\"} 3\n"),
                                        HasSubstr("tallyd_lag_seconds{topic=\"mw\",partition=\"2\"} 20\n"),
                                        HasSubstr("tallyd_partition_stopped{topic=\"mw\",partition=\"2\"} 1\n")));
}

TEST(MetricsPage, ShowsTheNodesState) {
  Counters counters(Compiled({StatsMetric()}), {});
  NodeStatus status;
  status.not_ready = "no assignment yet";
  status.uptime = absl::Milliseconds(1500);
  status.checkpoint_sequence = 9;
  status.checkpoint_age = absl::Milliseconds(250);
  status.checkpoint_stale = true;
  status.checkpoint_failures = 2;
  status.checkpoint_duration = absl::Milliseconds(35);
  status.clock_in_doubt = true;
  status.clients = 4;
  status.oldest_pin = absl::Milliseconds(2500);
  status.kafka_clients_ending = 3;
  status.rss_bytes = 4096;
  EXPECT_THAT(
      Page(counters, status),
      AllOf(HasSubstr("\ntallyd_ready 0\n"), HasSubstr("\ntallyd_uptime_seconds 1.5\n"),
            HasSubstr("\ntallyd_checkpoint_sequence 9\n"), HasSubstr("\ntallyd_checkpoint_age_seconds 0.25\n"),
            HasSubstr("\ntallyd_checkpoint_stale 1\n"), HasSubstr("\ntallyd_clients 4\n"),
            HasSubstr("\ntallyd_oldest_pin_seconds 2.5\n"), HasSubstr("\ntallyd_kafka_clients_ending 3\n"),
            HasSubstr("\ntallyd_series 0\n"), HasSubstr("\nprocess_resident_memory_bytes 4096\n"),
            HasSubstr("\ntallyd_clock_in_doubt 1\n"), HasSubstr("\ntallyd_checkpoint_duration_seconds 0.035\n"),
            HasSubstr("\n# TYPE tallyd_checkpoint_failures_total counter\ntallyd_checkpoint_failures_total 2\n")));
}

TEST(MetricsPage, ShowsTheOldestMinuteOnceThereIsOne) {
  Counters counters(Compiled({StatsMetric()}), {.ttl = absl::Hours(4)});
  EXPECT_THAT(Page(counters, {}), Not(HasSubstr("tallyd_minute_oldest")));
  counters.Tick(Timestamp::FromMillis(1'307'284'245'000));
  EXPECT_THAT(Page(counters, {}), HasSubstr("\ntallyd_minute_oldest_timestamp_seconds 1307269800\n"));
}

TEST(MetricsPage, OfManyPartitionsComesInPieces) {
  constexpr int kPartitions = 5000;
  Counters counters(Compiled({StatsMetric()}), {});
  Shard& shard = counters.AddShard();
  for (int i = 0; i < kPartitions; ++i) shard.AddPartition({"mw", i}, {});
  const Counters* const slices[] = {&counters};
  MetricsPage pieces(ReadFacts(slices, {}, TimeAt("14:30:45")));
  std::string page, piece;
  size_t longest = 0;
  for (bool more = true; more; piece.clear()) {
    more = pieces.Append(piece);
    longest = std::max(longest, piece.size());
    page += piece;
  }
  EXPECT_LT(longest, 3 * MetricsPage::kPieceBytes);
  EXPECT_GT(page.size(), 100 * MetricsPage::kPieceBytes);
  for (const PartitionFigure& figure : PartitionFigures()) {
    EXPECT_THAT(page, HasSubstr(Cat("# TYPE ", figure.metric, " gauge\n")));
  }
  for (int i : {0, 31, 32, kPartitions - 1}) {
    EXPECT_THAT(page, HasSubstr(Cat("tallyd_next_offset{topic=\"mw\",partition=\"", i, "\"} 0\n")));
    EXPECT_THAT(page, HasSubstr(Cat("tallyd_events_total{topic=\"mw\",partition=\"", i, "\",fate=\"late\"} 0\n")));
  }
}

}  // namespace
}  // namespace tally
