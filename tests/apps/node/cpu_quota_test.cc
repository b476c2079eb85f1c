#include "apps/node/cpu_quota.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

// The files of a machine that describe cgroups.
class CpuQuotaTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::optional<double> Quota() const { return CpuQuota(root_.path()); }

  TempDir root_;
};

TEST_F(CpuQuotaTest, IsUnlimitedWithoutACgroup) {
  EXPECT_EQ(Quota(), std::nullopt);
  EXPECT_EQ(UsableCpus(root_.path()), std::thread::hardware_concurrency());
}

TEST_F(CpuQuotaTest, IsThatOfVersion2) {
  Write("proc/self/cgroup", "0::/\n");
  Write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(Quota(), 1.5);
  Write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(Quota(), std::nullopt);
}

TEST_F(CpuQuotaTest, IsTheSmallestOfAllGroupsAbove) {
  Write("proc/self/cgroup", "0::/kube/pod/container\n");
  Write("sys/fs/cgroup/kube/pod/container/cpu.max", "max 100000\n");
  Write("sys/fs/cgroup/kube/pod/cpu.max", "20000 10000\n");
  Write("sys/fs/cgroup/kube/cpu.max", "400000 100000\n");
  EXPECT_EQ(Quota(), 2);
}

TEST_F(CpuQuotaTest, IsThatOfVersion1) {
  Write("proc/self/cgroup", "12:memory:/a\n4:cpu,cpuacct:/a/b\n0::/\n");
  Write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "50000\n");
  Write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  Write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
  Write("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), 0.5);
}

// The path is the host's. The container's own group is mounted as the root.
TEST_F(CpuQuotaTest, IsThatOfTheRootInAContainer) {
  Write("proc/self/cgroup", "4:cpu:/docker/0123\n");
  Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n");
  Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Quota(), 1.5);
}

TEST_F(CpuQuotaTest, IsIgnoredIfItIsNotANumber) {
  Write("proc/self/cgroup", "0::/\nx\n::\n");
  for (const char* text : {"", "1", "a b", "-1 100", "1 0", "1 ", "99999999999999999999 1"}) {
    Write("sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(Quota(), std::nullopt) << text;
  }
}

TEST_F(CpuQuotaTest, IsRoundedUpToWholeThreadsAndNeverAboveTheHost) {
  Write("proc/self/cgroup", "0::/\n");
  const unsigned host = std::thread::hardware_concurrency();
  for (const auto& [quota, threads] : {std::pair("1000 100000", 1u),
                                       {"100000 100000", 1u},
                                       {"150000 100000", 2u},
                                       {"200000 100000", 2u},
                                       {"6400000 100000", 64u}}) {
    Write("sys/fs/cgroup/cpu.max", quota);
    EXPECT_EQ(UsableCpus(root_.path()), std::min(threads, host)) << quota;
  }
}

}  // namespace
}  // namespace tally
