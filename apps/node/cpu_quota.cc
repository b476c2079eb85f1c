#include "apps/node/cpu_quota.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"

namespace tally {
namespace {

std::string ContentsOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// "max" and -1 are no quota.
std::optional<double> Cpus(std::string_view quota_us, std::string_view period_us) {
  int64_t quota = 0;
  int64_t period = 0;
  if (!absl::SimpleAtoi(ToAbsl(quota_us), &quota) || !absl::SimpleAtoi(ToAbsl(period_us), &period)) return std::nullopt;
  if (quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<double>(quota) / static_cast<double>(period);
}

std::optional<double> QuotaOfGroup(const std::string& directory, bool v2) {
  if (!v2) return Cpus(ContentsOf(directory + "/cpu.cfs_quota_us"), ContentsOf(directory + "/cpu.cfs_period_us"));
  const std::string text = ContentsOf(directory + "/cpu.max");  // "150000 100000"
  const size_t space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return Cpus(std::string_view(text).substr(0, space), std::string_view(text).substr(space + 1));
}

// The smallest quota of a group and the groups above it. In a container, the path may be one of the host that does not
// exist here; then the mounted root is the container's group.
std::optional<double> QuotaAbove(const std::string& mount, std::string path, bool v2) {
  std::optional<double> smallest;
  for (;;) {
    const std::optional<double> quota = QuotaOfGroup(mount + path, v2);
    if (quota) smallest = std::min(*quota, smallest.value_or(*quota));
    if (path.empty()) return smallest;
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
}

}  // namespace

std::optional<double> CpuQuota(const std::string& root) {
  std::optional<double> smallest;
  for (const absl::string_view line : absl::StrSplit(ContentsOf(root + "/proc/self/cgroup"), '\n')) {
    // "0::/path" is v2, "4:cpu,cpuacct:/path" is v1.
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    const bool v2 = parts[0] == "0" && parts[1].empty();
    const std::vector<std::string> controllers = absl::StrSplit(parts[1], ',');
    if (!v2 && std::find(controllers.begin(), controllers.end(), "cpu") == controllers.end()) continue;
    const std::string mount = Cat(root, "/sys/fs/cgroup", v2 ? "" : "/", parts[1]);
    for (const std::string& at : {mount, root + (v2 ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup/cpu")}) {
      const std::optional<double> quota = QuotaAbove(at, parts[2] == "/" ? "" : parts[2], v2);
      if (quota) smallest = std::min(*quota, smallest.value_or(*quota));
    }
  }
  return smallest;
}

unsigned UsableCpus(const std::string& root) {
  const unsigned cpus = std::max(std::thread::hardware_concurrency(), 1u);
  const std::optional<double> quota = CpuQuota(root);
  if (!quota || *quota >= cpus) return cpus;
  return std::max(static_cast<unsigned>(std::ceil(*quota)), 1u);
}

}  // namespace tally
