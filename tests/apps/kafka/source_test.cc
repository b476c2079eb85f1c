#include "apps/kafka/source.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <utility>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kFetch = 1;  // Kafka's number

// The calls of a source, in their order: "0@17 payload", "0 ends at 18", "0 stopped: reason".
class Transcript : public RecordSink {
 public:
  void OnRecords(std::span<const Record> records) override {
    if (before_records) std::exchange(before_records, nullptr)();
    for (const Record& record : records) {
      lines.push_back(Cat(record.slot, "@", record.offset, " ", record.payload));
      keys.push_back(record.key ? std::string(*record.key) : "none");
      timestamps.push_back(record.timestamp.millis());
    }
  }
  void OnEnd(uint32_t slot, int64_t offset) override { lines.push_back(Cat(slot, " ends at ", offset)); }
  void OnStopped(uint32_t slot, std::string reason) override { lines.push_back(Cat(slot, " stopped: ", reason)); }
  void OnOutOfRange(uint32_t slot) override { lines.push_back(Cat(slot, " is out of range")); }

  std::vector<std::string> Records() const {
    std::vector<std::string> found;
    for (const std::string& line : lines) {
      if (line.find('@') != std::string::npos) found.push_back(line);
    }
    return found;
  }
  std::vector<std::string> Of(uint32_t slot) const {
    std::vector<std::string> found;
    for (const std::string& line : lines) {
      if (line.starts_with(Cat(slot, "@")) || line.starts_with(Cat(slot, " "))) found.push_back(line);
    }
    return found;
  }

  std::function<void()> before_records;  // called once
  std::vector<std::string> lines;
  std::vector<std::string> keys;
  std::vector<int64_t> timestamps;
};

// Polls until the transcript has this many lines.
void AwaitLines(KafkaSource& source, Transcript& transcript, size_t lines) {
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoSeconds(kPatience);
  while (transcript.lines.size() < lines && std::chrono::steady_clock::now() < until) {
    const absl::Status status = source.Poll(absl::Milliseconds(50), transcript);
    ASSERT_TRUE(status.ok()) << status;
  }
  ASSERT_GE(transcript.lines.size(), lines) << testing::PrintToString(transcript.lines);
}

// Polls until there is an error, and returns it.
absl::Status AwaitError(KafkaSource& source, Transcript& transcript) {
  absl::Status status;
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoSeconds(kPatience);
  while (status.ok() && std::chrono::steady_clock::now() < until)
    status = source.Poll(absl::Milliseconds(50), transcript);
  return status;
}

class KafkaSourceTest : public testing::Test {
 protected:
  void Read(const std::vector<KafkaSource::Assignment>& assignments) {
    auto source = KafkaSource::Create(feed_.options(), assignments);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }

  void Await(size_t lines) { AwaitLines(*source_, transcript_, lines); }

  Feed feed_;
  std::unique_ptr<KafkaSource> source_;
  Transcript transcript_;
};

TEST_F(KafkaSourceTest, DeliversRecordsInTheirOrderAndThenTheEnd) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a", "b", "c"});
  Read({{{"mw", 0}, 7, 0}});
  Await(4);
  EXPECT_THAT(transcript_.lines, ElementsAre("7@0 a", "7@1 b", "7@2 c", "7 ends at 3"));
}

TEST_F(KafkaSourceTest, BeginsAtTheGivenOffsetOfEachPartition) {
  feed_.Create("mw", 2);
  feed_.Create("hh", 1);
  feed_.Produce("mw", 0, {"a", "b", "c"});
  feed_.Produce("mw", 1, {"d", "e"});
  feed_.Produce("hh", 0, {"f", "g"});
  Read({{{"mw", 0}, 0, 2}, {{"mw", 1}, 1, 1}, {{"hh", 0}, 2, 0}});
  Await(7);
  EXPECT_THAT(transcript_.Of(0), ElementsAre("0@2 c", "0 ends at 3"));
  EXPECT_THAT(transcript_.Of(1), ElementsAre("1@1 e", "1 ends at 2"));
  EXPECT_THAT(transcript_.Of(2), ElementsAre("2@0 f", "2@1 g", "2 ends at 2"));
}

TEST_F(KafkaSourceTest, DeliversKeysAndTimestampsAndDistinguishesNoKeyFromAnEmptyOne) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, "user", "a", 1307284245000);
  feed_.Produce("mw", 0, "", "b", 1307284245001);
  feed_.Produce("mw", 0, nullptr, "", 1307284245002);
  Read({{{"mw", 0}, 0, 0}});
  Await(4);
  EXPECT_THAT(transcript_.keys, ElementsAre("user", "", "none"));
  EXPECT_THAT(transcript_.timestamps, ElementsAre(1307284245000, 1307284245001, 1307284245002));
  EXPECT_EQ(transcript_.lines[2], "0@2 ");
}

