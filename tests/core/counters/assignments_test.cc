// A partition applies each record once, and only records of the counted log: 10,000 random steps of clients that begin,
// lag, deliver twice, report that they are out of range, and are replaced, against a model that only knows the logs.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

constexpr uint32_t kPartitions = 3;
const std::string kCluster = "a";

// A partition's log: its offsets have holes, and its topic may be created again.
class Log {
 public:
  explicit Log(std::string name) : name_(std::move(name)) {}

  void Append(size_t n, std::mt19937_64& random) {
    for (size_t i = 0; i < n; ++i) {
      end_ += static_cast<int64_t>(random() % 4 == 0 ? 1 + random() % 5 : 0);  // markers, or compacted away
      records_[end_++] = EventAt("14:30", name_, Cat("call", random() % 5, "-", creation_));
    }
  }
  // Has a record at each offset up to `end`: without a record to compare, another log cannot be detected.
  void CreateAgain(int64_t end) {
    records_.clear();
    ++creation_;
    for (end_ = 0; end_ < end; ++end_) records_[end_] = EventAt("14:30", name_, Cat("call-", creation_));
  }

  const std::map<int64_t, std::string>& records() const { return records_; }
  int64_t end() const { return end_; }
  const std::string& name() const { return name_; }
  int creation() const { return creation_; }

 private:
  const std::string name_;
  std::map<int64_t, std::string> records_;
  int64_t end_ = 0;
  int creation_ = 0;
};

// Behaves like a Kafka client: delivers in order from its first offset, and sometimes delivers records again
// (librdkafka before 2.4, its issue 4636).
struct Client {
  int64_t began = 0;
  int64_t at = 0;
  int creation = 0;  // of the topic, when the client began
};

class Assignments : public testing::Test {
 protected:
  Assignments() {
    CountingOptions options;
    options.shards = 0;
    node_.emplace(options);
    node_->counters().AddShard();
    for (uint32_t slot = 0; slot < kPartitions; ++slot) {
      PartitionState state;
      state.cluster = kCluster;
      shard().AddPartition({"mw", static_cast<int32_t>(slot)}, state);
      logs_.emplace_back(Cat("game", slot));
    }
    clients_.resize(kPartitions);
    counted_creation_.resize(kPartitions);
    BeginAll();
  }

  Shard& shard() { return *node_->counters().shards()[0]; }
  PartitionStatus status(uint32_t slot) { return shard().Partitions()[slot]; }

  // Like Ingest: one client for all partitions that are not stopped.
  void BeginAll() {
    for (uint32_t slot = 0; slot < kPartitions; ++slot) {
      if (!status(slot).stopped.empty()) continue;
      const int64_t offset = shard().BeginReading(slot);
      clients_[slot] = {offset, offset, logs_[slot].creation()};
    }
  }

  // Delivers a batch from all partitions, mixed. Some records are delivered again.
  void Deliver() {
    std::vector<Record> batch;
    for (uint32_t slot = 0; slot < kPartitions; ++slot) {
      Client& client = clients_[slot];
      const Log& log = logs_[slot];
      if (log.creation() == client.creation && random_() % 8 == 0) {
        client.at = std::max(client.began, client.at - static_cast<int64_t>(random_() % 10));
      }
      auto record = log.records().lower_bound(client.at);
      for (size_t n = random_() % 20; n > 0 && record != log.records().end(); --n, ++record) {
        batch.push_back({slot, record->first, node_->now(), std::nullopt, record->second});
        client.at = record->first + 1;
      }
    }
    std::stable_sort(batch.begin(), batch.end(),
                     [this](const Record& a, const Record& b) { return order_[a.slot] < order_[b.slot]; });
    std::shuffle(order_.begin(), order_.end(), random_);
    shard().Apply(batch, node_->now());
    for (uint32_t slot = 0; slot < kPartitions; ++slot) {
      if (random_() % 3 == 0 && clients_[slot].at >= LastOf(logs_[slot])) {
        clients_[slot].at = logs_[slot].end();
        shard().ReachEnd(slot, logs_[slot].end(), node_->now());
      }
    }
  }
  static int64_t LastOf(const Log& log) { return log.records().empty() ? 0 : log.records().rbegin()->first + 1; }

