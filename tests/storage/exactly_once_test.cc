// The simulation: a node counts random events (late, early, broken, out of order) on random partitions and shards. At
// random points it saves, crashes and loads again, on a disk that fails and loses power. After each step, the node and
// a naive model must have the same counts. A run has one thread, and follows from its seed.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/counters/view.h"
#include "gtest/gtest.h"
#include "storage/checkpointer.h"
#include "storage/directory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/model.h"
#include "tests/testing/simulated_disk.h"

namespace tally {
namespace {

constexpr absl::Duration kAheadMax = absl::Minutes(10);

std::vector<MetricSpec> Metrics() {
  std::vector<MetricSpec> metrics(3);
  metrics[0].name = "stats";
  metrics[0].by = {{"game", "game"}, {"call", "call"}};
  metrics[1].name = "spent";
  metrics[1].by = {{"game", "game"}};
  metrics[1].value = "amount";
  metrics[1].where = {{"call", {"buy"}}};
  metrics[2].name = "all";
  metrics[2].where = {{"game", {"mw"}}};
  return metrics;
}

// The log of a partition in Kafka. A crash of the node does not change it.
struct Log {
  TopicPartition topic_partition;
  std::vector<ModelEvent> events;  // offsets ascend, with gaps
  int64_t end = 0;
};

class Trial {
 public:
  explicit Trial(uint64_t seed)
      : random_(seed), disk_(seed), ttl_(absl::Minutes(1 + Below(30))), model_(ttl_, kAheadMax) {
    event_.ahead_max = kAheadMax;
    for (int i = 0, n = 1 + Below(4); i < n; ++i) logs_.push_back({{Below(2) ? "mw" : "hh", i}, {}, 0});
    possible_[0] = {model_};
    Load();
  }

