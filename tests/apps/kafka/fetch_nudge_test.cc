#include "apps/kafka/fetch_nudge.h"

#include <librdkafka/rdkafka.h>

#include "apps/kafka/client_config.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

class FetchNudgeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (rd_kafka_version() >= 0x02030000) GTEST_SKIP() << "librdkafka checks by itself";
  }

  const ClientHandle client_ = *NewConsumer(
      {"127.0.0.1:1", "tests", {{"queued.min.messages", "10000"}, {"queued.max.messages.kbytes", "1024"}}});
  FetchNudge nudge_{client_.get()};
};

TEST_F(FetchNudgeTest, WakesTheFetcherWhenABatchTakesTheQueueBelowHalfOfItsRecords) {
  EXPECT_FALSE(nudge_.AfterBatch(/*taken=*/500, /*bytes=*/500, /*left=*/5000));
  EXPECT_TRUE(nudge_.AfterBatch(500, 500, 4999));
  EXPECT_TRUE(nudge_.AfterBatch(500, 500, 4500));
  EXPECT_FALSE(nudge_.AfterBatch(500, 500, 4499));
  EXPECT_FALSE(nudge_.AfterBatch(500, 500, 0));
}

TEST_F(FetchNudgeTest, WakesTheFetcherWhenABatchTakesTheQueueBelowHalfOfItsBytes) {
  constexpr size_t kEach = 10 * 1024;
  EXPECT_FALSE(nudge_.AfterBatch(/*taken=*/10, /*bytes=*/10 * kEach, /*left=*/60));
  EXPECT_TRUE(nudge_.AfterBatch(10, 10 * kEach, 50));
  EXPECT_FALSE(nudge_.AfterBatch(10, 10 * kEach, 40));
}

TEST_F(FetchNudgeTest, WakesTheFetcherWhenOneBatchTakesEverything) {
  EXPECT_TRUE(nudge_.AfterBatch(/*taken=*/2, /*bytes=*/1024 * 1024, /*left=*/0));
  EXPECT_FALSE(nudge_.AfterBatch(0, 0, 0));
}

}  // namespace
}  // namespace tally