TEST_F(KafkaSourceTest, ReportsEachNewEndThatItReaches) {
  feed_.Create("mw", 1);
  Read({{{"mw", 0}, 0, 0}});
  Await(1);
  feed_.Produce("mw", 0, {"a"});
  Await(3);
  feed_.Produce("mw", 0, {"b"});
  Await(5);
  EXPECT_THAT(transcript_.lines, ElementsAre("0 ends at 0", "0@0 a", "0 ends at 1", "0@1 b", "0 ends at 2"));
}

TEST_F(KafkaSourceTest, KeepsRecordsAndEndsOfOneBatchInTheirOrder) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a"});
  Read({{{"mw", 0}, 0, 0}});
  // The records of the next batch arrive while the first batch is held up; another reader shows when they have arrived.
  transcript_.before_records = [this] {
    feed_.Produce("mw", 0, {"b"});
    Transcript other;
    AwaitLines(**KafkaSource::Create(feed_.options(), {{{"mw", 0}, 0, 0}}), other, 3);
    feed_.Produce("mw", 0, {"c"});
    AwaitLines(**KafkaSource::Create(feed_.options(), {{{"mw", 0}, 0, 2}}), other, 5);
  };
  Await(4);
  while (transcript_.lines.back() != "0 ends at 3") Await(transcript_.lines.size() + 1);
  EXPECT_THAT(transcript_.Records(), ElementsAre("0@0 a", "0@1 b", "0@2 c"));
  for (size_t i = 1; i < transcript_.lines.size(); ++i) {
    if (!transcript_.lines[i].starts_with("0 ends")) continue;
    const std::string& before = transcript_.lines[i - 1];  // the record before the end
    EXPECT_EQ(transcript_.lines[i], Cat("0 ends at ", before[2] - '0' + 1));
  }
}

TEST_F(KafkaSourceTest, DeliversMoreThanABatch) {
  feed_.Create("mw", 1);
  const size_t count = 5 * KafkaSource::kBatchMax + 1;
  feed_.Produce("mw", 0, std::vector<std::string>(count, "x"));
  Read({{{"mw", 0}, 0, 0}});
  Await(count + 1);
  for (size_t i = 0; i < count; ++i) ASSERT_EQ(transcript_.lines[i], Cat("0@", i, " x"));
  EXPECT_EQ(transcript_.lines[count], Cat("0 ends at ", count));
}

TEST_F(KafkaSourceTest, StopsOnlyThePartitionWhoseOffsetIsOutOfRange) {
  feed_.Create("mw", 2);
  feed_.Produce("mw", 0, {"a"});
  feed_.Produce("mw", 1, {"b"});
  Read({{{"mw", 0}, 0, 17}, {{"mw", 1}, 1, 0}});
  Await(3);
  ASSERT_EQ(transcript_.Of(0).size(), 1u);
  EXPECT_THAT(transcript_.Of(0)[0], HasSubstr("0 is out of range"));
  feed_.Produce("mw", 0, {"unread"});
  feed_.Produce("mw", 1, {"c"});
  Await(5);
  EXPECT_EQ(transcript_.Of(0).size(), 1u);
  EXPECT_THAT(transcript_.Of(1), ElementsAre("1@0 b", "1 ends at 1", "1@1 c", "1 ends at 2"));
}

TEST_F(KafkaSourceTest, ContinuesAfterTemporaryErrors) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a", "b"});
  feed_.broker().FailRequests(kFetch, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                                       RD_KAFKA_RESP_ERR_UNKNOWN, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART});
  Read({{{"mw", 0}, 0, 0}});
  Await(3);
  EXPECT_THAT(transcript_.lines, ElementsAre("0@0 a", "0@1 b", "0 ends at 2"));
}

TEST_F(KafkaSourceTest, StopsIfTheBrokerReportsADamagedRecord) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a"});
  feed_.broker().FailRequests(kFetch, {RD_KAFKA_RESP_ERR_INVALID_MSG});
  Read({{{"mw", 0}, 0, 0}});
  Await(1);
  EXPECT_THAT(transcript_.lines[0], HasSubstr("0 stopped: damaged record at offset 0"));
}

TEST_F(KafkaSourceTest, DeliversNothingOfAPartitionOnceItIsStopped) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a"});
  feed_.Create("hh", 1);
  feed_.Produce("hh", 0, {"b"});
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  feed_.broker().FailRequests(kFetch, {RD_KAFKA_RESP_ERR_INVALID_MSG});
  Read({{{"mw", 0}, 0, 0}, {{"hh", 0}, 1, 0}});
  Await(1);
  feed_.broker().SetTopicError("hh", RD_KAFKA_RESP_ERR_NO_ERROR);
  Await(3);
  // Every fetch asks for both again, and the broker no longer has an error for "a".
  feed_.Produce("hh", 0, {"c"});
  Await(5);
  EXPECT_THAT(transcript_.Of(0), ElementsAre(HasSubstr("0 stopped: damaged record at offset 0")));
  EXPECT_EQ(transcript_.Of(1).size(), 4u);
}