  // An operator accepts a gap to any offset of the current log.
  void Accept(uint32_t slot) {
    const PartitionStatus before = status(slot);
    const bool same = counted_creation_[slot] == logs_[slot].creation();
    const int64_t first = same ? std::min(before.state.next, logs_[slot].end()) : 0;
    const int64_t to = first + static_cast<int64_t>(random_() % static_cast<uint64_t>(logs_[slot].end() - first + 1));
    EXPECT_FALSE(shard().AcceptGap(slot, {before.state.next + 1, to, node_->now()}, kCluster));
    EXPECT_EQ(status(slot).state.next, before.state.next);
    kept_[slot] = Expected(slot);
    ASSERT_TRUE(shard().AcceptGap(slot, {before.state.next, to, node_->now()}, kCluster));
    from_[slot] = to;
    counted_creation_[slot] = logs_[slot].creation();
    Deliver();  // the records of the previous client
    EXPECT_EQ(status(slot).state.next, to);
    BeginAll();
  }

  // The counts from before a gap, plus the log from the gap to next.
  std::map<std::string, uint64_t> Expected(uint32_t slot) {
    std::map<std::string, uint64_t> expected = kept_[slot];
    if (counted_creation_[slot] != logs_[slot].creation()) return last_[slot];  // its log is gone, and nothing is added
    for (const auto& [offset, payload] : logs_[slot].records()) {
      if (offset < from_[slot] || offset >= status(slot).state.next) continue;
      const size_t call = payload.find("call\":\"") + 7;
      ++expected[Cat("stats:", logs_[slot].name(), ":", payload.substr(call, payload.find('"', call) - call))];
    }
    return last_[slot] = expected;
  }

  void Compare() {
    std::map<std::string, uint64_t> expected;
    uint64_t records = 0, fates = 0;
    for (uint32_t slot = 0; slot < kPartitions; ++slot) {
      for (const auto& [series, count] : Expected(slot)) expected[series] += count, records += count;
      for (uint64_t n : status(slot).state.fates) fates += n;
    }
    ASSERT_EQ(node_->Counts(MinuteAt("14:30")), expected);
    ASSERT_EQ(fates, records);
  }

  FaultRow row_{"seek, assign, stale records", 20'000, 10'000};
  std::mt19937_64 random_{row_.seed()};
  std::optional<CountingNode> node_;
  std::vector<Log> logs_;
  std::vector<Client> clients_;
  std::vector<int> counted_creation_;
  std::vector<uint32_t> order_ = {0, 1, 2};
  std::map<uint32_t, int64_t> from_;
  std::map<uint32_t, std::map<std::string, uint64_t>> kept_, last_;
};

TEST_F(Assignments, ApplyEachRecordOnceAndOnlyOfTheLogThatWasCounted) {
  int begun = 0, created = 0, stopped = 0;
  for (int step = 0; step < row_.times() && !HasFailure(); ++step) {
    SCOPED_TRACE(Cat("step ", step));
    const auto slot = static_cast<uint32_t>(random_() % kPartitions);
    switch (random_() % 40) {
      case 0:
        shard().Pause(slot);
        break;  // paused until a client begins
      case 1:
      case 2:
      case 3:
        BeginAll(), ++begun;
        break;
      case 4:
        if (random_() % 8 == 0) shard().GiveUp(slot, "damaged");
        break;
      case 5:
        if (!status(slot).stopped.empty()) Accept(slot), ++stopped;
        break;
      case 6:
        // Longer than the previous log, and only a new client can detect it.
        if (random_() % 4 == 0 && status(slot).state.last && counted_creation_[slot] == logs_[slot].creation()) {
          logs_[slot].CreateAgain(status(slot).state.next + 10), ++created;
          BeginAll();
        }
        break;
      case 7:
        node_->Save();
        break;
      default:
        if (random_() % 12 == 0) logs_[slot].Append(random_() % 20, random_);  // each step reads all of it
        Deliver();
    }
    Compare();
  }
  // At the end, every record of each accepted log is counted.
  for (uint32_t slot = 0; slot < kPartitions; ++slot) {
    if (!status(slot).stopped.empty()) Accept(slot);
  }
  BeginAll();
  for (int i = 0; i < 1000; ++i) Deliver();
  for (uint32_t slot = 0; slot < kPartitions; ++slot) {
    EXPECT_TRUE(!status(slot).stopped.empty() || status(slot).state.next == logs_[slot].end());
  }
  Compare();
  row_.Did(
      Cat(row_.times(), " steps, ", begun, " new clients, ", created, " topics created again, ", stopped, " gaps"));
  row_.Saw("each record of the counted log once, none of another");
}

}  // namespace
}  // namespace tally
