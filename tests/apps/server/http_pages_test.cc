#include "apps/server/http_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class HttpPages : public testing::Test {
 protected:
  HttpPage Get(std::string_view target, std::string_view method = "GET") {
    return AnswerHttp({method, target}, counters_, clock_, status_, Password());
  }

  Counters counters_{Compiled({StatsMetric()}), {}};
  FakeClock clock_{TimeAt("14:30")};
  SomeStatus status_;
};

TEST_F(HttpPages, SayThatTheNodeIsAlive) {
  EXPECT_EQ(Get("/healthz").body, "ok\n");
  EXPECT_EQ(Get("/healthz?verbose", "HEAD").code, 200);
}

TEST_F(HttpPages, SayWhyTheNodeIsNotReady) {
  status_.status.not_ready = "no assignment yet";
  EXPECT_EQ(Get("/readyz").code, 503);
  EXPECT_EQ(Get("/readyz").body, "not ready: no assignment yet\n");
}

TEST_F(HttpPages, SayThatTheNodeIsReady) {
  EXPECT_EQ(Get("/readyz").code, 200);
  EXPECT_EQ(Get("/readyz").body, "ready\n");
}

TEST_F(HttpPages, ListWhatIsWrongWithAReadyNode) {
  Shard& shard = counters_.AddShard();
  shard.Stop(shard.AddPartition({"mw", 3}, {}), "corrupt batch at 17");
  status_.status.checkpoint_stale = true;
  status_.status.checkpoint_age = absl::Seconds(12);
  status_.status.waiting_topics = {"hh"};
  EXPECT_EQ(Get("/readyz").code, 200);
  EXPECT_EQ(Get("/readyz").body,
            "ready\n"
            "stopped: mw:3 corrupt batch at 17\n"
            "waiting for topic: hh\n"
            "stale checkpoint: the oldest change not saved is 12000 ms old\n");
}

TEST_F(HttpPages, ShowTheMetrics) {
  EXPECT_EQ(Get("/metrics").content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(Get("/metrics").body, StartsWith("# HELP tallyd_build_info"));
}

TEST_F(HttpPages, SayWhatThereIsInsteadOfAnUnknownPage) {
  EXPECT_EQ(Get("/").code, 404);
  EXPECT_THAT(Get("/").body, HasSubstr("/metrics"));
  EXPECT_EQ(Get("healthz").code, 404);
}

TEST_F(HttpPages, TakeNoOtherMethod) {
  EXPECT_EQ(Get("/metrics", "POST").code, 405);
  EXPECT_EQ(Get("/metrics", "DELETE").body, "expected GET or HEAD, got DELETE\n");
}

TEST_F(HttpPages, AskForThePasswordWhereThereIsOne) {
  const Password password("hunter2");
  auto code = [&](std::string_view target, std::string_view authorization) {
    return AnswerHttp({"GET", target, authorization}, counters_, clock_, status_, password).code;
  };
  EXPECT_EQ(code("/healthz", ""), 200u);
  for (const char* target : {"/readyz", "/metrics", "/nothing"}) EXPECT_EQ(code(target, ""), 401u) << target;
  EXPECT_EQ(code("/metrics", "Basic YW55Omh1bnRlcjI="), 200u);  // any:hunter2
  EXPECT_EQ(code("/metrics", "bAsIc Omh1bnRlcjI="), 200u);      // :hunter2
  EXPECT_EQ(code("/metrics", "Basic YW55Omh1bnRlcjM="), 401u);  // any:hunter3
  EXPECT_EQ(code("/metrics", "Basic aHVudGVyMg=="), 401u);      // hunter2
  for (const char* wrong : {"Basic", "Basic ", "Basic !", "Bearer hunter2", "hunter2", "Basic YW55Og=="}) {
    EXPECT_EQ(code("/metrics", wrong), 401u) << wrong;
  }
}

}  // namespace
}  // namespace tally
