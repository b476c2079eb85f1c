#include "apps/server/http_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::StartsWith;

class HttpPages : public testing::Test {
 protected:
  HttpResponse Get(std::string_view target, std::string_view authorization = "") {
    HttpResponse response = AnswerHttp({.method = "GET", .target = target, .authorization = authorization},
                                       HttpRoutes(), {slices_, clock_, status_, password_});
    while (response.pieces && response.pieces(response.body)) {
    }
    return response;
  }

  Counters counters_{Compiled({StatsMetric()}), {}};
  Counters more_{Compiled({StatsMetric()}), {}};
  const Counters* const slices_[2] = {&counters_, &more_};
  FakeClock clock_{TimeAt("14:30")};
  SomeStatus status_;
  Password password_;
};

TEST_F(HttpPages, ReportThatTheNodeIsAlive) {
  EXPECT_EQ(Get("/healthz").body, "ok\n");
  EXPECT_EQ(Get("/healthz?verbose").code, 200);
}

TEST_F(HttpPages, ReportWhyTheNodeIsNotReady) {
  status_.status.not_ready = "no assignment yet";
  EXPECT_EQ(Get("/readyz").code, 503);
  EXPECT_EQ(Get("/readyz").body, "not ready: no assignment yet\n");
}

TEST_F(HttpPages, ReportThatTheNodeIsReady) {
  EXPECT_EQ(Get("/readyz").code, 200);
  EXPECT_EQ(Get("/readyz").body, "ready\n");
}

TEST_F(HttpPages, ListTheProblemsOfAReadyNode) {
  Shard& shard = counters_.AddShard();
  shard.Stop(shard.AddPartition({"mw", 3}, {}), "corrupt batch at 17");
  Shard& another = more_.AddShard();
  another.Stop(another.AddPartition({"dd", 0}, {}), "the topic was deleted");
  status_.status.checkpoint_stale = true;
  status_.status.checkpoint_age = absl::Seconds(12);
  status_.status.waiting_topics = {"hh"};
  status_.status.kafka_clients_ending = 2;
  EXPECT_EQ(Get("/readyz").code, 200);
  EXPECT_EQ(Get("/readyz").body,
            "ready\n"
            "stopped: dd:0 the topic was deleted\n"
            "stopped: mw:3 corrupt batch at 17\n"
            "waiting for topic: hh\n"
            "unused Kafka clients do not end: 2\n"
            "stale checkpoint: the oldest unsaved change is 12000 ms old\n");
}

TEST_F(HttpPages, ListTheWarningsWhetherTheNodeIsReadyOrNot) {
  status_.status.warnings = {"not authorized: topic mw", "offsets are not committed: timed out"};
  EXPECT_EQ(Get("/readyz").body, "ready\nnot authorized: topic mw\noffsets are not committed: timed out\n");
  status_.status.not_ready = "no assignment yet";
  EXPECT_EQ(Get("/readyz").body,
            "not ready: no assignment yet\nnot authorized: topic mw\noffsets are not committed: timed out\n");
}

TEST_F(HttpPages, ShowTheMetrics) {
  EXPECT_EQ(Get("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(Get("/metrics").body, StartsWith("# HELP tallyd_build_info"));
}

TEST_F(HttpPages, NeedThePasswordExceptForHealth) {
  password_ = Password("hunter2");
  EXPECT_EQ(Get("/healthz").code, 200u);
  for (const char* target : {"/readyz", "/metrics", "/nothing"}) EXPECT_EQ(Get(target).code, 401u) << target;
  EXPECT_EQ(Get("/metrics", "Basic YW55Omh1bnRlcjI=").code, 200u);  // any:hunter2
}

}  // namespace
}  // namespace tally
