// Damaged bytes in RocksDB's files, missing files, and files of different moments: a node starts with one complete
// checkpoint that was written, or it does not start.
#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/history.h"
#include "tests/testing/fault_row.h"

namespace tally {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// The outcome of one load.
enum class Outcome { kNewest, kEarlier, kNothing, kRefused };

// RocksDB's messages while it opens a directory.
class RocksDbMessages {
 public:
  StorageLog log() {
    return [this](std::string_view line) {
      std::lock_guard<std::mutex> lock(mutex_);
      text_ += Cat(line, "\n");
    };
  }
  std::string text() {
    std::lock_guard<std::mutex> lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

absl::StatusOr<std::optional<CheckpointContents>> LoadWithMessages(const std::string& directory,
                                                                   RocksDbMessages& messages) {
  auto store = DirectoryStore::Open(directory, messages.log());
  if (!store.ok()) return store.status();
  return (*store)->Load();
}

// The outcomes of a row, with a check that each outcome is allowed.
class Outcomes {
 public:
  // Loads `image`, a damaged one of `history`; `file` is the damaged file.
  Outcome Load(const History& history, const Image& image, const std::string& file) {
    TempDir directory;
    WriteImage(image, directory.path());
    ExpectDumpIsCompleteOrRefused(history, directory.path(), file);
    RocksDbMessages messages;
    auto contents = LoadWithMessages(directory.path(), messages);
    const Outcome outcome = Judge(history, contents, directory.path(), file);
    ++seen_[outcome];
    if (outcome == Outcome::kEarlier || outcome == Outcome::kNothing) {
      ++(messages.text().find(file) != std::string::npos ? reported_ : unreported_);
    }
    return outcome;
  }

  uint64_t count(Outcome outcome) { return seen_[outcome]; }
  uint64_t reported() const { return reported_; }

  std::string Text() {
    return Cat("newest checkpoint loaded: ", seen_[Outcome::kNewest],
               "; an earlier complete one: ", seen_[Outcome::kEarlier], "; none: ", seen_[Outcome::kNothing],
               "; refused: ", seen_[Outcome::kRefused], "; losses reported by RocksDB: ", reported_,
               ", not reported, as after a crash: ", unreported_);
  }

 private:
  static Outcome Judge(const History& history, const absl::StatusOr<std::optional<CheckpointContents>>& contents,
                       const std::string& directory, const std::string& file) {
    if (!contents.ok()) {
      EXPECT_EQ(contents.status().code(), absl::StatusCode::kDataLoss) << contents.status();
      EXPECT_THAT(std::string(contents.status().message()), HasSubstr(directory));
      EXPECT_THAT(std::string(contents.status().message()), HasSubstr(file.ends_with(".log") ? ".log" : file));
      return Outcome::kRefused;
    }
    if (!contents->has_value()) {
      // A node treats this as a first start, which the group's committed offsets refuse.
      EXPECT_TRUE(NamesWith(history.image(), ".sst").empty()) << "nothing found where there was a table";
      return Outcome::kNothing;
    }
    const uint64_t sequence = (*contents)->header.sequence;
    const Totals* totals = history.totals(sequence);
    EXPECT_TRUE(totals != nullptr && TotalsOf(**contents) == *totals)
        << file << ": no checkpoint " << sequence << " with these contents was written";
    return sequence == history.newest() ? Outcome::kNewest : Outcome::kEarlier;
  }

  static void ExpectDumpIsCompleteOrRefused(const History& history, const std::string& directory,
                                            const std::string& file) {
    const Image before = ReadImage(directory);
    auto contents = ReadCheckpoint(directory, nullptr);
    if (contents.ok()) {
      const Totals* totals = history.totals(contents->header.sequence);
      EXPECT_TRUE(totals != nullptr && TotalsOf(*contents) == *totals)
          << "dump, " << file << ": no checkpoint " << contents->header.sequence << " with these contents was written";
    } else {
      EXPECT_THAT(contents.status().code(), AnyOf(absl::StatusCode::kDataLoss, absl::StatusCode::kFailedPrecondition));
    }
    EXPECT_EQ(ReadImage(directory), before) << "dump changed a file";
  }

  std::map<Outcome, uint64_t> seen_;
  uint64_t reported_ = 0;
  uint64_t unreported_ = 0;
};

// Damages `bytes` once, around `at`; `kind` may be any number.
void Damage(std::string& bytes, size_t at, uint64_t kind, std::mt19937_64& random) {
  const size_t length = std::min(bytes.size() - at, size_t{1} << random() % 13);
  switch (kind % 5) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      break;
    case 1:
      bytes[at] = static_cast<char>(bytes[at] + 1 + static_cast<int>(random() % 255));
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), length, '\0');
      break;
    case 4:
      std::generate_n(bytes.begin() + static_cast<ptrdiff_t>(at), length, [&] { return random(); });
      break;
  }
}

