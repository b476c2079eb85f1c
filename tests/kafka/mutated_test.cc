// Payloads with errors. Each is counted by its reason, some are kept as rejects, and reading continues.
#include <set>
#include <sstream>

#include "apps/server/text_protocol.h"
#include "core/query/words.h"
#include "tests/core/events/naive_json.h"
#include "tests/kafka/node_test_base.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/mutator.h"

namespace tally {
namespace {

constexpr int kChunk = 10'000;
constexpr size_t kSampleBytes = 200;

class Mutated : public NodeTest {
 protected:
  std::vector<std::string> Corpus() const {
    const int64_t now = now_.millis();
    return {
        Event("login"),
        Cat(R"({"time":)", now, R"(,"game":"mw","call":"buy","user":123456,"ip":"10.1.2.3","v":3,"source":"feed"})"),
        Cat(R"( {"game" : "h\u0068" , "time":)", now / 1000, R"(, "call":true, "u":{"country":"DE","a":[1,{}]}} )"),
        Cat(R"({"user":[[{},[]],{"a":{}}],"call":"a long name that goes over a block of 64 bytes, with \" in it",)",
            R"("game":"dd","time":"2026-01-01T00:00:00Z"})"),
        Cat(R"({"time":)", now + 86'400'000, R"(,"game":"mw","call":"tomorrow"})"),
        Cat(R"({"time":)", now - 86'400'000, R"(,"game":"mw","call":"yesterday"})"),
    };
  }

  // REJECTS shows payloads of each reason, exactly as they were sent.
  void ExpectSamples(const std::vector<std::vector<std::string>>& sent) {
    std::istringstream lines(node_->Query({"REJECTS", topic_}));
    std::set<std::string> reasons;
    for (std::string line; std::getline(lines, line);) {
      if (line == "END") continue;
      const std::string request = Cat(line, "\n");  // fields are quoted as the words of a request
      TextParser parser;
      const Parsed row = parser.Next(request);
      ASSERT_EQ(row.words.size(), 5u) << line;
      const size_t partition = std::stoul(std::string(row.words[1]));
      const size_t offset = std::stoul(std::string(row.words[2]));
      ASSERT_LT(partition, sent.size()) << line;
      ASSERT_LT(offset, sent[partition].size()) << line;
      EXPECT_EQ(row.words[4], Escaped(sent[partition][offset].substr(0, kSampleBytes))) << line;
      reasons.emplace(row.words[3].substr(0, row.words[3].find(':')));
    }
    EXPECT_EQ(reasons, (std::set<std::string>{"future", "late", "missing_field", "unparsable"}));
  }
};

TEST_F(Mutated, PayloadsAreCountedByReason) {
  FaultRow row("unparsable payload", 1'000'000, 100'000);
  Mutator mutator(static_cast<uint32_t>(row.seed()), Corpus());
  CreateTopic(2);
  std::vector<std::vector<std::string>> sent(2);
  uint64_t no_json = 0;
  Start();
  for (int made = 0; made < row.times(); made += kChunk) {
    const auto partition = static_cast<size_t>(made / kChunk % 2);
    std::vector<Message> messages;
    for (int i = 0; i < kChunk; ++i) {
      messages.push_back({.payload = mutator.Next()});
      sent[partition].push_back(messages.back().payload);
      no_json += !NaiveJson(messages.back().payload).IsEvent();
    }
    ASSERT_TRUE(broker_.Produce(topic_, static_cast<int32_t>(partition), messages).ok());
  }
  const uint64_t all = sent[0].size() + sent[1].size();
  ExpectRead(all);
  EXPECT_EQ(node_->Info("partitions_stopped"), "0");
  ExpectSamples(sent);
  Stop();

  auto dump = ReadDump(data_.path());
  ASSERT_TRUE(dump.ok()) << dump.status();
  uint64_t sum = 0, counted = 0;
  std::string fates;
  for (const auto& [fate, records] : dump->fates) sum += records, fates += Cat(" ", fate, " ", records);
  for (const auto& [counter, count] : dump->counts) counted += count;
  EXPECT_EQ(sum, all);
  EXPECT_EQ(counted, dump->fates["counted"]);
  for (int32_t partition : {0, 1}) {
    const auto end = static_cast<int64_t>(sent[static_cast<size_t>(partition)].size());
    EXPECT_EQ((dump->next[{topic_, partition}]), end);
  }
  EXPECT_GE(dump->fates["unparsable"], no_json);  // events with an invalid time are unparsable too
  EXPECT_GT(no_json, all / 10);
  EXPECT_GT(counted, all / 100);
  row.Saw(Cat("fates add up:", fates, "; samples as sent; offsets at the end"));
}

}  // namespace
}  // namespace tally
