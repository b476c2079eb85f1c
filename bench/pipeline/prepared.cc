#include "bench/pipeline/prepared.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <span>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "apps/config/load.h"
#include "apps/system_clock.h"
#include "bench/pipeline/log.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "storage/checkpointer.h"
#include "storage/directory_store.h"
#include "tests/testing/fake_clock.h"

namespace tally {
namespace {

constexpr int kCallDigits = 7;
constexpr int kBatch = 256;
constexpr absl::Duration kTimeout = absl::Seconds(60);

// Makes one event for each series, in batches that begin at `first`.
class EventMaker {
 public:
  std::span<const Record> Make(const Extent& extent, int first, Minute minute, int64_t offset, Timestamp now) {
    records_.clear();
    for (int series = first; series < extent.series && series < first + kBatch; ++series) {
      std::string& payload = payloads_[static_cast<size_t>(series - first)];
      payload = Cat(R"({"time":)", minute.start().millis(), R"(,"game":")", Prepared::GameOf(series), R"(","call":")",
                    Prepared::CallOf(series), R"(","n":)", Prepared::CountOf(series, minute), "}");
      records_.push_back({0, offset++, now, std::nullopt, payload});
    }
    return records_;
  }

 private:
  std::vector<std::string> payloads_ = std::vector<std::string>(kBatch);
  std::vector<Record> records_;
};

}  // namespace

std::string Prepared::GameOf(int series) { return kGames[static_cast<size_t>(series) % std::size(kGames)]; }

std::string Prepared::CallOf(int series) {
  std::string number = Cat(series / static_cast<int>(std::size(kGames)));
  return Cat("call", std::string(kCallDigits - number.size(), '0'), number);
}

std::string Prepared::NameOf(int series) { return Cat("stats:", GameOf(series), ":", CallOf(series)); }

uint64_t Prepared::CountOf(int series, Minute minute) {
  uint64_t mixed = (static_cast<uint64_t>(series) << 32 ^ static_cast<uint64_t>(minute.index())) * 0x9E3779B97F4A7C15;
  return 1 + (mixed >> 40) % 1000;
}

Prepared::Prepared(const Extent& extent)
    : extent_(extent), dir_("tally-bench"), newest_(MinuteOf(SystemClock().Now()) - 1) {}

absl::StatusOr<std::unique_ptr<Prepared>> Prepared::Make(const Extent& extent) {
  std::unique_ptr<Prepared> prepared(new Prepared(extent));
  RETURN_IF_ERROR(prepared->Configure());
  RETURN_IF_ERROR(prepared->Count());
  return prepared;
}

absl::Status Prepared::Configure() {
  std::string text = Cat("[[metric]]\nname = \"stats\"\nby = [\"game\", \"call\"]\nvalue = \"n\"\n",
                         "[retention]\nttl = \"", extent_.minutes / 60 + 3, "h\"\n",
                         "[limits]\nseries_max = 20000000\n", "[checkpoint]\ndir = \"", dir_ / "data", "\"\n");
  std::ofstream(dir_ / "tallyd.toml") << text;
  ASSIGN_OR_RETURN(config_, ParseConfig(text, "tallyd.toml"));
  return absl::OkStatus();
}

absl::Status Prepared::Count() {
  ASSIGN_OR_RETURN(auto rules, Rules::Compile(config_.event, config_.metrics));
  ASSIGN_OR_RETURN(auto store, DirectoryStore::Open(directory(), nullptr));
  RETURN_IF_ERROR(store->Load().status());
  FakeClock clock(SystemClock().Now());
  Counters counters(rules, {.ttl = config_.retention.ttl, .series_max = config_.limits.series_max});
  Checkpointer checkpointer(counters, *store, FingerprintsOf(config_.event, config_.metrics), clock);
  Shard& shard = counters.AddShard();
  shard.AddPartition({"prepared", 0}, {});
  counters.Tick(clock.Now());
  EventMaker maker;
  int64_t offset = 0;
  for (Minute minute = oldest(); minute <= newest_; minute = minute + 1) {
    for (int first = 0; first < extent_.series; first += kBatch) {
      std::span<const Record> records = maker.Make(extent_, first, minute, offset, clock.Now());
      shard.Apply(records, clock.Now());
      offset += static_cast<int64_t>(records.size());
    }
    RETURN_IF_ERROR(checkpointer.Run());
  }
  if (counters.live_counters() == static_cast<uint64_t>(extent_.counters())) return absl::OkStatus();
  return absl::InternalError(Cat("expected ", extent_.counters(), " counters, got ", counters.live_counters()));
}

std::vector<std::string> Prepared::Arguments(const std::string& brokers, const std::vector<std::string>& topics) const {
  std::string joined;
  for (const std::string& topic : topics) joined += (joined.empty() ? "" : ",") + topic;
  return {"--config", dir_ / "tallyd.toml", "--brokers", brokers, "--topics", joined};
}

absl::StatusOr<std::vector<std::string>> NewEmptyTopics(KafkaBroker& broker) {
  std::vector<std::string> topics;
  for (const char* game : kGames) {
    topics.push_back(broker.UniqueTopic(Cat("empty-", game)));
    RETURN_IF_ERROR(broker.CreateTopic(topics.back(), /*partitions=*/2));
  }
  return topics;
}

absl::Status WaitUntilIdle(Tallyd& node) {
  const absl::Time deadline = absl::Now() + kTimeout;
  while (absl::Now() < deadline) {
    const bool reached = node.Info("loading") == "0" && node.Info("lag_records") == "0";
    if (reached && node.Info("checkpoint_age_ms") == "0") return absl::OkStatus();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return absl::DeadlineExceededError(Cat("the node does not become idle\n", node.process().Stderr()));
}

absl::StatusOr<std::unique_ptr<Tallyd>> StartIdleNode(const Prepared& prepared, const std::string& brokers,
                                                      const std::vector<std::string>& topics) {
  ASSIGN_OR_RETURN(auto node, Tallyd::Start(prepared.Arguments(brokers, topics)));
  RETURN_IF_ERROR(WaitUntilIdle(*node));
  return node;
}

}  // namespace tally