// Returns the beginning of the record that contains `at`. Damage that begins exactly at a record is hard to detect.
size_t RecordStartBefore(std::string_view log, size_t at) {
  const std::vector<size_t> starts = RecordStarts(log);
  auto after = std::upper_bound(starts.begin(), starts.end(), at);
  return after == starts.begin() ? at : *--after;
}

// Damages a file with `part` in its name `row.times()` times, each region of the file equally often.
Outcomes DamageEachRegion(const FaultRow& row, std::string_view part) {
  constexpr int kTimesEach = 25;  // on one history
  Outcomes outcomes;
  std::mt19937_64 random(row.seed());
  int done = 0;
  for (uint64_t seed = row.seed(); done < row.times() && !testing::Test::HasFailure(); ++seed) {
    const History history(seed);
    const std::vector<std::string> names = NamesWith(history.image(), part);
    for (int i = 0; !names.empty() && i < kTimesEach && done < row.times(); ++i, ++done) {
      Image image = history.image();
      const std::string& name = names[static_cast<size_t>(i) % names.size()];
      std::string& bytes = image[name];
      size_t at = (bytes.size() - 1) * static_cast<size_t>(i) / kTimesEach + random() % (bytes.size() / kTimesEach + 1);
      if (random() % 4 == 0) at = RecordStartBefore(bytes, at);
      Damage(bytes, at, random(), random);
      SCOPED_TRACE(Cat("history ", seed, ", ", name, " at ", at));
      outcomes.Load(history, image, name);
    }
  }
  return outcomes;
}

void ExpectRefusedOrNothingLost(FaultRow& row, const std::string& part) {
  Outcomes outcomes = DamageEachRegion(row, part);
  EXPECT_EQ(outcomes.count(Outcome::kEarlier), 0u);
  EXPECT_GT(outcomes.count(Outcome::kRefused), 0u);
  row.Saw(outcomes.Text());
}

TEST(DirectoryDamage, InTheWalLeavesACompleteCheckpoint) {
  FaultRow row("WAL damage", 1000, 100);
  Outcomes outcomes = DamageEachRegion(row, ".log");
  // RocksDB recovers the records before the damage. A load is refused only if RocksDB skips a record without an error.
  EXPECT_LE(outcomes.count(Outcome::kRefused), static_cast<uint64_t>(row.times() / 20));
  EXPECT_GT(outcomes.reported(), 0u);
  row.Saw(outcomes.Text());
}

TEST(DirectoryDamage, InATableIsRefusedOrLosesNothing) {
  FaultRow row("SST damage", 1000, 100);
  ExpectRefusedOrNothingLost(row, ".sst");
}

TEST(DirectoryDamage, InTheManifestIsRefusedOrLeavesACompleteCheckpoint) {
  FaultRow row("MANIFEST damage", 1000, 100);
  Outcomes outcomes = DamageEachRegion(row, "MANIFEST-");
  EXPECT_GT(outcomes.count(Outcome::kRefused), 0u);
  row.Saw(outcomes.Text());
}

// Each record of a MANIFEST adds tables, and RocksDB does not detect that one is missing at its end.
TEST(DirectoryDamage, ThatTruncatesTheManifestIsRefusedOrLeavesACompleteCheckpoint) {
  FaultRow row("MANIFEST without its last records", 2000, 250);
  Outcomes outcomes;
  uint64_t seed = row.seed();
  for (int done = 0; done < row.times() && !HasFailure(); seed += 2) {
    const History history(seed / 2 * 2);  // small ones, whose row counts change least
    const std::string name = NamesWith(history.image(), "MANIFEST-").at(0);
    for (size_t end : RecordStarts(history.image().at(name))) {
      SCOPED_TRACE(Cat("history ", seed, ", ", name, " cut at ", end));
      Image image = history.image();
      image[name].resize(end);
      outcomes.Load(history, image, name);
      ++done;
    }
  }
  row.Saw(outcomes.Text());
}

TEST(DirectoryDamage, InCurrentIsRefusedOrLosesNothing) {
  FaultRow row("CURRENT damage", 300, 60);
  ExpectRefusedOrNothingLost(row, "CURRENT");
}

