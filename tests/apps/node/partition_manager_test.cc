// A node and an embedded broker with answers that a real broker cannot be made to give.
#include "apps/node/partition_manager.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <vector>

#include "apps/kafka/kafka_metadata.h"
#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/node_in_test.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using testing::HasSubstr;

class PartitionManagerTest : public testing::Test {
 protected:
  PartitionManagerTest() { feed_.Create("mw", 1); }

  void Start(const NodeOptions& options = {}) {
    node_.reset();
    node_ = StartNode(config_, options, clock_);
  }
  void Produce(const std::string& topic, int n) {
    feed_.Produce(topic, 0, std::vector<std::string>(static_cast<size_t>(n), R"({"game":"mw","call":"login"})"));
  }
  void SetError(int error) { feed_.broker().SetTopicError("mw", error); }

  void ExpectRead(const std::string& topic, uint64_t n) {
    EXPECT_TRUE(Eventually([&] { return RecordsRead(*node_, topic) >= n; })) << node_->Status().not_ready;
    EXPECT_EQ(RecordsRead(*node_, topic), n);
  }

  Feed feed_;
  TempDir data_;
  SystemClock clock_;
  Config config_ = NodeConfig(feed_.broker().bootstrap(), "mw", data_);
  std::unique_ptr<Node> node_;
};

TEST_F(PartitionManagerTest, RefusesToBeginWithoutItsVolumeAlsoIfTheTopicIsMissing) {
  ASSERT_TRUE((*KafkaMetadata::Create(feed_.options()))->Commit({{{"mw", 0}, 1}}, "tallyd node-1 17", kPatience).ok());
  config_.kafka.group = feed_.options().group;
  SetError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Start();
  EXPECT_TRUE(Eventually([&] { return !node_->failure().ok(); }));
  EXPECT_THAT(std::string(node_->failure().message()), HasSubstr("committed offsets of node node-1 at checkpoint 17"));
}

TEST_F(PartitionManagerTest, BeginsOnlyOnceItIsAuthorizedForTheCommittedOffsets) {
  constexpr int kOffsetFetch = 9;
  constexpr int kRefusals = 5;
  feed_.broker().FailRequests(kOffsetFetch, std::vector<int>(kRefusals, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  Produce("mw", 10);
  Start();
  EXPECT_TRUE(Eventually([&] { return node_->Status().not_ready.ends_with("serve --init does not"); }))
      << node_->Status().not_ready;
  ExpectRead("mw", 10);
}

TEST_F(PartitionManagerTest, RecountsOnlyOnceATopicExists) {
  Produce("mw", 10);
  Start();
  ExpectRead("mw", 10);
  ASSERT_TRUE(node_->Stop().ok());

  Config changed = config_;
  changed.metrics[0].by.pop_back();
  std::swap(config_, changed);
  SetError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Start({.start = {.recount = true}});
  EXPECT_TRUE(Eventually([&] { return node_->Status().not_ready.ends_with("none exists or is authorized"); }))
      << node_->Status().not_ready;
  ASSERT_TRUE(node_->Stop().ok());
  std::swap(config_, changed);
  Start();
  ExpectRead("mw", 10);  // the checkpoint is unchanged
  ASSERT_TRUE(node_->Stop().ok());

  std::swap(config_, changed);
  Start({.start = {.recount = true}});
  SetError(RD_KAFKA_RESP_ERR_NO_ERROR);
  ExpectRead("mw", 10);
  EXPECT_NE(node_->counters().series().Find("stats:mw"), kNoSeries);
}

TEST_F(PartitionManagerTest, RecountsOnlyOnceAllTopicsAreAuthorized) {
  if (!CanHideTopics()) GTEST_SKIP();
  config_.kafka.topics = {"mw", "hh"};
  feed_.Create("hh", 1);
  Produce("mw", 10);
  Produce("hh", 5);
  Start();
  ExpectRead("mw", 10);
  ExpectRead("hh", 5);
  ASSERT_TRUE(node_->Stop().ok());
  config_.metrics[0].by.pop_back();
  SetError(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  Start({.start = {.recount = true}});
  EXPECT_TRUE(Eventually([&] { return node_->Status().not_ready.ends_with("a recount needs all of them"); }))
      << node_->Status().not_ready;
  EXPECT_EQ(RecordsRead(*node_, "hh"), 0u);
  SetError(RD_KAFKA_RESP_ERR_NO_ERROR);
  ExpectRead("mw", 10);
  ExpectRead("hh", 5);
}

TEST_F(PartitionManagerTest, WarnsAboutAnExpressionThatMatchesThousandsOfTopicsAndContinues) {
  constexpr int kTopics = 1001;
  std::vector<std::string> many;
  for (int i = 0; i < kTopics; ++i) many.push_back(Cat("many_", i));
  feed_.CreateMany(many);
  config_.kafka.topics = {"^many_.*"};
  Start();
  EXPECT_TRUE(Eventually([&] { return node_->Status().not_ready.empty(); })) << node_->Status().not_ready;
  EXPECT_THAT(node_->Status().warnings,
              testing::Contains(HasSubstr("kafka.topics match 1001 topics: more than 1000 take")));
}

TEST_F(PartitionManagerTest, ReadsANewTopicWhileTheCountedOnesHaveNoLeader) {
  config_.kafka.topics = {"mw", "hh"};
  feed_.Create("hh", 1);
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Produce("mw", 10);
  Start();
  ExpectRead("mw", 10);
  ASSERT_TRUE(node_->Stop().ok());

  feed_.broker().TakeLeader("mw", 0);
  Start();
  EXPECT_TRUE(Eventually([&] { return node_->Status().not_ready.empty(); })) << node_->Status().not_ready;
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_NO_ERROR);
  Produce("hh", 5);
  ExpectRead("hh", 5);
}

}  // namespace
}  // namespace tally
