#include "apps/kafka/kafka_metadata.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr absl::Duration kShort = absl::Milliseconds(200);  // for answers that never arrive

class KafkaMetadataTest : public testing::Test {
 protected:
  KafkaMetadataTest() : metadata_(*KafkaMetadata::Create(feed_.options())) {}

  Feed feed_;
  std::unique_ptr<KafkaMetadata> metadata_;
};

const std::vector<TopicPartition> kBoth = {{"mw", 0}, {"mw", 1}};

TEST_F(KafkaMetadataTest, ListsThePartitionsOfTopicsThatExist) {
  feed_.Create("mw", 4);
  feed_.Create("hh", 1);
  feed_.Create("dd", 1);
  feed_.broker().SetTopicError("dd", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const std::vector<std::string> topics = {"mw", "dd", "hh"};
  auto counts = metadata_->ListPartitions(topics, kPatience);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_THAT(*counts, ElementsAre(Pair("hh", 1), Pair("mw", 4)));
}

TEST_F(KafkaMetadataTest, FindsATopicOnceItExists) {
  feed_.Create("mw", 2);
  feed_.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const std::vector<std::string> topics = {"mw"};
  for (int i = 0; i < 2; ++i) EXPECT_THAT(*metadata_->ListPartitions(topics, kPatience), IsEmpty());
  feed_.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_THAT(*metadata_->ListPartitions(topics, kPatience), ElementsAre(Pair("mw", 2)));
}

TEST_F(KafkaMetadataTest, DoesNotTreatAnUnauthorizedTopicAsMissing) {
  if (!CanHideTopics()) GTEST_SKIP();
  feed_.Create("mw", 2);
  feed_.Create("hh", 1);
  feed_.broker().SetTopicError("mw", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  const std::vector<std::string> names = {"mw", "hh"};
  const LogBounds::Topics topics = *metadata_->ListPartitions(names, kPatience);
  EXPECT_THAT(topics, ElementsAre(Pair("hh", 1), Pair("mw", std::nullopt)));
  EXPECT_THAT(KafkaMetadata::PartitionsOf(topics), ElementsAre(TopicPartition{"hh", 0}));
}

TEST_F(KafkaMetadataTest, FindsTheEndsAndTheBeginnings) {
  feed_.Create("mw", 2);
  feed_.Produce("mw", 1, {"a", "b", "c"});
  auto ends = metadata_->Ends(kBoth, kPatience);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_THAT(*ends, ElementsAre(Pair(TopicPartition{"mw", 0}, 0), Pair(TopicPartition{"mw", 1}, 3)));
  auto beginnings = metadata_->Beginnings(kBoth, kPatience);
  ASSERT_TRUE(beginnings.ok()) << beginnings.status();
  EXPECT_THAT(*beginnings, ElementsAre(Pair(TopicPartition{"mw", 0}, 0), Pair(TopicPartition{"mw", 1}, 0)));
}

TEST_F(KafkaMetadataTest, DoesNotWaitForAPartitionWithoutALeader) {
  feed_.Create("mw", 2);
  feed_.broker().TakeLeader("mw", 1);
  const std::vector<std::string> names = {"mw"};
  ASSERT_TRUE(metadata_->ListPartitions(names, kPatience).ok());
  const absl::Time began = absl::Now();
  auto ends = metadata_->Ends(kBoth, kPatience);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_THAT(*ends, ElementsAre(Pair(TopicPartition{"mw", 0}, 0)));
  const std::vector<TopicPartition> leaderless = {{"mw", 1}};
  ends = metadata_->Ends(leaderless, kPatience);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_THAT(*ends, IsEmpty());
  EXPECT_LT(absl::Now() - began, kPatience);
}

TEST_F(KafkaMetadataTest, ReportsThatNoRecordHasATimestampAtOrAfterATime) {
  feed_.Create("mw", 1);
  const std::vector<TopicPartition> one = {{"mw", 0}};
  auto offsets = metadata_->OffsetsForTime(one, Timestamp::FromMillis(1307284245000), kPatience);
  ASSERT_TRUE(offsets.ok()) << offsets.status();
  EXPECT_THAT(*offsets, ElementsAre(Pair(TopicPartition{"mw", 0}, KafkaMetadata::kNoRecord)));
}

TEST_F(KafkaMetadataTest, LeavesOutPartitionsThatDoNotExist) {
  feed_.Create("mw", 1);
  auto ends = metadata_->Ends(kBoth, kPatience);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_THAT(*ends, ElementsAre(Pair(TopicPartition{"mw", 0}, 0)));
  const std::vector<TopicPartition> missing = {{"mw", 1}};
  EXPECT_FALSE(metadata_->Ends(missing, kShort).ok());
}

TEST_F(KafkaMetadataTest, ReadsBackCommittedOffsetsWithTheirMetadata) {
  feed_.Create("mw", 2);
  feed_.Produce("mw", 0, {"a", "b"});
  ASSERT_TRUE(metadata_->Commit({{{"mw", 0}, 1}}, "tallyd node-1 17", kPatience).ok());
  EXPECT_THAT(*metadata_->Committed(kBoth, kPatience),
              ElementsAre(Pair(TopicPartition{"mw", 0}, KafkaMetadata::CommittedOffset{1, "tallyd node-1 17"})));
  ASSERT_TRUE(metadata_->Commit({{{"mw", 0}, 2}, {{"mw", 1}, 0}}, "tallyd node-1 18", kPatience).ok());
  auto another = *KafkaMetadata::Create(feed_.options());
  EXPECT_THAT(*another->Committed(kBoth, kPatience),
              ElementsAre(Pair(TopicPartition{"mw", 0}, KafkaMetadata::CommittedOffset{2, "tallyd node-1 18"}),
                          Pair(TopicPartition{"mw", 1}, KafkaMetadata::CommittedOffset{0, "tallyd node-1 18"})));
}

TEST_F(KafkaMetadataTest, FindsNoCommittedOffsetsBeforeACommit) {
  feed_.Create("mw", 2);
  auto committed = metadata_->Committed(kBoth, kPatience);
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_THAT(*committed, IsEmpty());
}

TEST_F(KafkaMetadataTest, AnswersEmptyRequests) {
  feed_.broker().TakeDown();
  EXPECT_THAT(*metadata_->ListPartitions({}, kShort), IsEmpty());
  EXPECT_THAT(*metadata_->Ends({}, kShort), IsEmpty());
  EXPECT_THAT(*metadata_->Committed({}, kShort), IsEmpty());
  EXPECT_TRUE(metadata_->Commit({}, "", kShort).ok());
}

TEST_F(KafkaMetadataTest, ReturnsTheClusterId) {
  auto id = metadata_->ClusterId(kPatience);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_FALSE(id->empty());
}

TEST(KafkaMetadata, EndsEveryRequestAtItsTimeoutWhileTheBrokerIsAway) {
  Feed feed;
  feed.Create("mw", 2);
  feed.broker().TakeDown();
  auto metadata = *KafkaMetadata::Create(feed.options());
  const std::vector<std::string> topics = {"mw", "hh"};
  EXPECT_FALSE(metadata->ListPartitions(topics, kShort).ok());
  EXPECT_FALSE(metadata->Ends(kBoth, kShort).ok());
  EXPECT_FALSE(metadata->Beginnings(kBoth, kShort).ok());
  EXPECT_FALSE(metadata->OffsetsForTime(kBoth, Timestamp(), kShort).ok());
  EXPECT_FALSE(metadata->Committed(kBoth, kShort).ok());
  EXPECT_FALSE(metadata->Commit({{{"mw", 0}, 1}}, "note", kShort).ok());
  EXPECT_FALSE(metadata->ClusterId(kShort).ok());
}

TEST_F(KafkaMetadataTest, CommitsAgainOnceTheBrokerIsBack) {
  feed_.Create("mw", 2);
  feed_.Produce("mw", 0, {"a", "b", "c"});
  ASSERT_TRUE(metadata_->Commit({{{"mw", 0}, 1}}, "first", kPatience).ok());
  feed_.broker().TakeDown();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(metadata_->Commit({{{"mw", 0}, 2}}, "second", kShort).ok());
  feed_.broker().BringUp();
  // The answer of an earlier commit may arrive first, with its own error.
  absl::Status status;
  for (int i = 0; i < 3; ++i) {
    status = metadata_->Commit({{{"mw", 0}, 3}}, "third", kPatience);
    if (status.ok()) break;
  }
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(*metadata_->Committed(kBoth, kPatience),
              ElementsAre(Pair(TopicPartition{"mw", 0}, KafkaMetadata::CommittedOffset{3, "third"})));
}

}  // namespace
}  // namespace tally
