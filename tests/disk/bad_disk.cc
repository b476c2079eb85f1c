#include "tests/disk/bad_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/base/check.h"
#include "core/base/strings.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

absl::Status Error(std::string_view what) { return absl::UnavailableError(Cat(what, ": ", std::strerror(errno))); }

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

absl::Status MakeMountNamespace() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return Error("unshare");
  if (user != 0) {
    Write("/proc/self/setgroups", "deny");
    Write("/proc/self/uid_map", Cat("0 ", user, " 1"));
    Write("/proc/self/gid_map", Cat("0 ", group, " 1"));
  }
  // In a chroot, "/" is not a mount point, and the call fails with EINVAL.
  const int made_private = mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (made_private != 0 && errno != EINVAL) return Error("mount --make-rprivate");
  TempDir trial;
  if (mount("tmpfs", trial.path().c_str(), "tmpfs", 0, "size=1m") != 0) return Error("mount of a tmpfs");
  umount2(trial.path().c_str(), MNT_DETACH);
  return absl::OkStatus();
}

class FullDisk : public BadDisk {
 public:
  FullDisk() {
    TALLY_CHECK(mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=24m") == 0);
    // RocksDB reserves 17 MB for its WAL if there is space, and could continue to write there while the disk is full.
    Fill("ballast", 10 << 20);
  }
  ~FullDisk() override { umount2(dir_.path().c_str(), MNT_DETACH); }

  const std::string& path() const override { return dir_.path(); }
  void Break() override { TALLY_CHECK(Fill("filler", 1 << 30) == ENOSPC); }
  void Repair() override { std::filesystem::remove(dir_ / "filler"); }

 private:
  // Writes up to `bytes` bytes to the file `name`. Returns an errno, or 0.
  int Fill(std::string_view name, size_t bytes) {
    const std::string block(4096, 'x');
    const int file = open((dir_ / name).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    TALLY_CHECK(file >= 0);
    int error = 0;
    for (size_t written = 0; written < bytes && error == 0; written += block.size()) {
      if (write(file, block.data(), block.size()) < 0) error = errno;
    }
    close(file);
    return error;
  }

  TempDir dir_{"tally-disk"};
};

class FailingDisk : public BadDisk {
 public:
  explicit FailingDisk(int error) : error_(error) {}

  const std::string& path() const override { return data_.path(); }
  std::vector<std::string> launcher() const override {
    // ASan requires by default that its library is loaded first. Here the preloaded library is first.
    return {"env", "LD_PRELOAD=" DISK_FAULT_LIBRARY, Cat("TALLY_DISK_FAULT=", data_.path(), ":", flag()),
            "ASAN_OPTIONS=verify_asan_link_order=0"};
  }
  void Break() override {
    Write(flag() + ".new", Cat(error_));
    std::filesystem::rename(flag() + ".new", flag());
  }
  void Repair() override { std::filesystem::remove(flag()); }

 private:
  std::string flag() const { return control_ / "fails"; }

  const int error_;
  TempDir data_{"tally-disk"};
  TempDir control_;
};

}  // namespace

absl::Status CanMount() {
  static const absl::Status status = MakeMountNamespace();
  return status;
}

std::unique_ptr<BadDisk> NewFullDisk() { return std::make_unique<FullDisk>(); }
std::unique_ptr<BadDisk> NewFailingDisk(int error) { return std::make_unique<FailingDisk>(error); }

}  // namespace tally