TEST(DirectoryDamage, InFilesThatAreNotReadIsIgnored) {
  FaultRow row("OPTIONS, IDENTITY damage", 300, 20);
  std::string seen;
  for (const char* part : {"OPTIONS-", "IDENTITY"}) {
    Outcomes outcomes = DamageEachRegion(row, part);
    EXPECT_EQ(outcomes.count(Outcome::kNewest), static_cast<uint64_t>(row.times()));
    seen = outcomes.Text();
  }
  row.Saw(seen + "; the same for each file");
}

// This is the same as a crash during a write: the previous checkpoint remains, and the load does not fail.
TEST(DirectoryDamage, ThatTearsTheWalLeavesThePreviousCheckpoint) {
  FaultRow row("torn tail of the WAL", 2000, 60);
  const History history(row.seed() / 15 * 15 + 2);  // a small one, with tables and a WAL
  const std::vector<std::string> wals = NamesWith(history.image(), ".log");
  ASSERT_EQ(wals.size(), 1u);
  const std::string whole = history.image().at(wals[0]);
  const size_t begin = RecordStarts(whole).back();
  const size_t step = 1 + (whole.size() - begin) / static_cast<size_t>(row.times());
  Outcomes outcomes;
  size_t torn = 0;
  for (size_t end = begin; end < whole.size() && !HasFailure(); end += step, ++torn) {
    SCOPED_TRACE(Cat("cut at ", end, " of ", whole.size()));
    Image image = history.image();
    image[wals[0]].resize(end);
    EXPECT_EQ(outcomes.Load(history, image, wals[0]), Outcome::kEarlier);
  }
  row.Did(Cat("cut at ", torn, " of the ", whole.size() - begin, " bytes of the last record"));
  row.Saw(outcomes.Text());
}

TEST(DirectoryDamage, ThatRemovesAFileIsReported) {
  FaultRow row("each file missing", 100, 10);
  Outcomes outcomes;
  for (int h = 0; h < row.times() && !HasFailure(); ++h) {
    const History history(row.seed() + static_cast<uint64_t>(h));
    for (const auto& [name, bytes] : history.image()) {
      SCOPED_TRACE(Cat("history ", h, ", without ", name));
      Image image = history.image();
      image.erase(name);
      const Outcome outcome = outcomes.Load(history, image, name);
      if (name.ends_with(".sst") || name == "CURRENT" || name.starts_with("MANIFEST-")) {
        EXPECT_EQ(outcome, Outcome::kRefused);
      }
    }
  }
  row.Saw(outcomes.Text());
}

TEST(DirectoryDamage, ThatMixesFilesOfDifferentMomentsIsDetected) {
  FaultRow row("each file as it was earlier", 30, 4);
  std::mt19937_64 random(row.seed());
  Outcomes outcomes;
  for (int h = 0; h < row.times() && !HasFailure(); ++h) {
    const History history(row.seed() + static_cast<uint64_t>(h));
    for (const Image& older : history.images()) {
      for (const auto& [name, bytes] : older) {
        auto now = history.image().find(name);
        if (now != history.image().end() && now->second == bytes) continue;
        SCOPED_TRACE(Cat("history ", h, ", an earlier ", name));
        Image image = history.image();
        image[name] = bytes;  // also files that were deleted later
        outcomes.Load(history, image, name);
      }
    }
  }
  row.Saw(outcomes.Text());
}

// Exchanges two tables of one directory, and then uses a table of another directory.
TEST(DirectoryDamage, ThatExchangesTablesIsRefused) {
  FaultRow row("tables exchanged", 100, 10);
  Outcomes outcomes;
  for (int h = 0; h < row.times() && !HasFailure(); ++h) {
    const History history(row.seed() + static_cast<uint64_t>(h)), other(row.seed() + static_cast<uint64_t>(h) + 30);
    const std::vector<std::string> tables = NamesWith(history.image(), ".sst");
    if (tables.empty()) continue;
    SCOPED_TRACE(Cat("history ", h));
    Image image = history.image();
    std::swap(image[tables.front()], image[tables.back()]);
    EXPECT_EQ(outcomes.Load(history, image, "a table was replaced by that of another checkpoint"), Outcome::kRefused);
    image = history.image();
    image[tables.front()] = other.image().at(tables.front());
    EXPECT_EQ(outcomes.Load(history, image, "a table was replaced by that of another checkpoint"), Outcome::kRefused);
  }
  row.Saw(outcomes.Text());
}

}  // namespace
}  // namespace tally