  void Steps() {
    for (int i = 0, n = 20 + Below(60); i < n && !testing::Test::HasFailure(); ++i) Step();
    Crash();
    if (testing::Test::HasFatalFailure()) return;  // there is no node
    faults_ = false;
    for (size_t log = 0; log < logs_.size(); ++log) Read(log, logs_[log].events.size());
    Save();
    Save();  // the second call deletes the names of series that the first call dropped
    Compare();
    CompareNames();
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

  void Step() {
    switch (Below(10)) {
      case 0:
        Crash();
        break;
      case 1:
      case 2:
        Save();
        break;
      case 3:
        Wait();
        break;
      case 4:
      case 5:
        Produce();
        break;
      default:
        Read(static_cast<size_t>(Below(static_cast<int>(logs_.size()))), static_cast<size_t>(Below(50)));
    }
    if (!testing::Test::HasFatalFailure()) Compare();
  }

  void Wait() {
    clock_.Advance(Below(20) == 0 ? absl::Hours(2) : absl::Seconds(Below(200)));
    if (Below(10) == 0) clock_.Advance(-absl::Minutes(Below(30)));
    counters_->Tick(clock_.Now());
    model_.Tick(clock_.Now());
  }

  void Produce() {
    Log& log = logs_[static_cast<size_t>(Below(static_cast<int>(logs_.size())))];
    for (int i = 0, n = Below(60); i < n; ++i) {
      if (Below(10) == 0) log.end += Below(5);  // transaction markers, compaction
      log.events.push_back(MakeEvent(log.end++));
    }
    if (Below(4) == 0) log.end += Below(3);
  }

  ModelEvent MakeEvent(int64_t offset) {
    static const char* kGames[] = {"mw", "hh", "dd"};
    static const char* kCalls[] = {"login", "install", "buy"};
    ModelEvent event;
    event.offset = offset;
    event.timestamp = clock_.Now();
    event.time = clock_.Now() + absl::Seconds(Below(120) - 100);
    if (Below(5) == 0) event.time = event.time - absl::Minutes(Below(60));
    if (Below(20) == 0) event.time = event.time + absl::Minutes(Below(20));
    if (Below(8) != 0) event.game = kGames[Below(3)];
    if (Below(8) != 0) event.call = Below(4) == 0 ? "call" + std::to_string(Below(400)) : kCalls[Below(3)];
    if (Below(3) != 0) event.amount = static_cast<uint64_t>(Below(3)) * static_cast<uint64_t>(Below(100'000));
    if (Below(25) == 0) event.form = static_cast<ModelEvent::Form>(1 + Below(3));
    return event;
  }

  // Delivers up to `n` records from the partition's next offset on, and sometimes records that were delivered before.
  void Read(size_t index, size_t n) {
    Log& log = logs_[index];
    auto& [shard, slot, next] = assigned_[index];
    size_t first = 0;
    while (first < log.events.size() && log.events[first].offset < next) ++first;
    size_t last = std::min(log.events.size(), first + n);
    if (Below(5) == 0) first -= std::min(first, size_t{3});
    std::vector<std::string> payloads;
    std::vector<Record> records;
    payloads.reserve(last - first);
    for (size_t i = first; i < last; ++i) {
      const ModelEvent& event = log.events[i];
      records.push_back({slot, event.offset, event.timestamp, std::nullopt, payloads.emplace_back(event.Json())});
      model_.Apply(log.topic_partition, event, clock_.Now());
      next = event.offset + 1;
    }
    shard->Apply(records, clock_.Now());
    if (last == log.events.size() && Below(2)) {
      next = std::max(next, log.end);
      shard->ReachEnd(slot, log.end, clock_.Now());
      model_.ReachEnd(log.topic_partition, log.end);
    }
  }

  // At random, injects a power loss or failed operations into the next calls.
  void Arm() {
    if (!faults_) return;
    const int what = Below(8);
    if (what == 0) disk_.PowerOffAfter(Below(12));
    if (what == 1) disk_.FailAfter(Below(8), 1 + Below(4));
  }

  void Save() {
    const uint64_t attempted = store_->sequence() + 1;
    Arm();
    model_.Tick(clock_.Now());
    absl::Status status = checkpointer_->Run();
    if (Below(3)) disk_.RunBackground();
    const bool faulted = disk_.Disarm();
    if (status.ok()) {
      possible_ = {{store_->sequence(), {model_}}};  // acknowledged counts cannot be lost
    } else {
      ASSERT_TRUE(faulted || pending_fault_) << status;
      possible_[attempted].push_back(model_);
    }
    // A background job may have failed; the next write reports it. After a failure the directory is opened again.
    const bool wrote = store_->sequence() == attempted;
    pending_fault_ = status.ok() && (faulted || (pending_fault_ && !wrote));
    if (disk_.off()) Crash();
  }

  // Unsaved counts are lost; the log is not.
  void Crash() {
    checkpointer_.reset();
    store_.reset();
    counters_.reset();
    disk_.PowerOn(Below(2) ? SimulatedDisk::Loss::kUnsynced : SimulatedDisk::Loss::kNothing);
    Load();
  }

  void Load() {
    std::optional<CheckpointContents> contents;
    for (absl::Status status = TryToLoad(contents); !status.ok(); status = TryToLoad(contents)) {
      ASSERT_TRUE(pending_fault_) << status;
      if (disk_.off()) disk_.PowerOn(Below(2) ? SimulatedDisk::Loss::kUnsynced : SimulatedDisk::Loss::kNothing);
    }
    auto rules = Rules::Compile(event_, Metrics());
    ASSERT_TRUE(rules.ok()) << rules.status();
    counters_ = std::make_unique<Counters>(*rules, Counters::Options{.ttl = ttl_});
    if (contents) counters_->Restore(std::move(contents->saved));
    checkpointer_ = std::make_unique<Checkpointer>(*counters_, *store_, FingerprintsOf(event_, Metrics()), clock_);
    for (int i = 0, n = 1 + Below(3); i < n; ++i) counters_->AddShard();
    assigned_.clear();
    for (const Log& log : logs_) {
      Shard* shard =
          counters_->shards()[static_cast<size_t>(Below(static_cast<int>(counters_->shards().size())))].get();
      PartitionState state = counters_->TakePartition(log.topic_partition).value_or(PartitionState{});
      assigned_.push_back({shard, shard->AddPartition(log.topic_partition, state), state.next});
    }
    RollBackModel();
  }

  absl::Status TryToLoad(std::optional<CheckpointContents>& contents) {
    Arm();
    auto store = DirectoryStore::Open(SimulatedDisk::kRoot, nullptr, disk_.env());
    absl::Status status = store.status();
    if (status.ok()) {
      store_ = *std::move(store);
      auto loaded = store_->Load();
      status = loaded.status();
      if (loaded.ok()) contents = *std::move(loaded);
    }
    if (status.ok() && Below(3)) disk_.RunBackground();
    pending_fault_ = disk_.Disarm();
    if (status.ok() && disk_.off()) status = absl::UnavailableError("the power failed after the load");
    if (!status.ok()) store_.reset();
    return status;
  }

  // Sets the model to the one of the possible checkpoints that is on the disk. The others are no longer possible.
  void RollBackModel() {
    const std::vector<Model>& models = possible_[store_->sequence()];
    ASSERT_FALSE(models.empty()) << "checkpoint " << store_->sequence() << " is not one of the possible ones";
    auto same = std::find_if(models.begin(), models.end(), [&](const Model& model) { return Equals(model); });
    model_ = same != models.end() ? *same : models.back();
    Compare();
    possible_ = {{store_->sequence(), {model_}}};
  }

  Model::Minutes Minutes() const {
    Model::Minutes minutes;
    View view(*counters_);
    for (Minute minute : view.Minutes()) {
      view.ForEach(minute,
                   [&](SeriesId id, uint64_t n) { minutes[minute][std::string(counters_->series().Name(id))] = n; });
    }
    return minutes;
  }

  // The model has no entry for a partition that was never read; the node has an empty one.
  std::map<TopicPartition, Model::Partition> Partitions(const Model& model) const {
    std::map<TopicPartition, Model::Partition> partitions = model.partitions();
    for (const Log& log : logs_) partitions[log.topic_partition];
    return partitions;
  }
  std::map<TopicPartition, Model::Partition> Partitions() const {
    std::map<TopicPartition, Model::Partition> partitions;
    for (const PartitionStatus& status : counters_->Partitions()) {
      partitions[status.topic_partition] = {status.state.next, status.state.fates};
    }
    return partitions;
  }

  bool Equals(const Model& model) const {
    return counters_->horizon() == model.horizon() && Minutes() == model.minutes() && Partitions() == Partitions(model);
  }

  void Compare() {
    ASSERT_EQ(counters_->horizon(), model_.horizon());
    ASSERT_EQ(Minutes(), model_.minutes());
    ASSERT_TRUE(Partitions() == Partitions(model_));
  }

  void CompareNames() {
    std::set<std::string> names;
    for (const auto& [minute, counts] : model_.minutes()) {
      for (const auto& [name, n] : counts) names.insert(name);
    }
    ASSERT_EQ(counters_->series().size(), names.size());
  }

  struct Assigned {
    Shard* shard;
    uint32_t slot;
    int64_t next;
  };

  std::mt19937_64 random_;
  SimulatedDisk disk_;
  bool faults_ = true;
  bool pending_fault_ = false;  // there was a fault that no call has reported yet
  FakeClock clock_{Timestamp::FromMillis(1'307'284'200'000)};
  absl::Duration ttl_;
  EventSpec event_;
  std::vector<Log> logs_;
  Model model_;
  std::map<uint64_t, std::vector<Model>> possible_;  // the checkpoints that can be on the disk, by sequence
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::vector<Assigned> assigned_;
};

TEST(ExactlyOnce, EqualsTheNaiveModelThroughCrashesPowerLossesAndErrors) {
  FaultRow row("simulation: power loss, torn and reordered writes, I/O errors, crashes", 100'000, 2'000);
  for (uint64_t i = 0; i < static_cast<uint64_t>(row.times()) && !HasFailure(); ++i) {
    SCOPED_TRACE("TALLY_TIMES=1 TALLY_SEED=" + std::to_string(row.seed() + i));
    Trial(row.seed() + i).Steps();
  }
  row.Did(std::to_string(row.times()) + " seeds");
  row.Saw("counters, fates and offsets equal to the model's after each step; no acknowledged checkpoint lost");
}

}  // namespace
}  // namespace tally
