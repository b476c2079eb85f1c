#include "apps/node/topic_set.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(TopicSet, ContainsNamesAndWhateverAnExpressionMatchesAsAWhole) {
  const TopicSet topics({"mw", "^game_[a-c]"});
  for (const char* topic : {"mw", "game_a", "game_c"}) EXPECT_TRUE(topics.Contains(topic)) << topic;
  for (const char* topic : {"", "m", "mw2", "game_d", "game_ab", "a_game_a", "^game_[a-c]"}) {
    EXPECT_FALSE(topics.Contains(topic)) << topic;
  }
}

TEST(TopicSet, ContainsAnInternalTopicOnlyByItsName) {
  EXPECT_FALSE(TopicSet({"^.*"}).Contains("__consumer_offsets"));
  EXPECT_TRUE(TopicSet({"^.*"}).Contains("__mine"));
  EXPECT_TRUE(TopicSet({"^.*", "__consumer_offsets"}).Contains("__consumer_offsets"));
}

class FoundTopics : public testing::Test {
 protected:
  LogBounds::Topics Find(const TopicSet& topics) {
    auto found = topics.Find(*kafka_, kPatience);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *found : LogBounds::Topics();
  }

  Feed feed_;
  std::unique_ptr<KafkaMetadata> kafka_ = *KafkaMetadata::Create(feed_.options());
};

TEST_F(FoundTopics, AreThoseThatExistNow) {
  const TopicSet topics({"mw", "^game_.*", "^none"});
  feed_.Create("mw", 1);
  feed_.Create("game_a", 2);
  feed_.Create("other", 3);
  LogBounds::Topics found = Find(topics);
  EXPECT_THAT(found, ElementsAre(Pair("game_a", 2), Pair("mw", 1)));
  EXPECT_THAT(topics.MatchedIn(found), ElementsAre("game_a"));
  EXPECT_THAT(topics.MissingIn(found), ElementsAre("^none"));
  EXPECT_EQ(kafka_->leaders().at({"game_a", 1}), 1);

  feed_.Create("game_b", 1);
  found = Find(topics);
  EXPECT_THAT(found, ElementsAre(Pair("game_a", 2), Pair("game_b", 1), Pair("mw", 1)));
  EXPECT_THAT(topics.MatchedIn(found), ElementsAre("game_a", "game_b"));
}

TEST_F(FoundTopics, HaveANameOnlyOnce) {
  const TopicSet topics({"mw", "^m.", "^.w"});
  feed_.Create("mw", 1);
  const LogBounds::Topics found = Find(topics);
  EXPECT_THAT(found, ElementsAre(Pair("mw", 1)));
  EXPECT_THAT(topics.MatchedIn(found), IsEmpty());
  EXPECT_THAT(topics.MissingIn(found), IsEmpty());
}

}  // namespace
}  // namespace tally
