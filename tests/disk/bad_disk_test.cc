// Runs the real binary on a disk that is full or fails. The node continues to count and to reply, reports that its
// checkpoint is stale, and saves again as soon as it can. Its checkpoint is exact, also after a kill at any point.
#include "tests/disk/bad_disk.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/disk/steady_feed.h"
#include "tests/testing/fault_row.h"
#include "tests/testing/log_oracle.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr absl::Duration kDiskTimeout = absl::Seconds(60);

// Creates the mount namespace before the broker starts, because the broker's client starts threads.
class OwnMounts : public testing::Environment {
  void SetUp() override { (void)CanMount(); }
};
const testing::Environment* const kOwnMounts = testing::AddGlobalTestEnvironment(new OwnMounts);

struct Fault {
  const char* name;
  const char* row;  // the name of the FaultRow
  bool mounts;
  std::function<std::unique_ptr<BadDisk>()> make;
  const char* message;  // in the node's log lines
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.row; }

class OnABadDisk : public testing::TestWithParam<Fault> {
 protected:
  void SetUp() override {
    absl::Status can_mount = GetParam().mounts ? CanMount() : absl::OkStatus();
    ASSERT_TRUE(can_mount.ok() || geteuid() != 0) << can_mount;
    if (!can_mount.ok()) GTEST_SKIP() << "this process cannot mount: " << can_mount;
    disk_ = GetParam().make();
  }

  std::vector<std::string> Arguments() const {
    return {"--brokers", broker_.bootstrap(),
            "--topics",  feed_.topic(),
            "--data",    data(),
            "--set",     "kafka.start=earliest",
            "--set",     "checkpoint.interval=50ms",
            "--set",     "kafka.group=" + group_};
  }
  std::string data() const { return disk_->path() + "/data"; }

  void Start() {
    auto node = Tallyd::Start(Arguments(), disk_->launcher());
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
  }

  bool Waited(const std::function<bool()>& done) {
    for (absl::Time deadline = absl::Now() + kDiskTimeout; absl::Now() < deadline;) {
      if (done()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
  }
  uint64_t Number(std::string_view name) { return std::strtoull(node_->Info(name).c_str(), nullptr, 10); }
  std::string ReadyPage() {
    const std::string ask = Cat("exec 3<>/dev/tcp/127.0.0.1/", node_->http_port(),
                                R"(; printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3; timeout 10 cat <&3)");
    auto page = RunToEnd({"bash", "-c", ask}, kDiskTimeout);
    return page.ok() ? page->out : page.status().ToString();
  }

  // Breaks the disk, and waits until the checkpoint is stale.
  void Break() {
    ASSERT_TRUE(Waited([&] { return Number("checkpoint_sequence") > 0; }));
    ASSERT_TRUE(Waited([&] {
      disk_->Break();
      return node_->Info("checkpoint_stale") == "1";
    })) << node_->process().Stderr();
  }

  void ExpectCountsAndReplies() {
    const uint64_t counted = Number("events_counted"), sequence = Number("checkpoint_sequence");
    EXPECT_GT(counted, 0u);
    EXPECT_TRUE(Waited([&] { return Number("events_counted") > counted; })) << node_->process().Stderr();
    EXPECT_THAT(node_->Query({"TOP", "1", "stats:mw:*", "-1h", "now"}), StartsWith("stats:mw:call"));
    EXPECT_THAT(ReadyPage(), HasSubstr("\r\n\r\nready\nstale checkpoint: "));
    EXPECT_EQ(Number("checkpoint_sequence"), sequence);
    EXPECT_THAT(node_->process().Stderr(), HasSubstr("no checkpoint: "));
    EXPECT_THAT(node_->process().Stderr(), HasSubstr(GetParam().message));
  }

  void ExpectRecovers() {
    const uint64_t sequence = Number("checkpoint_sequence");
    disk_->Repair();
    EXPECT_TRUE(Waited([&] {
      return node_->Info("checkpoint_stale") == "0" && Number("checkpoint_sequence") > sequence;
    })) << node_->process().Stderr();
    EXPECT_THAT(ReadyPage(), EndsWith("\r\n\r\nready\n"));
  }

  void Kill() {
    node_->process().Kill(SIGKILL);
    EXPECT_EQ(*node_->process().Wait(kDiskTimeout), 128 + SIGKILL);
  }

  // The node ends in time, although its last checkpoint fails.
  void Terminate() {
    const absl::Time began = absl::Now();
    EXPECT_EQ(*node_->Stop(), 1) << node_->process().Stderr();
    EXPECT_LE(absl::Now() - began, Tallyd::kStopMax);
  }

  // RocksDB writes when it opens a directory, so the node does not start. It ends with an error message.
  void ExpectNoStart() {
    auto node = Tallyd::Start(Arguments(), disk_->launcher());
    ASSERT_FALSE(node.ok());
    EXPECT_THAT(std::string(node.status().message()), HasSubstr(data()));
    EXPECT_THAT(std::string(node.status().message()), HasSubstr(GetParam().message));
  }

  void ExpectEqualToTheOracle() {
    absl::StatusOr<Dump> dump = ReadDump(data());
    ASSERT_TRUE(dump.ok()) << dump.status();
    absl::Status read = oracle_.ReadUntil(dump->next, kDiskTimeout);
    ASSERT_TRUE(read.ok()) << read;
    EXPECT_TRUE(dump->counts == oracle_.counts());
    for (const auto& [fate, records] : oracle_.fates()) EXPECT_EQ(dump->fates[fate], records) << fate;
  }

  FaultRow row_{GetParam().row, 50, 5};
  KafkaBroker& broker_ = SharedBroker();
  const std::string group_ = broker_.UniqueTopic("group");
  SteadyFeed feed_{broker_, row_.seed()};
  LogOracle oracle_{broker_.bootstrap()};
  std::unique_ptr<BadDisk> disk_;
  std::unique_ptr<Tallyd> node_;
};

TEST_P(OnABadDisk, ContinuesToCountAndLosesNothing) {
  Start();
  int killed = 0, terminated = 0;
  for (int i = 0; i < row_.times() && !HasFailure(); ++i) {
    SCOPED_TRACE(Cat("round ", i));
    Break();
    if (HasFailure()) break;
    ExpectCountsAndReplies();
    if (i % 2 == 1) {
      i % 4 == 1 ? (Kill(), ++killed) : (Terminate(), ++terminated);
      ExpectNoStart();
      disk_->Repair();
    } else {
      ExpectRecovers();
      Kill();
    }
    ExpectEqualToTheOracle();
    Start();
  }
  if (HasFailure()) return;
  feed_.Stop();
  absl::Status read = node_->WaitUntilRead(feed_.produced(), kDiskTimeout);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(*node_->Stop(), 0);
  ExpectEqualToTheOracle();
  row_.Did(Cat(row_.times(), " times, kill -9 in ", killed, " of them, SIGTERM in ", terminated,
               ", kill -9 after the others"));
  row_.Saw(
      "counted, replied and reported the stale checkpoint; recovered; did not start during the fault; SIGTERM ended it "
      "with status 1 within 2 s; counts equal to the oracle's after each fault");
}

INSTANTIATE_TEST_SUITE_P(, OnABadDisk,
                         testing::Values(Fault{"Full", "disk full", true, NewFullDisk, "No space left on device"},
                                         Fault{"Failing", "EIO", false, [] { return NewFailingDisk(EIO); },
                                               "Input/output error"}),
                         [](const auto& fault) { return fault.param.name; });

}  // namespace
}  // namespace tally
