// A disk that fails at any call, with EIO or ENOSPC. Acknowledged checkpoints are on the disk, failed ones can be. When
// the disk works again, the next checkpoint contains everything.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "gtest/gtest.h"
#include "storage/checkpointer.h"
#include "tests/storage/counted.h"
#include "tests/storage/stored.h"
#include "tests/testing/disk_fault/disk_fault.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

// Random faults, from a seed, in the files of one directory.
class RandomFaults {
 public:
  RandomFaults(uint64_t seed, std::string directory) : random_(seed), directory_(std::move(directory)) {
    SetDiskFault([this](DiskCall call, std::string_view path) { return Ask(call, path); });
  }
  ~RandomFaults() { SetDiskFault(nullptr); }

  // Until Repair(), one of the next calls fails, or it and all later calls, or some calls; of all kinds or of one kind.
  void Break() {
    std::lock_guard<std::mutex> lock(mutex_);
    how_ = static_cast<How>(1 + random_() % 3);
    calls_before_ = random_() % 6;
    any_kind_ = random_() % 2 == 0;
    kind_ = static_cast<DiskCall>(random_() % 4);
    error_ = random_() % 2 == 0 ? EIO : ENOSPC;
  }
  void Repair() {
    std::lock_guard<std::mutex> lock(mutex_);
    how_ = How::kNever;
  }
  uint64_t failed() const { return failed_; }  // REQUIRES: the disk is not in use

 private:
  enum class How { kNever, kOnce, kFrom, kSome };

  int Ask(DiskCall call, std::string_view path) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (how_ == How::kNever || !path.starts_with(directory_) || (!any_kind_ && call != kind_)) return 0;
    if (calls_before_ > 0) return --calls_before_, 0;
    if (how_ == How::kSome && random_() % 3 != 0) return 0;
    if (how_ == How::kOnce) how_ = How::kNever;
    ++failed_;
    return random_() % 2 == 0 ? error_ : -error_;  // a write writes nothing, or a half
  }

  std::mutex mutex_;
  std::mt19937_64 random_;
  const std::string directory_;
  How how_ = How::kNever;
  uint64_t calls_before_ = 0;
  bool any_kind_ = true;
  DiskCall kind_ = DiskCall::kWrite;
  int error_ = EIO;
  uint64_t failed_ = 0;
};

class FailingDiskTrial {
 public:
  explicit FailingDiskTrial(uint64_t seed) : random_(seed), faults_(seed, directory_.path()) { Crash(); }

  void Step() {
    switch (random_() % 10) {
      case 0:
        Crash();
        break;
      case 1:
      case 2:
        faults_.Break();
        break;
      case 3:
        faults_.Repair();
        break;
      case 4:
      case 5:
      case 6:
        Save();
        break;
      case 7:
        events_.PassMinutes(1), clock_.Advance(absl::Minutes(1));
        break;
      default:
        events_.Count(30);
    }
  }

  // The disk works again.
  void Finish() {
    faults_.Repair();
    // RocksDB may report only now that a background job failed; the next write must succeed.
    ASSERT_TRUE(Save() || Save());
    const Totals expected = events_.totals();
    Crash();
    ASSERT_TRUE(events_.totals() == expected);
  }

  uint64_t failed_calls() const { return faults_.failed(); }
  int failed_writes() const { return failed_writes_; }
  int found_on_disk() const { return found_on_disk_; }

 private:
  struct State {
    uint64_t sequence = 0;
    Totals totals;

    friend bool operator==(const State&, const State&) = default;
  };

  bool Save() {
    const State state{store_->sequence() + 1, events_.totals()};
    const absl::Status status = checkpointer_->RunAlways();
    if (!status.ok()) {
      // It does not report damage or another node.
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      ++failed_writes_;
      possible_.push_back(state);
      return false;
    }
    EXPECT_EQ(store_->sequence(), state.sequence);
    possible_ = {state};
    return true;
  }

  // Unsaved counts are lost. A directory that cannot be opened now can be opened when the disk works again.
  void Crash() {
    checkpointer_.reset();
    store_.reset();
    absl::StatusOr<std::optional<CheckpointContents>> contents = Open();
    for (int tries = 0; !contents.ok() && tries < 4; ++tries) {
      EXPECT_EQ(contents.status().code(), absl::StatusCode::kUnavailable) << contents.status();
      if (tries == 2) faults_.Repair();
      contents = Open();
    }
    ASSERT_TRUE(contents.ok()) << contents.status();
    const bool found = contents->has_value();
    const State state{store_->sequence(), found ? TotalsOf(**contents) : NoEvents()};
    auto known = std::find(possible_.begin(), possible_.end(), state);
    ASSERT_TRUE(known != possible_.end()) << "no checkpoint " << state.sequence << " with these contents was written";
    found_on_disk_ += known != possible_.begin() ? 1 : 0;
    possible_ = {state};
    events_.Begin(found ? std::move((*contents)->saved) : Saved(), state.totals);
    const Fingerprints fingerprints = FingerprintsOf({}, {StatsMetric()});
    checkpointer_ = std::make_unique<Checkpointer>(events_.node().counters(), *store_, fingerprints, clock_);
  }

  absl::StatusOr<std::optional<CheckpointContents>> Open() {
    auto store = DirectoryStore::Open(directory_.path(), nullptr);
    if (!store.ok()) return store.status();
    store_ = *std::move(store);
    return store_->Load();
  }

  static Totals NoEvents() {
    Totals totals;
    for (int32_t i = 0; i < CountedEvents::kPartitions; ++i) totals.partitions[{"mw", i}] = {};
    return totals;
  }

  std::mt19937_64 random_;
  TempDir directory_;
  RandomFaults faults_;
  CountedEvents events_{random_, 400};
  FakeClock clock_{events_.node().now()};
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::vector<State> possible_ = {{0, NoEvents()}};  // the states that can be on the disk, the acknowledged one first
  int failed_writes_ = 0;
  int found_on_disk_ = 0;
};

constexpr int kTrialsMax = 1000;

TEST(FailingDisk, LosesNothingAtAnyFailure) {
  FaultRow row("EIO and ENOSPC at any call", 1000, 30);
  uint64_t failed_calls = 0;
  int failed_writes = 0, found_on_disk = 0;
  int trials = 0;
  // In two of three runs, no failed checkpoint is found on the disk. The test repeats until there is one.
  for (; (trials < row.times() || (found_on_disk == 0 && trials < kTrialsMax)) && !HasFailure(); ++trials) {
    SCOPED_TRACE(Cat("trial ", trials));
    FailingDiskTrial trial(row.seed() + static_cast<uint64_t>(trials));
    for (int step = 0; step < 60 && !HasFailure(); ++step) trial.Step();
    if (!HasFailure()) trial.Finish();
    failed_calls += trial.failed_calls();
    failed_writes += trial.failed_writes();
    found_on_disk += trial.found_on_disk();
  }
  EXPECT_GT(failed_writes, trials / 2);
  EXPECT_GT(found_on_disk, 0);
  row.Did(Cat(trials, " times"));
  row.Saw(Cat(failed_calls, " failed calls; ", failed_writes, " failed checkpoints, ", found_on_disk,
              " of them found on the disk; the last checkpoint contained everything"));
}

}  // namespace
}  // namespace tally