TEST_F(KafkaSourceTest, StopsAPartitionThatItIsNotAuthorizedToRead) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a"});
  feed_.broker().FailRequests(kFetch, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  Read({{{"mw", 0}, 0, 0}});
  Await(1);
  EXPECT_THAT(transcript_.lines, ElementsAre(HasSubstr("0 stopped: not authorized to read it")));
}

TEST_F(KafkaSourceTest, WaitsForAMissingTopicAndReadsTheOthers) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a"});
  feed_.Create("new", 1);
  feed_.Produce("new", 0, {"b"});
  feed_.broker().SetTopicError("new", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  Read({{{"new", 0}, 0, 0}, {{"mw", 0}, 1, 0}});
  Await(2);
  EXPECT_THAT(transcript_.lines, ElementsAre("1@0 a", "1 ends at 1"));
  feed_.broker().SetTopicError("new", RD_KAFKA_RESP_ERR_NO_ERROR);
  Await(4);
  EXPECT_THAT(transcript_.Of(0), ElementsAre("0@0 b", "0 ends at 1"));
}

// The log of a new leader may differ from that of the previous one, and both brokers were connected all the time.
TEST(KafkaSource, DeliversNothingOfANewLeader) {
  Feed feed(/*brokers=*/2);
  feed.Create("mw", 2);
  for (int partition : {0, 1}) feed.broker().MoveLeader("mw", partition, partition + 1);
  for (int partition : {0, 1}) feed.Produce("mw", partition, {"a"});
  auto source = KafkaSource::Create(feed.options(), {{{"mw", 0}, 0, 0}, {{"mw", 1}, 1, 0}});
  ASSERT_TRUE(source.ok()) << source.status();
  Transcript transcript;
  AwaitLines(**source, transcript, 4);
  feed.broker().MoveLeader("mw", 0, 2);
  feed.Produce("mw", 0, {"b"});
  EXPECT_THAT(AwaitError(**source, transcript).ToString(), HasSubstr("mw:0 is now read from broker"));
  EXPECT_THAT(transcript.Of(0), ElementsAre("0@0 a", "0 ends at 1"));
  EXPECT_THAT(transcript.Of(1), ElementsAre("1@0 a", "1 ends at 1"));
}

// The broker that answers then may have another log. Only a new client begins at a record that can be compared.
TEST_F(KafkaSourceTest, DeliversNothingAfterAReconnection) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a"});
  Read({{{"mw", 0}, 0, 0}});
  Await(2);
  feed_.broker().TakeDown();
  ASSERT_TRUE(source_->Poll(absl::Milliseconds(50), transcript_).ok());
  feed_.broker().BringUp();
  feed_.Produce("mw", 0, {"b"});
  const absl::Status status = AwaitError(*source_, transcript_);
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_THAT(transcript_.lines, ElementsAre("0@0 a", "0 ends at 1"));
}

TEST_F(KafkaSourceTest, ReadsFromABrokerThatStartsLater) {
  feed_.Create("mw", 1);
  feed_.Produce("mw", 0, {"a"});
  feed_.broker().TakeDown();
  Read({{{"mw", 0}, 0, 0}});
  ASSERT_TRUE(source_->Poll(absl::Milliseconds(500), transcript_).ok());
  feed_.broker().BringUp();
  Await(2);
  EXPECT_THAT(transcript_.lines, ElementsAre("0@0 a", "0 ends at 1"));
}

TEST_F(KafkaSourceTest, ReturnsWithoutRecordsIfNoneArrive) {
  feed_.broker().TakeDown();
  Read({{{"mw", 0}, 0, 0}});
  ASSERT_TRUE(source_->Poll(absl::ZeroDuration(), transcript_).ok());
  ASSERT_TRUE(source_->Poll(absl::Milliseconds(1), transcript_).ok());
  EXPECT_THAT(transcript_.lines, IsEmpty());
}

TEST(KafkaSource, LogsAnErrorThatIsOfNoPartition) {
  constexpr int kFindCoordinator = 10;
  Feed feed;
  feed.Create("mw", 1);
  feed.broker().FailRequests(kFindCoordinator, std::vector<int>(100, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED));
  TempDir data;
  auto node =
      Tallyd::Start({"--brokers", feed.broker().bootstrap(), "--topics", "mw", "--data", data.path(), "--init"});
  ASSERT_TRUE(node.ok()) << node.status();
  const auto line = (*node)->process().WaitForLine("GROUP_AUTHORIZATION_FAILED: FindCoordinator response", kPatience);
  EXPECT_TRUE(line.ok()) << line.status();
}

TEST(KafkaSource, RefusesAPropertyThatLibrdkafkaDoesNotAccept) {
  auto source = KafkaSource::Create({"127.0.0.1:1", "tests", {{"no.such.property", "1"}}}, {});
  EXPECT_THAT(source.status().ToString(), HasSubstr("no.such.property"));
}

}  // namespace
}  // namespace tally
